"""Killing a piece of code, for real, before each thing it does to the disk.

The code runs in a forked process with an audit hook that counts what Python is about to do: opening a file
for writing, renaming, removing, making folders and links, changing modes, starting processes. Before the n-th
of these the process sends itself SIGKILL, so nothing of it runs any more: no `finally`, no exit handler.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_EVENTS = {
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "os.setxattr",
    "subprocess.Popen",
}


def run_until(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own, killed before its `step`-th touch of the disk (from 0).

    Gives whether it was killed; False means that it came to its end. An exception fails the test.
    """
    child = os.fork()
    if child == 0:
        _run(step, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed; see its traceback"
    return False


def _run(step: int, work: Callable[[], object]) -> None:
    status = 1
    try:
        before_touch(step, lambda: os.kill(os.getpid(), signal.SIGKILL))
        work()
        status = 0
    except BaseException:  # noqa: BLE001  the child must end here whatever happens
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def before_touch(step: int, act: Callable[[], object], *, lasting: bool = False) -> None:
    """From now on call `act` before this process touches the disk for the `step`-th time (from 0).

    `lasting`: and before every touch after that. What `act` raises comes out of what touches the disk. There
    is no way back, so only for a process that ends soon.
    """
    count = 0

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        if event in _EVENTS or (event == "open" and isinstance(args[2], int) and args[2] & _WRITING):
            count += 1
            if count - 1 == step or (lasting and count > step):
                act()

    sys.addaudithook(watch)
