"""Finding the list in an answer, and the next page in its URL. What a row means is read by _reader.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from modelcat.dialect import NotAListError, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.dialect import Row

NextUrl = "Callable[[Any, str, Sequence[Row]], str | None]"
_WHERE_CODES_ARE = ("code", "status", "statusCode", "status_code", "error_code")


def listed(
    *places: str, next_url: Callable[[Any, str, Sequence[Row]], str | None] | None = None
) -> Callable[[Any, str], Page]:
    """A Dialect.page for a list that stands at the first of `places` that is there.

    "" is the root, "data.models" a list inside an object. `next_url(payload, url, rows)` gives the next page.
    """
    steps = [tuple(place.split(".")) if place else () for place in places]

    def page(payload: Any, url: str) -> Page:
        rows = _find(payload, steps)
        return Page(rows, next_url(payload, url, rows) if next_url else None)

    return page


def _find(payload: Any, places: Sequence[tuple[str, ...]]) -> list[Row]:
    empty = False
    for steps in places:
        value = payload
        for step in steps:
            value = value.get(step, False) if isinstance(value, dict) else False
        if isinstance(value, list):
            return rows_of(value)
        # Some servers written in Go answer {"object": "list", "data": null} when they have none.
        empty = empty or (value is None and bool(steps))
    if empty and error_status(payload) is None and isinstance(payload, dict) and not payload.get("error"):
        return []
    raise not_a_list(payload)


def rows_of(values: Sequence[Any]) -> list[Row]:
    """Each value as a row: a bare string is an id; what is neither becomes a row without one."""
    return [
        value if type(value) is dict else {"id": value if isinstance(value, str) else None}
        for value in values
    ]


def not_a_list(payload: Any) -> NotAListError:
    """Why `payload` is no list, in words of our own: what a provider writes may echo the key."""
    if isinstance(payload, dict):
        status = error_status(payload)
        if status is not None:
            return NotAListError(f"an error ({status})", status)
        if payload.get("error") or payload.get("errors"):
            return NotAListError("an error")
        return NotAListError("an object without a list of models")
    kind = {list: "a list", str: "a text", type(None): "null", bool: "true or false"}.get(
        type(payload), "a number"
    )
    return NotAListError(f"{kind} where a list of models was expected")


def error_status(payload: Any) -> int | None:
    """The HTTP status of an error that a body with status 200 names."""
    if not isinstance(payload, dict):
        return None
    for inside in (payload, payload.get("error")):
        if isinstance(inside, dict):
            for name in _WHERE_CODES_ARE:
                code = inside.get(name)
                if isinstance(code, str) and code.isdecimal() and len(code) == 3:
                    code = int(code)
                if isinstance(code, int) and 400 <= code <= 599:
                    return code
    return None


def with_query(url: str, **values: str | int) -> str:
    """`url` with these parameters of its query set."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, True) if name not in values]
    query += [(name, str(value)) for name, value in values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def cursor(value: Any) -> str | None:
    """A page token of the answer, if it is one that can be sent back."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= 4096 else None


def whole(value: Any) -> int | None:
    """A count or page number, if it is one."""
    return value if type(value) is int and 0 <= value < 10**9 else None
