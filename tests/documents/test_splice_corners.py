"""What TOML and JSON have in common with YAML, in corners: the lines taken out, the values written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from modelcat.documents import Delete, Edit, Insert, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_becomes

if TYPE_CHECKING:
    from modelcat.tool import Syntax

TEXTS: list[tuple[Syntax, str, list[Edit], str]] = [
    ("yaml", "a: |\n  x\n\nb: 1\n\nc: 2\n", [Delete(("b",))], "a: |\n  x\n\nc: 2\n"),
    ("yaml", "a: |\n  x\n\nb: 1\n\n# t\nc: 2\n", [Delete(("b",))], "a: |\n  x\n\n# t\nc: 2\n"),
    ("yaml", "a: |\n  x\n\nb: 1\n\n  # t\n\nc: 2\n", [Delete(("b",))], "a: |\n  x\n\nc: 2\n"),
    ("yaml", "a: |+\n  x\n\nb: 1\n\nc: 2\n", [Delete(("b",))], "a: |+\n  x\n\nc: 2\n"),
    (
        "yaml",
        "a: |\n  x\n\nb: 1\n\nc: 2\n",
        [Delete(("b",)), Insert((), "d", 3, "a")],
        "a: |\n  x\n\nd: 3\n\nc: 2\n",
    ),
    ("yaml", "a: |\n  x\n\nb: 1\n\nc: 2\n\n", [Delete(("b",)), Delete(("c",))], "a: |\n  x\n"),
    ("yaml", "a: |+\n\nb: >\n\n", [Delete(("b",))], "a: |+\n\n"),
    ("yaml", "a: 1\nb: >\nc: 1", [Delete(("a",)), Delete(("c",))], "b: >\n"),
    ("yaml", "a: 1\nb: |\nc: 1\n\nd: 1", [Delete(("a",)), Delete(("b",)), Delete(("c",))], "d: 1"),
    ("toml", "a = 'x'\n", [Set(("a",), "it's")], 'a = "it\'s"\n'),
    ("toml", "a = 1.0\n", [Set(("a",), float("inf"))], "a = inf\n"),
    ("toml", "\r\nb = 'q'", [Delete(("b",)), Insert((), "c", 1)], "\r\nc = 1"),
    ("toml", "a = 1\n\nb = 2\n", [Delete(("b",)), Insert((), "c", 3, "a")], "a = 1\nc = 3\n"),
    (
        "toml",
        "a = 1\n\nb = 2\n\nc = 3\n",
        [Delete(("c",)), Insert((), "d", 4, "b")],
        "a = 1\n\nb = 2\nd = 4\n",
    ),
    (
        "toml",
        "w = {}\n[t]\nb = 'q'\n\nk.q = 1\n\n",
        [Set(("t", "k"), 2), Insert(("w",), "n", [])],
        "w = {n = []}\n[t]\nb = 'q'\n\nk = 2\n\n",
    ),
    (
        "toml",
        "w = {}\n[t]\nb = 'q'\n\nk.q = 1\n\n",
        [Delete(("t", "k", "q")), Delete(("t", "b")), Insert(("w",), "n", [])],
        "w = {n = []}\n[t]\n\nk = {}\n\n",
    ),
    (
        "toml",
        "w = {}\n[t]\nb = 'q'\n\nk = 1\n\n",
        [Delete(("t", "k")), Insert(("w",), "n", [])],
        "w = {n = []}\n[t]\nb = 'q'\n",
    ),
    ("toml", "# c\n\n[k]\n\n[x.y]\na = 1\n", [Set(("x",), 1), Delete(("k",))], "# c\n\nx = 1\n"),
    ("toml", "\r\n[a]\r\n", [Set(("a",), 1)], "\r\na = 1\r\n"),
    ("toml", "# c\n\n\nk = 1\na.b = 2\n", [Delete(("k",)), Set(("a",), [])], "# c\n\n\na = []\n"),
    ("toml", "", [Insert((), "a", 1)], "a = 1\n"),
    ("yaml", "[]", [Insert((), None, 1)], "[1]"),
    (
        "toml",
        "[[a.b.c]]\r\nm = [ # c\r\n]",
        [Insert(("a",), "k", 0, "b"), Set(("a", "b"), {"v": {"n": 1}})],
        "[a]\r\nk = 0\r\n\r\n[a.b.v]\r\nn = 1",
    ),
    (
        "yaml",
        "a:\n\n  - 1\n  - 2\n",
        [Delete(("a", 0)), Delete(("a", 1)), Insert((), "b", "x")],
        'a: []\n\nb: "x"\n',
    ),
    (
        "yaml",
        "a: >-\n    x\n    y\n     \n\n  \nb: |\n\n\n",
        [Set(("a",), ["z"]), Delete(("b",)), Insert((), "c", {"k": 1})],
        'a: ["z"]\n\nc:\n  k: 1\n',
    ),
]


@pytest.mark.parametrize(("syntax", "before", "edits", "after"), TEXTS)
def test_the_text_after(syntax: Syntax, before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, syntax, edits, after)


@pytest.mark.parametrize("syntax", ["json", "jsonc"])
def test_json_has_neither_dates_nor_numbers_without_end(syntax: Syntax) -> None:
    document = parse(b'{"a": 1}', syntax, "f")
    with pytest.raises(ValueError, match="JSON has no inf"):
        document.edited([Set(("a",), float("inf"))])
    with pytest.raises(ValueError, match="JSON has no dates"):
        document.edited([Set(("a",), date(2026, 11, 25))])


def test_toml_has_no_half_of_a_surrogate_pair() -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        parse(b"a = 'x'\n", "toml", "f").edited([Set(("a",), "\ud800")])


def test_a_refusal_names_the_file() -> None:
    document = parse(b"a: &a {x: 1}\nb: *a\n", "yaml", "home/config.yaml")
    assert document.path == "home/config.yaml"
    with pytest.raises(DocumentError, match="alias") as caught:
        document.edited([Delete(("b", "x"))])
    assert (caught.value.path, caught.value.line, caught.value.column) == ("home/config.yaml", 2, 1)


def test_what_is_no_text_stands_in_a_column_after_the_byte_order_mark() -> None:
    with pytest.raises(DocumentError, match="not UTF-8") as caught:
        parse(b"\xef\xbb\xbfa: \xff", "yaml", "f")
    assert (caught.value.line, caught.value.column) == (1, 4)


def test_a_file_too_large_says_how_large() -> None:
    with pytest.raises(DocumentError, match=r"10000001 bytes; nothing over 10000000 bytes"):
        parse(b" " * 10_000_001, "yaml", "f")
