"""The managed folder between the answers of a sync and its commit: listings, texts, what is remembered.

What one answer means is decided in refresh.py, how configs look in render.py; here is which of them have to
be made again. A listing is made anew when the answer or anything it is read with has changed; configs are
rendered anew when any listing, the registry, modelcat.toml or modelcat itself has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from modelcat import asking, sources, state, tools, workspace
from modelcat import settings as machine
from modelcat.catalog import Catalog, answer_path, ids_path, listing_path
from modelcat.errors import RepoError
from modelcat.fetch import Failed, Fetched, Skipped
from modelcat.first_seen import History
from modelcat.normalise import ids_text
from modelcat.refresh import Change, Refreshed, Refresher, change, fingerprint, paths, read
from modelcat.render import check, folder_of, render
from modelcat.state import ProviderState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelcat.catalog import Listing, Provider
    from modelcat.dialect import Row
    from modelcat.enrich import LiveSource
    from modelcat.fetch import Outcome
    from modelcat.normalise import Unusable
    from modelcat.refresh import Answer
    from modelcat.registry import Registry
    from modelcat.render import FirstSeen, Rendered
    from modelcat.selection import Selection
    from modelcat.settings import Settings
    from modelcat.state import State

_NEVER = ProviderState()


@dataclass(slots=True)
class Update:
    """One sync at work. `when` is UTC, as 2026-11-24T14:30:00Z."""

    settings: Settings
    registry: Registry
    selection: Selection
    memory: State
    outcomes: Mapping[str, Outcome]
    when: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Those that were read as they came."""
    ahead: Callable[[Mapping[str, str | None]], None] = lambda _: None
    """Is told texts as soon as they are made."""
    members: tuple[Provider, ...] = ()
    """The providers that have a listing."""
    rows: dict[str, ProviderState] = field(default_factory=dict)
    """What will be remembered of each provider."""
    fresh: dict[str, Listing] = field(default_factory=dict)
    """Listings made anew."""
    lost: set[str] = field(default_factory=set)
    """Providers whose stored listing cannot be read, and nothing can be put in its place."""
    texts: dict[str, str | None] = field(default_factory=dict)
    """What is to be committed, by path; None: removed."""
    changes: list[Change] = field(default_factory=list)
    new: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Provider -> ids that are in its list for the first time as far as `old` and new list tell."""
    unusable: dict[str, tuple[Unusable, ...]] = field(default_factory=dict)
    rendered: tuple[Rendered, ...] = ()

    def work(self, chosen: frozenset[str], *, force: bool) -> None:
        """Make everything that has to be made; the repository is read, not written."""
        # The listing of one that is switched off goes, and what was remembered of it.
        on = {provider.id for provider in self.registry.providers.values() if provider.enabled}
        known = on & {*self.memory.providers, *self.outcomes}
        self.rows = {name: self._asked(name) for name in sorted(known)}
        self.members = tuple(p for p in self.registry.providers.values() if self._has_listing(p, chosen))
        refresher = self._refresher()
        for provider in self.members:
            self._refresh(provider, refresher)
        self._drop_strangers()
        if force or self.texts or self.memory.rendered != self.basis() or not self._all_there():
            self._render()

    def basis(self) -> str:
        """Everything the generated configs are made from, as one word."""
        rows = (f"{p.id} {row.answer} {row.reading}" for p in self.members if (row := self.rows.get(p.id)))
        return fingerprint((repr(self.registry.providers), repr(self.selection), *rows))

    def remembered(self, commit: str | None) -> State:
        """The state to keep once `commit` is the last one."""
        return replace(
            self.memory, providers=self.rows, rendered=self.basis(), head=commit, last_sync=self.when
        )

    def _asked(self, name: str) -> ProviderState:
        """What is remembered of a provider, with what came of it now."""
        row, outcome = self.memory.providers.get(name, _NEVER), self.outcomes.get(name)
        if isinstance(outcome, Fetched):
            row = replace(row, outcome="fetched", reason=None, fetched=self.when, seconds=outcome.seconds)
            if outcome.rows is not None:
                url = machine.resolve(self.settings, self.registry.get(name)).models_url
                row = replace(row, url=url, etag=outcome.etag, last_modified=outcome.last_modified)
        elif isinstance(outcome, Failed):
            row = replace(row, outcome="failed", reason=str(outcome.error))
        elif isinstance(outcome, Skipped):
            row = replace(row, outcome="skipped", reason=outcome.reason)
        return row if outcome is None else replace(row, asked=self.when)

    def _has_listing(self, provider: Provider, chosen: frozenset[str]) -> bool:
        """All enabled providers do; a borrowed one only once somebody asked for it."""
        if provider.kind != "provider" or not provider.enabled:
            return False
        return not provider.opt_in or provider.id in chosen or self._is_stored(provider.id)

    def _is_stored(self, provider: str) -> bool:
        return (self.settings.catalog / listing_path(provider)).is_file()

    def _all_there(self) -> bool:
        mains = (f"{folder_of(name)}/{tools.load(name).main}" for name in tools.names())
        return all((self.settings.catalog / path).is_file() for path in mains)

    def _refresher(self) -> Refresher:
        """Facts of the data sources: as they answered now, else as they are stored, else the snapshot."""
        there, words = [], []
        for source in self.registry.providers.values():
            if source.kind != "data" or not source.enabled:
                continue
            outcome = self.outcomes.get(source.id)
            if isinstance(outcome, Fetched) and outcome.rows is not None:
                answer = json.dumps(outcome.rows, ensure_ascii=False).encode()
                state.save_source(self.settings.extra, source.id, answer)
                self.rows[source.id] = replace(
                    self.rows[source.id],
                    answer=outcome.body_hash,
                    parser=asking.parser(source),
                    models=len(outcome.rows),
                )
            known = self.rows.get(source.id, _NEVER)
            if known.answer:
                words.append(f"{source.id} {known.answer}")
                there.append(source)
        return Refresher(workspace.facts(), lambda: self._live(there), words)

    def _live(self, there: Sequence[Provider]) -> list[LiveSource]:
        found = []
        for source in there:
            rows = _source_rows(self.settings, source)
            live = sources.live(source, rows) if rows else None
            if live is not None:
                found.append(live)
        return found

    def _refresh(self, provider: Provider, refresher: Refresher) -> None:
        outcome, row = self.outcomes.get(provider.id), self.rows.get(provider.id, _NEVER)
        reading = refresher.reading(provider, asking.parser(provider))
        stored = self._is_stored(provider.id)
        if isinstance(outcome, Fetched):
            self._answered(provider, outcome, row, refresher, reading)
        elif stored and (row.answer or row.reading == reading):
            return
        elif (kept := self._of_an_answer(provider.id)) is None:
            self._take(provider, refresher.embedded(provider), "", reading)
        else:
            # What is remembered speaks of another catalog, or of none: this one may be a clone, or restored.
            self.rows[provider.id] = replace(row, models=len(kept.models))
            self._make_ids(provider.id, kept)

    def _answered(
        self, provider: Provider, outcome: Fetched, row: ProviderState, refresher: Refresher, reading: str
    ) -> None:
        same = outcome.rows is None or outcome.body_hash == row.answer
        if same and row.reading == reading and self._is_stored(provider.id):
            return
        rows = outcome.rows if outcome.rows is not None else self._stored_rows(provider.id)
        answer = outcome.body_hash if outcome.rows is not None else row.answer or ""
        new = refresher.fetched(provider, self.answers.get(provider.id) or read(provider, rows))
        if new.listing.models:
            self._take(provider, new, answer, reading)
            return
        # An empty list never replaces a good one, and there is nothing in it to ask less for next time.
        self.rows[provider.id] = replace(
            self.memory.providers.get(provider.id, _NEVER),
            outcome="skipped" if provider.local else "failed",
            reason=f"{provider.id}: the list holds no usable model; what is stored stays",
            asked=self.when,
        )
        self.outcomes = {name: found for name, found in self.outcomes.items() if name != provider.id}
        self._refresh(provider, refresher)

    def _take(self, provider: Provider, new: Refreshed | None, answer: str, reading: str) -> None:
        row = self.rows.get(provider.id, _NEVER)
        models = unusable = 0
        if new is not None:
            self._compare(provider.id, new)
            models, unusable = len(new.listing.models), sum(item.count for item in new.unusable)
        elif self._is_stored(provider.id) and self._readable(provider.id) is None:
            self.lost.add(provider.id)
        self.rows[provider.id] = replace(
            row,
            answer=answer or None,
            parser=asking.parser(provider),
            reading=reading,
            models=models,
            unusable=unusable,
        )

    def _compare(self, provider: str, new: Refreshed) -> None:
        old = self._readable(provider)
        self.fresh[provider] = new.listing
        self.texts |= new.texts
        self.ahead(new.texts)
        self.unusable[provider] = new.unusable
        found = change(provider, old, new.listing)
        if old is not None and not (old.origin == "embedded" and new.listing.origin == "fetched"):
            self.new[provider] = found.added
        if found:
            self.changes.append(found)

    def _make_ids(self, provider: str, kept: Listing) -> None:
        """The ids beside a listing that stays: a commit of the person's may have taken them out."""
        path, text = ids_path(provider), ids_text(kept.models)
        if workspace.text(self.settings, path) != text:
            self.texts[path] = text

    def _of_an_answer(self, provider: str) -> Listing | None:
        """The stored listing; None where there is none, or it stands on the snapshot, or cannot be read."""
        found = self._readable(provider)
        return None if found is None or found.origin == "embedded" else found

    def _readable(self, provider: str) -> Listing | None:
        """The stored listing; None for one that is not there or cannot be read: it is made anew, or goes."""
        try:
            return workspace.listing(self.settings, provider)
        except RepoError:
            return None  # git still has it

    def _stored_rows(self, provider: str) -> Sequence[Row]:
        text = (self.settings.catalog / answer_path(provider)).read_text(encoding="utf-8")
        rows: Sequence[Row] = json.loads(text)["data"]
        return rows

    def _drop_strangers(self) -> None:
        """Remove the files of providers that have no listing: no longer known, switched off, or lost."""
        have = {p.id for p in self.members if p.id in self.fresh or self._is_stored(p.id)} - self.lost
        for name in sorted(self._stored_names() - have):
            old = self._readable(name)
            if old is None and self._is_somebodys(listing_path(name)):
                continue
            self.texts |= dict.fromkeys(paths(name))
            self.changes.append(change(name, old, None))

    def _is_somebodys(self, path: str) -> bool:
        """Whether a file is there that no commit has."""
        there = (self.settings.catalog / path).is_file()
        return there and workspace.repo(self.settings).read(path) is None

    def _stored_names(self) -> set[str]:
        """The providers of which any file is stored: git may have brought one without the others."""
        found = set()
        for pattern in paths("*"):
            before, after = pattern.split("*")
            there = (path.relative_to(self.settings.catalog) for path in self.settings.catalog.glob(pattern))
            found |= {path.as_posix().removeprefix(before).removesuffix(after) for path in there}
        return found

    def _render(self) -> None:
        listed = (p.id for p in self.members if p.id not in self.lost)
        listings = [self.fresh.get(name) or workspace.listing(self.settings, name) for name in listed]
        catalog = Catalog(tuple(item for item in listings if item is not None))
        every = [tools.load(name) for name in tools.names()]
        days = self._first_seen(History(self.settings))
        self.rendered = render(catalog, self.registry, self.selection, every, first_seen=days)
        for one in self.rendered:
            folder = folder_of(one.offered.tool.name)
            there = (self.settings.catalog / folder).glob("*")
            self.texts |= {f"{folder}/{path.name}": None for path in there if path.is_file()}
            texts = one.texts()
            self.texts |= texts
            self.ahead(texts)
        # Git has them by now, and packs while they are looked at; without a commit they are nobody's.
        context = workspace.judging(self.settings, self.registry)
        for one in self.rendered:
            check(one, self.texts, lambda path: workspace.text(self.settings, path), context)

    def _first_seen(self, known: History) -> FirstSeen:
        """As the history will say once this sync is in it: what comes with it is of today."""

        def days(providers: frozenset[str]) -> dict[str, dict[str, str]]:
            there = known(providers)
            return {
                name: {**dict.fromkeys(self.new.get(name, ()), self.when[:10]), **there.get(name, {})}
                for name in providers
            }

        return days


def _source_rows(settings: Settings, source: Provider) -> list[dict[str, Any]]:
    data = state.load_source(settings.extra, source.id)
    try:
        rows = json.loads(data) if data is not None else []
    except ValueError:
        return []
    return rows if isinstance(rows, list) else []
