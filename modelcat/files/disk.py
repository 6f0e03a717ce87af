"""Single files on the disk: what stands at a place, writing so that it stays, what the disk refused."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from modelcat.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

NEW_MODE: Final = 0o600
ABSENT: Final = "absent"


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, 0700 whatever the umask. Raises OSError."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def fingerprint(place: Path) -> str:
    """What stands at `place` itself, in one line; symlinks are not followed."""
    try:
        found = place.lstat()
        if stat.S_ISLNK(found.st_mode):
            return link_print(link_text(place))
        if not stat.S_ISREG(found.st_mode):
            return "other"
        return file_print(stat.S_IMODE(found.st_mode), hashlib.sha256(place.read_bytes()).hexdigest())
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT


def link_text(place: Path) -> str:
    """What the symlink at `place` says, to the letter (a Path would tidy it up)."""
    return os.readlink(place)  # noqa: PTH115


def link_print(text: str) -> str:
    """The fingerprint of a symlink."""
    return f"link {text}"


def file_print(mode: int, digest: str) -> str:
    """The fingerprint of a regular file; `digest` is the SHA-256 of its bytes."""
    return f"file {mode:o} {digest}"


def mode_in(print_: str) -> int | None:
    """The permission bits in a regular file's fingerprint, None for anything else."""
    return int(print_.split()[1], 8) if print_.startswith("file ") else None


def write_synced(
    place: Path, data: bytes, *, new: bool = False, mode: int = NEW_MODE, like: Path | None = None
) -> None:
    """Write a file and have it on the disk, with owner and attributes of `like`; `new`: none may be there."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(place, flags, NEW_MODE)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            if like is not None:
                _dress(file.fileno(), like)
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except OSError as error:
        # What is done through a descriptor fails without a name.
        error.filename = error.filename or str(like or place)
        raise


def _dress(descriptor: int, like: Path) -> None:
    old, new = like.stat(), os.fstat(descriptor)
    if hasattr(os, "fchown") and (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    for name in os.listxattr(like) if hasattr(os, "listxattr") else ():
        with suppress(OSError):  # labels that only the system may set
            os.setxattr(descriptor, name, os.getxattr(like, name))


def sync_folders(places: Iterable[Path]) -> None:
    """Have the names of `places` on the disk."""
    for folder in dict.fromkeys(place.parent for place in places):
        sync(folder)


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def refused(error: OSError, path: Path, more: str = "") -> StorageError:
    """The exception for what the disk refused at `path`; `more` is added to what it says."""
    where = os.fsdecode(error.filename) if error.filename else str(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError(f"{where}: the disk is full; free space and run it again{more}")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(f"{where}: {error.strerror}; check who owns it and who may write there{more}")
    if error.errno == errno.ENOTDIR:
        return StorageError(f"{where}: a part of this path is a file, and a folder should be there{more}")
    return StorageError(f"{where}: {error.strerror or error}{more}")
