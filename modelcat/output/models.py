"""The words of `modelcat models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import Column, counted, draw, price, tokens

if TYPE_CHECKING:
    from modelcat.catalog import Model
    from modelcat.commands.models import ModelsResult
    from modelcat.output import Screen

_COLUMNS = (
    Column("model", long=True),
    Column("provider"),
    Column("context", right=True),
    Column("output", right=True),
    Column("$ in", right=True),
    Column("$ out", right=True),
    Column("can"),
)
_FOLD = 100
LEGEND = "v sees images, r reasons, t calls tools; tokens, and USD per million tokens; ? is not known"


def show(result: ModelsResult, screen: Screen) -> None:
    """A line a model; limits in tokens, prices in USD per million tokens."""
    if not result.models:
        screen.say("the catalog is empty; `modelcat sync` fills it")
        return
    searched = f"{counted(result.models, 'model')} of {counted(result.providers, 'provider')}"
    if not result.hits:
        screen.say(f"none of {searched} matches")
        return
    rows = [
        (
            hit.model.id,
            hit.provider,
            tokens(hit.model.context_window),
            tokens(hit.model.max_output_tokens),
            price(hit.model.cost.input),
            price(hit.model.cost.output),
            letters(hit.model),
        )
        for hit in result.hits
    ]
    draw(screen, _COLUMNS, rows, fold=_FOLD)
    screen.say(f"{len(result.hits):,} of {searched}; {LEGEND}")
    embedded = sorted({hit.provider for hit in result.hits if hit.origin == "embedded"})
    if embedded:
        screen.say(f"from the embedded snapshot, not asked yet: {_some(embedded)}")


def letters(model: Model) -> str:
    """What a model can do, in a letter each (LEGEND), because the table must fit into 80 columns."""
    said = (
        ("image" in model.input_modalities, "v"),
        (model.reasoning, "r"),
        (model.tool_call, "t"),
    )
    can = "".join(letter for true, letter in said if true)
    words = ("" if model.mode == "chat" else model.mode, can, "old" if model.deprecated else "")
    return " ".join(word for word in words if word)


def _some(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:5])} and {len(names) - 5} more"
