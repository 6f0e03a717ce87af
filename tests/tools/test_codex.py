"""What only Codex's config has: tables, profiles, catalogs and the program's own prompt."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from modelcat.catalog import Cost, Model, Provider
from modelcat.tool import Offer, Target
from modelcat.tools import codex
from modelcat.tools._codex_prompt import INSTRUCTIONS
from tests import sample_offers

ACME = Provider(
    "acme",
    "Acme",
    "openai",
    "https://api.acme.example/v1",
    api_key_env=("ACME_KEY", "OTHER_KEY"),
    serves_responses_api=True,
)
OLD = Model("old", released="2025-01-01")
NEW = Model("new", released="2026-01-01", context_window=1000, cost=Cost(Decimal("0.5"), Decimal(2)))


def _targets(provider: Provider, *models: Model) -> tuple[Target, Target, Target]:
    main, profile, catalog = codex.TOOL.render([Offer(provider, models or (NEW, OLD))])
    return main, profile, catalog


def test_a_provider() -> None:
    main, profile, catalog = _targets(ACME)
    assert main.tree == {
        "model_providers": {
            "acme": {
                "name": "Acme",
                "base_url": "https://api.acme.example/v1",
                "env_key": "ACME_KEY",
                "wire_api": "responses",
            }
        }
    }
    assert profile.tree == {
        "model_provider": "acme",
        "model": "new",
        "model_catalog_json": "modelcat/acme.json",
        "web_search": "disabled",
    }
    assert [(t.repo_name, t.live_name, t.owned) for t in (main, profile, catalog)] == [
        ("config.toml", "config.toml", False),
        ("models_acme.toml", "acme.config.toml", False),
        ("models_acme.json", "modelcat/acme.json", True),
    ]


def test_prices_stand_in_comments_and_descriptions() -> None:
    _, profile, catalog = _targets(ACME)
    assert "  new: 1000 tokens, $0.5 in, $2 out per million" in profile.heading
    assert "  old" in profile.heading
    assert catalog.tree["models"][0]["description"] == "1000 tokens, $0.5 in, $2 out per million"
    assert "description" not in catalog.tree["models"][1]


def test_newest_first_and_steady() -> None:
    """A model that joins changes nobody else's priority, so git shows one model."""
    before = {m["slug"]: m for m in _targets(ACME)[2].tree["models"]}
    after = {
        m["slug"]: m for m in _targets(ACME, Model("mid", released="2025-06-01"), NEW, OLD)[2].tree["models"]
    }
    assert all(after[slug] == model for slug, model in before.items())
    assert [m["slug"] for m in sorted(after.values(), key=lambda m: m["priority"])] == ["new", "mid", "old"]
    (dateless,) = _targets(ACME, Model("x"))[2].tree["models"]
    assert dateless["priority"] > before["old"]["priority"]


@pytest.mark.parametrize("released", ["2026", "soon", "2026-13-01", ""])
def test_odd_dates_are_unknown(released: str) -> None:
    (row,) = _targets(ACME, Model("x", released=released))[2].tree["models"]
    (dateless,) = _targets(ACME, Model("x"))[2].tree["models"]
    assert row["priority"] == dateless["priority"]


def test_reasoning_models_have_levels() -> None:
    thinking, plain = _targets(
        ACME, Model("a", reasoning=True, released="2026-01-01"), Model("b", reasoning=False)
    )[2].tree["models"]
    assert [level["effort"] for level in thinking["supported_reasoning_levels"]] == ["low", "medium", "high"]
    assert thinking["default_reasoning_level"] == "medium"
    assert thinking["supports_reasoning_summaries"] is True
    assert plain["supported_reasoning_levels"] == []
    assert "default_reasoning_level" not in plain
    assert plain["supports_reasoning_summaries"] is False


@pytest.mark.parametrize(
    ("given", "written"),
    [((), ["text"]), (("text",), ["text"]), (("image", "pdf", "text", "video"), ["text", "image"])],
)
def test_modalities_codex_takes(given: tuple[str, ...], written: list[str]) -> None:
    (row,) = _targets(ACME, Model("x", input_modalities=given))[2].tree["models"]
    assert row["input_modalities"] == written


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"serves_responses_api": False}, "chat completions only"),
        ({"id": "amazon-bedrock"}, "of its own"),
        ({"id": "dotted.name"}, "letters, digits"),
        ({"base_url": "https://{account}.example"}, "address"),
        ({"base_url": "", "base_url_env": ("ACME_URL",)}, "set ACME_URL"),
        ({"api_key_env": (), "also_needs": ("A", "B")}, "A and B, not with a key"),
    ],
)
def test_refusals(changes: dict[str, Any], why: str) -> None:
    assert codex.refuses(ACME) is None
    assert why in (codex.refuses(replace(ACME, **changes)) or "")


@pytest.mark.parametrize(
    ("model", "taken"),
    [
        (Model("x"), True),
        (Model("x", tool_call=True), True),
        (Model("x", tool_call=False), False),
        (Model("x", mode="embedding"), False),
        (Model("x", output_modalities=("image",)), False),
    ],
)
def test_models_it_can_work_with(model: Model, *, taken: bool) -> None:
    assert (codex.unfit(model) is None) == taken


@pytest.mark.parametrize("provider", sorted(codex.RESERVED))
def test_what_codex_defines_itself_is_a_profile_only(provider: str) -> None:
    main, profile, _ = _targets(sample_offers.shipped().get(provider))
    assert main.tree == {}
    assert profile.tree["model_provider"] == provider
    assert ("web_search" in profile.tree) == (provider != "openai")
    assert codex.key_variable(sample_offers.shipped().get(provider)) is None


@pytest.mark.parametrize("provider", sorted(codex.RESERVED))
def test_a_reserved_id_elsewhere_gets_a_table(provider: str) -> None:
    moved = replace(sample_offers.shipped().get(provider), base_url="https://proxy.example/v1")
    main, profile, _ = _targets(moved)
    assert main.tree["model_providers"][f"{provider}-server"]["base_url"] == "https://proxy.example/v1"
    assert main.tree["model_providers"][f"{provider}-server"]["name"] not in codex.FORBIDDEN_NAMES
    assert profile.tree["model_provider"] == f"{provider}-server"
    assert profile.live_name == f"{provider}.config.toml"


def test_a_person_may_call_it_otherwise() -> None:
    named = MappingProxyType({"codex": MappingProxyType({"name": "mine"})})
    main, profile, _ = _targets(replace(sample_offers.shipped().get("openai"), tools=named))
    assert list(main.tree["model_providers"]) == ["mine"]
    assert profile.tree["model_provider"] == "mine"


@pytest.mark.parametrize("name", ["OpenAI", "Amazon Bedrock", ""])
def test_display_names_codex_refuses(name: str) -> None:
    main, _, _ = _targets(replace(ACME, name=name))
    assert main.tree["model_providers"]["acme"]["name"] == "acme"


def test_keyless_servers_have_no_env_key() -> None:
    for provider in (replace(ACME, local=True), replace(ACME, api_key_env=())):
        table = _targets(provider)[0].tree["model_providers"]["acme"]
        assert "env_key" not in table
        assert "env_key_instructions" not in table


def test_where_to_get_a_key_is_said() -> None:
    table = _targets(replace(ACME, docs="https://acme.example/docs"))[0].tree["model_providers"]["acme"]
    assert table["env_key_instructions"] == "Set ACME_KEY to your Acme key; see https://acme.example/docs"


def test_web_search_where_the_registry_says_so() -> None:
    allowed = MappingProxyType({"codex": MappingProxyType({"web_search": True})})
    assert "web_search" not in _targets(replace(ACME, tools=allowed))[1].tree


def _bundled(*rows: dict[str, Any]) -> str:
    return json.dumps({"models": [{"visibility": "list", **row} for row in rows]})


@pytest.mark.parametrize(
    ("printed", "prompt"),
    [
        (_bundled({"base_instructions": "b", "priority": 2}, {"base_instructions": "a", "priority": 1}), "a"),
        (
            _bundled(
                {"base_instructions": "code mode", "priority": 1, "tool_mode": "code_mode_only"},
                {"base_instructions": "plain", "priority": 9, "tool_mode": None},
            ),
            "plain",
        ),
        (_bundled({"base_instructions": "only", "priority": 1, "tool_mode": "code_mode_only"}), "only"),
        (_bundled({"base_instructions": "hidden", "visibility": "hide"}), None),
        (_bundled({"base_instructions": ""}), None),
        (_bundled({"slug": "x"}), None),
        (_bundled(), None),
        ("", None),
        ("[]", None),
        ('{"models": 3}', None),
        ('{"models": [3]}', None),
        ("not json", None),
    ],
)
def test_own_instructions(printed: str, prompt: str | None) -> None:
    assert codex.own_instructions(printed) == prompt


def test_localise_touches_the_catalogs_only() -> None:
    before = _targets(ACME)
    after = codex.localise(before, _bundled({"base_instructions": "theirs", "priority": 1}))
    assert after[:2] == before[:2]
    assert {model["base_instructions"] for model in after[2].tree["models"]} == {"theirs"}
    assert {model["base_instructions"] for model in before[2].tree["models"]} == {INSTRUCTIONS}
    for old, new in zip(before[2].tree["models"], after[2].tree["models"], strict=True):
        assert {**old, "base_instructions": ""} == {**new, "base_instructions": ""}
