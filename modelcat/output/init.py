"""The words of `modelcat init`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted

if TYPE_CHECKING:
    from modelcat.commands.init import InitResult
    from modelcat.output import Screen

_FOLD = 12


def show(result: InitResult, screen: Screen) -> None:
    """The folder, the tools, the keys, the next step."""
    screen.line(f"{'made' if result.made else 'already there:'} {result.home}")
    screen.line(f"what is asked and what may reach your tools: {result.selection}")
    if result.hook is not None:
        screen.line(f"git hook installed: {result.hook}")
    _tools(result, screen)
    _keys(result, screen)
    screen.line()
    screen.line(f"next: {result.next_step}")


def _tools(result: InitResult, screen: Screen) -> None:
    screen.line()
    found = sum(tool.present for tool in result.tools)
    screen.line(f"{found} of {counted(len(result.tools), 'tool')} found")
    for tool in result.tools:
        if not tool.present:
            word = "not found; named with --tool it gets a config all the same"
        elif not tool.has_config:
            word = f"has no config yet; `modelcat apply` would make {tool.path}"
        else:
            word = str(tool.path) if tool.wanted else f"{tool.path} (switched off in config.toml)"
        screen.line(f"  {tool.name:<8}{word}")


def _keys(result: InitResult, screen: Screen) -> None:
    screen.line()
    screen.line(f"{counted(len(result.keys), 'key')} found in the environment")
    for key in result.keys[:_FOLD]:
        screen.line(f"  {key.provider:<16}{key.variable}")
    if len(result.keys) > _FOLD:
        screen.line(f"  and {len(result.keys) - _FOLD} more; `modelcat providers list` shows all")
    screen.line(
        f"  {counted(result.open_lists, 'provider')} can be asked without a key, "
        f"{counted(result.needs_key, 'provider')} only once one is set"
    )
