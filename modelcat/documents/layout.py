"""Where entries of YAML block collections begin and end: keys, dashes, last lines, comments below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelcat.documents.splice import OpenText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.documents.node import Node
    from modelcat.documents.splice import Source

_DASH = re.compile(r"(?:\s++|#[^\n]*+|[&!]\S*+)*+-")
_COLON = re.compile(r"[ \t]*:")
_ANY_COLON = re.compile(r"(?:\s++|#[^\n]*+)*+:")
_PROPERTIES = re.compile(r"[ \t]*[&!]\S*(?:[ \t]+[&!]\S*)*")
_NAMED = r"(?:[&!]\S*+\s++(?:#[^\n]*+\s++)*+)*+"
"""Anchor and tag in front of a value, with the comments in their lines and below."""
_BARE = re.compile(_NAMED)
_HEADER = re.compile(_NAMED + r"[|>]([^\s#]*)")
_CONTENT = re.compile(r"(?: *+\r?\n)*+( *)")
_INDENT = re.compile(r" *")
BLOCK_SCALARS: Final = frozenset("|>")


def last_leaf(node: Node) -> Node:
    """What stands last in `node`; a collection in brackets is a leaf here."""
    while node.style == "block" and node.children:
        children = node.children
        node = children[-1] if isinstance(children, list) else children[next(reversed(children))]
    return node


def last_scalar(root: Node) -> Node | None:
    """The block scalar that a text ends in, if it ends in one."""
    leaf = last_leaf(root)
    return leaf if leaf.style in BLOCK_SCALARS else None


class Layout:
    """The lines of one YAML text."""

    def __init__(self, source: Source, root: Node) -> None:
        self.source = source
        self.text = source.text
        self._root = root
        self._columns: dict[Node, int] | None = None
        """Of block scalars: the column of the collection that holds them."""

    def begins(self, parent: Node) -> list[int]:
        """Where the entries begin: at their keys, or at their dashes."""
        children = parent.children
        if isinstance(children, dict):
            return [child.key_start for child in children.values()]
        return [self.dash(parent, position) for position in range(len(children or ()))]

    def dash(self, parent: Node, position: int = 0) -> int:
        """The dash of an element of a block list."""
        siblings = parent.children
        before = siblings[position - 1].end if position and isinstance(siblings, list) else parent.start
        match = _DASH.match(self.text, before)
        if not match:
            raise ValueError(f"no dash after {before}")
        return match.end() - 1

    def tail(self, node: Node) -> int:
        """Where the line after the last one of `node` begins. Blank lines that are no content are not its."""
        leaf = last_leaf(node)
        if leaf.style not in BLOCK_SCALARS:
            return self.source.line_end(leaf.end)
        end = leaf.end if self.text[leaf.end - 1] == "\n" else self.source.line_end(leaf.end)
        header = self.source.line_end(self._header(leaf).end())
        end = max(end, header)
        if self.keeps_blank_lines(leaf):
            return end
        # Blanks beyond the indentation are content, though the line looks empty; but not where only such
        # lines are there to tell the indentation.
        indent = self.content_indent(leaf)
        content = header if self._digit(leaf) else self._content(header).start(1)
        while end > header and self.source.blank(line := self.source.line_start(end - 1), end):
            beyond = self.text[line + indent : end].strip("\r\n")
            if content < end and beyond and self.indent(line) >= indent:
                break
            end = line
        return end

    def _content(self, line: int) -> re.Match[str]:
        """The indentation of the first line from `line` on that holds more than indentation."""
        match = _CONTENT.match(self.text, line)
        if not match:
            raise ValueError(f"no line at {line}")
        return match

    def _digit(self, leaf: Node) -> int:
        """The indentation that the header of a block scalar names; 0: it names none."""
        return next((int(sign) for sign in self._header(leaf)[1] if sign.isdigit()), 0)

    def _header(self, leaf: Node) -> re.Match[str]:
        match = _HEADER.match(self.text, leaf.start)
        if not match:
            raise ValueError(f"no block scalar at {leaf.start}")
        return match

    def chomping(self, leaf: Node) -> tuple[int, int]:
        """The span of the indicators after the sign of a block scalar."""
        return self._header(leaf).span(1)

    def open_text(self, leaf: Node) -> OpenText:
        """A block scalar as what may take in lines that come to stand below it."""
        signs = self._header(leaf)[1]
        return OpenText(self.tail(leaf), self.content_indent(leaf), "+" in signs, "-" not in signs)

    def keeps_blank_lines(self, leaf: Node) -> bool:
        """Are blank lines after a block scalar its content?"""
        return "+" in self._header(leaf)[1]

    def content_indent(self, leaf: Node) -> int:
        """How far a line below a block scalar must be indented to be taken for its content."""
        digit = self._digit(leaf)
        content = self._content(self.source.line_end(self._header(leaf).end()))
        if not digit and content.start(1) < leaf.end:
            return len(content[1])
        # Of one with nothing but lines of blanks libyaml takes the longest for the indentation; by the
        # specification (1.2.2, 8.1.1.1) a comment below, less indented than that, is an error all the same.
        if self._columns is None:
            self._columns = dict(self._scalars())
        return self._columns.get(leaf, 0) + (digit or 1)

    def _scalars(self) -> Iterator[tuple[Node, int]]:
        """The block scalars in block collections, with the columns of those."""
        stack = [self._root]
        while stack:
            parent = stack.pop()
            if parent.style != "block":
                continue
            children = parent.children or ()
            values = children.values() if isinstance(children, dict) else children
            for begin, child in zip(self.begins(parent), values, strict=True):
                if child.style in BLOCK_SCALARS:
                    yield child, self._column(begin, child)
                else:
                    stack.append(child)

    def _column(self, begin: int, child: Node) -> int:
        """The column of the collection whose entry begins at `begin`, or a little behind, after a `?`."""
        colon = _ANY_COLON.match(self.text, child.key_end) if child.key_start >= 0 else None
        if colon and not self.source.before(colon.end() - 1).strip():
            begin = colon.end() - 1
        return self.source.column(begin)

    def indent(self, line: int) -> int:
        """Blanks at a line start."""
        match = _INDENT.match(self.text, line)
        return match.end() - line if match else 0

    def blanks(self, offset: int) -> int:
        """Blanks and tabs from `offset` on."""
        end = offset
        while self.text.startswith((" ", "\t"), end):
            end += 1
        return end - offset

    def after_comments(self, line: int, column: int) -> int:
        """Behind the comment lines from `line` on that are indented deeper than `column`."""
        while line < len(self.text):
            sign = line + self.indent(line)
            if sign - line <= column or not self.text.startswith("#", sign):
                break
            line = self.source.line_end(line)
        return line

    def after_colon(self, node: Node) -> int:
        """Behind the colon after the key of `node`."""
        match = _COLON.match(self.text, node.key_end)
        if not match:
            raise ValueError(f"no colon at {node.key_end}")
        return match.end()

    def after_sign(self, node: Node, parent: Node, step: object) -> int:
        """Behind the colon or dash that `node` follows; step: its key or position in `parent`."""
        return self.dash(parent, step) + 1 if isinstance(step, int) else self.after_colon(node)

    def bare(self, node: Node) -> int:
        """Where a scalar or a collection in brackets itself begins, behind anchor and tag."""
        match = _BARE.match(self.text, node.start, node.end)
        return match.end() if match else node.start

    def after_properties(self, offset: int) -> int:
        """Behind an anchor and a tag that may follow in the same line."""
        match = _PROPERTIES.match(self.text, offset)
        return match.end() if match else offset
