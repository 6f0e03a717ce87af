"""What only mods' config has: names it knows, characters instead of tokens, keys that would leak."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from modelcat.catalog import Model, Provider
from modelcat.tool import Offer
from modelcat.tools import mods
from tests import sample_offers

ACME = Provider(
    "acme", "Acme", "openai", "https://api.acme.example/v1", api_key_env=("ACME_KEY", "OTHER_KEY")
)
MODEL = Model("m", context_window=1000)


def _apis(provider: Provider, *models: Model) -> dict[str, Any]:
    apis: dict[str, Any] = mods.TOOL.render([Offer(provider, models or (MODEL,))])[0].tree["apis"]
    return apis


def test_an_api() -> None:
    assert _apis(ACME) == {
        "acme": {
            "base-url": "https://api.acme.example/v1",
            "api-key-env": "ACME_KEY",
            "models": {"m": {"max-input-chars": 4000}},
        }
    }


def test_unknown_window_still_has_a_limit() -> None:
    assert _apis(ACME, Model("m"))["acme"]["models"]["m"] == {"max-input-chars": 32_768}


@pytest.mark.parametrize(
    ("provider", "name", "base", "variable"),
    [
        ("anthropic", "anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
        ("gemini", "google", None, "GEMINI_API_KEY"),
        ("cohere", "cohere", None, "COHERE_API_KEY"),
        ("openai", "openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("github-copilot", "copilot", None, None),
        ("ollama", "ollama", "http://127.0.0.1:11434", None),
        ("groq", "groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    ],
)
def test_names_mods_knows(provider: str, name: str, base: str | None, variable: str | None) -> None:
    apis = _apis(sample_offers.shipped().get(provider))
    assert list(apis) == [name]
    assert apis[name].get("base-url") == base
    assert apis[name].get("api-key-env") == variable


@pytest.mark.parametrize("name", ["azure", "google", "cohere", "copilot", "anthropic", "perplexity"])
def test_an_id_that_means_another_service_is_not_used(name: str) -> None:
    assert list(_apis(replace(ACME, id=name))) == [f"{name}-api"]


@pytest.mark.parametrize("changes", [{"local": True}, {"api_key_env": ()}])
def test_servers_without_keys_get_a_word_that_is_none(changes: dict[str, Any]) -> None:
    """Else mods would send OPENAI_API_KEY there."""
    (api,) = _apis(replace(ACME, **changes)).values()
    assert api["api-key"] == "none"
    assert "api-key-env" not in api


def test_settings_win() -> None:
    tools = MappingProxyType({"mods": MappingProxyType({"name": "mine", "base_url": "https://b.example"})})
    apis = _apis(replace(ACME, tools=tools))
    assert apis["mine"]["base-url"] == "https://b.example"


def test_names_do_not_collide() -> None:
    tools = MappingProxyType({"mods": MappingProxyType({"name": "acme"})})
    offers = [Offer(ACME, (MODEL,)), Offer(replace(ACME, id="second", tools=tools), (MODEL,))]
    assert list(mods.TOOL.render(offers)[0].tree["apis"]) == ["acme", "second"]


def test_only_text_chat() -> None:
    assert mods.unfit(Model("m")) is None
    assert mods.unfit(Model("m", output_modalities=("text", "image"))) is None
    assert mods.unfit(Model("m", output_modalities=("audio",))) is not None
    assert mods.unfit(Model("m", mode="embedding")) is not None


@pytest.mark.parametrize(
    ("name", "api", "expected"),
    [
        ("acme", {"base-url": "https://a.example/v1/"}, {"acme": "https://a.example/v1"}),
        ("google", {}, {"google": "type:google"}),
        ("cohere", {"base-url": "https://api.cohere.com/v1"}, {"cohere": "type:cohere"}),
        ("openai", {}, {"openai": "https://api.openai.com/v1"}),
        ("anthropic", {"api-key": None}, {"anthropic": "https://api.anthropic.com/v1"}),
        ("acme", {}, {}),
    ],
)
def test_endpoints(name: str, api: dict[str, Any], expected: dict[str, str]) -> None:
    assert mods.endpoints({"apis": {name: api}}) == expected


def test_defaults_name_the_newest_model() -> None:
    offer = Offer(ACME, (Model("a", released="2026-02-01"), Model("b", released="2026-01-01")))
    assert mods.defaults([offer]) == {"default-api": "acme", "default-model": "a"}
