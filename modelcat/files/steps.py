"""What is to be written, taken apart into replacements of single directory entries."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat.errors import StorageError
from modelcat.files.disk import ABSENT, NEW_MODE, file_print, link_print, mode_in
from modelcat.files.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.files.reading import Snapshot


@dataclass(frozen=True, slots=True)
class Write:
    """A file and what it shall be."""

    snapshot: Snapshot
    after: bytes | None
    """The new bytes; None: the file goes (a symlink goes, what it points to stays)."""
    mode: int | None = None
    """Permission bits; None: as they were, 0600 for a new file."""
    tool: str = ""
    """Whose file it is: if it cannot be written in the end, this tool's reference is not moved."""
    exact: bool = False
    """Restore `link` too: afterwards `path` is a symlink that says `link`, or is none if that is None."""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One replacement of a directory entry. `before` and `after` are fingerprints."""

    place: Path
    before: str
    after: str
    staged: Path | None
    """The new content beside its place; None: the entry goes."""
    tool: str


def steps_of(writes: Iterable[Write]) -> tuple[list[Step], dict[Path, bytes]]:
    """The replacements that make `writes` true, and the new content of each place (of a link, its text)."""
    steps: list[Step] = []
    contents: dict[Path, bytes] = {}
    for write in writes:
        for place, before, after, content in _replacements(write):
            if before == after:
                continue
            if place in contents:
                raise StorageError(f"{place}: two configs are this one file; give each a file of its own")
            _ensure_writable(place, before)
            staged = None if after == ABSENT else _staged_name(place)
            steps.append(Step(place, before, after, staged, write.tool))
            contents[place] = content
    return steps, contents


def differs(write: Write) -> bool:
    """Whether `write` would change anything."""
    return any(before != after for _, before, after, _ in _replacements(write))


def missing_folders(steps: Iterable[Step]) -> list[Path]:
    """The folders that have to be made for `steps`, outermost first. Raises OSError."""
    missing: dict[Path, None] = {}
    for step in steps:
        parents = [parent for parent in step.place.parents if not parent.exists()]
        missing |= dict.fromkeys(reversed(parents))
    return list(missing)


def _replacements(write: Write) -> Iterator[tuple[Path, str, str, bytes]]:
    """(place, fingerprint before, fingerprint after, new content) of each entry `write` is about."""
    shot = write.snapshot
    entry = link_print(shot.link) if shot.link is not None else _snapshot_print(shot)
    if write.exact and write.link is not None:
        if shot.link != write.link:
            yield shot.path, entry, link_print(write.link), os.fsencode(write.link)
            shot = read(Path(os.path.realpath(shot.path.parent / write.link)))
        yield shot.real, _snapshot_print(shot), *_after(write, shot)
    elif write.exact or write.after is None:
        yield shot.path, entry, *_after(write, shot)
    else:
        yield shot.real, _snapshot_print(shot), *_after(write, shot)


def _after(write: Write, shot: Snapshot) -> tuple[str, bytes]:
    if write.after is None:
        return ABSENT, b""
    kept = shot.mode if shot.mode is not None else NEW_MODE
    mode = kept if write.mode is None else write.mode
    return file_print(mode, hashlib.sha256(write.after).hexdigest()), write.after


def _snapshot_print(shot: Snapshot) -> str:
    return file_print(shot.mode or 0, shot.digest) if shot.existed else ABSENT


def _staged_name(place: Path) -> Path:
    return place.with_name(f".{place.name[:200]}.modelcat-{os.urandom(4).hex()}")


def _ensure_writable(place: Path, before: str) -> None:
    # rename would replace it, and root may write anything: but who takes a file's write bits away means it.
    mode = mode_in(before)
    if mode is not None and not mode & 0o222:
        raise StorageError(f"{place}: is read-only; allow writing (`chmod u+w`) or leave this tool out")
