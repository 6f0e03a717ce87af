"""TOML alone: edits and the very text they make, what is refused and where, the limits of what is read."""

from __future__ import annotations

import inspect
import sys

import pytest

from modelcat.documents import Delete, Edit, Insert, Position, Set, brackets, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import assert_becomes

ABOVE_THE_FIRST: list[Edit] = [Delete(("l", 0)), Insert(("l",), None, {"z": 1}, -1)]
CORNERS: list[tuple[str, str, list[Edit], str]] = [
    (
        "a table's own header stands as close to the next as headers do",
        "[z]\nq = 1\n[a.b]\nx = 1\n",
        [Insert(("a",), "n", 1)],
        "[z]\nq = 1\n[a]\nn = 1\n[a.b]\nx = 1\n",
    ),
    (
        "a dotted key follows the one it is to follow",
        "a.b.x = 1\na.c.y = 2\na.d = 3\n",
        [Insert(("a",), "n", 1, "b")],
        "a.b.x = 1\na.n = 1\na.c.y = 2\na.d = 3\n",
    ),
    (
        "the comments that end a table stay its end",
        "[a]\nx = 1\n# tail\n# of a\n\n[b]\ny = 1\n",
        [Insert((), "c", {"z": 1}, "a")],
        "[a]\nx = 1\n# tail\n# of a\n\n[c]\nz = 1\n\n[b]\ny = 1\n",
    ),
    ("an emptied array keeps its line", "a.b=[1] # c\n", [Delete(("a", "b", 0))], "a.b=[] # c\n"),
    (
        "tables in an array are written as TOML has them",
        "l = [{x = 1}]\n",
        [Insert(("l",), None, {"y": 1})],
        "l = [{x = 1}, {y = 1}]\n",
    ),
    (
        "what takes the place of a dotted table stays there",
        "[t]\na.x = 1\nb = 2\n",
        [Set(("t", "a"), 1)],
        "[t]\na = 1\nb = 2\n",
    ),
    (
        "the comment above a table that gives way stays above",
        "# about l\n[[l]]\nx = 1\n\n[[l]]\ny = 1\n",
        ABOVE_THE_FIRST,
        "# about l\n[[l]]\nz = 1\n\n[[l]]\ny = 1\n",
    ),
    (
        "the comment above a table that stays goes with it",
        "# one\n[[l]]\nx = 1\n\n[[l]]\ny = 1\n",
        [Delete(("l", 1)), Insert(("l",), None, {"z": 1}, -1)],
        "[[l]]\nz = 1\n\n# one\n[[l]]\nx = 1\n",
    ),
    (
        "the comment above a header that gives way stays above",
        "# why\n[p.a]\n",
        [Set(("p", "a"), 1)],
        "# why\n[p]\na = 1\n",
    ),
    (
        "the comment above a header that stays goes with it",
        "# why\n[p.a]\n",
        [Insert(("p",), "n", 1)],
        "[p]\nn = 1\n\n# why\n[p.a]\n",
    ),
    (
        "a dotted table in braces goes",
        "t = {i = 5, x.y = 1, x.z = 2}\n",
        [Delete(("t", "x"))],
        "t = {i = 5}\n",
    ),
    ("an emptied inline table stays", "t = {a = 1}\n", [Delete(("t", "a"))], "t = {}\n"),
    (
        "tables as their neighbours, arrays of tables as theirs",
        "a = {x = 1}\n[[l]]\ny = 1\n",
        [Insert((), "n", {"q": 1}), Insert((), "m", [{"q": 1}])],
        "a = {x = 1}\nn = {q = 1}\n[[l]]\ny = 1\n[[m]]\nq = 1\n",
    ),
    (
        "an empty table in braces is no example",
        "a = 1\ne = {}\n",
        [Insert((), "n", {"x": 1})],
        "a = 1\ne = {}\n\n[n]\nx = 1\n",
    ),
    (
        "an entry behind the one it follows",
        "a = 1\nb = 2\n",
        [Insert((), "n", 5, "a")],
        "a = 1\nn = 5\nb = 2\n",
    ),
    (
        "a dotted entry behind the one it follows",
        "a.x = 1\na.y = 2\n",
        [Insert(("a",), "n", 5, "x")],
        "a.x = 1\na.n = 5\na.y = 2\n",
    ),
    ("a table behind blank lines", "\n\n", [Insert((), "n", {"x": 1})], "\n\n[n]\nx = 1\n"),
    (
        "a table behind an indented comment",
        "a = 1\n  # end\n",
        [Insert((), "n", {"x": 1})],
        "a = 1\n  # end\n\n[n]\nx = 1\n",
    ),
    ("the empty key", "[p]\n", [Insert(("p",), "", 1)], '[p]\n"" = 1\n'),
    ("the empty key of a table", "[p]\n", [Insert(("p",), "", {"x": 1})], '[p]\n\n[p.""]\nx = 1\n'),
    (
        "the empty key below a new header",
        "[p.a]\nx = 1\n",
        [Insert(("p",), "", 1)],
        '[p]\n"" = 1\n\n[p.a]\nx = 1\n',
    ),
    (
        "the line ending of the place: a table",
        "[a]\r\nx = 1\r\n[b]\ny = 1\n",
        [Insert((), "n", {"z": 1}, "a")],
        "[a]\r\nx = 1\r\n\r\n[n]\r\nz = 1\r\n\r\n[b]\ny = 1\n",
    ),
    (
        "the line ending of the place: a header that keeps a table alive",
        "[p.a]\r\nx = 1\r\n[q]\ny = 1\n",
        [Delete(("p", "a"))],
        "[p]\r\n[q]\ny = 1\n",
    ),
    (
        "the line ending of the place: the first entry",
        "[t]\r\nx = 1\r\n[u]\ny = 1\n",
        [Insert((), "a", 1)],
        "a = 1\r\n\r\n[t]\r\nx = 1\r\n[u]\ny = 1\n",
    ),
    (
        "one blank line below what takes the place of the first table",
        "[t]\nx = 1\n\n[u]\ny = 1\n",
        [Set(("t",), 5)],
        "t = 5\n\n[u]\ny = 1\n",
    ),
    (
        "one blank line below: where none stood",
        "[t]\nx = 1\n[u]\ny = 1\n",
        [Set(("t",), 5)],
        "t = 5\n\n[u]\ny = 1\n",
    ),
    (
        "one blank line below: with its own line ending",
        "[t]\r\nx = 1\r\n\r\n[u]\r\ny = 1\r\n",
        [Set(("t",), 5)],
        "t = 5\r\n\r\n[u]\r\ny = 1\r\n",
    ),
    (
        "one blank line below: the next one goes too",
        "[t]\nx = 1\n\n[u]\ny = 1\n\n[v]\n",
        [Set(("t",), 5), Delete(("u",))],
        "t = 5\n\n[v]\n",
    ),
    (
        "one blank line below what is put in where a table goes",
        "[a]\nx = 1\n[b]\ny = 1\n\n[c]\n",
        [Insert((), "n", {"z": 1}, "a"), Delete(("b",))],
        "[a]\nx = 1\n\n[n]\nz = 1\n\n[c]\n",
    ),
    (
        "a blank line below what is put in between two that go",
        "[p]\n\n[a]\nx = 1\n[b]\ny = 1\n\n[c]\n",
        [Delete(("a",)), Insert((), "n", {"z": 1}, "a"), Delete(("b",))],
        "[p]\n\n[n]\nz = 1\n\n[c]\n",
    ),
    (
        "one blank line between what takes the place of two",
        "[a]\nx = 1\n\n[b]\ny = 1\n\n[c]\n",
        [Set(("a",), 5), Delete(("b",)), Insert((), "n", {"z": 1}, "b")],
        "a = 5\n\n[n]\nz = 1\n\n[c]\n",
    ),
    (
        "what takes the place of a table stands where that began",
        "[a]\nx = 1\n\n[b]\ny = 1\n",
        [Delete(("a",)), Insert((), "n", {"z": 1}, "a")],
        "[n]\nz = 1\n\n[b]\ny = 1\n",
    ),
    ("no blank line at the end", "[t]\nx = 1\n", [Set(("t",), 5)], "t = 5\n"),
    ("no blank line at the end, nor a newline", "[t]\nx = 1", [Set(("t",), 5)], "t = 5"),
    ("no blank lines at the end", "[[t]]\nx = 1\n\n\n", [Delete(("t", 0))], "t = []\n"),
    (
        "no blank line at the end below a table",
        "[a]\nx = 1\n[b]\ny = 1\n",
        [Insert((), "n", {"z": 1}, "a"), Delete(("b",))],
        "[a]\nx = 1\n\n[n]\nz = 1\n",
    ),
    (
        "keys are what they mean, not how they are written",
        'X = 1\n"\'\\u0061" = 1\n"\\"" = 1\n\'c\\d\' = 1\n"e" = 1\n',
        [Set((key,), 2) for key in ("X", "'a", '"', "c\\d", "e")],
        'X = 2\n"\'\\u0061" = 2\n"\\"" = 2\n\'c\\d\' = 2\n"e" = 2\n',
    ),
]


@pytest.mark.parametrize(
    ("before", "edits", "after"), [row[1:] for row in CORNERS], ids=[row[0] for row in CORNERS]
)
def test_the_text_after(before: str, edits: list[Edit], after: str) -> None:
    assert_becomes(before, "toml", edits, after)


def refusal(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(text.encode(), "toml", "some/file")
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a = 1\n = 2", 2, 2, "Invalid statement"),
        ("a = 1 b = 2", 1, 7, "Expected newline"),
        ('"ä" = 1\n[["ä"]]', 2, 6, "Cannot overwrite a value"),
        ("[[x]]\n[x]", 2, 3, "Cannot declare"),
        ("x = 1\n[x.y]", 2, 5, "Cannot overwrite a value"),
        ("x = 1\nx.y = 2", 2, 8, "Cannot overwrite a value"),
        ('"\\s" = 1', 1, 4, "Unescaped"),
    ],
)
def test_refused_with_the_words_of_the_parser(text: str, line: int, column: int, reason: str) -> None:
    error = refusal(text)
    assert (error.line, error.column) == (line, column), error.reason
    assert reason in error.reason


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = {" + ".".join("a" * 100) + " = 1}", 1, 6),
        ("x = {y = 1,\n" + ".".join("a" * 100) + " = 1}", 2, 1),
        ("x = {" + ".".join("a" * 60) + " = {" + ".".join("b" * 40) + " = 1}}", 1, 129),
        ("x = [{" + ".".join("a" * 97) + " = {}}, {" + ".".join("a" * 97) + " = {b = [] }}]", 1, 410),
        ("[" + ".".join("a" * 49) + "]\nx = {b.c = 1}", 2, 6),
    ],
)
def test_dotted_keys_in_braces_take_a_level_for_each_part(text: str, line: int, column: int) -> None:
    error = refusal(text)
    assert (error.line, error.column, error.reason) == (line, column, "nested deeper than 100 levels")


@pytest.mark.parametrize(
    "text",
    [
        "x = {" + ".".join("a" * 99) + " = 1}",
        "x = {y = 1, " + ".".join("a" * 99) + " = 1}",
        "x = {" + ".".join("a" * 60) + " = {" + ".".join("b" * 39) + " = 1}}",
        "x = [{" + ".".join("a" * 97) + " = {}}, {" + ".".join("a" * 97) + " = {b = 1}}]",
    ],
)
def test_as_deep_as_can_be(text: str) -> None:
    depth, level = 0, [parse(text.encode(), "toml", "f").tree]
    while level:
        depth += 1
        level = [
            child
            for tree in level
            if isinstance(tree, dict | list)
            for child in (tree.values() if isinstance(tree, dict) else tree)
        ]
    assert depth == 101


def test_what_is_too_deep_for_the_stack_is_refused_too() -> None:
    text = "a = " + "[" * 99 + "]" * 99
    assert parse(text.encode(), "toml", "f").tree
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 60)
    try:
        with pytest.raises(DocumentError, match=r"^f:1:1: .*recursion"):
            parse(text.encode(), "toml", "f")
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    ("text", "values", "line", "column"),
    [
        ("x = 1", 2, 1, 5),
        ("x = 1\ny = 2", 4, 2, 5),
        ("x = [1, 2]", 4, 1, 5),
        ("x.y = 1", 6, 1, 1),
        ("[t]", 3, 1, 1),
        ("[t]\n[t.u]", 6, 2, 1),
        ("[a.b]\n[a]", 6, 1, 1),
        ("[[t]]\n[[t]]", 6, 2, 1),
    ],
)
def test_a_table_counts_as_several_values(
    monkeypatch: pytest.MonkeyPatch, text: str, values: int, line: int, column: int
) -> None:
    """Of two texts as long, the one with the more tables takes the more memory."""
    monkeypatch.setattr(brackets, "MAX_NODES", values)
    parse(text.encode(), "toml", "f")
    monkeypatch.setattr(brackets, "MAX_NODES", values - 1)
    error = refusal(text)
    assert "more than" in error.reason
    assert (error.line, error.column) == (line, column)


def test_the_whole_begins_at_the_very_start() -> None:
    document = parse(b"\n[t]\n", "toml", "f")
    assert document.position(()) == document.position_of_value(()) == Position(1, 1)


@pytest.mark.parametrize(
    ("text", "key", "column"),
    [
        ("[X]", "X", 2),
        ("[[X]]", "X", 3),
        ("[t.X]", "X", 4),
        ('[["\\n"]]', "\n", 3),
        ("[['\\n']]", "\\n", 3),
        ('["\'\\t"]', "'\t", 2),
        ('["\\\\"]', "\\", 2),
    ],
)
def test_a_key_stands_where_it_is_written(text: str, key: str, column: int) -> None:
    pointer = ("t", key) if "t." in text else (key,)
    assert parse(text.encode(), "toml", "f").position(pointer) == Position(1, column)
