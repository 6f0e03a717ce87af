"""What was applied survives JSON with every type, and what is no such note is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat.errors import StorageError
from modelcat.memory import Memory, from_json, to_json
from modelcat.merge import NO_BASE, Base
from modelcat.tree import MISSING, Item, same

KEYS = st.sampled_from(["a", "b", "$", "$map", "$float", "$date", "", "ü"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
)
TREES = st.recursive(
    SCALARS, lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=3), max_leaves=6
)
POINTERS = st.lists(KEYS | st.integers(0, 3) | KEYS.map(Item), max_size=4).map(tuple)


@settings(max_examples=300)
@given(TREES, st.frozensets(POINTERS, max_size=3), st.frozensets(POINTERS, max_size=3))
def test_a_base_survives_json_with_every_type(tree: Any, held: Any, yours: Any) -> None:
    memory = Memory(
        "/x/config", {"f": Base(tree, held, yours), "g": NO_BASE}, {"h": "0" * 64}, {"p": "k"}, {"p": ("m",)}
    )
    back = from_json(json.loads(json.dumps(to_json(memory))), "aichat")
    assert same(back.bases["f"].tree, tree)
    assert back.bases["f"].held == held
    assert back.bases["f"].yours == yours
    assert {type(step) for pointer in back.bases["f"].held for step in pointer} == {
        type(step) for pointer in held for step in pointer
    }
    assert back.bases["g"].tree is MISSING
    assert (back.path, back.digests, back.names, back.models) == (
        "/x/config",
        {"h": "0" * 64},
        {"p": "k"},
        {"p": ("m",)},
    )


@pytest.mark.parametrize(
    "value",
    [1, True, 1.0, -0.0, None, "1", date(2026, 1, 2), time(1, 2), datetime(2026, 1, 2, tzinfo=UTC), 2**63],
)
def test_values_that_look_alike_stay_apart(value: Any) -> None:
    back = from_json(json.loads(json.dumps(to_json(Memory(bases={"f": Base({"x": value})})))), "mods")
    assert same(back.bases["f"].tree, {"x": value})


def test_first_contact_is_an_empty_memory() -> None:
    assert from_json(None, "mods") == Memory()


@pytest.mark.parametrize(
    "data", [{}, [], 5, {"format": 1}, {"format": 1, "path": "", "names": {}, "models": {}, "files": 3}]
)
def test_what_is_no_note_is_refused_with_a_way_out(data: Any) -> None:
    with pytest.raises(StorageError, match=r"mods.*restore a backup"):
        from_json(data, "mods")


def test_a_note_of_another_version_is_refused() -> None:
    with pytest.raises(StorageError, match="another version"):
        from_json({"format": 99}, "mods")


def test_the_files_are_named_for_the_backup() -> None:
    memory = Memory(bases={"config.toml": Base({})}, digests={"modelcat/p.json": "d"})
    assert set(to_json(memory)["files"]) == {"config.toml", "modelcat/p.json"}
