"""`modelcat providers`: list, show, add, remove, test.

The registry as it counts on this machine, and changes to the person's own providers.toml, which is edited
in place and never written anew. What a provider is stands in registry.py, who is asked how in asking.py.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from modelcat import overlay, state, workspace
from modelcat import settings as machine
from modelcat.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from modelcat.catalog import Provider
    from modelcat.fetch import Outcome, Step
    from modelcat.registry import Registry
    from modelcat.settings import Key, Settings
    from modelcat.state import ProviderState

FILE = "providers.toml"
_KINDS = {
    "oai": "openai",
    "openai-compatible": "openai",
    "ant": "anthropic",
    "google": "gemini",
    "url": "openai",
}
"""Other words for a dialect; "url" is a list at the URL itself."""
_NEVER = state.ProviderState()


@dataclass(frozen=True, slots=True)
class Standing:
    """One provider as it counts here: the registry, the environment, the last sync."""

    provider: Provider
    """With the environment applied."""
    key: Key | None
    missing: tuple[str, ...]
    """Variables to set before its models can be used, alternatives as "A or B"."""
    selected: bool
    """A plain sync asks it."""
    changed: bool
    """The person's providers.toml has a table for it."""
    trusted: bool
    memory: ProviderState

    @property
    def ready(self) -> bool:
        """Nothing more needs to be set to use its models."""
        return self.provider.kind == "provider" and not self.missing

    def as_json(self) -> dict[str, Any]:
        """The key's variable is named, its value never; unknown is null."""
        return {
            "id": self.provider.id,
            "name": self.provider.name,
            "kind": self.provider.kind,
            "enabled": self.provider.enabled,
            "disabled_reason": self.provider.disabled_reason,
            "selected": self.selected,
            "local": self.provider.local,
            "own": self.changed,
            "trusted": self.trusted,
            "list_needs_key": self.provider.needs_key_for_list,
            "key_variables": list(self.provider.api_key_env),
            "key_set": self.key.variable if self.key else None,
            "ready": self.ready,
            "missing": list(self.missing),
            "outcome": self.memory.outcome,
            "reason": self.memory.reason,
            "asked": self.memory.asked,
            "fetched": self.memory.fetched,
            "models": self.memory.models,
        }


@dataclass(frozen=True, slots=True)
class ListResult:
    """All providers, by id."""

    standings: tuple[Standing, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Looking is always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"providers": [a row each, as Standing.as_json has it]}, sorted by id."""
        return {"providers": [standing.as_json() for standing in self.standings]}


@dataclass(frozen=True, slots=True)
class OneResult:
    """Everything about one provider."""

    standing: Standing

    @property
    def exit_code(self) -> ExitCode:
        """Looking is always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """The row of `list`, with "registry": every field that is not the default, under its name there."""
        return {**self.standing.as_json(), "registry": registry_fields(self.standing.provider)}


@dataclass(frozen=True, slots=True)
class EditResult:
    """What was done to the person's providers.toml."""

    provider: str
    action: Literal["added", "enabled", "removed", "disabled", "trusted", "unchanged"]
    path: Path
    standing: Standing | None
    """The provider as it counts now; None: it is gone."""

    @property
    def exit_code(self) -> ExitCode:
        """Done, or nothing was to do."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"provider", "action", "path", "now": row of `list` or null}."""
        now = self.standing and self.standing.as_json()
        return {"provider": self.provider, "action": self.action, "path": str(self.path), "now": now}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of asking one provider now."""

    standing: Standing
    outcome: Literal["fetched", "skipped", "failed", "no list"]
    reason: str | None = None
    models: int = 0
    unusable: int = 0
    doubts: tuple[str, ...] = ()
    """What the answer says that a person should look at."""
    pages: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One row of `providers test --json`."""
        return {
            "provider": self.standing.provider.id,
            "url": self.standing.provider.models_url,
            "key_set": self.standing.key.variable if self.standing.key else None,
            "outcome": self.outcome,
            "reason": self.reason,
            "models": self.models,
            "unusable": self.unusable,
            "doubts": list(self.doubts),
            "pages": self.pages,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class TryResult:
    """What came of asking, by id."""

    tried: tuple[Tried, ...]
    named: bool
    """The person named them: then each one that fails counts."""

    @property
    def exit_code(self) -> ExitCode:
        """1 if any that was named failed, or all that were asked."""
        failed = sum(one.outcome == "failed" for one in self.tried)
        asked = failed + sum(one.outcome == "fetched" for one in self.tried)
        return ExitCode.NO if failed and (self.named or failed == asked) else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"tried": [{"provider", "url", "key_set", "outcome", "reason", "models", …}]}, sorted by id."""
        return {"tried": [one.as_json() for one in self.tried]}


def list_all(settings: Settings) -> ListResult:
    """All providers of the registry, disabled ones too."""
    registry = machine.registry(settings)
    return ListResult(tuple(_standings(settings, registry, registry.providers.values())))


def show(settings: Settings, name: str) -> OneResult:
    """One provider. RegistryError with the nearest names if there is none of that name."""
    registry = machine.registry(settings)
    return OneResult(_standing(settings, registry, registry.get(name)))


def add(
    settings: Settings,
    name: str,
    *,
    kind: str | None = None,
    base_url: str | None = None,
    api_key_env: str | None = None,
    base_url_env: str | None = None,
) -> EditResult:
    """Add a provider to the person's providers.toml, or switch a shipped one on there.

    `kind` is a dialect, or oai, ant, url as the older script says; None is enough for a provider of the
    registry. Naming one that is there already makes this machine trust it with its key. Raises RegistryError
    or UsageError, and then nothing was written.
    """
    registry = machine.registry(settings)
    given = _given(kind, base_url, api_key_env, base_url_env)
    known = registry.providers.get(name)
    if known is None:
        if kind is None:
            raise UsageError(
                f"how is {name} asked? Give --kind: openai, anthropic, gemini, ollama, …, or url for a list "
                f"at the base URL itself{_like(name, registry)}"
            )
        if not base_url and not base_url_env:
            raise UsageError(
                f"where is {name}? Give --base-url, or --base-url-env for the variable that says it"
            )
        return _write_row(settings, name, given, "added")
    news = {key: value for key, value in given.items() if _plain(getattr(known, key)) != value}
    if news and name not in registry.shipped:
        raise UsageError(f"{name} is in {_path(settings)} already; change it there, or remove it first")
    if news or not known.enabled:
        return _write_row(settings, name, {"enabled": True, **news}, "enabled")
    action: Literal["unchanged", "trusted"] = "trusted" if _trust(settings, known) else "unchanged"
    return EditResult(name, action, _path(settings), _now(settings, name))


def remove(settings: Settings, name: str) -> EditResult:
    """Take a provider of the person's own out of providers.toml, or switch a shipped one off there."""
    registry = machine.registry(settings)
    known = registry.get(name)
    shipped = name in registry.shipped
    if shipped and not known.enabled:
        return EditResult(name, "unchanged", _path(settings), _standing(settings, registry, known))
    with workspace.locked(settings, "providers remove"):
        action: Literal["disabled", "removed"] = "disabled" if shipped else "removed"
        _rewrite(settings, name, {"enabled": False} if shipped else None, f"providers: {name} {action}")
        if not shipped:
            _change_config(settings, lambda text, path: overlay.without(text, path, "trust", name))
    return EditResult(name, action, _path(settings), _now(settings, name) if shipped else None)


def test(
    settings: Settings,
    names: tuple[str, ...],
    progress: Callable[[Step], None] | None = None,  # noqa: PT028  no test of pytest's
) -> TryResult:
    """Ask the named providers, else those that a plain sync asks. Nothing is stored."""
    from modelcat import asking

    registry = machine.registry(settings)
    chosen = tuple(registry.get(name) for part in names for name in part.split(",") if name)
    if not chosen:
        chosen = machine.selection(settings, registry).asked(registry)
    standings = {one.provider.id: one for one in _standings(settings, registry, chosen)}
    outcomes = asking.ask(
        settings, chosen, state.State(), max_concurrency=64, timeout=30.0, progress=progress
    )
    tried = tuple(_tried(standing, outcomes.get(name)) for name, standing in sorted(standings.items()))
    return TryResult(tried, named=bool(names))


def registry_fields(provider: Provider) -> dict[str, Any]:
    """The fields of `provider` that are not the default, as JSON has them."""
    bare = type(provider)("", "", "", "")
    values = ((item.name, getattr(provider, item.name)) for item in fields(provider))
    return {name: _plain(value) for name, value in values if value != getattr(bare, name)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        pairs = bool(value) and all(isinstance(item, tuple) for item in value)
        return dict(value) if pairs else list(value)
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _standings(settings: Settings, registry: Registry, providers: Iterable[Provider]) -> list[Standing]:
    asked = {provider.id for provider in machine.selection(settings, registry).asked(registry)}
    memory = state.load(settings.extra).providers
    found = []
    for provider in providers:
        resolved = machine.resolve(settings, provider)
        found.append(
            Standing(
                provider=resolved,
                key=machine.key_of(settings, resolved),
                missing=machine.missing(settings, resolved),
                selected=provider.id in asked,
                changed=provider.id in registry.changed,
                trusted=machine.is_trusted(settings, resolved),
                memory=memory.get(provider.id, _NEVER),
            )
        )
    return found


def _standing(settings: Settings, registry: Registry, provider: Provider) -> Standing:
    return _standings(settings, registry, [provider])[0]


def _now(settings: Settings, name: str) -> Standing:
    registry = machine.registry(settings)
    return _standing(settings, registry, registry.get(name))


def _like(name: str, registry: Registry) -> str:
    import difflib

    near = difflib.get_close_matches(name, registry.providers, n=3)
    return f". If you mean one that modelcat knows: {', '.join(near)}" if near else ""


def _given(
    kind: str | None, base_url: str | None, api_key_env: str | None, base_url_env: str | None
) -> dict[str, Any]:
    """What the options say, as a row of providers.toml."""
    row: dict[str, Any] = {"dialect": _KINDS.get(kind, kind)} if kind else {}
    if base_url:
        row["base_url"] = base_url.rstrip("/")
        if kind == "url":
            row["models_url"] = base_url
    for key, text in (("api_key_env", api_key_env), ("base_url_env", base_url_env)):
        if text:
            row[key] = [name.strip() for name in text.replace("|", ",").split(",")]
    return row


def _write_row(
    settings: Settings, name: str, row: Mapping[str, Any], action: Literal["added", "enabled"]
) -> EditResult:
    with workspace.locked(settings, "providers add"):
        after = _rewrite(settings, name, row, f"providers: {name} {action}")
        _trust(settings, after.get(name))
    return EditResult(name, action, _path(settings), _now(settings, name))


def _rewrite(settings: Settings, name: str, row: Mapping[str, Any] | None, subject: str) -> Registry:
    """Change or take out (None) the row `name` of providers.toml; nothing is written unless it then loads."""
    from modelcat import registry as rows

    path = str(_path(settings))
    before = machine.own_text(_path(settings)) or ""
    shipped = machine.data_file(FILE).read_text("utf-8")
    if row is None:
        after = overlay.without(before, path, "providers", name)
    else:
        # By itself first: what is wrong with it has no line in a file yet.
        rows.load(shipped, overlay.with_row("", "", "providers", name, row), overlay_path="")
        after = overlay.with_row(before, path, "providers", name, row)
    registry = rows.load(shipped, after, overlay_path=path)
    workspace.repo(settings).commit({FILE: after}, subject)
    return registry


def _trust(settings: Settings, provider: Provider) -> bool:
    """Note in config.toml of this machine that its person added `provider`; False: it was trusted already."""
    from modelcat.urls import origin

    resolved = machine.resolve(settings, provider)
    if machine.is_trusted(settings, resolved):
        return False
    there = origin(resolved.base_url)
    return _change_config(
        settings, lambda text, path: overlay.with_value(text, path, "trust", provider.id, there)
    )


def _change_config(settings: Settings, change: Callable[[str, str], str]) -> bool:
    """Write this machine's config.toml with `change` (text, path -> text) made; False: it changes nothing."""
    from modelcat.files.disk import make_folder
    from modelcat.repo import worktree

    # People keep such files elsewhere and link them here; the link stays.
    place = settings.config_file.resolve()
    before = machine.own_text(place) or ""
    after = change(before, str(place))
    if after == before:
        return False
    make_folder(place.parent)
    worktree.write(place, after.encode())
    return True


def _path(settings: Settings) -> Path:
    return settings.catalog / FILE


def _tried(standing: Standing, outcome: Outcome | None) -> Tried:
    from modelcat.fetch import Failed, Skipped
    from modelcat.normalise import normalise

    if outcome is None:
        return Tried(standing, "no list", "it has no list to ask; the embedded facts stand in")
    if isinstance(outcome, Skipped):
        return Tried(standing, "skipped", outcome.reason)
    if isinstance(outcome, Failed):
        return Tried(standing, "failed", str(outcome.error))
    found = normalise(standing.provider, outcome.rows or ())
    return Tried(
        standing,
        "fetched",
        models=len(found.models),
        unusable=found.lost,
        doubts=found.doubts,
        pages=outcome.pages,
        seconds=outcome.seconds,
    )
