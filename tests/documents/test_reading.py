"""What a text means, where it stands, and what is refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tomllib
from datetime import date, datetime, time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelcat.documents import Position, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import places
from tests.documents.messy_texts import JsoncWriter, JsonWriter, TomlWriter, YamlWriter

if TYPE_CHECKING:
    from modelcat.tool import Syntax


def tree(text: str, syntax: Syntax) -> Any:
    return parse(text.encode(), syntax, "f").tree


def refusal(data: str | bytes, syntax: Syntax) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(data.encode() if isinstance(data, str) else data, syntax, "some/file")
    assert caught.value.path == "some/file"
    return caught.value


class TestYamlScalars:
    """serde_yaml 0.9 and go-yaml v3 read what is in these tables alike, or else a string is safest."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1", 1), ("-3", -3), ("+80", 80), ("0", 0), ("-0", 0), ("0x1F", 31), ("0o17", 15),
            ("0b101", 5), ("-0x10", -16),
            ("18446744073709551616", 18446744073709551616),
            ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("1.0e+22", 1e22), ("-.25E-2", -0.0025),
            (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf),
            ("true", True), ("False", False), ("TRUE", True),
            ("null", None), ("~", None), ("", None), ("Null", None),
            ("on", "on"), ("yes", "yes"), ("y", "y"), ("off", "off"), ("nUll", "nUll"),
            ("0755", "0755"), ("08", "08"), ("1_000", "1_000"), ("0x", "0x"), ("0o8", "0o8"),
            ("1e400", "1e400"),
            ("2024-08-06", "2024-08-06"), ("12:30:45", "12:30:45"), ("1.2.3", "1.2.3"), (".", "."),
            ("-", "-"), ("e3", "e3"),
            ("http://x/y", "http://x/y"), ("vendor/model:free", "vendor/model:free"), ("a#b", "a#b"),
            ("'1'", "1"), ('"true"', "true"), ("''", ""), ('"\\u00e9"', "é"), ("! 1", "1"), ("!!str 1", "1"),
            ('!!int "3"', 3), ("!!float 3", 3.0), ("!!float 1.5", 1.5), ("!!null ''", None),
            ("!!bool true", True),
            ("9" * 5000, "9" * 5000),
        ],
    )  # fmt: skip
    def test_value(self, text: str, value: Any) -> None:
        got = tree(f"k: {text}\n" if text != "-" else "k: '-'\n", "yaml")["k"]
        assert (got, type(got)) == (value, type(value))

    def test_not_a_number(self) -> None:
        assert math.isnan(tree("k: .NaN", "yaml")["k"])

    @pytest.mark.parametrize("flow", ["{url: http://x/y?z, q: a?b}", "[http://x/y, ?a]"])
    def test_colons_and_question_marks_in_brackets(self, flow: str) -> None:
        """An older libyaml refused these, though the tools read them."""
        assert "http://x/y" in json.dumps(tree(f"k: {flow}", "yaml"))

    def test_tags_that_say_nothing_new(self) -> None:
        assert tree("a: !!map {x: 1}\nb: !!seq [1]\nc: ! [1]\n", "yaml") == {
            "a": {"x": 1},
            "b": [1],
            "c": [1],
        }

    def test_keys_are_their_text(self) -> None:
        text = "4.1: a\ntrue: b\n~: c\n0x1F: d\n'q': e\n? f\n: g\n"
        assert tree(text, "yaml") == {"4.1": "a", "true": "b", "~": "c", "0x1F": "d", "q": "e", "f": "g"}


class TestYamlReuse:
    def test_an_alias_is_what_it_names(self) -> None:
        text = "a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n"
        got = tree(text, "yaml")
        assert got == {"a": {"k": [1]}, "b": {"k": [1]}, "c": [{"k": [1]}, {"k": [1]}]}
        assert got["a"] is not got["b"]

    def test_a_merge_key_adds_what_is_not_there(self) -> None:
        text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0\n"
        assert tree(text, "yaml")["c"] == {"x": 0, "y": 1, "z": 2}

    def test_a_quoted_merge_key_is_a_key(self) -> None:
        assert tree('"<<": {x: 1}', "yaml") == {"<<": {"x": 1}}


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("yaml", ""), ("yaml", "\n\n"), ("yaml", "# only\n"), ("yaml", "---\n"), ("yaml", "---\n...\n"),
        ("yaml", "\ufeff"),
        ("toml", ""), ("toml", "# only"), ("json", ""), ("json", " \n"), ("jsonc", "// only\n"),
    ],
)  # fmt: skip
def test_nothing_is_an_empty_map(syntax: Syntax, text: str) -> None:
    assert tree(text, syntax) == {}


REFUSED: list[tuple[Syntax, str | bytes, int, int, str]] = [
    ("yaml", "a: 1\nb: [1,\n", 3, 1, "did not find expected node content"),
    ("yaml", "a: b: c\n", 1, 5, "mapping values are not allowed"),
    ("yaml", "a: 1\n\tb: 2\n", 2, 1, "found a tab character that violates indentation"),
    ("yaml", "a: 1\nb: 2\na: 3\n", 3, 1, "the key 'a' stands here a second time"),
    ("yaml", "x: {a: 1, 'a': 2}\n", 1, 11, "a second time"),
    ("yaml", "1: a\n'1': b\n", 2, 1, "a second time"),
    ("yaml", "a: 1\n---\nb: 2\n", 2, 1, "a second document"),
    ("yaml", "a: &x [*x]\n", 1, 8, "stands inside what it names"),
    ("yaml", "a: *x\n", 1, 4, "no anchor before it"),
    ("yaml", "a: !vault secret\n", 1, 4, "the tag !vault is not known"),
    ("yaml", "a: !!binary aGk=\n", 1, 4, "the tag !!binary is not known"),
    ("yaml", "a: !!set {x}\n", 1, 4, "the tag !!set is not known"),
    ("yaml", "a: !!int x\n", 1, 4, "does not fit"),
    ("yaml", "[a]: b\n", 1, 1, "a key that is a list or a map"),
    ("yaml", "x: &a k\n*a : v\n", 2, 1, "a key that is an alias"),
    ("yaml", "&a k: v\n", 1, 1, "a key with an anchor"),
    ("yaml", "!!int 1: v\n", 1, 1, "a key with the tag !!int"),
    ("yaml", "a:\n  <<: 1\n", 2, 7, "<< takes a map"),
    ("yaml", "a: x\u2028y\n", 1, 5, "U+2028"),
    ("yaml", "a: x\x85y\n", 1, 5, "U+0085"),
    ("yaml", "a: x\x00y\n", 1, 5, "U+0000"),
    ("yaml", "a: 1\rb: 2\n", 1, 5, "U+000D"),
    ("yaml", "a: 1\nb: \ufeff2\n", 2, 4, "U+FEFF"),
    ("yaml", "a: " + "[" * 101 + "]" * 101, 1, 103, "nested deeper than 100 levels"),
    ("yaml", "- " * 200 + "x", 1, 201, "nested deeper than 100 levels"),
    ("toml", "a = 1\nb = \n", 2, 5, "Invalid value"),
    ("toml", "a = 1\na = 2\n", 2, 6, "Cannot overwrite a value"),
    ("toml", "[a]\nb = 1\n[a]\n", 3, 3, "Cannot declare"),
    ("toml", "[a]\n[a.b]\nc.d = 1\nc = 2\n", 4, 6, "Cannot overwrite"),
    ("toml", "a = 1\rb = 2\n", 1, 6, "Expected newline"),
    ("toml", 'a = "x', 1, 7, "Unterminated string"),
    ("toml", "a = " + "[" * 101 + "]" * 101, 1, 104, "nested deeper than 100 levels"),
    ("toml", ".".join("a" * 120) + " = 1", 1, 201, "nested deeper than 100 levels"),
    ("toml", "[" + ".".join("a" * 80) + "]", 1, 100, "nested deeper than 100 levels"),
    ("toml", "a = " + "9" * 5000, 1, 5, "a number of thousands of digits"),
    ("toml", 'a = "\ud83d"'.encode("utf-8", "surrogatepass"), 1, 6, "not UTF-8"),
    ("json", '{"a": 1,}', 1, 9, "a comma before the closing bracket"),
    ("json", '{"a": 1} // x', 1, 10, "expected the end of the file"),
    ("json", '{"a": 1, "a": 2}', 1, 10, "the key 'a' stands here a second time"),
    ("json", '{"a": NaN}', 1, 7, "expected a value"),
    ("json", "{'a': 1}", 1, 2, "expected a key in double quotes"),
    ("json", '["a\nb"]', 1, 2, "a string that does not end"),
    ("json", '["\\x"]', 1, 2, "Invalid \\escape"),
    ("json", "[01]", 1, 2, "expected a value"),
    ("json", "[1 2]", 1, 4, "expected ']'"),
    ("json", "[" * 200, 1, 101, "nested deeper than 100 levels"),
    ("jsonc", "[1, /* open ]", 1, 5, "expected a value"),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "text", "line", "column", "reason"), REFUSED)
def test_refused(syntax: Syntax, text: str | bytes, line: int, column: int, reason: str) -> None:
    error = refusal(text, syntax)
    assert (error.line, error.column) == (line, column), error.reason
    assert reason in error.reason


def test_what_is_not_utf8_has_a_place() -> None:
    assert str(refusal(b"a: 1\nb: \xff\n", "yaml")) == "some/file:2:4: not UTF-8"
    assert str(refusal(b"\xff\xfea\x00", "toml")) == "some/file:1:1: not UTF-8"


class TestBombs:
    def test_aliases_that_double(self) -> None:
        lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
        assert "aliases add more than" in refusal("\n".join(lines), "yaml").reason

    def test_merge_keys_that_double(self) -> None:
        lines = ["a0: &a0 {k: [x, x, x, x]}"]
        lines += [
            f"a{i}: &a{i} {{l: [*a{i - 1}, *a{i - 1}, *a{i - 1}], <<: *a{i - 1}}}" for i in range(1, 30)
        ]
        assert "aliases add more than" in refusal("\n".join(lines), "yaml").reason

    def test_aliases_that_deepen(self) -> None:
        lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 200)]
        assert "nested deeper than" in refusal("\n".join(lines), "yaml").reason

    @pytest.mark.parametrize("syntax", ["yaml", "toml", "json", "jsonc"])
    def test_too_large(self, syntax: Syntax) -> None:
        error = refusal(b"#" * 10_000_001, syntax)
        assert (error.line, error.column) == (0, 0)

    def test_as_large_as_can_be(self) -> None:
        assert parse(b"#" * 10_000_000, "toml", "f").tree == {}

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("syntax", "text"),
        [
            ("yaml", "- a\n" * 2_000_000), ("yaml", "[" + "a," * 2_000_000 + "]"),
            ("yaml", "".join(f"k{i}: 1\n" for i in range(700_000))),
            ("json", "[" + "1," * 2_000_000 + "1]"),
            ("json", "{" + ",".join(f'"k{i}":1' for i in range(600_000)) + "}"),
            ("toml", "".join(f"k{i} = 1\n" for i in range(600_000))), ("toml", "[[a]]\n[[a.b]]\n" * 600_000),
            ("toml", "".join(f"a.b{i} = 1\n" for i in range(600_000))),
        ],
        ids=lambda value: value if len(value) < 9 else value[:8],
    )  # fmt: skip
    def test_too_many_values(self, syntax: Syntax, text: str) -> None:
        assert "more than 300000 values" in refusal(text, syntax).reason

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("syntax", "text"),
        [
            ("yaml", "a: " + "x" * 9_000_000), ("yaml", "# c\n" * 2_000_000),
            ("json", '"' + "\\u0041" * 1_500_000 + '"'),
            ("jsonc", "/**/" * 2_000_000), ("toml", "# c\n" * 2_000_000),
            ("toml", 'a = """' + "\\n" * 4_000_000 + '"""'),
        ],
        ids=lambda value: value if len(value) < 9 else value[:8],
    )  # fmt: skip
    def test_large_and_read(self, syntax: Syntax, text: str) -> None:
        parse(text.encode(), syntax, "f")


class TestPositions:
    YAML = "# c\nclients:\n  - type: x\n    name:\n      é: [1, {k: v}]\n  -   'y'\nn:\n"
    TOML = 'a = 1\nb.c = [ 2,\n  { d = "x" } ]\n[t."u.v"]\nw = 3\n[[l]]\n[[l]]\nx = 1\n[l.m]\n'
    JSON = '{\n  "a": [1,\n    {"b": true}],\n  "c": {}\n}'

    @pytest.mark.parametrize(
        ("syntax", "text", "pointer", "key", "value"),
        [
            ("yaml", YAML, (), (2, 1), (2, 1)),
            ("yaml", YAML, ("clients",), (2, 1), (3, 3)),
            ("yaml", YAML, ("clients", 0), (3, 5), (3, 5)),
            ("yaml", YAML, ("clients", 0, "name"), (4, 5), (5, 7)),
            ("yaml", YAML, ("clients", 0, "name", "é", 0), (5, 11), (5, 11)),
            ("yaml", YAML, ("clients", 0, "name", "é", 1, "k"), (5, 15), (5, 18)),
            ("yaml", YAML, ("clients", 1), (6, 7), (6, 7)),
            ("yaml", YAML, ("n",), (7, 1), (7, 3)),
            ("toml", TOML, ("a",), (1, 1), (1, 5)),
            ("toml", TOML, ("b",), (2, 1), (2, 1)),
            ("toml", TOML, ("b", "c"), (2, 3), (2, 7)),
            ("toml", TOML, ("b", "c", 1, "d"), (3, 5), (3, 9)),
            ("toml", TOML, ("t",), (4, 2), (4, 2)),
            ("toml", TOML, ("t", "u.v"), (4, 4), (4, 1)),
            ("toml", TOML, ("t", "u.v", "w"), (5, 1), (5, 5)),
            ("toml", TOML, ("l",), (6, 3), (6, 1)),
            ("toml", TOML, ("l", 1), (7, 1), (7, 1)),
            ("toml", TOML, ("l", 1, "x"), (8, 1), (8, 5)),
            ("toml", TOML, ("l", 1, "m"), (9, 4), (9, 1)),
            ("json", JSON, ("a",), (2, 3), (2, 8)),
            ("json", JSON, ("a", 1, "b"), (3, 6), (3, 11)),
            ("json", JSON, ("c",), (4, 3), (4, 8)),
        ],
    )
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_position(
        self,
        syntax: Syntax,
        text: str,
        pointer: tuple[str | int, ...],
        key: tuple[int, int],
        value: tuple[int, int],
        mark: str,
    ) -> None:
        document = parse((mark + text).encode(), syntax, "f")
        assert document.position(pointer) == Position(*key)
        assert document.position_of_value(pointer) == Position(*value)

    def test_what_is_brought_in_stands_where_that_is_written(self) -> None:
        document = parse(b"a: &a\n  x: 1\nb: *a\nc:\n  <<: *a\n", "yaml", "f")
        assert document.position(("b", "x")) == Position(3, 1)
        assert document.position_of_value(("b", "x")) == Position(3, 4)
        assert document.position(("c", "x")) == Position(5, 3)

    @pytest.mark.parametrize("pointer", [("x",), ("a", 5), ("a", "x"), (0,), ("a", -1)])
    def test_nothing_stands_there(self, pointer: tuple[str | int, ...]) -> None:
        with pytest.raises(KeyError):
            parse(b"a: [1]", "yaml", "f").position(pointer)

    def test_comments(self) -> None:
        yaml = "%YAML 1.2\n# a\n---\nk: 'it # no' # b\nt: | # c\n  # text\n# d\nf: [x, # e\n  y]\n... # f\n"
        assert parse(yaml.encode(), "yaml", "f").comments() == (
            (2, "# a"), (4, "# b"), (5, "# c"), (7, "# d"), (8, "# e"), (10, "# f"),
        )  # fmt: skip
        toml = "# a\r\nk = 'x # no' # b\r\n[t] # c\r\ny = [ # d\r\n 1, # e\r\n]\r\n"
        assert [text for _, text in parse(toml.encode(), "toml", "f").comments()] == [
            "# a",
            "# b",
            "# c",
            "# d",
            "# e",
        ]
        jsonc = '/* a\nb */ { // c\n "k": "// no", /* d */ }'
        assert [text for _, text in parse(jsonc.encode(), "jsonc", "f").comments()] == [
            "/* a\nb */",
            "// c",
            "/* d */",
        ]

    @pytest.mark.parametrize(
        ("syntax", "text", "comments"),
        [
            ("toml", "#", ((1, "#"),)), ("toml", "#\n", ((1, "#"),)), ("toml", "a = 1#", ((1, "#"),)),
            ("yaml", 'a: "x # y\n  z"\nb: | # c\n  # t\n', ((3, "# c"),)),
            ("yaml", "a: x\n  y # c\n", ((2, "# c"),)), ("yaml", "a: > # c\n  # t\n", ((1, "# c"),)),
        ],
    )  # fmt: skip
    def test_a_comment_is_what_begins_one(
        self, syntax: Syntax, text: str, comments: tuple[tuple[int, str], ...]
    ) -> None:
        assert parse(text.encode(), syntax, "f").comments() == comments

    @pytest.mark.parametrize(
        ("text", "pointer", "line", "column"),
        [
            ("a :\nb: 1\n", ("a",), 1, 4), ("? a\n: \nb: 1\n", ("a",), 2, 2), ("? a\nb: 1\n", ("a",), 1, 4),
            ("x: {a, b: , c: }\n", ("x", "a"), 1, 6), ("x: {a, b: , c: }\n", ("x", "b"), 1, 10),
            ("x: {a, b: , c: }\n", ("x", "c"), 1, 15), ("- \n- 1\n-\n", (0,), 1, 2),
            ("- \n- 1\n-\n", (2,), 3, 2),
        ],
    )  # fmt: skip
    def test_a_value_that_is_not_written_would_stand_behind_its_sign(
        self, text: str, pointer: tuple[str | int, ...], line: int, column: int
    ) -> None:
        assert parse(text.encode(), "yaml", "f").position_of_value(pointer) == Position(line, column)

    def test_a_key_at_the_very_start_is_no_comment(self) -> None:
        assert parse(b'"a # b": 1 # c\n', "yaml", "f").comments() == ((1, "# c"),)


def test_numbers_may_be_long_but_not_endless() -> None:
    long = "9" * 4_000
    assert tree(f"[{long}]", "json") == [int(long)]
    assert tree(f"k = {long}", "toml") == {"k": int(long)}
    assert tree(f"k: {long}", "yaml") == {"k": int(long)}
    assert tree(f"k: {long}9", "yaml") == {"k": f"{long}9"}
    assert refusal(f"[{long}9]", "json").reason == "a number of thousands of digits"
    assert refusal(f"k = {long}9", "toml").reason == "a number of thousands of digits"


def text_of_value(document: Any, pointer: Any, text: str) -> str:
    place = document.position_of_value(pointer)
    return "\n".join([text.split("\n")[place.line - 1][place.column - 1 :], *text.split("\n")[place.line :]])


@settings(max_examples=150, deadline=None, database=None)
@given(st.integers(0, 2**40))
def test_values_of_toml_stand_where_they_are_said_to(seed: int) -> None:
    """What begins at the position of a value is that value, to tomllib."""
    text = TomlWriter(Random(seed), 20).text().replace("\r", "")  # noqa: S311  no secret
    document = parse(text.encode(), "toml", "f")
    for pointer, value in places(document.tree):
        if isinstance(value, str | int | float | date | datetime | time):
            rest = text_of_value(document, pointer, text)
            assert any(reads_as(rest[:length], value) for length in range(1, len(rest) + 1)), (pointer, rest)


def reads_as(text: str, value: Any) -> bool:
    try:
        got = tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return False
    return type(got) is type(value) and (got == value or value != value)


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=200), st.sampled_from(["yaml", "toml", "json", "jsonc"]))
@example(b"\x00", "yaml")
@example(b"%YAML 9.9\n--- x", "yaml")
def test_any_bytes_are_read_or_refused(data: bytes, syntax: Syntax) -> None:
    try:
        document = parse(data, syntax, "f")
    except DocumentError:
        return
    assert document.edited([]).data == data


WRITERS = {"yaml": YamlWriter, "toml": TomlWriter, "json": JsonWriter, "jsonc": JsoncWriter}
SIGNS = "#:-[]{},\"' \n\t|>&*!?=.\r%@a1\\/é\u2028\x00"


@settings(max_examples=400, deadline=None, database=None)
@given(
    st.integers(0, 2**40),
    st.sampled_from(["yaml", "toml", "json", "jsonc"]),
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from(SIGNS), st.integers(0, 2)), min_size=1, max_size=4
    ),
)
def test_spoiled_texts_are_read_or_refused(
    seed: int, syntax: Syntax, spoils: list[tuple[int, str, int]]
) -> None:
    text = WRITERS[syntax](Random(seed), 20).text()  # noqa: S311  no secret
    for place, sign, length in spoils:
        at = place % (len(text) + 1)
        text = text[:at] + sign + text[at + length :]
    try:
        document = parse(text.encode(), syntax, "f")
    except DocumentError:
        return
    for pointer, _ in places(document.tree):
        document.position(pointer)
    document.comments()


@pytest.mark.parametrize(
    ("syntax", "needs"),
    [("yaml", {"yaml"}), ("toml", {"tomllib"}), ("json", set()), ("jsonc", set())],
)
def test_reading_loads_what_it_needs(syntax: str, needs: set[str]) -> None:
    """The hook reads one small file and must start fast."""
    code = (
        "import sys; from modelcat.documents import parse;"
        f"parse(b'', {syntax!r}, 'f');"
        "heavy = {'yaml', 'ruamel.yaml', 'tomlkit', 'tomllib', 'json', 'decimal', 'rich', 'httpx'};"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == needs
