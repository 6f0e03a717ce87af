"""`modelcat status`: the last sync, the providers, what is pending, what is held, the last backup."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelcat import planning, state, workspace
from modelcat.catalog import snapshot_day
from modelcat.errors import ExitCode
from modelcat.planning import decision_json
from modelcat.repo.private import PrivateRepo
from modelcat.tally import Tally, by_provider, total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.merge import Decision
    from modelcat.plan import FilePlan
    from modelcat.planning import Planned
    from modelcat.repo.objects import Tag
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class StatusResult:
    """One screen."""

    last_sync: str | None
    """UTC, as 2026-11-24T14:30:00Z; None: never."""
    origins: Mapping[str, int]
    """fetched, stale, embedded -> how many listings."""
    models: int
    failed: Mapping[str, str]
    """Provider -> why it could not be asked the last time."""
    snapshot: str | None
    """Date of the oldest facts that a listing of the embedded snapshot stands on, if one does."""
    planned: Planned
    held: tuple[tuple[FilePlan, Decision], ...]
    backups: tuple[Tag, ...]
    """Newest first."""
    unfinished: bool
    """A killed run has left something that the next apply or restore brings to an end."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """Tool -> what is pending."""

    @property
    def exit_code(self) -> ExitCode:
        """3 if a config of the person's cannot be read; else fine, whatever is pending."""
        return ExitCode.ERROR if self.planned.plan.errors else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """The screen as data.

        {"last_sync", "models", "listings": {"fetched", "stale", "embedded"}, "failed": {provider: reason},
        "snapshot", "tools": {tool: counts as in diff}, "errors": […], "held": [decision as in diff, with
        "tool"], "backups": number, "last_backup": tag or null, "unfinished": bool}.
        """
        return {
            "last_sync": self.last_sync,
            "models": self.models,
            "listings": dict(self.origins),
            "failed": dict(self.failed),
            "snapshot": self.snapshot,
            "tools": {tool: tally.as_json() for tool, tally in self.tallies.items()},
            "errors": [str(error) for error in self.planned.plan.errors],
            "held": [{"tool": file.tool, **decision_json(decision, file)} for file, decision in self.held],
            "backups": len(self.backups),
            "last_backup": self.backups[0].name if self.backups else None,
            "unfinished": self.unfinished,
        }


def run(settings: Settings) -> StatusResult:
    """Look; nothing is written and nobody is asked. Raises what makes the catalog or settings unreadable."""
    memory = state.load(settings.extra)
    catalog = workspace.catalog(settings)
    origins = Counter(listing.origin for listing in catalog.listings)
    planned = planning.make(settings, verified=False)
    return StatusResult(
        last_sync=memory.last_sync,
        origins={origin: origins.get(origin, 0) for origin in ("fetched", "stale", "embedded")},
        models=sum(len(listing.models) for listing in catalog.listings),
        failed={
            name: row.reason or "it failed"
            for name, row in sorted(memory.providers.items())
            if row.outcome == "failed"
        },
        snapshot=snapshot_day(item.as_of for item in catalog.listings if item.origin == "embedded"),
        planned=planned,
        held=tuple((file, d) for file in planned.plan.files for d in file.decisions if d.held),
        backups=tuple(PrivateRepo(settings.private).tags()),
        unfinished=(settings.home / "journal.json").exists(),
        tallies={
            tool.tool: total(tally for file in tool.files for tally in by_provider(file).values())
            for tool in planned.plan.tools
        },
    )
