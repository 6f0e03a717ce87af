"""Strategies for what a hostile or careless provider may answer."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from modelcat import dialects

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How a busy machine is taken: no example fails for its time."""

_PATHS = sorted(
    {
        path
        for name in dialects.names()
        for fact in dialects.field_names()
        for path in getattr(dialects.load(name).fields, fact)
    }
)
_KEYS = sorted({step for path in _PATHS for step in path.split(".")})

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "-1", "$0.000001", "0", "1e999", "chat", "text->text", "2025-01-01", "2025-13-45", "\ud800"]
    ),
)
keys = st.one_of(st.sampled_from(_KEYS), st.text(max_size=5))
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=12,
)
ids = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["a", "b", "acme/falcon-9:free", "ft:mine", "bad\x1b[31m", "x" * 513]),
    scalars,
)


@st.composite
def _placed(draw: st.DrawFn) -> dict[str, Any]:
    """A row with anything at places that dialects look at."""
    row: dict[str, Any] = {}
    for path in draw(st.lists(st.sampled_from(_PATHS), max_size=6)):
        *way, last = path.split(".")
        inner = row
        for step in way:
            deeper = inner.setdefault(step, {})
            if not isinstance(deeper, dict):
                break
            inner = deeper
        inner[last] = draw(values)
    row.update(draw(st.fixed_dictionaries({}, optional={"id": ids, "name": ids, "model": ids, "key": ids})))
    return row


rows: st.SearchStrategy[dict[str, Any]] = st.one_of(_placed(), st.dictionaries(keys, values, max_size=6))
"""JSON objects that look more or less like a model."""
answers: st.SearchStrategy[Any] = st.one_of(
    values,
    st.builds(lambda items: {"data": items}, st.lists(st.one_of(rows, values), max_size=5)),
    st.builds(lambda items: {"models": items}, st.lists(st.one_of(rows, values), max_size=5)),
    st.builds(
        lambda items: {"result": items, "result_info": {"page": 1, "total_pages": 2}},
        st.lists(rows, max_size=3),
    ),
    st.dictionaries(keys, st.dictionaries(keys, st.one_of(rows, values), max_size=3), max_size=3),
    st.lists(st.one_of(rows, values), max_size=5),
)
"""Whole answers, few of them lists of models."""
