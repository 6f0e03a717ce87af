"""Reading a person's file: its bytes, and what has to come back when it is restored."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from modelcat.errors import StorageError
from modelcat.files.disk import link_text, refused


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file as it was when it was read, or the fact that there was none."""

    path: Path
    """As configured."""
    real: Path
    """Where its bytes are: `path` with every symlink followed, also one that leads nowhere."""
    existed: bool
    data: bytes
    mode: int | None
    """Permission bits; None if it did not exist."""
    link: str | None
    """What the symlink at `path` says; None if `path` is none."""
    digest: str
    """SHA-256 of `data`, "" if it did not exist."""


def read(path: Path) -> Snapshot:
    """The file at `path` as it is now. StorageError if it cannot be read or is no file."""
    try:
        link = link_text(path) if path.is_symlink() else None
        real = Path(os.path.realpath(path))
        if real.is_symlink():
            raise StorageError(f"{path}: a symlink that leads round in a circle; mend or remove it")
        return _read(path, real, link)
    except OSError as error:
        raise refused(error, path) from error


def _read(path: Path, real: Path, link: str | None) -> Snapshot:
    try:
        found = real.stat()
    except FileNotFoundError:
        return Snapshot(path, real, False, b"", None, link, "")
    if stat.S_ISDIR(found.st_mode):
        raise StorageError(f"{path}: is a folder, and a file should be there")
    if not stat.S_ISREG(found.st_mode):
        raise StorageError(f"{path}: is no regular file")
    data = real.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Snapshot(path, real, True, data, stat.S_IMODE(found.st_mode), link, digest)
