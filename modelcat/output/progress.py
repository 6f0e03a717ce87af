"""A bar a provider while providers are asked, on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.fetch import Step
    from modelcat.output import Screen


@contextmanager
def bars(screen: Screen) -> Iterator[Callable[[Step], None] | None]:
    """Bars on stderr while the block runs, on a terminal; nothing elsewhere and for --json."""
    if screen.json or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen.console(stderr=True), transient=True) as bars:
        yield _Bars(bars)


class _Bars:
    """A bar for all, and one for each provider that is being asked."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}
        self._all = bars.add_task("all providers", total=0, note="")
        self._done = self._total = 0

    def __call__(self, step: Step) -> None:
        if step.event == "started":
            self._total += 1
            self._tasks[step.provider] = self._bars.add_task(step.provider, total=None, note="asking")
        elif step.event == "done":
            self._done += 1
            if step.provider in self._tasks:
                self._bars.remove_task(self._tasks.pop(step.provider))
        else:
            self._bars.update(self._tasks[step.provider], note=_note(step))
        note = f"{self._done} of {self._total}"
        self._bars.update(self._all, total=self._total, completed=self._done, note=note)


def _note(step: Step) -> str:
    if step.event == "waiting":
        return f"trying again in {step.seconds:.0f} s"
    pages = f", page {step.pages + 1}" if step.pages else ""
    return f"{step.bytes / 1000:,.0f} kB{pages}"
