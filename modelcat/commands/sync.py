"""`modelcat sync`: ask the providers, store what they say, render the tools' configs, commit.

The order of the steps only: who is asked with what is in asking.py, how in fetch.py, what an answer means in
normalise.py and enrich.py, what changed in refresh.py, what configs look like in render.py, how it is
committed in repo/.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from modelcat import asking, state, workspace
from modelcat import settings as machine
from modelcat.catalog import answer_path, listing_path, snapshot_day
from modelcat.errors import ExitCode, UsageError
from modelcat.fetch import Failed, Fetched
from modelcat.meanwhile import Reading, loading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelcat.catalog import Provider
    from modelcat.fetch import Outcome, Step
    from modelcat.normalise import Unusable
    from modelcat.refresh import Change
    from modelcat.registry import Registry
    from modelcat.render import Rendered
    from modelcat.repo.ahead import Ahead
    from modelcat.repo.catalog import CatalogRepo
    from modelcat.selection import Selection
    from modelcat.settings import Settings
    from modelcat.state import ProviderState, State
    from modelcat.update import Update

Outcomes = Literal["fetched", "unchanged", "skipped", "failed", "not asked"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line may say; `timeout` in seconds for one provider in all."""

    names: tuple[str, ...] = ()
    all: bool = False
    force: bool = False
    offline: bool = False
    max_concurrency: int = 64
    timeout: float = 30.0
    strict: bool = False
    legacy_output: Path | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What came of one provider that this sync was to ask."""

    provider: str
    outcome: Outcomes
    models: int
    """In the listing that now stands."""
    change: Change | None
    reason: str | None = None
    network: bool = False
    """It failed because no connection could be made."""
    unusable: tuple[Unusable, ...] = ()
    """Entries of its answer that became no model."""
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One row of `sync --json`."""
        return {
            "provider": self.provider,
            "outcome": self.outcome,
            "models": self.models,
            "added": list(self.change.added) if self.change else [],
            "removed": list(self.change.removed) if self.change else [],
            "changed": list(self.change.changed) if self.change else [],
            "reason": self.reason,
            "unusable": {item.why: item.count for item in self.unusable},
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The honest account of a sync."""

    accounts: tuple[Account, ...]
    providers: int
    models: int
    """In the whole catalog."""
    embedded: tuple[str, ...]
    """Providers that stand on the embedded snapshot."""
    embedded_as_of: str | None
    rendered: tuple[Rendered, ...]
    commit: str | None
    tag: str | None
    seconds: float
    offline: bool = False
    strict: bool = False
    legacy: tuple[str, ...] = ()
    """Names of the files written to `legacy_output`."""
    legacy_output: Path | None = None

    def failed(self) -> tuple[Account, ...]:
        """The providers that were asked and failed."""
        return tuple(account for account in self.accounts if account.outcome == "failed")

    @property
    def no_network(self) -> bool:
        """Nobody could be reached at all."""
        asked = [
            account for account in self.accounts if account.outcome in {"fetched", "unchanged", "failed"}
        ]
        return bool(asked) and all(account.network for account in asked)

    @property
    def exit_code(self) -> ExitCode:
        """1 if all that were asked failed, or any under --strict; no network at all is no failure."""
        failed = len(self.failed())
        asked = failed + sum(account.outcome in {"fetched", "unchanged"} for account in self.accounts)
        if self.no_network and self.models and not self.strict:
            return ExitCode.OK
        bad = failed > 0 and (self.strict or failed == asked)
        return ExitCode.NO if bad else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"providers", "models": totals, "commit", "tag", "accounts": [row a provider], "embedded", …}."""
        return {
            "providers": self.providers,
            "models": self.models,
            "commit": self.commit,
            "tag": self.tag,
            "seconds": round(self.seconds, 3),
            "no_network": self.no_network,
            "embedded": {"as_of": self.embedded_as_of, "providers": list(self.embedded)},
            "accounts": [account.as_json() for account in self.accounts],
            "legacy": list(self.legacy),
        }


def run(settings: Settings, options: Options, progress: Callable[[Step], None] | None = None) -> SyncResult:
    """Do the main job. Raises ModelcatError for what keeps all of it from being done."""
    registry = machine.registry(settings)
    selection = machine.selection(settings, registry)
    chosen = _chosen(registry, selection, options)
    started = time.monotonic()
    with workspace.locked(settings, "sync"):
        repo = workspace.repo(settings)
        repo.put_right()
        memory = _memory(settings, repo, force=options.force)
        reading = Reading(registry, memory)
        outcomes: Mapping[str, Outcome] = {}
        if not options.offline:
            outcomes = _ask(settings, chosen, memory, options, reading=reading, progress=progress)
        from modelcat.update import Update

        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with repo.ahead() as ahead:
            update = Update(settings, registry, selection, memory, outcomes, when, reading.answers, ahead.put)
            update.work(frozenset(provider.id for provider in chosen), force=options.force)
            commit, tag = _commit(repo, update, ahead)
        result = _result(update, chosen, outcomes, commit, tag, options)
        result = replace(result, seconds=time.monotonic() - started)
        _remember(settings, update, repo, result)
    if options.legacy_output is not None:
        from modelcat import legacy_output

        written = legacy_output.write(
            settings,
            registry,
            options.legacy_output,
            max_concurrency=options.max_concurrency,
            timeout=options.timeout,
        )
        result = replace(result, legacy=written, legacy_output=options.legacy_output)
    return result


def _chosen(registry: Registry, selection: Selection, options: Options) -> tuple[Provider, ...]:
    names = [name for words in options.names for name in words.split(",") if name]
    if names and options.all:
        raise UsageError("name providers or say --all, not both")
    if options.all:
        return tuple(p for p in registry.providers.values() if p.enabled and not p.opt_in)
    if not names:
        return selection.asked(registry)
    found = tuple(registry.get(name) for name in dict.fromkeys(names))
    for provider in found:
        if not provider.enabled:
            why = provider.disabled_reason or "your providers.toml says enabled = false"
            raise UsageError(f"{provider.id} is disabled: {why}")
    return found


def _memory(settings: Settings, repo: CatalogRepo, *, force: bool) -> State:
    """What is remembered, as far as it speaks of the catalog that is there."""
    memory = state.load(settings.extra)
    same = not force and memory.head is not None and memory.head == repo.head()
    rows = {
        name: row
        if same and _is_there(settings, name, row)
        else replace(row, etag=None, last_modified=None, answer=None, reading=None)
        for name, row in memory.providers.items()
    }
    return replace(memory, providers=rows, rendered=memory.rendered if same else None)


def _is_there(settings: Settings, provider: str, row: ProviderState) -> bool:
    """Whether the answer that is remembered is stored, and its listing: files can be removed by hand."""
    if row.answer is None or state.has_source(settings.extra, provider):
        return True
    paths = (answer_path(provider), listing_path(provider))
    return all((settings.catalog / path).is_file() for path in paths)


def _ask(
    settings: Settings,
    chosen: tuple[Provider, ...],
    memory: State,
    options: Options,
    *,
    reading: Reading,
    progress: Callable[[Step], None] | None,
) -> dict[str, Outcome]:
    return asking.ask(
        settings,
        chosen,
        memory,
        max_concurrency=options.max_concurrency,
        timeout=options.timeout,
        progress=progress,
        meanwhile=loading(),
        taken=reading.taken,
    )


def _commit(repo: CatalogRepo, update: Update, ahead: Ahead) -> tuple[str | None, str | None]:
    from modelcat import refresh

    subject, body = refresh.subject(update.changes), refresh.body(update.changes)
    tag = repo.free_tag(f"sync/{update.when.replace(':', '-')}")
    commit = repo.commit(update.texts, subject, body, tag, ahead)
    return commit, tag if commit and update.texts else None


def _result(  # noqa: PLR0917
    update: Update,
    chosen: tuple[Provider, ...],
    outcomes: Mapping[str, Outcome],
    commit: str | None,
    tag: str | None,
    options: Options,
) -> SyncResult:
    changes = {item.provider: item for item in update.changes}
    listed = [(p.id, row) for p in update.members if (row := update.rows.get(p.id)) and row.models]
    embedded = tuple(name for name, row in listed if row.embedded)
    return SyncResult(
        accounts=tuple(_account(update, p.id, outcomes.get(p.id), changes.get(p.id)) for p in chosen),
        providers=len(listed),
        models=sum(row.models for _, row in listed),
        embedded=embedded,
        embedded_as_of=_embedded_day(update, embedded),
        rendered=update.rendered,
        commit=commit,
        tag=tag,
        seconds=0.0,
        offline=options.offline,
        strict=options.strict,
    )


def _embedded_day(update: Update, embedded: tuple[str, ...]) -> str | None:
    if not embedded:
        return None
    facts = workspace.facts()
    return snapshot_day(facts.embedded_day(update.registry.get(name)) for name in embedded)


def _account(update: Update, name: str, outcome: Outcome | None, change: Change | None) -> Account:
    row = update.rows.get(name, state.ProviderState())
    came: Outcomes = "not asked" if outcome is None else row.outcome or "failed"
    if came == "fetched" and name not in update.fresh:
        came = "unchanged"
    return Account(
        provider=name,
        outcome=came,
        models=row.models,
        change=change,
        reason=row.reason if came in {"failed", "skipped"} else None,
        network=isinstance(outcome, Failed) and outcome.network,
        unusable=update.unusable.get(name, ()),
        seconds=outcome.seconds if isinstance(outcome, Fetched) else 0.0,
    )


def _remember(settings: Settings, update: Update, repo: CatalogRepo, result: SyncResult) -> None:
    """Last of all: a sync killed before this line is one that did not happen, for the next one."""
    failures = {item.provider: {"reason": item.reason} for item in result.failed()}
    summary = {key: value for key, value in result.as_json().items() if key != "accounts"}
    state.save_run(settings.extra, update.when, {"when": update.when, **summary}, failures)
    state.save(settings.extra, update.remembered(repo.head()))
