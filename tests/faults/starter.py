"""A process that has modelcat loaded and starts it again and again, each time in a child of its own.

Run as `python -m tests.faults.starter`: a line of JSON in, the child's process id out at once, its exit
status when it has ended. So a test kills a real modelcat at a random moment of its work without waiting for
Python to start each time. The child may also be told to die, or to be refused by the disk, at its n-th touch
of it.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.killed import before_touch

_ROOT = Path(__file__).parents[2]
TOO_EARLY = 99
"""The exit code after a ^C that came before modelcat's own code ran, where Python would be starting."""


@dataclass(frozen=True)
class Ended:
    """How a modelcat ended: its exit code, or minus the signal that ended it, and what it said."""

    code: int
    out: str
    err: str


class Starter:
    """The loaded process, from outside. Used as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "starter.out", folder / "starter.err"
        self.pid = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.starter"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._line() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()

    def start(self, *words: str, env: Mapping[str, str | None] | None = None, **how: Any) -> int:
        """Start `modelcat words` in a process group of its own; gives its process id.

        `env` is on top of this process's environment as it was when the starter was made; None takes a
        variable away. `how` as in `_child`. One at a time: `end` it before the next.
        """
        asked = {"words": words, "env": dict(env or {}), "out": str(self._out), "err": str(self._err), **how}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked) + "\n")
        self.pid = int(self._line())
        return self.pid

    def end(self) -> Ended:
        """Wait until what was started has ended."""
        code = int(self._line())
        return Ended(code, self._out.read_text("utf-8"), self._err.read_text("utf-8"))

    def run(self, *words: str, env: Mapping[str, str | None] | None = None, **how: Any) -> Ended:
        """`start` and `end`."""
        self.start(*words, env=env, **how)
        return self.end()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def _serve() -> None:
    _load()
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        # ^C is for modelcat, not for the moment before there is one.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        child = os.fork()
        if child == 0:
            _child(**asked)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _load() -> None:
    import importlib

    for name in (
        "cli",
        "commands.sync",
        "output.sync",
        "fetch.course",
        "tools.aichat",
        "tools.codex",
        "tools.mods",
    ):
        importlib.import_module(f"modelcat.{name}")
    for name in ("httpx", "filelock", "modelcat.legacy_output"):
        importlib.import_module(name)


def _child(
    words: list[str],
    env: dict[str, str | None],
    out: str,
    err: str,
    *,
    kill_at: int | None = None,
    refuse_at: int | None = None,
    error: str = "ENOSPC",
    lasting: bool = False,
    file_size: int | None = None,
    umask: int | None = None,
) -> None:
    """Be modelcat. `kill_at`, `refuse_at`: the touch of the disk that kills it or fails with `error`.

    `lasting`: every touch after that fails too. `file_size`: bytes beyond which no file of it or of its git
    can grow.
    """
    from modelcat.__main__ import main

    os.setsid()
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    for name, value in env.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    sys.argv = ["modelcat", *words]
    if umask is not None:
        os.umask(umask)
    if file_size is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, resource.RLIM_INFINITY))
    if kill_at is not None:
        before_touch(kill_at, lambda: os.kill(os.getpid(), signal.SIGKILL))
    if refuse_at is not None:
        number = getattr(errno, error)

        def refuse() -> None:
            raise OSError(number, os.strerror(number))

        before_touch(refuse_at, refuse, lasting=lasting)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        main()
    except KeyboardInterrupt:
        os._exit(TOO_EARLY)


if __name__ == "__main__":
    _serve()
