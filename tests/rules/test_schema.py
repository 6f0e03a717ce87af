"""The walker against fastjsonschema over the same schemas and many trees, and the schemas themselves."""

from __future__ import annotations

import json
import random
from datetime import date, time
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat import rules
from modelcat.check import syntax_of
from modelcat.documents import parse
from modelcat.errors import DocumentError
from modelcat.rules.schema import WORDS, violations
from tests.config_files import SCHEMAS, files, schema

KINDS = sorted(rules.KINDS)


def test_there_is_a_schema_of_every_kind() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(KINDS)


def _words(node: Any, *, inside: bool = False) -> set[str]:
    """Every word of JSON Schema that a schema uses; names of properties and definitions are none."""
    if isinstance(node, list):
        return {word for item in node for word in _words(item)}
    if not isinstance(node, dict):
        return set()
    found = set() if inside else set(node)
    for key, value in node.items():
        found |= _words(value, inside=not inside and key in {"properties", "$defs"})
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_use_only_words_the_walker_knows(kind: str) -> None:
    assert _words(schema(kind)) <= WORDS


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_lead_nowhere_else(kind: str) -> None:
    text = json.dumps(schema(kind))
    names = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert names == set(schema(kind).get("$defs", {})), "every definition is there and used"


def _is_whole(value: Any) -> bool:
    """Whether there is a 2.0 in it: a whole number to JSON Schema, none to the tools."""
    if isinstance(value, dict | list):
        return any(map(_is_whole, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()


def _undated(value: Any) -> Any:
    """The tree with texts for dates, which JSON has none of and Codex takes for texts."""
    if isinstance(value, dict):
        return {key: _undated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_undated(item) for item in value]
    return str(value) if isinstance(value, date | time) else value


def _agree(kind: str, tree: Any, check: Any) -> None:
    if _is_whole(tree):
        return
    broken = [item for item in violations(tree, schema(kind)) if item.word != "unknown"]
    said = None
    try:
        check(_undated(tree))
    except fastjsonschema.JsonSchemaValueException as error:
        said = error.message
    assert bool(broken) is (said is not None), f"fastjsonschema: {said}; we: {broken}"


@pytest.fixture(scope="module", params=KINDS)
def judge(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, fastjsonschema.compile(schema(request.param), use_default=False)


def test_both_agree_over_the_config_files(judge: tuple[str, Any]) -> None:
    kind, check = judge
    seen = 0
    for item in files():
        try:
            document = parse(item.path.read_bytes(), syntax_of(item.name, b"", None), item.name)
        except DocumentError:
            continue
        seen += 1
        _agree(kind, document.tree, check)
    assert seen > 20


_SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 70000) | st.sampled_from([1.5, -0.5]) | st.text(max_size=3)
)


def _trees(kind: str) -> st.SearchStrategy[Any]:
    """Trees made of the schema's own keys and values, so that they get past its first levels."""
    text = json.dumps(schema(kind))
    words = sorted(set(text.split('"')))
    names = sorted(word for word in words if word.isprintable() and 0 < len(word) < 40)
    return st.recursive(
        _SCALARS | st.sampled_from(names),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=4)
        ),
        max_leaves=12,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_both_agree_over_random_trees(kind: str) -> None:
    check = fastjsonschema.compile(schema(kind), use_default=False)

    @settings(max_examples=150, deadline=None)
    @given(_trees(kind))
    def agree(tree: Any) -> None:
        _agree(kind, tree, check)

    agree()


@pytest.mark.parametrize("kind", KINDS)
def test_both_agree_over_broken_configs(kind: str) -> None:
    """A good tree with one value exchanged: nearer to what people write than random trees."""
    check = fastjsonschema.compile(schema(kind), use_default=False)
    chance = random.Random(kind)  # noqa: S311
    tried = 0
    for item in files():
        if not item.valid or item.tool != rules.KINDS[kind].tool:
            continue
        for _ in range(15):
            try:
                tree = parse(item.path.read_bytes(), syntax_of(item.name, b"", None), item.name).tree
            except DocumentError:
                break
            places = list(_places(tree))
            if not places:
                break
            where, key = chance.choice(places)
            where[key] = chance.choice([None, True, 7, -1, 2.5, "", "x", [], {}, [1], {"a": 1}])
            _agree(kind, tree, check)
            tried += 1
    assert tried > 10


def _places(tree: Any) -> Any:
    for key in range(len(tree)) if isinstance(tree, list) else list(tree):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def test_every_violation_is_told_with_its_place() -> None:
    shape = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "count": {"type": "integer", "minimum": 1},
            "mode": {"enum": ["a", "b"]},
            "list": {"type": "array", "items": {"type": "string", "minLength": 1}},
            "either": {"anyOf": [{"type": "boolean"}, {"type": "object", "required": ["x"]}]},
        },
    }
    tree = {"count": True, "mode": "c", "list": ["x", "", 3], "either": {}, "cuont": 1}
    found = [(item.pointer, item.word) for item in violations(tree, shape)]
    assert found == [
        ((), "required"),
        (("count",), "type"),
        (("mode",), "enum"),
        (("list", 1), "minLength"),
        (("list", 2), "type"),
        (("either",), "required"),
        (("cuont",), "unknown"),
    ]
    assert [item.message for item in violations({"name": "", "either": 3}, shape)] == [
        "should be true or false or a map, is 3"
    ]
