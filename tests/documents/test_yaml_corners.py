"""YAML: edits and the very text they make, in corners where a change of the code had gone unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelcat.documents import Delete, Edit, Insert, Set, parse
from tests.documents.edit_oracle import assert_holds

if TYPE_CHECKING:
    from modelcat.tree import Tree

# A block scalar above; an entry that goes; behind a blank line a comment, of which the last line shows
# how far it may be indented and still be none of the scalar's text.
COMMENT_BELOW_TEXT: list[tuple[str, str, str, list[Edit], int]] = [
    ("a: |3\n    x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 2),
    ("a: >-2\n  x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 1),
    ("a: |\n   x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 2),
    ("a: &k |4\n    x\n", "b: *k\n", "c: 1\n", [Delete(("b",))], 3),
    ("a:\n    |\n  x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 1),
    ("a:\n   |2\n  x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 1),
    ("a:\n- |3\n   x\n", "b: 1\n", "c: 1\n", [Delete(("b",))], 2),
    ("- a: |3\n     x\n", "  b: 1\n", "  c: 1\n", [Delete((0, "b"))], 4),
    ("- a: |\n", "  b: 1\n", "  c: 1\n", [Delete((0, "b"))], 2),
    ("- - |2\n    x\n", "  - b\n", "- c\n", [Delete((0, 1))], 3),
    ("a:\n  ? b\n  : |2\n    x\n", "c: 1\n", "d: 1\n", [Delete(("c",))], 3),
    ("a:\n  ? b # c: d\n  # e: f\n  :\n   |2\n    x\n", "c: 1\n", "d: 1\n", [Delete(("c",))], 3),
]


@pytest.mark.parametrize(("above", "gone", "below", "edits", "most"), COMMENT_BELOW_TEXT)
def test_a_comment_goes_only_where_it_would_be_text_of_the_scalar_above(
    above: str, gone: str, below: str, edits: list[Edit], most: int
) -> None:
    for blanks in range(most + 3):
        comment = " " * blanks + "# t\n"
        before = (above + gone + "\n" + comment + below).encode()
        edited = parse(before, "yaml", "f").edited(edits)
        assert_holds(before, "yaml", edits, edited)
        stays = "\n" + comment if blanks <= most else ""
        assert edited.data.decode() == above + stays + below, blanks


BLANK_LINES_BELOW_TEXT: list[tuple[str, str]] = [
    ("a: |3\n   x\n   \nb: 1\n", "a: 1\n   \nb: 1\n"),
    ("a: |3\n   x\n    \nb: 1\n", "a: 1\nb: 1\n"),
]


@pytest.mark.parametrize(("before", "after"), BLANK_LINES_BELOW_TEXT)
def test_blanks_are_text_where_they_reach_beyond_the_indentation(before: str, after: str) -> None:
    edits: list[Edit] = [Set(("a",), 1)]
    edited = parse(before.encode(), "yaml", "f").edited(edits)
    assert edited.data.decode() == after
    assert_holds(before.encode(), "yaml", edits, edited)


EMPTY = [
    ("", "{}\n"),
    ("\n", "\n{}\n"),
    ("\r\n", "\r\n{}\r\n"),
    ("  ", "  \n{}"),
    ("# c\n", "# c\n{}\n"),
    ("# c", "# c\n{}"),
    ("# c\n  ", "# c\n  \n{}"),
    ("---", "---\n{}"),
    ("--- \n# c\n", "--- \n# c\n{}\n"),
    ("---  # c\n...\n# d\n", "---  # c\n{}\n...\n# d\n"),
]
FIRST: list[tuple[Tree, list[str]]] = [
    (5, ["5"]),
    (None, ["null"]),
    ("x", ['"x"']),
    ([], ["[]"]),
    ([1, "x"], ['[1, "x"]']),
    ([{"a": 1, "b": 2}, 3], ["- a: 1", "  b: 2", "- 3"]),
    ({"a": {"b": 1}, "c": 2}, ["a:", "  b: 1", "c: 2"]),
]


@pytest.mark.parametrize(("before", "after"), EMPTY)
@pytest.mark.parametrize(("value", "lines"), FIRST)
def test_a_text_that_says_nothing_gets_its_value_in_lines_of_their_own(
    before: str, after: str, value: Tree, lines: list[str]
) -> None:
    ending = "\r\n" if "\r" in before else "\n"
    edited = parse(before.encode(), "yaml", "f").edited([Set((), value)])
    assert edited.data.decode() == after.replace("{}", ending.join(lines))
    assert parse(edited.data, "yaml", "f").tree == value


@pytest.mark.parametrize(("before", "after"), EMPTY)
def test_and_its_first_entries_too(before: str, after: str) -> None:
    edits: list[Edit] = [Insert((), "a", 1), Insert((), "b", {"x": 2})]
    ending = "\r\n" if "\r" in before else "\n"
    edited = parse(before.encode(), "yaml", "f").edited(edits)
    assert edited.data.decode() == after.replace("{}", ending.join(["a: 1", "b:", "  x: 2"]))
    assert_holds(before.encode(), "yaml", edits, edited)
