"""Atlas Cloud: `{"code", "msg", "data": […]}`; prices as an object or a list of tiers, before discount."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect
from modelcat.dialects.openai import FIELDS, page

if TYPE_CHECKING:
    from modelcat.dialect import Row


def _plain(row: Row) -> Row:
    pricing = row.get("pricing")
    if isinstance(pricing, list):
        pricing = pricing[0] if pricing else None
    if not isinstance(pricing, dict):
        return {**row, "pricing": None}
    left = 1 - _discount(row.get("discount_to_user"))
    return {**row, "pricing": {name: _less(price, left) for name, price in pricing.items()} if left else None}


def _discount(value: Any) -> Decimal:
    """The part of the price taken off: 0.15 is fifteen percent; what is no such part is none."""
    found = _number(value)
    return found if found is not None and 0 <= found <= 1 else Decimal(0)


def _less(price: Any, left: Decimal) -> Any:
    found = _number(price)
    return price if found is None else f"{found * left:f}"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and -40 < found.adjusted() < 20 else None


def _not_ready(row: Row) -> str | None:
    return "it is not ready at the provider" if row.get("is_ready") is False else None


DIALECT = Dialect(name="atlascloud", version=1, fields=FIELDS, page=page, plain=_plain, leaves_out=_not_ready)
