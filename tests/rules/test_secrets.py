"""What is taken for a secret, what is not, and that none of it is ever shown."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.rules import secrets

_LETTERS = string.ascii_letters + string.digits


def _random(size: int, letters: str = _LETTERS, seed: int = 7) -> str:
    chance = random.Random(seed)  # noqa: S311
    return "".join(chance.choice(letters) for _ in range(size))


KEYS = {
    "openai": "sk-proj-" + _random(120, _LETTERS + "-_"),
    "openai, old": "sk-" + _random(48),
    "openai, service": "sk-svcacct-" + _random(60),
    "anthropic": "sk-ant-api03-" + _random(95, _LETTERS + "-_"),
    "openrouter": "sk-or-v1-" + _random(64, "0123456789abcdef"),
    "google": "AIza" + _random(35, _LETTERS + "-_"),
    "groq": "gsk_" + _random(52),
    "xai": "xai-" + _random(80),
    "hugging face": "hf_" + _random(34),
    "github": "ghp_" + _random(36),
    "github, fine-grained": "github_pat_" + _random(22) + "_" + _random(59),
    "perplexity": "pplx-" + _random(48),
    "nvidia": "nvapi-" + _random(64, _LETTERS + "-_"),
    "cerebras": "csk-" + _random(48),
    "fireworks": "fw_" + _random(24),
    "replicate": "r8_" + _random(37),
    "aws": "AKIA" + _random(16, string.ascii_uppercase + string.digits),
    "databricks": "dapi" + _random(32, "0123456789abcdef"),
    "signed token": "eyJ" + _random(30) + ".eyJ" + _random(60) + "." + _random(43),
    "in a header": "Bearer gsk_" + _random(52),
    "in an address": "https://me:" + _random(12) + "@proxy.example/v1",
    "private key": "-----BEGIN RSA PRIVATE KEY-----",
}
NO_KEYS = (
    "sk-...",
    "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "sk-your-key-here",
    "sk-proj-your-project-key-goes-here",
    "<OPENAI_API_KEY>",
    "${OPENAI_API_KEY}",
    "{{ .openai_key }}",
    "none",
    "dummy",
    "OPENAI_API_KEY",
    "gsk_",
    "gsk_1234567890abcdefghijklmnopqrstuvwxyz",
    "AIzaXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "https://api.groq.com/openai/v1",
    "https://user@host.example/v1",
    "accounts/fireworks/models/llama-v3p1-405b-instruct",
    "anthropic/claude-sonnet-4.5",
    "task-sk-abc",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
)


@pytest.mark.parametrize("name", KEYS)
def test_known_shapes_are_found(name: str) -> None:
    hit = secrets.known(KEYS[name])
    assert hit is not None
    assert hit[1] in KEYS[name]


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_key_is_left_alone(text: str) -> None:
    assert secrets.known(text) is None
    assert not secrets.scan({"api_key": text})


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("api_key", _random(40, "0123456789abcdef"), True),
        ("api-key", _random(32), True),
        ("Authorization", "Bearer " + _random(40), True),
        ("bearer_token", _random(40), True),
        ("client_secret", _random(40), True),
        ("env_key", _random(40), False),
        ("api-key-env", _random(40), False),
        ("bearer_token_env_var", _random(40), False),
        ("max_tokens", _random(40), False),
        ("name", _random(40), False),
        ("api_key", "correcthorsebatterystaple", False),
        ("api_key", "aaaaaaaaaaaaaaaaaaaaaaaaa1", False),
        ("api_key", _random(19), False),
        # The variable that holds the value of a header.
        ("Authorization", "MY_AUTH_HEADER_VARIABLE_1", False),
        ("Authorization", "GATEWAY_V2_TOKEN_2024_EU", False),
    ],
)
def test_random_texts_in_fields_named_like_secrets(field: str, value: str, found: bool) -> None:
    assert bool(secrets.scan({"x": {field: value}})) is found


def test_keys_are_found_wherever_they_stand() -> None:
    key = KEYS["groq"]
    tree = {"a": [{"b": key}], key: 1, "c": {"d": f"--key={key}"}}
    places = {hit.at for hit in secrets.scan(tree)}
    assert places == {("a", 0, "b"), (key,), ("c", "d")}


def test_an_alias_is_looked_at_once() -> None:
    shared: list[object] = [KEYS["groq"]]
    for _ in range(40):
        shared = [shared, shared]
    assert len(secrets.scan({"x": shared})) == 1


@given(st.sampled_from(sorted(KEYS)), st.text(max_size=20), st.text(max_size=20))
def test_a_shown_line_never_holds_a_key(name: str, before: str, after: str) -> None:
    key = KEYS[name].removeprefix("Bearer ")
    line = secrets.masked(f"{before} {key} {after}")
    hit = secrets.known(f"{before} {key} {after}")
    if hit is not None:
        assert hit[1] not in line
        assert hit[1][5:] not in line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("api_key: q8w2z5k1xv", "api_key: q8w2******"),
        ('"api-key": "q8w2z5k1xv",', '"api-key": "q8w2******",'),
        ("Authorization = 'Bearer q8w2z5k1xv'", "Authorization = 'Bearer q8w2******'"),
        ("api_key: ${GROQ_API_KEY}", "api_key: ${GROQ_API_KEY}"),
        ("max_input_tokens: 131072", "max_input_tokens: 131072"),
        ("model: groq:llama", "model: groq:llama"),
    ],
)
def test_fields_named_like_secrets_are_masked_in_lines(line: str, shown: str) -> None:
    assert secrets.masked(line) == shown


def test_only_four_characters_and_the_length_are_said() -> None:
    assert secrets.shown("gsk_abcdefgh") == "gsk_… (12 characters)"
