"""Tables and numbers, drawn the same for every command.

On a terminal rich lays a table out in the width there is. In a pipe every row is one line, nothing is cut or
folded, and rich, which takes seconds for ten thousand rows, is not loaded.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcat.catalog import price_text
from modelcat.output import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from modelcat.output import Screen

_GAP = "  "
_NARROWEST = 12
"""Letters of a column that may be folded below which nobody could read it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and how it behaves."""

    heading: str
    right: bool = False
    """Numbers stand to the right."""
    long: bool = False
    """May be folded onto several lines where the terminal is narrow; the others never are."""


def draw(screen: Screen, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, fold: int = 0) -> None:
    """Show `rows` on stdout; on a terminal only the first `fold` (0: all), with a word on the rest."""
    if not sys.stdout.isatty():
        _lines(screen, columns, rows)
        return
    shown = rows[:fold] if fold and not screen.verbose else rows
    if _fits(screen, columns, shown):
        _table(screen, columns, shown)
    else:
        # rich would leave out whole columns; the terminal itself only wraps what is too long for it.
        _lines(screen, columns, shown, ragged=True)
    if len(shown) < len(rows):
        screen.line(f"… and {len(rows) - len(shown):,} more; -v or a pipe shows all")


def _fits(screen: Screen, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the terminal has room for all columns, those that may be folded at their narrowest."""
    least = (
        min(width, _NARROWEST) if column.long else width
        for width, column in zip(_widths(columns, rows), columns, strict=True)
    )
    return sum(least) + len(_GAP) * (len(columns) - 1) <= screen.console().width


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    head = [column.heading for column in columns]
    return [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]


def _lines(
    screen: Screen, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, ragged: bool = False
) -> None:
    """A line a row; `ragged` spares the room that long cells would take in the rows of short ones."""
    widths = [
        0 if ragged and column.long else width
        for width, column in zip(_widths(columns, rows), columns, strict=True)
    ]
    for row in ([column.heading for column in columns], *rows):
        cells = (
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(row, widths, columns, strict=True)
        )
        screen.line(_GAP.join(cells).rstrip())


def _table(screen: Screen, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=not column.long,
        )
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    screen.draw(table)


def tokens(count: int | None) -> str:
    """A limit in few letters: 128k, 1.05M, 512; "?" where it is not known."""
    if count is None:
        return "?"
    if count < 10_000:
        return str(count)
    if count < 1_000_000:
        return f"{count / 1000:.0f}k"
    return f"{count / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"


def price(value: Decimal | None) -> str:
    """USD per million tokens: 0.25, free, "?" where it is not known."""
    if value is None:
        return "?"
    return "free" if value == 0 else price_text(value)


def moment(when: str | None) -> str:
    """A time as 2026-11-24T14:30:00Z for people: 2026-11-24 14:30:00 UTC; never where there is none."""
    return when.replace("T", " ").replace("Z", " UTC") if when else "never"


def counted(count: int, one: str, many: str = "") -> str:
    """A number and its noun: 1 model, 2,310 models."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
