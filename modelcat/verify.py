"""The last look before anything is written: does the edited text mean what was planned, and only that?

What is compared is the text read afresh, not what the edits were meant to do.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from modelcat.documents import parse
from modelcat.errors import DocumentError, VerifyError
from modelcat.tree import same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.documents import Document, Edit, Edited
    from modelcat.merge import Merged
    from modelcat.tree import Tree


def edited(
    document: Document, edits: Sequence[Edit], expected: Tree, again: Callable[[Tree], Merged]
) -> bytes:
    """The bytes of `document` after `edits`, once it is certain that they are right.

    Read afresh they say `expected`; every comment and every byte outside the edits is still there; merging
    once more (`again`) changes nothing. Raises VerifyError otherwise, and DocumentError where an edit would
    have to go through an alias.
    """
    if not edits:
        if not same(document.tree, expected):
            raise _wrong(document, "no edit was planned, but the outcome differs")
        return document.data
    result = document.edited(edits)
    try:
        after = parse(result.data, document.syntax, document.path)
    except DocumentError as error:
        raise _wrong(document, f"line {error.line} would not be readable: {error.reason}") from error
    if not same(after.tree, expected):
        raise _wrong(document, "it would not say what was planned")
    if not _others_untouched(document.data, result):
        raise _wrong(document, "other lines would change")
    if not _comments(document, result) <= Counter(text for _, text in after.comments()):
        raise _wrong(document, "a comment would be lost")
    if any(decision.changes or decision.new for decision in again(after.tree).decisions):
        raise _wrong(document, "a second merge would change it again")
    return result.data


def _wrong(document: Document, why: str) -> VerifyError:
    return VerifyError(f"{document.path}: not written, because {why}; please report this, with the file")


def _others_untouched(before: bytes, result: Edited) -> bool:
    """Whether what lies between the edited stretches stands in the new text, in order, ends included."""
    rest, place = [], 0
    for start, end in sorted(result.spans):
        if start < place:
            return False
        rest.append(before[place:start])
        place = end
    last = before[place:]
    if not rest:
        return before == result.data
    if not result.data.startswith(rest[0]) or not result.data.endswith(last):
        return False
    place, limit = len(rest[0]), len(result.data) - len(last)
    for part in rest[1:]:
        found = result.data.find(part, place, limit)
        if found < 0:
            return False
        place = found + len(part)
    return place <= limit


def _comments(document: Document, result: Edited) -> Counter[str]:
    """The comments on lines that no edit touches."""
    touched = _lines_of(result.spans, document.data)
    return Counter(text for line, text in document.comments() if line not in touched)


def _lines_of(spans: Sequence[tuple[int, int]], data: bytes) -> set[int]:
    touched: set[int] = set()
    line, place = 1, 0
    for start, end in sorted(spans):
        line += data.count(b"\n", place, start)
        if end > start:
            touched.update(range(line, line + data.count(b"\n", start, end - 1) + 1))
        place = start
    return touched
