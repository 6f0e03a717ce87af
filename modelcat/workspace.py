"""The managed folder as commands see it: the stored catalog, the repository, the lock, the facts.

It puts settings, state and repository together and decides nothing. What texts look like is in catalog.py,
how git is asked in repo/, what a sync does in commands/sync.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from modelcat import state
from modelcat.catalog import FOLDER, Catalog, listing_from_text, listing_path
from modelcat.errors import RepoError
from modelcat.settings import data_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from modelcat.catalog import Listing
    from modelcat.facts import Facts
    from modelcat.registry import Registry
    from modelcat.repo.catalog import CatalogRepo
    from modelcat.rules import Context
    from modelcat.settings import Settings


def catalog(settings: Settings, revision: str | None = None, only: Iterable[str] | None = None) -> Catalog:
    """The stored catalog: of the work tree, or of a tag or commit; `only` these providers if given.

    A listing whose provider could not be asked the last time is "stale". Raises RepoError for a revision that
    does not exist and for a listing that cannot be read.
    """
    wanted = None if only is None else frozenset(only)
    if revision is None:
        listings = [
            item for name in _stored(settings) if _in(name, wanted) and (item := listing(settings, name))
        ]
        return Catalog(_stale(settings, listings))
    texts = repo(settings).read_all(FOLDER, revision)
    return Catalog(
        tuple(
            _read(text, f"{path} at {revision}")
            for path, text in sorted(texts.items())
            if _in(path.removeprefix(f"{FOLDER}/").removesuffix(".json"), wanted)
        )
    )


def listing(settings: Settings, provider: str) -> Listing | None:
    """The stored listing of one provider, as it was stored. Raises RepoError if it cannot be read."""
    path = settings.catalog / listing_path(provider)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise RepoError(_unreadable(str(path), error)) from error
    return _read(text, str(path))


def text(settings: Settings, path: str) -> str | None:
    """The text of a file of the catalog's folder as it is there; None where it is not or is no text."""
    try:
        return (settings.catalog / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def judging(settings: Settings, registry: Registry) -> Context:
    """What is asked of configs that modelcat itself made: their schemas and the tools' own rules."""
    from modelcat.checkup import Surroundings
    from modelcat.rules import Context

    return Context(schemas=Surroundings(settings).schema, providers=lambda: registry.providers)


def repo(settings: Settings) -> CatalogRepo:
    """The repository that can be shared, created where it is not there. Raises RepoError."""
    from modelcat.repo.catalog import CatalogRepo

    return CatalogRepo.open(settings.catalog)


def locked(settings: Settings, what: str) -> AbstractContextManager[object]:
    """Nobody else works in the managed folder meanwhile, and what a killed run left is brought to an end.

    Raises StorageError saying who does.
    """
    from modelcat import transaction

    return transaction.begun(settings, what)


@cache
def facts() -> Facts:
    """The embedded snapshot of model facts."""
    from modelcat.facts import Facts

    return Facts.load(data_file("facts/facts.bin").read_bytes())


def _stored(settings: Settings) -> list[str]:
    return sorted(path.stem for path in (settings.catalog / FOLDER).glob("*.json"))


def _in(name: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or name in wanted


def _stale(settings: Settings, listings: list[Listing]) -> tuple[Listing, ...]:
    known = state.load(settings.extra).providers
    failed = {name for name, row in known.items() if row.outcome == "failed"}
    return tuple(
        replace(item, origin="stale") if item.origin == "fetched" and item.provider in failed else item
        for item in listings
    )


def _read(text: str, where: str) -> Listing:
    try:
        return listing_from_text(text)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise RepoError(_unreadable(where, error)) from error


def _unreadable(where: str, error: Exception) -> str:
    return f"{where}: not a listing ({type(error).__name__}); `modelcat sync --force` makes it anew"
