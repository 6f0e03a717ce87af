"""The words of `modelcat log`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from modelcat.output.catalog_diff import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.commands.log import Event, LogResult
    from modelcat.output import Screen
    from modelcat.repo.objects import Entry

_FOLD = 10
_SIGNS = {"appeared": "+", "vanished": "-", "changed": "~"}


def show(result: LogResult, screen: Screen) -> None:
    """Newest first: a line a sync; a block a sync of one provider; a line a change of one model."""
    if result.kind == "syncs":
        _syncs(result.syncs, screen)
    elif not result.events:
        _nothing(result, screen)
    elif result.kind == "provider":
        _provider(result.events, screen)
    else:
        for event in result.events:
            screen.line(f"{_day(event.when)}  {event.provider}: {_event(event)}")


def _syncs(syncs: Sequence[Entry], screen: Screen) -> None:
    if not syncs:
        screen.say("no sync yet; `modelcat sync` makes the first")
    for entry in syncs:
        screen.line(f"{_day(entry.when)}  {entry.commit[:10]}  {entry.subject}{_tags(entry)}")
        if screen.verbose:
            for line in entry.body.splitlines():
                screen.line(f"    {line}")


def _tags(entry: Entry) -> str:
    return f"  [{', '.join(entry.tags)}]" if entry.tags else ""


def _nothing(result: LogResult, screen: Screen) -> None:
    if result.kind == "provider":
        screen.say(f"{result.name}: no listing yet; `modelcat sync {result.name}` asks it")
        return
    near = f"; nearest: {', '.join(result.nearest)}" if result.nearest else ""
    screen.say(f"no provider and no model called {result.name!r} was ever in the catalog{near}")


def _provider(events: Sequence[Event], screen: Screen) -> None:
    for (commit, when), group in groupby(events, key=lambda event: (event.commit, event.when)):
        found = list(group)
        counts = [(sign, sum(event.what == what for event in found)) for what, sign in _SIGNS.items()]
        screen.line(f"{_day(when)}  {commit[:10]}  {' '.join(f'{s}{n:,}' for s, n in counts if n)}")
        shown = found if screen.verbose or len(found) <= _FOLD + 1 else found[:_FOLD]
        for event in shown:
            screen.line(f"    {_event(event)}")
        if len(shown) < len(found):
            screen.line(f"      and {len(found) - len(shown):,} more (-v shows all)")


def _event(event: Event) -> str:
    moved = f": {', '.join(map(said, event.differences))}" if event.differences else ""
    return f"{_SIGNS[event.what]} {event.model}{moved}"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
