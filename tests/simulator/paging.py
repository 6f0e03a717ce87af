"""How each kind of provider cuts its list into pages: one page's rows, and what the answer says of more."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def page_of(
    paging: str | None,
    rows: list[Row],
    id_field: str,
    query: dict[str, str],
    size: int,
    *,
    stuck: bool = False,
) -> tuple[list[Row], dict[str, Any]]:
    """The rows that this question gets, and the fields the answer has besides.

    `stuck`: the answer always points to the same next page, as a broken provider does.
    """
    cut = {
        "after_id": _after_id,
        "pageToken": _page_token,
        "page_token": _next_page_token,
        "total_pages": _result_info,
        "pagination": _pagination,
    }.get(paging or "")
    if cut is None:
        return rows, {}
    return cut(rows, id_field, query, size, stuck)


def _cut(rows: list[Row], start: int, size: int, stuck: bool) -> tuple[list[Row], bool]:
    return rows[start : start + size], stuck or start + size < len(rows)


def _after_id(
    rows: list[Row], id_field: str, query: dict[str, str], size: int, stuck: bool
) -> tuple[list[Row], dict[str, Any]]:
    size = min(size, int(query.get("limit", 20)))
    ids = [row[id_field] for row in rows]
    start = ids.index(query["after_id"]) + 1 if "after_id" in query and not stuck else 0
    page, more = _cut(rows, start, size, stuck)
    ends = {"first_id": page[0][id_field], "last_id": page[-1][id_field]} if page else {}
    return page, {"has_more": more, **ends}


def _page_token(
    rows: list[Row], _id: str, query: dict[str, str], size: int, stuck: bool
) -> tuple[list[Row], dict[str, Any]]:
    size = min(size, int(query.get("pageSize", 50)))
    start = 0 if stuck else int(query.get("pageToken", "t0")[1:])
    page, more = _cut(rows, start, size, stuck)
    return page, {"nextPageToken": "t0" if stuck else f"t{start + size}"} if more else {}


def _next_page_token(
    rows: list[Row], _id: str, query: dict[str, str], size: int, stuck: bool
) -> tuple[list[Row], dict[str, Any]]:
    size = min(size, int(query.get("page_size", 20)))
    start = 0 if stuck else int(query.get("page_token", "t0")[1:])
    page, more = _cut(rows, start, size, stuck)
    return page, {"next_page_token": ("t0" if stuck else f"t{start + size}") if more else None}


def _result_info(
    rows: list[Row], _id: str, query: dict[str, str], size: int, stuck: bool
) -> tuple[list[Row], dict[str, Any]]:
    size = min(size, int(query.get("per_page", 50)))
    here = 1 if stuck else int(query.get("page", 1))
    page, _ = _cut(rows, (here - 1) * size, size, stuck)
    pages = max(1, -(-len(rows) // size))
    # Stuck: the page number in the answer never moves, and there is always one more.
    return page, {"result_info": {"page": here, "per_page": size, "total_pages": 2 if stuck else pages}}


def _pagination(
    rows: list[Row], _id: str, query: dict[str, str], size: int, stuck: bool
) -> tuple[list[Row], dict[str, Any]]:
    here = 1 if stuck else int(query.get("page", 1))
    page, _ = _cut(rows, (here - 1) * size, size, stuck)
    pages = max(1, -(-len(rows) // size))
    return page, {"pagination": {"current_page": here, "total_pages": 2 if stuck else pages}}


def chutes_page(items: list[Row], query: dict[str, str], size: int) -> dict[str, Any]:
    """One page of chutes' second API, counted from 0."""
    size = min(size, int(query.get("limit", 25)))
    here = int(query.get("page", 0))
    return {"total": len(items), "page": here, "limit": size, "items": items[here * size : (here + 1) * size]}
