"""Searching: what matches, in which order, who offers the same model, what is nearest."""

from __future__ import annotations

import fnmatch
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.catalog import MODES, Catalog, Cost, Model, listing
from modelcat.errors import UsageError
from modelcat.query import CAPABILITIES, SORTS, Query, hits, nearest, offers, search
from tests.made import made

CHEAP, DEAR, FREE = (
    Cost(Decimal("0.1"), Decimal("0.4")),
    Cost(Decimal(3), Decimal(15)),
    Cost(Decimal(0), Decimal(0)),
)
CATALOG = Catalog(
    (
        listing(
            "anthropic",
            [
                Model(
                    "claude-sonnet-4-5",
                    name="Claude Sonnet 4.5",
                    context_window=200_000,
                    input_modalities=("text", "image"),
                    reasoning=True,
                    tool_call=True,
                    cost=DEAR,
                    released="2025-09-29",
                )
            ],
            "fetched",
        ),
        listing(
            "openai",
            [
                Model(
                    "gpt-5",
                    context_window=400_000,
                    cost=Cost(Decimal("1.25"), Decimal(10)),
                    released="2025-08-07",
                ),
                Model("gpt-5-nano", context_window=400_000, cost=CHEAP, released="2025-08-07"),
                Model("text-embedding-3-small", mode="embedding", cost=Cost(Decimal("0.02"))),
            ],
            "embedded",
            "2026-08-18",
        ),
        listing(
            "openrouter",
            [
                Model("anthropic/claude-sonnet-4.5", context_window=1_000_000, cost=DEAR),
                Model("openai/gpt-5", context_window=400_000, cost=Cost(Decimal(1), Decimal(9))),
                Model("z/free-thing:free", context_window=8_000, cost=FREE),
                Model("z/silent"),
            ],
            "fetched",
        ),
    )
)


def ids(query: Query) -> list[str]:
    return [hit.model.id for hit in search(CATALOG, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(words="sonnet"), ["anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"]),
        (Query(words="SONNET claude"), ["anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"]),
        (Query(words="Sonnet 4.5"), ["anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"]),
        (Query(words="gpt-5*"), ["gpt-5", "gpt-5-nano"]),
        (Query(words="*/gpt-?"), ["openai/gpt-5"]),
        (Query(words="gpt-[5]"), ["gpt-5"]),
        (Query(words="nothing like it"), []),
        (Query(words="gpt", providers=frozenset({"openrouter"})), ["openai/gpt-5"]),
        (Query(min_context=400_001), ["anthropic/claude-sonnet-4.5"]),
        (Query(words="gpt", min_context=400_000), ["gpt-5", "gpt-5-nano", "openai/gpt-5"]),
        (Query(max_price=Decimal(0)), ["z/free-thing:free"]),
        (Query(max_price=Decimal("0.1")), ["gpt-5-nano", "text-embedding-3-small", "z/free-thing:free"]),
        (Query(capabilities=("vision", "tools", "reasoning")), ["claude-sonnet-4-5"]),
        (Query(capabilities=("free",)), ["z/free-thing:free"]),
        (Query(capabilities=("embedding",)), ["text-embedding-3-small"]),
        (Query(capabilities=("embedding", "chat")), []),
    ],
)
def test_what_matches(query: Query, expected: list[str]) -> None:
    assert ids(query) == expected


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("id", "anthropic/claude-sonnet-4.5", "z/silent"),
        ("price", "z/free-thing:free", "z/silent"),
        ("context", "anthropic/claude-sonnet-4.5", "z/silent"),
        ("released", "claude-sonnet-4-5", "z/silent"),
    ],
)
def test_every_order_puts_the_unknown_last(sort: str, first: str, last: str) -> None:
    found = ids(Query(sort=sort))
    assert (found[0], found[-1]) == (first, last)
    assert sorted(found) == sorted(hit.model.id for hit in hits(CATALOG))
    assert set(SORTS) == {"id", "price", "context", "released"}


@pytest.mark.parametrize("query", [Query(sort="size"), Query(capabilities=("telepathy",))])
def test_an_unknown_word_names_those_that_are_known(query: Query) -> None:
    with pytest.raises(UsageError, match=r"takes .*(released|vision)"):
        search(CATALOG, query)


def test_every_mode_with_models_to_choose_can_be_asked_for() -> None:
    assert set(MODES) - {"other"} <= set(CAPABILITIES)


words = st.text(alphabet="abgpt5-/*?. ", max_size=6)
models = made(
    Model,
    st.text(alphabet="abgpt5-/:.", min_size=1, max_size=8),
    name=st.none() | st.text(alphabet="ABgpt 5", max_size=6),
    context_window=st.none() | st.integers(1, 100),
    cost=made(Cost, st.none() | st.decimals(0, 10, places=1), st.none() | st.decimals(0, 10, places=1)),
    released=st.none() | st.dates().map(str),
)
catalogs = st.lists(
    st.lists(models, max_size=6, unique_by=lambda model: model.id), min_size=1, max_size=3
).map(lambda lists: Catalog(tuple(listing(f"p{i}", found, "fetched") for i, found in enumerate(lists))))


@given(catalogs, words, st.none() | st.integers(0, 100), st.sampled_from(sorted(SORTS)))
def test_search_is_a_filter_over_everything(
    catalog: Catalog, asked: str, window: int | None, sort: str
) -> None:
    found = search(catalog, Query(words=asked, min_context=window, sort=sort))
    expected = []
    for hit in hits(catalog):
        texts = [hit.model.id.lower(), (hit.model.name or "").lower()]
        if asked and set(asked) & set("*?["):
            said = any(fnmatch.fnmatchcase(text, asked.lower()) for text in texts)
        else:
            said = all(any(word in text for text in texts) for word in asked.lower().split())
        if said and (window is None or (hit.model.context_window or 0) >= window):
            expected.append(hit)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    if sort == "released":
        days = [hit.model.released for hit in found]
        known = [day for day in days if day is not None]
        assert known == sorted(known, reverse=True)
        assert days[len(known) :] == [None] * (len(days) - len(known))


def test_everybody_who_offers_a_model_this_id_first_then_cheapest() -> None:
    found = [(hit.provider, hit.model.id) for hit in offers(CATALOG, "gpt-5")]
    assert found == [("openai", "gpt-5"), ("openrouter", "openai/gpt-5")]
    other = [(hit.provider, hit.model.id) for hit in offers(CATALOG, "OpenAI/GPT-5")]
    assert other == [("openrouter", "openai/gpt-5"), ("openai", "gpt-5")]


def test_provider_colon_id_is_that_one_alone() -> None:
    assert [hit.provider for hit in offers(CATALOG, "openrouter:openai/gpt-5")] == ["openrouter"]
    # An id may have a colon of its own.
    assert [hit.provider for hit in offers(CATALOG, "z/free-thing:free")] == ["openrouter"]
    assert offers(CATALOG, "openrouter:gpt-9") == ()


def test_nobody_offers_what_nobody_offers() -> None:
    assert offers(CATALOG, "gpt-6") == ()
    assert offers(CATALOG, "***") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt5-nano", "gpt-5-nano"),
        ("claude-sonet-4.5", "claude-sonnet-4-5"),
        ("text-embeding-3-small", "text-embedding-3-small"),
    ],
)
def test_the_nearest_names(name: str, expected: str) -> None:
    assert nearest(CATALOG, name)[0] == expected


def test_near_to_an_id_at_a_provider_is_first_of_all_what_that_one_has() -> None:
    assert nearest(CATALOG, "openrouter:openai/gpt-55") == ("openrouter:openai/gpt-5",)
    found = nearest(CATALOG, "openrouter:claude-sonnet-4-5")
    assert found == ("openrouter:anthropic/claude-sonnet-4.5", "claude-sonnet-4-5")
    assert nearest(CATALOG, "openrouter:claude-sonnet-4-5", 1) == found[:1]
    assert nearest(CATALOG, "openai:claude-sonnet-4-5")[0] == "claude-sonnet-4-5"


def test_nothing_is_near_to_nonsense() -> None:
    assert nearest(CATALOG, "zzzzqqqq") == ()
    assert nearest(Catalog(), "gpt-5") == ()
