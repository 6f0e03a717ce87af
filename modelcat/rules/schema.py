"""JSON Schema on plain data: every violation with its pointer, and the keys a schema does not know.

Only the words that config/schemas uses (a test refuses others). An own walker because the validators there
are stop at the first violation and compile for 20 to 120 ms, where this takes 1 ms on a small config; the
tests compare its verdicts with fastjsonschema's.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.tree import Pointer, Tree

WORDS = frozenset(
    {
        *("$schema", "$id", "$ref", "$defs", "title", "description", "type", "properties", "required"),
        *("additionalProperties", "items", "enum", "minimum", "maximum", "minLength", "pattern", "anyOf"),
    }
)
_NAMES = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_TYPES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    # True and false are whole numbers to Python and to nobody else.
    bool: "boolean",
    type(None): "null",
    # Only TOML has them, and Codex, which alone reads TOML, takes one written without quotes for a text.
    datetime: "string",
    date: "string",
    time: "string",
}
_LIMITS = frozenset({"enum", "minimum", "maximum", "minLength", "pattern"})


class Violation(NamedTuple):
    """One place where a tree is not what its schema says."""

    pointer: Pointer
    word: str
    """The word of the schema that is not kept: type, enum, minimum, …; "unknown" for a key it does not
    name."""
    message: str
    known: tuple[str, ...] = ()
    """For an unknown key: the keys the schema names there."""


def violations(tree: Tree, schema: Any) -> list[Violation]:
    """Everything in `tree` that breaks `schema`, in document order."""
    found: list[Violation] = []
    _walk(tree, schema, schema, (), found)
    return found


def _walk(value: Tree, schema: Any, root: Any, at: Pointer, found: list[Violation]) -> None:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if not isinstance(schema, dict):
        return
    wanted = schema.get("type")
    if wanted is not None and not _is(value, wanted):
        found.append(Violation(at, "type", f"should be {_words(wanted)}, is {describe(value)}"))
        return
    if "anyOf" in schema and (problem := _none_of(value, schema["anyOf"], root, at)):
        found += problem
        return
    if not _LIMITS.isdisjoint(schema):
        found += _plain(value, schema, at)
    if isinstance(value, dict):
        _map(value, schema, root, at, found)
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            _walk(item, schema["items"], root, (*at, index), found)


def _none_of(value: Tree, options: list[Any], root: Any, at: Pointer) -> list[Violation]:
    """The violations of the option that `value` comes nearest to; empty where one option fits."""
    tries: list[list[Violation]] = []
    for option in options:
        tries.append([])
        _walk(value, option, root, at, tries[-1])
        if all(item.word == "unknown" for item in tries[-1]):
            return []
    # A pattern stands for texts that are as good as a value of the other type, such as 1_000.
    kinds = {"type", "pattern"}
    shaped = [found for found in tries if not (found[0].word in kinds and found[0].pointer == at)]
    if shaped:
        return min(shaped, key=len)
    wanted = [option.get("type") for option in options if "type" in option and "pattern" not in option]
    return [Violation(at, "type", f"should be {_words(wanted)}, is {describe(value)}")]


def _plain(value: Tree, schema: Any, at: Pointer) -> Iterator[Violation]:
    if "enum" in schema and not any(value == item and type(value) is type(item) for item in schema["enum"]):
        choices = ", ".join(str(item) for item in schema["enum"])
        yield Violation(at, "enum", f"is {describe(value)}; it can be {choices}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield Violation(at, "minimum", f"is {value}; the least is {schema['minimum']}")
        if value > schema.get("maximum", value):
            yield Violation(at, "maximum", f"is {value}; the most is {schema['maximum']}")
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield Violation(at, "minLength", "is empty")
        elif "pattern" in schema and not re.search(schema["pattern"], value):
            yield Violation(
                at, "pattern", f"is {describe(value)}, which is not of the form {schema['pattern']}"
            )


def _map(value: dict[str, Tree], schema: Any, root: Any, at: Pointer, found: list[Violation]) -> None:
    named = schema.get("properties", {})
    other = schema.get("additionalProperties")
    missing = [key for key in schema.get("required", ()) if key not in value]
    found += [Violation(at, "required", f"has no {key}") for key in missing]
    for key, item in value.items():
        if key in named:
            _walk(item, named[key], root, (*at, key), found)
        elif isinstance(other, dict):
            _walk(item, other, root, (*at, key), found)
        elif named:
            found.append(Violation((*at, key), "unknown", f"{key} is not known here", tuple(named)))


def _is(value: Tree, wanted: str | list[str]) -> bool:
    name = _TYPES.get(type(value))
    if isinstance(wanted, list):
        return name in wanted or (name == "integer" and "number" in wanted)
    return name == wanted or (name == "integer" and wanted == "number")


def _words(wanted: Any) -> str:
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    flat = [name for item in names for name in ([item] if isinstance(item, str) else item)]
    said = list(dict.fromkeys(_NAMES[name] for name in flat if name != "null"))
    return " or ".join(said)


def describe(value: Tree) -> str:
    """A value in the words of a message, never longer than a line."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return f"{value}"[:40]


def quoted(text: str) -> str:
    """Text in quotes, cut to a length that fits a message."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'
