"""Merging into one document: decisions turned into edits, and the outcome verified.

Who wins is in merge.py, how a text is changed in documents/, what must hold afterwards in verify.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcat import verify
from modelcat.documents import Delete, Insert, Set
from modelcat.merge import Base, Decision, Merged, always, merge
from modelcat.tree import Layout, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.documents import Document, Edit
    from modelcat.merge import Side
    from modelcat.tree import Pattern, Pointer, Shape, Tree


@dataclass(frozen=True, slots=True)
class Rules:
    """How a file is merged; merge.merge says what each means."""

    shape: Shape
    entries: tuple[Pattern, ...] = ()
    proof: Callable[[Pointer], bool] = always
    prefer: Side | None = None
    adopt: frozenset[Pointer] = frozenset()

    def merge(self, base: Base, ours: Tree, theirs: Tree) -> Merged:
        """The merge by these rules."""
        return merge(
            base,
            ours,
            theirs,
            shape=self.shape,
            entries=self.entries,
            proof=self.proof,
            prefer=self.prefer,
            adopt=self.adopt,
        )


def woven(
    document: Document, base: Base, theirs: Tree, rules: Rules, *, verified: bool = True
) -> tuple[Merged, bytes]:
    """Merge `theirs` into a document: the merge, and the document's bytes after it.

    Not `verified`: only to be shown; reading the text once more takes longer than all else. Raises
    VerifyError and DocumentError, as verify.edited does.
    """
    merged = rules.merge(base, document.tree, theirs)
    changes = [decision for decision in merged.decisions if decision.changes]
    edits = edits_of(changes, document.tree, Layout(rules.shape, rules.entries))

    if not verified:
        return merged, document.edited(edits).data if edits else document.data

    def again(tree: Tree) -> Merged:
        return rules.merge(merged.base, tree, theirs)

    return merged, verify.edited(document, edits, merged.tree, again)


def edits_of(decisions: Sequence[Decision], ours: Tree, layout: Layout) -> list[Edit]:
    """The edits that carry out `decisions` in the document whose tree is `ours`."""
    places = Places(ours, layout)
    edits: list[Edit] = []
    for decision in decisions:
        if decision.action == "add":
            parent, step = decision.pointer[:-1], decision.pointer[-1]
            after = None if decision.after is None else places.step(parent, decision.after)
            key = step if isinstance(step, str) else None
            edits.append(Insert(places.of(parent), key, decision.theirs, after))
        elif decision.action == "change":
            edits.append(Set(places.of(decision.pointer), decision.theirs))
        elif decision.action == "remove":
            edits.append(Delete(places.of(decision.pointer)))
    return edits
