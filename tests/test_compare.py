"""Two catalogs side by side; DeepDiff is the judge of what is different."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from modelcat.catalog import Catalog, Cost, Model, listing, model_json
from modelcat.compare import compare, differences
from tests.made import made

models = made(
    Model,
    st.sampled_from(["a", "b", "c/d"]),
    name=st.none() | st.sampled_from(["A", "B"]),
    mode=st.sampled_from(["chat", "image"]),
    context_window=st.none() | st.integers(1, 3),
    max_output_tokens=st.none() | st.integers(1, 3),
    input_modalities=st.sampled_from([(), ("text",), ("text", "image")]),
    reasoning=st.none() | st.booleans(),
    cost=made(
        Cost,
        st.none() | st.integers(0, 2).map(Decimal),
        cache_read=st.none() | st.integers(0, 2).map(Decimal),
    ),
    released=st.none() | st.just("2026-01-01"),
    sources=st.sampled_from([(), (("name", "models.dev"),)]),
)
lists = st.lists(models, max_size=3, unique_by=lambda model: model.id)
catalogs = st.dictionaries(st.sampled_from(["p", "q", "r"]), lists).map(
    lambda found: Catalog(tuple(listing(name, found[name], "fetched") for name in sorted(found)))
)


def plain(catalog: Catalog) -> dict[str, Any]:
    """Everything a person would call a fact, flat: (provider, id) -> row."""
    rows = {}
    for item in catalog.listings:
        for model in item.models:
            row = model_json(model)
            row.pop("sources", None)
            row |= {f"cost.{key}": value for key, value in row.pop("cost", {}).items()}
            rows[f"{item.provider} {model.id}"] = row
    return rows


def touched(diff: DeepDiff) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """(added, removed, (model, field) changed) of a DeepDiff in tree view."""
    added: set[str] = set()
    removed: set[str] = set()
    changed: set[tuple[str, str]] = set()
    for kind, levels in diff.items():
        for level in levels:
            path = level.path(output_format="list")
            if len(path) == 1:
                (added if kind == "dictionary_item_added" else removed).add(path[0])
            else:
                changed.add((path[0], path[1]))
    return added, removed, changed


@given(catalogs, catalogs)
def test_the_same_differences_as_deepdiff_finds(before: Catalog, after: Catalog) -> None:
    expected = touched(DeepDiff(plain(before), plain(after), view="tree", threshold_to_diff_deeper=0))
    found = compare(before, after)
    added = {f"{item.change.provider} {i}" for item in found for i in item.change.added}
    removed = {f"{item.change.provider} {i}" for item in found for i in item.change.removed}
    changed = {
        (f"{item.change.provider} {i}", difference.field)
        for item in found
        for i, found_differences in item.changed
        for difference in found_differences
    }
    assert (added, removed, changed) == expected
    assert [item.change.provider for item in found] == sorted(
        {name.split()[0] for name in added | removed} | {name.split()[0] for name, _ in changed}
    )


def test_limits_and_prices_come_first_and_are_told_in_full() -> None:
    old = Model("m", name="M", context_window=100, cost=Cost(Decimal(1), Decimal(2)))
    new = Model(
        "m", name="N", context_window=200, input_modalities=("text",), cost=Cost(Decimal("0.50"), Decimal(2))
    )
    assert [difference.as_json() for difference in differences(old, new)] == [
        {"field": "context_window", "before": 100, "after": 200},
        {"field": "cost.input", "before": "1", "after": "0.5"},
        {"field": "name", "before": "M", "after": "N"},
        {"field": "input_modalities", "before": [], "after": ["text"]},
    ]


def test_another_source_of_the_same_fact_is_no_difference() -> None:
    old = Catalog(
        (listing("p", [Model("m", context_window=1, sources=(("context_window", "x"),))], "fetched"),)
    )
    new = Catalog((listing("p", [Model("m", context_window=1)], "fetched"),))
    assert compare(old, new) == ()
