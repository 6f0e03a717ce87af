"""Plain data: what a config is once its syntax is gone. Pointers, MISSING, strict equality, list shapes.

No text, no positions, no files: those are in documents/. Who wins in a merge is in merge.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

Scalar = None | bool | int | float | str | date | datetime | time
Tree = Any
"""None, bool, int, float, str, date, datetime, time, list of Tree, or dict of str to Tree."""


class Missing:
    """The type of MISSING: nothing stands there (which null is not)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        # There is one, also after a copy: everybody asks `is MISSING`.
        return "MISSING"


MISSING: Final = Missing()


class Item(NamedTuple):
    """A step of a Pointer into a keyed list: the element whose merge key is `key`."""

    key: str


Step = str | int | Item
Pointer = tuple[Step, ...]
"""Where something stands: map keys as str, plain list positions as int, keyed list elements as Item."""

Pattern = tuple[str, ...]
"""A Pointer with "*" for any one step; map keys and list keys are written alike."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list whose elements are maps, told apart by the first of `fields` that they have."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScalarSet:
    """A list of scalars that merges as a set, in the person's order."""


Shape = Mapping[Pattern, Keyed | ScalarSet]
"""The lists of a tool's files that are not atomic, by where they stand."""


class Layout:
    """What a tool's shape and entry patterns say about one place of a tree; `below` steps down."""

    __slots__ = ("_below", "_other", "entry", "kind", "leads")

    def __init__(self, shape: Shape, entries: Iterable[Pattern] = ()) -> None:
        entries = tuple(entries)
        self.kind: Keyed | ScalarSet | None = shape.get(())
        """How a list standing here merges; None: atomic."""
        self.entry: bool = () in entries
        """An entry stands here: the unit that is the person's or modelcat's."""
        self.leads: bool = any(entries)
        """Entries stand somewhere below."""
        named = {pattern[0] for pattern in (*shape, *entries) if pattern} - {"*"}
        self._below = {name: _step(shape, entries, name) for name in named}
        self._other = (
            _step(shape, entries, "*") if any(p and p[0] == "*" for p in (*shape, *entries)) else None
        )

    def below(self, step: Step) -> Layout:
        """The layout of the child at `step`."""
        key = step.key if isinstance(step, Item) else step
        if self._below and isinstance(key, str) and key in self._below:
            return self._below[key]
        return self._other or PLAIN


def _step(shape: Shape, entries: tuple[Pattern, ...], name: str) -> Layout:
    return Layout(
        {pattern[1:]: kind for pattern, kind in shape.items() if pattern and pattern[0] in {name, "*"}},
        {pattern[1:] for pattern in entries if pattern and pattern[0] in {name, "*"}},
    )


PLAIN: Final = Layout({})
"""Nothing is said about this place: maps merge key by key, lists are atomic."""


def same(left: Tree, right: Tree) -> bool:
    """Equality with types: 1 is neither True nor 1.0; key order of maps means nothing."""
    kind = type(left)
    if left is right or kind is not type(right):
        return left is right
    if kind is dict:
        if len(left) != len(right):
            return False
        return all(same(value, right.get(key, MISSING)) for key, value in left.items())
    if kind is list:
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) if kind is str else _same_scalar(left, right)


def _same_scalar(left: Scalar, right: Scalar) -> bool:
    # 0.0 and -0.0, or one moment in two time zones, are different texts; NaN is NaN: nobody changed it.
    return (left == right and str(left) == str(right)) or (left != left and right != right)  # noqa: PLR0124


def keys(items: Tree, kind: Keyed) -> list[str] | str:
    """The merge keys of the elements of a keyed list, in order; a str says why there are none."""
    found: list[str] = []
    seen: set[str] = set()
    for number, element in enumerate(items, 1):
        key = _key(element, kind)
        if key is None:
            return f"its element {number} has no {' or '.join(kind.fields)}"
        if key in seen:
            return f"it has more than one {key!r}"
        seen.add(key)
        found.append(key)
    return found


def _key(element: Tree, kind: Keyed) -> str | None:
    if not isinstance(element, dict):
        return None
    for name in kind.fields:
        value = element.get(name)
        if value is not None:
            return value if isinstance(value, str) else None
    return None


def children(tree: Tree, layout: Layout) -> dict[Step, Tree] | None:
    """What can be pointed at directly below `tree`: map values and elements of keyed lists and sets.

    None: it is a scalar, an atomic list, or a list whose keys are missing or not unique.
    """
    if isinstance(tree, dict):
        return dict(tree.items())
    if not isinstance(tree, list):
        return None
    if isinstance(layout.kind, Keyed):
        names = keys(tree, layout.kind)
        return None if isinstance(names, str) else dict(zip(map(Item, names), tree, strict=True))
    if isinstance(layout.kind, ScalarSet) and all(isinstance(value, str) for value in tree):
        members: dict[Step, Tree] = {Item(value): value for value in tree}
        return members if len(members) == len(tree) else None
    return None


def get(tree: Tree, pointer: Pointer, layout: Layout) -> Tree:
    """What stands at `pointer`, or MISSING."""
    for step in pointer:
        inside = children(tree, layout)
        if inside is None:
            return MISSING
        tree, layout = inside.get(step, MISSING), layout.below(step)
    return tree


class Places:
    """Finds where a pointer leads in one tree: map keys as str, list elements as int, as documents do."""

    __slots__ = ("_known",)

    def __init__(self, tree: Tree, layout: Layout) -> None:
        self._known: dict[Pointer, tuple[Pointer, Tree, Layout, dict[Step, int]]] = {
            (): ((), tree, layout, _numbers(tree, layout))
        }

    def of(self, pointer: Pointer) -> Pointer:
        """`pointer` with list positions instead of merge keys. Raises KeyError where nothing stands."""
        return self._at(pointer)[0]

    def step(self, parent: Pointer, step: Step) -> str | int:
        """The last step of a child of `parent`. Raises KeyError where nothing stands."""
        _, tree, _, numbers = self._at(parent)
        if isinstance(tree, dict) and isinstance(step, str) and step in tree:
            return step
        return numbers[step]

    def _at(self, pointer: Pointer) -> tuple[Pointer, Tree, Layout, dict[Step, int]]:
        found = self._known.get(pointer)
        if found is None:
            place, tree, layout, _ = self._at(pointer[:-1])
            step = self.step(pointer[:-1], pointer[-1])
            child, below = tree[step], layout.below(pointer[-1])
            found = self._known[pointer] = ((*place, step), child, below, _numbers(child, below))
        return found


def _numbers(tree: Tree, layout: Layout) -> dict[Step, int]:
    if not isinstance(tree, list):
        return {}
    if isinstance(layout.kind, Keyed):
        names = keys(tree, layout.kind)
        return {} if isinstance(names, str) else {Item(name): number for number, name in enumerate(names)}
    if isinstance(layout.kind, ScalarSet):
        return {Item(value): number for number, value in enumerate(tree) if isinstance(value, str)}
    return {number: number for number in range(len(tree))}


def entries(tree: Tree, layout: Layout, at: Pointer = ()) -> dict[Pointer, Tree]:
    """All entries of `tree`, outermost before those inside them, in the order they stand."""
    found: dict[Pointer, Tree] = {}
    for pointer, entry, below in _outermost(tree, layout, at):
        found[pointer] = entry
        if below.leads:
            for step, child in (children(entry, below) or {}).items():
                found |= entries(child, below.below(step), (*pointer, step))
    return found


def outermost(tree: Tree, layout: Layout) -> dict[Pointer, Tree]:
    """The entries of `tree` that are in no other, in the order they stand."""
    return {pointer: entry for pointer, entry, _ in _outermost(tree, layout, ())}


def _outermost(tree: Tree, layout: Layout, at: Pointer) -> list[tuple[Pointer, Tree, Layout]]:
    if layout.entry:
        return [(at, tree, layout)]
    if not layout.leads:
        return []
    inside = children(tree, layout) or {}
    return [
        found
        for step, child in inside.items()
        for found in _outermost(child, layout.below(step), (*at, step))
    ]


def key_of(step: Step) -> str:
    """The key of a step into a map or keyed list; the number of one into a plain list."""
    return step.key if isinstance(step, Item) else str(step)


def pointer_text(pointer: Pointer) -> str:
    """A pointer for people: clients[openrouter].models[a/b].max_input_tokens."""
    text = ""
    for step in pointer:
        if isinstance(step, str):
            text += f".{step}" if text else step
        else:
            text += f"[{step.key if isinstance(step, Item) else step}]"
    return text
