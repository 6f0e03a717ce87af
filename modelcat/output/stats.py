"""The words of `modelcat stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import Column, counted, draw, moment

if TYPE_CHECKING:
    from modelcat.commands.stats import StatsResult
    from modelcat.output import Screen

_COLUMNS = (
    Column("provider", long=True),
    Column("list"),
    Column("models", right=True),
    Column("context", right=True),
    Column("output", right=True),
    Column("prices", right=True),
)
_SHOWN = ("context window", "output limit", "prices")


def show(result: StatsResult, screen: Screen) -> None:
    """Totals first, then a line a provider, the last run at the end."""
    if not result.rows:
        screen.say("the catalog is empty; `modelcat sync` fills it")
        return
    answered = sum(row.origin != "embedded" for row in result.rows)
    screen.line(
        f"{counted(result.models, 'model')} of {counted(len(result.rows), 'provider')}: "
        f"{answered} as they answered, {len(result.rows) - answered} from the embedded snapshot"
    )
    screen.line("known: " + ", ".join(f"{fact} of {n:,}" for fact, n in result.known().items()))
    screen.line("for:   " + ", ".join(f"{mode} {n:,}" for mode, n in result.modes.items()))
    if result.sources:
        added = (f"{counted(n, 'fact')} from {name}" for name, n in result.sources.items())
        screen.line(f"added: {', '.join(added)}")
    screen.line(f"kept:  {counted(result.syncs, 'sync')}, {result.bytes / 1e6:.1f} MB on disk")
    screen.line()
    rows = [
        (row.provider, row.origin, f"{row.models:,}", *(f"{row.known[fact]:,}" for fact in _SHOWN))
        for row in result.rows
    ]
    draw(screen, _COLUMNS, rows)
    _last_run(result, screen)


def _last_run(result: StatsResult, screen: Screen) -> None:
    if result.last_run is None:
        screen.say("no run is remembered on this machine")
        return
    run = result.last_run
    asked = ", ".join(f"{n:,} {outcome}" for outcome, n in result.outcomes.items())
    screen.line()
    when, seconds = run.get("when"), run.get("seconds")
    took = f", {seconds:.1f} s" if isinstance(seconds, int | float) else ""
    screen.line(f"last run: {moment(str(when) if when else None)}{took}; asked so far: {asked or 'nobody'}")
