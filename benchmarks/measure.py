"""Running programs and clocking them: seconds from start to end, peak memory, the median of rounds."""

from __future__ import annotations

import atexit
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class FailedError(Exception):
    """A program that was to be measured did not do its work."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    seconds: float
    peak: int = 0
    """Bytes resident at most; 0: not measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a thing to do, ours beside the peer's."""

    what: str
    ours: Sample
    peer: Sample
    peer_name: str
    limit: float | None = None
    """The ratio that was promised, if one was."""
    seconds_limit: float | None = None

    @property
    def ratio(self) -> float:
        """Ours in units of the peer's."""
        return self.ours.seconds / self.peer.seconds

    @property
    def kept(self) -> bool | None:
        """Whether what was promised is kept; None: nothing was."""
        if self.limit is None and self.seconds_limit is None:
            return None
        fast = self.limit is None or self.ratio <= self.limit
        return fast and (self.seconds_limit is None or self.ours.seconds <= self.seconds_limit)


def program(command: Sequence[str | Path], env: Mapping[str, str], *, cwd: Path | None = None) -> Sample:
    """Run a program to its end. FailedError with what it said if it does not end well."""
    words = [str(word) for word in command]
    asked = {"command": words, "env": dict(env), "cwd": cwd and str(cwd)}
    runner = _runner()
    assert runner.stdin is not None
    assert runner.stdout is not None
    print(json.dumps(asked), file=runner.stdin, flush=True)
    answer = json.loads(runner.stdout.readline())
    if answer["code"] != 0:
        raise FailedError(f"{' '.join(words)} ended with {answer['code']}: {answer['said']}")
    return Sample(answer["seconds"], answer["peak"])


@cache
def _runner() -> subprocess.Popen[str]:
    script = Path(__file__).with_name("runner.py")
    runner = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(runner.kill)
    return runner


def clocked(work: Callable[[], object]) -> Sample:
    """Run something in this process."""
    start = time.perf_counter()
    work()
    return Sample(time.perf_counter() - start)


def alternately(cases: Sequence[Callable[[], Sample]], rounds: int) -> list[Sample]:
    """The median of every case, run in turn, so that a busy moment of the machine meets them all."""
    samples: list[list[Sample]] = [[] for _ in cases]
    for _ in range(rounds):
        for case, taken in zip(cases, samples, strict=True):
            taken.append(case())
    return [
        Sample(statistics.median(s.seconds for s in taken), max(s.peak for s in taken)) for taken in samples
    ]


def table(rows: Sequence[Row]) -> str:
    """All rows as text, one line each, with what was promised and whether it is kept."""
    head = ("", "modelcat", "peer", "", "ratio", "promised", "", "peak")
    lines = [head] + [
        (
            row.what,
            _time(row.ours.seconds),
            _time(row.peer.seconds),
            row.peer_name,
            f"{row.ratio:.2f}",
            _promise(row),
            {True: "kept", False: "MISSED", None: ""}[row.kept],
            f"{row.ours.peak / 1e6:.0f} MB" if row.ours.peak else "",
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    left = {0, 3, 6}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def _promise(row: Row) -> str:
    parts = []
    if row.limit is not None:
        parts.append(f"≤ {row.limit:g}")
    if row.seconds_limit is not None:
        parts.append(f"≤ {_time(row.seconds_limit)}")
    return ", ".join(parts)
