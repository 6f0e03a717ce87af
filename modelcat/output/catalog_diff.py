"""The words of `modelcat diff REV [REV]`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from modelcat.output.tables import counted, price

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelcat.commands.catalog_diff import CatalogDiffResult
    from modelcat.compare import Difference, ProviderChange
    from modelcat.output import Screen

_FOLD = 10
_WORDS = {
    "context_window": "context",
    "max_output_tokens": "output",
    "input_modalities": "takes",
    "output_modalities": "gives",
    "tool_call": "tools",
    "cost.input": "$ in",
    "cost.output": "$ out",
    "cost.cache_read": "$ cache read",
    "cost.cache_write": "$ cache write",
}


def show(result: CatalogDiffResult, screen: Screen) -> None:
    """Counts first, then a block a provider; long lists are folded without -v."""
    between = f"between {result.before} and {result.after}"
    if not result.providers:
        screen.line(f"no model is different {between}")
        return
    changes = [item.change for item in result.providers]
    screen.line(
        f"{sum(len(c.added) for c in changes):,} added, {sum(len(c.removed) for c in changes):,} removed, "
        f"{sum(len(c.changed) for c in changes):,} changed at {counted(len(changes), 'provider')}, {between}"
    )
    for item in result.providers:
        screen.line()
        screen.line(f"{item.change.provider}: {item.change.counts()}{_turned(item)}")
        for line in _folded([f"  + {i}" for i in item.change.added], screen):
            screen.line(line)
        for line in _folded([f"  - {i}" for i in item.change.removed], screen):
            screen.line(line)
        for line in _folded(list(_changed(item)), screen):
            screen.line(line)


def _turned(item: ProviderChange) -> str:
    """A list that stands on another footing is not a provider that changed its mind."""
    before = item.before.origin if item.before else None
    after = item.after.origin if item.after else None
    if after is None:
        return " (no listing any more)"
    if before is None:
        return " (new)"
    if before == after:
        return ""
    return " (asked for the first time)" if before == "embedded" else " (the embedded snapshot again)"


def _changed(item: ProviderChange) -> Iterator[str]:
    for model_id, differences in item.changed:
        yield f"  ~ {model_id}: {', '.join(map(said, differences))}"


def said(difference: Difference) -> str:
    """One fact before and after, in words."""
    word = _WORDS.get(difference.field, difference.field)
    return f"{word} {_value(difference.before)} -> {_value(difference.after)}"


def _value(value: Any) -> str:
    if isinstance(value, Decimal):
        return price(value)
    if value is None or value == ():
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return "+".join(value) if isinstance(value, tuple) else str(value)


def _folded(lines: Sequence[str], screen: Screen) -> Sequence[str]:
    if screen.verbose or len(lines) <= _FOLD + 1:
        return lines
    return [*lines[:_FOLD], f"    and {len(lines) - _FOLD:,} more (-v shows all)"]
