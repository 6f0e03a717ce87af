"""What modelcat.toml selects: which providers are asked, which models reach a tool's config.

The text -> Selection, and `select`, which applies it to one listing for one tool. Whether a provider is
ready (a key is set, a server answers) is asked elsewhere; nothing here depends on the machine.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from modelcat.catalog import MODES, price_text
from modelcat.errors import SettingsError
from modelcat.strict import Kind, Source, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from modelcat.catalog import Listing, Model, Provider
    from modelcat.registry import Registry

CAPABILITIES: Final[Mapping[str, Callable[[Model], bool | None]]] = MappingProxyType(
    {
        "tool_call": lambda model: model.tool_call,
        "reasoning": lambda model: model.reasoning,
        "vision": lambda model: "image" in model.input_modalities if model.input_modalities else None,
    }
)
_RULES: dict[str, Kind] = {
    "modes": "texts",
    "deprecated": "flag",
    "include": "texts",
    "exclude": "texts",
    "require": "texts",
    "min_context": "count",
    "max_input_price": "price",
    "max_output_price": "price",
    "max_models": "count",
}
_NO_LIMIT = {"max_input_price": "any", "max_output_price": "any", "max_models": "all"}
_WORDS: dict[str, tuple[str, ...]] = {"modes": MODES, "require": tuple(CAPABILITIES)}
_PROVIDERS = ("include_providers", "exclude_providers")
_Where = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Globs:
    """Patterns over ids: * any text, ? one character, [abc] one of these. Case counts."""

    patterns: tuple[str, ...] = ()

    def matcher(self) -> Callable[[str], bool]:
        """Whether a text matches any of the patterns."""
        if not self.patterns:
            return lambda _: False
        if "*" in self.patterns:
            return lambda _: True
        found = re.compile("|".join(map(fnmatch.translate, self.patterns))).match
        return lambda text: found(text) is not None

    def exact(self) -> frozenset[str]:
        """The patterns that are whole ids."""
        return frozenset(pattern for pattern in self.patterns if not set(pattern) & set("*?["))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a model must be. Prices in USD per million tokens, context in tokens; None: no limit."""

    modes: tuple[str, ...] = ("chat",)
    deprecated: bool = False
    include: Globs = Globs(("*",))
    exclude: Globs = Globs()
    require: tuple[str, ...] = ()
    min_context: int = 0
    max_input_price: Decimal | None = None
    max_output_price: Decimal | None = None
    max_models: int | None = 100


@dataclass(frozen=True, slots=True)
class Change:
    """The rules one table of modelcat.toml gives. None: for any tool, any provider."""

    tool: str | None
    provider: str | None
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """The whole of modelcat.toml."""

    providers: Globs = Globs(("*",))
    exclude_providers: Globs = Globs()
    tool_providers: Mapping[str, tuple[Globs, Globs]] = field(default_factory=lambda: MappingProxyType({}))
    """Tool -> what its table includes and excludes."""
    changes: tuple[Change, ...] = ()
    """Of every table, the general ones first."""
    ignore: tuple[str, ...] = ()
    """[validate] ignore: rules whose findings are not reported, as globs."""

    def wants(self, provider: str, tool: str | None = None) -> bool:
        """Whether `provider` is selected: to be asked, or to reach `tool`'s config."""
        pairs = [(self.providers, self.exclude_providers)]
        if tool is not None and tool in self.tool_providers:
            pairs.append(self.tool_providers[tool])
        return all(some.matcher()(provider) and not none.matcher()(provider) for some, none in pairs)

    def asked(self, registry: Registry) -> tuple[Provider, ...]:
        """The providers that a sync without names asks, by id.

        Of those that are borrowed (opt_in) only the ones that `providers` names in full.
        """
        return tuple(
            provider
            for provider in registry.providers.values()
            if provider.enabled
            and (not provider.opt_in or provider.id in self.providers.exact())
            and (provider.kind == "data" or self.wants(provider.id))
        )

    def rules(self, provider: str, tool: str) -> Rules:
        """The rules for one provider's models in one tool.

        The most particular table wins, key by key; only `exclude` adds up.
        """
        rules = Rules()
        excluded: tuple[str, ...] = ()
        for change in self.changes:
            if change.tool in {None, tool} and change.provider in {None, provider}:
                rules = replace(rules, **change.keys)
                excluded += rules.exclude.patterns if "exclude" in change.keys else ()
        return replace(rules, exclude=Globs(excluded))


DEFAULT: Final = Selection()


@dataclass(frozen=True, slots=True)
class Selected:
    """What `select` chose from one listing for one tool."""

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


PAST_LIMIT: Final = "past max_models"


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
        """The second half of `select`."""
        newest = _newest(self.fitting, self.max_models, first_seen)
        kept = tuple(model for model in self.fitting if model.id in newest or model.id in self.keep)
        left_out = dict(self.left_out)
        if len(kept) < len(self.fitting):
            left_out[PAST_LIMIT] = len(self.fitting) - len(kept)
        models = tuple(sorted(self.chosen + kept, key=lambda model: model.id))
        return Selected(self.provider, models, MappingProxyType(left_out), self.excluded, self.max_models)


def select(
    listing: Listing,
    selection: Selection,
    tool: str,
    keep: frozenset[str] = frozenset(),
    first_seen: Mapping[str, str] = MappingProxyType({}),
) -> Selected:
    """The models of `listing` that may reach `tool`'s config.

    `keep` are ids already applied. They leave only by a rule they are known to break: max_models, a
    deprecation and facts that have become unknown keep new models out, never old ones in the file.
    `first_seen` (id -> YYYY-MM-DD) dates models that nobody else dates.
    """
    return sift(listing, selection, tool, keep).newest(first_seen)


def sift(listing: Listing, selection: Selection, tool: str, keep: frozenset[str] = frozenset()) -> Sifted:
    """The first half of `select`: all but the question which models are the newest."""
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
    included, excluded = rules.include.matcher(), rules.exclude.matcher()
    wished = rules.include.exact()
    checks = _checks(rules)

    def judge(model: Model) -> _Verdict | None:
        if excluded(model.id):
            return _Verdict("excluded")
        if model.id in wished:
            return _WISH
        if not included(model.id):
            return _Verdict("not included")
        for check in checks:
            verdict = check(model)
            if verdict is not None:
                return verdict
        return None

    return judge


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


def parse(text: str, path: str = "modelcat.toml", known: Iterable[str] | None = None) -> Selection:
    """Read modelcat.toml; `known` are the ids of all providers, None: do not check names.

    Raises SettingsError: file, line, column, what was expected.
    """
    return _Reader(Source(text, path, SettingsError), None if known is None else tuple(known)).selection()


@dataclass(frozen=True, slots=True)
class _Reader:
    """modelcat.toml while it is read. A `where` is the pointer of the table that is being read."""

    source: Source
    known: tuple[str, ...] | None

    def selection(self) -> Selection:
        data = self.source.load()
        self._allow((), data, {*_RULES, *_PROVIDERS, "providers", "tools", "validate"})
        changes = [Change(None, None, self._rules((), data)), *self._per_provider((), data, None)]
        tools = self._table(("tools",), data)
        for tool in tools:
            changes += self._tool(tool, tools)
        validate = self._table(("validate",), data)
        self._allow(("validate",), validate, {"ignore"})
        include, exclude = self._which((), data)
        return Selection(
            providers=include,
            exclude_providers=exclude,
            tool_providers=MappingProxyType(
                {tool: self._which(("tools", tool), row) for tool, row in tools.items()}
            ),
            changes=tuple(change for change in changes if change.keys),
            ignore=self._texts(("validate", "ignore"), validate, ()),
        )

    def _tool(self, tool: str, tools: Mapping[str, Any]) -> list[Change]:
        from modelcat import tools as known

        where = ("tools", tool)
        if tool not in known.names():
            raise self.source.unknown(where, known.names())
        row = self._table(where, tools)
        self._allow(where, row, {*_RULES, *_PROVIDERS, "providers"})
        return [Change(tool, None, self._rules(where, row)), *self._per_provider(where, row, tool)]

    def _per_provider(self, where: _Where, table: Mapping[str, Any], tool: str | None) -> list[Change]:
        where = (*where, "providers")
        rows = self._table(where, table)
        changes = []
        for provider in rows:
            self._check_provider((*where, provider), provider)
            row = self._table((*where, provider), rows)
            self._allow((*where, provider), row, _RULES)
            changes.append(Change(tool, provider, self._rules((*where, provider), row)))
        return changes

    def _rules(self, where: _Where, table: Mapping[str, Any]) -> Mapping[str, Any]:
        return MappingProxyType(
            {key: self._rule((*where, key), table[key]) for key in _RULES if key in table}
        )

    def _rule(self, where: _Where, value: Any) -> Any:
        key = where[-1]
        if key in _NO_LIMIT and value == _NO_LIMIT[key]:
            return None
        value = self.source.value(where, value, _RULES[key])
        if key in {"include", "exclude"}:
            return Globs(value)
        for word in value if key in _WORDS else ():
            self.source.choice(where, word, _WORDS[key])
        return value

    def _which(self, where: _Where, table: Mapping[str, Any]) -> tuple[Globs, Globs]:
        include, exclude = (
            Globs(self._texts((*where, key), table, default))
            for key, default in (("include_providers", ("*",)), ("exclude_providers", ()))
        )
        for key, globs in (("include_providers", include), ("exclude_providers", exclude)):
            for name in sorted(globs.exact()):
                self._check_provider((*where, key), name)
        return include, exclude

    def _check_provider(self, where: _Where, name: str) -> None:
        if self.known is not None and name not in self.known:
            hint = did_you_mean(name, self.known) or "; `modelcat providers list` shows all"
            raise self.source.refuse(where, f'no provider is called "{name}"{hint}')

    def _texts(self, where: _Where, table: Mapping[str, Any], default: tuple[str, ...]) -> tuple[str, ...]:
        if where[-1] not in table:
            return default
        texts: tuple[str, ...] = self.source.value(where, table[where[-1]], "texts")
        return texts

    def _table(self, where: _Where, table: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = self.source.value(where, table.get(where[-1], {}), "table")
        return row

    def _allow(self, where: _Where, table: Mapping[str, Any], keys: Iterable[str]) -> None:
        for key in table:
            if key not in keys:
                raise self.source.unknown((*where, key), sorted(keys))
