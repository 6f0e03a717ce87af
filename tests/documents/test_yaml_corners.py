"""YAML: edits and the very text they make, in corners where a change of the code had gone unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelcat.documents import Delete, Edit, Insert, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_becomes, assert_holds

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


BLANK_LINES_BELOW_TEXT: list[tuple[str, Edit, str]] = [
    ("a: |3\n   x\n   \nb: 1\n", Set(("a",), 1), "a: 1\n   \nb: 1\n"),
    ("a: |3\n   x\n    \nb: 1\n", Set(("a",), 1), "a: 1\nb: 1\n"),
    ("a: |2\n    \n\nb: 1\n", Delete(("b",)), "a: |2\n    \n"),
    ("a: |2\n    \n", Insert((), "b", 1), "a: |2\n    \nb: 1\n"),
    ("a: |\n    \n", Insert((), "b", 1), "a: |\nb: 1\n    \n"),
    ("a: |\n    \nb: 1\n  # t\nc: 1\n", Delete(("b",)), "a: |\n    \nc: 1\n"),
    ("a: |\n    \nb: 1\n# t\nc: 1\n", Delete(("b",)), "a: |\n    \n# t\nc: 1\n"),
    ("a: |\n  x\n  \t\nb: 1\n", Delete(("b",)), "a: |\n  x\n  \t\n"),
    ("a: |\n  x\n  \t\n", Insert((), "b", 1), "a: |\n  x\n  \t\nb: 1\n"),
    ("a: |\r\n\r\n  x\r\n   \r\nb: 1\r\n", Delete(("b",)), "a: |\r\n\r\n  x\r\n   \r\n"),
]


@pytest.mark.parametrize(("before", "edit", "after"), BLANK_LINES_BELOW_TEXT)
def test_blanks_are_text_where_they_reach_beyond_the_indentation(before: str, edit: Edit, after: str) -> None:
    assert_becomes(before, "yaml", [edit], after)


# What stands in a line below its key or dash, with comments around it.
APART: list[tuple[str, Edit, str]] = [
    ("a: &k # c\n  |\n  x\nb: 1\n", Delete(("b",)), "a: &k # c\n  |\n  x\n"),
    ("a: &k !!str # c\n\n  # d\n  |1\n   \nb: 1\n", Delete(("b",)), "a: &k !!str # c\n\n  # d\n  |1\n   \n"),
    ("a: &k # c\n  []\n", Insert(("a",), None, 1), "a: &k # c\n  [1]\n"),
    ("a: # c\n  |\n  x\n", Set(("a",), 5), "a: # c\n  5\n"),
    ("a: &k # c\n  | # d\n  x\n", Set(("a",), 5), "a: # c\n  5  # d\n"),
    ("a: &k # c\n  !!str 1\n", Set(("a",), 5), "a: # c\n  5\n"),
    ("a: # c\n  x # d\n", Set(("a",), {"k": 1}), "a: # c\n   # d\n  k: 1\n"),
    ("a: # c\n  x\n", Set(("a",), {"k": 1}), "a: # c\n  k: 1\n"),
    ("a: # c\n  {}\n", Insert(("a",), "k", {"l": 1}), "a: # c\n  k:\n    l: 1\n"),
    ("a: &k # c\n  | # d\n  x\n", Set(("a",), {"k": 1}), "a: # c\n  # d\n  k: 1\n"),
    ("- # c\r\n  >\r\n  x\r\n", Set((0,), {"k": 1, "l": 2}), "- # c\r\n  k: 1\r\n  l: 2\r\n"),
    ("- | # c\n  x\n", Set((0,), {"k": 1, "l": 2}), "- k: 1  # c\n  l: 2\n"),
    ("- &k # c\n  - 1\n", Set((0,), {"k": 1, "l": 2}), "- # c\n  k: 1\n  l: 2\n"),
    ("- &k # c\n  - 1\n", Set((0,), 1), "- 1 # c\n"),
]


@pytest.mark.parametrize(("before", "edit", "after"), APART)
def test_comments_between_a_sign_and_its_value_stay(before: str, edit: Edit, after: str) -> None:
    assert_becomes(before, "yaml", [edit], after)


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
    assert_becomes(before, "yaml", edits, after.replace("{}", ending.join(["a: 1", "b:", "  x: 2"])))


TEXTS: list[tuple[str, str, list[Edit], str]] = [
    ("behind a tag in brackets", "l: [!!map {}]\n", [Insert(("l", 0), "x", 1)], "l: [!!map {x: 1}]\n"),
    ("behind a tag", "l: !!seq []\n", [Insert(("l",), None, 1)], "l: !!seq [1]\n"),
    ("behind an anchor", "a: &k {}\n", [Insert(("a",), "x", {"z": 1})], "a: &k {x: {z: 1}}\n"),
    (
        "behind an anchor further in",
        "a:\n  b: &k {}\n",
        [Insert(("a", "b"), "x", {"z": 1})],
        "a:\n  b: &k {x: {z: 1}}\n",
    ),
    ("brackets in brackets", "{a: [], b: 1}\n", [Insert(("a",), None, 1)], "{a: [1], b: 1}\n"),
    (
        "quotes of the neighbours, not of the text",
        "k: \"q\"\nm: {a: 'x'}\n",
        [Insert(("m",), "c", "s")],
        "k: \"q\"\nm: {a: 'x', c: 's'}\n",
    ),
    (
        "quotes in brackets stay",
        "k: \"q\"\na: [{x: 'p'}]\n",
        [Set(("a", 0, "x"), "z")],
        "k: \"q\"\na: [{x: 'z'}]\n",
    ),
    (
        "one that something follows",
        "m: {a: 1, b}\n",
        [Set(("m", "b"), 2), Insert(("m",), "c", 3)],
        "m: {a: 1, b: 2, c: 3}\n",
    ),
    ("keys in brackets", "l: [1]\n", [Set(("l", 0), {"v/m": 2})], "l: [{v/m: 2}]\n"),
    ("a text that is nothing", "- |", [Delete((0,))], "[]"),
    ("a blank line between two", "a: 1\n\nb: 2\n", [Insert((), "c", 3, "a")], "a: 1\n\nc: 3\n\nb: 2\n"),
    ("a key without a colon", 'a: {"k"}\n', [Set(("a", "k"), 1)], 'a: {"k": 1}\n'),
    (
        "an element that was a text",
        "- a: |\r\n    x\r\n\r\n- b\n",
        [Delete((0, "a"))],
        "- {}\r\n\r\n- b\n",
    ),
    ("first, in a text of two endings", "- 1\r\n- 2\n", [Insert((), None, 0, -1)], "- 0\r\n- 1\r\n- 2\n"),
    ("between, in one", "a: 1\r\nb: 2\n", [Insert((), "c", 0, "a")], "a: 1\r\nc: 0\r\nb: 2\n"),
    ("an empty text", "n: 1\na: |\n\nb: 1\n", [Set(("a",), 2)], "n: 1\na: 2\n\nb: 1\n"),
    ("blank lines of a text", "a: |+\n  x\n\nb: 1\n", [Delete(("b",))], "a: |+\n  x\n\n"),
    (
        "what keeps its blank lines stands below",
        "a: 1\n\nb: 2\n\nc: |+\n  x\nd: 1\n",
        [Insert((), "k", 1, "a")],
        "a: 1\n\nk: 1\n\nb: 2\n\nc: |+\n  x\nd: 1\n",
    ),
    ("a text that keeps no newline", "a: |-\n  t\nb: 1", [Delete(("b",))], "a: |-\n  t"),
    (
        "blank lines above what goes last",
        "p:\n  x: 1\n\n  k: 2\n",
        [Delete(("p", "k"))],
        "p:\n  x: 1\n",
    ),
    (
        "blank lines above what gives way to what is last now",
        "p:\n  x: 1\n\n  k: 2\n",
        [Delete(("p", "k")), Insert((), "q", 1)],
        "p:\n  x: 1\n\nq: 1\n",
    ),
    (
        "a text above what gives way keeps no newline for it",
        "m:\n  a: |\n    x\n  k: 1",
        [Delete(("m", "k")), Insert((), "q", 1)],
        "m:\n  a: |\n    x\nq: 1",
    ),
    (
        "blank lines between what is put in and what goes last",
        "p:\n  x: 1\n\n  k: 2\n\nz: 3\n",
        [Delete(("p", "k")), Insert((), "q", 1, "p"), Delete(("z",))],
        "p:\n  x: 1\n\nq: 1\n",
    ),
    ("a text that goes is not closed", "b: 1\na: |\n  x", [Delete(("a",)), Insert((), "c", 1)], "b: 1\nc: 1"),
    (
        "nor one that gives way",
        "b: 1\na: |\n  x",
        [Set(("a",), [1]), Insert((), "c", 1)],
        "b: 1\na: [1]\nc: 1",
    ),
    ("a text that is all", "|\n  x", [Set((), {"a": 1})], "a: 1"),
    ("aliases beside what goes", "a: [&x 1, 2]\nb: *x\n", [Delete(("a", 1))], "a: [&x 1]\nb: *x\n"),
    (
        "dashes as they are at the left edge",
        "a:\n- 1\nb: 1\n",
        [Set(("b",), [{"x": 1}])],
        "a:\n- 1\nb:\n- x: 1\n",
    ),
    (
        "indentation as it is first",
        "a:\n    x:\n      k: 1\nb: 1\n",
        [Set(("b",), {"x": 1})],
        "a:\n    x:\n      k: 1\nb:\n    x: 1\n",
    ),
    (
        "blanks in braces as in those of the kind",
        "m: {a: 1, b: { c: 1 }}\n",
        [Insert(("m",), "d", {"x": 1})],
        "m: {a: 1, b: { c: 1 }, d: { x: 1 }}\n",
    ),
]


LOOKS: list[tuple[str, str, list[Edit], str]] = [
    (
        "a filled list as lists are, not as braces",
        "a: {x: 1}\nb:\n- 1\nd: []\n",
        [Insert(("d",), None, 1)],
        "a: {x: 1}\nb:\n- 1\nd:\n- 1\n",
    ),
    ("braces", "e: {x: 1}\n", [Insert((), "a", {"x": 1})], "e: {x: 1}\na: {x: 1}\n"),
    (
        "brackets with blanks",
        "e: [ {x: 1} ]\n",
        [Insert((), "a", [{"x": 1}])],
        "e: [ {x: 1} ]\na: [{x: 1}]\n",
    ),
    (
        "quotes of the last text",
        "c: \"q\"\nb: 'q'\nd: {}\n",
        [Insert((), "a", "t", "b")],
        "c: \"q\"\nb: 'q'\na: 't'\nd: {}\n",
    ),
    ("dashes of the first key", "f:\n- {}\n", [Insert((), "k", [{"a": 1}])], "f:\n- {}\nk:\n- a: 1\n"),
    (
        "quotes of the kind, where a number stood",
        "k: \"q\"\na: [1, 'x']\n",
        [Set(("a", 0), "z")],
        "k: \"q\"\na: ['z', 'x']\n",
    ),
    (
        "an alias has no quotes",
        "k: \"q\"\na: &x 'p'\nb: *x\n",
        [Insert((), "c", "s")],
        "k: \"q\"\na: &x 'p'\nb: *x\nc: 's'\n",
    ),
    (
        "indentation of the map beside it",
        "a:\n  x: 1\nb:\n    x: 1\n",
        [Insert((), "c", {"x": 1})],
        "a:\n  x: 1\nb:\n    x: 1\nc:\n    x: 1\n",
    ),
    (
        "blanks of the braces beside it",
        "p:\n  m: { a: 1 }\nb: {c: 1}\n",
        [Insert(("p",), "q", {"x": 1})],
        "p:\n  m: { a: 1 }\n  q: { x: 1 }\nb: {c: 1}\n",
    ),
    (
        "quotes by key, in brackets too",
        "m: {a: {x: 'p', z: \"q\"}}\n",
        [Insert(("m",), "b", {"x": "r", "z": "s"})],
        "m: {a: {x: 'p', z: \"q\"}, b: {x: 'r', z: \"s\"}}\n",
    ),
    ("a gap of its own", "a:\n-   1\nb:\n- 2\n", [Insert(("b",), None, 3)], "a:\n-   1\nb:\n- 2\n- 3\n"),
    ("a gap in the first line", "-   a\n", [Insert((), None, 1, -1)], "-   1\n-   a\n"),
    (
        "a dash alone has no gap",
        "f:\n-\n  - 1\n",
        [Insert(("f",), None, [[2]])],
        "f:\n-\n  - 1\n- - [2]\n",
    ),
    ("blanks in a text", "-   a\r\n- |\r\n    \r\n\r\n", [Set((1,), 1)], "-   a\r\n- 1\r\n    \r\n\r\n"),
    (
        "indentation below a list",
        "a:\n- x\nb:\n    c: 1\n",
        [Insert((), "k", {"q": {"r": 1}})],
        "a:\n- x\nb:\n    c: 1\nk:\n    q:\n        r: 1\n",
    ),
    (
        "each kind as it is first",
        "a: 1\nb:\n   c: 1\nl:\n - 1\n",
        [Insert((), "k", {"q": {"r": 1}}), Insert((), "m", [{"x": [{"o": 1}]}])],
        "a: 1\nb:\n   c: 1\nl:\n - 1\nk:\n   q:\n      r: 1\nm:\n - x:\n    - o: 1\n",
    ),
    (
        "quotes of keys only beside them",
        "'a': \"x\"\n",
        [Insert((), "b", {"c": "d"})],
        "'a': \"x\"\n'b':\n  c: \"d\"\n",
    ),
]


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [row[1:] for row in TEXTS + LOOKS],
    ids=[row[0] for row in TEXTS + LOOKS],
)
def test_the_text_after(before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, "yaml", edits, after)


def test_a_tab_behind_a_colon_goes_with_the_nothing_it_stands_for() -> None:
    # The parser of the tools takes it for a blank, ruamel's refuses it.
    assert parse(b"a:\t\nb: 1\n", "yaml", "f").edited([Set(("a",), 5)]).data == b"a: 5\nb: 1\n"


def test_what_was_taken_out_leaves_a_newline_that_is_text() -> None:
    edited = parse(b"a: |\n  t\nb: 1", "yaml", "f").edited([Delete(("b",))])
    assert (edited.data, edited.spans) == (b"a: |\n  t\n", ((9, 13),))


def test_aliases_of_several_anchors_are_each_asked_for() -> None:
    text = b"a: &a 1\nb: [&b 2, &c 3, 4]\nd: *a\ne: *b\nf: *c\n"
    with pytest.raises(DocumentError, match=r"2:5: \*b elsewhere needs"):
        parse(text, "yaml", "f").edited([Delete(("b", 0))])
    with pytest.raises(DocumentError, match=r"2:11: \*c elsewhere needs"):
        parse(text, "yaml", "f").edited([Delete(("b", 1))])
    assert parse(text, "yaml", "f").edited([Delete(("b", 2))]).data == text.replace(b", 4", b"")


def aliases(count: int) -> bytes:
    """A list of 1,000 values, itself one of them, and that many aliases of it."""
    return ("a: &a [" + ",".join(["1"] * 999) + "]\nb: [" + ",".join(["*a"] * count) + "]\n").encode()


def test_aliases_may_add_100_000_values_together() -> None:
    assert len(parse(aliases(100), "yaml", "f").tree["b"]) == 100
    with pytest.raises(DocumentError, match="more than 100000 values"):
        parse(aliases(101), "yaml", "f")


def test_aliases_count_among_the_levels() -> None:
    def nested(outer: int) -> bytes:
        return ("- &a [[1]]\n- " + "[" * outer + "*a" + "]" * outer + "\n").encode()

    assert parse(nested(97), "yaml", "f").tree[0] == [[1]]
    with pytest.raises(DocumentError, match="nested deeper than 100 levels"):
        parse(nested(98), "yaml", "f")


@pytest.mark.parametrize("text", ["a: !!int |-\n  5\n", "a: !!int >-\n  5\n", "a: !!null |\n\n"])
def test_a_text_in_lines_is_no_number(text: str) -> None:
    with pytest.raises(DocumentError, match="does not fit"):
        parse(text.encode(), "yaml", "f")


@pytest.mark.parametrize("text", ["! 1: x\n", "!!str 1: x\n", '!!str "1": x\n'])
def test_a_key_may_be_called_a_string(text: str) -> None:
    assert parse(text.encode(), "yaml", "f").tree == {"1": "x"}


NUMBERS: list[tuple[float, str]] = [
    (1e20, "100000000000000000000.0"),
    (1e21, "1.0e+21"),
    (1e-20, "1.0e-20"),
    (1.1e-20, "0.000000000000000000011"),
    (float("inf"), ".inf"),
    (float("-inf"), "-.inf"),
]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers_are_written_without_an_exponent_where_that_is_short(value: float, text: str) -> None:
    edited = parse(b"a: 1\n", "yaml", "f").edited([Set(("a",), value)])
    assert edited.data.decode() == f"a: {text}\n"
    assert parse(edited.data, "yaml", "f").tree == {"a": value}


def test_half_a_surrogate_pair_is_no_text_in_single_quotes_either() -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        parse(b"a: 'x'\n", "yaml", "f").edited([Set(("a",), "\ud800")])
