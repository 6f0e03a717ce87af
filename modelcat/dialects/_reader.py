"""From a row to a Model, by the table of places that a dialect or the registry gives.

A reader is made once for a list and then asked for every row: 22,000 rows must take well under half a
second. Rows of one list mostly have the same keys, so which places can hold anything is worked out once for
each set of keys. What a single value says stands in _facts.py.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from modelcat.catalog import NO_COST, Cost, Model
from modelcat.dialects import _facts
from modelcat.dialects._modes import mode_by_id, mode_by_output, mode_by_words
from modelcat.dialects.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from modelcat.catalog import Mode, Provider
    from modelcat.dialect import Dialect, Row

Places = tuple[tuple[str, tuple[str, ...]], ...]
"""Paths taken apart: the field of the row, and the steps from there inwards."""

DEAR, CHEAP = 200, 1000
"""USD per million tokens of input above which, and the part of a dollar below which, a price is doubtful."""
_PRICES: Final = ("input_price", "output_price", "cache_read_price", "cache_write_price")
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
_SKILLS: Final = (
    "image_input",
    "audio_input",
    "video_input",
    "reasoning",
    "tool_call",
    "features",
    "tags",
)
_SEES: Final = frozenset({"vision", "image_input", "image", "supports_vision"})
_LONGEST_NAME: Final = 200
_NO_WORDS: Final[frozenset[str]] = frozenset()
_MOST_SHAPES: Final = 1000
_SIDES: Final[tuple[Callable[[Any], tuple[str, ...] | None], ...]] = (
    lambda value: _facts.modalities(value, 0) or None,
    lambda value: _facts.modalities(value, 1) or None,
)
"""What reads a value about what goes in, and about what comes out."""


class Reader:
    """Reads the rows of one list of `provider`. `doubts` grows by (id, what is doubtful) as rows are read."""

    def __init__(self, dialect: Dialect, provider: Provider, ignored: frozenset[str] = frozenset()) -> None:
        table = dialect.fields
        self.doubts: list[tuple[str, str]] = []
        self.plain = dialect.plain
        self._mode = provider.mode
        self._factor = UNITS[provider.price_unit]
        self._zero_is_free = provider.zero_is_free
        self._known_prices: dict[str | float, Decimal | None] = {}
        self._shapes: dict[Any, dict[str, Places]] = {}
        self._places: dict[str, Places] = {
            item.name: tuple(
                _steps(path)
                for path in provider.fields.get(item.name, getattr(table, item.name))
                if path not in ignored
            )
            for item in fields(table)
        }

    def id_of(self, row: Row) -> Any:
        """What stands where the id of a plain row should; anything JSON can hold."""
        for field, steps in self._places["id"]:
            if field in row:
                value = row[field]
                for inner in steps:
                    value = value.get(inner) if isinstance(value, dict) else None
                return value
        return None

    def model(self, row: Row, model_id: str) -> Model:
        """The model a plain row describes; `model_id` is its id, found good."""
        places = self._shape(row)
        inputs = _modalities(row, places, 0)
        outputs = _modalities(row, places, 1)
        window = _first(row, places.get("context_window"), _facts.limit)
        most = _first(row, places.get("max_output_tokens"), _facts.limit)
        if window is not None and most is not None and most > window:
            most = window
        can = _NOTHING_SAID if places.keys().isdisjoint(_SKILLS) else _skills(row, places)
        return Model(
            id=model_id,
            name=_name(row, places.get("name"), model_id),
            mode=self._mode or _mode(row, places, model_id, inputs, outputs),
            context_window=window,
            max_output_tokens=most,
            input_modalities=inputs or can.inputs,
            output_modalities=outputs,
            reasoning=can.reasoning,
            tool_call=can.tool_call,
            cost=self._cost(row, places, model_id) if self._factor else NO_COST,
            released=_first(row, places.get("released"), _facts.day),
            deprecated=_first(row, places.get("deprecated"), _facts.going),
        )

    def _shape(self, row: Row) -> dict[str, Places]:
        """The places that hold anything in rows with the keys of this one, also those a level down."""
        keys = tuple(row), tuple([(key, tuple(value)) for key, value in row.items() if type(value) is dict])
        shape = self._shapes.get(keys)
        if shape is None:
            there = {
                name: tuple((field, inner) for field, inner in places if _may_be_in(row, field, inner))
                for name, places in self._places.items()
            }
            shape = {name: places for name, places in there.items() if places}
            # A hostile list could have other keys in each of its rows.
            if len(self._shapes) < _MOST_SHAPES:
                self._shapes[keys] = shape
        return shape

    def _cost(self, row: Row, places: dict[str, Places], model_id: str) -> Cost:
        if places.keys().isdisjoint(_PRICES) or _sells_other(row, places.get("price_kind")):
            return NO_COST
        prices = [_first(row, places.get(name), self._price) for name in _PRICES]
        if 0 in prices and not (self._zero_is_free or _is_free(row, model_id)):
            prices = [found or None for found in prices]
        if prices == [None] * 4:
            return NO_COST
        self._doubt(model_id, prices[0])
        return Cost(*prices)

    def _price(self, value: Any) -> Decimal | None:
        if type(value) is not str and type(value) is not float and type(value) is not int:
            return None
        try:
            return self._known_prices[value]
        except KeyError:
            assert self._factor is not None  # noqa: S101  asked for only where there is a unit
            found = self._known_prices[value] = _facts.price(value, self._factor)
            return found

    def _doubt(self, model_id: str, found: Decimal | None) -> None:
        if found and (found > DEAR or found * CHEAP < 1):
            self.doubts.append((model_id, f"an input price of {found.normalize():f} USD per million tokens"))


def _steps(path: str) -> tuple[str, tuple[str, ...]]:
    field, *inner = path.split(".")
    return field, tuple(inner)


def _may_be_in(row: Row, field: str, inner: tuple[str, ...]) -> bool:
    if field not in row:
        return False
    value = row[field]
    return not inner or (type(value) is dict and inner[0] in value)


def _first(row: Row, places: Places | None, read: Callable[[Any], Any]) -> Any:
    """What `read` makes of the first place that holds something it can use."""
    if places is None:
        return None
    for field, steps in places:
        value: Any = row.get(field)
        for step in steps:
            if type(value) is not dict:
                value = None
                break
            value = value.get(step)
        if value is not None:
            found = read(value)
            if found is not None:
                return found
    return None


def _modalities(row: Row, places: dict[str, Places], side: int) -> tuple[str, ...]:
    there = places.get("output_modalities" if side else "input_modalities")
    if there is None:
        return ()
    return _first(row, there, _SIDES[side]) or ()


def _all_words(row: Row, places: Places | None) -> frozenset[str]:
    if places is None:
        return _NO_WORDS
    if len(places) == 1:
        return frozenset(_first(row, places, _facts.words) or ())
    return frozenset(word for place in places for word in _first(row, (place,), _facts.words) or ())


def _name(row: Row, places: Places | None, model_id: str) -> str | None:
    name = _first(row, places, lambda value: value if type(value) is str and value else None)
    if name is None or name == model_id:
        return None
    if not name.isprintable():
        name = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(name.split())[:_LONGEST_NAME].strip() or None


def _mode(
    row: Row, places: dict[str, Places], model_id: str, inputs: tuple[str, ...], outputs: tuple[str, ...]
) -> Mode:
    refused = False
    for place in places.get("type", ()):
        value = _first(row, (place,), lambda found: found)
        flagged = isinstance(value, bool)
        found = mode_by_words(_facts.words((place[0], *place[1])[-1] if flagged else value))
        if flagged and not value:
            refused = refused or found == "chat"
            continue
        if found:
            return found
    default: Mode = "other" if refused else "chat"
    return (
        mode_by_output(inputs, outputs)
        or (None if outputs else _mode_of_no_modality(row, places.get("output_modalities")))
        or mode_by_id(model_id, outputs)
        or default
    )


def _mode_of_no_modality(row: Row, places: Places | None) -> Mode | None:
    """What the model is for, said as "embeddings" or "rerank" where modalities should be."""
    found: Mode | None = _first(row, places, lambda value: mode_by_words(_facts.side_words(value, 1)))
    return found


def _sells_other(row: Row, places: Places | None) -> bool:
    kind = _first(row, places, lambda value: value if type(value) is str else None)
    return kind is not None and "token" not in kind.lower()


def _is_free(row: Row, model_id: str) -> bool:
    """Whether the id or the row says so in words; a price of 0 alone is a field left blank."""
    lowered = model_id.lower()
    if lowered.endswith((":free", "-free", "/free")):
        return True
    return row.get("is_free") is True or row.get("free") is True


class _Can(NamedTuple):
    """What the flags and lists of one row say it can do."""

    inputs: tuple[str, ...] = ()
    reasoning: bool | None = None
    tool_call: bool | None = None


_NOTHING_SAID: Final = _Can()


def _skills(row: Row, places: dict[str, Places]) -> _Can:
    complete = _all_words(row, places.get("features"))
    named = complete | _all_words(row, places["tags"]) if "tags" in places else complete

    def said(fact: str, words: frozenset[str]) -> bool | None:
        """The flag's word; else whether a list names it; None where nothing does and no list is complete."""
        flag: bool | None = _first(row, places.get(fact), _facts.flag)
        if flag is None and not words.isdisjoint(named):
            return True
        return False if flag is None and complete else flag

    return _Can(_inputs(row, places, named), said("reasoning", _REASONS), said("tool_call", _CALLS_TOOLS))


def _inputs(row: Row, places: dict[str, Places], named: frozenset[str]) -> tuple[str, ...]:
    """The input modalities that flags and words make known, where none are listed."""
    sees: bool | None = _first(row, places.get("image_input"), _facts.flag)
    if sees is None and not _SEES.isdisjoint(named):
        sees = True
    hears = _first(row, places.get("audio_input"), _facts.flag)
    watches = _first(row, places.get("video_input"), _facts.flag)
    if sees is None and not hears and not watches:
        return ()
    known = {"text": True, "image": sees, "audio": hears, "video": watches}
    return tuple(name for name in _facts.MODALITIES if known.get(name))
