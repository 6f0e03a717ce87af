"""Catwalk's list of providers, each with its `models`. A source of facts rather than a provider.

Each row gets `provider` and the id "<provider>/<id>"; ids of providers have no slash in them.
"""

from __future__ import annotations

from typing import Any

from modelcat.dialect import Dialect, Fields, Page
from modelcat.dialects._lists import not_a_list

FIELDS = Fields(
    name=("name",),
    context_window=("context_window",),
    # The file also has default_max_tokens: what to ask for, not what there is.
    input_price=("cost_per_1m_in",),
    output_price=("cost_per_1m_out",),
    cache_read_price=("cost_per_1m_out_cached",),
    cache_write_price=("cost_per_1m_in_cached",),
    image_input=("supports_attachments", "supports_images"),
    reasoning=("can_reason",),
)


def _page(payload: Any, _url: str) -> Page:
    if not isinstance(payload, list):
        raise not_a_list(payload)
    rows = [
        {
            **row,
            "id": f"{entry['id']}/{row['id']}" if isinstance(row.get("id"), str) else None,
            "provider": entry["id"],
        }
        for entry in payload
        if isinstance(entry, dict)
        and isinstance(entry.get("id"), str)
        and isinstance(entry.get("models"), list)
        for row in entry["models"]
        if isinstance(row, dict)
    ]
    if not rows:
        raise not_a_list(payload)
    return Page(rows)


DIALECT = Dialect(name="catwalk", version=1, fields=FIELDS, page=_page)
