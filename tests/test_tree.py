"""Typed equality, merge keys, layouts and places."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from modelcat.tree import (
    MISSING,
    Item,
    Keyed,
    Layout,
    Places,
    ScalarSet,
    children,
    entries,
    get,
    keys,
    pointer_text,
    same,
)

if TYPE_CHECKING:
    from modelcat.tree import Shape, Step, Tree

SHAPE: Shape = {
    ("clients",): Keyed(("name", "type")),
    ("clients", "*", "models"): Keyed(("name",)),
    ("tags",): ScalarSet(),
}
LAYOUT = Layout(SHAPE, (("clients", "*"), ("clients", "*", "models", "*")))

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        (0.0, -0.0),
        ("1", 1),
        (None, MISSING),
        (None, False),
        ([1], [True]),
        ({"a": 1}, {"a": 1.0}),
        ({"a": None}, {}),
        ({"a": None}, {"b": None}),
        ([], {}),
        ([1, 2], [2, 1]),
        (float("nan"), 1.0),
        (date(2026, 1, 2), datetime(2026, 1, 2)),  # noqa: DTZ001  TOML has dates without a zone
        (datetime(2026, 1, 2, 12, tzinfo=UTC), datetime(2026, 1, 2, 13, tzinfo=timezone(timedelta(hours=1)))),
    ],
)
def test_what_a_file_tells_apart_is_not_the_same(left: Any, right: Any) -> None:
    assert not same(left, right)
    assert not same(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": 1, "b": [True]}, {"b": [True], "a": 1}),
        (float("nan"), float("nan")),
        (MISSING, MISSING),
        (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        (10**30, 10**30),
    ],
)
def test_the_same_value_written_twice_is_the_same(left: Any, right: Any) -> None:
    assert same(left, right)


@given(TREES, TREES)
def test_equality_agrees_with_an_independent_comparison(left: Any, right: Any) -> None:
    # DeepDiff ignores the sign of zero; so does this test, and a case above does not.
    assert same(left, right) == (not DeepDiff(left, right) and repr_typed(left) == repr_typed(right))


def repr_typed(tree: Any) -> str:
    if isinstance(tree, dict):
        return "{" + ",".join(f"{key!r}:{repr_typed(tree[key])}" for key in sorted(tree)) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(repr_typed, tree)) + "]"
    return repr(tree)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"name": "a", "type": "x"}, {"type": "openai"}], ["a", "openai"]),
        ([], []),
        ([{"name": "a"}, {"name": "a"}], "it has more than one 'a'"),
        ([{"name": "openai"}, {"type": "openai"}], "it has more than one 'openai'"),
        ([{"name": "a"}, {"other": 1}], "its element 2 has no name or type"),
        ([{"name": 4.1}], "its element 1 has no name or type"),
        (["a"], "its element 1 has no name or type"),
    ],
)
def test_merge_keys_or_the_reason_there_are_none(items: Any, expected: Any) -> None:
    assert keys(items, Keyed(("name", "type"))) == expected


def test_layout_steps_down_by_name_and_by_star() -> None:
    layout = Layout({("a", "*"): ScalarSet(), ("*", "b"): Keyed(("id",))}, (("a", "x"),))
    assert layout.leads
    assert not layout.entry
    assert layout.below("a").below("x").entry
    assert isinstance(layout.below("a").below("x").kind, ScalarSet)
    assert isinstance(layout.below("a").below("b").kind, ScalarSet | Keyed)
    assert isinstance(layout.below("other").below("b").kind, Keyed)
    assert layout.below("other").below("c").kind is None
    assert not layout.below("other").below("c").below("d").leads


def test_an_element_of_a_keyed_list_has_a_name_too() -> None:
    layout = Layout({("l",): Keyed(("name",)), ("l", "a"): ScalarSet()}).below("l")
    assert isinstance(layout.below(Item("a")).kind, ScalarSet)
    assert layout.below(Item("b")).kind is None


def test_what_a_star_says_holds_at_a_named_place_too() -> None:
    layout = Layout({("a",): ScalarSet(), ("*", "y"): ScalarSet()}, (("*", "x"),))
    assert layout.below("a").below("x").entry
    assert isinstance(layout.below("a").below("y").kind, ScalarSet)


TREE: Tree = {
    "clients": [
        {"type": "openai", "models": [{"name": "m1"}, {"name": "m2", "size": 3}]},
        {"name": "b", "models": [{"name": "x"}, {"name": "x"}]},
    ],
    "tags": ["p", "q"],
    "plain": [1, [2]],
}


def test_children_are_what_can_be_pointed_at() -> None:
    clients = LAYOUT.below("clients")
    assert list(children(TREE["clients"], clients) or {}) == [Item("openai"), Item("b")]
    assert children(TREE["tags"], LAYOUT.below("tags")) == {Item("p"): "p", Item("q"): "q"}
    assert children(["p", "p"], LAYOUT.below("tags")) is None
    assert children(TREE["plain"], LAYOUT.below("plain")) is None
    assert children(["p", "q"], LAYOUT.below("plain")) is None
    assert children("text", LAYOUT) is None
    assert children([{"name": "x"}, {"name": "x"}], clients) is None


def test_get_finds_or_says_that_nothing_stands_there() -> None:
    assert get(TREE, ("clients", Item("openai"), "models", Item("m2"), "size"), LAYOUT) == 3
    assert get(TREE, ("clients", Item("none")), LAYOUT) is MISSING
    assert get(TREE, ("clients", Item("b"), "models", Item("x")), LAYOUT) is MISSING
    assert get(TREE, (), LAYOUT) is TREE


def test_places_are_what_documents_know() -> None:
    places = Places(TREE, LAYOUT)
    assert places.of(("clients", Item("openai"), "models", Item("m2"), "size")) == (
        "clients",
        0,
        "models",
        1,
        "size",
    )
    assert places.of(("tags", Item("q"))) == ("tags", 1)
    assert places.of(("plain", 1)) == ("plain", 1)
    assert places.step(("clients",), Item("b")) == 1
    assert places.of(()) == ()
    for pointer in [
        ("nothing",),
        ("clients", Item("c")),
        ("clients", Item("b"), "models", Item("x")),
        ("clients", "x"),
    ]:
        with pytest.raises(KeyError):
            places.of(pointer)


def test_a_place_where_nothing_stands_has_no_step_either() -> None:
    places = Places({"map": {"a": 1}, "text": "abc", "plain": [7]}, LAYOUT)
    steps: list[tuple[str, Step]] = [("map", "b"), ("text", "b"), ("plain", 7)]
    for parent, step in steps:
        with pytest.raises(KeyError):
            places.step((parent,), step)


def test_places_begin_in_a_list_too() -> None:
    places = Places([{"name": "a"}, {"name": "b", "x": 1}], Layout({(): Keyed(("name",))}))
    assert places.of((Item("b"), "x")) == (1, "x")


def test_entries_are_found_outermost_first() -> None:
    assert list(entries(TREE, LAYOUT)) == [
        ("clients", Item("openai")),
        ("clients", Item("openai"), "models", Item("m1")),
        ("clients", Item("openai"), "models", Item("m2")),
        ("clients", Item("b")),
    ]
    assert list(entries({"a": 1}, Layout({}, ((),)))) == [()]
    assert entries(TREE, LAYOUT)["clients", Item("b")] is TREE["clients"][1]


def test_an_entry_may_be_a_list_of_entries() -> None:
    layout = Layout({("*",): Keyed(("name",))}, (("*",), ("*", "*")))
    tree = {"a": [{"name": "x"}], "b": []}
    assert entries(tree, layout) == {("a",): tree["a"], ("a", Item("x")): tree["a"][0], ("b",): []}


def test_there_is_one_missing() -> None:
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING  # noqa: S301  our own
    assert copy.deepcopy([MISSING]) == [MISSING]
    assert not MISSING
    assert repr(MISSING) == "MISSING"


def test_pointers_for_people() -> None:
    assert pointer_text(("clients", Item("a/b"), "models", 0, "x.y")) == "clients[a/b].models[0].x.y"
    assert pointer_text(()) == ""
