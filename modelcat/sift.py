"""Which models of one listing a Selection lets into one tool's config, and why the others stay out.

`sift` judges every model for itself; which of those that fit are the newest is decided after it, by
`Sifted.newest`, since for that somebody may have to find out when a model was first seen. What modelcat.toml
says is read in selection.py; which providers take part is asked there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from modelcat.catalog import price_text
from modelcat.selection import CAPABILITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from modelcat.catalog import Listing, Model
    from modelcat.selection import Rules, Selection

PAST_LIMIT: Final = "past max_models"


@dataclass(frozen=True, slots=True)
class Selected:
    """What is chosen of one listing for one tool."""

    provider: str
    models: tuple[Model, ...]
    """Sorted by id."""
    left_out: Mapping[str, int]
    """Reason -> how many models, the reasons in the order in which they are asked."""
    excluded: frozenset[str]
    """Ids that modelcat.toml keeps out whatever was applied before; being past max_models is not that."""
    max_models: int | None

    def words(self) -> tuple[str, ...]:
        """What was left out, for people; empty if nothing was."""
        total = len(self.models) + sum(self.left_out.values())
        lines = [
            f"{self.provider}: {number} of {total} models left out: {reason}"
            for reason, number in self.left_out.items()
            if reason != PAST_LIMIT
        ]
        if PAST_LIMIT in self.left_out:
            shown = f"{self.max_models} newest shown" if self.max_models else "none shown"
            lines.append(f"{self.provider}: {total} models, {shown}; raise max_models or include globs")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Sifted:
    """One listing judged model by model, as in Selected; which of the `fitting` are the newest is open."""

    provider: str
    chosen: tuple[Model, ...]
    fitting: tuple[Model, ...]
    left_out: Mapping[str, int]
    excluded: frozenset[str]
    max_models: int | None
    keep: frozenset[str]

    @property
    def wants_days(self) -> bool:
        """Whether it makes a difference when models that nobody dates were first seen."""
        limit = self.max_models or 0
        return 0 < limit < len(self.fitting) and any(model.released is None for model in self.fitting)

    def newest(self, first_seen: Mapping[str, str]) -> Selected:
        """The models that may reach the config; `first_seen` (id -> YYYY-MM-DD) dates the undated."""
        newest = _newest(self.fitting, self.max_models, first_seen)
        kept = tuple(model for model in self.fitting if model.id in newest or model.id in self.keep)
        left_out = dict(self.left_out)
        if len(kept) < len(self.fitting):
            left_out[PAST_LIMIT] = len(self.fitting) - len(kept)
        models = tuple(sorted(self.chosen + kept, key=lambda model: model.id))
        return Selected(self.provider, models, MappingProxyType(left_out), self.excluded, self.max_models)


def sift(listing: Listing, selection: Selection, tool: str, keep: frozenset[str] = frozenset()) -> Sifted:
    """Every model of `listing` judged for `tool`'s config.

    `keep` are ids already applied. They leave only by a rule they are known to break: max_models, a
    deprecation and facts that have become unknown keep new models out, never old ones in the file.
    """
    rules = selection.rules(listing.provider, tool)
    chosen, fitting, excluded = [], [], set()
    left_out: dict[str, int] = {}
    judge = _judge(rules)
    for model in listing.models:
        verdict = judge(model)
        if verdict is None:
            fitting.append(model)
        elif verdict.wish or (model.id in keep and verdict.soft):
            chosen.append(model)
        else:
            left_out[verdict.reason] = left_out.get(verdict.reason, 0) + 1
            if not verdict.soft:
                excluded.add(model.id)
    return Sifted(
        listing.provider, tuple(chosen), tuple(fitting), left_out, frozenset(excluded), rules.max_models, keep
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Why a model does not simply fit."""

    reason: str
    soft: bool = False
    """Keeps new models out only."""
    wish: bool = False
    """Not out at all: the person wrote its id in full."""


def _judge(rules: Rules) -> Callable[[Model], _Verdict | None]:
    checks = [*_names(rules), *_checks(rules)]

    def judge(model: Model) -> _Verdict | None:
        for check in checks:
            verdict = check(model)
            if verdict is not None:
                return verdict
        return None

    return judge


def _names(rules: Rules) -> Iterator[Callable[[Model], _Verdict | None]]:
    """The checks of ids; none where the rules name no ids, as most do not."""
    excluded, included, wished = rules.exclude.matcher(), rules.include.matcher(), rules.include.exact()
    if rules.exclude.patterns:
        yield lambda model: _Verdict("excluded") if excluded(model.id) else None
    if wished:
        yield lambda model: _WISH if model.id in wished else None
    if "*" not in rules.include.patterns:
        yield lambda model: None if included(model.id) else _Verdict("not included")


_WISH: Final = _Verdict("named in full", wish=True)


def _checks(rules: Rules) -> list[Callable[[Model], _Verdict | None]]:
    """The checks that these rules ask for, in the order of the reasons shown."""
    modes = frozenset(rules.modes)
    checks: list[Callable[[Model], _Verdict | None]] = [
        lambda model: None if model.mode in modes else _Verdict(f"for {model.mode}")
    ]
    if not rules.deprecated:
        checks.append(lambda model: _Verdict("deprecated", soft=True) if model.deprecated else None)
    checks += [_capability(name) for name in rules.require]
    if rules.min_context:
        checks.append(_at_least(rules.min_context))
    if rules.max_input_price is not None:
        checks.append(_at_most("input price", lambda model: model.cost.input, rules.max_input_price))
    if rules.max_output_price is not None:
        checks.append(_at_most("output price", lambda model: model.cost.output, rules.max_output_price))
    return checks


def _capability(name: str) -> Callable[[Model], _Verdict | None]:
    has = CAPABILITIES[name]
    no, unknown = _Verdict(f"no {name}"), _Verdict(f"{name} unknown", soft=True)
    return lambda model: None if (can := has(model)) else unknown if can is None else no


def _at_least(tokens: int) -> Callable[[Model], _Verdict | None]:
    small, unknown = _Verdict(f"context below {tokens:,}"), _Verdict("context unknown", soft=True)

    def check(model: Model) -> _Verdict | None:
        window = model.context_window
        return unknown if window is None else small if window < tokens else None

    return check


def _at_most(
    what: str, price: Callable[[Model], Decimal | None], ceiling: Decimal
) -> Callable[[Model], _Verdict | None]:
    dear, unknown = _Verdict(f"{what} above {price_text(ceiling)}"), _Verdict(f"{what} unknown", soft=True)

    def check(model: Model) -> _Verdict | None:
        asked = price(model)
        return unknown if asked is None else dear if asked > ceiling else None

    return check


def _newest(models: Sequence[Model], limit: int | None, first_seen: Mapping[str, str]) -> frozenset[str]:
    """The ids of the `limit` newest; those without a date last, equal dates by id."""
    if limit is None or len(models) <= limit:
        return frozenset(model.id for model in models)
    ordered = sorted(models, key=lambda model: model.id)
    ordered.sort(key=lambda model: model.released or first_seen.get(model.id, ""), reverse=True)
    return frozenset(model.id for model in ordered[:limit])
