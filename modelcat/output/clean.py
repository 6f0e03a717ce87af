"""The words of `modelcat clean`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted

if TYPE_CHECKING:
    from modelcat.commands.clean import CleanResult
    from modelcat.output import Screen

_UNITS = ("bytes", "kB", "MB", "GB")


def show(result: CleanResult, screen: Screen) -> None:
    """A line for each thing that was asked for."""
    if result.everything:
        screen.line(
            "the catalog and its history are removed; modelcat.toml and providers.toml stay, backups too"
        )
    if result.leftovers is not None:
        screen.line(f"{counted(result.leftovers, 'leftover')} removed, the repositories packed")
    if result.configs is not None:
        screen.line(
            f"{counted(result.configs, 'generated config')} removed; `modelcat generate` makes them again"
        )
    if result.backups is not None:
        screen.line(f"{counted(result.backups, 'old backup')} removed for good")
    screen.say(f"{_size(result.freed)} freed")


def _size(size: float) -> str:
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError
