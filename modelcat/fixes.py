"""The fixes that findings carry, made in a text: what `validate --fix` does to one file.

Which finding has a fix is said in rules/, where a finding stands in check.py; files are read and written in
mend.py.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from modelcat.documents import Delete, Insert, Set, parse
from modelcat.errors import DocumentError, VerifyError
from modelcat.tree import same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcat.check import Finding
    from modelcat.documents import Document, Edit
    from modelcat.rules import Change
    from modelcat.tree import Pointer


def mended(document: Document, findings: Iterable[Finding]) -> tuple[bytes, tuple[Finding, ...]]:
    """The text with what is mechanical and safe put right, and the findings that were.

    A fix that touches what another one touches already waits for the next run. The new text is read afresh
    and must be the old data with exactly these changes. Raises VerifyError if it is not; nothing is written
    here.
    """
    taken: list[Finding] = []
    touched: list[Pointer] = []
    for finding in findings:
        places = [change.pointer + ((change.key,) if change.key else ()) for change in finding.fix]
        if places and not any(_overlap(new, old) for new in places for old in touched):
            taken.append(finding)
            touched += places
    after, taken = _spliced(document, taken)
    changes = [change for finding in taken for change in finding.fix]
    if not changes:
        return document.data, ()
    wanted = copy.deepcopy(document.tree)
    for change in changes:
        _change(wanted, change)
    if not same(parse(after, document.syntax, document.path).tree, wanted):
        raise VerifyError(
            f"{document.path}: the mended text would not mean what was planned; nothing was written"
        )
    return after, tuple(taken)


def _spliced(document: Document, findings: list[Finding]) -> tuple[bytes, list[Finding]]:
    """The text with the fixes of `findings` made, and those that could be."""
    try:
        return document.edited([_edit(change) for one in findings for change in one.fix]).data, findings
    except DocumentError:
        # One of them would go through an alias: the others need not wait for it.
        can = [one for one in findings if len(findings) > 1 and _spliced(document, [one])[1]]
        return _spliced(document, can) if 0 < len(can) < len(findings) else (document.data, [])


def _overlap(left: Pointer, right: Pointer) -> bool:
    size = min(len(left), len(right))
    return left[:size] == right[:size]


def _edit(change: Change) -> Edit:
    if change.action == "insert":
        return Insert(change.pointer, change.key, change.value, None)
    return Set(change.pointer, change.value) if change.action == "set" else Delete(change.pointer)


def _change(tree: Any, change: Change) -> None:
    """Do to plain data what the edit does to the text."""
    steps = change.pointer if change.action == "insert" else change.pointer[:-1]
    for step in steps:
        tree = tree[step]
    if change.action == "insert":
        tree[change.key] = change.value
    elif change.action == "set":
        tree[change.pointer[-1]] = change.value
    else:
        del tree[change.pointer[-1]]
