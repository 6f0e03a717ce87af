"""The words of `modelcat status`: one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.plan import numbers
from modelcat.output.tables import counted, moment
from modelcat.tree import pointer_text

if TYPE_CHECKING:
    from modelcat.commands.status import StatusResult
    from modelcat.output import Screen

_FOLD = 6


def show(result: StatusResult, screen: Screen) -> None:
    """Last sync, providers, what is pending, what is held, backups."""
    _catalog(result, screen)
    for tool, tally in result.tallies.items():
        broken = any(file.tool == tool and file.error for file in result.planned.plan.files)
        words = "its config cannot be read" if broken else numbers(tally)
        screen.line(f"{tool}: {words}")
    if not result.tallies:
        screen.line("tools: none found on this machine")
    for error in result.planned.plan.errors:
        screen.say(f"error: {error}")
    _held(result, screen)
    last = f", the last is {result.backups[0].name}" if result.backups else ""
    screen.line(f"backups: {len(result.backups):,}{last}")
    if result.unfinished:
        screen.say("an earlier run was killed while writing; the next `modelcat apply` finishes it")
    if result.last_sync is None and not result.models:
        screen.say("next: `modelcat sync`")
    elif result.planned.plan.changes:
        screen.say("next: `modelcat diff`, then `modelcat apply`")


def _catalog(result: StatusResult, screen: Screen) -> None:
    screen.line(f"last sync: {moment(result.last_sync)}")
    origins = [f"{count} {origin}" for origin, count in result.origins.items() if count]
    number = sum(result.origins.values())
    screen.line(
        f"catalog: {counted(result.models, 'model')} of {counted(number, 'provider')}"
        + (f" ({', '.join(origins)})" if origins else "")
    )
    if result.snapshot:
        screen.line(
            f"the embedded snapshot of {result.snapshot} stands in for providers that were never asked"
        )
    names = list(result.failed)
    for name in names if screen.verbose else names[:_FOLD]:
        reason = result.failed[name]
        screen.line(f"failed: {reason if reason.startswith(name) else f'{name}: {reason}'}")
    if len(names) > _FOLD and not screen.verbose:
        screen.line(f"failed: … and {len(names) - _FOLD} more; -v shows all")


def _held(result: StatusResult, screen: Screen) -> None:
    if not result.held:
        return
    screen.line(f"held: {len(result.held):,}, where yours stays though modelcat would write something else")
    shown = result.held if screen.verbose else result.held[:_FOLD]
    for file, decision in shown:
        where = pointer_text(decision.pointer) or file.name
        screen.line(f"  {file.tool}: {where}")
    if len(shown) < len(result.held):
        screen.line(f"  … and {len(result.held) - len(shown):,} more; -v shows all")
