"""Searching the catalog: which models match, in which order, who offers the same one, what is nearest.

Core: values in, values out. Reading the catalog is in workspace.py, the words are in output/.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from modelcat.errors import UsageError
from modelcat.names import base_name, spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from modelcat.catalog import Catalog, Model, Origin


_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Hit:
    """A model where it was found."""

    provider: str
    model: Model
    origin: Origin


@dataclass(frozen=True, slots=True)
class Query:
    """What a model must be; what is left out asks nothing. A model that does not say does not match."""

    words: str | None = None
    """Words that must all stand in the id or the name, or a glob that one of them must match as a whole."""
    providers: frozenset[str] = frozenset()
    min_context: int | None = None
    """Tokens."""
    max_price: Decimal | None = None
    """USD per million input tokens."""
    capabilities: tuple[str, ...] = ()
    sort: str = "id"


def _deals_in(kind: str) -> Callable[[Model], bool]:
    return lambda model: kind in (model.mode, *model.input_modalities, *model.output_modalities)


def _is_for(mode: str) -> Callable[[Model], bool]:
    return lambda model: model.mode == mode


CAPABILITIES: Mapping[str, Callable[[Model], bool]] = {
    "vision": lambda model: "image" in model.input_modalities,
    "audio": _deals_in("audio"),
    "video": _deals_in("video"),
    "pdf": _deals_in("pdf"),
    "reasoning": lambda model: model.reasoning is True,
    "tools": lambda model: model.tool_call is True,
    "free": lambda model: model.cost.input == 0 and model.cost.output == 0,
    "chat": _is_for("chat"),
    "image": lambda model: model.mode == "image" or "image" in model.output_modalities,
    "embedding": _is_for("embedding"),
    "rerank": _is_for("rerank"),
    "moderation": _is_for("moderation"),
}
"""What `--capability` takes: what a model understands, what it can do, what it is for."""


def _by_id(hit: Hit) -> tuple[object, ...]:
    return (hit.model.id, hit.provider)


def _by_price(hit: Hit) -> tuple[object, ...]:
    price = hit.model.cost.input
    return (price is None, price or 0, hit.model.cost.output or 0, *_by_id(hit))


def _by_context(hit: Hit) -> tuple[object, ...]:
    return (-(hit.model.context_window or 0), *_by_id(hit))


def _by_release(hit: Hit) -> tuple[object, ...]:
    # Later dates first: the order of the digits is turned round, the unknown goes last.
    released = hit.model.released
    day = tuple(-ord(digit) for digit in released) if released else ()
    return (released is None, day, *_by_id(hit))


SORTS: Mapping[str, Callable[[Hit], tuple[object, ...]]] = {
    "id": _by_id,
    "price": _by_price,
    "context": _by_context,
    "released": _by_release,
}
"""What `--sort` takes: cheapest, largest, newest first; what is not known comes last."""


def hits(catalog: Catalog) -> Iterable[Hit]:
    """Every model of every provider."""
    return (Hit(item.provider, model, item.origin) for item in catalog.listings for model in item.models)


def search(catalog: Catalog, query: Query) -> tuple[Hit, ...]:
    """The models that are all that `query` asks. UsageError names what it takes if it asks the unknown."""
    order = _known("--sort", query.sort, SORTS)
    tests = _tests(query)
    found = [hit for hit in hits(catalog) if all(test(hit) for test in tests)]
    return tuple(sorted(found, key=order))


def _tests(query: Query) -> list[Callable[[Hit], bool]]:
    tests: list[Callable[[Hit], bool]] = []
    if query.providers:
        tests.append(lambda hit: hit.provider in query.providers)
    if query.min_context is not None:
        window = query.min_context
        tests.append(lambda hit: (hit.model.context_window or 0) >= window)
    if query.max_price is not None:
        limit = query.max_price
        tests.append(lambda hit: hit.model.cost.input is not None and hit.model.cost.input <= limit)
    for name in query.capabilities:
        can = _known("--capability", name, CAPABILITIES)
        tests.append(lambda hit, can=can: can(hit.model))  # type: ignore[misc]
    if query.words:
        tests.append(_says(query.words))
    return tests


def _says(words: str) -> Callable[[Hit], bool]:
    wanted = words.casefold()
    if any(sign in wanted for sign in "*?["):
        return lambda hit: any(fnmatchcase(text, wanted) for text in _texts(hit.model))
    parts = wanted.split()
    return lambda hit: all(any(part in text for text in _texts(hit.model)) for part in parts)


def _texts(model: Model) -> tuple[str, ...]:
    return (model.id.casefold(), model.name.casefold() if model.name else "")


def _known(option: str, word: str, table: Mapping[str, _Value]) -> _Value:
    if word in table:
        return table[word]
    raise UsageError(f"{option} takes {', '.join(table)}; not {word!r}")


def offers(catalog: Catalog, name: str) -> tuple[Hit, ...]:
    """Everybody who offers the model called `name`, cheapest first, providers that use this very id before.

    `name` is an id as any provider spells it, or provider:id for that one alone. Providers call the same
    model by different ids; names.py says when two ids are one model. Empty: nobody does.
    """
    alone = _at_one_provider(catalog, name)
    if alone:
        return alone
    wanted = base_name(name)
    same = [hit for hit in hits(catalog) if hit.model.id == name or wanted == base_name(hit.model.id) != ""]
    return tuple(sorted(same, key=lambda hit: (hit.model.id != name, _by_price(hit))))


def _at_one_provider(catalog: Catalog, name: str) -> tuple[Hit, ...]:
    provider, colon, model_id = name.partition(":")
    item = catalog.listing(provider) if colon else None
    if item is None:
        return ()
    return tuple(Hit(provider, model, item.origin) for model in item.models if model.id == model_id)


def nearest(catalog: Catalog, name: str, count: int = 5) -> tuple[str, ...]:
    """The ids most like `name`, the most alike first, each once.

    For provider:id those of this provider stand before others, and are told so as well.
    """
    provider, colon, model_id = name.partition(":")
    item = catalog.listing(provider) if colon else None
    if item is None:
        return _nearest({hit.model.id: spelling(hit.model.id) for hit in hits(catalog)}, name, count)
    there = _nearest({model.id: spelling(model.id) for model in item.models}, model_id, count)
    elsewhere = (found for found in nearest(catalog, model_id, count) if found not in there)
    return (*(f"{provider}:{found}" for found in there), *elsewhere)[:count]


def _nearest(ids: Mapping[str, str], name: str, count: int) -> tuple[str, ...]:
    """Those of `ids` (id -> its spelling) that are most like `name`."""
    from difflib import SequenceMatcher

    wanted = spelling(name)
    parts = set(wanted.split("-"))
    # Comparing letter by letter takes a second over 30,000 ids; those that share words are few.
    shared = sorted(ids, key=lambda i: (-len(parts & set(ids[i].split("-"))), len(i), i))[:300]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)

    def likeness(model_id: str) -> float:
        matcher.set_seq1(ids[model_id])
        return matcher.ratio()

    scores = {model_id: likeness(model_id) for model_id in shared}
    best = sorted(scores, key=lambda model_id: (-scores[model_id], model_id))
    return tuple(model_id for model_id in best if scores[model_id] >= 0.6)[:count]
