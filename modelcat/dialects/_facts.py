"""What one value of an answer says: limits, prices, dates, modalities, flags, lists of words.

Each takes anything JSON can hold and gives the fact, or None where the value does not say. Where in a row
the values are is said by Fields, what is made of them by _reader.py.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

MOST_TOKENS: Final = 1_000_000_000
"""A limit above this is no limit anybody has met; it is a slip, or a way to say there is none."""
MODALITIES: Final = ("text", "image", "audio", "video", "pdf")
_MODALITY: Final = {
    **{name: name for name in MODALITIES},
    "images": "image",
    "vision": "image",
    "speech": "audio",
    "videos": "video",
    "file": "pdf",
    "files": "pdf",
    "document": "pdf",
}
_LONGEST_WORD: Final = 64
_SIX_PLACES: Final = Decimal("0.000001")
_EPOCH: Final = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = "2015-01-01", "2100-01-01"
# LiteLLM proxies answer this second of February 2023 for every model.
_LITELLM_CREATED: Final = 1_677_610_602
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]|$)")
_NUMBER: Final = re.compile(r"-?\d{1,30}(\.\d{1,40})?([eE]-?\d{1,2})?")
_GOING: Final = frozenset({"deprecated", "retired", "legacy", "shutdown", "sunset", "true", "yes"})
_STAYING: Final = frozenset({"", "false", "no", "active", "none", "null", "never"})


def limit(value: Any) -> int | None:
    """A number of tokens; 0 and less say nothing, and neither does what is not a whole number."""
    kind = type(value)
    if kind is not int:
        if not (kind is float and value.is_integer()) and not (
            kind is str and value.strip().isdecimal() and len(value) <= 12
        ):
            return None
        value = int(value)
    return value if 0 < value <= MOST_TOKENS else None


def price(value: Any, factor: Decimal) -> Decimal | None:
    """USD per million tokens, to six places: `value` times `factor`. Less than zero means "it depends"."""
    kind = type(value)
    if kind is str:
        value = value.strip().removeprefix("$").strip()
        if not _NUMBER.fullmatch(value):
            return None
    elif kind is not float and kind is not int:
        return None
    try:
        # str(float) is the shortest text that means it, so 0.1 stays 0.1.
        found = (Decimal(str(value)) * factor).quantize(_SIX_PLACES)
    except (InvalidOperation, ValueError):
        return None
    # JSON has a zero below zero.
    return found.copy_abs() if found.is_finite() and found >= 0 else None


def day(value: Any) -> str | None:
    """YYYY-MM-DD of a time in seconds, milliseconds or microseconds, or of an ISO date."""
    kind = type(value)
    if kind is str:
        match = _DATE.match(value)
        if not match:
            return day(int(value)) if value.isdecimal() and len(value) <= 16 else None
        try:
            found = date(*map(int, match.groups())).isoformat()
        except ValueError:
            return None
    elif (kind is int or kind is float) and 0 < value < 1e17 and value != _LITELLM_CREATED:
        while value > 1e11:
            value /= 1000
        found = _day_after(int(value) // 86400) if value < 4.2e9 else ""
    else:
        return None
    return found if _FIRST_DAY <= found < _LAST_DAY else None


@lru_cache(4096)
def _day_after(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def flag(value: Any) -> bool | None:
    """Yes or no: true, "true", {"supported": true}, or a map or list of how it is done."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, dict):
        said = value.get("supported")
        return said if isinstance(said, bool) else bool(value)
    if isinstance(value, list):
        return bool(value)
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return None


def going(value: Any) -> bool | None:
    """Whether a model is on its way out: a flag, a date set for its end, or a word for its state."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _STAYING:
            return False if word else None
        return True if word in _GOING or day(value) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return True if day(value) else None
    return flag(value)


def words(value: Any) -> tuple[str, ...]:
    """Words in lower case with underscores: of a text with commas, a list, or the keys of a map of flags."""
    if isinstance(value, list):
        given = tuple(value)
    elif isinstance(value, str):
        given = tuple(value.split(","))
    elif isinstance(value, dict):
        given = tuple([key for key, said in value.items() if flag(said)])
    else:
        return ()
    try:
        # The rows of a list say the same few things over and over.
        return _words(given)
    except TypeError:
        return _words(tuple([item for item in given if type(item) is str]))


@lru_cache(maxsize=1024)
def _words(given: tuple[Any, ...]) -> tuple[str, ...]:
    found = [item.strip().lower().replace("-", "_").replace(" ", "_") for item in given if type(item) is str]
    return tuple([word for word in found if word and len(word) <= _LONGEST_WORD])


def side_words(value: Any, side: int) -> tuple[str, ...]:
    """The words of one side of "text+image->text", or of a list or map that is about that side only.

    `side` 0 is what goes in, 1 what comes out.
    """
    if isinstance(value, str):
        before, arrow, after = value.partition("->")
        value = (after if side else before).replace("+", ",") if arrow else value
    return words(value)


def modalities(value: Any, side: int) -> tuple[str, ...]:
    """The modalities that one side of a value names, in one order; words that are none are left out."""
    given = side_words(value, side)
    return _in_order(given) if given else ()


@lru_cache(maxsize=1024)
def _in_order(given: tuple[str, ...]) -> tuple[str, ...]:
    named = {_MODALITY.get(word) for word in given}
    return tuple(name for name in MODALITIES if name in named)
