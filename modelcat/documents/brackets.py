"""The walk through nested brackets, common to JSON and TOML. What stands in them is told by the two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelcat.documents.node import MAX_DEPTH, MAX_NODES, Node, Unreadable

if TYPE_CHECKING:
    from re import Pattern

TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
TOO_MANY = f"more than {MAX_NODES} values"
TOO_LONG = "a number of thousands of digits"
MAX_DIGITS: Final = 4_000


class Brackets:
    """Reads values that may hold values. No recursion, so depth is ours to limit."""

    def __init__(self, text: str, trivia: Pattern[str], sign: str, *, trailing_commas: bool) -> None:
        self.text = text
        self.gaps: list[tuple[int, int]] = []
        """Stretches of blanks and comments in which a comment begins, which it does with `sign`."""
        self._trivia = trivia
        self._sign = sign
        self._trailing_commas = trailing_commas
        self._count = 0

    def begin(self, position: int) -> Node:
        """The scalar at `position`, or the collection that opens there, its end after the bracket."""
        raise NotImplementedError

    def key(self, position: int) -> tuple[Any, int]:
        """A key of a map and where its value begins."""
        raise NotImplementedError

    def levels(self, key: Any) -> int:  # noqa: ARG002  a dotted one knows
        """How many levels down `key` leads."""
        return 1

    def attach(self, parent: Node, key: Any, node: Node) -> None:
        """Put a finished value into the collection it stands in; `key` is None in a list."""
        raise NotImplementedError

    def skip(self, position: int) -> int:
        """The next offset that is neither blank nor comment."""
        match = self._trivia.match(self.text, position)
        end = match.end() if match else position
        if end > position and self.text.find(self._sign, position, end) >= 0:
            self.gaps.append((position, end))
        return end

    def expect(self, sign: str, position: int) -> int:
        """The offset after `sign`, which must stand at `position`."""
        if not self.text.startswith(sign, position):
            raise Unreadable(position, f"expected {sign!r}")
        return position + len(sign)

    def counted(self, node: Node, weight: int = 1) -> Node:
        """`node`, unless it is one too many; weight: how much memory it takes."""
        self._count += weight
        if self._count > MAX_NODES:
            raise Unreadable(node.start, TOO_MANY)
        return node

    def value(self, position: int, depth: int = 0) -> tuple[Node, int]:
        """The value at `position` with all that is in it, and the offset after it."""
        opened: list[Node] = []
        ways: list[tuple[Any, int]] = [(None, depth)]
        """To the next value, in each that is open: its key, and how deep it stands."""
        while True:
            node = self.counted(self.begin(position))
            position, closed = node.end, True
            if node.children is not None:
                below = ways[-1][1] + 1
                if below > MAX_DEPTH:
                    raise Unreadable(node.start, TOO_DEEP)
                opened.append(node)
                ways.append((None, below))
                closed, position = self._advance(node, ways, position, after_comma=False)
            while closed:
                if opened and opened[-1] is node:
                    opened.pop()
                    ways.pop()
                    node.end = position
                if not opened:
                    return node, position
                parent = opened[-1]
                self.attach(parent, ways[-1][0], node)
                position = self.skip(position)
                node = parent
                if self.text.startswith(",", position):
                    closed, position = self._advance(node, ways, position + 1, after_comma=True)
                else:
                    position = self.expect("}" if isinstance(node.children, dict) else "]", position)

    def _advance(
        self, node: Node, ways: list[tuple[Any, int]], position: int, *, after_comma: bool
    ) -> tuple[bool, int]:
        """On to the next element: is the collection closed instead, and the offset after that."""
        position = self.skip(position)
        a_map = isinstance(node.children, dict)
        if self.text.startswith("}" if a_map else "]", position):
            if after_comma and not self._trailing_commas:
                raise Unreadable(position, "a comma before the closing bracket")
            return True, position + 1
        if a_map:
            start = position
            key, position = self.key(start)
            ways[-1] = key, ways[-2][1] + self.levels(key)
            if ways[-1][1] > MAX_DEPTH:
                raise Unreadable(start, TOO_DEEP)
        return False, position
