"""Which providers exist: the text of providers.toml -> Registry.

The shipped file and, over it, the person's own: a table of a new name adds a provider, a table of a shipped
one changes the fields it names. Both are read strictly. What a field means stands in catalog.Provider; the
person's environment (keys, base-URL variables) is applied by settings.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from modelcat.catalog import MODES, Auth, Provider
from modelcat.errors import RegistryError
from modelcat.strict import Kind, Source, did_you_mean
from modelcat.urls import host_of, is_loopback, origin, url_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIELDS: dict[str, Kind] = {
    "name": "text",
    "dialect": "text",
    "base_url": "text",
    "models_url": "text",
    "models_url_fallbacks": "texts",
    "details_url": "text",
    "kind": "text",
    "enabled": "flag",
    "disabled_reason": "text",
    "opt_in": "flag",
    "local": "flag",
    "api_key_env": "texts",
    "optional_key_env": "texts",
    "also_needs": "texts",
    "base_url_env": "texts",
    "legacy_base_url": "text",
    "url_env": "table",
    "needs_key_for_list": "flag",
    "auth": "text",
    "anonymous_key": "text",
    "serves_responses_api": "flag",
    "price_unit": "text",
    "zero_is_free": "flag",
    "mode": "text",
    "fields": "table",
    "unsteady": "flag",
    "volatile": "texts",
    "private_ids": "texts",
    "former_base_urls": "texts",
    "models_dev": "texts",
    "litellm": "texts",
    "tools": "table",
    "docs": "text",
    "note": "text",
}
_URLS = (
    "base_url",
    "models_url",
    "models_url_fallbacks",
    "details_url",
    "legacy_base_url",
    "former_base_urls",
    "docs",
)
_VARIABLES = ("api_key_env", "optional_key_env", "also_needs", "base_url_env")
_KINDS = ("provider", "data")
# An id names files and, in some tools, entries: no separators, nothing a file system treats specially.
_ID = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NATIVE_LISTS = {"ollama": "/api/tags", "lmstudio": "/api/v1/models"}
"""Dialects of server programs whose own list is at one path of the host, whatever the base URL."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Registry:
    """All providers by id, in the order of their ids."""

    providers: Mapping[str, Provider]
    shipped: Mapping[str, Provider]
    """As modelcat ships them, without the person's changes."""
    changed: frozenset[str] = frozenset()
    """Ids that the person's providers.toml has a table for."""

    def get(self, name: str) -> Provider:
        """The provider called `name`; RegistryError with the nearest names if there is none."""
        try:
            return self.providers[name]
        except KeyError:
            hint = did_you_mean(name, self.providers) or "; `modelcat providers list` shows all"
            raise RegistryError(f"no provider is called {name!r}{hint}") from None


def load(
    shipped: str,
    overlay: str | None = None,
    shipped_path: str = "config/providers.toml",
    overlay_path: str = "providers.toml",
) -> Registry:
    """The registry that the shipped text and the person's own (None: there is none) make.

    Raises RegistryError: file, line, column, entry, and what was expected.
    """
    source = Source(shipped, shipped_path, RegistryError)
    ours = {name: _Row(source, name, row, ours=True).provider(None) for name, row in _rows(source)}
    providers = dict(ours)
    changed = set()
    if overlay is not None:
        source = Source(overlay, overlay_path, RegistryError)
        sends = {pair for provider in ours.values() for pair in _sends(provider)}
        for name, row in _rows(source):
            provider = _Row(source, name, row).provider(ours.get(name))
            safe = all(pair in sends for pair in _sends(provider))
            providers[name] = provider if safe else replace(provider, trusted=False)
            changed.add(name)
    return Registry(
        MappingProxyType(dict(sorted(providers.items()))), MappingProxyType(ours), frozenset(changed)
    )


def moved(provider: Provider, base_url: str) -> Provider:
    """`provider` with its API at `base_url`: the list is then asked at {base_url}/models, read as plain.

    The kind "data" is asked at `base_url` itself. A list that was not under the old base (a native one, a
    public one) had its own way of being asked and read, which says nothing of the new place.
    """
    base_url = base_url.rstrip("/")
    if base_url == provider.base_url:
        return provider
    if provider.kind == "data":
        return replace(provider, base_url=base_url, models_url=base_url)
    if not provider.base_url:
        return replace(provider, base_url=base_url, models_url=provider.models_url or f"{base_url}/models")
    same_door = (provider.models_url or "").startswith(provider.base_url + "/")
    return replace(
        provider,
        base_url=base_url,
        models_url=f"{base_url}/models",
        models_url_fallbacks=(),
        details_url=None,
        url_env=(),
        needs_key_for_list=None,
        dialect="anthropic" if same_door and provider.dialect == "anthropic" else "openai",
        auth=provider.auth if same_door else "bearer",
    )


def _on_host(provider: Provider, base_url: str) -> Provider:
    """The same server program on another host: all its lists are there, at the paths they always have."""

    def there(url: str) -> str:
        return host_of(base_url) + url.removeprefix(host_of(url))

    return replace(
        provider,
        base_url=base_url,
        models_url=there(provider.models_url) if provider.models_url else None,
        models_url_fallbacks=tuple(map(there, provider.models_url_fallbacks)),
    )


def _sends(provider: Provider) -> Iterator[tuple[str, str]]:
    """(variable, origin): where the values of the person's variables go; nothing for this machine."""
    filled = tuple(variable for _, variable in provider.url_env)
    for url in (provider.base_url, provider.models_url or "", provider.details_url or ""):
        # A list at another place is never sent the key, but a placeholder in its URL is filled.
        variables = (*provider.api_key_env, *filled) if url == provider.base_url else filled
        if url and not is_loopback(url):
            yield from ((variable, origin(url)) for variable in variables)


def _rows(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    data = source.load()
    source.allow((), data, ["providers"])
    for name, row in source.value(("providers",), data.get("providers", {}), "table").items():
        if not _ID.fullmatch(name):
            raise source.refuse(
                ("providers", name), "expected a name of lower-case letters, digits, - _ . (at most 64)"
            )
        yield name, source.value(("providers", name), row, "table")


@dataclass(frozen=True, slots=True)
class _Row:
    """One [providers.<id>] table while it is read."""

    source: Source
    id: str
    row: Mapping[str, Any]
    ours: bool = False
    """Of the shipped file: what only a look at dialects and tools can tell is left to a test, because
    loading them takes longer than all the rest."""

    def refuse(self, key: str, what: str) -> Exception:
        return self.source.refuse(("providers", self.id, key), what)

    def provider(self, base: Provider | None) -> Provider:
        """The Provider this table makes, over `base` where it is a shipped one's."""
        given = {key: self._value(key, value) for key, value in self.row.items()}
        provider = self._new(given) if base is None else self._over(base, given)
        if not self.ours:
            self._check_words(provider)
        self._check_placeholders(provider)
        return provider

    def _value(self, key: str, value: Any) -> Any:
        kind = _FIELDS.get(key)
        where = ("providers", self.id, key)
        if kind is None:
            raise self.source.unknown(where, _FIELDS)
        value = self.source.value(where, value, kind)
        if key == "url_env":
            return self._url_env(value)
        if key == "tools":
            return self._tools(value)
        if key == "fields":
            return self._fields(value)
        if key in _URLS:
            return self._urls(key, value)
        if key in _VARIABLES:
            self._variables(key, value)
        return value

    def _new(self, given: dict[str, Any]) -> Provider:
        given.setdefault("name", self.id)
        given.setdefault("dialect", "openai")
        base_url = given.setdefault("base_url", "")
        if not base_url and not given.get("base_url_env") and given.get("kind") != "data":
            raise self.source.refuse(("providers", self.id), "base_url is missing: where its API is")
        if base_url and "models_url" not in given:
            native = _NATIVE_LISTS.get(given["dialect"])
            given["models_url"] = host_of(base_url) + native if native else f"{base_url}/models"
        given["models_url"] = given.get("models_url") or None
        # http was only accepted for this machine and private addresses.
        given.setdefault("local", base_url.startswith("http:") and not given.get("api_key_env"))
        return Provider(id=self.id, **given)

    def _over(self, base: Provider, given: dict[str, Any]) -> Provider:
        if "base_url" in given:
            native = given.get("dialect", base.dialect) == base.dialect and base.dialect in _NATIVE_LISTS
            base = (_on_host if native else moved)(base, given["base_url"])
        if given.get("models_url") == "":
            given["models_url"] = None
        if "tools" in given:
            given["tools"] = MappingProxyType(_merged(base.tools, given["tools"]))
        # To write a table for a provider is to ask for it, unless the table says otherwise.
        given.setdefault("opt_in", False)
        if given.get("enabled"):
            given.setdefault("disabled_reason", None)
        return replace(base, **given)

    def _check_words(self, provider: Provider) -> None:
        from modelcat import dialects
        from modelcat.dialects import units

        for key, value, known in (
            ("dialect", provider.dialect, dialects.names()),
            ("price_unit", provider.price_unit, units.UNITS),
            ("auth", provider.auth, get_args(Auth)),
            ("kind", provider.kind, _KINDS),
            ("mode", provider.mode, MODES),
        ):
            if value is not None and value not in known:
                self.source.choice(("providers", self.id, key), value, known)

    def _check_placeholders(self, provider: Provider) -> None:
        urls = (provider.base_url, provider.models_url or "", provider.details_url or "")
        used = {name for url in urls if "{" in url for name in _PLACEHOLDER.findall(url)}
        if not used and not provider.url_env:
            return
        filled = dict(provider.url_env)
        for name in sorted(used - filled.keys()):
            raise self.refuse("base_url", f"{{{name}}} is filled by nothing; name its variable in url_env")
        for name in sorted(filled.keys() - used):
            raise self.refuse("url_env", f"no URL of this provider has {{{name}}} in it")
        for variable in filled.values():
            if variable in provider.api_key_env:
                raise self.refuse("url_env", f"{variable} is a key, and a key must not stand in a URL")

    def _urls(self, key: str, value: Any) -> Any:
        urls = (value,) if isinstance(value, str) else value
        for url in urls:
            problem = url_problem(url) if url or key != "models_url" else None
            if problem:
                raise self.refuse(key, problem)
        if key in {"base_url", "former_base_urls", "legacy_base_url"}:
            urls = tuple(url.rstrip("/") for url in urls)
            return urls[0] if isinstance(value, str) else urls
        return value

    def _variables(self, key: str, names: tuple[str, ...]) -> None:
        # Not repeated: somebody may have written the key itself.
        if not all(map(_VARIABLE.fullmatch, names)):
            raise self.refuse(key, "expected names of environment variables, never a key itself")

    def _url_env(self, table: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        for name, variable in table.items():
            where = ("providers", self.id, "url_env", name)
            if not _VARIABLE.fullmatch(self.source.value(where, variable, "text")):
                raise self.source.refuse(where, "expected the name of an environment variable")
        return tuple(sorted(table.items()))

    def _fields(self, table: dict[str, Any]) -> Mapping[str, tuple[str, ...]]:
        places = {}
        for fact, paths in table.items():
            where = ("providers", self.id, "fields", fact)
            places[fact] = (paths,) if isinstance(paths, str) else self.source.value(where, paths, "texts")
        if not self.ours:
            from modelcat import dialects

            self.source.allow(("providers", self.id, "fields"), table, dialects.field_names())
        return MappingProxyType(places)

    def _tools(self, table: dict[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        for tool, settings in table.items():
            self.source.value(("providers", self.id, "tools", tool), settings, "table")
            if not self.ours:
                self._tool(tool, settings)
        return MappingProxyType({tool: MappingProxyType(settings) for tool, settings in table.items()})

    def _tool(self, tool: str, settings: Mapping[str, Any]) -> None:
        from modelcat import tools

        where = ("providers", self.id, "tools", tool)
        if tool not in tools.names():
            raise self.source.unknown(where, tools.names())
        known = tools.load(tool).settings
        self.source.allow(where, settings, known)
        for key, value in settings.items():
            self.source.value((*where, key), value, known[key][0])


def _merged(
    base: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    return {tool: MappingProxyType({**base.get(tool, {}), **over.get(tool, {})}) for tool in {**base, **over}}
