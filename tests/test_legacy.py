"""The older script's files: byte for byte in JSON and TXT, no profile lost in TOML.

Expected texts are written out or made by other means than the code under test.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat import legacy
from modelcat.catalog import Provider
from modelcat.dialect import NotAListError
from modelcat.legacy import LegacyQuestion
from tests import sample_offers

ACME = LegacyQuestion(
    Provider("acme", "Acme", "openai", "https://now.example/v1"),
    base_url="https://api.acme.example/v1",
    url="https://api.acme.example/v1/models",
    key_variable="ACME_API_KEY",
)
# A folder of models_<provider>.json as the script wrote them, for whoever has one.
_RECORDED = os.environ.get("MODELCAT_RECORDED_ANSWERS")


def _texts(answer: Any, details: Any = None) -> tuple[str, str, str]:
    files = legacy.texts(ACME, answer, details)
    return files["models_acme.json"], files["models_acme.txt"], files["models_acme.toml"]


def test_data_is_sorted_and_everything_kept() -> None:
    answer = {
        "object": "list",
        "data": [
            {"id": "b", "created": 1.50, "note": "é\u2028"},
            {"id": "a", "nested": {"z": None, "y": []}},
        ],
        "first_id": "b",
    }
    text, ids, _ = _texts(answer)
    assert text == (
        "{\n"
        '  "object": "list",\n'
        '  "data": [\n'
        "    {\n"
        '      "id": "a",\n'
        '      "nested": {\n'
        '        "z": null,\n'
        '        "y": []\n'
        "      }\n"
        "    },\n"
        "    {\n"
        '      "id": "b",\n'
        '      "created": 1.5,\n'
        '      "note": "\\u00e9\\u2028"\n'
        "    }\n"
        "  ],\n"
        '  "first_id": "b"\n'
        "}"
    )
    assert ids == "a\nb"


def test_root_array() -> None:
    text, ids, _ = _texts([{"id": "b"}, {"id": "a"}])
    assert json.loads(text) == [{"id": "a"}, {"id": "b"}]
    assert ids == "a\nb"


def test_object_by_id() -> None:
    text, ids, toml = _texts({"z": {"max_tokens": "4096"}, "sample_spec": {"x": 1}, "a": {}})
    assert list(json.loads(text)) == ["a", "sample_spec", "z"]
    assert ids == "a\nz"
    assert tomllib.loads(toml)["profiles"]["acm_z"]["model_context_window"] == 4096


def test_rows_without_an_id_stay_in_json_only() -> None:
    text, ids, toml = _texts({"data": [{"id": "a"}, {"id": ""}, {"name": "x"}, {"id": None}]})
    assert len(json.loads(text)["data"]) == 4
    assert ids == "a"
    assert list(tomllib.loads(toml)["profiles"]) == ["acm_a"]


@pytest.mark.parametrize(
    "answer",
    [None, 3, "x", {}, {"error": "no"}, {"code": 401, "msg": "no"}, {"data": None}, {"data": {"m": 1}}],
)
def test_what_is_no_list(answer: Any) -> None:
    with pytest.raises(NotAListError):
        _texts(answer)


def test_toml_text() -> None:
    _, _, text = _texts(
        {
            "data": [
                {"id": "groq/compound-mini", "context_window": 131072, "max_completion_tokens": 8192},
                {"id": "b"},
            ]
        }
    )
    assert text == (
        "[model_providers.acme]\n"
        'base_url = "https://api.acme.example/v1"\n'
        'name = "acme"\n'
        'wire_api = "chat"\n'
        'env_key = "ACME_API_KEY"\n'
        "\n"
        "[profiles.acm_b]\n"
        'approval_policy = "never"\n'
        'model = "b"\n'
        'model_provider = "acme"\n'
        'model_reasoning_effort = "high"\n'
        "\n"
        "[profiles.acm_groq_compound_mini]\n"
        'approval_policy = "never"\n'
        'model = "groq/compound-mini"\n'
        'model_provider = "acme"\n'
        'model_reasoning_effort = "high"\n'
        "model_context_window = 131072\n"
        "model_max_output_tokens = 8192\n"
    )


def test_toml_without_models_or_key() -> None:
    facts = LegacyQuestion(
        Provider("facts", "F", "litellm", "https://f", kind="data"), "https://f", "https://f", None
    )
    assert legacy.texts(facts, [])["models_facts.toml"] == (
        '[model_providers.facts]\nbase_url = "https://f"\nname = "facts"\nwire_api = "chat"\n\n[profiles]\n'
    )


@pytest.mark.parametrize(
    ("row", "context", "output"),
    [
        ({"context_length": 1, "context_window": 2}, 1, None),
        ({"context_length": 0, "context_window": 2}, 2, None),
        ({"max_context_length": 3, "max_tokens": 4}, 3, None),
        ({"max_tokens": 4, "max_model_len": 5}, 4, None),
        ({"max_model_len": 5}, 5, None),
        ({"max_output_tokens": 7, "max_tokens_output": 8}, None, 7),
        ({"max_tokens_output": "8"}, None, 8),
        ({"context_length": "many", "max_completion_tokens": 1.5}, None, None),
        ({"context_length": True}, None, None),
        ({"context_length": 9, "top_provider": {"context_length": 10, "max_completion_tokens": 11}}, 10, 11),
        ({"context_length": 9, "max_output_tokens": 9, "top_provider": {"context_length": None}}, None, None),
        ({"context_length": 9, "top_provider": None}, None, None),
    ],
)
def test_limits(row: dict[str, Any], context: int | None, output: int | None) -> None:
    profile = tomllib.loads(_texts([{"id": "m", **row}])[2])["profiles"]["acm_m"]
    assert profile.get("model_context_window") == context
    assert profile.get("model_max_output_tokens") == output


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["meta-llama/Llama.3@x"], ["acm_meta_llama_llama_3x"]),
        (["x" * 30], ["acm_" + "x" * 20]),
        # Cut alike: each gets as much of its own as it takes.
        (["x" * 20 + "-alpha", "x" * 20 + "-beta"], ["acm_" + "x" * 20 + "_a", "acm_" + "x" * 20 + "_b"]),
        (["x" * 20, "x" * 21], ["acm_" + "x" * 20, "acm_" + "x" * 21]),
        # Spelled alike to the end: numbered.
        (["a.b", "a-b", "a/b"], ["acm_a_b_2", "acm_a_b", "acm_a_b_3"]),
        (["a.b", "a-b", "a-b-2"], ["acm_a_b_3", "acm_a_b", "acm_a_b_2"]),
        (["模型"], ["acm_"]),
        (["模型", "型模"], ["acm__2", "acm_"]),
    ],
)
def test_profile_names(ids: list[str], names: list[str]) -> None:
    made = legacy.profile_names("acme", ids)
    assert [made[model_id] for model_id in ids] == names


def _cut(model_id: str) -> str:
    """The older script's own name, by its rule."""
    word = "".join("_" if c in "/-." else c for c in model_id if c in "/-._" or (c.isascii() and c.isalnum()))
    return "acm_" + word.lower()[:20]


_IDS = st.sets(
    st.one_of(st.text(max_size=30), st.from_regex(r"(a|a\.|A-){8,14}[ab/.-]{0,4}", fullmatch=True)),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(_IDS)
def test_every_model_has_its_profile(ids: set[str]) -> None:
    names = legacy.profile_names("acme", sorted(ids))
    assert set(names) == ids
    assert len(set(names.values())) == len(ids)
    cut = [_cut(model_id) for model_id in ids]
    for model_id, name in names.items():
        if cut.count(_cut(model_id)) == 1:
            assert name == _cut(model_id)
        else:
            assert name.startswith(_cut(model_id)[:24])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable() or len(t) < 3), max_size=12)
)
def test_toml_reads_back(ids: list[str]) -> None:
    toml = tomllib.loads(_texts({"data": [{"id": model_id} for model_id in ids]})[2])
    clean = {"".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in model_id) for model_id in ids}
    assert {profile["model"] for profile in toml.get("profiles", {}).values()} == clean


def test_repeated_ids() -> None:
    _, ids, toml = _texts({"data": [{"id": "a", "context_length": 1}, {"id": "a", "context_length": 2}]})
    assert ids == "a\na"
    assert tomllib.loads(toml)["profiles"]["acm_a"]["model_context_window"] == 1


CHUTE = {
    "name": "m",
    "chute_id": "c1",
    "tagline": "fast",
    "public": True,
    "invocation_count": 5,
    "hot": True,
    "current_estimated_price": {"per_million_tokens": {"input": 1}, "usd": 2},
    "supported_gpus": ["h100"],
    "node_selector": {"gpu_count": 8, "min_vram_gb_per_gpu": 80, "x": 1},
    "instances": [{"active": True}, {"active": False}, {}],
}


def test_chutes_join() -> None:
    details = {"total": 2, "items": [CHUTE, {"name": "bare"}, {"name": None}, 3]}
    files = legacy.texts(ACME, {"data": [{"id": "m", "x": 1}, {"id": "bare"}, {"id": "alone"}]}, details)
    by_id = {row["id"]: row for row in json.loads(files["models_acme.json"])["data"]}
    assert list(by_id["m"].items()) == [
        ("id", "m"),
        ("x", 1),
        ("chute_id", "c1"),
        ("tagline", "fast"),
        ("public", True),
        ("invocation_count", 5),
        ("hot", True),
        ("chutes_pricing", {"input": 1}),
        ("supported_gpus", ["h100"]),
        ("gpu_count", 8),
        ("min_vram_gb_per_gpu", 80),
        ("active_instances", 1),
        ("total_instances", 3),
    ]
    assert by_id["bare"] == {
        "id": "bare",
        "chute_id": None,
        "tagline": "",
        "public": True,
        "invocation_count": 0,
        "hot": False,
    }
    assert by_id["alone"] == {"id": "alone"}
    assert files["acme_chutes.json"] == json.dumps(details, indent=2)


@pytest.mark.parametrize("details", [{}, {"items": None}, [], {"items": "x"}])
def test_a_second_list_that_is_none_joins_nothing(details: Any) -> None:
    assert json.loads(_texts({"data": [{"id": "m"}]}, details)[0]) == {"data": [{"id": "m"}]}


def test_answers_are_not_changed() -> None:
    answer = {"data": [{"id": "m"}, {"id": "a"}]}
    legacy.texts(ACME, answer, {"items": [CHUTE]})
    assert answer == {"data": [{"id": "m"}, {"id": "a"}]}


def test_failures() -> None:
    first = legacy.failed_text(None, {"b": "no answer"}, {"a": "Mon"}, "2026-11-24T14:30:00")
    assert first == (
        '{\n  "b": {\n    "failed": true,\n    "error": "no answer",\n'
        '    "last_attempt": "2026-11-24T14:30:00"\n  }\n}'
    )
    second = legacy.failed_text(first, {}, {"b": "Tue, 24 Nov 2026"}, "2026-11-25T00:00:00")
    row = {
        "failed": False,
        "error": "no answer",
        "last_attempt": "2026-11-24T14:30:00",
        "last_success": "Tue, 24 Nov 2026",
    }
    assert json.loads(second) == {"b": row}
    third = json.loads(legacy.failed_text(second, {"b": "again"}, {}, "2026-11-26T00:00:00"))
    assert third["b"]["failed"] is True
    assert third["b"]["last_success"] == "Tue, 24 Nov 2026"


@pytest.mark.parametrize("previous", [None, "", "not json", "[]", '{"a": 3}'])
def test_unreadable_failures_begin_anew(previous: str | None) -> None:
    assert legacy.failed_text(previous, {}, {}, "now") == "{}"


class TestQuestions:
    registry = sample_offers.shipped()

    def ask(self, env: dict[str, str]) -> dict[str, LegacyQuestion]:
        return {question.provider.id: question for question in legacy.questions(self.registry, env)}

    def test_forty(self) -> None:
        assert len(self.ask({})) == 40

    @pytest.mark.parametrize(
        ("provider", "url", "key"),
        [
            ("groq", "https://api.groq.com/openai/v1/models", "GROQ_API_KEY"),
            ("gemini", "https://generativelanguage.googleapis.com/v1beta/openai/models", "GOOGLE_API_KEY"),
            ("huggingface", "https://router.huggingface.co/v1/models", "HUGGINGFACEHUB_API_TOKEN"),
            ("togetherai", "https://api.together.xyz/v1/models", "TOGETHERAI_API_KEY"),
            ("inference", "https://api.inference.net/v1/models", "INFERENCENET_API_KEY"),
            ("morphllm", "https://api.morphllm.com/v1/models", "MORPHLLM_API_KEY"),
            ("nebius", "https://api.studio.nebius.com/v1/models", "NEBIUS_API_KEY"),
            ("lmstudio", "http://othello.local:1234/v1/models", "LMSTUDIO_API_KEY"),
            ("friendli", "https://api.friendli.ai/serverless/v1/models", "FRIENDLI_TOKEN"),
            ("aihorde", "https://oai.aihorde.net/v1/models", "AIHORDE_KEY"),
            ("deepseek", "https://api.deepseek.com/v1/models", "DEEPSEEK_API_KEY"),
            ("atlascloud", "https://api.atlascloud.ai/v1/models", "ATLASCLOUD_API_KEY"),
        ],
    )
    def test_as_the_script_asked(self, provider: str, url: str, key: str) -> None:
        question = self.ask({})[provider]
        assert (question.url, question.key_variable) == (url, key)
        assert question.base_url == url.removesuffix("/models")

    def test_the_list_itself_for_the_kind_url(self) -> None:
        question = self.ask({})["litellm"]
        assert question.url.endswith("/model_prices_and_context_window.json")
        assert (question.base_url, question.key_variable) == (question.url, None)

    def test_anthropic_needs_its_version(self) -> None:
        asked = self.ask({})
        assert [name for name, question in asked.items() if question.headers] == ["anthropic"]

    @pytest.mark.parametrize(
        "value", ["https://p.example/v1", "https://p.example/v1/", " https://p.example/v1/models"]
    )
    def test_a_base_url_variable_wins(self, value: str) -> None:
        question = self.ask({"GROQ_API_OPENAI": value})["groq"]
        assert question.url == "https://p.example/v1/models"

    def test_atlascloud_key_is_no_url(self) -> None:
        """The script read its URL from ATLASCLOUD_API_KEY, so that a set key became the URL."""
        assert (
            self.ask({"ATLASCLOUD_API_KEY": "sk-1"})["atlascloud"].url
            == "https://api.atlascloud.ai/v1/models"
        )


@pytest.mark.skipif(not _RECORDED, reason="MODELCAT_RECORDED_ANSWERS names no folder")
def test_recorded_answers_come_out_as_the_script_left_them() -> None:
    for path in sorted(Path(_RECORDED or "").glob("models_*.json")):
        text = path.read_text("utf-8")
        made = legacy.texts(ACME, json.loads(text))
        assert made["models_acme.json"] == text, path.name
        profiles = tomllib.loads(made["models_acme.toml"])["profiles"]
        assert {p["model"] for p in profiles.values()} == set(made["models_acme.txt"].split("\n")), path.name
