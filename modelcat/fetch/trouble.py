"""What may come of a request instead of a page; course.py makes an outcome of it. Nothing here gets out."""

from __future__ import annotations

from modelcat.errors import FetchError


class Trouble(Exception):  # noqa: N818  never seen outside; becomes an outcome
    """A request that gave no page: what to say, and what may still be tried."""

    def __init__(
        self,
        reason: str,
        kind: type[FetchError] = FetchError,
        *,
        status: int = 0,
        again: bool = False,
        network: bool = False,
        wait: float | None = None,
        elsewhere: bool = False,
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.status = status
        self.again = again
        self.network = network
        self.wait = wait
        self.elsewhere = elsewhere
        """The list may be at one of the registry's fallbacks."""


class NeedsKeyError(Exception):
    """401 or 403 to a question without a key: to be skipped, with this reason."""


class UseKeyError(Exception):
    """401 or 403 to a question that was asked without the key although there is one: ask again with it."""


class NotModified(Exception):  # noqa: N818  no error at all
    """304: the stored answer still holds."""
