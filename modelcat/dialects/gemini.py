"""Google's own list of Gemini models: `{"models": […], "nextPageToken"}`, ids under `name` as "models/…".

Its OpenAI-compatible list gives ids only, so the native one is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelcat.dialect import Dialect, Fields
from modelcat.dialects._lists import cursor, listed, with_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.dialect import Row

FIELDS = Fields(
    id=("id",),
    name=("displayName",),
    type=("for", "supportedGenerationMethods"),
    context_window=("inputTokenLimit",),
    max_output_tokens=("outputTokenLimit",),
    reasoning=("thinking",),
)
# Listed with generateContent, but what comes out is sound.
_SPEAKS: Final = ("-tts", "native-audio", "-live-")


def _plain(row: Row) -> Row:
    name = row.get("name", row.get("id"))
    if not isinstance(name, str):
        return {**row, "id": name}
    found: Row = {**row, "id": name.removeprefix("models/")}
    if any(word in name for word in _SPEAKS):
        found["for"] = "audio"
    return found


def _next_page(payload: Any, url: str, _rows: Sequence[Row]) -> str | None:
    token = cursor(payload.get("nextPageToken")) if isinstance(payload, dict) else None
    return with_query(url, pageToken=token) if token else None


DIALECT = Dialect(
    name="gemini",
    version=1,
    fields=FIELDS,
    # A base URL of the person's own may point to the compatible list.
    page=listed("models", "data", next_url=_next_page),
    plain=_plain,
)
