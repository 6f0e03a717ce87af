"""YAML values that give way to others: what is kept of the old one and around it, to the letter."""

from __future__ import annotations

import pytest

from modelcat.documents import Delete, Edit, Insert, Position, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_becomes

CORNERS: dict[str, tuple[str, list[Edit], str]] = {
    "a string keeps its quotes, whatever those of its neighbours": (
        "b: 'y'\na: \"x\"\nc: 'z'\n",
        [Set(("a",), "n")],
        "b: 'y'\na: \"n\"\nc: 'z'\n",
    ),
    "a map in a list of strings has their quotes": (
        "- 'x'\n- 5\n",
        [Set((1,), {"k": "v"})],
        "- 'x'\n- k: 'v'\n",
    ),
    "strings in brackets have the quotes of those around": (
        "l:\n  - 'x'\n  - k: 1\n",
        [Insert(("l",), None, [["y", {"k": 1}], {"k": 1}])],
        "l:\n  - 'x'\n  - k: 1\n  - - - 'y'\n      - k: 1\n    - k: 1\n",
    ),
    "lines that go are one gap with what goes below them": (
        "a: # c\n  x: |+\n    t\n\nb: 1\n\nc: 2\n",
        [Set(("a",), 5), Delete(("b",))],
        "a: 5 # c\n\nc: 2\n",
    ),
    "a value behind a dash ends its line as the old one did": (
        "a:\r\n  - - 1\r\n  - b\n",
        [Set(("a", 0), 5)],
        "a:\r\n  - 5\r\n  - b\n",
    ),
    "a value for a text ends its line as the text did": (
        "a: |\r\n  x\r\nb: 1\n",
        [Set(("a",), 5)],
        "a: 5\r\nb: 1\n",
    ),
    "blanks behind the sign of a value that was not written go": (
        "a:  \nb: 1\n",
        [Set(("a",), 5)],
        "a: 5\nb: 1\n",
    ),
    "a map for the value behind dashes goes below them": (
        "--- x\r\n...\n",
        [Set((), {"x": 1, "z": 2})],
        "--- \r\nx: 1\r\nz: 2\r\n...\n",
    ),
    "a comment behind the value stays in the first line": (
        "- x # c\n",
        [Set((0,), {"x": 1, "z": 2})],
        "- x: 1 # c\n  z: 2\n",
    ),
    "dashes stand as far in as in the next list, not as the keys of maps": (
        "a: 1\nl:\n- k: 1\nm:\n    x: 1\n",
        [Set(("a",), [{"k": 1}])],
        "a:\n- k: 1\nl:\n- k: 1\nm:\n    x: 1\n",
    ),
    "a map for a list stands where the list stood": (
        "a:\n     - 1\nb:\n  x: 1\n",
        [Set(("a",), {"k": 1})],
        "a:\n     k: 1\nb:\n  x: 1\n",
    ),
    "but never as far out as its key": (
        "a:\n- 1\nb:\n  x: 1\n",
        [Set(("a",), {"k": 1})],
        "a:\n  k: 1\nb:\n  x: 1\n",
    ),
    "lines below a key end as its line does": (
        "a: 1\r\nb:\n  x: 1\n",
        [Set(("a",), [{"k": 1}])],
        "a:\r\n  - k: 1\r\nb:\n  x: 1\n",
    ),
    "the tag of the old value goes, the comment behind it stays": (
        "a: !!map # c\n  x: 1\nb: 1\n",
        [Set(("a",), [{"k": 1}])],
        "a: # c\n  - k: 1\nb: 1\n",
    ),
    "of two anchored values each loses its own": (
        "- &a\n 1\n- &b !!str 2\n",
        [Set((0,), []), Set((1,), 5)],
        "- \n []\n- 5\n",
    ),
    "a comment inside the list that goes does not come to its key": (
        "k:  \n- 1\n- # c\n",
        [Set(("k",), {"a": 1})],
        "k:  \n  a: 1\n",
    ),
    "what takes the place of lines stands as close as values do": (
        "a: 1\nk:  >\n  x\n",
        [Set(("k",), 5)],
        "a: 1\nk: 5\n",
    ),
    "what takes the place of a word stands where it stood": (
        "k:  x\nz: 1\n",
        [Set(("k",), 5)],
        "k:  5\nz: 1\n",
    ),
    "lines take the place of a value below its key": (
        "k:\n    1\nz:\n",
        [Set(("k",), {"a": 1})],
        "k:\n  a: 1\nz:\n",
    ),
    "a whole map gives way to a list": ("a: 1\nb: 2\n", [Set((), [])], "[]\n"),
    "a whole map gives way to a number": ("# c\n\na: 1 # d\n", [Set((), 5)], "# c\n\n5\n"),
    "a whole text in lines gives way to a number": ("|\n  x\n", [Set((), 5)], "5\n"),
    "and behind the sign where the document begins": ("--- |\n  x\n", [Set((), 5)], "--- 5\n"),
}


@pytest.mark.parametrize(("before", "edits", "after"), CORNERS.values(), ids=CORNERS)
def test_the_text_after(before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, "yaml", edits, after)


def test_the_elements_of_a_list_that_an_alias_brings_in_stand_where_the_alias_does() -> None:
    document = parse(b"a: &a [1]\nb: *a\n", "yaml", "f")
    assert document.position(("b", 0)) == document.position(("b",)) == Position(2, 1)
    with pytest.raises(
        DocumentError, match=r"^f:2:1: an alias brings b\[0\] in; change it where it is written"
    ):
        document.edited([Set(("b", 0), 2)])
    with pytest.raises(DocumentError, match=r"^f:2:1: it would change what an alias stands for$"):
        document.edited([Insert(("b",), None, 2)])
