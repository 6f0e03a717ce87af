"""JSON, JSONC and what stands in brackets: what is read and refused, and the very text that edits make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelcat.documents import Delete, Edit, Insert, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_becomes

if TYPE_CHECKING:
    from modelcat.tool import Syntax

CORNERS: dict[str, tuple[Syntax, str, list[Edit], str]] = {
    "a value in a line stays in the line": (
        "json",
        '{"a": 1, "b": 2}',
        [Set(("a",), {"x": 1})],
        '{"a": {"x": 1}, "b": 2}',
    ),
    "a value among lines gets lines, as deep as it stands": (
        "json",
        '{\n  "m": {\n    "a": 1,\n    "b": 2\n  }\n}\n',
        [Set(("m", "a"), {"x": 1})],
        '{\n  "m": {\n    "a": {\n      "x": 1\n    },\n    "b": 2\n  }\n}\n',
    ),
    "the root gives way to another kind of value": (
        "json",
        "[1]",
        [Set((), {"a": [1]})],
        '{\n  "a": [\n    1\n  ]\n}',
    ),
    "a map is written as the maps around it are, a list as the lists": (
        "json",
        '{\n  "a": {"x": 1},\n  "b": [\n    1\n  ],\n  "c": 3\n}\n',
        [Insert((), "d", {"y": 2}), Insert((), "e", [2])],
        '{\n  "a": {"x": 1},\n  "b": [\n    1\n  ],\n  "c": 3,\n  "d": {"y": 2},\n  "e": [\n    2\n  ]\n}\n',
    ),
    "empty braces say nothing about how maps are written": (
        "json",
        '{\n  "a": {\n    "x": 1\n  },\n  "b": {}\n}\n',
        [Insert((), "d", {"y": 2})],
        '{\n  "a": {\n    "x": 1\n  },\n  "b": {},\n  "d": {\n    "y": 2\n  }\n}\n',
    ),
    "lines of a value end as the first line of the text does": (
        "json",
        '{\r\n  "a": {\r\n    "x": 1\r\n  },\r\n  "b": 2\n}\n',
        [Set(("b",), {"y": 2})],
        '{\r\n  "a": {\r\n    "x": 1\r\n  },\r\n  "b": {\r\n    "y": 2\r\n  }\n}\n',
    ),
    "elements before the first end their lines as that one does": (
        "json",
        "[\r\n  1,\r\n  2\n]\n",
        [Insert((), None, 8, -1), Insert((), None, 9, -1)],
        "[\r\n  8,\r\n  9,\r\n  1,\r\n  2\n]\n",
    ),
    "the first entry goes below the comment of a text that does not end": (
        "jsonc",
        "// c\n// d",
        [Insert((), "a", 1)],
        '// c\n// d\n{\n  "a": 1\n}',
    ),
    "the first entry of a text of blanks goes behind them": (
        "jsonc",
        "  ",
        [Insert((), "a", 1)],
        '  {\n  "a": 1\n}\n',
    ),
    "an entry with the bracket behind it gets company in a line of its own": (
        "json",
        '{\n  "a": 1}',
        [Insert((), "b", 2)],
        '{\n  "a": 1,\n  "b": 2}',
    ),
    "several elements for empty brackets in a line": (
        "json",
        '{"a": [], "b": 1}',
        [Insert(("a",), None, 1), Insert(("a",), None, 2)],
        '{"a": [1, 2], "b": 1}',
    ),
    "several elements behind a comment": (
        "jsonc",
        "[/* c */]",
        [Insert((), None, 1), Insert((), None, 2)],
        "[/* c */ 1, 2]",
    ),
    "several entries below a comment have a line each": (
        "jsonc",
        "{\r\n  // c\r\n}\r\n",
        [Insert((), "a", 1), Insert((), "b", 2)],
        '{\r\n  // c\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n',
    ),
    "elements that share a line get company in that line": (
        "json",
        "[\n  1, 2,\n  3, 4\n]\n",
        [Insert((), None, 8, -1), Insert((), None, 9, -1), Insert((), None, 7, 0), Insert((), None, 6, 1)],
        "[\n  8, 9, 1, 7, 2, 6,\n  3, 4\n]\n",
    ),
    "so do those that end in the line the next begins in": (
        "json",
        '[\n  {\n    "a": 1\n  }, {\n    "a": 2\n  }\n]\n',
        [Insert((), None, 7, 0)],
        '[\n  {\n    "a": 1\n  }, 7, {\n    "a": 2\n  }\n]\n',
    ),
    "elements that give way to others that share their line": (
        "json",
        "[\n  1, 2\n]\n",
        [Delete((0,)), Delete((1,)), Insert((), None, 3), Insert((), None, 4)],
        "[\n  3, 4\n]\n",
    ),
    "what opens a comment in JSONC does not in TOML": (
        "toml",
        "l = [\n  1, # a/*\n  2,\n]\n",
        [Insert(("l",), None, 9, 0)],
        "l = [\n  1, # a/*\n  9,\n  2,\n]\n",
    ),
    "nor in YAML": (
        "yaml",
        "l: [\n  1, # a/*\n  2\n]\n",
        [Insert(("l",), None, 9, 0)],
        "l: [\n  1, # a/*\n  9,\n  2\n]\n",
    ),
    "who writes a comma behind the last element still has one when that goes": (
        "jsonc",
        "[1, 2,]",
        [Delete((1,))],
        "[1,]",
    ),
    "what a map has in common with the one it gives way to is not written again": (
        "json",
        '{"a": {"x": 1.50, "y": 1}}',
        [Set(("a",), {"x": 1.5, "y": 2})],
        '{"a": {"x": 1.50, "y": 2}}',
    ),
    "what a list has in common with the one it gives way to is not written again": (
        "json",
        "[1, 1.50, 3]",
        [Set((), [0, 1.5, 4])],
        "[0, 1.50, 4]",
    ),
    "a new key is the last, though it is the first in the new map": (
        "json",
        '{"a": {"x": 1, "y": 2}}',
        [Set(("a",), {"n": 0, "x": 1, "y": 2})],
        '{"a": {"x": 1, "y": 2, "n": 0}}',
    ),
}


@pytest.mark.parametrize(("syntax", "before", "edits", "after"), CORNERS.values(), ids=CORNERS)
def test_the_text_after(syntax: Syntax, before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, syntax, edits, after)


def test_a_text_of_comments_only_has_comments() -> None:
    document = parse(b"// c\n/* d */\n", "jsonc", "f")
    assert document.tree == {}
    assert document.comments() == ((1, "// c"), (2, "/* d */"))


def test_a_refusal_names_one_place() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(b'{\n  "a": "\\x"\n}', "json", "f")
    assert str(caught.value) == "f:2:8: Invalid \\escape"


@pytest.mark.parametrize(
    ("syntax", "as_many", "too_many", "column"),
    [
        ("json", "[1, [2]]", "[1, [2, 3]]", 9),
        ("jsonc", '{"a": {}, "b": {}, "c": 1}', '{"a": {}, "b": {}, "c": [1]}', 26),
    ],
)
def test_the_value_that_is_one_too_many_is_named(
    monkeypatch: pytest.MonkeyPatch, syntax: Syntax, as_many: str, too_many: str, column: int
) -> None:
    monkeypatch.setattr("modelcat.documents.brackets.MAX_NODES", 4)
    parse(as_many.encode(), syntax, "f")
    with pytest.raises(DocumentError) as caught:
        parse(too_many.encode(), syntax, "f")
    assert (caught.value.line, caught.value.column) == (1, column)
    assert caught.value.reason == "more than 300000 values"


MISTAKES: list[tuple[list[Edit], str]] = [
    ([Set(("x",), 1)], "nothing stands at ('x',) that could be changed"),
    ([Delete(())], "nothing stands at () that could be changed"),
    ([Delete(("a", "b")), Set(("a", "b"), 2)], "two edits of a.b"),
    ([Insert((), "n", 1), Insert((), "n", 2)], "n would be added twice"),
    ([Delete(("a",)), Insert(("a",), "n", 1)], "an edit of a, which another edit takes away"),
    ([Insert((), "a", 1)], "no new key for the root: 'a'"),
    ([Insert(("a",), None, 1)], "no new key for a: None"),
    ([Insert(("a",), "n", 1, "x")], "a has no 'x' to follow"),
    ([Insert((), "n", 1, "x")], "the root has no 'x' to follow"),
    (
        [Insert(("l",), None, 2, 1)],
        "no place in l for Insert(parent=('l',), key=None, value=2, after=1)",
    ),
    ([Insert(("a", "b"), "n", 1)], "a.b is neither a map nor a list"),
]


@pytest.mark.parametrize(("edits", "reason"), MISTAKES)
def test_edits_that_make_no_sense_are_told_by_what_they_name(edits: list[Edit], reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  all of it is compared
        parse(b'{"a": {"b": 1}, "l": [1]}', "json", "f").edited(edits)
    assert str(caught.value) == reason
