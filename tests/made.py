"""Strategies for tuples with names, such as Model: only what a test asks for is there."""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def made(
    kind: type[T], *given: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]
) -> st.SearchStrategy[T]:
    """As st.builds, which would make up every field of a NamedTuple that it is not given."""

    def new(*values: Any, **fields: Any) -> T:
        return kind(*values, **fields)

    return st.builds(new, *given, **named)
