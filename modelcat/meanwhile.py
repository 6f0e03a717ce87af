"""What a sync does while it waits for the providers that have not answered yet.

It loads what the rest of the sync will need, then reads the answers that are there, one at a time: so little
is left to do after the last one. When there is time for a step is seen in fetch/loop.py; what an answer says
in refresh.py.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from modelcat import tools, workspace
from modelcat.errors import StorageError
from modelcat.fetch import Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelcat.catalog import Provider
    from modelcat.dialect import Row
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
        self._news: deque[tuple[Provider, Sequence[Row]]] = deque()

    def heard(self, step: Step) -> None:
        """To be told of everything that happens while the providers are asked; tells `progress` in turn."""
        self._progress(step)
        outcome = step.outcome
        if not isinstance(outcome, Fetched) or outcome.rows is None:
            return
        provider, known = self._registry.get(outcome.provider), self._memory.providers.get(outcome.provider)
        # Most answers are those of the last time, and need not be read.
        if provider.kind == "provider" and (known is None or known.answer != outcome.body_hash):
            self._news.append((provider, outcome.rows))

    def steps(self) -> Iterator[bool]:
        """A step at each turn, without end; false where there is nothing to do now."""
        for _ in _loaded():
            yield True
        from modelcat import refresh

        while True:
            there = bool(self._news)
            if there:
                provider, rows = self._news.popleft()
                self.answers[provider.id] = refresh.read(provider, rows)
            yield there


def _loaded() -> Iterator[None]:
    """Import what news needs, a few milliseconds at a time."""
    from modelcat import update  # noqa: F401

    yield
    from modelcat.documents import plain  # noqa: F401

    yield
    from modelcat import checkup  # noqa: F401

    yield
    # Nearly every list has a model whose name says more than its provider does.
    with suppress(StorageError):  # whoever needs them tells of it
        workspace.facts().member("names", "exact")
    yield
    from modelcat import rules

    for kind in rules.KINDS.values():
        tuple(rules.of(kind))
        yield
    for name in tools.names():
        tools.load(name)
        yield
