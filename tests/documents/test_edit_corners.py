"""Edits and the very text they make: corners where a change of the code had gone unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelcat.documents import Delete, Edit, Insert, Set
from tests.documents.edit_oracle import assert_becomes

if TYPE_CHECKING:
    from modelcat.tool import Syntax

CORNERS: list[tuple[Syntax, str, list[Edit], str]] = [
    (
        "yaml",
        "a: [1]\r\nb: 2\r\n",
        [Set(("a",), {"x": [{"y": 1}]})],
        'a:\r\n  x:\r\n    - "y": 1\r\nb: 2\r\n',
    ),
    (
        "yaml",
        "a: [ # c\n  ]\r\nb: 2\r\n",
        [Insert(("a",), None, {"y": 1})],
        'a: [ # c\n    {"y": 1}\n  ]\r\nb: 2\r\n',
    ),
    ("yaml", "a: | # why\n  x\nb: 1\n", [Set(("a",), {"k": 1})], "a:  # why\n  k: 1\nb: 1\n"),
    (
        "yaml",
        "m:\n  a: [{ x: 1 }]\n",
        [Insert(("m",), "b", [{"x": 2}])],
        "m:\n  a: [{ x: 1 }]\n  b: [{ x: 2 }]\n",
    ),
    ("yaml", "x\r\n", [Set((), {"x": 1, "y": 2})], 'x: 1\r\n"y": 2\r\n'),
    ("yaml", "k: 1 # no\na: | # why\n  x\n", [Set(("a",), 5)], "k: 1 # no\na: 5  # why\n"),
    ("yaml", "-\n  a: 1\n- b\n", [Delete((0, "a"))], "- {}\n- b\n"),
    (
        "yaml",
        "l:\n- 1 # one\n- 2 # two\n- 3 # three\n",
        [Set(("l",), [0, 1, 2, 3])],
        "l:\n- 0\n- 1 # one\n- 2 # two\n- 3 # three\n",
    ),
    (
        "yaml",
        "l:\n- 1 # one\n- 2 # two\n- 3 # three\n",
        [Set(("l",), [1, 3])],
        "l:\n- 1 # one\n- 3 # three\n",
    ),
    ("yaml", "", [Set((), 5)], "5\n"),
    ("yaml", "a:\r\n- - 1\n- b\r\n", [Set(("a", 0), {"x": 1, "y": 2})], 'a:\r\n- x: 1\n  "y": 2\n- b\r\n'),
    ("yaml", "a:\n- q\n- b\r\n", [Set(("a", 0), {"x": 1, "y": 2})], 'a:\n- x: 1\n  "y": 2\n- b\r\n'),
    (
        "yaml",
        "m: [\n  a,\n  b\n]\n",
        [Insert(("m",), None, "x", -1), Insert(("m",), None, "y", -1)],
        'm: [\n  "x",\n  "y",\n  a,\n  b\n]\n',
    ),
    (
        "yaml",
        "m: [\r\n  a,\r\n  b\r\n]\nc: 1\n",
        [Insert(("m",), None, "x"), Insert(("m",), None, "y")],
        'm: [\r\n  a,\r\n  b,\r\n  "x",\r\n  "y"\r\n]\nc: 1\n',
    ),
    ("yaml", "a: |1\n   x\nb: 1\n\n  # t\nc: 1\n", [Delete(("b",))], "a: |1\n   x\nc: 1\n"),
    (
        "yaml",
        "m: { b: 1, 'a': 'x' }\n",
        [Insert(("m",), "c", "s"), Insert(("m",), "d", {"x": "y"})],
        "m: { b: 1, 'a': 'x', 'c': 's', 'd': {x: 'y'} }\n",
    ),
    (
        "yaml",
        "m:\n  a: 1\n\n  b: |+\n    x\n\nn: 1\n",
        [Insert(("m",), "c", 3)],
        "m:\n  a: 1\n\n  b: |+\n    x\n\n  c: 3\nn: 1\n",
    ),
    (
        "yaml",
        "a:\n  x: 1\n  y: 2\n",
        [Set(("a",), {"x": 1, "n": 5, "y": 2})],
        'a:\n  x: 1\n  "n": 5\n  y: 2\n',
    ),
    ("yaml", "a: [x, y,\n z]\n", [Delete(("a", 0))], "a: [y,\n z]\n"),
    ("yaml", "m: {a: , b: 1}\n", [Set(("m", "a"), 5)], "m: {a: 5 , b: 1}\n"),
    ("yaml", "a:\n b:\n  k: 1\nc: 2\n", [Set(("a", "b"), [[1], 2])], "a:\n b:\n  - [1]\n  - 2\nc: 2\n"),
    ("yaml", 'a: "x"\n', [Set(("a",), [{"y": 1}])], 'a:\n  - "y": 1\n'),
    (
        "yaml",
        "- name: a\n  x: 'q'\n",
        [Insert((), None, {"name": "b", "x": "c"})],
        "- name: a\n  x: 'q'\n- name: 'b'\n  x: 'c'\n",
    ),
    ("yaml", "b: \"q\"\na: 'x'\n", [Set(("a",), {"y": "z"})], 'b: "q"\na:\n  "y": "z"\n'),
    ("yaml", "a: |\n  x\n  \n\nb: 1\n", [Set(("a",), 1)], "a: 1\n  \n\nb: 1\n"),
    ("yaml", "a: |\n\n   \nb: 1\n", [Set(("a",), 2)], "a: 2\n\n   \nb: 1\n"),
    ("yaml", "a: |-\n  x", [Insert((), "b", 1)], "a: |-\n  x\nb: 1"),
    ("yaml", "a: |+\n  x", [Insert((), "b", 1)], "a: |-\n  x\nb: 1"),
    ("yaml", "b: 1\na: |\n  x", [Set(("b",), 2)], "b: 2\na: |\n  x"),
    (
        "yaml",
        "m:\n  a: { x: { p: 1 } }\n",
        [Insert(("m",), "b", {"n": {"q": 1}})],
        'm:\n  a: { x: { p: 1 } }\n  b: { "n": { q: 1 } }\n',
    ),
    ("yaml", "a:\r\n- x\r\nb: 1\n", [Delete(("a", 0)), Insert(("a",), None, "y")], 'a:\r\n- "y"\r\nb: 1\n'),
    ("yaml", "l:\n- 1 # one\n- 1 # two\n", [Set(("l",), [1])], "l:\n- 1 # one\n"),
    ("yaml", "# a\n--- ", [Insert((), "x", 1)], "# a\n--- \nx: 1"),
    ("yaml", "- x: 1\n  y: 2 # c\n- b\n", [Set((0,), [[1], {"q": 1}])], "- - [1]\n  - q: 1\n- b\n"),
    ("yaml", "- a: 1\n  b: 2\n  c: 3\n", [Delete((0, "a")), Delete((0, "b"))], "- c: 3\n"),
    ("yaml", "a:\n- x\nb: 1\n", [Set(("a",), {"y": 1})], 'a:\n  "y": 1\nb: 1\n'),
    ("yaml", 'm:\n  "a": 1\n', [Insert(("m",), "b", 2)], 'm:\n  "a": 1\n  "b": 2\n'),
    ("yaml", "l:\n-\n- x: 1\n", [Insert(("l",), None, {"y": 1})], 'l:\n-\n- x: 1\n- "y": 1\n'),
    (
        "yaml",
        "- name: 'a'\n  url: \"b\"\n",
        [Insert((), None, {"name": "c", "url": "d"})],
        "- name: 'a'\n  url: \"b\"\n- name: 'c'\n  url: \"d\"\n",
    ),
    ("yaml", "\na: 1\n\nb: 2\n", [Delete(("a",))], "\nb: 2\n"),
    ("yaml", "a: |\n  x\nb: 1\n\n  # t\nd: 2\n", [Set(("a",), 1), Delete(("b",))], "a: 1\n\n  # t\nd: 2\n"),
    ("yaml", "a: |\n  x\n# c\nb: 1\n\n  # t\nd: 2\n", [Delete(("b",))], "a: |\n  x\n# c\n\n  # t\nd: 2\n"),
    ("yaml", "---\r\n...\n", [Insert((), "x", 1)], "---\r\nx: 1\r\n...\n"),
    (
        "yaml",
        "l:\n  -   a\nm:\n  x: 1\n",
        [Insert(("m",), "k", [{"q": 1}])],
        "l:\n  -   a\nm:\n  x: 1\n  k:\n    -   q: 1\n",
    ),
    (
        "yaml",
        "a: |\n  x\nm: 1\n\nb: 1\nc: 2\n\n  # t\nd: 1\n",
        [Delete(("m",)), Delete(("b",)), Delete(("c",))],
        "a: |\n  x\n\nd: 1\n",
    ),
    ("toml", "[a]\nx = 1\n# end\n", [Insert((), "b", {"y": 1})], "[a]\nx = 1\n# end\n\n[b]\ny = 1\n"),
    (
        "toml",
        "[a.b]\nx = 1\n# more\n[c]\n",
        [Insert(("a",), "n", {"y": 1})],
        "[a.b]\nx = 1\n\n[a.n]\ny = 1\n\n# more\n[c]\n",
    ),
    ("toml", "a = ['x', 'y']\n", [Insert(("a",), None, "z")], "a = ['x', 'y', 'z']\n"),
    ("toml", "a = ['x', \"y\"]\n", [Insert(("a",), None, "z")], 'a = [\'x\', "y", "z"]\n'),
    (
        "toml",
        "t = {a.x = 1, b.y = 2, d = 3}\n",
        [Insert(("t", "a"), "n", 5)],
        "t = {a.x = 1, a.n = 5, b.y = 2, d = 3}\n",
    ),
    (
        "toml",
        "[t]\na.x = 1\nb = 2\nc = 3\n[t.q]\nk = 1\n",
        [Insert(("t",), "n", 5, "q")],
        "[t]\na.x = 1\nb = 2\nc = 3\nn = 5\n[t.q]\nk = 1\n",
    ),
    ("toml", "t.a = 1\n", [Insert((), "n", {"x": 1})], "t.a = 1\nn = {x = 1}\n"),
    ("toml", "l = [{x = 1}]\n", [Insert((), "n", [{"x": 1}])], "l = [{x = 1}]\nn = [{x = 1}]\n"),
    ("toml", "[p]\nl = []\n", [Insert(("p",), "n", [{"x": 1}])], "[p]\nl = []\n\n[[p.n]]\nx = 1\n"),
    ("toml", "[p.a]\nx = 1\n", [Set(("p", "a"), 1), Insert(("p",), "k", 2)], "[p]\nk = 2\na = 1\n"),
    ("toml", "t = { }\n", [Insert(("t",), "x", 1)], "t = { x = 1 }\n"),
    (
        "toml",
        "[[l]]\nx = 1\n",
        [Insert(("l",), None, {"y": 1}), Insert(("l", 0), "s", {"z": 1}), Insert(("l", 0), "q", 1)],
        "[[l]]\nx = 1\nq = 1\n\n[l.s]\nz = 1\n\n[[l]]\ny = 1\n",
    ),
    (
        "toml",
        "[[l]]\nx = 1\n",
        [Insert(("l",), None, {"y": 1, "s": {"z": 1}}, -1)],
        "[[l]]\ny = 1\n\n[l.s]\nz = 1\n\n[[l]]\nx = 1\n",
    ),
    ("toml", "a = 1\n", [Insert((), "n", {"s": {"z": 1}})], "a = 1\n\n[n.s]\nz = 1\n"),
    ("toml", "a = '''x'''\n", [Set(("a",), "y")], 'a = "y"\n'),
    ("toml", "[t]\nx = 1 # one\ny = 2\n", [Set(("t", "x"), 5)], "[t]\nx = 5 # one\ny = 2\n"),
    (
        "toml",
        "\n\n\n[t]\n",
        [Insert((), "a", "x"), Delete(("t",)), Insert((), "n", {"x": 1})],
        '\n\n\na = "x"\n\n[n]\nx = 1\n',
    ),
    (
        "toml",
        "[p.a]\nx=1\n[p.b]\nz=1\n",
        [Insert(("p",), "c", {"k": 1, "s": {"t": 1, "u": {"v": 1}}})],
        "[p.a]\nx=1\n[p.b]\nz=1\n[p.c]\nk = 1\n[p.c.s]\nt = 1\n[p.c.s.u]\nv = 1\n",
    ),
    ("toml", "[a.b]\nx = 1\n[a]\ny = 1\n", [Delete(("a",))], ""),
    (
        "toml",
        "[[l]]\r\nx = 1\r\n[m]\n",
        [Insert(("l",), None, {"y": 1}, -1)],
        "[[l]]\r\ny = 1\r\n\r\n[[l]]\r\nx = 1\r\n[m]\n",
    ),
    ("toml", "a = 1\r\n[t]\nx = 1\n", [Insert((), "b", 2)], "a = 1\r\nb = 2\r\n[t]\nx = 1\n"),
    (
        "toml",
        "t = {a = 1, b = 2, c = 3}\n",
        [Delete(("t", "b")), Insert(("t",), "n", 5, "b")],
        "t = {a = 1, n = 5, c = 3}\n",
    ),
    ("toml", "t = {}\n", [Insert(("t",), "b", {"x": 1})], "t = {b = {x = 1}}\n"),
    ("toml", "\na = 1\n", [Delete(("a",))], ""),
    ("toml", "\n# c\n[t]\n", [Insert((), "x", 1)], "\nx = 1\n\n# c\n[t]\n"),
    (
        "json",
        '{\n    "a": 1\n}\n',
        [Insert((), "b", {"c": 1})],
        '{\n    "a": 1,\n    "b": {\n        "c": 1\n    }\n}\n',
    ),
    ("json", "\r\n", [Insert((), "c", 1)], '\r\n{\r\n  "c": 1\r\n}\r\n'),
    ("json", "\n{}\r\n", [Insert((), "a", 1)], '\n{\n  "a": 1\n}\r\n'),
    ("json", "[1, 2, 3]", [Delete((2,)), Delete((1,))], "[1]"),
    ("jsonc", "\n\r\n", [Insert((), "c", 1)], '\n\r\n{\n  "c": 1\n}\n'),
    ("jsonc", "{ /* c */ }", [Insert((), "x", {"x": 1})], '{ /* c */  "x": {"x": 1}}'),
    ("jsonc", "[1 /* c */, 2]", [Delete((0,))], "[ /* c */ 2]"),
    ("jsonc", "[ /* c */ 1]", [Delete((0,))], "[ /* c */]"),
]


@pytest.mark.parametrize(("syntax", "before", "edits", "after"), CORNERS)
def test_the_text_after(syntax: Syntax, before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, syntax, edits, after)
