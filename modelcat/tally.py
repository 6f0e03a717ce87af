"""A plan in numbers: how many entries would be added, changed, removed or kept, per provider.

An entry is a provider's or a model's; so is a whole file about one provider. Changed fields count once for
the entry they are in.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from modelcat.tree import MISSING, entries, outermost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcat.merge import Decision
    from modelcat.plan import FilePlan
    from modelcat.tree import Layout, Pointer, Tree


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of entries, except conflicts and held: those are values."""

    add: int = 0
    change: int = 0
    remove: int = 0
    kept: int = 0
    """The person's, left as they are although modelcat would write something else."""
    conflicts: int = 0
    """New ones, that somebody should look at."""
    held: int = 0
    """Differences that were told before, or need no look."""
    lacking: int = 0
    """The person's, without fields that modelcat would add if it may adopt them."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(Tally)))

    def as_json(self) -> dict[str, int]:
        """The numbers by name."""
        return {item.name: getattr(self, item.name) for item in fields(Tally)}

    @property
    def changes(self) -> int:
        """How many entries would be written or removed."""
        return self.add + self.change + self.remove


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    return sum(tallies, Tally())


def told(file: FilePlan) -> tuple[Decision, ...]:
    """The decisions about one file, as they are told: a whole section that comes or goes is its entries."""
    return tuple(one for decision in file.decisions for one in _one_by_one(decision, file.layout))


def _one_by_one(decision: Decision, layout: Layout) -> list[Decision]:
    for step in decision.pointer:
        layout = layout.below(step)
    if not decision.changes or layout.entry or not layout.leads:
        return [decision]
    sides = [outermost(side, layout) for side in (decision.base, decision.ours, decision.theirs)]
    within = dict.fromkeys(pointer for side in sides for pointer in side)
    parts = [
        replace(
            decision,
            pointer=(*decision.pointer, *pointer),
            base=sides[0].get(pointer, MISSING),
            ours=sides[1].get(pointer, MISSING),
            theirs=sides[2].get(pointer, MISSING),
        )
        for pointer in within
    ]
    return parts or [decision]


def by_provider(file: FilePlan) -> Mapping[str | None, Tally]:
    """The numbers of one file per provider; None: what is about none."""
    groups: dict[str | None, list[Decision]] = {}
    for decision in told(file):
        groups.setdefault(file.provider_of(decision.pointer), []).append(decision)
    return {provider: tally(decisions, file.layout) for provider, decisions in groups.items()}


def tally(decisions: Iterable[Decision], layout: Layout) -> Tally:
    """Count decisions about one file."""
    numbers = dict.fromkeys(("add", "remove", "conflicts", "held"), 0)
    touched: dict[str, set[Pointer]] = {"change": set(), "kept": set(), "lacking": set()}
    for decision in decisions:
        entry, whole = entry_of(decision.pointer, layout)
        if decision.held:
            numbers["conflicts" if decision.conflict and decision.new else "held"] += 1
        elif decision.action == "none":
            touched["lacking"].add(entry)
        elif decision.action == "keep":
            touched["kept"].add(entry)
        elif whole and decision.action == "add":
            numbers["add"] += inside(decision.pointer, decision.theirs, layout)
        elif whole and decision.action == "remove":
            numbers["remove"] += inside(decision.pointer, decision.ours, layout)
        else:
            touched["change"].add(entry)
    return Tally(**numbers, **{name: len(pointers) for name, pointers in touched.items()})


def entry_of(pointer: Pointer, layout: Layout) -> tuple[Pointer, bool]:
    """The innermost entry around a place; and whether the place is an entry or holds some, not a field."""
    found: Pointer = ()
    for number, step in enumerate(pointer, 1):
        layout = layout.below(step)
        if layout.entry:
            found = pointer[:number]
    return found, layout.entry or layout.leads


def inside(pointer: Pointer, tree: Tree, layout: Layout) -> int:
    """How many entries stand in what is at `pointer`; a whole file is one."""
    for step in pointer:
        layout = layout.below(step)
    return len(entries(tree, layout)) or 1
