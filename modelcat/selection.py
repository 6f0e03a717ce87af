"""What modelcat.toml selects: its text -> Selection, and which providers and which rules that means.

The rules are applied to the models of a listing in sift.py. Whether a provider is ready (a key is set, a
server answers) is asked elsewhere; nothing here depends on the machine.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from modelcat.catalog import MODES
from modelcat.errors import SettingsError
from modelcat.strict import Kind, Source, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from modelcat.catalog import Model, Provider
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
        self.source.allow((), data, {*_RULES, *_PROVIDERS, "providers", "tools", "validate"})
        changes = [Change(None, None, self._rules((), data)), *self._per_provider((), data, None)]
        tools = self._table(("tools",), data)
        for tool in tools:
            changes += self._tool(tool, tools)
        validate = self._table(("validate",), data)
        self.source.allow(("validate",), validate, {"ignore"})
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
        self.source.allow(where, row, {*_RULES, *_PROVIDERS, "providers"})
        return [Change(tool, None, self._rules(where, row)), *self._per_provider(where, row, tool)]

    def _per_provider(self, where: _Where, table: Mapping[str, Any], tool: str | None) -> list[Change]:
        where = (*where, "providers")
        rows = self._table(where, table)
        changes = []
        for provider in rows:
            self._check_provider((*where, provider), provider)
            row = self._table((*where, provider), rows)
            self.source.allow((*where, provider), row, _RULES)
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
