"""The plain writer: what it writes, independent parsers read back; and what it looks like."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelcat.documents import dump, parse
from modelcat.tree import same
from tests.documents.edit_oracle import read_jsonc, read_yaml

if TYPE_CHECKING:
    from modelcat.tool import Syntax

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "@cf/meta/x",
        "4.1",
        "on",
        "2024-08-06",
        "a #b",
        "*x",
        "null",
        "~",
        "0x1F",
        "'",
        '"',
        "\\",
        "\x7f",
        "\u2028",
        "\x85",
    ]
)
NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([5e-07, 1e22, 0.1, 1e16])
)


def trees(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
        max_leaves=20,
    )


PLAIN = trees(st.none() | st.booleans() | NUMBERS | TEXT)
MOMENTS = st.dates() | st.times() | st.datetimes()
TOML = st.dictionaries(TEXT, trees(st.booleans() | NUMBERS | TEXT | MOMENTS), max_size=5)
HEADINGS = st.lists(TEXT, max_size=2)


@settings(deadline=None, database=None, max_examples=200)
@given(PLAIN, HEADINGS)
@example({"a": [[], {}, [[1], {"b": None}]]}, [])
@example({"k" * 1200: {"x": 1}, "y" * 990: 2}, [])
def test_yaml_is_read_back(tree: Any, heading: list[str]) -> None:
    text = dump(tree, "yaml", heading)
    assert same(read_yaml(text), {} if tree is None else tree)
    assert same(parse(text.encode(), "yaml", "f").tree, tree)


@settings(deadline=None, database=None, max_examples=200)
@given(st.lists(PLAIN, min_size=1, max_size=3), st.sampled_from(["yaml", "json"]))
def test_what_files_have_in_common_is_the_same_in_all_of_them(parts: list[Any], syntax: Syntax) -> None:
    """Some files hold all parts, others one, at the same depth or another."""
    files = [
        {"all": parts},
        *({"all": [part]} for part in parts),
        {"all": {"one": parts[0]}},
        parts,
        parts[0],
    ]
    written: dict[tuple[int, str], str] = {}
    assert [dump(file, syntax, (), written) for file in files] == [dump(file, syntax) for file in files]


@given(TOML, HEADINGS)
@example({"a": {"b": {}}, "c": [{}], "d": [{"e": [{"f": 1}]}, {}], "g": [[{}], [1]]}, [])
def test_toml_is_read_back(tree: dict[str, Any], heading: list[str]) -> None:
    text = dump(tree, "toml", heading)
    assert same(tomllib.loads(text), tree)
    assert same(parse(text.encode(), "toml", "f").tree, tree)


@settings(deadline=None, database=None, max_examples=200)
@given(PLAIN, HEADINGS)
def test_json_is_read_back(tree: Any, heading: list[str]) -> None:
    assert same(json.loads(dump(tree, "json")), tree)
    text = dump(tree, "jsonc", heading)
    assert same(read_jsonc(text), tree)
    assert same(parse(text.encode(), "jsonc", "f").tree, tree)


@settings(deadline=None, database=None)
@given(st.text(st.characters(categories=["Cs"]), min_size=1))
def test_half_a_surrogate_pair_is_no_text_but_in_json(text: str) -> None:
    assert json.loads(dump([text], "json")) == json.loads(json.dumps([text]))
    with pytest.raises(ValueError, match="surrogate"):
        dump({"k": text}, "yaml")
    with pytest.raises(ValueError, match="surrogate"):
        dump({"k": text}, "toml")


def test_a_value_alone_is_a_file_too() -> None:
    assert dump(math.nan, "yaml") == ".nan\n"
    assert dump("x", "yaml") == '"x"\n'
    for value in ("\ud800", "\udfff", {"k": ["\ud800"]}):
        with pytest.raises(ValueError, match=r"^half of a surrogate pair is no text$"):
            dump(value, "yaml")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none(value: float) -> None:
    assert same(read_yaml(dump([value], "yaml")), [value])
    assert same(tomllib.loads(dump({"k": value}, "toml")), {"k": value})
    with pytest.raises(ValueError, match="JSON has no"):
        dump([value], "json")


ZONED = datetime(2024, 8, 6, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize("value", [date(2024, 8, 6), datetime(2024, 8, 6, 1, 2, 3), ZONED, time(1, 2, 3, 4)])  # noqa: DTZ001
def test_moments(value: Any) -> None:
    assert same(tomllib.loads(dump({"k": value}, "toml")), {"k": value})
    # To the tools a date in YAML is a string.
    assert parse(dump({"k": value}, "yaml").encode(), "yaml", "f").tree == {"k": value.isoformat()}
    with pytest.raises(ValueError, match="JSON has no dates"):
        dump([value], "json")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5e-07, "0.0000005"),
        (0.1, "0.1"),
        (1.0, "1.0"),
        (1e16, "10000000000000000.0"),
        (1e300, "1.0e+300"),
        (1.5e-30, "1.5e-30"),
    ],
)
@pytest.mark.parametrize("syntax", ["yaml", "toml", "json"])
def test_floats_have_a_point_and_seldom_an_exponent(value: float, text: str, syntax: Syntax) -> None:
    assert text in dump({"k": value}, syntax)
    assert float(text) == value


def test_what_a_syntax_has_not() -> None:
    with pytest.raises(ValueError, match="no null"):
        dump({"k": None}, "toml")
    with pytest.raises(ValueError, match="no comments"):
        dump({}, "json", ["heading"])
    with pytest.raises(TypeError, match="a TOML file is a table"):
        dump([], "toml")
    with pytest.raises(TypeError, match="keys are str"):
        dump({1: 2}, "yaml")
    with pytest.raises(TypeError, match="no value of a config"):
        dump({"k": {1, 2}}, "yaml")


@pytest.mark.parametrize("syntax", ["yaml", "toml", "json", "jsonc"])
def test_too_deep_to_be_read_back(syntax: Syntax) -> None:
    tree: Any = 1
    for _ in range(3_000):
        tree = {"k": [tree]}
    with pytest.raises(ValueError, match="nested deeper than"):
        dump(tree, syntax)


@pytest.mark.parametrize("innermost", [1, []])
@pytest.mark.parametrize("kind", ["maps", "lists"])
@pytest.mark.parametrize("syntax", ["yaml", "toml", "json", "jsonc"])
def test_as_deep_as_can_be_read_back(syntax: Syntax, kind: str, innermost: Any) -> None:
    tree = innermost
    # A name in a header counts as two levels.
    levels = 49 if (syntax, kind) == ("toml", "maps") else 99 if innermost else 98
    for _ in range(levels):
        tree = {"k": tree} if kind == "maps" else [tree]
    assert parse(dump({"k": tree}, syntax).encode(), syntax, "f").tree == {"k": tree}
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        dump({"k": {"k": tree} if kind == "maps" else [tree]}, syntax)


def test_brackets_of_both_kinds_are_as_deep_as_can_be_read_back() -> None:
    tree: Any = 1
    for _ in range(49):
        tree = [0, {"a": tree}]
    assert parse(dump({"k": tree}, "toml").encode(), "toml", "f").tree == {"k": tree}
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        dump({"k": [0, {"a": tree}]}, "toml")


TREE = {
    "clients": [{"type": "openai", "models": [{"name": "@cf/x", "tags": ["a", "b"], "price": 5e-07}]}, {}],
    "on": True,
    "nested": {"list": [[1, [2]]], "none": {}},
}
YAML = """\
# Made by modelcat

clients:
  - type: "openai"
    models:
      - name: "@cf/x"
        tags: ["a", "b"]
        price: 0.0000005
  - {}
"on": true
nested:
  list:
    - - 1
      - [2]
  none: {}
"""
TOML_TEXT = """\
# Made by modelcat
#
on = true

[[clients]]
type = "openai"

[[clients.models]]
name = "@cf/x"
tags = ["a", "b"]
price = 0.0000005

[[clients]]

[nested]
list = [[1, [2]]]

[nested.none]
"""
JSON = """\
{
  "clients": [
    {
      "type": "openai",
      "models": [
        {
          "name": "@cf/x",
          "tags": [
            "a",
            "b"
          ],
          "price": 0.0000005
        }
      ]
    },
    {}
  ],
  "on": true,
  "nested": {
    "list": [
      [
        1,
        [
          2
        ]
      ]
    ],
    "none": {}
  }
}
"""


def test_a_time_is_quoted_in_yaml_wherever_it_stands() -> None:
    assert dump({"k": time(1, 2), "l": [time(1, 2)]}, "yaml") == 'k: "01:02:00"\nl: ["01:02:00"]\n'


def test_a_table_of_tables_has_no_header_of_its_own() -> None:
    assert dump({"a": {"b": {"x": 1}}, "c": {"d": [{"x": 1}]}}, "toml") == "[a.b]\nx = 1\n\n[[c.d]]\nx = 1\n"


def test_how_it_looks() -> None:
    assert dump(TREE, "yaml", ["Made by modelcat", ""]) == YAML.replace("\n\n", "\n#\n", 1)
    assert dump(TREE, "toml", ["Made by modelcat", ""]) == TOML_TEXT
    assert dump(TREE, "json") == JSON
    assert dump(TREE, "jsonc", ["c"]) == "// c\n" + JSON


@pytest.mark.parametrize(
    ("syntax", "text"), [("yaml", "{}\n"), ("toml", ""), ("json", "{}\n"), ("jsonc", "{}\n")]
)
def test_nothing(syntax: Syntax, text: str) -> None:
    assert dump({}, syntax) == text


def test_a_heading_cannot_leave_its_comment() -> None:
    assert dump({}, "yaml", ["a\nb: 1", "\u2028c\x85d\x00"]) == "# a b: 1\n#  c d\n{}\n"
