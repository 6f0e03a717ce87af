"""Facts that a provider's own list does not give: limits, prices, modalities, abilities, dates.

Precedence, field by field: the provider's own word > models.dev, same provider and id > litellm, same
provider and id > models.dev by the model's base name > unknown. Over a base name only limits, modalities and
abilities are borrowed, never a price: what one provider charges says nothing about another.

Where the facts are kept in the wheel and how they are packed is in facts.py; when two ids are the same model,
in names.py. No I/O.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Protocol

from modelcat.catalog import NO_COST, Cost, Listing, Model
from modelcat.names import base_names, spelling, split_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from modelcat.catalog import Mode, Provider

Kind = Literal["models.dev", "litellm"]
KINDS: tuple[Kind, ...] = ("models.dev", "litellm")
"""In order of precedence."""

_BORROWED = (
    "context_window",
    "max_output_tokens",
    "input_modalities",
    "output_modalities",
    "reasoning",
    "tool_call",
)
_FIELDS = (*_BORROWED, "name", "released", "deprecated")
"""What is filled in one by one; cost and mode have rules of their own."""
_values = attrgetter(*_FIELDS)
_WINDOW = _FIELDS.index("context_window")
_LIMITS = ("context_window", "max_output_tokens")
# A field is borrowed when two thirds of the providers that say anything say the same. Each model of
# models.dev (18 August 2026) left out in turn and guessed from the others: 4,904 windows, 92 of 100 right.
_SHARE = (2, 3)
# 128000, 131000 and 131072 are the same window, written by three people.
_ROUNDED = (105, 100)
# A single provider's output limit is right for the next one in 65 of 100: too few to repeat.
_VOICES = {"max_output_tokens": 2}


class Table:
    """One provider's rows at a source."""

    def __init__(self, rows: Mapping[str, Any], build: Callable[[str, Any], Model]) -> None:
        """`build` makes a Model of an id and its row, only for the rows that are asked for."""
        self._rows = rows
        self._build = build
        self._spelled: dict[str, list[str]] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, model_id: str) -> Model | None:
        """The row with this id, or the only one that is spelled the same but for case and separators.

        Poe's Claude-Sonnet-4.5 is anthropic/claude-sonnet-4.5 at models.dev. Routes and dates count here:
        x:free has not the price of x.
        """
        row = self._rows.get(model_id)
        if row is not None:
            return self._build(model_id, row)
        twins = [twin for twin in self._twins(model_id) if _same_maker(twin, model_id)]
        return self._build(twins[0], self._rows[twins[0]]) if len(twins) == 1 else None

    def models(self) -> Iterable[Model]:
        """All rows."""
        return (self._build(model_id, row) for model_id, row in self._rows.items())

    def _twins(self, model_id: str) -> Sequence[str]:
        if self._spelled is None:
            self._spelled = {}
            for known in self._rows:
                self._spelled.setdefault(spelling(split_maker(known)[1]), []).append(known)
        return self._spelled.get(spelling(split_maker(model_id)[1]), ())


def _same_maker(left: str, right: str) -> bool:
    one, other = spelling(split_maker(left)[0]), spelling(split_maker(right)[0])
    return not one or not other or one == other


class FactSource(Protocol):
    """Somewhere facts come from: an answer of this sync (LiveSource), or the snapshot (facts.py)."""

    @property
    def kind(self) -> Kind: ...

    @property
    def label(self) -> str:
        """What a model's `sources` will say."""
        ...

    def table(self, provider: str) -> Table | None:
        """The rows of a provider under the source's own name for it."""
        ...

    def named(self, model_id: str) -> Model | None:
        """What providers agree on about the model of this base name; only borrowed fields are set."""
        ...


class Names:
    """Ids of many providers by base name."""

    def __init__(self, ids: Iterable[tuple[str, str]]) -> None:
        """`ids` are (provider, model id)."""
        self.exact: dict[str, list[tuple[str, str]]] = {}
        self.undated: dict[str, list[tuple[str, str]]] = {}
        for pair in ids:
            name, undated = base_names(pair[1])
            self.exact.setdefault(name, []).append(pair)
            self.undated.setdefault(undated, []).append(pair)

    def same(self, model_id: str) -> tuple[str, Sequence[tuple[str, str]]]:
        """The base name of `model_id` and who has it; a date that nobody knows falls back to all dates."""
        for name, ids in zip(base_names(model_id), (self.exact, self.undated), strict=True):
            if name and name in ids:
                return name, ids[name]
        return "", ()


def agreed(name: str, rows: Sequence[tuple[str, Model]]) -> Model:
    """The fields on which the providers of `rows` agree, one voice a provider; the others stay unknown."""
    fields = {field: _majority(field, rows) for field in _BORROWED}
    return Model(name, **{field: value for field, value in fields.items() if value is not None})


def _majority(field: str, rows: Sequence[tuple[str, Model]]) -> Any:
    said: dict[str, set[Any]] = {}
    for provider, model in rows:
        value = getattr(model, field)
        if value is not None and value != ():
            said.setdefault(provider, set()).add(value)
    # Who says two things of one model (a route, a date) has no voice, but was heard.
    voices = [next(iter(values)) for values in said.values() if len(values) == 1]
    if len(voices) < _VOICES.get(field, 1):
        return None
    crowd = _crowd(voices) if field in _LIMITS else _same(voices)
    return crowd[0] if len(crowd) * _SHARE[1] >= len(said) * _SHARE[0] else None


def _same(voices: Sequence[Any]) -> Sequence[Any]:
    # Which of two equal halves is taken does not matter: neither is two thirds.
    winner = max(voices, key=voices.count)
    return [voice for voice in voices if voice == winner]


def _crowd(voices: Sequence[int]) -> Sequence[int]:
    """The most voices that mean the same number, smallest first: the smallest is safe for all of them."""
    crowds = (
        sorted(voice for voice in voices if low <= voice <= low * _ROUNDED[0] // _ROUNDED[1])
        for low in voices
    )
    return max(crowds, key=len)


class LiveSource:
    """models.dev or litellm as it answered."""

    def __init__(
        self,
        kind: Kind,
        tables: Mapping[str, Mapping[str, Any]],
        build: Callable[[str, Any], Model] = lambda _, model: model,
    ) -> None:
        """`tables` are rows by the provider's name at the source and by id; `build` makes a Model of one.

        Only rows that are asked for are built: a sync needs a few of the thousands.
        """
        self.kind: Kind = kind
        self.label: str = kind
        self._tables = tables
        self._build = build
        self._names: Names | None = None
        self._agreed: dict[str, Model | None] = {}

    def table(self, provider: str) -> Table | None:
        """See FactSource."""
        rows = self._tables.get(provider)
        return None if rows is None else Table(rows, self._build)

    def named(self, model_id: str) -> Model | None:
        """See FactSource."""
        if self._names is None:
            self._names = Names((p, model_id) for p, rows in self._tables.items() for model_id in rows)
        # Gateways list the same ids again and again.
        if model_id not in self._agreed:
            name, ids = self._names.same(model_id)
            rows = [(provider, self._build(i, self._tables[provider][i])) for provider, i in ids]
            self._agreed[model_id] = agreed(name, rows) if rows else None
        return self._agreed[model_id]


def enrich(listing: Listing, provider: Provider, sources: Sequence[FactSource]) -> Listing:
    """`listing` with what its provider did not say taken from `sources`, and where each fact is from.

    `sources` holds at most one of each kind, in any order. Every id stays, and every word of the provider's
    own except an output limit above the context window, which is cut to it.
    """
    ordered = sorted(sources, key=lambda source: KINDS.index(source.kind))
    tables = [(source, table) for source in ordered for table in _tables(source, provider)]
    namers = [source for source in ordered if source.kind == "models.dev"]
    models = tuple(_enriched(model, tables, namers) for model in listing.models)
    return Listing(listing.provider, models, listing.origin, listing.as_of)


def _tables(source: FactSource, provider: Provider) -> list[Table]:
    names = provider.models_dev if source.kind == "models.dev" else provider.litellm
    tables = (source.table(name) for name in names or (provider.id,))
    return [table for table in tables if table is not None]


def _enriched(
    model: Model, tables: Sequence[tuple[FactSource, Table]], namers: Sequence[FactSource]
) -> Model:
    filling = _Filling(model)
    for source, table in tables:
        row = table.get(model.id)
        if row is not None:
            filling.take(row, source.label)
            filling.take_cost(row.cost, source.label)
            filling.take_mode(row.mode, source.label)
    for source in namers:
        if filling.borrows():
            row = source.named(model.id)
            if row is not None:
                filling.take(row, f"{source.label}, by name")
    return filling.model()


class _Filling:
    """One model on its way from its provider's word to all that is known; made ten thousand times a run."""

    __slots__ = ("cost", "missing", "mode", "own", "sources", "values")

    def __init__(self, own: Model) -> None:
        self.own = own
        self.values: list[Any] = list(_values(own))
        self.missing = [place for place, value in enumerate(self.values) if value is None or value == ()]
        self.cost, self.mode = own.cost, own.mode
        self.sources: list[tuple[str, str]] = []

    def borrows(self) -> bool:
        """Whether something is missing that may be borrowed from a namesake."""
        return bool(self.missing) and self.missing[0] < len(_BORROWED)

    def take(self, row: Model, label: str) -> None:
        """Whatever is missing and `row` knows."""
        known = _values(row)
        left = []
        for place in self.missing:
            value = known[place]
            if value is None or value == () or (place == _WINDOW and self._doubtful(value)):
                left.append(place)
            else:
                self.values[place] = value
                self.sources.append((_FIELDS[place], label))
        self.missing = left

    def take_cost(self, theirs: Cost, label: str) -> None:
        """Two price lists are not mixed: a source adds cache prices only where it agrees on the rest."""
        if self.cost is not self.own.cost or theirs is NO_COST or theirs == NO_COST:
            return
        own = self.cost
        if own is NO_COST or own == NO_COST:
            self.cost = theirs
        elif own.input == theirs.input and own.output == theirs.output:
            read = theirs.cache_read if own.cache_read is None else own.cache_read
            write = theirs.cache_write if own.cache_write is None else own.cache_write
            if read == own.cache_read and write == own.cache_write:
                return
            self.cost = Cost(own.input, own.output, read, write)
        else:
            return
        self.sources.append(("cost", label))

    def take_mode(self, theirs: Mode, label: str) -> None:
        """Most lists do not say what a model is for, and are then read as chat; a source may know better."""
        if self.mode == "chat" != theirs and not self.own.output_modalities:
            self.mode = theirs
            self.sources.append(("mode", label))

    def model(self) -> Model:
        """The model with what was found; the same object where that is nothing."""
        window, most, given, made, reasoning, tool_call, name, released, deprecated = self.values
        if window is not None and most is not None and most > window:
            most = window
        elif not self.sources:
            return self.own
        sources = tuple(sorted((*self.own.sources, *self.sources)))
        return Model(
            self.own.id,
            name,
            self.mode,
            window,
            most,
            given,
            made,
            reasoning,
            tool_call,
            self.cost,
            released,
            deprecated,
            sources,
        )

    def _doubtful(self, window: int) -> bool:
        """A window smaller than what the provider itself says the model can put out is another model's."""
        most = self.own.max_output_tokens
        return most is not None and window < most
