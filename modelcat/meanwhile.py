"""What a sync does before the last provider has answered.

While all are waited for it loads what the rest of the sync will need; each answer it reads as soon as that
is there, so that its JSON, which takes the most room of all, is not kept. When there is time for a step is
seen in fetch/loop.py; what an answer says in refresh.py.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from modelcat import tools, workspace
from modelcat.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.fetch import Fetched
    from modelcat.refresh import Answer
    from modelcat.registry import Registry
    from modelcat.state import State


class Reading:
    """The answers of one sync, read as they come: `answers`, by provider."""

    def __init__(self, registry: Registry, memory: State) -> None:
        self.answers: dict[str, Answer] = {}
        self._registry = registry
        self._memory = memory

    def taken(self, found: Fetched) -> Fetched:
        """What is to be kept of an answer: of news only what was read, which is in `answers`."""
        provider, known = self._registry.get(found.provider), self._memory.providers.get(found.provider)
        # Most answers are those of the last time, and need not be read.
        if provider.kind == "data" or not found.rows or (known and known.answer == found.body_hash):
            return found
        from modelcat import refresh

        self.answers[provider.id] = refresh.read(provider, found.rows)
        return replace(found, rows=(), answers=())


def loading() -> Iterator[None]:
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
