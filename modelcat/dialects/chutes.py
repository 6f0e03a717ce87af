"""Chutes: the plain list, and a second API whose pages of chutes say more of the same models, joined by name.

The joined fields (chute_id, tagline, GPUs, instances) are for people who read the answer; no limit and no
price comes from the second API, so a list without it is still whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.dialect import Ask, Dialect
from modelcat.dialects._lists import listed, whole, with_query
from modelcat.dialects.openai import FIELDS
from modelcat.dialects.openai import page as list_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.catalog import Provider
    from modelcat.dialect import Row


def _next_page(payload: Any, url: str, rows: Sequence[Row]) -> str | None:
    here, size, total = (whole(payload.get(name)) for name in ("page", "limit", "total"))
    if here is None or not size or total is None or not rows:
        return None
    # The server may hand out fewer a page than asked for: its own page and limit count.
    return with_query(url, page=here + 1) if (here + 1) * size < total else None


def _further(_rows: Sequence[Row], provider: Provider, _url: str) -> tuple[Ask, ...]:
    if provider.details_url is None:
        return ()
    return (Ask(provider.details_url, page=listed("items", next_url=_next_page)),)


def _joined(rows: Sequence[Row], answers: Sequence[Any]) -> Sequence[Row]:
    chutes: dict[str, Row] = {}
    # Several people may have a chute of one name; which one is joined must not depend on the order.
    for item in sorted((answers[0] if answers else None) or (), key=lambda item: str(item.get("chute_id"))):
        if isinstance(item.get("name"), str):
            chutes.setdefault(item["name"], item)
    return [
        {**row, **_details(chutes[row["id"]])}
        if isinstance(row.get("id"), str) and row["id"] in chutes
        else row
        for row in rows
    ]


def _details(chute: Row) -> Row:
    """What the second API adds to a row, under the names the older script gave it."""
    selector, price = _map(chute.get("node_selector")), _map(chute.get("current_estimated_price"))
    instances = [item for item in _list(chute.get("instances")) if isinstance(item, dict)]
    return {
        "chute_id": chute.get("chute_id"),
        "tagline": chute.get("tagline"),
        "public": chute.get("public"),
        "invocation_count": chute.get("invocation_count"),
        "hot": chute.get("hot"),
        "chutes_pricing": price.get("per_million_tokens"),
        "supported_gpus": _list(chute.get("supported_gpus")) or _list(selector.get("supported_gpus")),
        "gpu_count": selector.get("gpu_count"),
        "min_vram_gb_per_gpu": selector.get("min_vram_gb_per_gpu"),
        "active_instances": sum(1 for item in instances if item.get("active")),
        "total_instances": len(instances),
    }


def _map(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


DIALECT = Dialect(name="chutes", version=1, fields=FIELDS, page=list_page, further=_further, joined=_joined)
