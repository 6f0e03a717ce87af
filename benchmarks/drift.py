"""Providers that live: every day some models come, some go, some cost something else, and somebody fails.

The shops of the simulator are changed in place. What a catalog must have seen of it is kept beside them, so
that whoever syncs can be held to it: the list of a day on which a provider failed is never seen.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.world import Place, Row
    from tests.simulator import Shop, Simulator

# Those a client does not try again, so that a simulated day takes no longer than a quiet one.
FAULTS = ("404", "html", "empty", "empty list", "wrong shape", "cut json", "error 200")
BUSY = 0.3
"""The part of the providers that change their list on a day."""
FAILING = 0.04
"""The part that fails on a day."""
_PRICED = "openrouter"
"""The sample whose prices are read from the rows that benchmarks/world.py makes."""


class Seen(NamedTuple):
    """What one day brought for one provider, as a catalog can know it."""

    appeared: frozenset[str]
    vanished: frozenset[str]
    repriced: frozenset[str]


@dataclass(slots=True)
class Drift:
    """The simulator's shops, day after day. The same seed gives the same life."""

    simulator: Simulator
    places: tuple[Place, ...]
    numbers: random.Random = field(default_factory=lambda: random.Random("drift"))  # noqa: S311  no secret
    day: int = 0
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Provider -> id -> price, as last seen."""
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    """Provider -> what each day on which it was well brought, the first day's whole list included."""
    failing: tuple[str, ...] = ()
    """Who fails today."""

    def next(self) -> None:
        """Let a day pass."""
        shops = self.simulator.shops
        if self.day:
            for place in self.places:
                if self.numbers.random() < BUSY:
                    self._change(place, shops[place.name])
        self.failing = tuple(p.name for p in self.places if self.day and self.numbers.random() < FAILING)
        self.day += 1
        for name, shop in shops.items():
            shop.always = self.numbers.choice(FAULTS) if name in self.failing else None
            if name not in self.failing:
                self._look(name, shop)

    def _change(self, place: Place, shop: Shop) -> None:
        rows, numbers = list(shop.rows), self.numbers
        for _ in range(min(numbers.randint(0, 3), len(rows) - 1)):
            del rows[numbers.randrange(len(rows))]
        rows += (place.another(numbers, f"d{self.day}-{n}") for n in range(numbers.randint(0, 3)))
        if shop.like.name == _PRICED:
            for at in numbers.sample(range(len(rows)), min(numbers.randint(0, 5), len(rows))):
                price = f"0.0000{numbers.randint(10, 999):04}"
                rows[at] = {**rows[at], "pricing": {**rows[at]["pricing"], "prompt": price}}
        fill(shop, rows)

    def _look(self, name: str, shop: Shop) -> None:
        before, after = self.known.get(name, {}), prices(shop)
        both = before.keys() & after.keys()
        news = Seen(
            frozenset(after.keys() - before.keys()),
            frozenset(before.keys() - after.keys()),
            frozenset(model for model in both if before[model] != after[model]),
        )
        self.known[name] = after
        if any(news):
            self.seen.setdefault(name, []).append(news)


def prices(shop: Shop) -> dict[str, Any]:
    """Id -> the price a catalog reads (None: it reads none) of everything the shop offers."""
    key = shop.like.id or "id"
    return {
        str(row[key]).removeprefix("models/"): row["pricing"]["prompt"] if shop.like.name == _PRICED else None
        for row in shop.rows
    }


def fill(shop: Shop, rows: Iterable[Row]) -> None:
    """Give the shop these rows; its answer is made now, not when the first question comes."""
    shop.rows = list(rows)
    shop.refresh()
    shop.body(dict(parse_qsl(urlsplit(shop.provider.models_url or "").query)))
