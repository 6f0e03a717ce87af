"""`modelcat apply`: back up, then write the plan; the base is recorded once the files are in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import memory, planning, transaction
from modelcat.errors import ExitCode
from modelcat.files import Write
from modelcat.plan import Wishes
from modelcat.repo.private import PrivateRepo
from modelcat.transaction import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.merge import Side
    from modelcat.plan import FilePlan
    from modelcat.planning import Planned
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """The plan and what became of it."""

    planned: Planned
    written: tuple[FilePlan, ...] = ()
    backup: str | None = None
    """The tag of the files as they were before; None: nothing had to be written."""
    dry: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """3 if a file cannot be planned (then nothing is written); 1 if there are new conflicts."""
        if self.planned.plan.errors:
            return ExitCode.ERROR
        return ExitCode.NO if self.planned.plan.conflicts else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """As `planning.Planned.as_json`, with "backup": tag or null, "written": [path], "dry_run": bool."""
        written = [file.path for file in self.written]
        return {**self.planned.as_json(), "backup": self.backup, "written": written, "dry_run": self.dry}


def run(
    settings: Settings,
    *,
    tools: tuple[str, ...] = (),
    prefer: Side | None = None,
    adopt: frozenset[str] = frozenset(),
    dry_run: bool = False,
    watch: Callable[[str], None] = lambda _: None,
) -> ApplyResult:
    """Merge into the configs of `tools`, else of every tool on this machine.

    `prefer` settles what is held, `adopt` names providers whose entries the person wrote and modelcat may
    complete. Nothing is written if one file cannot be planned. `watch` is told every step of the writing.
    Raises UsageError, RegistryError, StaleFileError, StorageError.
    """
    wishes = Wishes(prefer, adopt)
    if dry_run:
        return ApplyResult(planning.make(settings, tools, wishes), dry=True)
    with transaction.begun(settings, "apply"):
        planned = planning.make(settings, tools, wishes)
        if planned.plan.errors:
            return ApplyResult(planned)
        written = tuple(file for file in planned.plan.files if file.changes)
        changes = [
            Change(
                file.tool,
                file.name,
                Write(planned.snapshots[file.tool, file.name], file.after, tool=file.tool),
            )
            for file in written
        ]
        tag = transaction.write(settings, changes, _bases(settings, planned), "apply", watch)
    return ApplyResult(planned, written, tag)


def _bases(settings: Settings, planned: Planned) -> dict[str, str]:
    """Tool -> object id of what is to be remembered, where that is news."""
    news = {}
    for tool in planned.plan.tools:
        row = memory.to_json(tool.memory)
        if row["files"] and row != planned.applied.get(tool.tool):
            news[tool.tool] = row
    return PrivateRepo(settings.private).write_bases(news)
