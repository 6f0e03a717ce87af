"""When to try again, and whether there is a network at all."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_PAUSE = 8.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""


def pause(attempt: int, backoff: float, asked: float | None) -> float:
    """Seconds to wait after the `attempt`-th try (from 1) failed; `asked`: what Retry-After says."""
    if asked is not None:
        # Those who were told the same second must not all come back in it.
        return asked + random.random() * min(backoff, 0.25)  # noqa: S311  no secret
    longest: float = min(backoff * 2 ** (attempt - 1), _LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311  no secret


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date to wait for. None: nothing usable.

    `date` is the answer's own Date header: both are of the provider's clock, and ours may be far off.
    """
    if value is None:
        return None
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        when = _moment(value)
        if when is None:
            return None
        seconds = (when - (_moment(date or "") or datetime.now(UTC))).total_seconds()
    # Written as a comparison that NaN fails.
    return max(seconds, 0.0) if seconds < 10**9 else None


def _moment(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


class Reach:
    """Whether anybody can be reached, shared by all questions of one fetch.

    While nobody has answered, whoever could not connect waits: for somebody's answer, then trying again makes
    sense; or for everybody to be as badly off, then there is no network and nothing is tried again.
    """

    def __init__(self, asked: int) -> None:
        self._open = asked
        self._stuck = 0
        self._answered = False
        self._decided = asyncio.Event()

    def answered(self) -> None:
        """Somebody gave an HTTP answer, whatever it was."""
        self._answered = True
        self._decided.set()

    def finished(self) -> None:
        """A question has its outcome."""
        self._open -= 1
        self._settle()

    async def worth_it(self) -> bool:
        """Wait until it is known whether a second try at a connection makes sense."""
        self._stuck += 1
        self._settle()
        try:
            await self._decided.wait()
        finally:
            self._stuck -= 1
        return self._answered

    def _settle(self) -> None:
        if self._stuck and self._stuck >= self._open:
            self._decided.set()
