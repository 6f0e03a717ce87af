"""The words of `modelcat backup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted

if TYPE_CHECKING:
    from modelcat.commands.backup import BackupResult
    from modelcat.output import Screen


def show(result: BackupResult, screen: Screen) -> None:
    """The tag on stdout, alone on its line so that a script can take it; what is under it on stderr."""
    if result.tag is None:
        screen.say("nothing to back up: no tool's config and no tool's program was found")
        return
    screen.line(result.tag)
    there = [file for file in result.files if file.existed]
    for file in result.files:
        screen.say(f"  {file.tool}: {file.path}{'' if file.existed else ' (not there)'}")
    them = "it" if len(there) == 1 else "them"
    screen.say(f"{counted(len(there), 'file')} kept; `modelcat restore {result.tag}` brings {them} back")
