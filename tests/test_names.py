"""When two ids are one model, and when they only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.names import base_name, base_names, spelling, split_maker

SAME = [
    ("anthropic/claude-sonnet-4.5", "Claude-Sonnet-4.5", "claude-sonnet-4-5"),
    ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct", "llama3.1-8b-instruct"),
    ("deepseek-ai/DeepSeek-R1", "deepseek/deepseek-r1:free", "deepseek-r1-fp8", "DeepSeek-R1-TEE"),
    ("Qwen/Qwen3-32B", "qwen3-32b-awq", "@cf/qwen/qwen3-32b-fp8", "qwen-3-32b"),
    ("hf:zai-org/GLM-4.6", "glm-4.6", "accounts/fireworks/models/glm-4-6"),
    ("openai/gpt-4o", "gpt-4o", "GPT-4o"),
    ("google/gemma-2-9b-it", "gemma-2-9b-it-q4_k_m", "gemma2-9b-it-8bit"),
]
DIFFERENT = [
    ("qwen2-57b", "qwen2.5-7b"),
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4-turbo", "gpt-4"),
    ("llama-3.1-8b", "llama-3.1-8b-instruct"),
    ("deepseek-v3", "deepseek-v3-0324"),
    ("claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022"),
    ("claude-3.7-sonnet", "claude-3.7-sonnet:thinking"),
    ("llama3.1:8b", "llama3.1:70b"),
    ("o1", "o3"),
]


@pytest.mark.parametrize("ids", SAME)
def test_one_model_under_many_ids(ids: tuple[str, ...]) -> None:
    assert len({base_name(model_id) for model_id in ids}) == 1


@pytest.mark.parametrize("ids", DIFFERENT)
def test_two_models_stay_two(ids: tuple[str, str]) -> None:
    assert base_name(ids[0]) != base_name(ids[1])


@pytest.mark.parametrize(
    ("dated", "plain"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4.5"),
        ("anthropic/claude-3-5-haiku-20241022", "claude-3.5-haiku"),
        ("deepseek-v3-0324", "deepseek-v3-0324"),
        ("command-r-08-2024", "command-r-08-2024"),
    ],
)
def test_a_whole_date_can_be_taken_off(dated: str, plain: str) -> None:
    assert base_names(dated)[1] == base_name(plain)


def test_what_stands_before_the_last_slash_is_the_maker() -> None:
    assert split_maker("accounts/fireworks/models/glm-4p6") == ("accounts/fireworks/models", "glm-4p6")
    assert split_maker("gpt-4o") == ("", "gpt-4o")


def test_a_name_without_letters_or_digits_is_nothing() -> None:
    assert base_name("***") == ""
    assert base_name("模型") == ""
    assert base_name("a/") == ""


@given(st.text(max_size=60))
def test_the_spelling_of_a_spelling_is_itself(name: str) -> None:
    assert spelling(spelling(name)) == spelling(name)


@given(
    st.from_regex(r"[a-z]{2,8}-[0-9]\.[0-9]-[a-z]{2,8}", fullmatch=True), st.sampled_from(["a/", "x/y/", ""])
)
def test_maker_and_case_and_separators_say_nothing(name: str, maker: str) -> None:
    assert base_name(maker + name.upper().replace("-", "_").replace(".", "-")) == base_name(name)
