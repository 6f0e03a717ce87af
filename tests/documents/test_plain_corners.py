"""The plain writer: limits, what the elements of lists are written as, and what files have in common."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from modelcat.documents import dump

if TYPE_CHECKING:
    from modelcat.documents.plain import Written
    from modelcat.tree import Tree


def test_a_key_goes_in_a_line_with_its_value_as_long_as_parsers_allow() -> None:
    key = "k" * 1_000
    assert dump({key: 1}, "yaml") == f"{key}: 1\n"
    assert dump({key + "k": 1}, "yaml") == f"? {key}k\n: 1\n"


def test_a_time_between_maps_is_quoted_in_yaml() -> None:
    assert dump([time(1, 2), {"k": 1}], "yaml") == '- "01:02:00"\n- k: 1\n'


MODEL: Tree = {"name": "x", "tags": [{"t": 1}]}
TEXT = 'name: "x"\n    tags:\n      - t: 1'
FILES: list[Tree] = [{"clients": [MODEL, 1]}, {"apis": {"one": MODEL}}, [{"model": MODEL}], [[MODEL]]]


@pytest.mark.parametrize("tree", FILES, ids=["map of lists", "map of maps", "list of maps", "list of lists"])
def test_what_one_file_has_is_not_worked_out_for_the_next(tree: Tree) -> None:
    written: Written = {}
    before = dump(tree, "yaml", (), written)
    assert written == {(id(MODEL), "    "): f"    {TEXT}"}
    written[id(MODEL), "    "] = "    taken: over"
    after = dump(tree, "yaml", (), written)
    assert "taken: over" in after
    assert after.replace("taken: over", TEXT) == before
