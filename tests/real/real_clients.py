"""Where the real programs are, and how they are started: isolated, with their config and nothing else.

`tests/real/install_clients.sh` puts them into .clients/. Without them the tests skip and say so; with
MODELCAT_REQUIRE_CLIENTS set, as in CI, a missing Codex is a failure.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

CODEX_VERSIONS = ("0.134.0", "0.169.0")
"""The oldest version supported, where profile files began, and the newest known."""
_CLIENTS = Path(__file__).parents[2] / ".clients"
# Read now: inside a test the environment is emptied.
_REQUIRED = bool(os.environ.get("MODELCAT_REQUIRE_CLIENTS"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Program:
    """A real program, and the folder that is its home."""

    path: Path
    home: Path

    def run(self, *arguments: str, env: Mapping[str, str], timeout: float = 60) -> Ended:
        """Start it and wait; its environment is PATH, HOME and `env`."""
        done = subprocess.run(
            [str(self.path), *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), **env},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


def program(relative: str, home: Path, how: str, *, required: bool = False) -> Program:
    """The program at .clients/`relative`; skips the test where it is not there, saying `how` to get it."""
    path = _CLIENTS / relative
    if not path.exists():
        if required and _REQUIRED:
            pytest.fail(f"{path} is not there; {how}")
        pytest.skip(f"{relative} is not there; {how}")
    return Program(path, home)


def codex(version: str, home: Path) -> Program:
    """That version of Codex, with CODEX_HOME at `home`."""
    return program(
        f"codex-{version}/node_modules/.bin/codex", home, "tests/real/install_clients.sh", required=True
    )
