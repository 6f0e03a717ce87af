"""`modelcat providers`: list, show, add, remove, test.

How a provider counts on this machine is put together in standing.py, the person's own providers.toml is
changed in own_providers.py. What a provider is stands in registry.py, who is asked how in asking.py.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from modelcat import settings as machine
from modelcat.errors import ExitCode, UsageError
from modelcat.standing import Standing, standing_of, standings_of
from modelcat.strict import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from modelcat.catalog import Provider
    from modelcat.fetch import Outcome, Step
    from modelcat.settings import Settings

_KINDS = {
    "oai": "openai",
    "openai-compatible": "openai",
    "ant": "anthropic",
    "google": "gemini",
    "url": "openai",
}
"""Other words for a dialect; "url" is a list at the URL itself."""
Action = Literal["added", "enabled", "removed", "disabled", "trusted", "unchanged"]


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
    action: Action
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
    return ListResult(tuple(standings_of(settings, registry, registry.providers.values())))


def show(settings: Settings, name: str) -> OneResult:
    """One provider. RegistryError with the nearest names if there is none of that name."""
    registry = machine.registry(settings)
    return OneResult(standing_of(settings, registry, registry.get(name)))


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
    from modelcat import own_providers

    registry = machine.registry(settings)
    if kind is not None:
        _refuse_unknown(kind)
    given = _given(kind, base_url, api_key_env, base_url_env)
    known = registry.providers.get(name)
    if known is None:
        _refuse_half(name, kind, base_url or base_url_env, registry.providers)
        return _written(settings, name, given, "added")
    news = {key: value for key, value in given.items() if _plain(getattr(known, key)) != value}
    if news and name not in registry.shipped:
        path = own_providers.path(settings)
        raise UsageError(f"{name} is in {path} already; change it there, or remove it first")
    if news or not known.enabled:
        return _written(settings, name, {"enabled": True, **news}, "enabled")
    return _edited(settings, name, "trusted" if own_providers.trust(settings, known) else "unchanged")


def remove(settings: Settings, name: str) -> EditResult:
    """Take a provider of the person's own out of providers.toml, or switch a shipped one off there."""
    from modelcat import own_providers, workspace

    registry = machine.registry(settings)
    shipped = name in registry.shipped
    if not registry.get(name).enabled and shipped:
        return _edited(settings, name, "unchanged")
    action: Action = "disabled" if shipped else "removed"
    with workspace.locked(settings, "providers remove"):
        row = {"enabled": False} if shipped else None
        own_providers.write(settings, name, row, f"providers: {name} {action}")
        if not shipped:
            own_providers.distrust(settings, name)
    return _edited(settings, name, action)


def test(
    settings: Settings,
    names: tuple[str, ...],
    progress: Callable[[Step], None] | None = None,  # noqa: PT028  no test of pytest's
) -> TryResult:
    """Ask the named providers, else those that a plain sync asks. Nothing is stored."""
    from modelcat import asking, state

    registry = machine.registry(settings)
    chosen = tuple(registry.get(name) for part in names for name in part.split(",") if name)
    if not chosen:
        chosen = machine.selection(settings, registry).asked(registry)
    standings = {one.provider.id: one for one in standings_of(settings, registry, chosen)}
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


def _refuse_half(name: str, kind: str | None, url: str | None, known: Iterable[str]) -> None:
    """Raise UsageError unless a new provider has a kind and a URL."""
    if kind is None:
        raise UsageError(
            f"how is {name} asked? Give --kind: openai, anthropic, gemini, ollama, …, or url for a list "
            f"at the base URL itself{did_you_mean(name, known)}"
        )
    if not url:
        raise UsageError(f"where is {name}? Give --base-url, or --base-url-env for the variable that says it")


def _refuse_unknown(kind: str) -> None:
    """Raise UsageError unless a provider can be asked so."""
    from modelcat import dialects

    known = (*dialects.names(), *_KINDS)
    if kind not in known:
        hint = did_you_mean(kind, known) or f"; it takes {', '.join(dialects.names())}, or url"
        raise UsageError(f"--kind {kind} is not known{hint}")


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


def _written(settings: Settings, name: str, row: Mapping[str, Any], action: Action) -> EditResult:
    from modelcat import own_providers, workspace

    with workspace.locked(settings, "providers add"):
        after = own_providers.write(settings, name, row, f"providers: {name} {action}")
        own_providers.trust(settings, after.get(name))
    return _edited(settings, name, action)


def _edited(settings: Settings, name: str, action: Action) -> EditResult:
    from modelcat import own_providers

    registry = machine.registry(settings)
    now = registry.providers.get(name)
    standing = None if now is None else standing_of(settings, registry, now)
    return EditResult(name, action, own_providers.path(settings), standing)


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
