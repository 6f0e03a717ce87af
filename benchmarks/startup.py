"""Start-up: how much longer than bare Python the shortest commands take."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Row, alternately, program

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONFIG = """\
model: openai:gpt-5
clients:
- type: openai
"""


def rows(folder: Path, env: Mapping[str, str], rounds: int) -> list[Row]:
    """One row a command; the peer is `python -c pass` of the same interpreter."""
    config = folder / "config.yaml"
    config.write_text(_CONFIG, encoding="utf-8")
    tool = Path(sys.executable).with_name("modelcat")
    hook = Path(sys.executable).with_name("modelcat-validate")
    commands: list[tuple[str, list[str | Path], float | None]] = [
        ("--version", [tool, "--version"], 2.5),
        ("--help", [tool, "--help"], 15),
        ("status, nothing synced", [tool, "status"], None),
        ("validate, a small file", [hook, "--tool", "aichat", config], 10),
    ]
    words: list[list[str | Path]] = [[sys.executable, "-c", "pass"], *(words for _, words, _ in commands)]
    bare, *ours = alternately([partial(program, command, env) for command in words], rounds)
    return [
        Row(what, sample, bare, "bare Python", limit)
        for (what, _, limit), sample in zip(commands, ours, strict=True)
    ]
