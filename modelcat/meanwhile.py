"""What a sync does while it waits for the providers that have not answered yet.

It loads what the rest of the sync will need, then reads the answers that are there, one at a time: so little
is left to do after the last one. When there is time for a step is seen in fetch/loop.py; what an answer says
in refresh.py.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from modelcat import tools
from modelcat.fetch import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.fetch import Step
    from modelcat.refresh import Answer
    from modelcat.registry import Registry
    from modelcat.state import State


class Meanwhile:
    """The steps of one sync; `answers` grows by what was read, by provider."""

    def __init__(
        self, registry: Registry, memory: State, progress: Callable[[Step], None] | None = None
    ) -> None:
        self.answers: dict[str, Answer] = {}
        self._registry = registry
        self._memory = memory
        self._progress = progress or (lambda _: None)
        self._arrived: deque[Fetched] = deque()

    def heard(self, step: Step) -> None:
        """To be told of everything that happens while the providers are asked; tells `progress` in turn."""
        self._progress(step)
        if isinstance(step.outcome, Fetched):
            self._arrived.append(step.outcome)

    def steps(self) -> Iterator[bool]:
        """A step at each turn, without end; false where there is nothing to do now."""
        for _ in _loaded():
            yield True
        while True:
            news = self._next()
            if news is not None:
                self._read(news)
            yield news is not None

    def _next(self) -> Fetched | None:
        """An answer that has news, as most have not."""
        while self._arrived:
            outcome = self._arrived.popleft()
            known = self._memory.providers.get(outcome.provider)
            if outcome.rows is not None and (known is None or known.answer != outcome.body_hash):
                return outcome
        return None

    def _read(self, outcome: Fetched) -> None:
        from modelcat import refresh

        provider = self._registry.get(outcome.provider)
        if provider.kind == "provider" and outcome.rows is not None:
            self.answers[provider.id] = refresh.read(provider, outcome.rows)


def _loaded() -> Iterator[None]:
    """Import what news needs, a few milliseconds at a time."""
    from modelcat import update  # noqa: F401

    yield
    from modelcat.documents import plain  # noqa: F401

    yield
    from modelcat import checkup  # noqa: F401

    yield
    from modelcat.rules import catalog, common  # noqa: F401

    yield
    for name in tools.names():
        tools.load(name)
        yield
