"""docs/reliability.md names tests; they are there, and the tests of this folder are all in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# Cases of a row that names their sibling.
BESIDE = {
    "test_a_proxy_that_refuses",
    "test_a_folder_that_may_not_be_written",
    "test_nothing_of_it_steers_a_real_terminal",
    "test_runs_of_a_time_to_come_do_not_push_out_the_present_one",
}


def names_of(path: Path) -> set[str]:
    found = ast.parse(path.read_text("utf-8")).body
    return {
        item.name for item in found if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
    }


def named() -> set[tuple[str, str]]:
    return set(NAMED.findall((ROOT / "docs" / "reliability.md").read_text("utf-8")))


def test_every_named_test_is_there() -> None:
    assert len(named()) > 25
    assert [f"{path}::{name}" for path, name in named() if name not in names_of(ROOT / path)] == []


def test_every_row_names_a_test() -> None:
    faults, _, commands = (ROOT / "docs" / "reliability.md").read_text("utf-8").partition("\n## Long runs\n")
    assert commands
    rows = [
        line
        for line in faults.splitlines()
        if line.startswith("| ") and not line.startswith(("| fault |", "| what is promised |"))
    ]
    assert len(rows) > 25
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_test_of_this_folder_is_named() -> None:
    told = {name for _, name in named()} | BESIDE
    here = {name for path in Path(__file__).parent.glob("test_*.py") for name in names_of(path)}
    assert here - told - names_of(Path(__file__)) == set()
