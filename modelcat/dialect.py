"""What a dialect is: how one kind of provider is asked and its answer read.

The dialects themselves stand in dialects/, one module each, found by `dialects.load(name)`. A dialect does
no I/O: fetch.py sends the requests, follows the pages and keeps the limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelcat.catalog import Model, Provider

Row = dict[str, Any]


class NotAListError(ValueError):
    """The answer holds no list of models: an error body with 200, another shape, HTML. One line."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, taken apart."""

    rows: Sequence[Row]
    """The models as the provider gave them, each a JSON object (bare strings become {"id": …})."""
    next_url: str | None = None
    """Where the next page is, on the same origin; None: this was the last."""


class Dialect(Protocol):
    """A module of dialects/ satisfies this."""

    NAME: str
    VERSION: int
    """Raised whenever the same answer would now be read differently: stored ETags are then not sent."""

    def headers(self, provider: Provider) -> Mapping[str, str]:
        """Headers the dialect needs besides the key, such as anthropic-version."""

    def page(self, payload: Any, url: str) -> Page:
        """Take one parsed JSON answer apart. Raises NotAListError."""

    def model(self, row: Row, provider: Provider) -> Model | None:
        """Normalise one row; None where the row names no usable id (it is counted, not fatal)."""
