"""Cloudflare Workers AI: `{"result": […], "result_info": {"page", "total_pages"}}`, or `{"data": […]}` as
OpenRouter has it where that format is asked for. In its own format the id is under `name` and the facts are
in a list of properties.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect
from modelcat.dialects._lists import listed, whole, with_query
from modelcat.dialects.openai import FIELDS as OPENAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.dialect import Row

FIELDS = replace(
    OPENAI, type=("task.name", *OPENAI.type), deprecated=("planned_deprecation_date", *OPENAI.deprecated)
)


def _plain(row: Row) -> Row:
    properties = row.get("properties")
    name = row.get("name")
    if not isinstance(properties, list) or not isinstance(name, str):
        return row
    said = {
        item["property_id"]: item.get("value")
        for item in properties
        if isinstance(item, dict) and isinstance(item.get("property_id"), str)
    }
    return {
        **row,
        "id": name,
        "context_window": said.get("context_window"),
        "planned_deprecation_date": said.get("planned_deprecation_date"),
        "supports_function_calling": said.get("function_calling"),
        "supports_reasoning": said.get("reasoning"),
        "supports_vision": said.get("vision"),
    }


def _next_page(payload: Any, url: str, _rows: Sequence[Row]) -> str | None:
    info = payload.get("result_info") if isinstance(payload, dict) else None
    if not isinstance(info, dict):
        return None
    here, last = whole(info.get("page")), whole(info.get("total_pages"))
    return with_query(url, page=here + 1) if here is not None and last is not None and here < last else None


DIALECT = Dialect(
    name="cloudflare",
    version=1,
    fields=FIELDS,
    page=listed("result", "data", "result.data", next_url=_next_page),
    plain=_plain,
)
