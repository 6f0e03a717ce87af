"""Two catalogs side by side: which models came and went, and which facts of the others are not the same.

Which ids changed is decided in refresh.py, here what of them. Core: reading revisions is in repo.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from modelcat.catalog import Catalog, Cost, Listing, Model, price_text
from modelcat.refresh import Change, change

if TYPE_CHECKING:
    from collections.abc import Iterator

PRICES = tuple(f"cost.{name}" for name in Cost._fields)
LIMITS = ("context_window", "max_output_tokens")
_COMPARED = tuple(name for name in Model._fields if name not in {"id", "cost", "sources"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of one model that is not what it was; None: not known."""

    field: str
    """A field of Model, or cost.input, cost.output, cost.cache_read, cost.cache_write."""
    before: Any
    after: Any

    def as_json(self) -> dict[str, Any]:
        """{"field", "before", "after"}; prices as strings, as in the catalog."""
        return {"field": self.field, "before": _plain(self.before), "after": _plain(self.after)}


@dataclass(frozen=True, slots=True)
class ProviderChange:
    """What is different at one provider."""

    change: Change
    changed: tuple[tuple[str, tuple[Difference, ...]], ...]
    """(model id, its differences), sorted by id."""
    before: Listing | None
    after: Listing | None


def compare(before: Catalog, after: Catalog) -> tuple[ProviderChange, ...]:
    """The providers at which something is different, sorted by name."""
    old = {item.provider: item for item in before.listings}
    new = {item.provider: item for item in after.listings}
    found = (_provider(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))
    return tuple(item for item in found if item.change)


def _provider(name: str, before: Listing | None, after: Listing | None) -> ProviderChange:
    what = change(name, before, after)
    ids = frozenset(what.changed)
    old = {model.id: model for model in before.models if model.id in ids} if before else {}
    new = {model.id: model for model in after.models if model.id in ids} if after else {}
    changed = tuple((i, tuple(differences(old[i], new[i]))) for i in what.changed)
    return ProviderChange(what, changed, before, after)


def differences(before: Model, after: Model) -> Iterator[Difference]:
    """The facts of one model that are not the same: limits and prices first, as people ask for them first."""
    for name in LIMITS:
        yield from _difference(name, getattr(before, name), getattr(after, name))
    for name in PRICES:
        part = name.removeprefix("cost.")
        yield from _difference(name, getattr(before.cost, part), getattr(after.cost, part))
    for name in _COMPARED:
        if name not in LIMITS:
            yield from _difference(name, getattr(before, name), getattr(after, name))


def _difference(name: str, before: Any, after: Any) -> Iterator[Difference]:
    if before != after:
        yield Difference(name, before, after)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return price_text(value)
    return list(value) if isinstance(value, tuple) else value
