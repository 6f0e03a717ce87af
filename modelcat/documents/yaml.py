"""YAML text to values and spans, in one pass over the events of the C parser.

The parser is PyYAML's libyaml (0.2.5 and later), because the tools' parsers are ports of it: what one of
them reads the other reads. The libyaml in ruamel.yaml.clib is 0.1.7, which refuses `{url: http://x}`.
Values are those that aichat (serde_yaml 0.9) and mods (go-yaml v3) read: YAML 1.2 core, so `on` and `yes`
are strings. Where the two disagree (`0755`, `1_000`, a date) the value is the string, which equals nothing
modelcat writes. Keys are the text of the key. How YAML is changed is in block.py and flow.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from modelcat.documents.node import MAX_DEPTH, MAX_NODES, Node, Unreadable, empty
from modelcat.documents.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.tree import Tree

MAX_EXPANDED: Final = 100_000
"""Values that aliases may add to a document; more is a bomb."""

# What the C parser refuses, stops at, or counts as a line where editors and git do not.
_UNSAFE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_COLON = re.compile(r"[ \t]*:")
_COMMENT = re.compile(r"(?<![^\s,\[\]{}])#[^\r\n]*")
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Anchor:
    """A named value, and where aliases use it. weight, height: its values and levels, aliases expanded."""

    name: str
    value: Tree = None
    weight: int = 0
    """0 while it is still open."""
    height: int = 0
    used: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Yaml:
    """What stands in a YAML text."""

    text: str
    tree: Tree
    root: Node
    anchors: dict[Node, Anchor]
    merged: dict[Node, frozenset[str]]
    """Maps with a `<<`: the keys they get from there."""
    explicit: set[Node]
    """Maps with a key after `?`, or of one pair in a list without braces: read, never changed."""

    def comments(self) -> Iterator[tuple[int, int]]:
        """The spans of all comments, from `#`."""
        for start, end in _gaps(self):
            for match in _COMMENT.finditer(self.text, start, end):
                yield match.span()


def unmerged(yaml: Yaml) -> Tree:
    """The values as serde_yaml has them, to which `<<` is a key like any other: nothing is brought in."""
    if not yaml.merged:
        return yaml.tree
    named = {start: node for node, anchor in yaml.anchors.items() for start in anchor.used}

    def plain(node: Node, value: Tree) -> Tree:
        node = named[node.start] if node.style == "*" else node
        if isinstance(value, list) and isinstance(node.children, list):
            return [plain(*pair) for pair in zip(node.children, value, strict=True)]
        if not isinstance(value, dict) or not isinstance(node.children, dict):
            return value
        brought = {key: value[key] for key in yaml.merged.get(node, ())}
        return {
            key: brought if key == "<<" and node in yaml.merged else plain(child, value[key])
            for key, child in node.children.items()
        }

    return plain(yaml.root, yaml.tree)


def read(text: str) -> Yaml:
    """Values and spans of `text`. Raises Unreadable."""
    unsafe = _UNSAFE.search(text)
    if unsafe:
        raise Unreadable(
            unsafe.start(), f"the character U+{ord(unsafe[0]):04X} cannot be handled safely here"
        )
    import yaml  # type: ignore[import-untyped]

    builder = _Builder(text)
    take = builder.take
    try:
        for event in yaml.parse(text, Loader=yaml.CLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
            take[type(event).__name__](event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.index if mark else 0, error.problem or error.context or "not YAML") from None
    except yaml.YAMLError as error:
        raise Unreadable(0, str(error).partition("\n")[0]) from None
    return builder.result()


@dataclass(slots=True)
class _Frame:
    """A collection that is still open."""

    node: Node
    value: Any
    count: int
    anchor: Anchor | None
    height: int = 0
    key: tuple[str, int, int, bool] | None = None
    pulled: list[tuple[Node, Tree]] = field(default_factory=list)


class _Builder:
    """Takes events, makes values and spans. No recursion, so depth is ours to limit."""

    def __init__(self, text: str) -> None:
        self.tree: Tree = None
        self.root: Node | None = None
        self.anchors: dict[Node, Anchor] = {}
        self.merged: dict[Node, frozenset[str]] = {}
        self.explicit: set[Node] = set()
        self._text = text
        self._frames: list[_Frame] = []
        self._anchors: dict[str, Anchor] = {}
        self._count = 0
        self._expanded = 0
        self._end = 0
        self.take = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._map,
            "SequenceStartEvent": self._list,
            "MappingEndEvent": self._map_end,
            "SequenceEndEvent": self._list_end,
            "DocumentStartEvent": self._document,
            "DocumentEndEvent": _nothing,
            "StreamStartEvent": _nothing,
            "StreamEndEvent": _nothing,
        }

    def result(self) -> Yaml:
        """What was read. A document that says nothing is an empty map."""
        tree, root = self.tree, self.root
        if root is None or (tree is None and root.start == root.end):
            root, tree = empty(root.start if root else len(self._text)), {}
        return Yaml(self._text, tree, root, self.anchors, self.merged, self.explicit)

    def _document(self, event: Any) -> None:
        if self.root is not None:
            raise Unreadable(event.start_mark.index, "a second document in one file")

    def _key_wanted(self) -> _Frame | None:
        if self._frames:
            frame = self._frames[-1]
            if frame.key is None and type(frame.value) is dict:
                return frame
        return None

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        frame = self._key_wanted()
        if frame is not None:
            self._key(frame, event, start, end, style)
            return
        if end == start and self._frames:
            start = end = self._place_of_nothing(start)
        if event.tag is None:
            value = event.value if style else resolve(event.value)
        else:
            value = _tagged(event, style)
        node = Node(start, end, style)
        if event.anchor is not None:
            self.anchors[node] = self._anchors[event.anchor] = Anchor(event.anchor, value, 1)
        self._end = max(self._end, end)
        self._attach(node, value, 0)

    def _place_of_nothing(self, start: int) -> int:
        """Where a value that is not written would begin: after its colon, after its dash."""
        key = self._frames[-1].key
        if key is None:
            return start
        colon = _COLON.match(self._text, key[2])
        if colon:
            return colon.end()
        # After a `?` the colon is in a line of its own; in brackets there may be none.
        return start if self._text.startswith(":", start - 1) and start > key[2] else key[2]

    def _key(self, frame: _Frame, event: Any, start: int, end: int, style: str) -> None:
        if event.anchor is not None:
            raise Unreadable(start, "a key with an anchor is not supported")
        if event.tag is not None and event.tag not in {"!", _TAG + "str"}:
            raise Unreadable(start, f"a key with the tag {_short(event.tag)} is not supported")
        key = event.value
        if key in frame.node.children:  # type: ignore[operator]
            raise Unreadable(start, f"the key {key!r} stands here a second time")
        if end == start or "?" in _COMMENT.sub("", self._text[self._end : start]):
            self.explicit.add(frame.node)
        frame.key = (key, start, end, key == "<<" and not style)
        self._end = end

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if self._key_wanted():
            raise Unreadable(start, "a key that is an alias is not supported")
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise Unreadable(start, f"the alias *{event.anchor} has no anchor before it")
        if not anchor.weight:
            raise Unreadable(start, f"the alias *{event.anchor} stands inside what it names")
        self._expanded += anchor.weight
        if self._expanded > MAX_EXPANDED:
            raise Unreadable(start, f"aliases add more than {MAX_EXPANDED} values")
        if len(self._frames) + anchor.height > MAX_DEPTH:
            raise Unreadable(start, f"nested deeper than {MAX_DEPTH} levels")
        anchor.used.append(start)
        self._count += anchor.weight - 1
        self._end = end
        self._attach(Node(start, end, "*"), _copy(anchor.value), anchor.height)

    def _map(self, event: Any) -> None:
        node = self._open(event, {}, {}, "map")
        if node.style == "flow" and not self._text.startswith("{", event.end_mark.index - 1):
            self.explicit.add(node)

    def _list(self, event: Any) -> None:
        self._open(event, [], [], "seq")

    def _open(self, event: Any, value: Any, children: Any, kind: str) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if self._key_wanted():
            raise Unreadable(start, "a key that is a list or a map is not supported")
        if event.tag is not None and event.tag not in {"!", _TAG + kind}:
            raise Unreadable(start, f"the tag {_short(event.tag)} is not known")
        if len(self._frames) >= MAX_DEPTH:
            raise Unreadable(start, f"nested deeper than {MAX_DEPTH} levels")
        node = Node(start, end, "flow" if event.flow_style else "block")
        node.children = children
        anchor = None
        if event.anchor is not None:
            self.anchors[node] = self._anchors[event.anchor] = anchor = Anchor(event.anchor)
        self._frames.append(_Frame(node, value, self._count, anchor))
        self._end = end
        return node

    def _list_end(self, event: Any) -> None:
        self._close(event, self._frames.pop())

    def _map_end(self, event: Any) -> None:
        frame = self._frames.pop()
        if frame.pulled:
            self._merge(frame)
        self._close(event, frame)

    def _close(self, event: Any, frame: _Frame) -> None:
        node, anchor = frame.node, frame.anchor
        if node.style == "flow":
            self._end = max(event.end_mark.index, self._end)
        node.end = self._end
        self._attach(node, frame.value, frame.height)
        if anchor is not None:
            anchor.value, anchor.height, anchor.weight = frame.value, frame.height, self._count - frame.count

    def _merge(self, frame: _Frame) -> None:
        merged: dict[str, Tree] = {}
        for node, value in frame.pulled:
            for part in value if isinstance(value, list) else [value]:
                if not isinstance(part, dict):
                    raise Unreadable(node.start, "<< takes a map or a list of maps")
                for key, item in part.items():
                    merged.setdefault(key, item)
        self.merged[frame.node] = frozenset(merged)
        for key, item in merged.items():
            frame.value.setdefault(key, item)

    def _attach(self, node: Node, value: Tree, height: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise Unreadable(node.start, f"more than {MAX_NODES} values")
        if not self._frames:
            self.tree, self.root = value, node
            return
        frame = self._frames[-1]
        if height >= frame.height:
            frame.height = height + 1
        if frame.key is None:
            frame.value.append(value)
            frame.node.children.append(node)  # type: ignore[union-attr]
            return
        key, node.key_start, node.key_end, merging = frame.key
        frame.key = None
        frame.node.children[key] = node  # type: ignore[index,call-overload]
        if merging:
            frame.pulled.append((node, value))
        else:
            frame.value[key] = value


def _nothing(_: Any) -> None:
    pass


def _short(tag: str) -> str:
    return "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag


def _tagged(event: Any, style: str) -> bool | int | float | str | None:
    text: str = event.value
    if event.tag in {"!", _TAG + "str"}:
        return text
    value = resolve(text)
    kind = event.tag.removeprefix(_TAG)
    if kind == "float" and type(value) is int:
        return float(value)
    wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(kind)
    if wanted is None or type(value) is not wanted or style in {"|", ">"}:
        raise Unreadable(event.start_mark.index, f"the tag {_short(event.tag)} is not known or does not fit")
    return value


def _copy(value: Tree) -> Tree:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _gaps(yaml: Yaml) -> Iterator[tuple[int, int]]:
    """The stretches between the leaves, in order: signs, blanks and comments."""
    position = 0
    for start, end in _leaves(yaml):
        if start > position:
            yield position, start
        position = max(position, end)
    yield position, len(yaml.text)


def _leaves(yaml: Yaml) -> Iterator[tuple[int, int]]:
    for node in nodes(yaml):
        if node.key_start >= 0:
            yield node.key_start, node.key_end
        if node.children is None:
            # The header of a block scalar may end in a comment.
            header = yaml.text.find("\n", node.start, node.end) if node.style in {"|", ">"} else -1
            yield max(node.start, header), node.end


def nodes(yaml: Yaml) -> Iterator[Node]:
    """All nodes in the order of the text."""
    stack = [yaml.root]
    while stack:
        node = stack.pop()
        yield node
        children = node.children
        if children is not None:
            stack.extend(reversed(list(children.values() if isinstance(children, dict) else children)))
