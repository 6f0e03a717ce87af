"""The words about a run that was killed while it wrote the person's files. All commands share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat import told
from modelcat.output import Screen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from modelcat.files import Recovery


def listen() -> None:
    """From now on the person is told, on stderr, whichever command finds such a run."""
    told.recovered.set(lambda found: show(found, Screen()))


def show(found: Recovery, screen: Screen) -> None:
    """What was finished now, and what was not because somebody changed it since."""
    if found.finished:
        screen.say(f"an earlier run was killed while writing; finished now: {_names(found.finished)}")
    if found.kept:
        screen.say(
            f"an earlier run was killed while writing; changed since, and so left as it is: "
            f"{_names(found.kept)}; run that command again if you still want what it was to write"
        )


def _names(files: Iterable[Path]) -> str:
    return ", ".join(map(str, files))
