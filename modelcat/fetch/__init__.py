"""Asking all providers at once: questions in, one outcome for each out.

Retries, time limits, redirects, sizes and who is sent a key stand in this package and nowhere else: the
course of one provider in course.py, one request in wire.py, when to try again in patience.py, the words in
words.py. What an answer means is read by dialects/. httpx and asyncio are loaded by the first question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelcat.catalog import Provider
    from modelcat.dialect import Row
    from modelcat.errors import FetchError


@dataclass(frozen=True, slots=True)
class Question:
    """One provider, to be asked for its models."""

    provider: Provider
    url: str
    key: tuple[str, str] | None = field(default=None, repr=False)
    """(variable, key): the person's key and the variable it stands in. Sent to base_url's origin only."""
    etag: str | None = None
    """Of a stored answer that is still there and would be read the same way today; else None."""
    last_modified: str | None = None
    plain: bool = False
    """One GET of the list as it is: no further pages or lists, no fallbacks, nothing made of the answer."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A provider answered."""

    provider: str
    rows: tuple[Row, ...] | None = field(repr=False)
    """The models as its dialect found them; empty where they were taken as they came. None: 304, the stored
    answer still holds. Not in the repr, which asyncio makes of what a task returned when it ends: ten
    thousand rows take 70 ms to write out."""
    etag: str | None = None
    last_modified: str | None = None
    """Only where one answer of one page was the whole list."""
    pages: int = 1
    seconds: float = 0.0
    body_hash: str = ""
    """SHA-256 of the bodies in their order."""
    size: int = 0
    """Bytes of the bodies, decompressed."""
    answers: tuple[Any, ...] = field(default=(), repr=False)
    """The parsed JSON of each page."""
    notes: tuple[str, ...] = ()
    """What could not be had besides the list: a sentence each."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A provider that cannot be asked as things are; no failure."""

    provider: str
    reason: str
    """What to do about it: "needs a key: set GROQ_API_KEY"."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A provider was asked and gave no list."""

    provider: str
    error: FetchError
    """AuthenticationError, RateLimitError or FetchError; its text names the provider and says what to do."""
    retry_after: float | None = None
    """Seconds the provider asked to wait."""
    network: bool = False
    """No connection came about: the name did not resolve, or nobody answered there."""
    seconds: float = 0.0


Outcome = Fetched | Skipped | Failed


@dataclass(frozen=True, slots=True)
class Step:
    """How far a question has come, for a progress display."""

    provider: str
    event: Literal["started", "received", "page", "waiting", "done"]
    bytes: int = 0
    """Received so far, as sent (compressed)."""
    pages: int = 0
    seconds: float = 0.0
    """Of waiting before the next try."""
    outcome: Outcome | None = None
    """With "done"."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient and how trusting a fetch is. Times in seconds, sizes in bytes."""

    timeout: float = 30.0
    """For one provider in all."""
    connect_timeout: float = 5.0
    attempts: int = 4
    """At one request, the first included."""
    connects: int = 2
    """Attempts where no connection came about: a name that is gone does not come back in a second."""
    backoff: float = 0.5
    """Before the second attempt; doubled each time, up to eight seconds, and shortened at random."""
    size: int = 64 * 1024 * 1024
    """Of all answers of one provider, decompressed."""
    rows: int = 200_000
    pages: int = 50
    redirects: int = 5


def fetch_all(
    questions: Sequence[Question],
    *,
    max_concurrency: int = 64,
    timeout: float = 30.0,
    progress: Callable[[Step], None] | None = None,
    limits: Limits | None = None,
    meanwhile: Iterator[None] | None = None,
    taken: Callable[[Fetched], Fetched] | None = None,
) -> dict[str, Outcome]:
    """Ask all `questions` at once, `max_concurrency` at a time; the outcome of each by provider id.

    Never raises for what a provider or the network does. `timeout` is for one provider in all, counted from
    when it is its turn; where `limits` are given, theirs counts. KeyboardInterrupt ends it at once.

    A step of `meanwhile` is made whenever all wait. `taken` is told each answer once it is whole and gives
    what is to be kept of it. Neither may raise.
    """
    if not questions:
        return {}
    from modelcat.fetch.course import ask_all
    from modelcat.fetch.loop import run

    return run(
        ask_all(
            questions,
            max_concurrency,
            limits or Limits(timeout=timeout),
            progress or (lambda _step: None),
            taken or (lambda found: found),
        ),
        meanwhile or iter(()),
    )
