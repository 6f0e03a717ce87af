"""Which files on this machine belong to a tool: its main config, and those modelcat wrote beside it.

Where the main config is stands in settings.py, what may stand beside it in tools/ (Target.live_name). The
names of files written so far are the keys of "files" in the tool's base.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from modelcat import files
from modelcat.repo.private import BackupFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from modelcat.files import Snapshot
    from modelcat.settings import Settings
    from modelcat.tool import Tool


def place(settings: Settings, tool: Tool, name: str | None) -> Path:
    """Where a tool's file is; `name` is its path from the main config's folder, None the main config.

    ValueError for a name that leads elsewhere.
    """
    main = settings.tool_path(tool)
    if name is None or name == tool.main:
        return main
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        raise ValueError(f"not the name of a file beside {main}: {name!r}")
    return main.parent.joinpath(*parts)


def names(tool: Tool, base: Any) -> tuple[str | None, ...]:
    """The names of a tool's files: None for the main config, then those that `base` knows, sorted."""
    known = base.get("files", {}) if isinstance(base, dict) else {}
    return (None, *sorted(name for name in known if name != tool.main))


def backup_files(
    settings: Settings, tool: Tool, base: Any, taken: Iterable[tuple[str | None, Snapshot]] = ()
) -> list[BackupFile]:
    """A tool's files as they are now, for the backup.

    `taken` are snapshots made already, by name: they are kept as they were taken, also those that `base` does
    not know yet. StorageError if a file cannot be read.
    """
    shots = {None if name == tool.main else name: shot for name, shot in taken}
    for name in names(tool, base):
        if name not in shots:
            shots[name] = files.read(place(settings, tool, name))
    return [_kept(tool, name, shot) for name, shot in sorted(shots.items(), key=lambda item: item[0] or "")]


def _kept(tool: Tool, name: str | None, shot: Snapshot) -> BackupFile:
    return BackupFile(tool.name, name, str(shot.path), shot.existed, shot.data, shot.mode, shot.link)
