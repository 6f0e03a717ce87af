"""The words of `modelcat doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted, moment

if TYPE_CHECKING:
    from modelcat.commands.doctor import DoctorResult, Installed, Problem
    from modelcat.output import Screen

_FOLD = 12
_TITLES = (
    ("leak", "would give something away"),
    ("config", "wrong in your configs"),
    ("key", "keys"),
    ("repository", "the managed folder"),
    ("tool", "tools"),
    ("catalog", "the catalog"),
)


def show(result: DoctorResult, screen: Screen) -> None:
    """The tools, the keys, the problems with what to do, the next step."""
    for tool in result.tools:
        screen.line(f"{tool.name:<8}{_tool(tool)}")
    screen.line(f"keys    {_keys(result, screen)}")
    screen.line(f"synced  {moment(result.last_sync)}")
    for area, title in _TITLES:
        _problems(title, [one for one in result.problems if one.area == area], screen)
    screen.line()
    grave = sum(one.grave for one in result.problems)
    screen.line(f"{counted(grave, 'problem')} to see to" if grave else "nothing is wrong")
    if result.next_step:
        screen.line(f"next: {result.next_step}")


def _tool(tool: Installed) -> str:
    if tool.program is None:
        installed = "not installed"
    else:
        installed = tool.version or f"{tool.program} (does not say its version)"
    if not tool.has_config:
        return f"{installed}, no config at {tool.config}"
    found = [
        counted(number, word)
        for number, word in ((tool.errors, "error"), (tool.warnings, "warning"))
        if number
    ]
    return f"{installed}, {tool.config}{': ' + ', '.join(found) if found else ''}"


def _keys(result: DoctorResult, screen: Screen) -> str:
    names = sorted({key.variable for key in result.keys})
    if not names:
        return "none set"
    shown = names if screen.verbose else names[:_FOLD]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{len(names)} set: {', '.join(shown)}{more}"


def _problems(title: str, problems: list[Problem], screen: Screen) -> None:
    if not problems:
        return
    screen.line()
    screen.line(f"{title}:")
    for one in problems:
        screen.line(f"  {'!' if one.grave else '-'} {one.what}")
        if one.do:
            screen.line(f"      {one.do}")
