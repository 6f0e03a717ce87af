"""Where things stand in a text: the tree of spans that goes with the tree of values.

Offsets count characters of the text after a byte order mark, not bytes. What an offset means as line and
column is here too; how a text is read is in yaml.py, toml.py and json.py, how it is changed in the modules
beside them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

MAX_BYTES: Final = 10_000_000
"""A config larger than this is not read: no tool's config is, and memory is the person's."""
MAX_NODES: Final = 300_000
"""22,000 models with ten fields each are 240,000 values."""
MAX_DEPTH: Final = 100

_NEWLINE = re.compile(r"\n")


class Node:
    """One value in a text.

    start, end: the span of the value, with its anchor and tag; of a block collection to the end of its
    last leaf. key_start, key_end: its key, where it stands in a map (-1 in a list and at the root).
    style: of a scalar "" for plain, else its opening sign (`"`, `'`, `|`, `>`); "*" an alias; of a
    collection "flow" (in brackets), "block" (by indentation or by statements), "empty" (of an empty text).
    """

    __slots__ = ("children", "end", "key_end", "key_start", "start", "style")

    def __init__(self, start: int, end: int, style: str) -> None:
        self.start = start
        self.end = end
        self.style = style
        self.key_start = -1
        self.key_end = -1
        self.children: dict[str, Node] | list[Node] | None = None

    def child(self, step: object) -> Node | None:
        """The node one step down, None where nothing stands."""
        children = self.children
        if isinstance(children, dict):
            return children.get(step) if isinstance(step, str) else None
        if isinstance(children, list) and isinstance(step, int) and 0 <= step < len(children):
            return children[step]
        return None

    @property
    def whole(self) -> int:
        """Where the entry begins: at its key, where it has one."""
        return self.start if self.key_start < 0 else self.key_start


def empty(offset: int) -> Node:
    """The root of a text that says nothing: a map whose first entries go to `offset`."""
    node = Node(offset, offset, "empty")
    node.children = {}
    return node


class Lines:
    """Line and column of offsets, both from 1."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Unreadable(Exception):  # noqa: N818  it never leaves this package
    """A parser cannot go on: an offset and why. `parse` turns it into a DocumentError with the path."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class TooDeep(ValueError):  # noqa: N818  dump lets it out as the ValueError it is
    """A value would stand where it could not be read back."""
