"""The command line: options in, one command function called, its result shown or printed as JSON. No logic.

One module a group of commands; their order in the help is in looks.py. typer is imported here and nowhere
else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from typer.main import get_command

from modelcat.cli import complete
from modelcat.cli.frame import app
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

for group in ("sync", "configs", "catalog", "upkeep", "registry"):
    import_module(f"modelcat.cli.{group}")


def run(words: Sequence[str]) -> int:
    """Run modelcat with these words and give the exit code; usage errors are shown and are 2."""
    complete.prepare()
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    try:
        get_command(app).main(list(words), prog_name="modelcat")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.OK
    return ExitCode.OK
