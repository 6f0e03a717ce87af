"""The catalog's folder as files: what stands there, what was committed, putting new contents in place.

`Record` is what we know of the last commit without asking git: its id, and for each file the content's
object id with the size and time of the file that holds it, as git's own index has it. It lives in
.git/modelcat/ and is only ever an economy: where it is missing or another commit is checked out, git is
asked. `Pending` says that a commit was begun there, so that a run that was killed can be finished.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcat.errors import RepoError, StorageError
from modelcat.files.disk import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

UNKNOWN = (-1, -1)
"""The stamp of a file that has not been looked at."""
_TEMPORARY = ".modelcat-new"


@dataclass(frozen=True, slots=True)
class Record:
    """The files of commit `head`: path -> (object id, (time of change in ns, size in bytes))."""

    head: str
    files: Mapping[str, tuple[str, tuple[int, int]]]

    def blob(self, path: str) -> str | None:
        """The object id of a file's content, None if the commit has no such file."""
        found = self.files.get(path)
        return found and found[0]


def load_record(place: Path) -> Record | None:
    """The record written at `place`, None if there is none that can be read."""
    try:
        head, *lines = place.read_text(encoding="utf-8").splitlines()
        files = {}
        for line in lines:
            blob, changed, size, path = line.split(" ", 3)
            files[path] = (blob, (int(changed), int(size)))
    except (OSError, ValueError):
        return None
    return Record(head, files)


def save_record(place: Path, record: Record) -> None:
    """Write `record` to `place`, atomically."""
    lines = [record.head]
    lines += [f"{blob} {stamp[0]} {stamp[1]} {path}" for path, (blob, stamp) in record.files.items()]
    write(place, "\n".join(lines).encode())


@dataclass(frozen=True, slots=True)
class Pending:
    """A commit that was begun: on what, under which tag, and the paths it writes or removes."""

    parent: str | None
    tag: str | None
    paths: tuple[str, ...]


def load_pending(place: Path) -> Pending | None:
    """What `save_pending` wrote, None if nothing is pending."""
    try:
        parent, tag, *paths = place.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return None
    except ValueError:
        return Pending(None, None, ())
    return Pending(parent or None, tag or None, tuple(paths))


def save_pending(place: Path, pending: Pending) -> None:
    """Note that `pending` is about to be done."""
    write(place, "\n".join((pending.parent or "", pending.tag or "", *pending.paths)).encode())


def blob_id(data: bytes, like: str) -> str:
    """Git's object id of a file's content, in the hash that the id `like` is of."""
    kind = "sha1" if len(like) == 40 else "sha256"
    hasher = hashlib.new(kind, b"blob %d\0" % len(data), usedforsecurity=False)
    hasher.update(data)
    return hasher.hexdigest()


def stamp(path: Path) -> tuple[int, int] | None:
    """The time of change and size of a regular file; None for everything else."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (found.st_mtime_ns, found.st_size) if _is_regular(found.st_mode) else None


def _is_regular(mode: int) -> bool:
    return mode & 0o170000 == 0o100000


def content(path: Path) -> bytes | None:
    """The bytes of a regular file, None if there is none (a symlink is none: we never write through one)."""
    if stamp(path) is None:
        return None
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


class Staged:
    """New contents beside the files they will replace: `put` them all, then `take` them all.

    Leaving the block (an error, ^C) removes the temporaries that were not taken. Those of a run that was
    killed are found by `leftovers`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checked: set[Path] = set()
        self._staged: set[Path] = set()

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        for place in self._staged:
            with suppress(OSError):
                place.unlink()

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write each content to a temporary file, 0600, making folders 0700. StorageError, RepoError."""
        try:
            for path, data in contents.items():
                place = self._folder / path
                self._prepare(place.parent)
                staged = temporary(place)
                self._staged.add(staged)
                _write_private(staged, data)
        except OSError as error:
            raise disk_error(error, self._folder) from error

    def take(self, paths: Iterable[str]) -> None:
        """Rename the temporary file of each path, which has been put, over its own. StorageError."""
        try:
            for path in paths:
                place = self._folder / path
                staged = temporary(place)
                staged.replace(place)
                self._staged.remove(staged)
        except OSError as error:
            raise disk_error(error, self._folder) from error

    def _prepare(self, parent: Path) -> None:
        if parent in self._checked:
            return
        make_folder(parent)
        inside = self._folder.resolve() / parent.relative_to(self._folder)
        if parent.resolve() != inside:
            raise RepoError(
                f"{parent}: leads out of the managed folder by a symlink; remove it and run again"
            )
        self._checked.add(parent)


def temporary(place: Path) -> Path:
    """Where the new content of `place` is staged. One name a file: only the holder of the lock writes."""
    return place.with_name(f".{place.name}{_TEMPORARY}")


def leftovers(folder: Path) -> list[Path]:
    """The temporaries that a killed run has left where a commit writes. Needs the lock."""
    name = f".*{_TEMPORARY}"
    places = (f"catalog/{name}", f"config/*/{name}", f".git/modelcat/{name}")
    return [path for place in places for path in folder.glob(place)]


def write(place: Path, data: bytes) -> None:
    """Write one file atomically, 0600."""
    staged = temporary(place)
    try:
        _write_private(staged, data)
        staged.replace(place)
    except OSError as error:
        raise disk_error(error, place) from error
    finally:
        # Gone already where all went well.
        with suppress(OSError):
            staged.unlink()


def remove(folder: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are empty then."""
    for path in paths:
        place = folder / path
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()
        with suppress(OSError):
            for parent in place.relative_to(folder).parents[:-1]:
                (folder / parent).rmdir()


def disk_error(error: OSError, place: Path) -> StorageError:
    """The exception for what the disk refused."""
    where = error.filename or place
    return StorageError(f"{where}: {error.strerror or error}; free or mend the disk and run it again")


def _write_private(place: Path, data: bytes) -> None:
    descriptor = _new_file(place)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    finally:
        os.close(descriptor)


def _new_file(place: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with suppress(FileExistsError):
        return os.open(place, flags, 0o600)
    # A namesake from a killed run may be read-only or a symlink: never write into it.
    place.unlink()
    return os.open(place, flags, 0o600)
