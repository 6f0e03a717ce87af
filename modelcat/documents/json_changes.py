"""Changes of a JSON document. Entries on lines of their own get company on lines of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcat.documents.flow import Bracketed, Flow
from modelcat.documents.plain import json_lines
from modelcat.documents.render import inline, quote
from modelcat.documents.splice import Splice

if TYPE_CHECKING:
    from modelcat.documents.edits import Change, Changes, Insert
    from modelcat.documents.json import Json
    from modelcat.documents.node import Node
    from modelcat.documents.splice import Source
    from modelcat.tree import Tree

_TRIVIA = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*.*?\*/)*+", re.DOTALL)


def splices(json: Json, source: Source, changes: Changes) -> list[Splice]:
    """What to put where."""
    changer = _Changer(json, source)
    for change in changes.collections.values():
        changer.change(change)
    for replacement in changes.values:
        nodes = replacement.nodes
        around = nodes[-2] if len(nodes) > 1 else None
        pad = changer.indent(nodes[-1].whole)
        text = changer.rendered(replacement.value, around, pad, len(nodes) - 1)
        changer.put(nodes[-1].start, nodes[-1].end, text)
    return changer.flow.splices


class _Changer:
    def __init__(self, json: Json, source: Source) -> None:
        self.source = source
        self.flow = Flow(source, _TRIVIA, block_comments=True)
        self.unit = self._unit(json.root)
        self._flat: dict[tuple[Node, type], bool] = {}

    def put(self, start: int, end: int, text: str) -> None:
        self.flow.splices.append(Splice(start, end, text))

    def indent(self, offset: int) -> str:
        """The blanks that the line of `offset` begins with."""
        line = self.source.text[self.source.line_start(offset) : offset]
        return line[: len(line) - len(line.lstrip())]

    def _unit(self, root: Node) -> str:
        """What one level is indented by: as the first entry of the root is."""
        children = root.children or ()
        first = next(iter(children.values() if isinstance(children, dict) else children), None)
        before = self.source.before(first.whole) if first else ""
        return before if before and not before.strip() else "  "

    def _one_line(self, node: Node) -> bool:
        return "\n" not in self.source.text[node.start : node.end]

    def rendered(self, value: Tree, around: Node | None, pad: str, depth: int) -> str:
        """A value over several lines where its neighbours are, or else where what is around it is."""
        if around is not None and self._on_one_line(around, type(value)):
            return inline(value, "json", None, depth)
        return json_lines(value, pad, self.unit, depth).replace("\n", self.source.ending(0))

    def _on_one_line(self, around: Node, kind: type) -> bool:
        if (around, kind) not in self._flat:
            children = around.children or ()
            nodes = reversed(children.values() if isinstance(children, dict) else list(children))
            like = (child for child in nodes if child.children and isinstance(child.children, kind))
            self._flat[around, kind] = self._one_line(next(like, around))
        return self._flat[around, kind]

    def change(self, change: Change) -> None:
        node = change.nodes[-1]
        if node.style == "empty":
            text = json_lines(change.collected(), "", self.unit).replace("\n", self.source.ending(0))
            at = self.source.line_end(node.start) if self.source.before(node.start).strip() else node.start
            self.put(at, at, text + self.source.ending(0))
            return
        children = node.children or ()
        nodes = list(children.values()) if isinstance(children, dict) else list(children)
        entries = [(child.whole, child.end) for child in nodes]
        held = Bracketed(node.start + 1, node.end - 1, entries, len(change.nodes), unit=self.unit)
        deleted, inserted = change.by_position()
        if not nodes and self.source.blank(held.opening, held.closing) and not self._stays_on_line(change):
            pad = self.indent(node.whole)
            texts = [self._entry(insert, None, pad + self.unit, held.depth) for insert in change.inserted]
            ending = self.source.ending(node.start)
            inner = ("," + ending + pad + self.unit).join(texts)
            self.put(held.opening, held.closing, f"{ending}{pad}{self.unit}{inner}{ending}{pad}")
            return
        pad = self.indent(nodes[-1].whole if nodes else held.closing)
        if not nodes and not self.source.before(held.closing).strip():
            pad += self.unit
        rendered = {
            at: [self._entry(insert, node, pad, held.depth) for insert in inserts]
            for at, inserts in inserted.items()
        }
        self.flow.change(held, deleted, rendered)

    def _stays_on_line(self, change: Change) -> bool:
        """Is an empty collection one among others in a line?"""
        return len(change.nodes) > 1 and self._one_line(change.nodes[-2])

    def _entry(self, insert: Insert, around: Node | None, pad: str, depth: int) -> str:
        text = self.rendered(insert.value, around, pad, depth)
        return text if insert.key is None else f"{quote(insert.key)}: {text}"
