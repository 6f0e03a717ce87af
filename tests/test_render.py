"""From listings to offers and texts: who is offered, what is left out, in which words."""

from __future__ import annotations

import tomllib

import pytest

from modelcat import registry as rows
from modelcat import selection as rules
from modelcat import tools
from modelcat.catalog import Catalog, Listing, Model, listing
from modelcat.render import Offered, folder_of, offered, render
from tests import sample_offers

_REGISTRY = rows.load("""
[providers.acme]
name = "Acme"
base_url = "https://acme.example/v1"
api_key_env = ["ACME_API_KEY"]
serves_responses_api = true

[providers.chatty]
name = "Chatty"
base_url = "https://chatty.example/v1"
api_key_env = ["CHATTY_API_KEY"]

[providers.borrowed]
name = "Borrowed"
base_url = "https://borrowed.example/v1"
api_key_env = ["BORROWED_TOKEN"]
opt_in = true

[providers.off]
name = "Off"
base_url = "https://off.example/v1"
enabled = false
disabled_reason = "gone"

[providers.facts]
name = "Facts"
kind = "data"
dialect = "litellm"
models_url = "https://facts.example/all.json"
""")
_MODELS = [
    Model("m1", tool_call=True, released="2026-01-01"),
    Model("m2", tool_call=False, released="2026-02-01"),
    Model("m3", output_modalities=("audio",), released="2026-03-01"),
    Model("e1", mode="embedding"),
    Model("old", deprecated=True),
]
_CATALOG = Catalog(
    tuple(listing(name, _MODELS, "fetched") for name in ("acme", "borrowed", "chatty", "facts", "off"))
)


def _offered(tool: str, text: str = "", catalog: Catalog = _CATALOG) -> Offered:
    return offered(catalog, _REGISTRY, rules.parse(text), tools.load(tool))


def _given(found: Offered) -> dict[str, list[str]]:
    return {offer.provider.id: [model.id for model in offer.models] for offer in found.offers}


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("aichat", {"acme": ["m1", "m2"], "chatty": ["m1", "m2"]}),
        ("mods", {"acme": ["m1", "m2"], "chatty": ["m1", "m2"]}),
        ("codex", {"acme": ["m1"]}),
    ],
)
def test_who_is_offered_what(tool: str, given: dict[str, list[str]]) -> None:
    assert _given(_offered(tool)) == given


def test_what_is_left_out_is_said() -> None:
    found = _offered("codex")
    assert found.refused == {"chatty": "Codex needs the Responses API, and it serves chat completions only"}
    assert found.unfit == {"acme": {"cannot call tools": 1, "do not answer in text": 1}}
    assert found.words() == (
        "chatty: left out: Codex needs the Responses API, and it serves chat completions only",
        "acme: 1 of 3 models left out: for embedding",
        "acme: 1 of 3 models left out: deprecated",
        "acme: 1 of 5 models left out: codex takes none that cannot call tools",
        "acme: 1 of 5 models left out: codex takes none that do not answer in text",
    )


def test_modelcat_toml_decides() -> None:
    assert _given(_offered("mods", 'exclude_providers = ["chatty"]')) == {"acme": ["m1", "m2"]}
    assert _given(_offered("mods", "max_models = 1")) == {"acme": ["m2"], "chatty": ["m2"]}
    only = '[tools.mods]\ninclude_providers = ["chatty"]'
    assert list(_given(_offered("mods", only))) == ["chatty"]
    assert list(_given(_offered("aichat", only))) == ["acme", "chatty"]


def test_a_borrowed_provider_must_be_named() -> None:
    assert "borrowed" not in _given(_offered("mods"))
    assert "borrowed" in _given(_offered("mods", 'include_providers = ["*", "borrowed"]'))


def test_embeddings_where_they_are_wanted() -> None:
    text = '[tools.aichat]\nmodes = ["chat", "embedding"]'
    assert _given(_offered("aichat", text))["acme"] == ["e1", "m1", "m2"]
    assert _given(_offered("mods", text))["acme"] == ["m1", "m2"]


def test_a_provider_without_a_fitting_model_has_no_entry() -> None:
    catalog = Catalog((listing("acme", [_MODELS[1]], "fetched"),))
    found = _offered("codex", catalog=catalog)
    assert found.offers == ()
    assert found.unfit == {"acme": {"cannot call tools": 1}}


def test_what_was_applied_is_not_pushed_out() -> None:
    found = offered(
        _CATALOG,
        _REGISTRY,
        rules.parse("max_models = 1"),
        tools.load("mods"),
        keep={"acme": frozenset({"m1"})},
    )
    assert _given(found) == {"acme": ["m1", "m2"], "chatty": ["m2"]}


def test_a_listing_of_an_unknown_provider_is_left_alone() -> None:
    catalog = Catalog((Listing("stranger", tuple(_MODELS), "fetched"),))
    assert _offered("mods", catalog=catalog).offers == ()


def test_texts() -> None:
    codex, mods = render(_CATALOG, _REGISTRY, rules.parse(""), [tools.load("codex"), tools.load("mods")])
    assert sorted(codex.texts()) == [
        "config/codex/config.toml",
        "config/codex/models_acme.json",
        "config/codex/models_acme.toml",
    ]
    assert sorted(mods.texts()) == [
        "config/mods/models_acme.yml",
        "config/mods/models_chatty.yml",
        "config/mods/mods.yml",
    ]
    assert folder_of("mods") == "config/mods"
    text = codex.texts()["config/codex/config.toml"]
    assert text.startswith("# Written by modelcat")
    assert tomllib.loads(text)["model_providers"]["acme"]["env_key"] == "ACME_API_KEY"


def test_the_same_whatever_the_order_of_listings() -> None:
    every = [tools.load(name) for name in tools.names()]
    shuffled = Catalog(tuple(reversed(_CATALOG.listings)))
    one = [rendered.texts() for rendered in render(_CATALOG, _REGISTRY, rules.parse(""), every)]
    two = [rendered.texts() for rendered in render(shuffled, _REGISTRY, rules.parse(""), every)]
    assert one == two


def test_every_shipped_provider_is_offered_or_refused() -> None:
    shipped = sample_offers.shipped()
    catalog = Catalog(tuple(listing(name, [_MODELS[0]], "fetched") for name in sorted(shipped.providers)))
    selected = rules.parse("")
    asked = {provider.id for provider in selected.asked(shipped) if provider.kind == "provider"}
    for name in tools.names():
        found = offered(catalog, shipped, selected, tools.load(name))
        assert {offer.provider.id for offer in found.offers} | set(found.refused) == asked
        assert all(reason for reason in found.refused.values())
