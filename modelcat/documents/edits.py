"""Edits as data: what is to change and where; which of them are one change of one collection.

All pointers are in the original document, with str for map keys and int for list positions. How a change is
written into a text is told by block.py, flow.py and tables.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from modelcat.documents.node import Node
from modelcat.tree import MISSING, pointer_text, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelcat.tree import Pointer, Tree

START: Final = -1
"""As `after` in a list: before the first element."""


@dataclass(frozen=True, slots=True)
class Set:
    """Give what stands at `pointer` another value.

    A map over a map and a list over a list change only what differs, so comments in it stay.
    """

    pointer: Pointer
    value: Tree


@dataclass(frozen=True, slots=True)
class Insert:
    """Put something new into the map or list at `parent`.

    key: of the new entry in a map, None in a list. after: the sibling it shall follow, a key or a
    position (-1: before the first); None: it is the last. Inserts after the same sibling keep their order.
    """

    parent: Pointer
    key: str | None
    value: Tree
    after: str | int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take away what stands at `pointer`, with its key."""

    pointer: Pointer


Edit = Set | Insert | Delete


@dataclass(slots=True)
class Change:
    """What happens to the entries of one collection. nodes: from the root to it."""

    pointer: Pointer
    nodes: list[Node]
    deleted: set[str | int] = field(default_factory=set)
    inserted: list[Insert] = field(default_factory=list)

    def collected(self) -> Tree:
        """What is put in, as one value: all that an empty collection will hold."""
        if isinstance(self.nodes[-1].children, dict):
            return {insert.key: insert.value for insert in self.inserted}
        return [insert.value for insert in self.inserted]

    def by_position(self) -> tuple[set[int], dict[int, list[Insert]]]:
        """The same with positions for keys; what follows a deleted sibling follows the one before that."""
        children = self.nodes[-1].children
        if not isinstance(children, dict):
            steps: dict[str | int, int] = {i: i for i in range(len(children or ()))}
        else:
            steps = {key: i for i, key in enumerate(children)}
        deleted = {steps[step] for step in self.deleted}
        inserted: dict[int, list[Insert]] = {}
        # The last one that stays, up to each position; stepping back from each takes the square of the time.
        staying = {START: START}
        for position in range(len(steps)):
            staying[position] = staying[position - 1] if position in deleted else position

        def place(insert: Insert) -> int:
            return len(steps) - 1 if insert.after is None else steps.get(insert.after, START)

        for insert in sorted(self.inserted, key=place):
            inserted.setdefault(staying[place(insert)], []).append(insert)
        return deleted, inserted


@dataclass(frozen=True, slots=True)
class Replacement:
    """A value that gives way to another one. nodes: from the root to it."""

    pointer: Pointer
    nodes: list[Node]
    value: Tree


@dataclass(slots=True)
class Changes:
    """All edits, sorted by what they touch."""

    collections: dict[Pointer, Change] = field(default_factory=dict)
    values: list[Replacement] = field(default_factory=list)


class Unreachable(Exception):  # noqa: N818  it never leaves this package
    """What a pointer names is brought in from elsewhere. node: the nearest one that is written there."""

    def __init__(self, node: Node, reason: str) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason


def sort(edits: Sequence[Edit], tree: Tree, root: Node) -> Changes:
    """Check edits against a document and bring together those of one collection.

    ValueError: an edit names nothing, or two of them touch the same. Unreachable: an alias is in the way.
    """
    _check(edits, tree)
    changes = Changes()
    for edit in edits:
        for part in (
            _parts(edit.pointer, value_at(tree, edit.pointer), edit.value)
            if isinstance(edit, Set)
            else [edit]
        ):
            _add(changes, part, root)
    return changes


def value_at(tree: Tree, pointer: Pointer) -> Tree:
    """The value at `pointer`, MISSING where nothing stands or a step is of the wrong kind."""
    for step in pointer:
        if isinstance(tree, dict) and isinstance(step, str):
            tree = tree.get(step, MISSING)
        elif isinstance(tree, list) and type(step) is int and 0 <= step < len(tree):
            tree = tree[step]
        else:
            return MISSING
    return tree


def _check(edits: Sequence[Edit], tree: Tree) -> None:
    gone: set[Pointer] = set()
    added: set[Pointer] = set()
    for edit in edits:
        if isinstance(edit, Insert):
            _check_insert(edit, value_at(tree, edit.parent))
            target = (*edit.parent, edit.key) if edit.key is not None else None
            if target in added:
                raise ValueError(f"{pointer_text(target)} would be added twice")
            if target:
                added.add(target)
            continue
        if value_at(tree, edit.pointer) is MISSING or (isinstance(edit, Delete) and not edit.pointer):
            raise ValueError(f"nothing stands at {edit.pointer!r} that could be changed")
        if edit.pointer in gone:
            raise ValueError(f"two edits of {pointer_text(edit.pointer)}")
        gone.add(edit.pointer)
    for edit in edits:
        pointer = edit.parent if isinstance(edit, Insert) else edit.pointer[:-1]
        if (isinstance(edit, Insert) or edit.pointer) and any(
            pointer[:length] in gone for length in range(len(pointer) + 1)
        ):
            raise ValueError(f"an edit of {pointer_text(pointer)}, which another edit takes away")


def _check_insert(edit: Insert, parent: Tree) -> None:
    where = pointer_text(edit.parent) or "the root"
    if isinstance(parent, dict):
        if edit.key is None or edit.key in parent:
            raise ValueError(f"no new key for {where}: {edit.key!r}")
        if edit.after is not None and edit.after not in parent:
            raise ValueError(f"{where} has no {edit.after!r} to follow")
    elif isinstance(parent, list):
        after = len(parent) - 1 if edit.after is None else edit.after
        if edit.key is not None or type(after) is not int or not START <= after < len(parent):
            raise ValueError(f"no place in {where} for {edit!r}")
    else:
        raise ValueError(f"{where} is neither a map nor a list")  # noqa: TRY004  as the others here


def _parts(pointer: Pointer, old: Tree, new: Tree) -> Iterator[Edit]:
    """A Set as the edits of what differs; a value of another kind is replaced as a whole."""
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _map_parts(pointer, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_parts(pointer, old, new)
    else:
        yield Set(pointer, new)


def _map_parts(pointer: Pointer, old: dict[str, Tree], new: dict[str, Tree]) -> Iterator[Edit]:
    for key in old:
        if key not in new:
            yield Delete((*pointer, key))
    after = None
    for key, value in new.items():
        if key in old:
            after = key
            yield from _parts((*pointer, key), old[key], value)
        else:
            yield Insert(pointer, key, value, after)


def _list_parts(pointer: Pointer, old: list[Tree], new: list[Tree]) -> Iterator[Edit]:
    """What both lists begin and end with stays; of the rest, one after the other is changed."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if not same(old[i], new[i])), shorter)
    tail = next((i for i in range(shorter - head) if not same(old[-1 - i], new[-1 - i])), shorter - head)
    for i in range(head, shorter - tail):
        yield from _parts((*pointer, i), old[i], new[i])
    for i in range(shorter - tail, len(old) - tail):
        yield Delete((*pointer, i))
    for value in new[shorter - tail : len(new) - tail]:
        yield Insert(pointer, None, value, shorter - tail - 1)


def _add(changes: Changes, edit: Edit, root: Node) -> None:
    if isinstance(edit, Set):
        changes.values.append(Replacement(edit.pointer, _trail(root, edit.pointer), edit.value))
        return
    pointer = edit.parent if isinstance(edit, Insert) else edit.pointer[:-1]
    change = changes.collections.get(pointer)
    if change is None:
        change = changes.collections[pointer] = Change(pointer, _trail(root, pointer))
    if isinstance(edit, Insert):
        if change.nodes[-1].children is None:
            raise Unreachable(change.nodes[-1], "it would change what an alias stands for")
        change.inserted.append(edit)
        return
    _trail(root, edit.pointer)
    step = edit.pointer[-1]
    if isinstance(step, str | int):
        change.deleted.add(step)


def _trail(root: Node, pointer: Pointer) -> list[Node]:
    nodes = [root]
    for step in pointer:
        found = nodes[-1].child(step)
        if found is None:
            what = "an alias" if nodes[-1].style == "*" else "<<"
            raise Unreachable(
                nodes[-1], f"{what} brings {pointer_text(pointer)} in; change it where it is written"
            )
        nodes.append(found)
    return nodes
