"""Values to text on one line: scalars, keys, values in brackets, and the look that neighbours give them.

Strings are always in double quotes (or in the quotes of their neighbours): `@cf/x`, `4.1`, `on`, `2024-08-06`
and `a #b` break or change otherwise in YAML. The escapes are those that JSON, TOML and YAML share. Floats are
written without an exponent where that is short, because YAML 1.1 parsers read `5e-07` as a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

from modelcat.documents.node import MAX_DEPTH, TooDeep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.tool import Syntax
    from modelcat.tree import Tree

_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_UNQUOTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_YAML_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_TOML_KEY = re.compile(r"[A-Za-z0-9_-]+")
# Words that some YAML parser takes for something other than a string.
_YAML_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def quote(text: str, syntax: Syntax = "json") -> str:
    """`text` as a string in double quotes. ValueError for half a surrogate pair outside JSON."""
    if text.isascii():
        quoted = encode_basestring(text)
        return quoted.replace("\x7f", "\\u007f") if "\x7f" in quoted else quoted
    return _SPECIAL.sub(lambda match: _escape(match, syntax), encode_basestring(text))


def _escape(match: re.Match[str], syntax: Syntax) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF and syntax in {"yaml", "toml"}:
        raise ValueError("half of a surrogate pair is no text")
    return f"\\u{code:04x}"


def single(text: str, syntax: Syntax) -> str:
    """`text` in single quotes, where that can be; else in double ones."""
    if _UNQUOTABLE.search(text):
        return quote(text, syntax)
    if syntax == "yaml":
        return "'" + text.replace("'", "''") + "'"
    return quote(text, syntax) if "'" in text else f"'{text}'"


@lru_cache(maxsize=256)
def key_text(key: str, syntax: Syntax, sign: str = "") -> str:
    """A map key; sign: the quotes its neighbours are in. Quoted in any case where it must be."""
    if not isinstance(key, str):
        raise TypeError(f"keys are str, not {type(key).__name__}")
    if not sign and syntax == "yaml" and _YAML_KEY.fullmatch(key) and key.lower() not in _YAML_WORDS:
        return key
    if not sign and syntax == "toml" and _TOML_KEY.fullmatch(key):
        return key
    return single(key, syntax) if sign == "'" else quote(key, syntax)


def scalar(value: Tree, syntax: Syntax, sign: str = "") -> str:
    """A scalar as it is written; sign: the quotes for a string. ValueError for what the syntax has not."""
    kind = type(value)
    if kind is str:
        return single(value, syntax) if sign == "'" else quote(value, syntax)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return _float(value, syntax)
    if value is None:
        if syntax == "toml":
            raise ValueError("TOML has no null")
        return "null"
    return _moment(value, syntax)


def _float(value: float, syntax: Syntax) -> str:
    text = repr(value)
    if text in {"nan", "inf", "-inf"}:
        if syntax in {"json", "jsonc"}:
            raise ValueError(f"JSON has no {text}")
        return text if syntax == "toml" else text.replace("nan", ".nan").replace("inf", ".inf")
    if "e" not in text:
        return text
    if 1e-20 < abs(value) < 1e21:
        text = format(Decimal(text), "f")
        return text if "." in text else text + ".0"
    return text if "." in text else text.replace("e", ".0e")


def _moment(value: Tree, syntax: Syntax) -> str:
    """A date or a time. YAML has no times of day: they become strings; JSON has none of these."""
    if not isinstance(value, date | datetime | time):
        raise TypeError(f"{type(value).__name__} is no value of a config")
    if syntax in {"json", "jsonc"}:
        raise ValueError("JSON has no dates")
    text = value.isoformat()
    return f'"{text}"' if syntax == "yaml" and isinstance(value, time) else text


def inline(value: Tree, syntax: Syntax, look: Look | None = None, depth: int = 0) -> str:
    """A value on one line, collections in brackets; depth: how many collections it stands in.

    TooDeep for what could not be read back there, another ValueError for what the syntax has not.
    """
    look = look or DEFAULT
    if type(value) is str and look.sign == '"':
        return quote(value, syntax)
    if isinstance(value, dict):
        check_depth(depth)
        if not value:
            return "{}"
        sign = " = " if syntax == "toml" else ": "
        parts = ", ".join(
            key_text(key, syntax, look.key_sign)
            + sign
            + inline(item, syntax, look.under(key, type(item)), depth + 1)
            for key, item in value.items()
        )
        return f"{{ {parts} }}" if look.padded else f"{{{parts}}}"
    if isinstance(value, list):
        check_depth(depth)
        parts = ", ".join(inline(item, syntax, look.under("", type(item)), depth + 1) for item in value)
        return f"[{parts}]"
    return scalar(value, syntax, look.sign)


def check_depth(depth: int) -> None:
    """TooDeep where a collection would stand in `depth` others, if it could not be read back."""
    if depth >= MAX_DEPTH:
        raise TooDeep(f"nested deeper than {MAX_DEPTH} levels")


@dataclass(frozen=True, slots=True)
class Look:
    """How a person writes a kind of value: to be told from a neighbour, or as generated files have it."""

    unit: int = 2
    """Columns from a key to the keys of its map."""
    dash: int = 2
    """Columns from a key to the dashes of its list."""
    gap: int = 2
    """Columns from a dash to its value."""
    sign: str = '"'
    key_sign: str = ""
    flow: bool | None = None
    """A collection in brackets (True), by indentation (False); None: brackets for lists of scalars."""
    padded: bool = False
    """Blanks inside braces."""
    fields: Mapping[str, Look] = field(default_factory=dict)
    """By key, of the entries of a map."""
    kinds: Mapping[type, Look] = field(default_factory=dict)
    """By type, of entries that `fields` does not name and of the elements of a list."""
    base: Look | None = None
    """For the rest; None: this one."""

    def under(self, key: str, kind: type) -> Look:
        """The look of a value one level down, by its key ("" in a list) and type."""
        return self.fields.get(key) or self.kinds.get(kind) or self.base or self

    def in_brackets(self, value: Tree) -> bool:
        """Is `value` written on the line it begins in?"""
        if not value or not isinstance(value, dict | list):
            return True
        if self.flow is not None:
            return self.flow
        return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


DEFAULT: Final = Look()
"""As generated files have it."""
