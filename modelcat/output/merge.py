"""The words of `modelcat merge`. The outcome may go to stdout, so all of them go to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted
from modelcat.output.values import value_text
from modelcat.tree import MISSING, key_of, pointer_text

if TYPE_CHECKING:
    from modelcat.commands.merge import MergeResult
    from modelcat.merge import Decision
    from modelcat.output import Screen

_WORDS = {
    "conflict": "both sides changed it; the target's value stays",
    "yours": "both sides added it; the target's value stays",
    "deleted": "deleted in the target, changed in the source; it stays deleted",
    "dropped-edited": "deleted in the source, changed in the target; it stays",
}


def show(result: MergeResult, screen: Screen) -> None:
    """Conflicts one by one, then the numbers."""
    for note in result.merged.notes:
        screen.say(f"{pointer_text(note.pointer)} is left alone: {note.text}")
    for decision in result.conflicts:
        screen.say(f"conflict: {_place(decision)}: {_WORDS[decision.case]}{_sides(decision)}")
    changes = [decision for decision in result.merged.decisions if decision.changes]
    kept = [d for d in result.merged.decisions if d.held and not result.three_way]
    words = f"{counted(len(changes), 'change')} merged into {result.name}"
    if kept:
        words += f", {counted(len(kept), 'value')} of {result.target} kept where the source has another"
    if result.conflicts:
        words += f", {counted(len(result.conflicts), 'conflict')}"
    screen.say(words)
    if result.lost:
        what = "a comment" if len(result.lost) == 1 else f"{len(result.lost):,} comments"
        where = f"line{'s' if len(result.lost) > 1 else ''} {', '.join(map(str, result.lost))}"
        screen.say(f"{what} of the source could not be brought along: its {where}")


def _place(decision: Decision) -> str:
    return pointer_text(decision.pointer) or "the whole file"


def _sides(decision: Decision) -> str:
    sides = (("target", decision.ours), ("source", decision.theirs))
    name = key_of(decision.pointer[-1]) if decision.pointer else ""
    words = [f"{side} {value_text(value, name)}" for side, value in sides if value is not MISSING]
    return f" ({', '.join(words)})"
