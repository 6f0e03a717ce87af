"""What a plain YAML scalar means, as the tools' parsers read it: YAML 1.2 core, serde_yaml 0.9, go-yaml v3.

Binary integers are read by both tools though not by YAML 1.2; a number too large to be finite is a string
to both. `0755`, `1_000` and dates mean different things to them and are left as strings here.
"""

from __future__ import annotations

import re
from math import isinf
from typing import Final

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*|0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_NUMERIC: Final = frozenset("0123456789+-.")
_MAX_DIGITS: Final = 4_000

WORDS: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def resolve(text: str) -> bool | int | float | str | None:
    """The value of the plain scalar `text`."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _NUMERIC or len(text) > _MAX_DIGITS:
        return text
    if _INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        value = float(text)
        return text if isinf(value) else value
    return text
