"""`modelcat log [MODEL|PROVIDER]`: when models appeared, vanished, changed price or limits. From git.

Without a name it is the syncs. With one, the lines of the listings that came and went are read as models.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelcat import query, workspace
from modelcat import settings as machine
from modelcat.catalog import ids_path, listing_path, model_from_json
from modelcat.compare import Difference, differences
from modelcat.errors import ExitCode
from modelcat.names import base_name
from modelcat.repo.objects import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from modelcat.catalog import Model
    from modelcat.repo.catalog import CatalogRepo
    from modelcat.repo.history import LineChange
    from modelcat.repo.objects import Entry
    from modelcat.settings import Settings

What = Literal["appeared", "vanished", "changed"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one model of one provider. `when` is seconds since 1970."""

    commit: str
    when: int
    provider: str
    model: str
    what: What
    differences: tuple[Difference, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """{"when": UTC, "commit", "provider", "model", "what", "differences": [{"field", …}]}."""
        return {
            "when": utc(self.when),
            "commit": self.commit,
            "provider": self.provider,
            "model": self.model,
            "what": self.what,
            "differences": [item.as_json() for item in self.differences],
        }


@dataclass(frozen=True, slots=True)
class LogResult:
    """`kind` says what `name` is: nothing (then `syncs` are told), a provider or a model (then `events`)."""

    name: str | None
    kind: Literal["syncs", "provider", "model"]
    syncs: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()
    """Newest first."""
    nearest: tuple[str, ...] = ()
    """Providers and ids like `name`, where nothing is known of it."""

    @property
    def exit_code(self) -> ExitCode:
        """1 where nothing is known of the name."""
        return ExitCode.OK if self.events or self.kind != "model" else ExitCode.NO

    def as_json(self) -> dict[str, Any]:
        """{"name", "kind", "syncs": [{"when", "commit", "subject", "body", "tags"}], "events", "nearest"}."""
        syncs = [
            {
                "when": utc(entry.when),
                "commit": entry.commit,
                "subject": entry.subject,
                "body": entry.body,
                "tags": list(entry.tags),
            }
            for entry in self.syncs
        ]
        return {
            "name": self.name,
            "kind": self.kind,
            "syncs": syncs,
            "events": [event.as_json() for event in self.events],
            "nearest": list(self.nearest),
        }


def run(settings: Settings, name: str | None = None, *, limit: int = 50) -> LogResult:
    """The newest `limit` syncs; or of a provider the last `limit` commits; or of a model `limit` events.

    A model is named by an id as any provider spells it, or as provider:id.
    """
    repo = workspace.repo(settings)
    if name is None:
        return LogResult(None, "syncs", tuple(repo.log(limit=limit)))
    if _is_provider(settings, name):
        found = repo.changes([listing_path(name)], limit)
        return LogResult(name, "provider", events=tuple(_events(found, lambda _: True)))
    return _model(settings, repo, name, limit)


def _is_provider(settings: Settings, name: str) -> bool:
    return name in machine.registry(settings).providers or (
        re.fullmatch(r"[\w.-]+", name) is not None and (settings.catalog / listing_path(name)).is_file()
    )


def _model(settings: Settings, repo: CatalogRepo, name: str, limit: int) -> LogResult:
    provider, colon, rest = name.partition(":")
    alone = bool(colon) and _is_provider(settings, provider)
    wanted = rest if alone else name
    common = base_name(wanted)

    def is_it(model_id: str) -> bool:
        return model_id == wanted or (not alone and common == base_name(model_id) != "")

    found = {provider} if alone else _offering(settings, repo, wanted, is_it)
    changes = repo.changes(sorted(map(listing_path, found))) if found else []
    events = tuple(_events(changes, is_it))[:limit]
    near = () if events else _nearest(settings, name)
    return LogResult(name, "model", events=events, nearest=near)


def _nearest(settings: Settings, name: str) -> tuple[str, ...]:
    """The providers and the ids most like `name`."""
    from difflib import get_close_matches

    providers = get_close_matches(name.lower(), machine.registry(settings).providers, n=2, cutoff=0.75)
    return (*providers, *query.nearest(workspace.catalog(settings), name))


def _offering(settings: Settings, repo: CatalogRepo, wanted: str, is_it: Callable[[str], bool]) -> set[str]:
    """The providers that have the model, or had it by this very id; perhaps a few more.

    Only the listings of bare ids are searched: they are a tenth of the size.
    """
    folder, _, name = ids_path("*").rpartition("/")
    paths = repo.files_with(wanted, folder)
    for path in (settings.catalog / folder).glob(name):
        if any(map(is_it, path.read_text(encoding="utf-8").split("\n"))):
            paths.add(path.name)
    head, tail = name.split("*")
    return {path.rpartition("/")[2].removeprefix(head).removesuffix(tail) for path in paths}


def _events(changes: Iterable[LineChange], is_it: Callable[[str], bool]) -> Iterator[Event]:
    for item in changes:
        provider = item.path.rpartition("/")[2].removesuffix(".json")
        before, after = _models(item.removed, is_it), _models(item.added, is_it)
        for model_id in sorted(before.keys() | after.keys()):
            event = _event(item, provider, before.get(model_id), after.get(model_id))
            if event is not None:
                yield event


def _event(item: LineChange, provider: str, before: Model | None, after: Model | None) -> Event | None:
    """None where only the sources of facts changed, or the comma behind the line."""
    if before is None:
        return Event(item.commit, item.when, provider, after.id, "appeared") if after else None
    if after is None:
        return Event(item.commit, item.when, provider, before.id, "vanished")
    moved = tuple(differences(before, after))
    return Event(item.commit, item.when, provider, after.id, "changed", moved) if moved else None


def _models(lines: Iterable[str], is_it: Callable[[str], bool]) -> dict[str, Model]:
    """The models among the lines of a listing; other lines are its frame."""
    found = {}
    for line in lines:
        text = line.strip().rstrip(",")
        if not (text.startswith("{") and text.endswith("}")):
            continue
        try:
            row = json.loads(text)
            if isinstance(row["id"], str) and is_it(row["id"]):
                found[row["id"]] = model_from_json(row)
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
            continue  # an older form of the listing, or a hand's work
    return found
