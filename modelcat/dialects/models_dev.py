"""models.dev's api.json: provider id → `{"models": {id: …}}`. A source of facts rather than a provider.

Each row gets `provider` and the id "<provider>/<id>"; ids of providers have no slash in them.
"""

from __future__ import annotations

from typing import Any

from modelcat.dialect import Dialect, Fields, Page, Row
from modelcat.dialects._lists import error_status, not_a_list

FIELDS = Fields(
    name=("name",),
    context_window=("limit.context",),
    max_output_tokens=("limit.output",),
    input_price=("cost.input",),
    output_price=("cost.output",),
    cache_read_price=("cost.cache_read",),
    cache_write_price=("cost.cache_write",),
    input_modalities=("modalities.input",),
    output_modalities=("modalities.output",),
    reasoning=("reasoning",),
    tool_call=("tool_call",),
    released=("release_date",),
    deprecated=("gone",),
)


def _page(payload: Any, _url: str) -> Page:
    if not isinstance(payload, dict) or error_status(payload) is not None:
        raise not_a_list(payload)
    rows = [
        {**row, "id": f"{provider}/{name}", "provider": provider}
        for provider, entry in payload.items()
        if isinstance(entry, dict) and isinstance(entry.get("models"), dict)
        for name, row in entry["models"].items()
        if isinstance(row, dict)
    ]
    if not rows:
        raise not_a_list(payload)
    return Page(rows)


def _plain(row: Row) -> Row:
    # Other words there (alpha, beta) say nothing about an end.
    return {**row, "gone": True} if row.get("status") == "deprecated" else row


DIALECT = Dialect(name="models_dev", version=1, fields=FIELDS, page=_page, plain=_plain)
