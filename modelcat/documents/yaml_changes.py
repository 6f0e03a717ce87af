"""Changes of a YAML document: which of them cannot be made, and which module makes the others."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NoReturn

from modelcat.documents.block import Blocks
from modelcat.documents.edits import Replacement, Unreachable
from modelcat.documents.flow import Bracketed, Flow
from modelcat.documents.layout import BLOCK_SCALARS, Layout, last_scalar
from modelcat.documents.look import Looks
from modelcat.documents.plain import block
from modelcat.documents.render import inline, key_text
from modelcat.documents.splice import OpenText, Splice, Tidying
from modelcat.documents.values import Values
from modelcat.documents.yaml import nodes

if TYPE_CHECKING:
    from modelcat.documents.edits import Change, Changes, Insert
    from modelcat.documents.node import Node
    from modelcat.documents.render import Look
    from modelcat.documents.splice import Source
    from modelcat.documents.yaml import Yaml
    from modelcat.tree import Tree

_TRIVIA = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")


def splices(yaml: Yaml, source: Source, changes: Changes) -> list[Splice]:
    """What to put where. Raises Unreachable for a change that would reach elsewhere, through an alias."""
    return _Changer(yaml, source).splices(changes)


class _Changer:
    def __init__(self, yaml: Yaml, source: Source) -> None:
        self.yaml = yaml
        self.source = source
        root = yaml.root
        self.layout = Layout(source, root)
        self.looks = Looks(source, root, self.layout.dash)
        self.blocks = Blocks(self.layout, self.looks)
        self.flow = Flow(source, _TRIVIA)
        self.values = Values(self.blocks)
        used = [(node.start, node, anchor) for node, anchor in yaml.anchors.items() if anchor.used]
        self.named = sorted(used, key=lambda entry: entry[0])
        self.starts = [start for start, _, _ in self.named]

    def splices(self, changes: Changes) -> list[Splice]:
        for change in changes.collections.values():
            self._check_change(change)
            self._change(change)
        for replacement in changes.values:
            self._check_path(replacement.nodes)
            self._check_whole(replacement.nodes[-1])
            self._replace(replacement)
        made = self.blocks.splices + self.flow.splices
        return self._tidied(made + self._end_of_text(made))

    def _check_change(self, change: Change) -> None:
        node = change.nodes[-1]
        self._check_path(change.nodes)
        if node in self.yaml.explicit:
            self._refuse_explicit(node)
        for key in change.deleted:
            gone = node.child(key)
            if gone is not None:
                self._check_whole(gone)
            if key in self.yaml.merged.get(node, ()):
                raise Unreachable(gone or node, f"<< would bring {key} in again")

    def _check_path(self, nodes: list[Node]) -> None:
        """Nothing on the way may stand elsewhere too."""
        for node in nodes:
            anchor = self.yaml.anchors.get(node)
            if anchor and anchor.used:
                raise Unreachable(node, f"what stands here is used elsewhere as *{anchor.name}")
        for outer in nodes[:-1]:
            if outer in self.yaml.explicit:
                self._refuse_explicit(outer)

    def _refuse_explicit(self, node: Node) -> NoReturn:
        what = "without braces" if node.style == "flow" else "with a key after '?'"
        raise Unreachable(node, f"a map {what} cannot be changed")

    def _check_whole(self, node: Node) -> None:
        """Nothing in what goes may be used by an alias that stays."""
        for start, named, anchor in self.named[bisect_left(self.starts, node.start) :]:
            if start >= node.end:
                break
            if any(not node.start <= use < node.end for use in anchor.used):
                raise Unreachable(named, f"*{anchor.name} elsewhere needs what stands here")

    def _change(self, change: Change) -> None:
        node = change.nodes[-1]
        if node.style == "empty":
            self._begin(node, change.collected())
        elif node.style == "block":
            self.blocks.change(change)
        elif not node.children and self._in_block(change.nodes) and self._wants_lines(change):
            self.values.replace(Replacement(change.pointer, change.nodes, change.collected()))
        else:
            self._change_flow(change)

    def _in_block(self, nodes: list[Node]) -> bool:
        return all(node.style == "block" for node in nodes[:-1])

    def _wants_lines(self, change: Change) -> bool:
        node = change.nodes[-1]
        opening = self._opening(node)
        if opening - 1 > node.start or not self.source.blank(opening, node.end - 1):
            # Its anchor, its tag, its comments stay where they are.
            return False
        value = change.collected()
        return not self.values.look(change.nodes, value).in_brackets(value)

    def _opening(self, node: Node) -> int:
        return self.layout.bare(node) + 1

    def _change_flow(self, change: Change) -> None:
        node = change.nodes[-1]
        children = node.children
        if isinstance(children, dict):
            entries = [(child.key_start, max(child.end, child.key_end)) for child in children.values()]
        else:
            entries = [(child.start, child.end) for child in children or ()]
        look = self.looks.of(node)
        held = Bracketed(self._opening(node), node.end - 1, entries, len(change.nodes))
        deleted, inserted = change.by_position()
        self.flow.change(
            held,
            deleted,
            {
                at: [_rendered(insert, look, held.depth) for insert in inserts]
                for at, inserts in inserted.items()
            },
        )

    def _replace(self, replacement: Replacement) -> None:
        nodes = replacement.nodes
        node = nodes[-1]
        if node.style == "empty":
            self._begin(node, replacement.value)
            return
        if self._in_block(nodes):
            self.values.replace(replacement)
            return
        look = self.values.look(nodes, replacement.value)
        text = inline(replacement.value, "yaml", look, len(nodes) - 1)
        start = node.start
        if start == node.end:
            start = max(start, node.key_end)
            text = (" " if self.source.text[start - 1] == ":" else ": ") + text
        self.flow.splices.append(Splice(start, max(start, node.end), text, len(nodes)))

    def _begin(self, node: Node, value: Tree) -> None:
        """The first lines of a document that says nothing; those that are there stay as they are."""
        at = node.start
        if self.source.before(at):
            at = self.source.line_end(at)
        ending = self.source.ending(at)
        look = self.looks.base
        lines: list[str] = []
        if look.in_brackets(value):
            lines.append(inline(value, "yaml", look))
        else:
            block(value, "", look, lines)
        self.flow.splices.append(Splice(at, at, "".join(line + ending for line in lines)))

    def _end_of_text(self, made: list[Splice]) -> list[Splice]:
        """A block scalar in a last line that does not end says so, once lines follow it."""
        scalar = last_scalar(self.yaml.root)
        if scalar is None or not self.source.added:
            return []
        end = len(self.source.text)
        followed = any(splice.text and splice.end == end for splice in made)
        gone = any(splice.start <= scalar.start < splice.end for splice in made)
        if gone or not followed or scalar.end < end - len(self.source.added):
            return []
        if self.source.blank(self.source.line_start(scalar.end), scalar.end):
            raise Unreachable(scalar, "end this text with a newline first")
        start, stop = self.layout.chomping(scalar)
        signs = self.source.text[start:stop].replace("+", "").replace("-", "")
        return [Splice(start, stop, signs + "-")]

    def _tidied(self, made: list[Splice]) -> list[Splice]:
        """No line may become text of a block scalar that stays above it."""
        gone = sorted((splice.start, splice.end) for splice in made if splice.end > splice.start)
        starts = [start for start, _ in gone]

        def stays(node: Node) -> bool:
            # Pieces do not overlap, so the last one that begins before a node is the one that may hold it.
            at = bisect_right(starts, node.start) - 1
            return at < 0 or gone[at][1] <= node.start

        scalars = [node for node in nodes(self.yaml) if node.style in BLOCK_SCALARS and stays(node)]
        begins = [node.start for node in scalars]

        def above(offset: int) -> OpenText | None:
            at = bisect_left(begins, offset) - 1
            return self.layout.open_text(scalars[at]) if at >= 0 else None

        return Tidying(self.source, made, above).splices()


def _rendered(insert: Insert, look: Look, depth: int) -> str:
    under = look.under(insert.key or "", type(insert.value))
    text = inline(insert.value, "yaml", under, depth)
    return text if insert.key is None else f"{key_text(insert.key, 'yaml', look.key_sign)}: {text}"
