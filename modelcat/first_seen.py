"""When models that nobody dates were first seen: the day of the commit in which they came into a listing.

What stood in the first commit of a listing, or in the first that a provider really gave, may be of any age
and has no day. Git is asked only for providers that somebody wants to know this of; what it said is kept in
models/extra with the commit it speaks of, so that the next time only what came since is read. That is a
saving and nothing else: without it the answer is the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcat import state
from modelcat.catalog import FIRST_FETCHED, line_ids, listing_path
from modelcat.repo.catalog import CatalogRepo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcat.repo.history import LineChange
    from modelcat.settings import Settings

Days = dict[str, dict[str, str]]
"""Provider -> id -> YYYY-MM-DD; "" for a model without a day that has left the listing meanwhile."""


@dataclass(slots=True)
class History:
    """What the history of the stored catalog says; reads it at most once a provider."""

    settings: Settings
    _commit: str | None = None
    _days: Days = field(default_factory=dict)

    def __call__(self, providers: frozenset[str]) -> Mapping[str, Mapping[str, str]]:
        """The days of the models of `providers`. Raises RepoError where git cannot be asked."""
        repo = CatalogRepo(self.settings.catalog)
        head = repo.head() if (repo.folder / ".git" / "HEAD").exists() else None
        if head is None:
            return {}
        if head != self._commit:
            self._catch_up(repo, head)
        new = providers - self._days.keys()
        if new:
            read_on(self._days, new, repo.edits(sorted(map(listing_path, new))) or ())
            with suppress(OSError):  # a folder that may not be written costs time only
                state.save_first_seen(self.settings.extra, head, self._days)
        return {name: self._days[name] for name in providers}

    def _catch_up(self, repo: CatalogRepo, head: str) -> None:
        """Bring what is kept up to the commit `head`, if it speaks of one before."""
        self._commit, self._days = head, {}
        kept = state.load_first_seen(self.settings.extra)
        if kept is None:
            return
        commit, days = kept
        if commit != head:
            news = repo.edits(sorted(map(listing_path, days)), commit)
            if news is None:
                return
            read_on(days, days.keys(), news)
            with suppress(OSError):
                state.save_first_seen(self.settings.extra, head, days)
        self._days = days


def read_on(days: Days, providers: Iterable[str], changes: Iterable[LineChange]) -> None:
    """Add to `days` what `changes` (newest first) say of `providers`."""
    for name in providers:
        days.setdefault(name, {})
    for item in reversed(list(changes)):
        row = days[item.path.rpartition("/")[2].removesuffix(".json")]
        before, after = line_ids(item.removed), line_ids(item.added)
        for model in before - after:
            row.setdefault(model, "")
        if FIRST_FETCHED not in item.added:
            day = datetime.fromtimestamp(item.when, UTC).strftime("%Y-%m-%d")
            for model in after - before:
                row[model] = min(day, row.get(model, day))
