"""A YAML value in block context gives way to another one: in its line, or as lines of its own below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcat.documents.layout import BLOCK_SCALARS
from modelcat.documents.plain import block
from modelcat.documents.render import inline
from modelcat.documents.splice import Splice

if TYPE_CHECKING:
    from modelcat.documents.block import Blocks
    from modelcat.documents.edits import Replacement
    from modelcat.documents.node import Node
    from modelcat.documents.render import Look
    from modelcat.tree import Tree

_PROPERTY = re.compile(r"#[^\n]*+|([&!]\S*+[ \t]*+)")
_HEADER_COMMENT = re.compile(r"[^\n]*?(?:[ \t]+(#[^\r\n]*))?\r?$", re.MULTILINE)


class Values:
    """Makes the splices for values in block context."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.layout = blocks.layout
        self.source = blocks.source
        self.text = blocks.text

    def replace(self, replacement: Replacement) -> None:
        """Put a value where another one stands."""
        nodes, value = replacement.nodes, replacement.value
        node, parent = nodes[-1], nodes[-2] if len(nodes) > 1 else None
        begin = node.start
        if parent is not None:
            begin = self.layout.after_sign(node, parent, replacement.pointer[-1])
        look = self.look(nodes, value)
        if look.in_brackets(value):
            text = inline(value, "yaml", look, len(nodes) - 1)
            self._in_line(begin, node, parent, text, len(nodes))
        elif node.key_start >= 0:
            self._below_key(begin, node, value, look, len(nodes))
        else:
            self._below(begin, nodes, value, look)

    def look(self, nodes: list[Node], value: Tree) -> Look:
        """Of the old value where it is of the kind of the new one; else of its neighbours."""
        looks, node, kind = self.blocks.looks, nodes[-1], type(value)
        if (node.children and isinstance(node.children, kind)) or node.style in {'"', "'"}:
            return looks.of(node)
        if len(nodes) == 1:
            return looks.base
        return looks.of(nodes[-2]).kinds.get(kind) or looks.base

    # `begin` is where the old value may be cut from: behind its colon or dash; at the root, where it begins.

    def _in_line(self, begin: int, node: Node, parent: Node | None, text: str, depth: int) -> None:
        put = self.blocks.put
        space = "" if parent is None else " "
        if node.style == "block":
            first = self.layout.begins(node)[0]
            tail = self.layout.tail(node)
            line = self.source.line_end(begin)
            if parent is not None and first >= line:
                # The comment in the line of the key stays there.
                put(begin, self.layout.after_properties(begin), space + text, depth)
                self.blocks.splices.append(Splice(line, tail, "", depth, lines=True))
                return
            put(begin, tail, space + text + self.source.ending(tail), depth)
        elif node.style in BLOCK_SCALARS:
            tail = self.layout.tail(node)
            text += self._header_comment(node) + self.source.ending(tail)
            start = self._apart(begin, node, depth)
            put(*((begin, tail, space + text) if start is None else (start, tail, text)), depth)
        elif node.start == node.end:
            blanks = self.layout.blanks(begin)
            end = begin + blanks if self.source.blank(begin, self.source.line_end(begin)) else begin
            put(begin, end, space + text, depth)
        else:
            start = self._apart(begin, node, depth)
            put(node.start if start is None else start, node.end, text, depth)

    def _header_comment(self, node: Node) -> str:
        if node.style not in BLOCK_SCALARS:
            return ""
        match = _HEADER_COMMENT.match(self.text, self.layout.bare(node))
        return f"  {match[1]}" if match and match[1] else ""

    def _apart(self, begin: int, node: Node, depth: int) -> int | None:
        """Where a value begins that stands in a line below its sign; None: it stands beside it.

        Anchor and tag above it are taken out, the comments in their lines stay.
        """
        start = self.layout.bare(node)
        if node.style == "block" or "\n" not in self.text[begin:start]:
            return None
        if "\n" in self.text[node.start : start]:
            for match in _PROPERTY.finditer(self.text, node.start, start):
                if match[1]:
                    self.blocks.put(*match.span(), "", depth)
            return start
        return node.start

    def _below(self, begin: int, nodes: list[Node], value: Tree, look: Look) -> None:
        put, node, depth = self.blocks.put, nodes[-1], len(nodes)
        parent = nodes[-2] if depth > 1 else None
        column = 0
        lead = ""
        if parent is not None:
            gap = self.blocks.looks.of(parent).gap
            column = self.source.column(begin) - 1 + gap
            lead = " " * (gap - 1)
        elif self.source.before(begin).strip():
            lead = self.source.ending(begin)
        lines: list[str] = []
        block(value, " " * column, look, lines, depth - 1)
        if self._below_sign(begin, node, lines, depth):
            return
        lines[0] = lead + lines[0][column:] + self._header_comment(node)
        if node.style == "block" or node.style in BLOCK_SCALARS:
            tail = self.layout.tail(node)
            ending = self.source.ending(tail)
            put(begin, tail, "".join(line + ending for line in lines), depth)
            return
        line = self.source.line_end(node.end)
        ending = self.source.ending(line)
        put(begin, node.end, lines[0], depth)
        put(line, line, "".join(text + ending for text in lines[1:]), depth)

    def _below_key(self, begin: int, node: Node, value: Tree, look: Look, depth: int) -> None:
        put = self.blocks.put
        key = self.source.column(node.key_start)
        column = key + (look.unit if isinstance(value, dict) else look.dash)
        if node.style == "block":
            old = self.source.column(self.layout.begins(node)[0])
            column = old if old > key or isinstance(value, list) else column
        lines: list[str] = []
        block(value, " " * column, look, lines, depth - 1)
        if self._below_sign(begin, node, lines, depth):
            return
        line = self.source.line_end(begin)
        ending = self.source.ending(line)
        text = "".join(text + ending for text in lines)
        if node.style in BLOCK_SCALARS:
            put(begin, self.layout.tail(node), self._header_comment(node) + ending + text, depth)
        else:
            line = self.source.line_end(node.end)
            put(begin, node.end, "", depth)
            put(line, line, text, depth)

    def _below_sign(self, begin: int, node: Node, lines: list[str], depth: int) -> bool:
        """Lines for a value that stands below its sign already; False: it stands beside it."""
        put, line = self.blocks.put, self.source.line_end(begin)
        ending = self.source.ending(line)
        text = "".join(text + ending for text in lines)
        start = self._apart(begin, node, depth)
        if start is not None:
            self._lines_for(start, node, text, depth)
        elif node.style == "block" and depth > 1 and self.layout.begins(node)[0] >= line:
            put(begin, self.layout.after_properties(begin), "", depth)
            put(line, self.layout.tail(node), text, depth)
        else:
            return False
        return True

    def _lines_for(self, start: int, node: Node, text: str, depth: int) -> None:
        """Lines for a value that stands in a line below its sign; the comments around it stay."""
        put, end = self.blocks.put, self.source.line_end(node.end)
        comment = ""
        if node.style in BLOCK_SCALARS:
            end, comment = self.layout.tail(node), self._header_comment(node).strip()
        elif not self.source.blank(node.end, end):
            put(start, node.end, "", depth)
            put(end, end, text, depth)
            return
        if comment:
            text = comment + self.source.ending(end) + text
        put(start if comment else self.source.line_start(start), end, text, depth)
