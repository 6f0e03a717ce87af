"""A bar a provider while providers are asked, on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.fetch import Step
    from modelcat.output import Screen

_MOST = 16
"""Bars at the same time, where the terminal is high enough."""


@contextmanager
def bars(screen: Screen) -> Iterator[Callable[[Step], None] | None]:
    """Bars on stderr while the block runs, on a terminal; nothing elsewhere and for --json."""
    if screen.json or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    class Drawn(Progress):
        def refresh(self) -> None:
            """Leave drawing to the clock: once more for each new bar, it would cost seconds."""

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    console = screen.console(stderr=True)
    room = max(1, min(_MOST, console.height - 3))
    with Drawn(*columns, console=console, transient=True, refresh_per_second=8) as drawn:
        yield _Bars(drawn, room)


class _Bars:
    """A bar for all, and one for each provider that is being asked, as many as there is room for.

    The others wait out of sight: a bar that is not seen still costs its share of every drawing.
    """

    def __init__(self, drawn: Any, room: int) -> None:
        self._drawn = drawn
        self._room = room
        self._shown: dict[str, Any] = {}
        self._waiting: dict[str, None] = {}
        self._all = drawn.add_task("all providers", total=0, note="")
        self._done = self._total = 0

    def __call__(self, step: Step) -> None:
        name = step.provider
        if step.event == "started":
            self._total += 1
            self._waiting[name] = None
        elif step.event == "done":
            self._done += 1
            self._waiting.pop(name, None)
            if name in self._shown:
                self._drawn.remove_task(self._shown.pop(name))
        elif name in self._shown:
            self._drawn.update(self._shown[name], note=_note(step))
        self._fill()
        note = f"{self._done} of {self._total}"
        self._drawn.update(self._all, total=self._total, completed=self._done, note=note)

    def _fill(self) -> None:
        while self._waiting and len(self._shown) < self._room:
            name = next(iter(self._waiting))
            del self._waiting[name]
            self._shown[name] = self._drawn.add_task(name, total=None, note="asking")


def _note(step: Step) -> str:
    if step.event == "waiting":
        return f"trying again in {step.seconds:.0f} s"
    pages = f", page {step.pages + 1}" if step.pages else ""
    return f"{step.bytes / 1000:,.0f} kB{pages}"
