"""The last look: every kind of wrong edit is found, a right one passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from modelcat import verify
from modelcat.documents import Document, Edited, Set, parse
from modelcat.errors import VerifyError
from modelcat.merge import Base, Decision, Merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.documents import Edit
    from modelcat.tree import Tree

TEXT = b"# top\na: 1  # one\nb: 2  # two\n# end\nc: 3\n"
EDITS = [Set(("b",), 5)]
EXPECTED = {"a": 1, "b": 5, "c": 3}
RIGHT = b"# top\na: 1  # one\nb: 5  # two\n# end\nc: 3\n"
AT = TEXT.index(b"2")
SPANS = ((AT, AT + 1),)


@dataclass
class Clumsy:
    """A document whose editing is what the test says."""

    document: Document
    result: Edited

    def __getattr__(self, name: str) -> Any:
        return getattr(self.document, name)

    def edited(self, edits: Sequence[Edit]) -> Edited:
        assert edits
        return self.result


def nothing_more(tree: Tree) -> Merged:
    return Merged(tree, (), Base(tree), ())


def look(data: bytes, spans: tuple[tuple[int, int], ...] = SPANS, expected: Tree = EXPECTED) -> bytes:
    document: Any = Clumsy(parse(TEXT, "yaml", "f.yaml"), Edited(data, spans))
    return verify.edited(document, EDITS, expected, nothing_more)


def test_a_right_edit_passes() -> None:
    assert look(RIGHT) == RIGHT
    assert verify.edited(parse(TEXT, "yaml", "f.yaml"), EDITS, EXPECTED, nothing_more) == RIGHT


@pytest.mark.parametrize(
    ("data", "spans", "why"),
    [
        (RIGHT + b"d: [\n", SPANS, "would not be readable"),
        (RIGHT.replace(b"5", b"6"), SPANS, "not say what was planned"),
        (RIGHT.replace(b"5", b"5.0"), SPANS, "not say what was planned"),
        (RIGHT.replace(b"# one", b"#one"), SPANS, "other lines would change"),
        (RIGHT.replace(b"a: 1  ", b"a: 1 "), SPANS, "other lines would change"),
        (RIGHT + b"\n", SPANS, "other lines would change"),
        (b"\n" + RIGHT, SPANS, "other lines would change"),
        (RIGHT.replace(b"# end\n", b""), SPANS, "other lines would change"),
        (RIGHT, ((AT, AT + 1), (AT, AT + 2)), "other lines would change"),
        (RIGHT, (), "other lines would change"),
    ],
)
def test_a_wrong_edit_is_found(data: bytes, spans: tuple[tuple[int, int], ...], why: str) -> None:
    with pytest.raises(VerifyError, match=why):
        look(data, spans)


def test_a_comment_that_turns_into_text_is_found() -> None:
    before = parse(b"a: |\n  text\nb: 2\n  # deep\n", "yaml", "f.yaml")
    document: Any = Clumsy(before, Edited(b"a: |\n  text\n  # deep\n", ((12, 17),)))
    with pytest.raises(VerifyError, match="a comment would be lost"):
        verify.edited(document, EDITS, {"a": "text\n# deep\n"}, nothing_more)


def test_a_merge_that_would_not_rest_is_found() -> None:
    def restless(tree: Tree) -> Merged:
        again = Decision(("b",), 5, 5, 6, "change", "update")
        return replace(nothing_more(tree), decisions=(again,))

    with pytest.raises(VerifyError, match="second merge"):
        verify.edited(parse(TEXT, "yaml", "f.yaml"), EDITS, EXPECTED, restless)


def test_without_edits_the_bytes_are_the_same_and_the_outcome_too() -> None:
    document = parse(TEXT, "yaml", "f.yaml")
    assert verify.edited(document, [], {"a": 1, "b": 2, "c": 3}, nothing_more) == TEXT
    with pytest.raises(VerifyError, match="no edit was planned"):
        verify.edited(document, [], EXPECTED, nothing_more)
