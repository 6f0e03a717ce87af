"""`modelcat clean`: leftovers, generated configs, old backups, or the whole catalog."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import state, tools, transaction
from modelcat.errors import ExitCode, StorageError, UsageError
from modelcat.render import folder_of
from modelcat.repo.catalog import PERSONAL, CatalogRepo
from modelcat.repo.private import PrivateRepo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelcat.settings import Settings

KEEP = 20
"""Backups that stay where nobody says how many."""


@dataclass(frozen=True, slots=True)
class CleanResult:
    """What went. Sizes in bytes; None: was not asked for."""

    leftovers: int | None = None
    """Temporary files removed."""
    freed: int = 0
    """Bytes that the managed folder is smaller by."""
    configs: int | None = None
    """Generated config files removed from the managed folder."""
    backups: int | None = None
    everything: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"leftovers", "configs", "backups": counts or null, "everything": bool, "freed": bytes}."""
        return {
            "leftovers": self.leftovers,
            "configs": self.configs,
            "backups": self.backups,
            "everything": self.everything,
            "freed": self.freed,
        }


def run(
    settings: Settings,
    *,
    temp: bool = False,
    configs: bool = False,
    backups: bool = False,
    keep: int | None = None,
    everything: bool = False,
) -> CleanResult:
    """Remove what is asked for; with nothing asked, leftovers.

    `everything` removes the catalog with its history and leaves backups and what the person wrote
    (modelcat.toml, providers.toml). Raises UsageError where `keep` has nothing to count.
    """
    if keep is not None and not backups:
        raise UsageError("--keep says how many backups stay and goes with --backups")
    temp = temp or not (configs or backups or everything)
    before = _size(settings.home)
    # An unfinished write is ended by this, so what is temporary below is nobody's.
    with transaction.begun(settings, "clean"):
        removed_configs = _configs(settings) if configs and not everything else None
        if everything:
            _everything(settings.catalog)
        removed = _leftovers(settings) + _tidied(settings) if temp else None
        pruned = PrivateRepo(settings.private).prune(KEEP if keep is None else keep) if backups else None
    return CleanResult(removed, max(0, before - _size(settings.home)), removed_configs, pruned, everything)


def _configs(settings: Settings) -> int:
    repo = CatalogRepo.open(settings.catalog)
    there = [path for name in tools.names() for path in repo.read_all(folder_of(name))]
    repo.commit(dict.fromkeys(there), f"clean: {len(there)} generated configs")
    return len(there)


def _everything(catalog: Path) -> None:
    """Empty the catalog's folder but for what the person wrote."""
    try:
        for entry in catalog.iterdir() if catalog.is_dir() else ():
            if entry.name in PERSONAL:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as error:
        raise StorageError(f"{error.filename}: could not be removed: {error.strerror}") from error


def _leftovers(settings: Settings) -> int:
    count = 0
    for path in _temporary(settings):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{path}: could not be removed: {error.strerror}") from error
        count += 1
    return count


def _temporary(settings: Settings) -> Iterator[Path]:
    """Files that a killed run may have left, in the managed folder and beside the tools' configs.

    Those of the catalog are gone by now: every command that changes it begins with that.
    """
    yield from state.leftovers(settings.extra)
    yield from settings.home.glob("journal.json.new")
    for name in tools.names():
        folder = settings.tool_path(tools.load(name)).parent
        yield from folder.glob(".*.modelcat-????????")


def _tidied(settings: Settings) -> int:
    made = (settings.catalog / ".git").is_dir()
    left = CatalogRepo.open(settings.catalog).tidy() if made else 0
    return left + PrivateRepo(settings.private).tidy()


def _size(folder: Path) -> int:
    return sum(
        os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118
        for root, _, names in os.walk(folder)
        for name in names
    )
