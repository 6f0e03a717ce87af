"""A plan in numbers."""

from __future__ import annotations

from typing import Any

import pytest

from modelcat.merge import Base, merge
from modelcat.plan import FilePlan
from modelcat.tally import Tally, by_provider, tally, told, total
from modelcat.tree import Item, Keyed, Layout

SHAPE: dict[tuple[str, ...], Any] = {
    ("clients",): Keyed(("name",)),
    ("clients", "*", "models"): Keyed(("name",)),
}
ENTRIES = (("clients", "*"), ("clients", "*", "models", "*"))
LAYOUT = Layout(SHAPE, ENTRIES)


def client(name: str, *models: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, **fields, "models": [{"name": model, "max": 1} for model in models]}


def count(base: Any, ours: Any, theirs: Any) -> Tally:
    return tally(merge(Base(base), ours, theirs, shape=SHAPE, entries=ENTRIES).decisions, LAYOUT)


def with_url(url: str) -> dict[str, Any]:
    return {"clients": [client("a", "m1", "m2", url=url)]}


A = {"clients": [client("a", "m1", "m2")]}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ({}, {}, A, Tally(add=3)),
        (A, A, {"clients": [client("a", "m1", "m2", "m3"), client("b", "x")]}, Tally(add=3)),
        (A, A, {"clients": []}, Tally(remove=3)),
        (A, A, {"clients": [client("a", "m1")]}, Tally(remove=1)),
        (A, A, {"clients": [client("a", "m1", "m2", url="u", more=1)]}, Tally(change=1)),
        (
            A,
            {"clients": [client("a", "m1", "m2", url="v")]},
            {"clients": [client("a", "m1", "m2", url="u")]},
            Tally(conflicts=1),
        ),
        (A, {"clients": [client("a", "m1")]}, A, Tally(kept=1)),
    ],
)
def test_entries_are_counted(base: Any, ours: Any, theirs: Any, expected: Tally) -> None:
    assert count(base, ours, theirs) == expected


def test_held_from_before_is_no_new_conflict() -> None:
    ours, theirs = {"clients": [client("a", url="v")]}, {"clients": [client("a", url="u")]}
    first = merge(Base({"clients": [client("a", url="o")]}), ours, theirs, shape=SHAPE, entries=ENTRIES)
    assert tally(first.decisions, LAYOUT) == Tally(conflicts=1)
    again = merge(first.base, ours, theirs, shape=SHAPE, entries=ENTRIES)
    assert tally(again.decisions, LAYOUT) == Tally(held=1)


def test_a_section_that_comes_as_a_whole_is_told_entry_by_entry() -> None:
    both = {"clients": [client("a", "m"), client("b", "m", "n")]}
    decisions = merge(Base(), {}, both, shape=SHAPE, entries=ENTRIES).decisions
    assert len(decisions) == 1
    file = FilePlan("t", "f", "/f", b"", b"x", decisions, providers={"a": "alpha"}, layout=LAYOUT)
    assert [decision.pointer for decision in told(file)] == [("clients", Item("a")), ("clients", Item("b"))]
    assert by_provider(file) == {"alpha": Tally(add=2), "b": Tally(add=3)}
    assert total(by_provider(file).values()) == Tally(add=5)


def test_a_list_that_an_entry_of_the_persons_lacks_is_told_once() -> None:
    decisions = merge(Base(), {"clients": [{"name": "a"}]}, A, shape=SHAPE, entries=ENTRIES).decisions
    file = FilePlan("t", "f", "/f", b"", b"x", decisions, layout=LAYOUT)
    assert [decision.pointer for decision in told(file)] == [("clients", Item("a"), "models")]
    assert by_provider(file) == {"a": Tally(lacking=1)}


def test_a_file_about_one_provider_is_one_entry() -> None:
    layout = Layout({}, ((),))
    decisions = merge(Base(), {}, {"x": 1}, shape={}, entries=((),)).decisions
    file = FilePlan("t", "f", "/f", b"", b"x", decisions, provider="p", layout=layout)
    assert by_provider(file) == {"p": Tally(change=1)}
