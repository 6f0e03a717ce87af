"""Looking after things: status, clean, doctor, version."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelcat.cli.frame import Call, Result, command, number
from modelcat.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from modelcat.output import Screen


@command("status", examples="modelcat status")
def status(call: Call) -> tuple[Result, Any]:
    """One screen: last sync, failures, what is pending, last backup."""
    from modelcat.commands import status as steps
    from modelcat.output import status as words

    return steps.run(call.settings), words.show


@command(
    "clean",
    examples="""
    modelcat clean --temp
    modelcat clean --backups --keep 20
    modelcat clean --all --yes""",
)
def clean(
    call: Call,
    *,
    temp: Annotated[bool, typer.Option("--temp", help="Leftovers of interrupted runs.")] = False,
    configs: Annotated[
        bool, typer.Option("--configs", help="Generated configs in the managed folder.")
    ] = False,
    backups: Annotated[
        bool, typer.Option("--backups", help="Old backups; --keep says how many stay.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", parser=number(int, 0), help="Backups to keep (20 if not said)."),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="The whole catalog and its history; never backups.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> tuple[Result, Any]:
    """Remove leftovers, generated configs, old backups."""
    from modelcat.commands import clean as steps
    from modelcat.output import clean as words

    everything = all_ and (
        yes or call.screen.confirm("Remove the catalog with its history? Your configs and backups stay.")
    )
    if all_ and not everything:
        raise UsageError("nothing was removed; --yes answers the question")
    result = steps.run(
        call.settings, temp=temp, configs=configs, backups=backups, keep=keep, everything=everything
    )
    return result, words.show


@command("doctor", examples="modelcat doctor")
def doctor(call: Call) -> tuple[Result, Any]:
    """What is installed, set, leaking or stale, and what to do."""
    from modelcat.commands import doctor as steps
    from modelcat.output import doctor as words

    return steps.run(call.settings), words.show


@dataclass(frozen=True, slots=True)
class Version:
    """Which modelcat this is, and what runs it."""

    modelcat: str
    python: str

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, str]:
        """{"modelcat", "python"}."""
        return {"modelcat": self.modelcat, "python": self.python}


@command("version", examples="modelcat version --json")
def version(call: Call) -> tuple[Result, Any]:
    """The version; -v adds what runs it."""
    del call
    from modelcat import __version__

    found = Version(__version__, platform.python_version())
    return found, _show_version


def _show_version(found: Version, screen: Screen) -> None:
    screen.line(f"modelcat {found.modelcat}")
    if screen.verbose:
        screen.line(f"Python {found.python}, {sys.executable}")
