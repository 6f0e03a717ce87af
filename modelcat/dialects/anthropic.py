"""Anthropic's list, and minimax's: `{"data": […], "has_more", "last_id"}`, asked on with after_id."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect, Fields
from modelcat.dialects._lists import cursor, listed, with_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.dialect import Row

FIELDS = Fields(
    name=("display_name",),
    # Since 2026; max_tokens is the output here and nowhere else is it said.
    context_window=("max_input_tokens",),
    max_output_tokens=("max_tokens",),
    image_input=("capabilities.image_input", "capabilities.vision"),
    reasoning=("capabilities.thinking", "capabilities.extended_thinking", "capabilities.reasoning"),
    tool_call=("capabilities.tool_use", "capabilities.tools"),
    released=("created_at",),
    deprecated=("deprecated", "deprecated_at", "retired_at"),
)


def _next_page(payload: Any, url: str, _rows: Sequence[Row]) -> str | None:
    after = cursor(payload.get("last_id")) if isinstance(payload, dict) else None
    return with_query(url, after_id=after) if after and payload.get("has_more") is True else None


DIALECT = Dialect(
    name="anthropic",
    version=1,
    fields=FIELDS,
    page=listed("data", next_url=_next_page),
    headers=MappingProxyType({"anthropic-version": "2023-06-01"}),
)
