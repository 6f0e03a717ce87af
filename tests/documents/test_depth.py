"""Whatever an edit writes can be read again: too deep for the one is too deep for the other, to the level."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Any

import pytest

from modelcat.documents import Edit, Insert, Set, parse, render
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_holds

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.documents import Document
    from modelcat.tool import Syntax
    from modelcat.tree import Pointer

REASON = "nested deeper than 100 levels"


def lists(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def maps(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"k": value}
    return value


def both(levels: int) -> Any:
    """Lists of maps, and at the end a map that says something itself."""
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"k": value}
    return value


def empty(levels: int) -> Any:
    """Nothing in the last map, so TOML must declare it."""
    return _without_scalar(maps(levels))


def _without_scalar(value: Any) -> Any:
    return {key: _without_scalar(item) for key, item in value.items() if item != 1} if value != 1 else 1


KINDS: list[Callable[[int], Any]] = [lists, maps, both, empty]


def put(*parent: Any) -> Callable[[Any], Edit]:
    return lambda value: Insert(parent, "n", value)


def add(*parent: Any) -> Callable[[Any], Edit]:
    return lambda value: Insert(parent, None, value)


def first(*parent: Any) -> Callable[[Any], Edit]:
    return lambda value: Insert(parent, None, value, -1)


def give(*pointer: Any) -> Callable[[Any], Edit]:
    return lambda value: Set(pointer, value)


def dotted(count: int) -> str:
    return ".".join("a" * count)


def way(count: int) -> Pointer:
    return ("a",) * count


BLOCKS = "".join("  " * level + "a:\n" for level in range(60))
PLACES: list[tuple[Syntax, str, Callable[[Any], Edit]]] = [
    ("yaml", "", put()),
    ("yaml", "5\n", give()),
    ("yaml", "a: 1\n", put()),
    ("yaml", "a: 1\n", give("a")),
    ("yaml", "a: []\n", give("a")),
    ("yaml", "a: {}\n", put("a")),
    ("yaml", "a: []\n", add("a")),
    ("yaml", "- 1\n- b: 2\n", first()),
    ("yaml", "- 1\n- b: 2\n", give(0)),
    ("yaml", "- 1\n- b: 2\n", put(1)),
    ("yaml", "- - b: [2]\n", give(0, 0, "b", 0)),
    ("yaml", "a: |\n  x\n", give("a")),
    ("yaml", "a: {b: 1}\nc: 1\n", give("c")),
    ("yaml", "a: {b: 1}\n", put("a")),
    ("yaml", "a: [[1]]\n", add("a", 0)),
    ("yaml", "a: [[1]]\n", give("a", 0, 0)),
    ("yaml", BLOCKS, give(*way(60))),
    ("yaml", BLOCKS + "  " * 60 + "a: 1\n", put(*way(60))),
    ("yaml", "[" * 100 + "]" * 100, add(*(0,) * 99)),
    ("json", "", put()),
    ("json", "5", give()),
    ("json", "{}", put()),
    ("json", "[1]", give(0)),
    ("json", '{"a": {"b": 1}}', put("a")),
    ("json", '{\n  "a": {\n    "b": []\n  }\n}', put("a")),
    ("json", '{\n  "a": {\n    "b": []\n  }\n}', give("a", "b")),
    ("json", '{\n  "a": [\n    1\n  ]\n}', first("a")),
    ("json", "[" * 60 + "]" * 60, add(*(0,) * 59)),
    ("jsonc", "{ /* none */ }", put()),
    ("json", "[" * 100 + "]" * 100, add(*(0,) * 99)),
    ("toml", "", put()),
    ("toml", "a = 1\n", give("a")),
    ("toml", "a = 1\n", put()),
    ("toml", "a = []\n", add("a")),
    ("toml", "a = [[1]]\n", give("a", 0, 0)),
    ("toml", "a = {b = {}}\n", put("a")),
    ("toml", "a = {b.c = 1}\n", put("a", "b")),
    ("toml", "a = [{b = 1}]\n", put("a", 0)),
    ("toml", "a.b = 1\n", put("a")),
    ("toml", "a.b.c = 1\n", give("a", "b")),
    ("toml", "[t]\na.b = [{c = {}}]\n", put("t", "a", "b", 0, "c")),
    ("toml", "[t]\n", put()),
    ("toml", "[t]\n", put("t")),
    ("toml", "[t]\nx = 1\n", give("t", "x")),
    ("toml", "[t]\nx = 1\n", give("t")),
    ("toml", "[t.u]\nx = 1\n", put("t")),
    ("toml", "[t.u]\nx = 1\n", give("t", "u")),
    ("toml", "[t.u.v]\nx = {}\n", put("t", "u")),
    ("toml", "[[l]]\n", put("l", 0)),
    ("toml", "[[l]]\n[l.s]\nx = 1\n", put("l", 0, "s")),
    ("toml", "[l]\nb.c = 1\n[l.b.d]\nx = [1]\n", add("l", "b", "d", "x")),
    ("toml", f"[{dotted(30)}]\nx = 1\n", put(*way(30))),
    ("toml", f"[{dotted(30)}]\nx = 1\n", put(*way(20))),
    ("toml", f"[[{dotted(30)}]]\nx = 1\n", put(*way(30), 0)),
    ("toml", f"[{dotted(49)}]\n", put(*way(49))),
    ("toml", f"[{dotted(49)}]\nb.c = 1\n", put(*way(49), "b")),
    ("toml", f"x = {{{dotted(99)} = 1}}\n", put("x", *way(98))),
    ("toml", f"{dotted(100)} = 1\n", give(*way(100))),
]


def takes(document: Document, edit: Edit) -> bool:
    try:
        document.edited([edit])
    except DocumentError as error:
        if error.reason.endswith(REASON):
            return False
        raise
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("syntax", "text", "place"), PLACES)
def test_as_deep_as_can_be_read(
    syntax: Syntax,
    text: str,
    place: Callable[[Any], Edit],
    kind: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = parse(text.encode(), syntax, "f")
    deepest = bisect(range(110), False, key=lambda levels: not takes(document, place(kind(levels)))) - 1
    edits = [place(kind(deepest))]
    assert_holds(document.data, syntax, edits, document.edited(edits))
    monkeypatch.setattr(render, "MAX_DEPTH", 1_000)
    beyond = document.edited([place(kind(deepest + 1))])
    with pytest.raises(DocumentError, match=REASON):
        parse(beyond.data, syntax, "f")


@pytest.mark.parametrize(
    ("syntax", "text", "edit"),
    [
        ("yaml", "a: 1\n", Set(("a",), lists(100))),
        ("json", '{"a": 1}', Set(("a",), lists(100))),
        ("toml", "a = 1\n", Set(("a",), lists(100))),
        ("toml", "[a]\n", Insert(("a",), "b", maps(50))),
    ],
)
def test_what_would_be_too_deep_is_refused_as_a_file_is_that_is(
    syntax: Syntax, text: str, edit: Edit
) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text.encode(), syntax, "some/file").edited([edit])
    assert str(caught.value) == f"some/file: after this change it would be {REASON}"


@pytest.mark.parametrize("header", ["[{}]\n", "[[{}]]\n"])
def test_a_table_that_can_be_read_takes_a_value(header: str) -> None:
    text = header.format(dotted(49))
    parse(f"{text}x = 1\n".encode(), "toml", "f")
    with pytest.raises(DocumentError, match=REASON):
        parse(header.format(dotted(50)).encode(), "toml", "f")
