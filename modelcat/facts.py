"""The facts that come with modelcat: their packed form, and the two sources made of it.

A file of facts is one index and many members, each compressed by itself: one a provider and source, and two
tables by base name. Only what is asked for is unpacked, so a run that needs no fact pays for the index alone.
The file is made by config/facts/build.py; what the facts are used for is in enrich.py. No I/O.
"""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from modelcat.catalog import NO_COST, Cost, Listing, Model, listing, price_text
from modelcat.enrich import KINDS, FactSource, Kind, LiveSource, Names, Table, agreed
from modelcat.errors import StorageError
from modelcat.names import base_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from modelcat.catalog import Provider

_MAGIC = b"modelcat facts 1\n"
_LETTERS = {"text": "t", "image": "i", "audio": "a", "video": "v", "pdf": "p"}
_WORDS = {letter: word for word, letter in _LETTERS.items()}
_FLAGS: dict[bool | None, str] = {None: "-", False: "0", True: "1"}
_TRUTHS = {letter: truth for truth, letter in _FLAGS.items()}


class Facts:
    """The snapshot: what each provider offers, as models.dev and litellm had it on a day."""

    def __init__(self, index: Mapping[str, Any], members: bytes) -> None:
        """Use `load`."""
        self._index = index
        self._members = members
        self._open: dict[tuple[str, str], Any] = {}

    @classmethod
    def load(cls, data: bytes) -> Facts:
        """Read the packed form. StorageError if it is damaged."""
        if not data.startswith(_MAGIC):
            raise StorageError(_damaged("they are not facts"))
        try:
            start = len(_MAGIC) + 4
            size = int.from_bytes(data[len(_MAGIC) : start])
            index = json.loads(zlib.decompress(data[start : start + size]))
            end = (
                start
                + size
                + sum(length for group in index["members"].values() for _, length in group.values())
            )
        except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
            raise StorageError(_damaged(error)) from error
        if end != len(data) or set(index["as_of"]) != set(KINDS):
            raise StorageError(_damaged("a part is missing"))
        return cls(index, data[start + size :])

    def day(self, kind: Kind) -> str:
        """The day of one source's data, YYYY-MM-DD."""
        return str(self._index["as_of"][kind])

    def providers(self, kind: Kind) -> Sequence[str]:
        """The providers that a source knows, under its own names."""
        return tuple(self._index["members"][kind])

    def sources(self, live: Iterable[LiveSource] = ()) -> tuple[FactSource, ...]:
        """What `enrich` asks: answers of this sync where there are any, the snapshot for the rest."""
        fresh = {source.kind: source for source in live}
        return tuple(fresh.get(kind) or Snapshot(self, kind) for kind in KINDS)

    def embedded(self, provider: Provider) -> Listing | None:
        """The listing that stands in for a provider that could not be asked; None: no facts about it.

        models.dev's if it knows the provider, because litellm keeps ids that are no longer offered.
        """
        for kind, name in self._known_as(provider):
            table = self.table(kind, name)
            if table is not None:
                return listing(provider.id, table.models(), "embedded", self.day(kind))
        return None

    def embedded_day(self, provider: Provider) -> str | None:
        """The day of the listing that `embedded` gives, without making it."""
        known = (kind for kind, name in self._known_as(provider) if name in self._index["members"][kind])
        return next(map(self.day, known), None)

    def _known_as(self, provider: Provider) -> Iterator[tuple[Kind, str]]:
        for kind, names in zip(KINDS, (provider.models_dev, provider.litellm), strict=True):
            yield from ((kind, name) for name in names or (provider.id,))

    def table(self, kind: Kind, provider: str) -> Table | None:
        """The rows of one provider at one source."""
        if provider not in self._index["members"][kind]:
            return None
        return Table(self.member(kind, provider), _model)

    def member(self, group: str, name: str) -> dict[str, Any]:
        """One member, unpacked: id -> row. StorageError if it is damaged."""
        key = (group, name)
        if key not in self._open:
            try:
                start, size = self._index["members"][group][name]
                columns = json.loads(zlib.decompress(self._members[start : start + size]))
                self._open[key] = dict(zip(columns[0], zip(*columns[1:], strict=True), strict=True))
            except (ValueError, KeyError, IndexError, TypeError, zlib.error) as error:
                raise StorageError(_damaged(error)) from error
        rows: dict[str, Any] = self._open[key]
        return rows


class Snapshot:
    """One source's part of the facts, as `enrich` asks for it."""

    def __init__(self, facts: Facts, kind: Kind) -> None:
        """The label carries the day: a fact of the snapshot is as old as the snapshot."""
        self._facts = facts
        self.kind: Kind = kind
        self.label = f"{kind} {facts.day(kind)}"
        self._named: dict[str, Model | None] = {}

    def table(self, provider: str) -> Table | None:
        """See FactSource."""
        return self._facts.table(self.kind, provider)

    def named(self, model_id: str) -> Model | None:
        """See FactSource."""
        # Gateways list the same ids again and again.
        if model_id not in self._named:
            self._named[model_id] = self._agreed(model_id)
        return self._named[model_id]

    def _agreed(self, model_id: str) -> Model | None:
        exact = self._facts.member("names", "exact")
        name, undated = base_names(model_id)
        row = exact.get(name)
        if row is None:
            name = undated
            row = self._facts.member("names", "undated").get(name) or exact.get(name)
        return None if row is None else _model(name, row)


def pack(rows: Mapping[Kind, Mapping[str, Sequence[Model]]], as_of: Mapping[Kind, str]) -> bytes:
    """The packed form of `rows`: models by source and by the provider's name there. Same rows, same bytes."""
    members: list[bytes] = []
    index: dict[str, Any] = {"as_of": dict(as_of), "members": {}}

    def add(group: str, name: str, models: Iterable[Model]) -> None:
        packed = _packed(models)
        start = sum(map(len, members))
        index["members"].setdefault(group, {})[name] = (start, len(packed))
        members.append(packed)

    for kind in KINDS:
        for provider, models in sorted(rows[kind].items()):
            add(kind, provider, models)
    known = {(provider, model.id): model for provider, models in rows[KINDS[0]].items() for model in models}
    names = Names(known)
    exact, undated = _all_agreed(names.exact, known), _all_agreed(names.undated, known)
    add("names", "exact", exact.values())
    # Most models have one date or none, and then the undated name says nothing new.
    add("names", "undated", (model for name, model in undated.items() if exact.get(name) != model))
    head = zlib.compress(json.dumps(index, separators=(",", ":")).encode(), 9)
    return _MAGIC + len(head).to_bytes(4) + head + b"".join(members)


def _all_agreed(
    groups: Mapping[str, Sequence[tuple[str, str]]], known: Mapping[tuple[str, str], Model]
) -> dict[str, Model]:
    return {
        name: agreed(name, [(pair[0], known[pair]) for pair in ids]) for name, ids in groups.items() if name
    }


def _packed(models: Iterable[Model]) -> bytes:
    rows = [_row(model) for model in sorted(models, key=lambda model: model.id)]
    columns = list(zip(*rows, strict=True)) or [()] * 9
    return zlib.compress(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode(), 9)


def _row(model: Model) -> tuple[Any, ...]:
    return (
        model.id,
        model.name or 0,
        model.mode,
        model.context_window or 0,
        model.max_output_tokens or 0,
        _letters(model.input_modalities) + ">" + _letters(model.output_modalities),
        _FLAGS[model.reasoning] + _FLAGS[model.tool_call] + _FLAGS[model.deprecated],
        _prices(model.cost),
        model.released or 0,
    )


def _letters(modalities: Iterable[str]) -> str:
    return "".join(_LETTERS[word] for word in modalities)


def _prices(cost: Cost) -> str | int:
    prices = (cost.input, cost.output, cost.cache_read, cost.cache_write)
    if cost == NO_COST:
        return 0
    return " ".join("-" if price is None else price_text(price) for price in prices)


def _model(model_id: str, row: Sequence[Any]) -> Model:
    name, mode, window, limit, modalities, flags, prices, released = row
    given, made = _modalities(modalities)
    reasoning, tool_call, deprecated = flags
    return Model(
        model_id,
        name or None,
        mode,
        window or None,
        limit or None,
        given,
        made,
        _TRUTHS[reasoning],
        _TRUTHS[tool_call],
        _cost(prices) if prices else NO_COST,
        released or None,
        _TRUTHS[deprecated],
    )


@cache
def _modalities(letters: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given, made = (tuple(_WORDS[letter] for letter in side) for side in letters.split(">"))
    return given, made


@cache
def _cost(prices: str) -> Cost:
    return Cost(*(None if price == "-" else Decimal(price) for price in prices.split()))


def _damaged(error: object) -> str:
    return f"the model facts that come with modelcat are damaged ({error}); install modelcat again"
