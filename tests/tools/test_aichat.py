"""What only aichat's config has: names made from key variables, its own client types."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from modelcat.catalog import Cost, Model, Provider
from modelcat.tool import Offer
from modelcat.tools import aichat
from tests import sample_offers

ACME = Provider("acme-cloud", "Acme", "openai", "https://api.acme.example/v1")
MODEL = Model("m", context_window=1000, max_output_tokens=100)


def _with(**changes: Any) -> Provider:
    return replace(ACME, **changes)


def _set(**settings: str) -> Any:
    return MappingProxyType({"aichat": MappingProxyType(settings)})


def _client(provider: Provider, *models: Model) -> dict[str, Any]:
    client: dict[str, Any] = aichat.TOOL.render([Offer(provider, models or (MODEL,))])[0].tree["clients"][0]
    return client


@pytest.mark.parametrize(
    ("variables", "name", "key"),
    [
        (("ACME_API_KEY",), "acme", "ACME_API_KEY"),
        (("TOGETHER_API_KEY", "TOGETHERAI_API_KEY"), "together", "TOGETHER_API_KEY"),
        (("HF_TOKEN", "HUGGINGFACE_API_KEY"), "huggingface", "HUGGINGFACE_API_KEY"),
        (("FRIENDLI_TOKEN",), "acme_cloud", "ACME_CLOUD_API_KEY"),
        (("_API_KEY",), "acme_cloud", "ACME_CLOUD_API_KEY"),
        ((), "acme_cloud", None),
    ],
)
def test_name_gives_the_variable(variables: tuple[str, ...], name: str, key: str | None) -> None:
    provider = _with(api_key_env=variables)
    assert aichat.client_name(provider) == name
    assert aichat.key_variable(provider) == key


def test_another_variable_is_said() -> None:
    main, alone = aichat.TOOL.render([Offer(_with(api_key_env=("FRIENDLI_TOKEN",)), (MODEL,))])
    said = "acme-cloud: aichat takes the key from ACME_CLOUD_API_KEY, not from FRIENDLI_TOKEN."
    assert said in main.heading
    assert said in alone.heading
    assert len(aichat.TOOL.render([Offer(_with(api_key_env=("ACME_API_KEY",)), (MODEL,))])[0].heading) == 1


def test_local_servers_need_no_key() -> None:
    assert aichat.key_variable(_with(api_key_env=("ACME_API_KEY",), local=True)) is None


@pytest.mark.parametrize(
    ("provider", "kind", "variable"),
    [
        ("anthropic", "claude", "ANTHROPIC_API_KEY"),
        ("gemini", "gemini", "GEMINI_API_KEY"),
        ("openai", "openai", "OPENAI_API_KEY"),
        ("cohere", "cohere", "COHERE_API_KEY"),
        ("groq", "openai-compatible", "GROQ_API_KEY"),
        ("togetherai", "openai-compatible", "TOGETHER_API_KEY"),
        ("opencode-go", "openai-compatible", "OPENCODE_GO_API_KEY"),
    ],
)
def test_shipped_providers(provider: str, kind: str, variable: str) -> None:
    row = sample_offers.shipped().get(provider)
    client = _client(row)
    assert client["type"] == kind
    assert ("api_base" in client) == (kind == "openai-compatible")
    assert aichat.key_variable(row) == variable
    assert client["name"].upper() + "_API_KEY" == variable


def test_own_type_elsewhere_is_plain_openai() -> None:
    """A proxy that the person put in a provider's place speaks OpenAI's language."""
    moved = replace(sample_offers.shipped().get("gemini"), base_url="https://proxy.example/v1")
    client = _client(moved)
    assert (client["type"], client["api_base"]) == ("openai-compatible", "https://proxy.example/v1")


def test_settings_win() -> None:
    tools = _set(name="other", type="claude", base_url="https://b.example")
    client = _client(_with(api_key_env=("ACME_API_KEY",), tools=tools))
    assert (client["name"], client["type"], client["api_base"]) == ("other", "claude", "https://b.example")
    assert aichat.key_variable(_with(api_key_env=("ACME_API_KEY",), tools=tools)) == "OTHER_API_KEY"


def test_names_do_not_collide() -> None:
    first = _with(id="one", api_key_env=("SHARED_API_KEY",))
    second = _with(id="two", api_key_env=("SHARED_API_KEY",))
    clients = aichat.TOOL.render([Offer(first, (MODEL,)), Offer(second, (MODEL,))])[0].tree["clients"]
    assert [client["name"] for client in clients] == ["shared", "two"]


def test_claude_gets_max_tokens() -> None:
    claude = sample_offers.shipped().get("anthropic")
    known, unknown = _client(claude, MODEL, Model("n"))["models"]
    assert (known["max_output_tokens"], known["require_max_tokens"]) == (100, True)
    assert (unknown["max_output_tokens"], unknown["require_max_tokens"]) == (4096, True)


def test_model_fields() -> None:
    model = Model(
        "vendor/m:free",
        context_window=200_000,
        max_output_tokens=8000,
        input_modalities=("text", "image"),
        tool_call=True,
        cost=Cost(Decimal(3), Decimal("0.15")),
    )
    (entry,) = _client(ACME, model)["models"]
    assert entry == {
        "name": "vendor/m:free",
        "max_input_tokens": 200_000,
        "max_output_tokens": 8000,
        "input_price": 3,
        "output_price": 0.15,
        "supports_vision": True,
        "supports_function_calling": True,
    }
    assert type(entry["input_price"]) is int


def test_unknown_is_left_out() -> None:
    assert _client(ACME, Model("m", tool_call=False, input_modalities=("text",)))["models"] == [{"name": "m"}]


def test_free_is_zero() -> None:
    (entry,) = _client(ACME, Model("m", cost=Cost(Decimal(0), Decimal(0))))["models"]
    assert (entry["input_price"], entry["output_price"]) == (0, 0)


def test_other_kinds_of_models() -> None:
    embedding = Model("e", mode="embedding", context_window=512)
    assert _client(ACME, embedding, Model("r", mode="rerank"))["models"] == [
        {"name": "e", "type": "embedding", "max_tokens_per_chunk": 512},
        {"name": "r", "type": "reranker"},
    ]
    assert aichat.unfit(Model("p", mode="image")) is not None
    assert aichat.unfit(Model("s", output_modalities=("audio",))) is not None
    assert aichat.unfit(embedding) is None


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ({"type": "claude"}, {"claude": "type:claude"}),
        ({"type": "claude", "name": "mine"}, {"mine": "type:claude"}),
        ({"type": "claude", "api_base": "https://api.anthropic.com/v1/"}, {"claude": "type:claude"}),
        ({"type": "claude", "api_base": "https://p.example/"}, {"claude": "https://p.example"}),
        ({"type": "openai-compatible", "name": "groq"}, {"groq": "https://api.groq.com/openai/v1"}),
        ({"type": "openai-compatible", "name": "x"}, {}),
        ({"type": "openai-compatible", "name": "x", "api_base": "http://a/"}, {"x": "http://a"}),
        ({"type": "vertexai"}, {}),
    ],
)
def test_endpoints(client: dict[str, str], expected: dict[str, str]) -> None:
    assert aichat.endpoints({"clients": [client]}) == expected


def test_default_model_is_the_newest_chat_model() -> None:
    offer = Offer(
        _with(api_key_env=("ACME_API_KEY",)),
        (Model("a", released="2026-01-01"), Model("b", released="2026-02-01"), Model("c", mode="embedding")),
    )
    assert aichat.defaults([offer]) == {"model": "acme:b"}
