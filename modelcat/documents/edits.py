"""Edits as data: what is to change, where, and which of them belong together.

All pointers are in the original document, with str for map keys and int for list positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcat.tree import Pointer, Tree


@dataclass(frozen=True, slots=True)
class Set:
    """Give what stands at `pointer` another value."""

    pointer: Pointer
    value: Tree


@dataclass(frozen=True, slots=True)
class Insert:
    """Put something new into the map or list at `parent`.

    key: of the new entry in a map, None in a list. after: the sibling it shall follow, a key or a
    position; None: it is the last. Inserts after the same sibling keep their order.
    """

    parent: Pointer
    key: str | None
    value: Tree
    after: str | int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take away what stands at `pointer`, with its key."""

    pointer: Pointer


Edit = Set | Insert | Delete
