"""JSON Schema on plain data: every violation with its pointer, and the keys a schema does not know.

Only the words that config/schemas uses (a test refuses others). An own walker because the validators there
are stop at the first violation and compile for 20 to 120 ms, where this takes 1 ms on a small config; the
tests compare its verdicts with fastjsonschema's.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelcat.tree import Pointer, Tree

    _Check = Callable[[Tree], "Sequence[Violation]"]

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
_FURTHER = frozenset({*_LIMITS, "anyOf"})
"""What is asked of a plain value besides its type."""


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
    return list(_Checks(schema).of(schema)(tree))


class _Checks:
    """The parts of one schema as functions, made when first asked for: a file has few of a large schema's."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._made: dict[int, _Check] = {}

    def of(self, schema: Any) -> _Check:
        """What finds the violations of `schema`, which is in the root; their pointers begin at the value."""
        made = self._made.get(id(schema))
        if made is None:
            made = self._made[id(schema)] = self._make(self._meant(schema))
        return made

    def _meant(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return schema

    def _make(self, schema: Any) -> _Check:
        if not isinstance(schema, dict):
            return lambda _: ()
        wanted, options = schema.get("type"), schema.get("anyOf")
        types = _types(wanted)
        limited = not _LIMITS.isdisjoint(schema)
        # Most limits are those of a number, and most numbers keep them.
        least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        plain = None if "enum" in schema else int
        inner: dict[type, _Check] = {dict: self._map(schema)}
        if "items" in schema:
            inner[list] = self._list(schema["items"])

        def check(value: Tree) -> Sequence[Violation]:
            if wanted is not None and type(value) not in types:
                return [Violation((), "type", f"should be {_words(wanted)}, is {describe(value)}")]
            if options is not None and (problem := self._none_of(value, options)):
                return problem
            kind = type(value)
            inside = inner[kind](value) if kind in inner else ()
            if not limited or (kind is plain and least <= value <= most):
                return inside
            return [*_plain(value, schema), *inside]

        return check

    def _map(self, schema: Any) -> _Check:
        named, other = schema.get("properties", {}), schema.get("additionalProperties")
        required = schema.get("required", ())
        fitting = {key: self._fitting(item) for key, item in named.items()}
        others = self._fitting(other)

        def check(value: Any) -> Sequence[Violation]:
            found = [Violation((), "required", f"has no {key}") for key in required if key not in value]
            for key, item in value.items():
                # Most values are of a type that is all that is asked of them.
                if type(item) in fitting.get(key, others):
                    continue
                if key in named or isinstance(other, dict):
                    found += _below(key, self.of(named.get(key, other))(item))
                elif named:
                    found.append(Violation((key,), "unknown", f"{key} is not known here", tuple(named)))
            return found

        return check

    def _list(self, schema: Any) -> _Check:
        fitting = self._fitting(schema)

        def check(value: Any) -> Sequence[Violation]:
            of = self.of(schema)
            return [
                one
                for index, item in enumerate(value)
                if type(item) not in fitting
                for one in _below(index, of(item))
            ]

        return check

    def _fitting(self, schema: Any) -> frozenset[type]:
        """The types of which no value can break `schema`."""
        schema = self._meant(schema)
        if not isinstance(schema, dict) or schema.keys() & _FURTHER:
            return frozenset()
        return _types(schema.get("type")) - {dict, list}

    def _none_of(self, value: Tree, options: list[Any]) -> Sequence[Violation]:
        """The violations of the option that `value` comes nearest to; empty where one option fits."""
        tries = []
        for option in options:
            found = self.of(option)(value)
            if not found or all(item.word == "unknown" for item in found):
                return ()
            tries.append(found)
        # A pattern stands for texts that are as good as a value of the other type, such as 1_000.
        kinds = {"type", "pattern"}
        shaped = [found for found in tries if not (found[0].word in kinds and not found[0].pointer)]
        if shaped:
            return min(shaped, key=len)
        wanted = [option.get("type") for option in options if "type" in option and "pattern" not in option]
        return [Violation((), "type", f"should be {_words(wanted)}, is {describe(value)}")]


def _below(step: str | int, found: Sequence[Violation]) -> Sequence[Violation]:
    return [item._replace(pointer=(step, *item.pointer)) for item in found] if found else ()


def _plain(value: Tree, schema: Any) -> Iterator[Violation]:
    if "enum" in schema and not any(value == item and type(value) is type(item) for item in schema["enum"]):
        choices = ", ".join(str(item) for item in schema["enum"])
        yield Violation((), "enum", f"is {describe(value)}; it can be {choices}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield Violation((), "minimum", f"is {value}; the least is {schema['minimum']}")
        if value > schema.get("maximum", value):
            yield Violation((), "maximum", f"is {value}; the most is {schema['maximum']}")
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield Violation((), "minLength", "is empty")
        elif "pattern" in schema and not re.search(schema["pattern"], value):
            form = schema["pattern"]
            yield Violation((), "pattern", f"is {describe(value)}, which is not of the form {form}")


def _types(wanted: str | list[str] | None) -> frozenset[type]:
    """The types of the values that a schema's `type` allows; all where it has none."""
    names = {wanted} if isinstance(wanted, str) else set(_TYPES.values() if wanted is None else wanted)
    if "number" in names:
        names.add("integer")
    return frozenset(kind for kind, name in _TYPES.items() if name in names)


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
