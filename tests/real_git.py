"""The real git program, as a person would run it, to look at what modelcat did."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(folder: Path, *words: str, check: bool = True) -> str:
    """What git prints in `folder`; it must succeed unless `check` is off."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "safe.directory=*", "-c", "user.name=A", "-c", "user.email=a@b", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert not check or done.returncode == 0, f"git {' '.join(words)}: {done.stderr!r}"
    return done.stdout.decode("utf-8", "replace")


def sound(folder: Path) -> bool:
    """Whether git finds nothing wrong with the repository in `folder`."""
    git(folder, "fsck", "--strict", "--full", "--no-dangling")
    return True


def clean(folder: Path) -> bool:
    """Whether folder, index and last commit agree, as git sees it."""
    return git(folder, "status", "--porcelain") == ""
