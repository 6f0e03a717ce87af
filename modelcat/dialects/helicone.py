"""Helicone's public registry: `{"data": {"models": […]}}`, names in camel case, prices per endpoint.

Its gateway picks an endpoint by itself, so a model is given the highest price of those listed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect
from modelcat.dialects._lists import listed
from modelcat.dialects.openai import FIELDS as OPENAI

if TYPE_CHECKING:
    from modelcat.dialect import Row

FIELDS = replace(
    OPENAI,
    input_price=("dearest.prompt",),
    output_price=("dearest.completion",),
    cache_read_price=("dearest.cacheRead",),
    cache_write_price=("dearest.cacheWrite",),
)
_SIDES = ("prompt", "completion", "cacheRead", "cacheWrite")


def _plain(row: Row) -> Row:
    endpoints = row.get("endpoints")
    priced = [
        item["pricing"]
        for item in (endpoints if isinstance(endpoints, list) else ())
        if isinstance(item, dict) and isinstance(item.get("pricing"), dict)
    ]
    return {**row, "endpoints": None, "dearest": {side: _highest(priced, side) for side in _SIDES}}


def _highest(priced: list[Row], side: str) -> float | None:
    prices: list[Any] = [item.get(side) for item in priced]
    return max((price for price in prices if type(price) in (int, float)), default=None)


DIALECT = Dialect(
    name="helicone", version=1, fields=FIELDS, page=listed("data.models", "models", "data"), plain=_plain
)
