"""A person's config as text with positions, and edits spliced into it.

    parse(data, syntax, path) -> Document     values, positions, comments; DocumentError
    document.edited(edits) -> Edited          new bytes; all bytes outside the edits are copied
    dump(tree, syntax, heading) -> str        generated files, written plainly

Untouched bytes are never rendered anew: no library keeps every comment, quote, indentation, byte order mark
and line ending. What a value means is in tree.py, who wins a merge in merge.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from modelcat.documents.edits import Delete, Edit, Insert, Set
from modelcat.documents.node import MAX_BYTES, Lines, Node, Unreadable
from modelcat.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from modelcat.tool import Syntax
    from modelcat.tree import Pointer, Tree

__all__ = ["Delete", "Document", "Edit", "Edited", "Insert", "Position", "Set", "dump", "parse"]

_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; both count from 1, columns in characters, a byte order mark is none."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edited:
    """A changed document. spans: the stretches of the original bytes that were replaced or taken out."""

    data: bytes
    spans: tuple[tuple[int, int], ...]


class Reading(Protocol):
    """What the module of a syntax finds in a text."""

    text: str
    tree: Tree
    root: Any

    def comments(self) -> Iterable[tuple[int, int]]:
        """The spans of the comments, in order."""


@dataclass(slots=True)
class Document:
    """A file that was read: bytes, values, and where each stands. Made by `parse`."""

    data: bytes
    tree: Tree
    """What it says; an empty file is an empty map. Not to be changed."""
    syntax: Syntax
    path: str
    _reading: Reading
    _lines: Lines | None = field(default=None, repr=False)

    def position(self, pointer: Pointer) -> Position:
        """Where the key (in a map) or the element (in a list) at `pointer` stands.

        What an alias or `<<` brings in stands where that is written. KeyError where nothing stands.
        """
        node = self._node(pointer)
        return self._at(node.whole if node else 0)

    def position_of_value(self, pointer: Pointer) -> Position:
        """Where the value at `pointer` stands; a table of TOML: at its header or first key."""
        node = self._node(pointer)
        return self._at(node.start if node else 0)

    def comments(self) -> tuple[tuple[int, str], ...]:
        """All comments with the line they begin in, from their sign to the end of the line."""
        text = self._reading.text
        return tuple((self._at(start).line, text[start:end]) for start, end in self._reading.comments())

    def _node(self, pointer: Pointer) -> Node | None:
        """The node at `pointer`, or the nearest one above where an alias or `<<` brings it in."""
        value: Tree = self.tree
        node: Node | None = self._reading.root
        for step in pointer:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                raise KeyError(pointer) from None
            found = node.child(step) if node else None
            if found is None and node is not None and node.style != "*":
                found = node.child("<<")
            node = found or node
        return node

    def _at(self, offset: int) -> Position:
        if self._lines is None:
            self._lines = Lines(self._reading.text)
        return Position(*self._lines.at(offset))


def parse(data: bytes, syntax: Syntax, path: str) -> Document:
    """Read `data` as a config file; `path` is only for messages.

    Raises DocumentError with line and column for what is no text of that syntax, what other parsers would
    read differently (duplicate keys, several documents), and what is too large or too deep.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError(path, 0, 0, f"{len(data)} bytes; nothing over {MAX_BYTES} bytes is read")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        sound = data[: error.start].decode().removeprefix(_BOM)
        raise DocumentError(path, *Lines(sound).at(len(sound)), "not UTF-8") from None
    text = text.removeprefix(_BOM)
    try:
        reading = _READ[syntax](text)
    except Unreadable as error:
        raise DocumentError(path, *Lines(text).at(error.offset), error.reason) from None
    empty = reading.root is None or (reading.tree is None and reading.root.start == reading.root.end)
    return Document(data, {} if empty else reading.tree, syntax, path, reading)


def dump(tree: Tree, syntax: Syntax, heading: Sequence[str] = ()) -> str:
    """`tree` as the text of a generated file, ending in a newline; heading: comment lines for its top.

    Strings are quoted, maps keep their order, nothing else is a matter of taste. ValueError for what the
    syntax has not: null in TOML, dates, NaN and a heading in JSON.
    """
    from modelcat.documents.plain import dump as written

    return written(tree, syntax, heading)


def _read_yaml(text: str) -> Reading:
    from modelcat.documents.yaml import read

    return read(text)


def _read_toml(text: str) -> Reading:
    from modelcat.documents.toml import read

    return read(text)


def _read_json(text: str) -> Reading:
    from modelcat.documents.json import read

    return read(text, lenient=False)


def _read_jsonc(text: str) -> Reading:
    from modelcat.documents.json import read

    return read(text, lenient=True)


_READ: Final[Mapping[Syntax, Callable[[str], Reading]]] = {
    "yaml": _read_yaml,
    "toml": _read_toml,
    "json": _read_json,
    "jsonc": _read_jsonc,
}
