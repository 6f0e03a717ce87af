"""Reading modelcat's own TOML files strictly: providers.toml, modelcat.toml, config.toml.

A wrong key, type or value is an error that says file, line, column and what was expected. What the keys
mean stands in registry.py, selection.py and settings.py; a person's tool configs are read by documents/.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from modelcat.errors import ModelcatError

Kind = Literal["text", "flag", "texts", "count", "price", "table"]
_EXPECTED: dict[Kind, str] = {
    "text": "a string",
    "flag": "true or false",
    "texts": "a list of strings",
    "count": "a whole number, 0 or more",
    "price": "a price in USD per million tokens, 0 or more",
    "table": "a table",
}
_FOUND = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    str: "a string",
}
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file, and the exception its faults are raised as.

    Without a path its faults are told without a place: the text is not one that a person has before them.
    """

    text: str
    path: str
    error: type[ModelcatError]

    def load(self) -> dict[str, Any]:
        """The file's data; numbers with a fraction as Decimal. Raises `error` on broken TOML."""
        try:
            return tomllib.loads(self.text.removeprefix("\ufeff"), parse_float=Decimal)
        except tomllib.TOMLDecodeError as broken:
            found = _PLACE.search(str(broken))
            what = str(broken)[: found.start()] if found else str(broken)
            line, column = found.groups() if found and found[1] else self._end()
            raise self.error(f"{self.path}:{line}:{column}: not valid TOML: {what}") from None

    def refuse(self, pointer: tuple[str, ...], what: str) -> ModelcatError:
        """The error to raise for what stands at `pointer`."""
        where = f"{self.path}{self._position(pointer)}: " if self.path else ""
        return self.error(f"{where}{'.'.join(pointer)}: {what}")

    def unknown(self, pointer: tuple[str, ...], known: Iterable[str]) -> ModelcatError:
        """The error for a key that means nothing here, with the nearest that does."""
        return self.refuse(pointer, f"unknown key{did_you_mean(pointer[-1], known)}")

    def allow(self, pointer: tuple[str, ...], table: Iterable[str], known: Collection[str]) -> None:
        """Raise `error` unless every key of the `table` that stands at `pointer` is one of `known`."""
        for key in table:
            if key not in known:
                raise self.unknown((*pointer, key), sorted(known))

    def value(self, pointer: tuple[str, ...], value: Any, kind: Kind) -> Any:
        """`value` as `kind` wants it (lists as tuples, prices as Decimal); raises `error` if it is not."""
        if kind == "texts":
            if type(value) is list and all(type(item) is str for item in value):
                return tuple(value)
        elif _is(value, kind):
            return Decimal(value) if kind == "price" else value
        raise self.refuse(pointer, f"expected {_EXPECTED[kind]}, found {_found(value)}")

    def choice(self, pointer: tuple[str, ...], value: str, known: Iterable[str]) -> None:
        """Raise `error` unless `value` is one of `known`."""
        words = tuple(known)
        if value not in words:
            hint = did_you_mean(value, words) or f"; expected one of {', '.join(words)}"
            raise self.refuse(pointer, f'"{value}" is not known{hint}')

    def _position(self, pointer: tuple[str, ...]) -> str:
        from modelcat import documents
        from modelcat.errors import DocumentError

        try:
            document = documents.parse(self.text.encode(), "toml", self.path)
        except DocumentError:
            return ""
        # What is missing has no place: its table has.
        while pointer:
            try:
                position = document.position(pointer)
            except KeyError:
                pointer = pointer[:-1]
            else:
                return f":{position.line}:{position.column}"
        return ""

    def _end(self) -> tuple[str, str]:
        lines = self.text.splitlines() or [""]
        return str(len(lines)), str(len(lines[-1]) + 1)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about a `word` that is not among `known`: its nearest, or nothing."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    near = [by_lower[name] for name in get_close_matches(word.lower(), by_lower, n=3, cutoff=0.6)]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _is(value: Any, kind: Kind) -> bool:
    if kind == "count":
        return type(value) is int and value >= 0
    if kind == "price":
        return type(value) in (int, Decimal) and Decimal(value).is_finite() and value >= 0
    return type(value) is {"text": str, "flag": bool, "table": dict}[kind]


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if all(isinstance(item, str) for item in value) else "a list with other things in it"
    if isinstance(value, Decimal) and not value.is_finite():
        return "no number"
    if type(value) in (int, Decimal) and value < 0:
        return "a number below 0"
    return _FOUND.get(type(value), "a date or time")
