"""A person's config as text with positions, and edits spliced into it.

    parse(data, syntax, path) -> Document     values, positions, comments; DocumentError
    document.edited(edits) -> Edited          new bytes; all bytes outside the edits are copied
    dump(tree, syntax, heading) -> str        generated files, written plainly

Untouched bytes are never rendered anew: no library keeps every comment, quote, indentation, byte order mark
and line ending. What a value means is in tree.py, who wins a merge in merge.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from modelcat.documents.edits import Delete, Edit, Insert, Set, Unreachable, sort, value_at
from modelcat.documents.node import MAX_BYTES, Lines, Node, TooDeep, Unreadable
from modelcat.documents.splice import Source, join, unended
from modelcat.errors import DocumentError
from modelcat.tree import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from modelcat.documents.edits import Changes
    from modelcat.documents.plain import Written
    from modelcat.documents.splice import Splice
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
    """A changed document. spans: the stretches of the original bytes that were replaced or taken out, in
    order; an empty one where something was put in.
    """

    data: bytes
    spans: tuple[tuple[int, int], ...]


class Reading(Protocol):
    """What the module of a syntax finds in a text."""

    text: str
    tree: Tree

    @property
    def root(self) -> Node:
        """The span of the whole."""

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
    _reading: Reading = field(repr=False)
    _lines: Lines | None = field(default=None, repr=False)

    def position(self, pointer: Pointer) -> Position:
        """Where the key (in a map) or the element (in a list) at `pointer` stands.

        What an alias or `<<` brings in stands where that is written; `<<` itself, as the last step, has a
        place too. KeyError where nothing stands.
        """
        return self._at(self._node(pointer).whole)

    def position_of_value(self, pointer: Pointer) -> Position:
        """Where the value at `pointer` stands; a table of TOML: at its header or first key."""
        return self._at(self._node(pointer).start)

    def unmerged(self) -> Tree:
        """The values for a tool to which YAML's `<<` is a key like any other: nothing is brought in."""
        if self.syntax != "yaml":
            return self.tree
        from modelcat.documents.yaml import Yaml, unmerged

        return unmerged(cast("Yaml", self._reading))

    def comments(self) -> tuple[tuple[int, str], ...]:
        """All comments with the line they begin in, from their sign to the end of the line."""
        text = self._reading.text
        return tuple((self._at(start).line, text[start:end]) for start, end in self._reading.comments())

    def edited(self, edits: Sequence[Edit]) -> Edited:
        """The text with all of `edits` made, and what they took out of it. This document stays as it is.

        DocumentError: the text allows no such change in one place (it would go through an alias or `<<`),
        or would be too deep to be read again.
        ValueError: edits that name nothing here, touch the same, or bring values the syntax has not.
        """
        reading = self._reading
        source = Source(reading.text)
        try:
            changes = sort(edits, self.tree, reading.root)
            splices = _CHANGE[self.syntax](reading, source, changes)
        except Unreachable as error:
            place = self._at(error.node.whole)
            raise DocumentError(self.path, place.line, place.column, error.reason) from None
        except TooDeep as error:
            raise DocumentError(self.path, 0, 0, f"after this change it would be {error}") from None
        text, spans = join(source.text, splices)
        text = unended(source, text, spans, splices)
        mark = _BOM if self.data.startswith(_BOM.encode()) else ""
        data = (mark + text).encode()
        return Edited(data, tuple(self._in_bytes(spans, len(mark.encode()))))

    def _in_bytes(self, spans: list[tuple[int, int]], begin: int) -> Iterator[tuple[int, int]]:
        """Spans of characters as spans of `data`."""
        text, done, offset = self._reading.text, 0, begin
        for start, end in spans:
            start_offset = offset + len(text[done:start].encode())
            done, offset = end, start_offset + len(text[start:end].encode())
            yield start_offset, offset

    def _node(self, pointer: Pointer) -> Node:
        """The node at `pointer`, or the nearest one above where an alias or `<<` brings it in."""
        merging = bool(pointer) and pointer[-1] == "<<"
        if value_at(self.tree, pointer[:-1] if merging else pointer) is MISSING:
            raise KeyError(pointer)
        node = self._reading.root
        for step in pointer:
            node = node.child(step) or node.child("<<") or node
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
    return Document(data, reading.tree, syntax, path, reading)


def dump(tree: Tree, syntax: Syntax, heading: Sequence[str] = (), written: Written | None = None) -> str:
    """`tree` as the text of a generated file, ending in a newline; heading: comment lines for its top.

    Strings are quoted, maps keep their order, nothing else is a matter of taste. ValueError for what the
    syntax has not: null in TOML, dates, NaN and a heading in JSON. `written`
    is an empty map for all files that have parts in common (the same objects, which must live as long): what
    one of them has is not worked out for the next.
    """
    from modelcat.documents import plain

    return plain.dump(tree, syntax, heading, written)


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


def _change_yaml(reading: Any, source: Source, changes: Changes) -> list[Splice]:
    from modelcat.documents.yaml_changes import splices

    return splices(reading, source, changes)


def _change_toml(reading: Any, source: Source, changes: Changes) -> list[Splice]:
    from modelcat.documents.toml_changes import splices

    return splices(reading, source, changes)


def _change_json(reading: Any, source: Source, changes: Changes) -> list[Splice]:
    from modelcat.documents.json_changes import splices

    return splices(reading, source, changes)


_CHANGE: Final[Mapping[Syntax, Callable[[Any, Source, Changes], list[Splice]]]] = {
    "yaml": _change_yaml,
    "toml": _change_toml,
    "json": _change_json,
    "jsonc": _change_json,
}
