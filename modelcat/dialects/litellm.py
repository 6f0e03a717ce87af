"""LiteLLM's price list: one object keyed by id, with a row that explains the others (`sample_spec`).

A source of facts rather than a provider. `max_input_tokens` there is often the window less the output, and so
is never taken for a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect, Fields, Page
from modelcat.dialects._lists import error_status, not_a_list

if TYPE_CHECKING:
    from modelcat.dialect import Row

FIELDS = Fields(
    type=("mode",),
    max_output_tokens=("max_output_tokens",),
    input_price=("input_cost_per_token",),
    output_price=("output_cost_per_token",),
    cache_read_price=("cache_read_input_token_cost",),
    cache_write_price=("cache_creation_input_token_cost",),
    input_modalities=("supported_modalities",),
    output_modalities=("supported_output_modalities",),
    image_input=("supports_vision",),
    audio_input=("supports_audio_input",),
    video_input=("supports_video_input",),
    reasoning=("supports_reasoning",),
    tool_call=("supports_function_calling",),
    deprecated=("deprecation_date",),
)


def _page(payload: Any, _url: str) -> Page:
    if not isinstance(payload, dict) or error_status(payload) is not None:
        raise not_a_list(payload)
    rows = {name: row for name, row in payload.items() if isinstance(row, dict) and name != "sample_spec"}
    if not any("litellm_provider" in row for row in rows.values()):
        raise not_a_list(payload)
    return Page([{**_target(payload, row), "id": name} for name, row in rows.items()])


def _target(payload: dict[str, Any], row: Row) -> Row:
    """The row that an alias stands for, under what the alias says itself; a chain of aliases may be wrong."""
    found = row
    for _ in range(5):
        name = found.get("alias_of")
        other = payload.get(name) if isinstance(name, str) else None
        if not isinstance(other, dict):
            break
        found = {**other, **{key: value for key, value in found.items() if key != "alias_of"}}
        if "alias_of" in other:
            found["alias_of"] = other["alias_of"]
    return found


DIALECT = Dialect(name="litellm", version=1, fields=FIELDS, page=_page)
