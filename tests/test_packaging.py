"""What pyproject.toml says modelcat needs is what it imports: nothing for nothing, and nothing missing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Distributions that are imported by another name.
MODULES = {
    "pyyaml": "yaml",
    "pytest-cov": None,
    "pytest-xdist": None,
    "ruamel.yaml": "ruamel",
    "pre-commit": None,
}
# Programs, not modules.
TOOLS = {"mypy", "ruff"}


def imported(*folders: str) -> set[str]:
    """The first names of all modules imported anywhere below the folders, Python's own left out."""
    found: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"modelcat", "tests", "benchmarks"}


def declared(lines: list[str]) -> set[str]:
    """The modules of the distributions that the lines of a dependency list name."""
    names = [re.split(r"[\s<>=!~;\[]", line)[0].lower() for line in lines]
    return {module for name in names if (module := MODULES.get(name, name)) and module not in TOOLS}


def test_modelcat_needs_what_it_imports() -> None:
    assert imported("modelcat", "hooks") == declared(PROJECT["dependencies"])


def test_tests_and_benchmarks_need_what_they_import() -> None:
    test = declared(PROJECT["optional-dependencies"]["test"])
    assert imported("tests", "benchmarks", "config") - declared(PROJECT["dependencies"]) == test


@pytest.mark.parametrize("line", PROJECT["dependencies"])
def test_every_dependency_has_a_lower_bound(line: str) -> None:
    """tests/real/test_install.py tries them all at that bound."""
    assert re.search(r">=\d", line)
