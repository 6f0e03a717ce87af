"""Who wins: the three-way merge of plain data, as a list of decisions.

base is what modelcat last applied, ours the person's file as it is now, theirs what modelcat would write
today. No text and no files: plan.py turns decisions into edits. Equality is tree.same, always typed.

The cases, each with its name in Case. "=" and "≠" compare whole values; "—" is "nothing stands there".

    case            base    ours      theirs   result
    (none)          any     = theirs  = ours   nothing to do; base advances
    (none)          —       present   —        the person's own: not ours to look at
    edited          = theirs ≠ base   = base   keep ours; so too where the person deleted it
    update          = ours  = base    ≠ base   take theirs
    deleted         present —         ≠ base   the person deleted it: stays deleted; held
    new             —       —         present  add; "lacking" instead where the entry is the person's
    yours           —       present   ≠ ours   the person's: keep ours; held
    dropped         present = base    —        remove, but only with proof; else keep
    dropped-edited  present ≠ base    —        keep ours; told where there is proof
    conflict        present ≠ base    ≠ both   keep ours; held

Maps are merged key by key, keyed lists element by element, sets of strings as sets, and everything else as
one value. What is *held* is the person's, but modelcat would write something else: the base takes theirs,
so that the same disagreement is told once, and remembers the pointer, so that it can be counted and
`prefer` can act on it.

The unit is the entry. An entry that was in the person's file before modelcat knew it is the person's
(Base.yours): into it only entries are added, and only to a list or map of them that exists; its own
fields are never added or removed. Adopting lifts that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from modelcat.tree import MISSING, Item, Keyed, Layout, Missing, ScalarSet, children, keys, same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.tree import Pattern, Pointer, Shape, Step, Tree

Action = Literal["add", "change", "remove", "keep", "none"]
Case = Literal[
    "edited", "update", "deleted", "new", "lacking", "yours", "dropped", "dropped-edited", "conflict"
]
Side = Literal["ours", "theirs"]

CHANGES: frozenset[Action] = frozenset({"add", "change", "remove"})


@dataclass(frozen=True, slots=True)
class Base:
    """What modelcat last applied to one file, and what it remembers about it."""

    tree: Tree = MISSING
    """MISSING: never applied (first contact)."""
    held: frozenset[Pointer] = frozenset()
    """Where the person's value stands although modelcat would write the one in `tree`."""
    yours: frozenset[Pointer] = frozenset()
    """The entries that the person wrote."""


NO_BASE = Base()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the merge says about one place. Values are MISSING where nothing stands."""

    pointer: Pointer
    base: Tree | Missing
    ours: Tree | Missing
    theirs: Tree | Missing
    action: Action
    case: Case
    conflict: str | None = None
    """Why a person should look at it; None: nothing to settle."""
    held: bool = False
    new: bool = False
    """Held for the first time, or theirs is another than when it was held."""
    after: Step | None = None
    """For an addition: the sibling it comes after; None: at the end."""

    @property
    def changes(self) -> bool:
        """Whether the file changes by it."""
        return self.action in CHANGES


@dataclass(frozen=True, slots=True)
class Note:
    """Something left alone, and why."""

    pointer: Pointer
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome: ours with the decisions carried out, and the base to record once that is in place."""

    tree: Tree
    decisions: tuple[Decision, ...]
    base: Base
    notes: tuple[Note, ...]


def always(_: Pointer) -> bool:
    """The proof for merges where a missing entry is a removed entry."""
    return True


def merge(
    base: Base,
    ours: Tree,
    theirs: Tree,
    *,
    shape: Shape,
    entries: Sequence[Pattern] = (),
    proof: Callable[[Pointer], bool] = always,
    prefer: Side | None = None,
    adopt: frozenset[Pointer] = frozenset(),
) -> Merged:
    """Merge `theirs` into `ours`; the trees given are not changed, the result may share parts with them.

    `proof(pointer)` says whether theirs lacks what base has because it is truly gone. `prefer` settles what
    is held: "theirs" takes modelcat's value, "ours" keeps the person's and stops counting it. `adopt` names
    outermost entries of the person's that modelcat may complete and keep up to date like its own.
    """
    run = _Run(base, proof, prefer, adopt)
    three = _Three(base.tree, ours, theirs)
    tree, new_base = run.node(three, (), Layout(shape, entries), _State(first=base.tree is MISSING))
    memory = Base(new_base, frozenset(run.held), frozenset(run.yours))
    return Merged(tree, tuple(run.decisions), memory, tuple(run.notes))


class _Three(NamedTuple):
    base: Tree
    ours: Tree
    theirs: Tree


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for a place because of the entry it is in."""

    personal: bool = False
    adopting: bool = False
    first: bool = False
    """Nothing of this was ever applied: a difference is no news."""


Outcome = tuple[Any, Any]
"""The merged value and the new base; MISSING where nothing stands."""


@dataclass(slots=True)
class _Run:
    """One merge under way: what it was asked with, and what it has found so far."""

    base: Base
    proof: Callable[[Pointer], bool]
    prefer: Side | None
    adopt: frozenset[Pointer]
    decisions: list[Decision] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    held: set[Pointer] = field(default_factory=set)
    yours: set[Pointer] = field(default_factory=set)
    around_yours: set[Pointer] = field(init=False)
    """The places that are, or hold, an entry of the person's."""

    def __post_init__(self) -> None:
        self.around_yours = {at[:size] for at in self.base.yours for size in range(len(at) + 1)}

    def node(
        self, three: _Three, at: Pointer, layout: Layout, state: _State, after: Step | None = None
    ) -> Outcome:
        """Merge what stands at one place; `after` is where it goes if it is added."""
        if layout.entry:
            if _settled(three):
                return three.ours, three.theirs
            state = self.enter(three, at, state)
            outcome = self.place(three, at, layout, state, after)
            if state.personal and three.theirs is not MISSING and same(outcome[0], three.theirs):
                # Equal as a whole: from now on it is modelcat's as well.
                self.yours.discard(at)
            return outcome
        return self.place(three, at, layout, state, after)

    def place(self, three: _Three, at: Pointer, layout: Layout, state: _State, after: Step | None) -> Outcome:
        """Merge what stands at one place, knowing whose it is."""
        if three.theirs is MISSING:
            return self.gone(three, at, layout, state)
        if three.ours is MISSING:
            return self.absent(three, at, state, after)
        if _mergeable(three, layout, state):
            return self.inside(three, at, layout, state)
        return self.value(three, at, layout, state)

    def enter(self, three: _Three, at: Pointer, state: _State) -> _State:
        """Step into an entry: whose is it?"""
        met = three.base is not MISSING
        if state.adopting or at in self.adopt:
            return _State(adopting=True, first=not met)
        if met:
            personal = at in self.base.yours
        else:
            # A file without anything in it is nobody's.
            personal = MISSING not in (three.ours, three.theirs) and bool(at or three.ours)
        if personal:
            self.yours.add(at)
        return _State(personal=personal, first=not met)

    def gone(self, three: _Three, at: Pointer, layout: Layout, state: _State) -> Outcome:
        """Theirs has nothing here: the person's own, dropped, or dropped-edited."""
        base, ours = three.base, three.ours
        if base is MISSING:
            return ours, MISSING
        proven = self.proof(at)
        if ours is MISSING:
            return self.forgotten(three, at, proven=proven)
        as_written = same(base, ours) and not state.personal and at not in self.around_yours
        if proven and as_written:
            self.decide(three, at, "remove", "dropped")
            return MISSING, MISSING
        container = layout.leads and (state.personal or not layout.entry)
        if container and type(ours) is type(base) and isinstance(ours, dict | list):
            left, known = self.inside(_Three(base, ours, type(ours)()), at, layout, state)
            return left, known or MISSING
        if proven and not state.personal and not as_written:
            self.decide(three, at, "keep", "dropped-edited")
        return self.untouched(three, at)

    def forgotten(self, three: _Three, at: Pointer, *, proven: bool) -> Outcome:
        """Nothing in ours and theirs. Without proof that it is gone the base goes on remembering.

        Else what the person deleted would come back once a key that is unset today is set again.
        """
        if not proven:
            return self.untouched(three, at)
        self.yours.discard(at)
        return MISSING, MISSING

    def absent(self, three: _Three, at: Pointer, state: _State, after: Step | None) -> Outcome:
        """Ours has nothing here: new, lacking, or deleted by the person."""
        theirs = three.theirs
        if three.base is MISSING:
            if state.personal:
                self.decide(three, at, "none", "lacking")
                return MISSING, MISSING
            self.decide(three, at, "add", "new", after=after)
            return theirs, theirs
        changed = not same(three.base, theirs)
        disputed = changed or at in self.base.held
        if disputed and self.prefer == "theirs":
            self.decide(three, at, "add", "deleted", after=after)
            return theirs, theirs
        held = disputed and self.prefer is None
        self.decide(three, at, "keep", "deleted" if held else "edited", held=held, new=changed)
        return MISSING, theirs

    def value(self, three: _Three, at: Pointer, layout: Layout, state: _State) -> Outcome:
        """Ours and theirs are there and can only be taken whole: edited, update, yours or conflict."""
        base, ours, theirs = three.base, three.ours, three.theirs
        if same(ours, theirs):
            return ours, theirs
        empty_section = base is MISSING and ours is None and layout.leads and not state.personal
        if empty_section or same(base, ours):
            self.decide(three, at, "change", "new" if empty_section else "update")
            return theirs, theirs
        changed = not same(base, theirs)
        disputed = changed or at in self.base.held
        case: Case = ("yours" if base is MISSING else "conflict") if disputed else "edited"
        if disputed and self.prefer == "theirs":
            self.decide(three, at, "change", case)
            return theirs, theirs
        held = disputed and self.prefer is None
        words = _CONFLICTS[case] if held and not (base is MISSING and state.first) else None
        self.decide(three, at, "keep", case, conflict=words, held=held, new=changed)
        return ours, theirs

    def inside(self, three: _Three, at: Pointer, layout: Layout, state: _State) -> Outcome:
        """Merge two maps, keyed lists or sets child by child."""
        ours, theirs = children(three.ours, layout), children(three.theirs, layout)
        if ours is None or theirs is None:
            if same(three.ours, three.theirs):
                return three.ours, three.theirs
            self.notes.append(Note(at, _why_not(three.theirs if theirs is None else three.ours, layout)))
            return self.untouched(three, at)
        base = children(three.base, layout) or {}
        merged: dict[Step, Tree] = {}
        added: dict[Step, Tree] = {}
        known: dict[Step, Tree] = {}
        last: Step | None = None
        for step in dict.fromkeys((*ours, *theirs, *base)):
            child = _Three(base.get(step, MISSING), ours.get(step, MISSING), theirs.get(step, MISSING))
            if type(child.ours) is str and child.ours == child.theirs:
                # What most of a file is; `node` would find the same.
                known[step] = merged[step] = child.ours
                last = step if step in base else last
                continue
            value, remembered = self.node(child, (*at, step), layout.below(step), state, last)
            if remembered is not MISSING:
                known[step] = remembered
            if value is not MISSING:
                (merged if step in ours else added)[step] = value
                if step in ours and step in base:
                    last = step
        placed = _placed(merged, added, last)
        return _rebuilt(three.ours, placed), _based(three.ours, _in_order(known, placed), layout)

    def untouched(self, three: _Three, at: Pointer) -> Outcome:
        """Leave a place and everything remembered about it as it is."""
        size = len(at)
        self.held.update(pointer for pointer in self.base.held if pointer[:size] == at)
        self.yours.update(pointer for pointer in self.base.yours if pointer[:size] == at)
        return three.ours, three.base

    def decide(
        self,
        three: _Three,
        at: Pointer,
        action: Action,
        case: Case,
        *,
        conflict: str | None = None,
        held: bool = False,
        new: bool = False,
        after: Step | None = None,
    ) -> None:
        """Write a decision down."""
        if held:
            self.held.add(at)
        new = held and new
        self.decisions.append(
            Decision(at, three.base, three.ours, three.theirs, action, case, conflict, held, new, after)
        )


_CONFLICTS: dict[Case, str] = {
    "yours": "you wrote another value before modelcat had one",
    "conflict": "you changed it, and modelcat has a new value for it too",
}


def _settled(three: _Three) -> bool:
    """Whether nothing can come of looking inside: a base with more in it remembers what was deleted."""
    if three.ours is MISSING or not same(three.ours, three.theirs):
        return False
    return three.base is MISSING or same(three.base, three.theirs)


def _mergeable(three: _Three, layout: Layout, state: _State) -> bool:
    """Whether ours and theirs can be merged child by child."""
    if type(three.ours) is not type(three.theirs):
        return False
    if isinstance(three.ours, dict):
        return True
    if not isinstance(three.ours, list):
        return False
    if isinstance(layout.kind, ScalarSet):
        # Adding to a set is changing a field, which a person's entry does not get.
        return not state.personal and _strings(three.ours, three.theirs)
    return isinstance(layout.kind, Keyed)


def _strings(*lists: list[Tree]) -> bool:
    return all(isinstance(value, str) for values in lists for value in values)


def _why_not(items: Tree, layout: Layout) -> str:
    if isinstance(layout.kind, Keyed):
        reason = keys(items, layout.kind)
        if isinstance(reason, str):
            return reason
    return "it has an element twice"


def _placed(merged: dict[Step, Tree], added: dict[Step, Tree], last: Step | None) -> dict[Step, Tree]:
    """`added` put behind `last` (None: at the end)."""
    if not added:
        return merged
    placed: dict[Step, Tree] = {}
    for step, value in merged.items():
        placed[step] = value
        if step == last:
            placed |= added
    return placed | added


def _in_order(known: dict[Step, Tree], placed: dict[Step, Tree]) -> dict[Step, Tree]:
    """As they stand in the file, then what is only remembered: the same merge gives the same base."""
    if list(known) == list(placed):
        return known
    rest = sorted(step for step in known if step not in placed)
    return {step: known[step] for step in (*(step for step in placed if step in known), *rest)}


def _rebuilt(like: Tree, items: dict[Step, Tree]) -> Tree:
    return items if isinstance(like, dict) else list(items.values())


def _based(like: Tree, known: dict[Step, Tree], layout: Layout) -> Tree:
    """The new base of a map or list; an element keeps the key it is known by."""
    if isinstance(like, dict):
        return known
    kind = layout.kind
    if not isinstance(kind, Keyed):
        return list(known.values())
    return [
        value if keys([value], kind) == [step.key] else {**value, kind.fields[0]: step.key}
        for step, value in known.items()
        if isinstance(step, Item)
    ]
