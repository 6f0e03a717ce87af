"""Edits and the very text they make, one trap each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest

from modelcat.documents import Delete, Edit, Insert, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_holds

if TYPE_CHECKING:
    from modelcat.tool import Syntax


class Case(NamedTuple):
    """A text, edits of it, the text after."""

    syntax: Syntax
    name: str
    before: str
    edits: list[Edit]
    after: str


CASES = [
    Case(
        "yaml",
        "deletion keeps the comments above",
        "a: 1\n# about b\nb: 2\nc: 3\n",
        [Delete(("b",))],
        "a: 1\n# about b\nc: 3\n",
    ),
    Case(
        "yaml",
        "comments below and deeper go along",
        "a:\n  x: 1\n  # y: 2\nb: 2\n",
        [Delete(("a",))],
        "b: 2\n",
    ),
    Case(
        "yaml",
        "the comment behind it goes",
        "a: 1 # one\nb: 2\n",
        [Delete(("a",))],
        "b: 2\n",
    ),
    Case(
        "yaml",
        "blank lines are not left double",
        "a: 1\n\nb: 2\n\nc: 3\n",
        [Delete(("b",))],
        "a: 1\n\nc: 3\n",
    ),
    Case(
        "yaml",
        "nor at the end",
        "a: 1\n\nb: 2\n",
        [Delete(("b",))],
        "a: 1\n",
    ),
    Case(
        "yaml",
        "no end of the last line",
        "a: 1\nb: 2",
        [Delete(("b",))],
        "a: 1",
    ),
    Case(
        "yaml",
        "last child",
        "a:\n  # c\n  x: 1 # d\nb: 2\n",
        [Delete(("a", "x"))],
        "a: {}\n  # c\nb: 2\n",
    ),
    Case(
        "yaml",
        "last item",
        "a: # why\n- x\nb: 2\n",
        [Delete(("a", 0))],
        "a: [] # why\nb: 2\n",
    ),
    Case(
        "yaml",
        "last of root",
        "# top\na: 1 # one\n# end\n",
        [Delete(("a",))],
        "# top\n{} # one\n# end\n",
    ),
    Case(
        "yaml",
        "last of an item",
        "- a: 1\n- b\n",
        [Delete((0, "a"))],
        "- {}\n- b\n",
    ),
    Case(
        "yaml",
        "dash to the next",
        "- a: 1\n  b: 2\n",
        [Delete((0, "a"))],
        "- b: 2\n",
    ),
    Case(
        "yaml",
        "dash alone",
        "- a: 1\n  # about b\n  b: 2\n",
        [Delete((0, "a"))],
        "-\n  # about b\n  b: 2\n",
    ),
    Case(
        "yaml",
        "a comment that would be text",
        "a: |\n  text\nb: 1\n  # deep\n    # deeper\n# flat\nc: 2\n",
        [Delete(("b",))],
        "a: |\n  text\n# flat\nc: 2\n",
    ),
    Case(
        "yaml",
        "a comment that ends the text",
        "a: |\n    text\nb: 1\n  # less deep\nc: 2\n",
        [Delete(("b",))],
        "a: |\n    text\nc: 2\n",
    ),
    Case(
        "yaml",
        "blank lines that would be text",
        "a: |+\n  text\nb: 1\n\nc: 2\n",
        [Delete(("b",))],
        "a: |+\n  text\nc: 2\n",
    ),
    Case(
        "yaml",
        "across collections",
        "p:\n  a: |+\n    text\n  b: 1\nc: 2\n\nd: 3\n",
        [Delete(("p", "b")), Delete(("c",))],
        "p:\n  a: |+\n    text\nd: 3\n",
    ),
    Case(
        "yaml",
        "text at the end",
        "a: |\n  text",
        [Insert((), "b", 1)],
        "a: |-\n  text\nb: 1",
    ),
    Case(
        "yaml",
        "text comes to stand last",
        "a: |\n  text\nb: 1",
        [Delete(("b",))],
        "a: |\n  text\n",
    ),
    Case(
        "yaml",
        "insert at the end",
        "a: 1\n# end\n",
        [Insert((), "b", "x")],
        'a: 1\nb: "x"\n# end\n',
    ),
    Case(
        "yaml",
        "insert, no end",
        "a: 1",
        [Insert((), "b", "x")],
        'a: 1\nb: "x"',
    ),
    Case(
        "yaml",
        "insert behind commented-out",
        "m:\n  a:\n    x: 1\n    # y: 2\n  # b:\nn: 1\n",
        [Insert(("m",), "c", {"x": 2})],
        "m:\n  a:\n    x: 1\n    # y: 2\n  c:\n    x: 2\n  # b:\nn: 1\n",
    ),
    Case(
        "yaml",
        "spaced",
        "m:\n  a: 1\n\n  b: 2\n\nn: 1\n",
        [Insert(("m",), "c", 3)],
        "m:\n  a: 1\n\n  b: 2\n\n  c: 3\n\nn: 1\n",
    ),
    Case(
        "yaml",
        "indent of the neighbours",
        "m:\n    -   name: a\n        l:\n        -   1\n",
        [Insert(("m",), None, {"name": "b", "l": [{"q": 2}]})],
        'm:\n    -   name: a\n        l:\n        -   1\n    -   name: "b"\n        l:\n        -   q: 2\n',
    ),
    Case(
        "yaml",
        "not indented list",
        "m:\n- name: a\n  l: [1]\n",
        [Insert(("m",), None, {"name": "b", "l": [2]})],
        'm:\n- name: a\n  l: [1]\n- name: "b"\n  l: [2]\n',
    ),
    Case(
        "yaml",
        "quotes of the neighbours",
        "m:\n  'a': 'x'\n",
        [Insert(("m",), "b", "it's"), Insert(("m",), "c", "a\nb")],
        "m:\n  'a': 'x'\n  'b': 'it''s'\n  'c': \"a\\nb\"\n",
    ),
    Case(
        "yaml",
        "flow neighbours",
        "m:\n  a: { x: 1, 'y': [1] }\n",
        [Insert(("m",), "b", {"x": 2, "y": [3]})],
        "m:\n  a: { x: 1, 'y': [1] }\n  b: { 'x': 2, 'y': [3] }\n",
    ),
    Case(
        "yaml",
        "inside flow",
        "m: {a: 1, b: [1, 2]} # c\n",
        [Insert(("m",), "c", {"d": [1]}, "a"), Insert(("m", "b"), None, "x", 0), Delete(("m", "a"))],
        'm: {c: {d: [1]}, b: [1, "x", 2]} # c\n',
    ),
    Case(
        "yaml",
        "flow over lines",
        "m: [\n  a, # one\n  b # two\n]\n",
        [Insert(("m",), None, "c"), Delete(("m", 0))],
        'm: [\n  b, # two\n  "c"\n]\n',
    ),
    Case(
        "yaml",
        "empty list",
        "a: [] # c\nb: {}\n",
        [Insert(("a",), None, {"x": 1}), Insert(("b",), "y", {"z": 1})],
        'a: # c\n  - x: 1\nb:\n  "y":\n    z: 1\n',
    ),
    Case(
        "yaml",
        "null to map",
        "a:   # c\nb: ~ # d\n",
        [Set(("a",), {"x": 1}), Set(("b",), {"y": [{"z": 1}]})],
        'a:   # c\n  x: 1\nb: # d\n  "y":\n    - z: 1\n',
    ),
    Case(
        "yaml",
        "null to scalar",
        "a:\nb: # c\nc: \n",
        [Set(("a",), 1), Set(("b",), "x"), Set(("c",), True)],
        'a: 1\nb: "x" # c\nc: true\n',
    ),
    Case(
        "yaml",
        "map to scalar",
        "a: # c\n  x: 1\n  y: 2\nb: 1\n",
        [Set(("a",), "s")],
        'a: "s" # c\nb: 1\n',
    ),
    Case(
        "yaml",
        "map to list",
        "a:\n  x: 1\nb: 1\n",
        [Set(("a",), [{"y": 1}])],
        'a:\n  - "y": 1\nb: 1\n',
    ),
    Case(
        "yaml",
        "only what differs",
        "a:\n  # about x\n  x: 1 # one\n  y: 2\n",
        [Set(("a",), {"x": 5, "z": 3})],
        "a:\n  # about x\n  x: 5 # one\n  z: 3\n",
    ),
    Case(
        "yaml",
        "lists only where they differ",
        "a:\n- 1 # one\n- 2 # two\n- 3 # three\n",
        [Set(("a",), [1, 9, 3, 4])],
        "a:\n- 1 # one\n- 9 # two\n- 3 # three\n- 4\n",
    ),
    Case(
        "yaml",
        "block scalar to string",
        "a: |- # why\n  text\n\nb: 1\n",
        [Set(("a",), "new")],
        'a: "new"  # why\n\nb: 1\n',
    ),
    Case(
        "yaml",
        "style of quotes",
        "a: 'x' # 1\nb: \"y\" # 2\nc: z # 3\n",
        [Set(("a",), "p"), Set(("b",), "q"), Set(("c",), "r")],
        'a: \'p\' # 1\nb: "q" # 2\nc: "r" # 3\n',
    ),
    Case(
        "yaml",
        "quoted keys where needed",
        "a: 1\n",
        [Insert((), "on", 1), Insert((), "4.1", 1), Insert((), "@cf/m", 1), Insert((), "v/m", 1)],
        'a: 1\n"on": 1\n"4.1": 1\n"@cf/m": 1\nv/m: 1\n',
    ),
    Case(
        "yaml",
        "document marks",
        "---\na: 1\n...\n# end\n",
        [Insert((), "b", 2)],
        "---\na: 1\nb: 2\n...\n# end\n",
    ),
    Case(
        "yaml",
        "empty document",
        "# top\n---\n# below\n...\n",
        [Insert((), "b", 2)],
        "# top\n---\n# below\nb: 2\n...\n",
    ),
    Case(
        "yaml",
        "comments only",
        "# top",
        [Insert((), "b", {"c": 2})],
        "# top\nb:\n  c: 2",
    ),
    Case(
        "yaml",
        "CRLF",
        "a: 1\r\nb:\r\n  - x\r\n",
        [Insert(("b",), None, {"y": 1, "z": 2}), Insert((), "c", 1)],
        'a: 1\r\nb:\r\n  - x\r\n  - "y": 1\r\n    z: 2\r\nc: 1\r\n',
    ),
    Case(
        "yaml",
        "alias replaced",
        "a: &x 1\nb: *x\n",
        [Set(("b",), 2)],
        "a: &x 1\nb: 2\n",
    ),
    Case(
        "yaml",
        "tabs before comments",
        "a: 1\t# one\nb:\t2\n",
        [Set(("a",), 5), Set(("b",), 6)],
        "a: 5\t# one\nb:\t6\n",
    ),
    Case(
        "toml",
        "value in its place",
        "a = 1 # one\nb = 'x'\nc = \"y\"\n",
        [Set(("a",), 5), Set(("b",), "n"), Set(("c",), "it's")],
        "a = 5 # one\nb = 'n'\nc = \"it's\"\n",
    ),
    Case(
        "toml",
        "new key before the tables",
        "# top\n\na = 1\n\n[t]\nx = 1\n",
        [Insert((), "b", 2)],
        "# top\n\na = 1\nb = 2\n\n[t]\nx = 1\n",
    ),
    Case(
        "toml",
        "new key where there is none",
        "# top\n\n# about t\n[t]\nx = 1\n",
        [Insert((), "b", 2)],
        "# top\n\nb = 2\n\n# about t\n[t]\nx = 1\n",
    ),
    Case(
        "toml",
        "new key before sub tables",
        "[t]\nx = 1 # x\n\n[t.s]\ny = 1\n",
        [Insert(("t",), "z", 2)],
        "[t]\nx = 1 # x\nz = 2\n\n[t.s]\ny = 1\n",
    ),
    Case(
        "toml",
        "style of equals",
        "[t]\nx=1\n  y=2\n",
        [Insert(("t",), "z", 2)],
        "[t]\nx=1\n  y=2\n  z=2\n",
    ),
    Case(
        "toml",
        "new table after the family",
        "[p.a]\nx = 1\n\n[q]\ny = 1\n\n[p.b]\nz = 1\n# more of b\n\n[r]\n",
        [Insert(("p",), "c", {"k": "v", "s": {"t": 1}})],
        '[p.a]\nx = 1\n\n[q]\ny = 1\n\n[p.b]\nz = 1\n# more of b\n\n[p.c]\nk = "v"\n\n[p.c.s]\n'
        "t = 1\n\n[r]\n",
    ),
    Case(
        "toml",
        "new table after a sibling",
        "[p.a]\nx = 1\n\n[p.b]\nz = 1\n",
        [Insert(("p",), "c", {"k": "v"}, "a")],
        '[p.a]\nx = 1\n\n[p.c]\nk = "v"\n\n[p.b]\nz = 1\n',
    ),
    Case(
        "toml",
        "tight",
        "[p.a]\nx=1\n[p.b]\nz=1\n[q]\n",
        [Insert(("p",), "c", {"k": "v"})],
        '[p.a]\nx=1\n[p.b]\nz=1\n[p.c]\nk = "v"\n[q]\n',
    ),
    Case(
        "toml",
        "inline as its neighbours",
        "[p]\na = {x = 1}\n",
        [Insert(("p",), "b", {"x": 2})],
        "[p]\na = {x = 1}\nb = {x = 2}\n",
    ),
    Case(
        "toml",
        "table gone",
        "# about a\n[p.a]\nx = 1\n\n# about b\n[p.b]\nz = 1\n\n[q]\n",
        [Delete(("p", "a"))],
        "# about a\n\n# about b\n[p.b]\nz = 1\n\n[q]\n",
    ),
    Case(
        "toml",
        "implied table stays",
        "[p.a]\nx = 1\n\n[q]\n",
        [Delete(("p", "a"))],
        "[p]\n\n[q]\n",
    ),
    Case(
        "toml",
        "implied table gets a header",
        "[p.a]\nx = 1\n",
        [Insert(("p",), "k", 1), Insert(("p",), "l", 2)],
        "[p]\nk = 1\nl = 2\n\n[p.a]\nx = 1\n",
    ),
    Case(
        "toml",
        "dotted",
        "a.b = 1 # b\na.c = 2\nz = 3\n",
        [Insert(("a",), "d", {"e": 1}), Delete(("a", "b"))],
        "a.c = 2\na.d = {e = 1}\nz = 3\n",
    ),
    Case(
        "toml",
        "dotted, last",
        "a.b = 1\nz = 3\n",
        [Delete(("a", "b"))],
        "a = {}\nz = 3\n",
    ),
    Case(
        "toml",
        "inline table",
        "t = { a = 1, b.c = 2 }\n",
        [Insert(("t",), "d", 3), Delete(("t", "a")), Insert(("t", "b"), "e", 4)],
        "t = { b.c = 2, d = 3, b.e = 4 }\n",
    ),
    Case(
        "toml",
        "inline table emptied",
        "t = { a = 1, b.c = 2 }\n",
        [Delete(("t", "a")), Delete(("t", "b", "c"))],
        "t = { b = {} }\n",
    ),
    Case(
        "toml",
        "array over lines",
        "a = [\n  1, # one\n  2 # two\n]\n",
        [Insert(("a",), None, 3), Delete(("a", 0))],
        "a = [\n  2, # two\n  3\n]\n",
    ),
    Case(
        "toml",
        "array with trailing comma",
        "a = [1, 2,]\nb = []\nc = [\n  # none\n]\n",
        [Insert(("a",), None, 3), Insert(("b",), None, "x"), Insert(("c",), None, "y")],
        'a = [1, 2, 3,]\nb = ["x"]\nc = [\n  # none\n  "y"\n]\n',
    ),
    Case(
        "toml",
        "array of tables",
        "[[l]]\nx = 1\n[l.s]\ny = 1\n\n[[l]]\nx = 2\n",
        [Insert(("l",), None, {"x": 3, "s": {"y": 2}}, 0), Delete(("l", 1))],
        "[[l]]\nx = 1\n[l.s]\ny = 1\n\n[[l]]\nx = 3\n\n[l.s]\ny = 2\n",
    ),
    Case(
        "toml",
        "array of tables emptied",
        "k = 1\n[[l]]\nx = 1\n[[l]]\n[m]\n",
        [Delete(("l", 0)), Delete(("l", 1))],
        "k = 1\nl = []\n[m]\n",
    ),
    Case(
        "toml",
        "sub table of an element",
        "[[l]]\nx = 1\n\n[[l]]\nx = 2\n",
        [Insert(("l", 0), "s", {"y": 1})],
        "[[l]]\nx = 1\n\n[l.s]\ny = 1\n\n[[l]]\nx = 2\n",
    ),
    Case(
        "toml",
        "table to value",
        "[p.a]\nx = 1\n\n[p.b]\n",
        [Set(("p", "a"), "none")],
        '[p]\na = "none"\n\n[p.b]\n',
    ),
    Case(
        "toml",
        "out of order",
        "[a]\nx = 1\n[b]\n[a.c]\ny = 1\n[d]\n",
        [Insert(("a",), "n", {"k": 1}), Insert(("a",), "m", 2)],
        "[a]\nx = 1\nm = 2\n[b]\n[a.c]\ny = 1\n[a.n]\nk = 1\n[d]\n",
    ),
    Case(
        "toml",
        "no end",
        "[a]\nx = 1",
        [Insert(("a",), "y", 2)],
        "[a]\nx = 1\ny = 2",
    ),
    Case(
        "toml",
        "multi-line string",
        "a = '''\nx\n'''\nb = 1\n",
        [Set(("a",), "y\nz"), Delete(("b",))],
        'a = "y\\nz"\n',
    ),
    Case(
        "toml",
        "dates",
        "a = 1\n",
        [Insert((), "b", date(2026, 1, 2))],
        "a = 1\nb = 2026-01-02\n",
    ),
    Case(
        "json",
        "pretty",
        '{\n  "a": 1,\n  "b": {\n    "c": []\n  }\n}\n',
        [Insert((), "d", {"e": [1, {}]}), Insert(("b", "c"), None, {"x": 1}), Delete(("a",))],
        '{\n  "b": {\n    "c": [\n      {\n        "x": 1\n      }\n    ]\n  },\n  "d": {\n'
        '    "e": [\n      1,\n      {}\n    ]\n  }\n}\n',
    ),
    Case(
        "json",
        "compact",
        '{"a":[1,2],"b":{}}',
        [Insert(("a",), None, 3), Insert(("b",), "c", 1), Delete(("a", 0))],
        '{"a":[2, 3],"b":{"c": 1}}',
    ),
    Case(
        "json",
        "last gone",
        '{\n  "a": 1,\n  "b": 2\n}\n',
        [Delete(("b",))],
        '{\n  "a": 1\n}\n',
    ),
    Case(
        "json",
        "all gone",
        '{\n  "a": 1,\n  "b": 2\n}\n',
        [Delete(("b",)), Delete(("a",))],
        "{}\n",
    ),
    Case(
        "jsonc",
        "comments",
        '{\n  // about a\n  "a": 1, // one\n  // about b\n  "b": 2, /* two */\n}\n',
        [Delete(("a",)), Insert((), "c", 3)],
        '{\n  // about a\n  // about b\n  "b": 2, /* two */\n  "c": 3,\n}\n',
    ),
    Case(
        "jsonc",
        "only comments",
        "{\n  // none yet\n}\n",
        [Insert((), "c", 3)],
        '{\n  // none yet\n  "c": 3\n}\n',
    ),
    Case(
        "json",
        "nothing",
        "",
        [Insert((), "a", [1])],
        '{\n  "a": [\n    1\n  ]\n}\n',
    ),
    Case(
        "yaml",
        "comments between the first entries of an item",
        "- a: 1\n  # about b\n  b: 2\n  c: 3\n",
        [Delete((0, "a")), Delete((0, "b"))],
        "-\n  # about b\n  c: 3\n",
    ),
    Case(
        "yaml",
        "list in the column of its key to scalar",
        "a: # why\n- 1\n- 2\nb: 1\n",
        [Set(("a",), "s")],
        'a: "s" # why\nb: 1\n',
    ),
    Case(
        "yaml",
        "a comment behind tabs that would be text",
        "a: |\n    x\nb: 1\n\n \t# t\nc: 1\n",
        [Delete(("b",))],
        "a: |\n    x\nc: 1\n",
    ),
    Case(
        "yaml",
        "double quotes of the neighbours' keys",
        'm:\n  "a": 1\n',
        [Insert(("m",), "b", 2)],
        'm:\n  "a": 1\n  "b": 2\n',
    ),
    Case(
        "jsonc",
        "only comments, in the indentation of the text",
        '{\n    "a": {\n        // none yet\n    }\n}\n',
        [Insert(("a",), "b", {"c": 3})],
        '{\n    "a": {\n        // none yet\n        "b": {\n            "c": 3\n        }\n    }\n}\n',
    ),
    Case(
        "jsonc",
        "a comment in the line of the bracket",
        "{\n  /* none yet */}\n",
        [Insert((), "b", {"c": 3})],
        '{\n  /* none yet */ "b": {\n    "c": 3\n  }}\n',
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.syntax}: {case.name}")
def test_the_text_after(case: Case) -> None:
    data = case.before.encode()
    edited = parse(data, case.syntax, "f").edited(case.edits)
    assert edited.data.decode() == case.after
    # The independent parser knows no tab before a value; the tools' parsers do.
    if "tabs" not in case.name:
        assert_holds(data, case.syntax, case.edits, edited)


def test_spans_are_bytes_of_the_original() -> None:
    data = "\ufeff# é😀\nä: 1\nb: 2 # zwei\n".encode()
    edited = parse(data, "yaml", "f").edited([Set(("ä",), 5), Delete(("b",))])
    assert [data[start:end].decode() for start, end in edited.spans] == ["1", "b: 2 # zwei\n"]
    assert edited.data.decode() == "\ufeff# é😀\nä: 5\n"


def test_a_span_is_empty_where_something_is_put_in() -> None:
    assert parse(b"a: 1\nb: 2\n", "yaml", "f").edited([Insert((), "c", 3, "a")]).spans == ((5, 5),)


@pytest.mark.parametrize(
    ("syntax", "text", "keys", "spans"),
    [
        ("yaml", "a: 1\nb: 2\nc: 3", "bc", ((4, 10), (10, 14))),
        ("yaml", "a: 1\r\nb: 2", "b", ((4, 10),)),
        ("toml", "a = 1\n\nb = 2\n\nc = 3", "bc", ((5, 14), (14, 19))),
        ("toml", "a = 1\nb = 2\nc = 3", "abc", ((0, 6), (6, 12), (12, 17))),
        ("toml", "b = 2", "b", ((0, 5),)),
        ("yaml", "a: 1\nb: 2\n\nc: 3\n", "bc", ((5, 10), (10, 16))),
        ("yaml", "a: 1\nb: 2\nc: 3\n\nd: 4\n", "bcd", ((5, 10), (10, 15), (15, 21))),
    ],
)
def test_the_spans_of_what_goes_at_the_end(
    syntax: Syntax, text: str, keys: str, spans: tuple[tuple[int, int], ...]
) -> None:
    edits: list[Edit] = [Delete((key,)) for key in keys]
    assert parse(text.encode(), syntax, "f").edited(edits).spans == spans


def test_what_comes_instead_at_the_end_has_the_line_ending_before_it() -> None:
    edited = parse(b"a: 1\nb: 2", "yaml", "f").edited([Delete(("b",)), Insert((), "c", 3, "a")])
    assert edited.data == b"a: 1\nc: 3"
    assert edited.spans[0][0] == 5


NOTHING_TO_DO: list[tuple[Syntax, str, Edit]] = [
    ("yaml", "a: {x: 1, l: [1, '2']}\n", Set(("a",), {"l": [1, "2"], "x": 1})),
    ("toml", "a.b = 1\n", Set(("a",), {"b": 1})),
    ("json", "[1.0]", Set((0,), 1.0)),
]


@pytest.mark.parametrize(("syntax", "text", "edit"), NOTHING_TO_DO)
def test_equal_values_change_nothing(syntax: Syntax, text: str, edit: Edit) -> None:
    assert parse(text.encode(), syntax, "f").edited([edit]).data.decode() == text


def test_types_are_kept_apart() -> None:
    text = b"a: 1\nb: true\n"
    assert parse(text, "yaml", "f").edited([Set(("a",), True), Set(("b",), 1)]).data == b"a: true\nb: 1\n"
    assert parse(text, "yaml", "f").edited([Set(("a",), "1")]).data == b'a: "1"\nb: true\n'


UNREACHABLE: list[tuple[Syntax, str, Edit, int, int, str]] = [
    ("yaml", "a: &a {x: 1}\nb: *a\n", Set(("b", "x"), 2), 2, 1, "an alias brings b.x in"),
    ("yaml", "a: &a {x: 1}\nb: *a\n", Delete(("b", "x")), 2, 1, "an alias brings b.x in"),
    (
        "yaml",
        "a: &a {x: 1}\nb: *a\n",
        Insert(("b",), "y", 2),
        2,
        1,
        "it would change what an alias stands for",
    ),
    (
        "yaml",
        "a: &a {x: 1}\nb:\n  c: *a\n",
        Insert(("b", "c"), "y", 2),
        3,
        3,
        "it would change what an alias stands for",
    ),
    ("yaml", "a: &a {x: 1}\nb:\n  c: *a\n", Set(("b", "c", "x"), 2), 3, 3, "an alias brings b.c.x in"),
    ("yaml", "a: &a {x: 1}\nb: *a\n", Set(("a", "x"), 2), 1, 1, "is used elsewhere as *a"),
    ("yaml", "a: &a {x: 1}\nb: *a\n", Delete(("a",)), 1, 1, "*a elsewhere needs what stands here"),
    ("yaml", "l: [{k: &a 1}]\nb: *a\n", Delete(("l", 0)), 1, 6, "*a elsewhere needs what stands here"),
    ("yaml", "a: &a {x: 1}\nb:\n  <<: *a\n", Set(("b", "x"), 2), 2, 1, "<< brings b.x in"),
    ("yaml", "a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n", Delete(("b", "x")), 4, 3, "<< would bring x in again"),
    ("yaml", "? a\n: 1\nb: 2\n", Delete(("b",)), 1, 1, "a map with a key after '?'"),
    ("yaml", "l: [a: 1]\n", Set(("l", 0, "a"), 2), 1, 5, "a map without braces"),
    ("yaml", "a: |\n  x\n   ", Insert((), "b", 1), 1, 1, "end this text with a newline first"),
    ("toml", "[[l]]\nx = 1\n", Insert(("l",), None, 1), 1, 3, "nothing but tables"),
    ("toml", "[[l]]\nx = 1\n", Set(("l", 0), 1), 1, 1, "nothing but tables"),
]


@pytest.mark.parametrize(("syntax", "text", "edit", "line", "column", "reason"), UNREACHABLE)
def test_what_cannot_be_changed_in_its_place(
    syntax: Syntax, text: str, edit: Edit, line: int, column: int, reason: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text.encode(), syntax, "f").edited([edit])
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason


REUSED: list[tuple[str, list[Edit], str]] = [
    ("a: &a {x: 1}\nb: *a\n", [Delete(("b",))], "a: &a {x: 1}\n"),
    ("a: &a {x: 1}\nb: *a\nc: 1\n", [Set(("b",), 2), Set(("c",), 3)], "a: &a {x: 1}\nb: 2\nc: 3\n"),
    ("a: &a {x: 1}\nb: 1\n", [Set(("a", "x"), 2)], "a: &a {x: 2}\nb: 1\n"),
    ("a: &a 1\nb: 1\n", [Set(("a",), 2)], "a: 2\nb: 1\n"),
    ("l:\n- &a 1\n- [*a]\nb: 1\n", [Delete(("l",))], "b: 1\n"),
    ("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", [Set(("b", "y"), 3), Insert(("b",), "z", 4)],
     "a: &a {x: 1}\nb:\n  <<: *a\n  y: 3\n  z: 4\n"),
    ("a: &a\n  x: 1\nb: 1\n", [Delete(("a", "x"))], "a: &a {}\nb: 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "edits", "after"), REUSED)
def test_changes_beside_aliases(text: str, edits: list[Edit], after: str) -> None:
    edited = parse(text.encode(), "yaml", "f").edited(edits)
    assert edited.data.decode() == after


MISTAKES: list[tuple[str, list[Edit]]] = [
    ("a: 1\n", [Set(("b",), 1)]),
    ("a: 1\n", [Delete(())]),
    ("a: 1\n", [Delete(("a", "x"))]),
    ("a: [1]\n", [Delete(("a", 1))]),
    ("a: [1]\n", [Delete(("a", -1))]),
    ("a: [1]\n", [Delete(("a", True))]),
    ("a: 1\n", [Insert(("a",), "x", 1)]),
    ("a: 1\n", [Insert((), "a", 1)]),
    ("a: 1\n", [Insert((), None, 1)]),
    ("a: 1\n", [Insert((), "b", 1, "c")]),
    ("a: [1]\n", [Insert(("a",), "x", 1)]),
    ("a: [1]\n", [Insert(("a",), None, 1, 1)]),
    ("a: 1\n", [Set(("a",), 2), Set(("a",), 3)]),
    ("a: 1\n", [Set(("a",), 2), Delete(("a",))]),
    ("a: {x: 1}\n", [Delete(("a",)), Set(("a", "x"), 2)]),
    ("a: {x: 1}\n", [Delete(("a", "x")), Set(("a",), 2)]),
    ("a: {x: 1}\n", [Delete(("a",)), Insert(("a",), "y", 2)]),
    ("a: 1\n", [Insert((), "b", 1), Insert((), "b", 2)]),
    ("a: 1\n", [Set(("a",), "\ud800")]),
]


@pytest.mark.parametrize(("text", "edits"), MISTAKES)
def test_edits_that_make_no_sense(text: str, edits: list[Edit]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the text is for programmers
        parse(text.encode(), "yaml", "f").edited(edits)


def test_toml_has_no_null() -> None:
    with pytest.raises(ValueError, match="no null"):
        parse(b"a = 1", "toml", "f").edited([Set(("a",), None)])


@pytest.mark.parametrize("text", ['[{"a": 1}]', "[\n  1\n]"])
def test_json_has_no_nan(text: str) -> None:
    with pytest.raises(ValueError, match="JSON has no nan"):
        parse(text.encode(), "json", "f").edited([Insert((), None, {"x": float("nan")})])


def test_many_edits_at_once_are_each_made() -> None:
    """A document is edited as a whole: no edit sees the places of another one move."""
    text = "".join(f"k{i}: {i} # c{i}c\n" for i in range(2_000))
    edits: list[Edit] = [
        Delete((f"k{i}",))
        if i % 3 == 0
        else Set((f"k{i}",), -i)
        if i % 3 == 1
        else Insert((), f"n{i}", i, f"k{i}")
        for i in range(2_000)
    ]
    assert_holds(text.encode(), "yaml", edits, parse(text.encode(), "yaml", "f").edited(edits))
