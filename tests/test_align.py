"""The same provider under another name, in the three tools' own configs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelcat import tools
from modelcat.align import align, entries_of, moved, named, normal, rendered_keys, with_names, with_their_urls
from modelcat.catalog import Model, Provider
from modelcat.merge import Base
from modelcat.tool import Offer
from modelcat.tree import Item

if TYPE_CHECKING:
    from modelcat.align import Names
    from modelcat.tree import Tree

AICHAT, CODEX, MODS = tools.load("aichat"), tools.load("codex"), tools.load("mods")
ROUTER = Provider(
    "openrouter",
    "OpenRouter",
    "openai",
    "https://openrouter.ai/api/v1",
    api_key_env=("OPENROUTER_API_KEY",),
    serves_responses_api=True,
    former_base_urls=("https://old.openrouter.ai/v1",),
)
GROQ = Provider(
    "groq",
    "Groq",
    "openai",
    "https://api.groq.com/openai/v1",
    api_key_env=("GROQ_API_KEY",),
    serves_responses_api=True,
)
GEMINI = Provider(
    "gemini",
    "Gemini",
    "openai",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    api_key_env=("GEMINI_API_KEY",),
)
TWIN = Provider(
    "twin",
    "Twin",
    "openai",
    "https://openrouter.ai/api/v1",
    api_key_env=("TWIN_API_KEY",),
    serves_responses_api=True,
)


def mods(**apis: str) -> Tree:
    return {"apis": {name: {"base-url": url, "models": {}} for name, url in apis.items()}}


def found(ours: Tree, *providers: Provider, base: Tree = None, known: dict[str, str] | None = None) -> Names:
    return align(MODS, providers, ours, base or {}, known or {})


def test_a_provider_nobody_has_is_new() -> None:
    names = found(mods(), ROUTER, GROQ)
    assert names.keys == {"openrouter": "openrouter", "groq": "groq"}
    assert not names.left


@pytest.mark.parametrize(
    "url",
    [
        "https://openrouter.ai/api/v1",
        "https://openrouter.ai/api/v1/",
        "HTTPS://OpenRouter.ai/api/v1",
        "https://old.openrouter.ai/v1",
    ],
)
def test_the_same_address_is_the_same_provider(url: str) -> None:
    assert found(mods(**{"or": url}), ROUTER).keys == {"openrouter": "or"}


def test_another_path_is_another_provider() -> None:
    assert found(mods(**{"or": "https://openrouter.ai/api/V1"}), ROUTER).keys == {"openrouter": "openrouter"}


def test_two_entries_for_one_provider_are_both_left() -> None:
    for ours in (
        mods(a="https://openrouter.ai/api/v1", b="https://openrouter.ai/api/v1"),
        mods(openrouter="https://openrouter.ai/api/v1", b="https://openrouter.ai/api/v1"),
    ):
        names = found(ours, ROUTER, GROQ)
        assert names.keys == {"groq": "groq"}
        assert "left as they are" in names.left["openrouter"]


def test_a_second_entry_beside_one_that_modelcat_wrote_changes_nothing() -> None:
    ours = mods(openrouter="https://openrouter.ai/api/v1", work="https://openrouter.ai/api/v1")
    names = found(ours, ROUTER, base=mods(openrouter="https://openrouter.ai/api/v1"))
    assert names.keys == {"openrouter": "openrouter"}


def test_a_name_that_goes_elsewhere_is_not_the_provider() -> None:
    names = found(mods(openrouter="http://localhost:4000/v1"), ROUTER)
    assert not names.keys
    assert "localhost:4000" in names.left["openrouter"]


def test_an_entry_modelcat_wrote_stays_its_own_when_the_person_points_it_elsewhere() -> None:
    base = mods(openrouter="https://openrouter.ai/api/v1")
    names = found(mods(openrouter="http://localhost:4000/v1"), ROUTER, base=base)
    assert names.keys == {"openrouter": "openrouter"}


def test_a_renamed_entry_is_followed() -> None:
    base = mods(openrouter="https://openrouter.ai/api/v1")
    names = found(
        mods(mine="https://openrouter.ai/api/v1"), ROUTER, base=base, known={"openrouter": "openrouter"}
    )
    assert names.keys == {"openrouter": "mine"}
    assert names.renamed == {"openrouter": "mine"}


def test_a_deleted_entry_keeps_its_name() -> None:
    base = mods(openrouter="https://openrouter.ai/api/v1")
    assert found(mods(), ROUTER, base=base).keys == {"openrouter": "openrouter"}


def test_providers_that_share_an_address_are_told_apart_by_name() -> None:
    ours = mods(twin="https://openrouter.ai/api/v1")
    names = found(ours, ROUTER, TWIN)
    assert names.keys == {"openrouter": "openrouter", "twin": "twin"}
    names = found(mods(x="https://openrouter.ai/api/v1"), ROUTER, TWIN)
    assert names.keys == {"openrouter": "x"}
    assert "another provider at the same address" in names.left["twin"]


def test_a_name_given_once_is_kept() -> None:
    ours, base = mods(mine="https://else.where/v1"), mods(mine="https://openrouter.ai/api/v1")
    assert found(ours, ROUTER, base=base, known={"openrouter": "mine"}).keys == {"openrouter": "mine"}


def test_aichat_clients_by_type_and_by_name() -> None:
    ours = {
        "clients": [
            {"type": "gemini", "api_key": "k"},
            {"type": "openai-compatible", "name": "mine", "api_base": ROUTER.base_url},
        ]
    }
    names = align(AICHAT, (ROUTER, GEMINI, GROQ), ours, {}, {})
    assert names.keys == {"openrouter": "mine", "gemini": "gemini", "groq": "groq"}


def test_codex_tables_and_the_profile_that_names_them() -> None:
    ours = {"model_providers": {"mine": {"name": "x", "base_url": ROUTER.base_url + "/"}}}
    names = align(CODEX, (ROUTER, GROQ), ours, {}, {})
    assert names.keys == {"openrouter": "mine", "groq": "groq"}
    offers = with_names(CODEX, [Offer(ROUTER, (Model("m"),)), Offer(GROQ, (Model("m"),))], names.keys)
    main, *files = CODEX.render(offers)
    assert set(main.tree["model_providers"]) == {"mine", "groq"}
    profile = next(file for file in files if file.live_name == "openrouter.config.toml")
    assert profile.tree["model_provider"] == "mine"


@pytest.mark.parametrize("tool", [AICHAT, CODEX, MODS], ids=lambda tool: str(tool.name))
def test_every_provider_of_the_registry_is_found_again_under_any_name(tool: Any) -> None:
    from tests.sample_offers import shipped

    providers = [p for p in shipped().providers.values() if tool.refuses(p) is None]
    keys = rendered_keys(tool, providers)
    assert len(set(keys.values())) == len(keys)
    for provider in providers:
        if provider.id not in keys:
            continue
        offer = with_names(tool, [Offer(provider, ())], {provider.id: "my_own"})
        tree = tool.render(offer)[0].tree
        there = entries_of(tool, tree)
        if tool.endpoints(tree):
            assert named(tool, provider, there), provider.id
            assert align(tool, [provider], tree, {}, {}).keys == {provider.id: "my_own"}, provider.id


def test_a_base_moves_with_the_name() -> None:
    base = Base(
        {"clients": [{"name": "a", "models": [{"name": "m"}]}, {"name": "b"}], "x": 1},
        held=frozenset({("clients", Item("a"), "models", Item("m")), ("clients", Item("b"), "z"), ("x",)}),
        yours=frozenset({("clients", Item("a"))}),
    )
    after = moved(base, AICHAT, {"a": "c"})
    assert after.tree == {"clients": [{"name": "c", "models": [{"name": "m"}]}, {"name": "b"}], "x": 1}
    assert after.held == {("clients", Item("c"), "models", Item("m")), ("clients", Item("b"), "z"), ("x",)}
    assert after.yours == {("clients", Item("c"))}
    tables = moved(Base({"model_providers": {"a": {"k": 1}}}), CODEX, {"a": "b"})
    assert tables.tree == {"model_providers": {"b": {"k": 1}}}
    assert moved(base, AICHAT, {}) is base


def test_an_address_is_spelled_as_the_person_spells_it() -> None:
    ours = {
        "clients": [
            {"name": "a", "api_base": "https://H.example/v1/"},
            {"name": "b", "api_base": "https://other/v1"},
        ]
    }
    theirs = {
        "clients": [
            {"name": "a", "api_base": "https://h.example/v1"},
            {"name": "b", "api_base": "https://h.example/v1"},
        ]
    }
    spelled = with_their_urls(theirs, ours, AICHAT)
    assert [client["api_base"] for client in spelled["clients"]] == [
        "https://H.example/v1/",
        "https://h.example/v1",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [("type:openai", "type:openai"), ("http://A:80/B/", "http://a:80/B"), ("HTTP://h", "http://h")],
)
def test_addresses_are_compared_without_case_of_host_and_last_slash(address: str, expected: str) -> None:
    assert normal(address) == expected


@pytest.mark.parametrize("tree", [None, [], "text", {"apis": None}, {"apis": [1]}, {"apis": {"a": 3}}])
def test_configs_of_another_shape_have_no_entries_to_find(tree: Tree) -> None:
    assert not entries_of(MODS, tree).addresses
