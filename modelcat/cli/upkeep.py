"""Looking after things: status, clean, doctor, version."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from modelcat.cli.frame import Call, Result, app, command
from modelcat.errors import UsageError


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
    keep: Annotated[int | None, typer.Option("--keep", help="Backups to keep.", min=0)] = None,
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


@app.command("version")
def version() -> None:
    """The version."""
    from modelcat import __version__

    print(f"modelcat {__version__}")
