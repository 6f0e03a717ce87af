"""The command line: options in, one command function called, its result shown or printed as JSON. No logic.

One module a group of commands; their order in the help is in looks.py. typer is imported in this package and
nowhere else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from typer.main import get_command

from modelcat.cli import complete
from modelcat.cli.frame import app
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

_GROUPS: Final = {
    "sync": ("init", "sync", "fetch", "generate", "generate-configs"),
    "configs": (
        *("diff", "apply", "update-configs", "backup", "backup-configs", "restore", "restore-configs"),
        *("merge", "merge-configs", "validate"),
    ),
    "catalog": ("models", "show", "log", "stats"),
    "upkeep": ("status", "clean", "doctor", "version"),
    "registry": ("providers",),
}
"""Module -> the words that its commands are called by."""


def load(word: str = "") -> None:
    """Put the commands into the app: those of the group that `word` is of, all where it is no command.

    The groups that are not called would take a fiftieth of a second of every start.
    """
    for group in [name for name, words in _GROUPS.items() if word in words] or _GROUPS:
        import_module(f"modelcat.cli.{group}")


def run(words: Sequence[str]) -> int:
    """Run modelcat with these words and give the exit code; usage errors are shown and are 2."""
    complete.prepare()
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    load(*words[:1])
    try:
        get_command(app).main(list(words), prog_name="modelcat")
    except SystemExit as end:
        before = end.__context__
        if before is not None and isinstance(before.__cause__, KeyboardInterrupt):
            # typer takes a ^C between commands for an ending of its own, and says nothing.
            raise KeyboardInterrupt from None
        if isinstance(before, BrokenPipeError):
            # Of a help that nobody reads to its end, which to typer is a failure.
            raise before from None
        return end.code if isinstance(end.code, int) else ExitCode.OK
    return ExitCode.OK
