"""JSON as providers send it: any answer read, any row of one written as a line.

Which of it counts is decided elsewhere: where the list is in dialects/, which row is a model in normalise.py.
JSON that modelcat makes itself is written in catalog.py.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

_DEEPEST: Final = 200
"""Levels of a row that are kept where a row is not as others are; the deepest that providers send are 6."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def parsed(body: bytes) -> Any:
    """What the JSON in `body` says. NaN and Infinity, which JSON does not have, are null.

    A number of more than 64 bits has the digits that a double keeps. Raises ValueError for what is no JSON,
    RecursionError for what is nested deeper than Python goes.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # More lenient where one value would cost a whole list: half a surrogate pair, 1e999, NaN, a mark of
        # the byte order, UTF-16.
        return json.loads(body, parse_constant=lambda _name: None)


def as_line(value: Any) -> str:
    """`value`, which `parsed` gave, as one line of JSON that UTF-8 can hold, its keys sorted."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        plain = json.dumps(
            _tame(value, _DEEPEST), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
        # Half a surrogate pair is valid in JSON and in no file.
        return _SURROGATE.sub("\ufffd", plain)


def _tame(value: Any, levels: int) -> Any:
    """`value` without infinite numbers, and with null for what lies more than `levels` deep."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, dict):
        return {key: _tame(item, levels - 1) for key, item in value.items()}
    return [_tame(item, levels - 1) for item in value]
