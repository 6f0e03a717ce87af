"""JSON text to values and spans: strict JSON (RFC 8259), and JSONC with comments and trailing commas.

NaN and Infinity are no JSON. How JSON is changed is in flow.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat.documents.brackets import MAX_DIGITS, TOO_LONG, Brackets
from modelcat.documents.node import Node, Unreadable, empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.tree import Tree

# Possessive: nothing is ever tried twice, and no memory is kept for that.
_STRICT = re.compile(r"[ \t\r\n]*+")
_LENIENT = re.compile(r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*.*?\*/)*+", re.DOTALL)
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![\w.+-])")
_WORD = re.compile(r"[A-Za-z]+")
_WORDS = {"null": None, "true": True, "false": False}


@dataclass(slots=True)
class Json:
    """What stands in a JSON text."""

    text: str
    tree: Tree
    root: Node
    gaps: list[tuple[int, int]]
    """Blanks and comments between the other things."""

    def comments(self) -> Iterator[tuple[int, int]]:
        """The spans of all comments, with their signs."""
        return (match.span() for gap in self.gaps for match in _COMMENT.finditer(self.text, *gap))


def read(text: str, *, lenient: bool) -> Json:
    """Values and spans of `text`; lenient: comments and trailing commas may stand in it.

    Raises Unreadable.
    """
    scanner = _Scanner(text, lenient)
    position = scanner.skip(0)
    if position == len(text):
        return Json(text, {}, empty(position), scanner.gaps)
    root, end = scanner.value(position)
    end = scanner.skip(end)
    if end != len(text):
        raise Unreadable(end, "expected the end of the file")
    return Json(text, scanner.values.pop(root), root, scanner.gaps)


class _Scanner(Brackets):
    def __init__(self, text: str, lenient: bool) -> None:
        super().__init__(text, _LENIENT if lenient else _STRICT, "/", trailing_commas=lenient)
        self.values: dict[Node, Tree] = {}

    def begin(self, position: int) -> Node:
        sign = self.text[position : position + 1]
        if sign in {"{", "["}:
            node = Node(position, position + 1, "flow")
            node.children = {} if sign == "{" else []
            self.values[node] = {} if sign == "{" else []
            return node
        value: Tree
        if sign == '"':
            value, end = self._string(position)
            node = Node(position, end, '"')
        else:
            value, end = self._plain(position)
            node = Node(position, end, "")
        self.values[node] = value
        return node

    def _string(self, position: int) -> tuple[str, int]:
        match = _STRING.match(self.text, position)
        if not match:
            raise Unreadable(position, "a string that does not end, or holds a control character")
        raw = match[0]
        if "\\" not in raw:
            return raw[1:-1], match.end()
        import json

        try:
            value: str = json.loads(raw)
        except ValueError as error:
            raise Unreadable(position, str(error).partition(":")[0]) from None
        return value, match.end()

    def _plain(self, position: int) -> tuple[bool | int | float | None, int]:
        match = _NUMBER.match(self.text, position)
        if match:
            if match[1] or match[2]:
                return float(match[0]), match.end()
            if len(match[0]) > MAX_DIGITS:
                raise Unreadable(position, TOO_LONG)
            return int(match[0]), match.end()
        word = _WORD.match(self.text, position)
        if word and word[0] in _WORDS:
            return _WORDS[word[0]], word.end()
        raise Unreadable(position, "expected a value")

    def key(self, position: int) -> tuple[tuple[str, int, int], int]:
        if not self.text.startswith('"', position):
            raise Unreadable(position, "expected a key in double quotes")
        name, end = self._string(position)
        return (name, position, end), self.skip(self.expect(":", self.skip(end)))

    def attach(self, parent: Node, key: Any, node: Node) -> None:
        value = self.values.pop(node)
        whole = self.values[parent]
        if isinstance(parent.children, list):
            parent.children.append(node)
            whole.append(value)
            return
        name, node.key_start, node.key_end = key
        if name in whole:
            raise Unreadable(node.key_start, f"the key {name!r} stands here a second time")
        whole[name] = value
        parent.children[name] = node  # type: ignore[index]
