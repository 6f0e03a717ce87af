"""Facts that a provider's own list does not give: limits, prices, modalities, abilities, dates.

Precedence, field by field: the provider's own word > models.dev, same provider and id > litellm, same
provider and id > models.dev by the model's base name > unknown. Over a base name only limits, modalities and
abilities are borrowed, never a price: what one provider charges says nothing about another.

Where the facts are kept in the wheel and how they are packed is in facts.py; when two ids are the same model,
in names.py. No I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from modelcat.catalog import NO_COST, Cost, Listing, Model
from modelcat.names import base_name, spelling, split_maker, undated_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from modelcat.catalog import Provider

Kind = Literal["models.dev", "litellm"]
KINDS: tuple[Kind, ...] = ("models.dev", "litellm")
"""In order of precedence."""

_FIELDS = (
    "name",
    "context_window",
    "max_output_tokens",
    "input_modalities",
    "output_modalities",
    "reasoning",
    "tool_call",
    "released",
    "deprecated",
)
_BORROWED = (
    "context_window",
    "max_output_tokens",
    "input_modalities",
    "output_modalities",
    "reasoning",
    "tool_call",
)
# A field is borrowed when two thirds of the providers that say anything say the same. Left out in turn and
# guessed from the others, 3,771 context windows of models.dev (18 August 2026) come out right in 90 of 100.
_SHARE = (2, 3)
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
    """Models of many providers by base name, and what they agree on."""

    def __init__(self, rows: Iterable[tuple[str, Model]]) -> None:
        """`rows` are (provider, model)."""
        self.exact: dict[str, list[tuple[str, Model]]] = {}
        self.undated: dict[str, list[tuple[str, Model]]] = {}
        for row in rows:
            self.exact.setdefault(base_name(row[1].id), []).append(row)
            self.undated.setdefault(undated_name(row[1].id), []).append(row)

    def get(self, model_id: str) -> Model | None:
        """What is agreed on about the model; a date that nobody knows falls back to all its dates."""
        for name, rows in ((base_name(model_id), self.exact), (undated_name(model_id), self.undated)):
            if name and name in rows:
                return agreed(name, rows[name])
        return None


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
    voices = [next(iter(values)) for values in said.values() if len(values) == 1]
    if len(voices) < _VOICES.get(field, 1):
        return None
    # Ties go to nobody: two thirds cannot be reached twice.
    winner = max(voices, key=voices.count)
    return winner if voices.count(winner) * _SHARE[1] >= len(said) * _SHARE[0] else None


class LiveSource:
    """The rows of models.dev or litellm as they were fetched."""

    def __init__(self, kind: Kind, models: Mapping[tuple[str, str], Model]) -> None:
        """`models` by (provider's name at the source, model id)."""
        self.kind: Kind = kind
        self.label: str = kind
        self._tables: dict[str, dict[str, Model]] = {}
        for (provider, model_id), model in models.items():
            self._tables.setdefault(provider, {})[model_id] = model
        self._names: Names | None = None

    def table(self, provider: str) -> Table | None:
        """See FactSource."""
        rows = self._tables.get(provider)
        return None if rows is None else Table(rows, _as_it_is)

    def named(self, model_id: str) -> Model | None:
        """See FactSource."""
        if self._names is None:
            self._names = Names((p, model) for p, rows in self._tables.items() for model in rows.values())
        return self._names.get(model_id)


def _as_it_is(_: str, model: Model) -> Model:
    return model


def enrich(listing: Listing, provider: Provider, sources: Sequence[FactSource]) -> Listing:
    """`listing` with what its provider did not say taken from `sources`, and where each fact is from.

    `sources` holds at most one of each kind, in any order. Every id stays, and every word of the provider's
    own except an output limit above the context window, which is cut to it.
    """
    ordered = sorted(sources, key=lambda source: KINDS.index(source.kind))
    tables = [(source.label, table) for source in ordered for table in _tables(source, provider)]
    namers = [source for source in ordered if source.kind == "models.dev"]
    models = tuple(_enriched(model, tables, namers) for model in listing.models)
    return Listing(listing.provider, models, listing.origin, listing.as_of)


def _tables(source: FactSource, provider: Provider) -> list[Table]:
    names = provider.models_dev if source.kind == "models.dev" else provider.litellm
    tables = (source.table(name) for name in names or (provider.id,))
    return [table for table in tables if table is not None]


def _enriched(model: Model, tables: Sequence[tuple[str, Table]], namers: Sequence[FactSource]) -> Model:
    found: dict[str, tuple[Any, str]] = {}
    missing = [field for field in _FIELDS if getattr(model, field) in (None, ())]
    for label, table in tables:
        row = table.get(model.id)
        if row is not None:
            _take(found, missing, row, label)
            _take_cost(found, model.cost, row.cost, label)
            _take_mode(found, model, row, label)
    for source in namers:
        wanted = [field for field in missing if field in _BORROWED and field not in found]
        row = source.named(model.id) if wanted else None
        if row is not None:
            _take(found, wanted, row, f"{source.label}, by name")
    _doubt(found, model)
    return _with(model, found)


def _take(found: dict[str, tuple[Any, str]], wanted: Iterable[str], row: Model, label: str) -> None:
    for field in wanted:
        if field not in found:
            value = getattr(row, field)
            if value is not None and value != ():
                found[field] = (value, label)


def _take_cost(found: dict[str, tuple[Any, str]], own: Cost, theirs: Cost, label: str) -> None:
    """Two price lists are not mixed: a source adds cache prices only where it agrees on the rest."""
    if "cost" in found or theirs == NO_COST:
        return
    if own == NO_COST:
        found["cost"] = (theirs, label)
    elif (own.input, own.output) == (theirs.input, theirs.output):
        read = theirs.cache_read if own.cache_read is None else own.cache_read
        write = theirs.cache_write if own.cache_write is None else own.cache_write
        if (read, write) != (own.cache_read, own.cache_write):
            found["cost"] = (Cost(own.input, own.output, read, write), label)


def _take_mode(found: dict[str, tuple[Any, str]], model: Model, row: Model, label: str) -> None:
    """Most lists do not say what a model is for, and are then read as chat; a source may know better."""
    if "mode" not in found and model.mode == "chat" and row.mode != "chat" and not model.output_modalities:
        found["mode"] = (row.mode, label)


def _doubt(found: dict[str, tuple[Any, str]], model: Model) -> None:
    """Drop a window that is smaller than what the provider itself says the model can put out."""
    limit = model.max_output_tokens
    if limit is not None and "context_window" in found and found["context_window"][0] < limit:
        del found["context_window"]


def _with(model: Model, found: Mapping[str, tuple[Any, str]]) -> Model:
    values = {field: value for field, (value, _) in found.items()}
    window = values.get("context_window", model.context_window)
    limit = values.get("max_output_tokens", model.max_output_tokens)
    if window is not None and limit is not None and limit > window:
        values["max_output_tokens"] = window
    if not values:
        return model
    sources = dict(model.sources) | {field: label for field, (_, label) in found.items()}
    return Model(
        id=model.id,
        mode=values.get("mode", model.mode),
        cost=values.get("cost", model.cost),
        sources=tuple(sorted(sources.items())),
        **{field: values.get(field, getattr(model, field)) for field in _FIELDS},
    )
