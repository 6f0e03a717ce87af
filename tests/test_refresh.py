from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.catalog import Cost, Listing, Model, listing
from modelcat.refresh import Change, body, change, fingerprint, subject

A = Model("a", context_window=10)
A_BIGGER = Model("a", context_window=20)
A_SOURCED = Model("a", context_window=10, sources=(("context_window", "models.dev"),))
A_DEARER = Model("a", context_window=10, cost=Cost(input=Decimal(1)))
B = Model("b")


def of(*models: Model) -> Listing:
    return listing("p", models, "fetched")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, Change("p")),
        (None, of(B, A), Change("p", added=("a", "b"))),
        (of(A, B), None, Change("p", removed=("a", "b"))),
        (of(A), of(A), Change("p")),
        (of(A), of(A, B), Change("p", added=("b",))),
        (of(A, B), of(B), Change("p", removed=("a",))),
        (of(A), of(A_BIGGER), Change("p", changed=("a",))),
        (of(A), of(A_DEARER), Change("p", changed=("a",))),
        (of(A), of(A_SOURCED), Change("p")),
    ],
)
def test_what_counts_as_a_change(old: Listing | None, new: Listing | None, expected: Change) -> None:
    assert change("p", old, new) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], "sync: the same models, texts made anew"),
        ([Change("p")], "sync: the same models, texts made anew"),
        ([Change("p", added=("a", "b"))], "sync: +2 models in p"),
        ([Change("p", added=("a",)), Change("q")], "sync: +1 model in p"),
        (
            [Change("p", ("a", "b"), ("c",), ("d",)), Change("q", ("a",), (), ("x", "y"))],
            "sync: +3 -1 ~3 models in 2 providers",
        ),
    ],
)
def test_the_subject_of_a_commit(changes: list[Change], expected: str) -> None:
    assert subject(changes) == expected


def test_the_body_has_a_line_for_each_provider_that_changed() -> None:
    changes = [Change("q", added=("a",)), Change("p", removed=("a",), changed=("b",)), Change("r")]
    assert body(changes) == "q: +1\np: -1 ~1"


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_fingerprints_are_equal_only_for_equal_parts(left: list[str], right: list[str]) -> None:
    no_separator = not any("\0" in part for part in left + right)
    if no_separator and left and right:
        assert (fingerprint(left) == fingerprint(right)) == (left == right)
