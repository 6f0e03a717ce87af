"""What an installed tool says about itself when it is asked (Tool.ask), remembered until the program changes.

What becomes of the answer is decided in tools/ (Tool.localise). A program that cannot be asked is no failure.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat import state

if TYPE_CHECKING:
    from modelcat.settings import Settings
    from modelcat.tool import Tool

SECONDS = 10.0
LARGEST = 20_000_000
"""Bytes of an answer that are taken."""


def answer(settings: Settings, tool: Tool) -> str | None:
    """What the tool's program prints when asked; None: it is not there, or does not answer in 10 seconds."""
    if not tool.ask:
        return None
    program = shutil.which(tool.program, path=settings.env.get("PATH", ""))
    if program is None:
        return None
    cache = settings.extra / f"installed_{tool.name}.json"
    try:
        version = _fingerprint(Path(program), tool)
    except OSError:
        return None
    known = _known(cache, version)
    if known is not None:
        return known
    printed = _ask([program, *tool.ask], settings)
    if printed is not None:
        with suppress(OSError):
            state.put(cache, json.dumps({"program": version, "answer": printed}).encode())
    return printed


def _fingerprint(program: Path, tool: Tool) -> str:
    """What changes when another version is installed, without starting the program."""
    real = program.resolve()
    found = real.stat()
    return f"{real} {found.st_size} {found.st_mtime_ns} {' '.join(tool.ask)}"


def _known(cache: Path, version: str) -> str | None:
    try:
        row = json.loads(cache.read_text(encoding="utf-8"))
        return str(row["answer"]) if row["program"] == version else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ask(command: list[str], settings: Settings) -> str | None:
    import subprocess

    try:
        done = subprocess.run(
            command,
            env=dict(settings.env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0 or len(done.stdout) > LARGEST:
        return None
    return done.stdout.decode("utf-8", "replace")
