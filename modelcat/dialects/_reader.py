"""From a row to a Model, by the table of places that a dialect or the registry gives.

A reader is made once for a list and then asked for every row: 22,000 rows must take well under half a
second. Rows of one list have few shapes (which keys they have, and which the maps in them), so where to look
is worked out once for each shape, and a row costs a look at what is there and nothing for what is not. What a
single value says stands in _facts.py.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from modelcat.catalog import NO_COST, Cost, Model
from modelcat.dialects import _facts
from modelcat.dialects._modes import mode_by_id, mode_by_output, mode_by_words
from modelcat.dialects.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.catalog import Mode, Provider
    from modelcat.dialect import Dialect, Fields, Row

Steps = tuple[str, ...]

DEAR, CHEAP = 200, 1000
"""USD per million tokens of input above which, and the part of a dollar below which, a price is doubtful."""
_REASONS: Final = frozenset(
    {
        "reasoning",
        "thinking",
        "include_reasoning",
        "extended_thinking",
        "reasoning_effort",
        "supports_reasoning",
    }
)
_CALLS_TOOLS: Final = frozenset(
    {
        "tools",
        "tool",
        "tool_call",
        "tool_calls",
        "tool_calling",
        "tool_use",
        "tool_choice",
        "function_calling",
        "function_call",
        "functions",
        "trained_for_tool_use",
    }
)
_SEES: Final = frozenset({"vision", "image_input", "image", "supports_vision"})
_LONGEST_NAME: Final = 200
_MOST_SHAPES: Final = 1000


def _text(value: Any) -> str | None:
    return value if type(value) is str and value else None


# What reads each fact, in the order in which Reader.model takes them; prices have a reader of their own.
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "name": _text,
    "context_window": _facts.limit,
    "max_output_tokens": _facts.limit,
    "input_modalities": lambda value: _facts.modalities(value, 0) or None,
    "output_modalities": lambda value: _facts.modalities(value, 1) or None,
    "image_input": _facts.flag,
    "audio_input": _facts.flag,
    "video_input": _facts.flag,
    "reasoning": _facts.flag,
    "tool_call": _facts.flag,
    "features": lambda value: _facts.words(value) or None,
    "tags": lambda value: _facts.words(value) or None,
    "released": _facts.day,
    "deprecated": _facts.going,
    "price_kind": _text,
}
_PRICES: Final = ("input_price", "output_price", "cache_read_price", "cache_write_price")


_Look = tuple[int, str, str | None, "Callable[[Any], Any]"]
"""(number of the fact, field, field in it, reader)."""


class _Shape(NamedTuple):
    """Where to look in rows of one shape."""

    facts: tuple[_Look, ...]
    prices: tuple[_Look, ...]
    """The best place of a fact first."""
    types: tuple[Steps, ...]
    outputs: tuple[Steps, ...]


class _Table:
    """The places of one dialect, with a registry row's own, and the shapes seen so far."""

    def __init__(self, places: dict[str, tuple[Steps, ...]]) -> None:
        self.ids = places["id"]
        self._by_field = _by_field(places)
        self._deep = {steps[0] for several in places.values() for steps in several if len(steps) > 1}
        self._outer: dict[Steps, tuple[Steps, dict[Any, _Shape]]] = {}

    def shape(self, row: Row) -> _Shape:
        """Where to look in rows with the keys of this one, and the keys of the maps in it."""
        keys = tuple(row)
        known = self._outer.get(keys)
        if known is None:
            known = tuple(key for key in keys if key in self._deep), {}
            # A hostile list could have other keys in each of its rows.
            if len(self._outer) < _MOST_SHAPES:
                self._outer[keys] = known
        maps, shapes = known
        inner = tuple([tuple(value) if type(value := row[key]) is dict else None for key in maps])
        shape = shapes.get(inner)
        if shape is None:
            shape = self._looked_at(row)
            if len(shapes) < _MOST_SHAPES:
                shapes[inner] = shape
        return shape

    def _looked_at(self, row: Row) -> _Shape:
        there = [
            place for field in row for place in self._by_field.get(field, ()) if _may_be_in(row, place[2])
        ]
        there.sort()
        facts = tuple(_look(number, steps) for number, _, steps in there if 0 <= number < len(_READERS))
        prices = tuple(_look(number, steps) for number, _, steps in there if number >= len(_READERS))
        types = tuple(steps for number, _, steps in there if number == _TYPE)
        outputs = tuple(steps for number, _, steps in there if number == _OUTPUTS)
        return _Shape(facts, prices, types, outputs)


@lru_cache(maxsize=64)
def _table(table: Fields, own: tuple[tuple[str, Steps], ...], ignored: frozenset[str]) -> _Table:
    """The table for `own` places (fact, paths) over those of `table`, shared by all lists of its kind."""
    said = dict(own)
    return _Table(
        {
            item.name: tuple(
                tuple(path.split("."))
                for path in said.get(item.name, getattr(table, item.name))
                if path not in ignored
            )
            for item in fields(table)
        }
    )


class Reader:
    """Reads the rows of one list of `provider`. `doubts` grows by (id, what is doubtful) as rows are read."""

    def __init__(self, dialect: Dialect, provider: Provider, ignored: frozenset[str] = frozenset()) -> None:
        self.doubts: list[tuple[str, str]] = []
        self.plain = dialect.plain
        self._mode = provider.mode
        self._factor = UNITS[provider.price_unit]
        self._zero_is_free = provider.zero_is_free
        own = tuple((fact, tuple(paths)) for fact, paths in sorted(provider.fields.items()))
        self._table = _table(dialect.fields, own, ignored)

    def id_of(self, row: Row) -> Any:
        """What stands where the id of a plain row should; anything JSON can hold."""
        for steps in self._table.ids:
            if steps[0] in row:
                return _walked(row, steps)
        return None

    def model(self, row: Row, model_id: str) -> Model:
        """The model a plain row describes; `model_id` is its id, found good."""
        shape = self._table.shape(row)
        found = _NOTHING.copy()
        for number, field, inner, read in shape.facts:
            if found[number] is None:
                value = row[field] if inner is None else row[field][inner]
                if value is not None:
                    found[number] = read(value)
        name, window, most, inputs, outputs, sees, hears, watches, reasons, calls, *rest = found
        features, tags, released, deprecated, kind = rest
        inputs, outputs = inputs or (), outputs or ()
        if features or tags:
            told = _told(features, tags)
            reasons = told.reasons if reasons is None else reasons
            calls = told.calls if calls is None else calls
            sees = told.sees if sees is None else sees
        # By place: by name it takes twice as long, which ten thousand models make 4 ms.
        return Model(
            model_id,
            None if name is None or name == model_id else _shown(name),
            self._mode or _mode(row, shape, model_id, inputs, outputs),
            window,
            most if window is None or most is None or most <= window else window,
            inputs or _inputs(sees, hears, watches),
            outputs,
            reasons,
            calls,
            self._cost(row, shape, model_id, kind) if shape.prices and self._factor else NO_COST,
            released,
            deprecated,
        )

    def _cost(self, row: Row, shape: _Shape, model_id: str, kind: str | None) -> Cost:
        if kind is not None and "token" not in kind.lower():
            return NO_COST
        prices: list[Decimal | None] = [None] * len(_PRICES)
        for number, field, inner, read in shape.prices:
            if prices[number] is None:
                value = read(row[field] if inner is None else row[field][inner])
                prices[number] = self._price(value)
        if 0 in prices and not (self._zero_is_free or _is_free(row, model_id)):
            prices = [price or None for price in prices]
        if prices == _NO_PRICES:
            return NO_COST
        price = prices[0]
        if price and not _LEAST <= price <= _MOST:
            self.doubts.append((model_id, f"an input price of {price.normalize():f} USD per million tokens"))
        return Cost(*prices)

    def _price(self, value: Any) -> Decimal | None:
        if type(value) is not str and type(value) is not float and type(value) is not int:
            return None
        assert self._factor is not None  # noqa: S101  asked for only where there is a unit
        return _price(value, self._factor)


_BY_NUMBER: Final = tuple(_READERS.values())
_NUMBERS: Final = {fact: number for number, fact in enumerate((*_READERS, *_PRICES))}
_MOST, _LEAST = Decimal(DEAR), 1 / Decimal(CHEAP)
# The same few prices are asked by all; a list or another type costs no entry.
_price = lru_cache(maxsize=8192)(_facts.price)
_OUTPUTS: Final = _NUMBERS["output_modalities"]
_TYPE: Final = -1
_NOTHING: Final[list[Any]] = [None] * len(_READERS)
_NO_PRICES: Final = [None] * len(_PRICES)


def _same(value: Any) -> Any:
    return value


def _look(number: int, steps: Steps) -> _Look:
    """How to get at a place: prices are counted from 0 again, and are read by whoever knows the unit."""
    is_price = number >= len(_READERS)
    read = _deeper(_same if is_price else _BY_NUMBER[number], steps[2:])
    place = number - len(_READERS) if is_price else number
    return place, steps[0], steps[1] if len(steps) > 1 else None, read


def _by_field(places: dict[str, tuple[Steps, ...]]) -> dict[str, list[tuple[int, int, Steps]]]:
    """Field of a row -> (number of the fact, how good the place is, the place), for all but the id."""
    found: dict[str, list[tuple[int, int, Steps]]] = {}
    for fact, several in places.items():
        number = _TYPE if fact == "type" else _NUMBERS.get(fact)
        if number is not None:
            for rank, steps in enumerate(several):
                found.setdefault(steps[0], []).append((number, rank, steps))
    return found


def _may_be_in(row: Row, steps: Steps) -> bool:
    if steps[0] not in row:
        return False
    value = row[steps[0]]
    return len(steps) == 1 or (type(value) is dict and steps[1] in value)


def _deeper(read: Callable[[Any], Any], steps: Steps) -> Callable[[Any], Any]:
    """`read`, of what is `steps` further in."""
    if not steps:
        return read

    def inner(value: Any) -> Any:
        value = _walked(value, steps)
        return None if value is None else read(value)

    return inner


def _walked(value: Any, steps: Steps) -> Any:
    for step in steps:
        if type(value) is not dict:
            return None
        value = value.get(step)
    return value


class _Told(NamedTuple):
    """What lists of words say where no flag does."""

    reasons: bool | None
    calls: bool | None
    sees: bool | None


# Few combinations are many rows.
@lru_cache(maxsize=1024)
def _told(features: Steps | None, tags: Steps | None) -> _Told:
    """`features` name all that a model can: what they lack, it cannot. `tags` only praise."""
    named = frozenset((features or ()) + (tags or ()))
    otherwise = False if features else None
    return _Told(
        True if named & _REASONS else otherwise,
        True if named & _CALLS_TOOLS else otherwise,
        True if named & _SEES else None,
    )


def _inputs(sees: bool | None, hears: bool | None, watches: bool | None) -> tuple[str, ...]:
    """The input modalities that flags make known, where none are listed."""
    if sees is None and not hears and not watches:
        return ()
    known = {"text": True, "image": sees, "audio": hears, "video": watches}
    return tuple(name for name in _facts.MODALITIES if known.get(name))


def _shown(name: str) -> str | None:
    """A name in one line, without what cannot be seen."""
    if not name.isprintable():
        name = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(name.split())[:_LONGEST_NAME].strip() or None


def _mode(row: Row, shape: _Shape, model_id: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Mode:
    refused = False
    for steps in shape.types:
        value = _walked(row, steps)
        flagged = isinstance(value, bool)
        found = mode_by_words(_facts.words(steps[-1] if flagged else value))
        if flagged and not value:
            refused = refused or found == "chat"
        elif found:
            return found
    default: Mode = "other" if refused else "chat"
    return (
        mode_by_output(inputs, outputs)
        or (None if outputs else _mode_of_no_modality(row, shape.outputs))
        or mode_by_id(model_id, outputs)
        or default
    )


def _mode_of_no_modality(row: Row, places: tuple[Steps, ...]) -> Mode | None:
    """What the model is for, said as "embeddings" or "rerank" where modalities should be."""
    for steps in places:
        found = mode_by_words(_facts.side_words(_walked(row, steps), 1))
        if found:
            return found
    return None


def _is_free(row: Row, model_id: str) -> bool:
    """Whether the id or the row says so in words; a price of 0 alone is a field left blank."""
    lowered = model_id.lower()
    if lowered.endswith((":free", "-free", "/free")):
        return True
    return row.get("is_free") is True or row.get("free") is True
