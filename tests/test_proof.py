"""When an applied entry may go: every reason that counts, and every one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelcat import tools
from modelcat.catalog import Model, Provider, listing
from modelcat.proof import Known, Proof
from modelcat.selection import parse
from modelcat.sift import sift
from modelcat.tool import Offer
from modelcat.tree import Item

if TYPE_CHECKING:
    from modelcat.catalog import Origin
    from modelcat.tree import Pointer, Tree

AICHAT, MODS, CODEX = tools.load("aichat"), tools.load("mods"), tools.load("codex")
PROVIDER = Provider(
    "groq",
    "Groq",
    "openai",
    "https://api.groq.com/openai/v1",
    api_key_env=("GROQ_API_KEY",),
    serves_responses_api=True,
)
ENTRY: Pointer = ("clients", Item("groq"))


def rendered(*ids: str) -> Tree:
    return AICHAT.render([Offer(PROVIDER, tuple(map(Model, ids)))])[0].tree if ids else {"clients": []}


def proof(
    *,
    base: tuple[str, ...] = ("a", "b"),
    now: tuple[str, ...] = ("a",),
    offered: tuple[str, ...] | None = None,
    origin: Origin = "fetched",
    toml: str = "",
    excluded: bool = False,
    needs: Any = (),
) -> Proof:
    """`now` is what the provider's list has, `offered` what is rendered of it (default: what is selected)."""
    today = listing("groq", map(Model, now), origin)
    chosen = sift(today, parse(toml), "aichat", keep=frozenset(base)).newest({})
    ids = tuple(model.id for model in chosen.models) if offered is None else offered
    known = Known(PROVIDER, today, chosen, excluded)
    return Proof(AICHAT, rendered(*base), rendered(*ids), {"groq": known}, frozenset(needs))


def model(name: str, *more: str) -> Pointer:
    return (*ENTRY, "models", Item(name), *more)


def test_a_model_the_fetched_list_lacks_is_gone() -> None:
    ask = proof()
    assert ask(model("b"))
    assert not ask(model("a"))


@pytest.mark.parametrize("origin", ["stale", "embedded"])
def test_a_list_that_is_not_of_today_proves_nothing(origin: Origin) -> None:
    ask = proof(origin=origin)
    assert not ask(model("b"))
    assert not ask(model("a", "input_price"))


def test_a_list_of_who_is_online_proves_nothing() -> None:
    horde = replace(PROVIDER, unsteady=True)
    today = listing("groq", [Model("a")], "fetched")
    known = Known(
        horde, today, sift(today, parse(""), "aichat", keep=frozenset("ab")).newest({}), excluded=False
    )
    ask = Proof(AICHAT, rendered("a", "b"), rendered("a"), {"groq": known}, frozenset())
    assert not ask(model("b"))
    assert known.gone("ab") == frozenset()
    assert ask(model("a", "input_price"))


def test_what_is_excluded_is_gone_whatever_the_list() -> None:
    for origin in ("fetched", "stale", "embedded"):
        assert proof(now=("a", "b"), toml='exclude = ["b"]', origin=origin)(model("b"))
        assert not proof(now=("a", "b"), toml='exclude = ["b"]')(model("a"))


def test_past_max_models_is_not_gone() -> None:
    assert not proof(now=("a", "b"), offered=("a",), toml="max_models = 1")(model("b"))


def test_a_model_the_tool_cannot_take_today_is_not_gone() -> None:
    today = listing("groq", [Model("a"), Model("b", mode="image")], "fetched")
    known = Known(
        PROVIDER, today, sift(today, parse(""), "aichat", keep=frozenset("ab")).newest({}), excluded=False
    )
    ask = Proof(AICHAT, rendered("a", "b"), rendered("a"), {"groq": known}, frozenset())
    # An image model is what modelcat.toml's modes keep out, and that is known, not unknown.
    assert ask(model("b")) == ("b" in (known.selected.excluded if known.selected else ()))


def test_a_field_goes_when_todays_list_no_longer_says_it() -> None:
    assert proof()(model("a", "input_price"))
    assert proof()((*ENTRY, "api_base"))


def test_an_excluded_provider_goes_as_a_whole() -> None:
    ask = proof(excluded=True, origin="stale", offered=())
    assert ask(ENTRY)
    assert ask(model("a"))


def test_a_provider_that_is_merely_not_offered_stays() -> None:
    ask = proof(offered=(), now=("a", "b"))
    assert not ask(ENTRY)
    assert not ask(("clients",))
    assert not ask(())


def test_a_provider_all_of_whose_models_are_gone_goes() -> None:
    assert proof(now=("new",), offered=())(ENTRY)
    assert not proof(now=("a", "new"), offered=())(ENTRY)
    assert not proof(now=("new",), offered=(), origin="stale")(ENTRY)


def test_nothing_is_known_of_entries_of_others() -> None:
    assert not proof()(("clients", Item("other")))
    assert not proof()(("theme",))


def test_without_a_listing_nothing_is_proven() -> None:
    known = Known(PROVIDER, None, None, excluded=False)
    ask = Proof(AICHAT, rendered("a"), rendered(), {"groq": known}, frozenset())
    assert not ask(model("a"))
    assert not ask(ENTRY)


def test_what_the_default_needs_is_never_removed() -> None:
    needs = AICHAT.needs({"model": "groq:b"})
    ask = proof(needs=needs)
    assert not ask(model("b"))
    assert ask.kept == {("groq", "b")}
    assert not proof(excluded=True, needs=needs)(ENTRY)
    assert proof(now=("c",), needs=needs)(model("a"))


@pytest.mark.parametrize(
    ("tool", "tree", "expected"),
    [
        (AICHAT, {"model": "a:b/c:free", "rag_embedding_model": "x:y"}, {("a", "b/c:free"), ("x", "y")}),
        (AICHAT, {"model": "openai"}, {("openai", None)}),
        (AICHAT, {"model": 3}, set()),
        (AICHAT, [], set()),
        (MODS, {"default-api": "groq", "default-model": "m"}, {("groq", "m")}),
        (MODS, {"default-model": "m", "apis": {"a": {}, "b": {}}}, {("a", "m"), ("b", "m")}),
        (MODS, None, set()),
        (CODEX, {"model_provider": "groq", "model": "m"}, {("groq", None)}),
        (CODEX, {"profiles": {"x": {"model_provider": "y"}, "z": 3}}, {("y", None)}),
        (CODEX, {}, set()),
    ],
)
def test_what_a_config_needs(tool: Any, tree: Tree, expected: set[Any]) -> None:
    assert set(tool.needs(tree)) == expected


def test_a_codex_table_goes_only_by_exclusion() -> None:
    table = CODEX.render([Offer(PROVIDER, ())])[0].tree
    for excluded in (True, False):
        known = Known(PROVIDER, listing("groq", [], "fetched"), None, excluded)
        ask = Proof(CODEX, table, {}, {"groq": known}, frozenset())
        assert ask(("model_providers", "groq")) is excluded
