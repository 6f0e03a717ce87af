"""`modelcat stats`: what is stored, and how the last run went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import state, workspace
from modelcat.catalog import NO_COST
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcat.catalog import Catalog, Listing, Model
    from modelcat.settings import Settings

KNOWN = ("context window", "output limit", "prices", "modalities", "release date")
"""The facts that are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One provider's listing in numbers."""

    provider: str
    origin: str
    models: int
    known: Mapping[str, int]
    """Of how many models a fact is known, by KNOWN."""


@dataclass(frozen=True, slots=True)
class StatsResult:
    """Counts from storage, and the last run's own account of itself."""

    rows: tuple[Row, ...]
    modes: Mapping[str, int]
    sources: Mapping[str, int]
    """Facts that are not the provider's own word, by where they are from."""
    syncs: int
    """Sync tags."""
    bytes: int
    """What the managed repository takes on disk."""
    outcomes: Mapping[str, int]
    """Providers by what came of the last question to them: fetched, skipped, failed."""
    last_run: Mapping[str, Any] | None
    """summary_stats.json, as the last sync wrote it."""

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    @property
    def models(self) -> int:
        """All models."""
        return sum(row.models for row in self.rows)

    def known(self) -> dict[str, int]:
        """Of how many models a fact is known."""
        return {fact: sum(row.known[fact] for row in self.rows) for fact in KNOWN}

    def as_json(self) -> dict[str, Any]:
        """{"models", "modes": {mode: n}, "known": {fact: n}, "sources": {source: facts}, "syncs", "bytes",
        "providers": [{"provider", "origin", "models", "known": {fact: n}}],
        "outcomes": {outcome: providers}, "last_run": {…} or null}.

        `outcomes` count what came of the last question to each provider on this machine; `last_run` is what
        the last sync said of itself.
        """
        return {
            "models": self.models,
            "modes": dict(self.modes),
            "known": self.known(),
            "sources": dict(self.sources),
            "syncs": self.syncs,
            "bytes": self.bytes,
            "providers": [
                {
                    "provider": row.provider,
                    "origin": row.origin,
                    "models": row.models,
                    "known": dict(row.known),
                }
                for row in self.rows
            ],
            "outcomes": dict(self.outcomes),
            "last_run": self.last_run,
        }


def run(settings: Settings) -> StatsResult:
    """Count what is stored."""
    repo = workspace.repo(settings)
    catalog = workspace.catalog(settings)
    memory = state.load(settings.extra)
    return StatsResult(
        rows=tuple(_row(item) for item in catalog.listings),
        modes=dict(Counter(model.mode for model in _models(catalog)).most_common()),
        sources=dict(
            Counter(source for model in _models(catalog) for _, source in model.sources).most_common()
        ),
        syncs=len(repo.tags("sync/")),
        bytes=sum(path.stat().st_size for path in settings.catalog.rglob("*") if path.is_file()),
        outcomes=dict(Counter(row.outcome for row in memory.providers.values() if row.outcome).most_common()),
        last_run=state.last_run(settings.extra),
    )


def _models(catalog: Catalog) -> Iterable[Model]:
    return (model for item in catalog.listings for model in item.models)


def _row(listing: Listing) -> Row:
    models = listing.models
    known = {
        "context window": sum(model.context_window is not None for model in models),
        "output limit": sum(model.max_output_tokens is not None for model in models),
        "prices": sum(model.cost != NO_COST for model in models),
        "modalities": sum(bool(model.input_modalities) for model in models),
        "release date": sum(model.released is not None for model in models),
    }
    return Row(listing.provider, listing.origin, len(models), known)
