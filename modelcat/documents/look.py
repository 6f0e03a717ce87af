"""How a person writes YAML: indentation, quotes and brackets, told from what stands beside a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelcat.documents.render import DEFAULT, Look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.documents.node import Node
    from modelcat.documents.splice import Source

_FIELDS: Final = 40
"""A map of more entries is one of like entries: the last one tells how they look."""
_GLANCE: Final = 2_000
"""How many values are looked at for the habits of a whole document."""


class Looks:
    """The looks of one document."""

    def __init__(self, source: Source, root: Node, dash_of: Callable[[Node], int]) -> None:
        self._source = source
        self._dash_of = dash_of
        self._seen: dict[Node, Look] = {}
        self.base = self._habits(root)

    def of(self, node: Node) -> Look:
        """How `node` and what is in it is written."""
        found = self._seen.get(node)
        if found is None:
            found = self._seen[node] = self._told(node)
        return found

    def _habits(self, root: Node) -> Look:
        """What a document does first it is taken to do always."""
        unit = dash = gap = 0
        sign = ""
        for node in _some(root):
            sign = sign or (node.style if node.style in {'"', "'"} else "")
            if node.style != "block":
                continue
            unit, dash, gap = unit or self._unit(node), dash or self._dash(node) + 1, gap or self._gap(node)
        return Look(unit or DEFAULT.unit, dash - 1 if dash else DEFAULT.dash, gap or DEFAULT.gap, sign or '"')

    def _told(self, node: Node) -> Look:
        base = self.base
        children = node.children
        if children is None:
            sign = node.style if node.style in {'"', "'"} else base.sign
            return Look(base.unit, base.dash, base.gap, sign, base=base)
        if not children:
            return base
        fields: dict[str, Look] = {}
        if isinstance(children, dict) and len(children) <= _FIELDS:
            fields = {key: self.of(child) for key, child in children.items()}
        text, block = self._source.text, node.style == "block"
        key_sign = ""
        if isinstance(children, dict):
            key_sign = text[next(reversed(children.values())).key_start]
        return Look(
            unit=(block and self._unit(node)) or base.unit,
            dash=self._dash(node) if block and self._dash(node) >= 0 else base.dash,
            gap=(block and self._gap(node)) or base.gap,
            sign=base.sign,
            key_sign=key_sign if key_sign in {'"', "'"} else "",
            flow=not block,
            padded=not block
            and isinstance(children, dict)
            and text.startswith(" ", text.find("{", node.start) + 1),
            fields=fields,
            kinds=self._kinds(children),
            base=base,
        )

    def _kinds(self, children: dict[str, Node] | list[Node]) -> dict[type, Look]:
        """The last of each kind."""
        kinds: dict[type, Look] = {}
        for child in reversed(children if isinstance(children, list) else children.values()):
            if child.style == "*" or not child.style:
                continue
            kind = str if child.children is None else type(child.children)
            if kind not in kinds and (child.children is None or child.children):
                kinds[kind] = self.of(child)
            if len(kinds) == 3:
                break
        return kinds

    def _unit(self, node: Node) -> int:
        """Columns from the key of a map to the keys in it; 0: not to be seen here."""
        if not isinstance(node.children, dict) or node.key_start < 0:
            return 0
        first = next(iter(node.children.values()))
        return max(self._source.column(first.key_start) - self._source.column(node.key_start), 0)

    def _dash(self, node: Node) -> int:
        """Columns from the key of a list to its dashes; -1: not to be seen here."""
        if not isinstance(node.children, list) or node.key_start < 0:
            return -1
        return max(self._source.column(self._dash_of(node)) - self._source.column(node.key_start), -1)

    def _gap(self, node: Node) -> int:
        """Columns from a dash to what follows in its line; 0: not to be seen here."""
        if not isinstance(node.children, list):
            return 0
        dash, start = self._dash_of(node), node.children[0].start
        return start - dash if self._source.line_start(start) <= dash and start > dash + 1 else 0


def _some(root: Node) -> Iterator[Node]:
    """The first values of a document, level by level."""
    level = [root]
    count = 0
    while level and count < _GLANCE:
        below: list[Node] = []
        for node in level[: _GLANCE - count]:
            yield node
            if node.children:
                below += node.children if isinstance(node.children, list) else node.children.values()
        count += len(level)
        level = below
