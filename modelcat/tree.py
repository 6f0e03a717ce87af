"""Plain data: what a config is once its syntax is gone. Pointers, MISSING, strict equality, list shapes.

No text, no positions, no files: those are in documents/. Who wins in a merge is in merge.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

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


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True, order=True)
class Item:
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


def same(left: Tree, right: Tree) -> bool:
    """Equality with types: 1 is neither True nor 1.0; key order of maps means nothing."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    # NaN is the same value as NaN here: nobody changed it.
    return bool(left == right) or (left != left and right != right)  # noqa: PLR0124


def pointer_text(pointer: Pointer) -> str:
    """A pointer for people: clients[openrouter].models[a/b].max_input_tokens."""
    text = ""
    for step in pointer:
        if isinstance(step, str):
            text += f".{step}" if text else step
        else:
            text += f"[{step.key if isinstance(step, Item) else step}]"
    return text
