"""Cohere's list: `{"models": […], "next_page_token"}`, ids under `name`, uses under `endpoints`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect, Fields
from modelcat.dialects._lists import cursor, listed, with_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.dialect import Row

FIELDS = Fields(
    id=("name", "id"),
    type=("endpoints", "default_endpoints"),
    context_window=("context_length",),
    max_output_tokens=("max_output_tokens",),
    image_input=("supports_vision",),
    features=("features",),
    deprecated=("is_deprecated",),
)


def _next_page(payload: Any, url: str, _rows: Sequence[Row]) -> str | None:
    token = cursor(payload.get("next_page_token")) if isinstance(payload, dict) else None
    return with_query(url, page_token=token) if token else None


def _own(row: Row) -> str | None:
    return "it is a fine-tune of one account" if row.get("finetuned") is True else None


DIALECT = Dialect(
    name="cohere",
    version=1,
    fields=FIELDS,
    page=listed("models", "data", next_url=_next_page),
    leaves_out=_own,
)
