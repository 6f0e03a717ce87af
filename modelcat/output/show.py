"""The words of `modelcat show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.models import LEGEND, letters
from modelcat.output.tables import Column, draw, price, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcat.catalog import Model, Origin
    from modelcat.commands.show import ShowResult
    from modelcat.output import Screen
    from modelcat.query import Hit

_COLUMNS = (
    Column("provider"),
    Column("id", long=True),
    Column("context", right=True),
    Column("output", right=True),
    Column("$ in", right=True),
    Column("$ out", right=True),
    Column("can"),
)
_STANDS_ON: dict[Origin, str] = {
    "fetched": "its own list",
    "stale": "its own list, but it failed to answer the last sync",
    "embedded": "the embedded snapshot, not asked yet",
}
_WORDS = {
    "context_window": "context",
    "max_output_tokens": "output",
    "input_modalities": "takes",
    "output_modalities": "gives",
    "tool_call": "tools",
    "cost": "prices",
}


def show(result: ShowResult, screen: Screen) -> None:
    """One offer in full, several as a table with where their facts are from."""
    if not result.offers:
        _not_found(result, screen)
    elif len(result.offers) == 1:
        _one(result.offers[0], screen)
    else:
        _several(result.offers, screen)


def _not_found(result: ShowResult, screen: Screen) -> None:
    if not result.models:
        screen.say("the catalog is empty; `modelcat sync` fills it")
        return
    screen.say(f"no provider offers {result.name!r}")
    if result.is_provider:
        screen.say(f"  it is a provider; `modelcat models --provider {result.name}` lists what it offers")
    for model_id in result.nearest:
        screen.say(f"  nearest: {model_id}")


def _one(hit: Hit, screen: Screen) -> None:
    model = hit.model
    screen.line(f"{model.id}{f' ({model.name})' if model.name and model.name != model.id else ''}")
    rows = [
        ("provider", f"{hit.provider} ({_STANDS_ON[hit.origin]})"),
        ("context", _exact(model.context_window)),
        ("output", _exact(model.max_output_tokens)),
        *_prices(model),
        ("takes", ", ".join(model.input_modalities) or "?"),
        ("gives", ", ".join(model.output_modalities) or "?"),
        ("can", ", ".join(_abilities(model)) or "?"),
        ("released", model.released or "?"),
    ]
    for word, text in rows:
        screen.line(f"  {word:<12}{text}")
    _sources([hit], screen)


def _prices(model: Model) -> Iterable[tuple[str, str]]:
    cost = model.cost
    yield "price", f"{price(cost.input)} in, {price(cost.output)} out, USD per million tokens"
    if cost.cache_read is not None or cost.cache_write is not None:
        yield "cache", f"{price(cost.cache_read)} read, {price(cost.cache_write)} write"


def _exact(count: int | None) -> str:
    return "?" if count is None else f"{count:,} tokens"


def _abilities(model: Model) -> Iterable[str]:
    if model.mode != "chat":
        yield model.mode
    if model.reasoning:
        yield "reasoning"
    if model.tool_call:
        yield "tools"
    if model.deprecated:
        yield "deprecated"


def _several(offers: tuple[Hit, ...], screen: Screen) -> None:
    names = [hit.model.name for hit in offers if hit.model.name]
    providers = len({hit.provider for hit in offers})
    offer = "provider offers it" if providers == 1 else "providers offer it"
    screen.line(f"{names[0] if names else offers[0].model.id}: {providers} {offer}")
    rows = [
        (
            hit.provider,
            hit.model.id,
            tokens(hit.model.context_window),
            tokens(hit.model.max_output_tokens),
            price(hit.model.cost.input),
            price(hit.model.cost.output),
            letters(hit.model),
        )
        for hit in offers
    ]
    draw(screen, _COLUMNS, rows)
    _sources(offers, screen)
    screen.say(f"{LEGEND}; `modelcat show PROVIDER:ID` says all")


def _sources(offers: Iterable[Hit], screen: Screen) -> None:
    for hit in offers:
        by_source: dict[str, list[str]] = {}
        for field, source in hit.model.sources:
            by_source.setdefault(source, []).append(_WORDS.get(field, field))
        if by_source:
            facts = "; ".join(f"{', '.join(fields)} from {source}" for source, fields in by_source.items())
            screen.line(f"  {hit.provider}: {facts}")
