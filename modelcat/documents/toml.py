"""TOML text to values and spans. tomllib says what the text means; the scanner here says where it stands.

Both must accept a text. How TOML is changed is in tables.py and flow.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from modelcat.documents.brackets import MAX_DIGITS, TOO_DEEP, TOO_LONG, TOO_MANY, Brackets
from modelcat.documents.node import MAX_DEPTH, Node, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.tree import Tree

_BLANK = re.compile(r"[ \t]*")
# Possessive throughout: nothing is ever tried twice, and no memory is kept for that.
TRIVIA = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_REST = re.compile(r"[ \t]*+(?:#[^\n]*+)?+(?:\n|\r\n|\Z)")
_COMMENT = re.compile(r"#[^\r\n]*")
_PART = re.compile(r"""[ \t]*+([A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\[^\n])*+"|'[^'\n]*+')[ \t]*+(\.?)""")
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"'
    r"|'[^'\n]*+'"
    r"|\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]++"
    r"""|[^\s,\[\]{}#="']++""",
    re.DOTALL,
)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

# A table takes the memory of several values.
_TABLE: Final = 3


class Part(NamedTuple):
    """One part of a dotted key, and its span with quotes."""

    name: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Statement:
    """`key = value`: a line of a section or an entry of an inline table."""

    parts: tuple[Part, ...]
    value: Node

    @property
    def start(self) -> int:
        """Where its key begins."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """Where its value ends."""
        return self.value.end


@dataclass(slots=True, eq=False)
class Section:
    """A header with the statements under it; the first one of a text has no header."""

    start: int
    """Of the header's line, at its bracket."""
    header_end: int
    parts: tuple[Part, ...]
    table: Table
    statements: list[Statement] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Where its last statement ends."""
        return self.statements[-1].end if self.statements else self.header_end


class Table(Node):
    """A map of TOML.

    style: "flow" in braces, else "block". section: of its own header, and of the root; None for what only
    longer headers or dotted keys imply. statements: those of an inline table, and those that pass through a
    dotted one.
    """

    __slots__ = ("section", "statements")

    children: dict[str, Node]

    def __init__(self, start: int, end: int, style: str = "block") -> None:
        super().__init__(start, end, style)
        self.children = {}
        self.section: Section | None = None
        self.statements: list[Statement] = []


@dataclass(slots=True)
class Toml:
    """What stands in a TOML text."""

    text: str
    tree: Tree
    root: Table
    sections: list[Section]
    gaps: list[tuple[int, int]]
    """Blanks and comments between the other things."""

    def comments(self) -> Iterator[tuple[int, int]]:
        """The spans of all comments, from `#`."""
        return (match.span() for gap in self.gaps for match in _COMMENT.finditer(self.text, *gap))


def read(text: str) -> Toml:
    """Values and spans of `text`. Raises Unreadable."""
    import tomllib

    scanner = _Scanner(text)
    problem: Unreadable | None = None
    try:
        scanner.scan()
    except Unreadable as error:
        if error.reason in {TOO_DEEP, TOO_MANY, TOO_LONG}:
            raise
        problem = error
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(text, str(error)) from None
    except (ValueError, RecursionError) as error:
        raise problem or Unreadable(0, str(error)) from None
    if problem:
        raise problem
    return Toml(text, tree, scanner.root, scanner.sections, scanner.gaps)


def _unreadable(text: str, message: str) -> Unreadable:
    place = _PLACE.search(message)
    if not place:
        return Unreadable(0, message)
    reason = message[: place.start()]
    if not place[1]:
        return Unreadable(len(text), reason)
    # tomllib counts lines after it has made CRLF to LF; columns and lines stay the same.
    offset = 0
    for _ in range(int(place[1]) - 1):
        offset = text.index("\n", offset) + 1
    return Unreadable(min(offset + int(place[2]) - 1, len(text)), reason)


class _Scanner(Brackets):
    """Finds the spans in a text that tomllib accepts; in others it stops somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__(text, TRIVIA, "#", trailing_commas=True)
        self.root = Table(0, len(text))
        self.sections = [Section(0, 0, (), self.root)]
        self.root.section = self.sections[0]

    def scan(self) -> None:
        """Read the whole text."""
        position = self.skip(0)
        while position < len(self.text):
            opens = self.text[position] == "["
            position = self._header(position) if opens else self._statement(position)
            if not _REST.match(self.text, position):
                raise Unreadable(position, "expected the end of the line")
            position = self.skip(position)

    def _blank(self, position: int) -> int:
        match = _BLANK.match(self.text, position)
        return match.end() if match else position

    def _parts(self, position: int, depth: int) -> tuple[tuple[Part, ...], int]:
        parts: list[Part] = []
        while True:
            match = _PART.match(self.text, position)
            if not match:
                raise Unreadable(position, "expected a key")
            start, end = match.span(1)
            parts.append(Part(_name(match[1], start), start, end))
            if len(parts) + depth > MAX_DEPTH:
                raise Unreadable(start, TOO_DEEP)
            position = match.end()
            if not match[2]:
                return tuple(parts), position

    def _header(self, start: int) -> int:
        array = self.text.startswith("[[", start)
        # Each part may be an array of tables, which is a level more; and below the last there is a statement.
        parts, position = self._parts(start + 1 + array, MAX_DEPTH // 2 + 1)
        end = self.expect("]]" if array else "]", position)
        table = self._element(parts, start, end) if array else self._declared(parts, start, end)
        table.section = Section(start, end, parts, table)
        self.sections.append(table.section)
        return end

    def _element(self, parts: tuple[Part, ...], start: int, end: int) -> Table:
        holder, last = self._step_into(self.root, parts[:-1], header=True), parts[-1]
        found = holder.children.get(last.name)
        if found is None:
            found = holder.children[last.name] = Node(start, end, "block")
            found.children = []
            found.key_start, found.key_end = last.start, last.end
        if not isinstance(found.children, list) or found.style != "block":
            raise Unreadable(last.start, "not an array of tables")
        element = Table(start, end)
        found.children.append(self.counted(element, _TABLE))
        return element

    def _declared(self, parts: tuple[Part, ...], start: int, end: int) -> Table:
        holder, last = self._step_into(self.root, parts[:-1], header=True), parts[-1]
        found = holder.children.get(last.name)
        if found is None:
            found = holder.children[last.name] = Table(start, end)
            self.counted(found, _TABLE)
        if not isinstance(found, Table):
            raise Unreadable(last.start, "not a table")
        found.start, found.end, found.key_start, found.key_end = start, end, last.start, last.end
        return found

    def _step_into(self, table: Table, parts: tuple[Part, ...], *, header: bool) -> Table:
        """The table that `parts` lead to; those of a header go on in the last element of an array."""
        for part in parts:
            found = table.children.get(part.name)
            if found is None:
                found = table.children[part.name] = Table(part.start, part.end)
                found.key_start, found.key_end = part.start, part.end
                self.counted(found, _TABLE)
            if header and isinstance(found.children, list) and found.children:
                found = found.children[-1]
            if not isinstance(found, Table):
                raise Unreadable(part.start, "not a table")
            table = found
        return table

    def _statement(self, start: int) -> int:
        section = self.sections[-1]
        depth = 2 * len(section.parts)
        parts, position = self._parts(start, depth)
        position = self._blank(self.expect("=", position))
        value, end = self.value(position, depth + len(parts))
        self.counted(value, len(parts))
        section.statements.append(self._placed(section.table, parts, value))
        return end

    def _placed(self, table: Table, parts: tuple[Part, ...], value: Node) -> Statement:
        statement = Statement(parts, value)
        for part in parts[:-1]:
            table = self._step_into(table, (part,), header=False)
            table.statements.append(statement)
        last = parts[-1]
        if last.name in table.children:
            raise Unreadable(last.start, f"the key {last.name!r} stands here a second time")
        value.key_start, value.key_end = last.start, last.end
        table.children[last.name] = value
        return statement

    def begin(self, position: int) -> Node:
        if self.text.startswith("{", position):
            return Table(position, position + 1, "flow")
        if self.text.startswith("[", position):
            node = Node(position, position + 1, "flow")
            node.children = []
            return node
        match = _SCALAR.match(self.text, position)
        if not match:
            raise Unreadable(position, "expected a value")
        sign = match[0][0]
        if sign not in "\"'" and match.end() - position > MAX_DIGITS:
            raise Unreadable(position, TOO_LONG)
        if sign not in "\"'":
            sign = ""
        return Node(position, match.end(), sign * 3 if match[0].startswith(sign * 3) else sign)

    def key(self, position: int) -> tuple[tuple[Part, ...], int]:
        parts, position = self._parts(position, 0)
        return parts, self.skip(self.expect("=", position))

    def levels(self, key: tuple[Part, ...]) -> int:
        return len(key)

    def attach(self, parent: Node, key: Any, node: Node) -> None:
        if isinstance(parent, Table):
            parent.statements.append(self._placed(parent, key, node))
        elif isinstance(parent.children, list):
            parent.children.append(node)


def _name(raw: str, start: int) -> str:
    """What a part of a key means."""
    if raw[0] not in "\"'":
        return raw
    if raw[0] == "'" or "\\" not in raw:
        return raw[1:-1]
    import tomllib

    try:
        return next(iter(tomllib.loads(f"{raw} = 0")))
    except tomllib.TOMLDecodeError:
        raise Unreadable(start, "a key that is no TOML") from None
