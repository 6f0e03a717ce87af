"""Changing the person's files: what `apply` and `restore` have in common.

The order is the promise: lock, finish what a killed run left, keep the files as they are under a tag, write
all or none, and only then record what was written. Which bytes are written is not decided here.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcat import files, folders, told, tools
from modelcat.repo.catalog import CatalogRepo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from modelcat.files import Recovery, Write
    from modelcat.repo.private import PrivateRepo
    from modelcat.settings import Settings

_JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class Change:
    """A file of a tool and what it shall be; `name` as in live.py."""

    tool: str
    name: str | None
    write: Write


@contextmanager
def begun(settings: Settings, what: str) -> Iterator[Recovery]:
    """Hold the lock for the command `what`, with everything an earlier run left unfinished brought to an end.

    Gives what was found of the person's files; whoever listens (told.py) has heard it by then. StorageError
    if another modelcat is at work, saying which.
    """
    with files.locked(settings.home, what):
        recovery = files.recover(settings.home / _JOURNAL, lambda refs: _private(settings).set_refs(refs))
        CatalogRepo(settings.catalog).settle()
        if recovery != files.Recovery():
            told.recovered.get()(recovery)
        yield recovery


def write(
    settings: Settings,
    changes: Sequence[Change],
    bases: Mapping[str, str],
    kind: str,
    watch: Callable[[str], None] = lambda _: None,
) -> str | None:
    """Back up the files of all tools concerned, carry out `changes`, record `bases`; inside `begun`.

    `bases` is tool -> object id (`PrivateRepo.write_bases`; "" forgets it). Gives the backup's tag, None if
    no file had to change: the bases are recorded all the same. Folders that an earlier write made go with
    the last file in them. Raises StaleFileError and StorageError, as files.write_all does.
    """
    private = _private(settings)
    needed = [item for item in changes if files.differs(item.write)]
    tag = keep(settings, sorted({change.tool for change in needed}), kind, changes) if needed else None
    writes = [change.write for change in needed]
    journal = settings.home / _JOURNAL
    made = files.write_all(writes, journal, refs=bases, finish=private.set_refs, watch=watch)
    folders.note(settings, made)
    folders.take_away(settings, [item.snapshot.path for item in writes if item.after is None])
    return tag


def keep(settings: Settings, names: Sequence[str], kind: str, changes: Sequence[Change] = ()) -> str:
    """Back up the files of the tools `names` as they are now; gives the tag. Inside `begun`.

    Files that `changes` are about are kept as their snapshots say, whether a base knows them or not.
    """
    from modelcat import live

    private = _private(settings)
    bases = private.bases(names)
    kept = []
    for name in names:
        taken = [(change.name, change.write.snapshot) for change in changes if change.tool == name]
        kept += live.backup_files(settings, tools.load(name), bases.get(name), taken)
    return private.backup(kept, now(), kind)


def now() -> str:
    """The time as it stands in tags: UTC, 2026-11-24T14-30-00Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")


def _private(settings: Settings) -> PrivateRepo:
    from modelcat.repo.private import PrivateRepo  # most of those who take the lock change no file

    return PrivateRepo(settings.private)
