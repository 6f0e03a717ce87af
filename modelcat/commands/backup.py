"""`modelcat backup`: keep the person's configs as they are now, under a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import tools as all_tools
from modelcat import transaction
from modelcat.errors import ExitCode
from modelcat.repo.private import PrivateRepo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcat.repo.private import Kept
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class BackupResult:
    """The tag and what is under it. `tag` None: there was no tool to keep anything of."""

    tag: str | None
    files: tuple[Kept, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Always fine: having nothing to keep is no failure."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"tag": str or null, "files": [{"tool", "path", "existed", "mode": "0644" or null, "link"}]}."""
        return {"tag": self.tag, "files": [kept_json(file) for file in self.files]}


def kept_json(file: Kept) -> dict[str, Any]:
    """A file of a backup: {"tool", "path", "existed", "mode", "link"}."""
    mode = None if file.mode is None else f"{file.mode:04o}"
    return {
        "tool": file.tool,
        "path": file.path,
        "existed": file.existed,
        "mode": mode,
        "link": file.link,
    }


def run(settings: Settings, *, tools: Iterable[str] = ()) -> BackupResult:
    """Back up the files of `tools`, else of every tool that is on this machine.

    Raises UsageError for an unknown tool, StorageError if a file cannot be read.
    """
    wanted = [all_tools.load(name) for name in dict.fromkeys(tools)]
    if not wanted:
        known = [all_tools.load(name) for name in all_tools.names()]
        wanted = [tool for tool in known if settings.tool_present(tool)]
    if not wanted:
        return BackupResult(None)
    with transaction.begun(settings, "backup"):
        tag = transaction.keep(settings, [tool.name for tool in wanted], "backup")
    files = PrivateRepo(settings.private).manifest(tag).files
    return BackupResult(tag, files)
