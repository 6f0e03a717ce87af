"""Where the tables of a TOML text stand: the sections of a subtree, the statements of a table, the lines
between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.documents.splice import Splice
from modelcat.documents.toml import Section, Statement, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.documents.node import Node
    from modelcat.documents.splice import Source
    from modelcat.documents.toml import Toml


def is_inline(node: Node) -> bool:
    """Is `node` a value after an equals sign?"""
    return not isinstance(node.children, dict | list) or node.style == "flow"


def sections_of(node: Node) -> list[Section]:
    """The sections of a table or array of tables and of all below it, in the order of the text."""
    found: list[Section] = []
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Table) and top.section is not None:
            found.append(top.section)
        if top.children and not is_inline(top):
            stack.extend(top.children.values() if isinstance(top.children, dict) else top.children)
    return sorted(found, key=lambda section: section.start)


def statements_of(node: Node) -> list[Statement]:
    """The statements in other sections that a table lives by: those of dotted keys."""
    return node.statements if isinstance(node, Table) and node.section is None and not is_inline(node) else []


def levels(nodes: list[Node]) -> int:
    """How deep the last of `nodes`, which begin at the root, stands in the text; not what headers only imply.

    As the reader counts: two for each key of a header, one for each key of a statement and each bracket.
    """
    deep = 0
    for node in nodes[1:]:
        headed = isinstance(node, Table) and node.section
        deep = 2 * len(headed.parts) if headed else deep + 1
    return deep


class Owners:
    """Which section or inline table a statement stands in, and as which of its statements."""

    def __init__(self, toml: Toml) -> None:
        self._of: dict[Node, tuple[Section | Table, int]] = {}
        for section in toml.sections:
            self._note(section)

    def _note(self, section: Section) -> None:
        stack: list[Section | Table] = [section]
        while stack:
            owner = stack.pop()
            for index, statement in enumerate(owner.statements):
                self._of[statement.value] = (owner, index)
                stack.extend(_tables_in(statement.value))

    def of(self, value: Node) -> tuple[Section | Table, int]:
        """The owner of the statement that gives `value`, and its number."""
        return self._of[value]


def _tables_in(value: Node) -> Iterator[Table]:
    """The outermost inline tables in a value."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Table):
            yield node
        elif isinstance(node.children, list):
            stack.extend(node.children)


class Places:
    """Lines around sections."""

    def __init__(self, toml: Toml, source: Source) -> None:
        self.toml = toml
        self.source = source
        self.text = source.text

    def behind(self, section: Section) -> int:
        """Behind a section and the comments that follow it, unless they belong to the next header."""
        if not section.parts and not section.statements:
            return self.top()
        end = after = self.source.line_end(section.end)
        while self._is_comment(after):
            after = self.source.line_end(after)
        return after if self.source.blank(after, self.source.line_end(after)) else end

    def above(self, section: Section) -> int:
        """Where the comments begin that stand directly above a header."""
        line = self.source.line_start(section.start)
        while line > 0 and self._is_comment(above := self.source.line_start(line - 1)):
            line = above
        return line

    def _is_comment(self, line: int) -> bool:
        return self.text[line : self.source.line_end(line)].lstrip().startswith("#")

    def top(self) -> int:
        """Where something goes that shall stand before all headers, in a text that has nothing there."""
        if len(self.toml.sections) > 1:
            return self.above(self.toml.sections[1])
        return len(self.text)

    def lines(self, part: Section | Statement) -> Splice:
        """Its lines taken out."""
        start, end = self.source.line_start(part.start), self.source.line_end(part.end)
        return Splice(start, end, "", lines=True)

    def spaced(self, section: Section) -> bool:
        """Does a blank line stand above a header?"""
        above = self.above(section)
        return not section.parts or not above or self.source.blank_line_before(above)
