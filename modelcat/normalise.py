"""From the rows of an answer to the models of the catalog, and the two plain texts of an answer.

Which rows count (a usable id, offered to everybody, not one account's own), duplicates, order, and what stays
out of git. How a row is read stands in dialects/, the text of a normalised listing in catalog.py.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from modelcat import dialects
from modelcat.catalog import MODES, NO_COST, Cost, Model
from modelcat.dialects._facts import MODALITIES
from modelcat.dialects._reader import Reader
from modelcat.payload import as_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelcat.catalog import Provider
    from modelcat.dialect import Dialect, Row

LONGEST_ID: Final = 512
"""Characters; the longest ids providers really have are a quarter of it."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Unusable:
    """Rows that became no model, for one reason."""

    why: str
    count: int
    examples: tuple[str, ...]
    """A few of their ids, made visible and cut; empty where they have none."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """What became of the rows of one answer: rows = models + repeated + what is unusable."""

    models: tuple[Model, ...]
    """Sorted by id, each id once."""
    unusable: tuple[Unusable, ...] = ()
    repeated: int = 0
    """Rows whose id another row had, merged into it."""
    doubts: tuple[str, ...] = ()
    """What should be looked at by a person, such as a price of 300 USD; the facts are kept."""
    usable: Sequence[tuple[str, Row]] = field(default=(), repr=False, compare=False)
    """(id, row as it came) of the rows that became models, for `answer_text`."""

    @property
    def lost(self) -> int:
        """How many rows are unusable."""
        return sum(item.count for item in self.unusable)


def normalise(provider: Provider, rows: Sequence[Row]) -> Normalised:
    """The models that `rows`, as the provider's dialect gave them, describe. Never raises on odd rows."""
    dialect = dialects.load(provider.dialect)
    reader = Reader(dialect, provider, _says_nothing(provider, rows))
    left_out = _LeftOut()
    models: dict[str, Model] = {}
    repeated: dict[str, list[Model]] = {}
    usable: list[tuple[str, Row]] = []
    for model_id, plain, row in _usable(dialect, provider, reader, rows, left_out.add):
        usable.append((model_id, row))
        model = reader.model(plain, model_id)
        if model_id in models:
            repeated.setdefault(model_id, [models[model_id]]).append(model)
        else:
            models[model_id] = model
    models |= {model_id: _merged(several) for model_id, several in repeated.items()}
    ordered = tuple([models[model_id] for model_id in sorted(models)])
    doubts = tuple(f"{model_id}: {doubt}" for model_id, doubt in sorted(set(reader.doubts)))
    again = sum(len(several) - 1 for several in repeated.values())
    return Normalised(ordered, left_out.told(), again, doubts, usable)


def answer_text(
    provider: Provider, rows: Sequence[Row], usable: Iterable[tuple[str, Row]] | None = None
) -> str:
    """The text of config/json/models_<provider>.json: `{"data": […]}`, a row a line, sorted by id.

    Without unusable rows, account-private ones and fields that change on every request. One row a line
    makes a changed model one changed line, and is ten times as quick to write as an indented list. `usable`
    is what `normalise` found to count, where it has been asked before.
    """
    ignored = _says_nothing(provider, rows)
    if usable is None:
        dialect = dialects.load(provider.dialect)
        reader = Reader(dialect, provider, ignored)
        usable = ((model_id, row) for model_id, _, row in _usable(dialect, provider, reader, rows))
    without = _without(ignored)
    lines = sorted({(model_id, as_line(without(row))) for model_id, row in usable})
    if not lines:
        return '{\n"data": []\n}\n'
    return '{\n"data": [\n' + ",\n".join([line for _, line in lines]) + "\n]\n}\n"


def ids_text(models: Iterable[Model]) -> str:
    """The text of config/txt/models_<provider>.txt: ids, one a line, in the order given."""
    return "".join(f"{model.id}\n" for model in models)


def unusable_id(value: Any) -> str | None:
    """Why `value` is no id a model can have; None: it is one."""
    if not isinstance(value, str):
        return "it has no id" if value is None else "its id is no text"
    if not value.strip():
        return "its id is empty"
    if len(value) > LONGEST_ID:
        return f"its id has more than {LONGEST_ID} characters"
    if not value.isprintable():
        return "its id holds control or invisible characters"
    return None


def _usable(
    dialect: Dialect,
    provider: Provider,
    reader: Reader,
    rows: Sequence[Row],
    left_out: Callable[[Any, str], None] | None = None,
) -> Iterator[tuple[str, Row, Row]]:
    """(id, plain row, row) of each row that counts; `left_out` is told (id, why) of the others."""
    private = _globs(provider.private_ids)
    for row in rows:
        plain = reader.plain(row)
        found = reader.id_of(plain)
        why = unusable_id(found) or dialect.leaves_out(row)
        if why is None and private is not None and private.fullmatch(found):
            why = "it belongs to one account"
        if why is None:
            yield found, plain, row
        elif left_out is not None:
            left_out(found, why)


def _globs(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(fnmatch.translate, patterns))) if patterns else None


def _says_nothing(provider: Provider, rows: Sequence[Row]) -> frozenset[str]:
    """The fields to ignore: those the registry calls volatile, and a `created` that all rows share.

    Such a `created` is the time of the request, or a constant; it says nothing about any of the models.
    """
    ignored = frozenset(provider.volatile)
    if len(rows) >= 3 and "created" in rows[0]:
        first = rows[0]["created"]
        # No time is a table or a list, and Python can read one so deep that it cannot compare two.
        if not isinstance(first, dict | list) and all(row.get("created") == first for row in rows):
            ignored |= {"created"}
    return ignored


class _LeftOut:
    """Counts rows by the reason they were left out."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, model_id: Any, why: str) -> None:
        self.counts[why] += 1
        shown = self.examples.setdefault(why, [])
        if isinstance(model_id, str) and model_id and len(shown) < _SHOWN:
            shown.append(ascii(model_id[:60])[1:-1])

    def told(self) -> tuple[Unusable, ...]:
        return tuple(
            Unusable(why, count, tuple(self.examples[why])) for why, count in sorted(self.counts.items())
        )


def _merged(several: Sequence[Model]) -> Model:
    """One model of all the rows with its id, in whatever order: what any of them can, the largest limits.

    Where prices differ the highest counts, so that nobody pays more than was shown.
    """
    window = _most(model.context_window for model in several)
    most = _most(model.max_output_tokens for model in several)
    inputs = {name for model in several for name in model.input_modalities}
    outputs = {name for model in several for name in model.output_modalities}
    cost = Cost(
        _most(model.cost.input for model in several),
        _most(model.cost.output for model in several),
        _most(model.cost.cache_read for model in several),
        _most(model.cost.cache_write for model in several),
    )
    return Model(
        id=several[0].id,
        name=_least(model.name for model in several),
        mode=min((model.mode for model in several), key=MODES.index),
        context_window=window,
        max_output_tokens=min(most, window) if most and window else most,
        input_modalities=tuple(name for name in MODALITIES if name in inputs),
        output_modalities=tuple(name for name in MODALITIES if name in outputs),
        reasoning=_most(model.reasoning for model in several),
        tool_call=_most(model.tool_call for model in several),
        cost=NO_COST if cost == NO_COST else cost,
        released=_least(model.released for model in several),
        deprecated=_least(model.deprecated for model in several),
    )


def _most(values: Iterable[Any]) -> Any:
    return max((value for value in values if value is not None), default=None)


def _least(values: Iterable[Any]) -> Any:
    return min((value for value in values if value is not None), default=None)


def _without(ignored: frozenset[str]) -> Callable[[Row], Row]:
    """A function that gives a row without the fields `ignored` names by dotted paths."""
    top = frozenset(path for path in ignored if "." not in path)
    inner = [path.split(".") for path in ignored if "." in path]

    def without(row: Row) -> Row:
        kept = {key: value for key, value in row.items() if key not in top}
        for steps in inner:
            _drop(kept, steps)
        return kept

    return without if ignored else lambda row: row


def _drop(row: Row, steps: Sequence[str]) -> None:
    """Takes the field at `steps` out of `row`; what stands on the way is copied, as others may hold it."""
    step, *rest = steps
    if not rest:
        row.pop(step, None)
    elif isinstance(value := row.get(step), dict):
        row[step] = inner = dict(value)
        _drop(inner, rest)
    elif isinstance(value, list):
        row[step] = copies = [dict(item) if isinstance(item, dict) else item for item in value]
        for copy in copies:
            if isinstance(copy, dict):
                _drop(copy, rest)
