"""Isolation for every test: no real home folder, no network beyond loopback, no keys.

The guard is an audit hook, so it sees what libraries do as well. Child processes are not seen by it; they
get the same environment, which points into the test's own folder.
"""

from __future__ import annotations

import os
import pwd
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_HOME = Path(pwd.getpwuid(os.getuid()).pw_dir).resolve()
_ALLOWED = tuple(
    str(Path(p).resolve()) + os.sep
    for p in (_ROOT, sys.prefix, sys.base_prefix, tempfile.gettempdir(), "/dev", "/proc")
)
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "")  # noqa: S104  names to compare with, nothing is bound
_KEEP = {"PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "TZ", "SYSTEMROOT", "COVERAGE_PROCESS_START", "CI"}
_guarding = False


class GuardError(AssertionError):
    """A test tried to leave its folder or this machine."""


def _touches_home(path: object) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    text = os.path.realpath(os.fsdecode(path))
    return text.startswith(str(_HOME) + os.sep) and not text.startswith(_ALLOWED)


def _beyond_loopback(host: object) -> bool:
    return isinstance(host, str) and not host.startswith(_LOOPBACK)


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if not _guarding:
        return
    if event in {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir"}:
        if _touches_home(args[0]):
            raise GuardError(f"the test would touch the real home folder: {event} {args[0]!r}")
    elif event == "socket.connect":
        address = args[1]
        if isinstance(address, tuple) and _beyond_loopback(address[0]):
            raise GuardError(f"the test would reach beyond loopback: {address!r}")
    elif event == "socket.getaddrinfo" and _beyond_loopback(args[0]) and ".invalid" not in str(args[0]):
        raise GuardError(f"the test would look up {args[0]!r}")


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def _isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """HOME, XDG_* and everything else a tool might look at point into tmp_path; no keys are set."""
    global _guarding  # noqa: PLW0603  the audit hook cannot be taken off, only switched
    home = tmp_path / "home"
    home.mkdir()
    for name in set(os.environ) - _KEEP:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("MODELCAT_HOME", str(tmp_path / "managed"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    _guarding = True
    yield
    _guarding = False


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of this test."""
    return tmp_path / "home"
