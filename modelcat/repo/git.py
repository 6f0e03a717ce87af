"""Running git so that nothing outside the repository can lead it astray.

Every call names its repository (no search upwards, no question of ownership), runs with the person's and
the system's settings out of reach and with everything pinned that a repository's own settings could turn
on. What is asked of git stands in catalog.py and private.py.

Processes are started directly. GitPython would take 45 to 90 ms of imports on every command to do no more
than that: its own reading and writing of repositories follows the person's settings.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat.errors import RepoError, StorageError, typed

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping, Sequence

    from modelcat.errors import ModelcatError

_NAME, _ADDRESS = "modelcat", "modelcat@localhost"
AUTHOR = f"{_NAME} <{_ADDRESS}>"
_PINS = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.precomposeUnicode": "false",
    # Level 1 halves the time of a first commit; gc packs better what stays.
    "core.compression": "1",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "log.showSignature": "false",
    "gc.auto": "0",
    "gc.autoDetach": "false",
    # It outlives the commits of pruned backups, and fsck complains of it.
    "gc.writeCommitGraph": "false",
    "maintenance.auto": "false",
    # A pack is one file that git syncs to disk; the loose objects of a small commit are many that it does
    # not.
    "fastimport.unpackLimit": "1",
}
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # Of whoever moves a reference git makes a note, and would ask the network what this machine is called:
    # ten seconds where packets are dropped.
    "GIT_COMMITTER_NAME": _NAME,
    "GIT_COMMITTER_EMAIL": _ADDRESS,
    "GIT_AUTHOR_NAME": _NAME,
    "GIT_AUTHOR_EMAIL": _ADDRESS,
    "GIT_DEFAULT_HASH": "sha1",
    "GIT_DEFAULT_REF_FORMAT": "files",
    "LC_ALL": "C",
}
_LOCKED = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists")
_FULL = re.compile(
    r"No space left on device|Out of diskspace|[Dd]isk quota exceeded|File too large"
    # What git says of a reference, whose few bytes nothing but a full disk refuses once the lock is made.
    r"|couldn't write '[^'\n]+\.lock'"
)
_REFUSED = re.compile(r"Permission denied|Read-only file system|Operation not permitted")
_PATIENCE = 10.0
"""Seconds to wait for another git that is at work in the repository."""


def _environment() -> dict[str, str]:
    """What a git inherits: this process's environment without GIT_*.

    A git hook that calls modelcat has GIT_DIR and GIT_INDEX_FILE set: a commit would land in the other
    repository.
    """
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}


def _program() -> str:
    """Where git is: on PATH and nowhere else. The system's own search may begin in the current folder."""
    for folder in filter(os.path.isabs, os.get_exec_path()):
        found = shutil.which(os.path.join(folder, "git"))  # noqa: PTH118
        if found is not None:
            return found
    raise RepoError("git was not found on PATH; install git 2.30 or newer")


class Git:
    """git in one repository. `work_tree` None: a bare one."""

    def __init__(self, git_dir: Path, work_tree: Path | None, pins: Mapping[str, str] | None = None) -> None:
        self.git_dir = git_dir
        self.folder = work_tree or git_dir
        self._pins = [word for item in {**_PINS, **(pins or {})}.items() for word in ("-c", "=".join(item))]
        self._environment = {**_environment(), **_ENVIRONMENT, "GIT_DIR": str(git_dir)}
        if work_tree is not None:
            self._environment["GIT_WORK_TREE"] = str(work_tree)

    def run(self, *words: str, given: bytes = b"", no: Sequence[int] = ()) -> bytes | None:
        """The output of one git command; None if it ended with a status of `no`.

        StorageError if the disk refused, RepoError for every other failure. A lock left behind by a git
        that was killed is removed; one that is in use is waited for.
        """
        limit = time.monotonic() + _PATIENCE
        while True:
            process = self.start(*words)
            out, err = process.communicate(given)
            if process.returncode == 0:
                return bytes(out)
            if process.returncode in no:
                return None
            message = err.decode("utf-8", "replace")
            if not self.unlocked(message, limit):
                raise self.failure(words[2] if words[0] == "-c" else words[0], message)

    def text(self, *words: str) -> str:
        """The output of one git command as text, without the last line's end."""
        return (self.run(*words) or b"").decode("utf-8", "replace").rstrip("\n")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A running git with pipes for stdin, stdout and stderr."""
        import subprocess

        folder = self.folder if self.folder.is_dir() else self.folder.parent
        try:
            return subprocess.Popen(
                [_program(), "--no-pager", "--literal-pathspecs", *self._pins, *words],
                cwd=folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise RepoError(f"git cannot be run ({error.strerror}); install git 2.30 or newer") from error

    def failure(self, verb: str, message: str) -> ModelcatError:
        """The exception for what git said on stderr."""
        said = _first_line(message)
        if _FULL.search(message):
            return StorageError(f"{self.folder}: the disk is full ({said}); free space and run it again")
        if _REFUSED.search(message):
            return StorageError(f"{self.folder}: may not be written ({said}); check owner and permissions")
        return RepoError(
            f"{self.folder}: git {verb} failed: {said}. `git -C {typed(self.folder)} fsck` says what is "
            f"broken; if it cannot be mended, move the folder away and modelcat makes a new one"
        )

    def unlocked(self, message: str, limit: float) -> bool:
        """Whether `message` is about a lock that is gone by now, so that trying again makes sense."""
        found = _LOCKED.search(message)
        if found is None:
            return False
        lock = Path(found[1])
        self.free(lock if lock.is_absolute() else self.folder / lock, limit)
        return time.monotonic() < limit

    def free(self, lock: Path, limit: float | None = None) -> None:
        """Wait until the lock file is gone, and remove it if nobody holds it.

        We hold modelcat's own lock, so a git lock belongs to the person's git, to the dying child of a killed
        modelcat, or to nobody. RepoError while a git is at work at `limit` (time.monotonic).
        """
        limit = time.monotonic() + _PATIENCE if limit is None else limit
        while lock.exists():
            worker = at_work(self.folder, but_ours=True)
            if worker is None:
                lock.unlink(missing_ok=True)
            elif time.monotonic() > limit:
                raise RepoError(f"{self.folder}: {worker} is at work there; wait for it or end it ({lock})")
            else:
                time.sleep(0.05)

    def outlast(self, verb: str) -> None:
        """Wait for a `git verb` that outlived the modelcat which started it: it may still move references.

        For a while only: where processes cannot be told apart, it may be somebody else's.
        """
        limit = time.monotonic() + _PATIENCE
        while at_work(self.folder, verb, but_ours=True) is not None and time.monotonic() < limit:
            time.sleep(0.02)

    def left(self) -> list[Path]:
        """What a git that died left behind, or what one at work still needs."""
        objects = self.git_dir / "objects"
        return [
            *self.git_dir.glob("fast_import_crash_*"),
            *objects.glob("pack/tmp_*"),
            *objects.glob("pack/.tmp-*"),
            *objects.glob("??/tmp_obj_*"),
        ]

    def sweep(self) -> int:
        """Remove what a git that died left behind; gives how many files. Nothing while a git is at work."""
        left = self.left()
        if not left or at_work(self.folder) is not None:
            return 0
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def at_work(folder: Path, verb: str | None = None, *, but_ours: bool = False) -> str | None:
    """A git process at work in `folder` (one that does `verb`), in words, or None if there is none.

    `but_ours` leaves out those that this very process has started. Where the system does not tell which
    folder a process works in, any git counts.
    """
    parent = os.getpid() if but_ours else None
    if Path("/proc/self/cwd").exists():
        return next(_gits_in(folder.resolve(), verb, parent), None)
    return _any_git(verb, parent)


def _gits_in(folder: Path, verb: str | None, but_of: int | None) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if not _does(verb, words) or _parent(process) == but_of:
                continue
            inside = (process / "cwd").resolve().is_relative_to(folder)
            if inside or any(str(folder) in word for word in words):
                yield f"git (process {process.name})"


def _parent(process: Path) -> int:
    # The second field is the program's name in brackets, which may hold anything.
    return int((process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])


def _does(verb: str | None, words: Sequence[str]) -> bool:
    """Whether a command line is git's (`git verb`'s)."""
    name = Path(words[0]).name
    return (name == "git" or name.startswith("git-")) and (verb is None or verb in words)


def _any_git(verb: str | None, but_of: int | None) -> str | None:
    import subprocess

    try:
        listed = subprocess.run(
            ["ps", "-A", "-o", "ppid=,args="], capture_output=True, text=True, check=False
        )
    except OSError:
        return "perhaps another git"
    rows = [line.split() for line in listed.stdout.splitlines()]
    running = any(row[1:] and _does(verb, row[1:]) and row[0] != str(but_of) for row in rows)
    return "another git" if running else None


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or ["it gave no reason"])[0][:300]
