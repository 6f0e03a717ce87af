"""docs/commands.md names every command and every option there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from modelcat import cli
from modelcat.cli.frame import app

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
COMMON = {"--help", "--home", "--json", "--verbose"}


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


cli.load()
ALL = dict(commands(get_command(app)))


def test_the_tree_is_walked() -> None:
    assert {"sync", "providers add", "validate"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_told(name: str) -> None:
    assert f"modelcat {name}" in TEXT or f"`{name}`" in TEXT or f"`{name} " in TEXT


@pytest.mark.parametrize("name", [name for name, command in ALL.items() if not command.hidden])
def test_every_option_is_told(name: str) -> None:
    for parameter in ALL[name].params:
        if getattr(parameter, "hidden", False) or not parameter.opts[0].startswith("-"):
            continue
        long = next(opt for opt in parameter.opts if opt.startswith("--"))
        assert long in COMMON or long in TEXT, f"modelcat {name} {long}"
