"""One provider's answer against what is stored: the texts to store, and what changed for people.

Core: no network, no files. Who is asked, and in which order things happen, is in commands/sync.py;
how an answer becomes models in normalise.py, where missing facts come from in enrich.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelcat.catalog import Listing, Model


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
    before = _facts(old)
    after = _facts(new)
    return Change(
        provider,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(i for i in before.keys() & after.keys() if before[i] != after[i])),
    )


def _facts(listing: Listing | None) -> dict[str, Model]:
    if listing is None:
        return {}
    return {model.id: replace(model, sources=()) if model.sources else model for model in listing.models}


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
    return f"sync: {total.counts()} models in {where}"


def body(changes: Iterable[Change]) -> str:
    """The commit body: a line a provider, so that `git log --grep` finds it."""
    return "\n".join(f"{item.provider}: {item.counts()}" for item in changes if item)


def fingerprint(parts: Sequence[str]) -> str:
    """One word for everything a stored text was made from; equal words mean an equal text."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def repository_texts(
    listing_text: str, answer: str | None, ids: str, provider: str
) -> Mapping[str, str | None]:
    """Where one provider's texts stand in the managed repository; no raw answer for an embedded listing."""
    return {
        f"catalog/{provider}.json": listing_text,
        f"config/txt/models_{provider}.txt": ids,
        f"config/json/models_{provider}.json": answer,
    }
