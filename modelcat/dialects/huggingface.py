"""Hugging Face's router: each model is served by several backends, listed under `providers`.

The router picks a backend by itself, so a model is given what every live backend has: the smallest window,
the highest price, and only the skills that all of them say they have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect, Fields
from modelcat.dialects import _facts
from modelcat.dialects.openai import FIELDS as OPENAI
from modelcat.dialects.openai import page

if TYPE_CHECKING:
    from modelcat.dialect import Row

FIELDS = Fields(
    context_window=("backends.context_length",),
    input_price=("backends.input",),
    output_price=("backends.output",),
    input_modalities=OPENAI.input_modalities,
    output_modalities=OPENAI.output_modalities,
    tool_call=("backends.supports_tools",),
    released=("created",),
)


def _plain(row: Row) -> Row:
    listed = row.get("providers")
    backends = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    live = [item for item in backends if item.get("status") in (None, "live")] or backends
    windows = [found for item in live if (found := _facts.limit(item.get("context_length")))]
    skills = {_facts.flag(item.get("supports_tools")) for item in live}
    return {
        **row,
        "backends": {
            "context_length": min(windows, default=None),
            "input": _dearest(live, "input"),
            "output": _dearest(live, "output"),
            "supports_tools": skills.pop() if len(skills) == 1 else False if False in skills else None,
        },
    }


def _dearest(backends: list[Row], side: str) -> float | None:
    prices: list[Any] = [
        pricing.get(side) for item in backends if isinstance(pricing := item.get("pricing"), dict)
    ]
    return max((price for price in prices if type(price) in (int, float)), default=None)


DIALECT = Dialect(name="huggingface", version=1, fields=FIELDS, page=page, plain=_plain)
