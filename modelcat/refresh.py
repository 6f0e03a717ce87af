"""One provider's answer against what is stored: the texts to store, and what changed for people.

Core: no network, no files. Who is asked, and in which order things happen, is in commands/sync.py;
how an answer becomes models in normalise.py, where missing facts come from in enrich.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modelcat import __version__
from modelcat.catalog import Listing, answer_path, ids_path, listing_path, listing_text
from modelcat.enrich import KINDS, enrich
from modelcat.normalise import answer_text, ids_text, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from modelcat.catalog import Model, Provider
    from modelcat.dialect import Row
    from modelcat.enrich import FactSource, LiveSource
    from modelcat.facts import Facts
    from modelcat.normalise import Unusable


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in one provider's listing; ids sorted."""

    provider: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def counts(self) -> str:
        """As `+12 -3 ~5`, without what is zero."""
        parts = (("+", self.added), ("-", self.removed), ("~", self.changed))
        return " ".join(f"{sign}{len(ids)}" for sign, ids in parts if ids)


def change(provider: str, old: Listing | None, new: Listing | None) -> Change:
    """What a person would call changed: facts that moved, not where they were read."""
    before, after = _by_id(old), _by_id(new)
    return Change(
        provider,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(i for i in before.keys() & after.keys() if _moved(before[i], after[i]))),
    )


def _by_id(listing: Listing | None) -> dict[str, Model]:
    return {} if listing is None else {model.id: model for model in listing.models}


def _moved(before: Model, after: Model) -> bool:
    return before != after._replace(sources=before.sources)


def subject(changes: Iterable[Change]) -> str:
    """The commit subject: `sync: +12 -3 ~5 models in 4 providers`."""
    real = [item for item in changes if item]
    if not real:
        return "sync: the same models, texts made anew"
    total = Change(
        "",
        added=tuple(i for item in real for i in item.added),
        removed=tuple(i for item in real for i in item.removed),
        changed=tuple(i for item in real for i in item.changed),
    )
    where = real[0].provider if len(real) == 1 else f"{len(real)} providers"
    one = len(total.added) + len(total.removed) + len(total.changed) == 1
    return f"sync: {total.counts()} {'model' if one else 'models'} in {where}"


def body(changes: Iterable[Change]) -> str:
    """The commit body: a line a provider, so that `git log --grep` finds it."""
    return "\n".join(f"{item.provider}: {item.counts()}" for item in changes if item)


def fingerprint(parts: Iterable[str]) -> str:
    """One word for everything a stored text was made from; equal words mean an equal text."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says by itself, before facts from elsewhere are added."""

    models: tuple[Model, ...]
    text: str
    """As it is stored."""
    unusable: tuple[Unusable, ...]


def read(provider: Provider, rows: Sequence[Row]) -> Answer:
    """What `rows`, as the provider's dialect gave them, say."""
    normalised = normalise(provider, rows)
    text = answer_text(provider, rows, normalised.usable)
    return Answer(normalised.models, text, normalised.unusable)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One provider's new listing and its texts by path in the managed repository."""

    listing: Listing
    texts: Mapping[str, str | None]
    unusable: tuple[Unusable, ...] = ()


class Refresher:
    """Makes listings of answers, with the facts and sources of one sync."""

    def __init__(
        self,
        facts: Facts,
        live: Callable[[], Sequence[LiveSource]] = tuple,
        answers: Iterable[str] = (),
    ) -> None:
        """`live` gives the sources that answered, read only when needed; `answers` says what they said."""
        self._facts = facts
        self._live = live
        self._basis = (__version__, *map(facts.day, KINDS), *answers)

    @cached_property
    def _sources(self) -> tuple[FactSource, ...]:
        return self._facts.sources(self._live())

    def reading(self, provider: Provider, parser: str) -> str:
        """All that a listing depends on besides the answer, as one word."""
        return fingerprint((parser, repr(provider), *self._basis))

    def fetched(self, provider: Provider, answer: Answer) -> Refreshed:
        """The listing that an answer makes. One without a usable row makes an empty listing."""
        new = enrich(Listing(provider.id, answer.models, "fetched"), provider, self._sources)
        return Refreshed(new, _texts(new, answer.text), answer.unusable)

    def embedded(self, provider: Provider) -> Refreshed | None:
        """The listing of the embedded snapshot, None where it knows nothing of the provider."""
        new = self._facts.embedded(provider)
        return None if new is None or not new.models else Refreshed(new, _texts(new, None))


def _texts(listing: Listing, answer: str | None) -> Mapping[str, str | None]:
    # An embedded listing has no raw answer, and so no file for one.
    return {
        listing_path(listing.provider): listing_text(listing),
        answer_path(listing.provider): answer,
        ids_path(listing.provider): ids_text(listing.models),
    }


def paths(provider: str) -> tuple[str, ...]:
    """All that is stored of a provider besides tool configs."""
    return listing_path(provider), answer_path(provider), ids_path(provider)
