"""What a dialect is: how one kind of provider is asked and its answer read.

The dialects themselves stand in dialects/, one module each, found by `dialects.load(name)`. A dialect does
no I/O: fetch.py sends the requests, follows the pages and keeps the limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelcat.catalog import Provider

Row = dict[str, Any]
Paths = tuple[str, ...]
"""Dotted places in a row, best first; the first that holds something usable counts."""


class NotAListError(ValueError):
    """The answer holds no list of models: an error body with 200, another shape. One line, no name.

    `status` is the HTTP status that the body itself names, if it names one.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, taken apart."""

    rows: Sequence[Row]
    """The models as the provider gave them, each a JSON object (bare strings become {"id": …})."""
    next_url: str | None = None
    """Where the next page is, on the same origin; None: this was the last."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A further question about the rows of a list, such as one for a model's details."""

    url: str
    body: Mapping[str, Any] | None = None
    """Sent as JSON by POST; None: a GET."""
    page: Callable[[Any, str], Page] | None = None
    """How its answer is taken apart where that is a list in pages; None: one answer, taken as it is."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Where in a row the facts are. What they mean is the same for all: see dialects/_reader.py."""

    id: Paths = ("id",)
    name: Paths = ()
    type: Paths = ()
    """Words, lists of words or maps of flags that say what the model is for."""
    context_window: Paths = ()
    max_output_tokens: Paths = ()
    input_price: Paths = ()
    output_price: Paths = ()
    cache_read_price: Paths = ()
    cache_write_price: Paths = ()
    price_kind: Paths = ()
    """What is paid for, where a provider sells more than tokens; other words than "token" void the prices."""
    input_modalities: Paths = ()
    output_modalities: Paths = ()
    image_input: Paths = ()
    audio_input: Paths = ()
    video_input: Paths = ()
    reasoning: Paths = ()
    tool_call: Paths = ()
    features: Paths = ()
    """Lists that name all a model can do: what such a list lacks, the model cannot."""
    tags: Paths = ()
    """Lists that praise: what they lack is unknown."""
    released: Paths = ()
    deprecated: Paths = ()


def same_row(row: Row) -> Row:
    """The row as it is."""
    return row


def no_reason(_row: Row) -> str | None:
    """Nothing is left out."""
    return None


def no_further(_rows: Sequence[Row], _provider: Provider, _url: str) -> tuple[Ask, ...]:
    """One list says all."""
    return ()


def rows_alone(rows: Sequence[Row], _answers: Sequence[Any]) -> Sequence[Row]:
    """Nothing to join."""
    return rows


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of provider is asked and read. A module of dialects/ ends in DIALECT = Dialect(…)."""

    name: str
    version: int
    """Raised whenever the same answer would now be read differently: stored ETags are then not sent."""
    fields: Fields
    page: Callable[[Any, str], Page]
    """Takes one parsed JSON answer and its URL apart. Raises NotAListError."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Headers the dialect needs besides the key, such as anthropic-version."""
    plain: Callable[[Row], Row] = same_row
    """The row with its oddities turned into what `fields` can name; the original is left alone."""
    leaves_out: Callable[[Row], str | None] = no_reason
    """Why a row is not offered to this person ("not ready at the provider"); None: it is."""
    further: Callable[[Sequence[Row], Provider, str], tuple[Ask, ...]] = no_further
    """What else to ask once the list (whose URL is given) is complete."""
    joined: Callable[[Sequence[Row], Sequence[Any]], Sequence[Row]] = rows_alone
    """The rows with the answers to `further`, in its order: rows for a list, else the JSON; None where it
    could not be had."""
