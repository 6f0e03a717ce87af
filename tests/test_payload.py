"""JSON as it comes: read like the standard library reads it, written so that it reads it back the same."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat.catalog import Provider
from modelcat.normalise import answer_text, normalise
from modelcat.payload import as_line, parsed
from tests import arbitrary

_64_BITS = st.integers(-(2**63), 2**64 - 1)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _64_BITS | _FINITE | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)
DEPTHS = (200, 254, 255, 260, 500, 900, 950, 1000, 1010, 1018)
"""Around what orjson writes (254 levels), what Python's json reads (under 1,000) and what orjson reads."""


@settings(arbitrary.patient)
@given(JSON)
def test_what_json_says_is_read_and_written_as_the_standard_library_does(value: Any) -> None:
    for ascii_only in (False, True):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert _same(parsed(text.encode()), value)
    line = as_line(value)
    assert "\n" not in line
    assert _same(json.loads(line), value)
    assert line == as_line(json.loads(json.dumps(value, sort_keys=True)))


def _same(left: Any, right: Any) -> bool:
    # 1 and 1.0, 0.0 and -0.0 and true and 1 are equal, but not the same JSON.
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@settings(arbitrary.patient)
@given(arbitrary.values)
def test_a_line_is_json_in_utf8_whatever_comes(value: Any) -> None:
    line = as_line(value)
    line.encode()
    json.loads(line, parse_constant=_refused)


def _refused(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'["\\ud800"]', ["\ud800"]),
        (b"[NaN, Infinity, -Infinity, 1]", [None, None, None, 1]),
        (b"[1e999]", [math.inf]),
        (b"\xef\xbb\xbf[1]", [1]),
        ('["x"]'.encode("utf-16"), ["x"]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"[18446744073709551615, -9223372036854775808]", [2**64 - 1, -(2**63)]),
        (b"[123456789012345678901234567890]", [123456789012345678901234567890.0]),
    ],
)
def test_one_odd_value_costs_no_list(body: bytes, value: Any) -> None:
    assert parsed(body) == value


@pytest.mark.parametrize(
    "body", [b"", b" ", b"[1] x", b"{", b'["\x01"]', b'["\xff"]', b"<html>", b"{'a': 1}"]
)
def test_what_is_no_json_is_none(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed(body)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"b": 1, "a": "ü\u2028\x1b"}, '{"a":"ü\u2028\\u001b","b":1}'),
        ({"b": 2**70, "a": 1}, '{"a":1,"b":1180591620717411303424}'),
        (["\ud800", {"\udfff": 1}], '["\ufffd",{"\ufffd":1}]'),
        ([math.nan, math.inf, -math.inf, 1.5], "[null,null,null,1.5]"),
        ({"b": "\ud800", "a": [math.inf, {"x": math.nan}]}, '{"a":[null,{"x":null}],"b":"\ufffd"}'),
    ],
)
def test_a_line_of_odd_values(value: Any, line: str) -> None:
    assert as_line(value) == line


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("field", ["created", "pricing", "name", "context_length", "x"])
def test_a_row_of_any_depth_is_a_model(depth: int, opened: str, closed: str, field: str) -> None:
    row = f'{{"id": "NAME", "{field}": {opened * depth}1{closed * depth}}}'
    rows = parsed(f"[{', '.join(row.replace('NAME', name) for name in 'abc')}]".encode())
    one = Provider("acme", "Acme", "openai", "https://api.acme.ai/v1")
    found = normalise(one, rows)
    assert [model.id for model in found.models] == ["a", "b", "c"]
    stored = json.loads(answer_text(one, rows, found.usable))["data"]
    assert [row["id"] for row in stored] == ["a", "b", "c"]
    if depth < 250:
        assert stored == json.loads(json.dumps(rows))


def test_what_lies_deeper_than_can_be_written_is_null() -> None:
    deep = json.loads(as_line(parsed(b"[" * 300 + b"]" * 300)))
    levels = 0
    while deep is not None:
        (deep,) = deep
        levels += 1
    assert levels == 200


def test_what_is_deeper_than_anybody_reads_is_said_to_be() -> None:
    with pytest.raises(RecursionError):
        parsed(b"[" * 100_000 + b"]" * 100_000)
