"""One modelcat at a time in a managed folder."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcat.errors import StorageError
from modelcat.files.disk import make_folder, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(home: Path, what: str, patience: float = 2.0) -> Iterator[None]:
    """Hold modelcat's lock on the managed folder `home` while the block runs; `what` is the command.

    StorageError after `patience` seconds, saying which process holds it, what it does and since when.
    """
    from filelock import FileLock, Timeout

    holder = home / "lock.holder"
    try:
        make_folder(home)
        lock = FileLock(home / "lock", timeout=patience, mode=0o600, poll_interval=0.05)
        lock.acquire()
    except Timeout:
        raise StorageError(f"{_held(holder)}; wait for it to end, then run it again") from None
    except OSError as error:
        raise refused(error, home) from error
    try:
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        with suppress(OSError):  # a courtesy to others; a full disk must not keep us from cleaning up
            holder.touch(mode=0o600)
            holder.write_text(f"{os.getpid()}\n{what}\n{since}\n", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _held(holder: Path) -> str:
    try:
        process, what, since = holder.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "another modelcat is running"
    return f"another modelcat is running: `modelcat {what}`, process {process}, since {since}"
