"""`modelcat diff`: what would change in the person's own configs. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import planning
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from modelcat.planning import Planned
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class DiffResult:
    """The plan."""

    planned: Planned
    exit_on_changes: bool

    @property
    def exit_code(self) -> ExitCode:
        """3 if a file cannot be planned; with `exit_on_changes` 1 if something would change or conflicts."""
        if self.planned.plan.errors:
            return ExitCode.ERROR
        pending = self.planned.plan.changes or self.planned.plan.conflicts
        return ExitCode.NO if self.exit_on_changes and pending else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """As `planning.Planned.as_json` says."""
        return self.planned.as_json()


def run(settings: Settings, *, tools: tuple[str, ...] = (), exit_on_changes: bool = False) -> DiffResult:
    """Plan for `tools`, else for every tool on this machine.

    Raises UsageError for an unknown tool; what is wrong with a config of the person's is part of the result.
    """
    return DiffResult(planning.make(settings, tools, verified=False), exit_on_changes)
