"""TOML 1.1 as TOML 1.0: what it means, and that places stay. tomllib of Python 3.11 to 3.14 reads 1.0."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.check import check
from modelcat.rules.toml11 import older
from tests.config_files import context, files

CODEX = ".codex/config.toml"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x = {\n  a = 1,\n  b = 2\n}\n", {"x": {"a": 1, "b": 2}}),
        ("x = { a = 1, }\n", {"x": {"a": 1}}),
        ("x = { a = 1, # why } not\n b = '#',\n}\ny = 2 # }\n", {"x": {"a": 1, "b": "#"}, "y": 2}),
        ("x = {\n a = [\n 1,\n 2,\n ],\n b = { c = 3,\n },\n}\n", {"x": {"a": [1, 2], "b": {"c": 3}}}),
        ("x = [ {\n a = 1 }, { b = 2,} ]\n", {"x": [{"a": 1}, {"b": 2}]}),
        ("x = {\r\n a = 1,\r\n}\r\n", {"x": {"a": 1}}),
        ('x = "a\\eb"\n', {"x": "a\tb"}),
        ('x = "a\\x41b"\n', {"x": "axxxxb"}),
        ('x = """\n\\e"""\n', {"x": "\t"}),
        ("x = 07:32\n", {"x": "7:3"}),
        ("x = { a = '''\n} ''' }\n", {"x": {"a": "} "}}),
        ('x = { a = "}\\"," }\n', {"x": {"a": '}",'}}),
    ],
)
def test_what_is_new_is_exchanged_at_the_same_length(text: str, value: Any) -> None:
    made = older(text)
    assert len(made) == len(text)
    assert tomllib.loads(made.replace("\r ", "  ")) == value


@pytest.mark.parametrize(
    "item", [item for item in files() if item.path.suffix == ".toml"], ids=lambda item: item.name
)
def test_a_text_of_the_older_kind_means_the_same(item: Any) -> None:
    text = item.path.read_bytes().decode()
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert tomllib.loads(older(text)) == value


@given(st.text(alphabet="{}[],#\"'\\\n\r =ax1:e0", max_size=60))
def test_any_text_keeps_its_length(text: str) -> None:
    made = older(text)
    assert len(made) == len(text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert tomllib.loads(made) == value


def test_a_file_that_is_neither_is_told_as_before() -> None:
    found = check(b"x = {\n a = 1,\n", None, None, CODEX, context())
    assert [one.rule for one in found] == ["syntax/invalid"]


def test_places_lines_and_fixes_of_a_newer_file() -> None:
    text = (
        '\ufeffx = {\n a = 1,\n}\n[model_providers.groq]\nname = "G"\n'
        'base_url = "https://api.groq.com/openai/v1"\nwire_api = "chat"\n'
    )
    found = check(text.encode(), None, None, CODEX, context())
    assert [(one.rule, one.line, one.column) for one in found] == [
        ("syntax/newer-toml", 1, 6),
        ("codex/wire-api-chat", 7, 12),
    ]
    assert found[1].excerpt == 'wire_api = "chat"'
    assert not found[1].fix


def test_a_secret_in_a_newer_file_stays_one() -> None:
    key = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"
    text = f'x = {{\n a = "{key}",\n b = 3,\n}}\nmodel = 3\n'
    found = check(text.encode(), None, None, CODEX, context())
    assert {one.rule for one in found} == {"syntax/newer-toml", "secret/in-clear", "schema/type"}
    assert all(key[4:] not in f"{one.message}{one.excerpt}" for one in found)


@pytest.mark.parametrize(
    "key", [r"gsk_Rw8TzQ2kXvB5nM9cJ4pL\x37sD1fG6hY3aE", r"gsk_\x52w8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"]
)
def test_a_secret_spelt_as_only_a_newer_file_can_stays_one(key: str) -> None:
    found = check(f'model = {{ x = "{key}" }}\n'.encode(), None, None, CODEX, context())
    assert {one.rule for one in found} >= {"syntax/newer-toml", "schema/type"}
    assert all("Y3aE" not in f"{one}" for one in found)
