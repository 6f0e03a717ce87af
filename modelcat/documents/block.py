"""Changes of YAML block maps and lists: lines taken out and lines put in.

What keeps a change from meaning something else: a comment that would become text of the block scalar above
it goes with the entry it follows; a collection that loses its last entry becomes `{}` or `[]`; an entry in
the line of a dash leaves the dash to the next one. Single values are replaced in values.py, what is in
brackets is changed in flow.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcat.documents.edits import START
from modelcat.documents.layout import BLOCK_SCALARS, last_leaf
from modelcat.documents.plain import block
from modelcat.documents.splice import Splice

if TYPE_CHECKING:
    from modelcat.documents.edits import Change, Insert
    from modelcat.documents.layout import Layout
    from modelcat.documents.look import Looks
    from modelcat.tree import Tree


_KEEPING = re.compile(r"[|>][0-9]?\+")


class Blocks:
    """Makes the splices for changes of block collections."""

    def __init__(self, layout: Layout, looks: Looks) -> None:
        self.layout = layout
        self.source = layout.source
        self.text = layout.text
        self.looks = looks
        self.splices: list[Splice] = []

    def put(self, start: int, end: int, text: str, depth: int) -> None:
        """Note a splice."""
        if text or end > start:
            self.splices.append(Splice(start, end, text, depth))

    def change(self, change: Change) -> None:
        """Take out and put in entries of a block collection."""
        deleted, inserted = change.by_position()
        run = _Run(self, change, deleted)
        if len(deleted) < len(run.begins):
            run.take_out(deleted)
            for position, inserts in inserted.items():
                self._put_in(run, position, inserts)
        elif inserted:
            self._renew(run, [insert for inserts in inserted.values() for insert in inserts])
        else:
            self._empty(run, change)

    def _rendered(self, run: _Run, inserts: list[Insert], ending: str) -> str:
        """New entries as whole lines."""
        out: list[str] = []
        look = self.looks.of(run.node)
        for insert in inserts:
            value: Tree = [insert.value] if insert.key is None else {insert.key: insert.value}
            block(value, " " * run.column, look, out, run.depth - 1)
        return "".join(line + ending for line in out)

    def _put_in(self, run: _Run, position: int, inserts: list[Insert]) -> None:
        if position == START:
            at = run.begins[run.first]
            ending = self.source.ending(at)
            text = self._rendered(run, inserts, ending)
            self.put(at, at, text[run.column :] + " " * run.column, run.depth)
            return
        at = self.layout.after_comments(run.tail(position), run.column)
        ending = self.source.ending(at)
        if not run.spaced(position):
            self.put(at, at, self._rendered(run, inserts, ending), run.depth)
            return
        for insert in inserts:
            self.put(at, at, ending + self._rendered(run, [insert], ending), run.depth)

    def _renew(self, run: _Run, inserts: list[Insert]) -> None:
        """All entries go, others come: they begin where the first one did."""
        begin = run.begins[0]
        text = self._rendered(run, inserts, self.source.ending(run.tail(0)))
        run.take_out(set(range(1, len(run.begins))))
        self.put(begin, run.tail(0), text[run.column :], run.depth)

    def _empty(self, run: _Run, change: Change) -> None:
        """All entries go: brackets stand for them."""
        nodes = change.nodes
        node = nodes[-1]
        brackets = "[]" if isinstance(node.children, list) else "{}"
        if run.compact or len(nodes) == 1:
            first = run.children[0]
            leaf = last_leaf(first)
            end = run.tail(0) if leaf.style in BLOCK_SCALARS else leaf.end
            ending = self.source.ending(end) if leaf.style in BLOCK_SCALARS else ""
            self.put(run.begins[0], end, brackets + ending, run.depth)
            run.take_out(set(range(1, len(run.begins))))
            return
        at = self.layout.after_properties(self.layout.after_sign(node, nodes[-2], change.pointer[-1]))
        self.put(at, at, " " + brackets, run.depth)
        run.take_out(set(range(len(run.begins))))


class _Run:
    """The entries of one block collection, in order, while some of them are taken out."""

    def __init__(self, blocks: Blocks, change: Change, deleted: set[int]) -> None:
        self.blocks = blocks
        self.layout = blocks.layout
        self.source = blocks.source
        self.node = node = change.nodes[-1]
        self.depth = len(change.nodes)
        children = node.children or ()
        self.children = list(children.values()) if isinstance(children, dict) else list(children)
        self.begins = self.layout.begins(node)
        self.column = self.source.column(self.begins[0])
        self.compact = bool(self.source.before(self.begins[0]).strip())
        """The first entry stands in the line of a dash."""
        self.first = next((i for i in range(len(self.begins)) if i not in deleted), -1)
        """The first entry that stays."""

    def tail(self, position: int) -> int:
        return self.layout.tail(self.children[position])

    def spaced(self, position: int) -> bool:
        """Do blank lines stand between the entries around here, and may one more?"""
        if _KEEPING.search(self.blocks.text, self.begins[position], self.tail(position)):
            # One more might become content of a block scalar.
            return False
        if not position:
            position += 1
        if position >= len(self.begins):
            return False
        between = self.blocks.text[self.tail(position - 1) : self.begins[position]]
        return any(not line.strip() for line in between.split("\n")[:-1])

    def take_out(self, deleted: set[int]) -> None:
        """Take out the lines of entries; comments above them stay, deeper ones below go."""
        done = self._leave_dash() if 0 in deleted and self.compact else 0
        for position in sorted(deleted):
            if position >= done:
                line = self.source.line_start(self.begins[position])
                end = self.layout.after_comments(self.tail(position), self.column)
                self.blocks.splices.append(Splice(line, end, "", self.depth, lines=True))

    def _leave_dash(self) -> int:
        """Take out the first entries, which begin in the line of a dash. Returns how many were."""
        begin = self.begins[0]
        if all(self.source.blank(self.tail(i), self.begins[i + 1]) for i in range(self.first)):
            self.blocks.put(begin, self.begins[self.first], "", self.depth)
            return self.first
        # Comments stand between: the dash stays alone in its line.
        before, tail = self.source.before(begin), self.tail(0)
        start = begin - len(before) + len(before.rstrip())
        self.blocks.put(start, tail - len(self.source.ending(tail)), "", self.depth)
        return 1
