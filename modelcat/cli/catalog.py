"""Looking into the catalog: models, show, log, stats."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

import typer

from modelcat.cli import complete
from modelcat.cli.frame import Call, Only, Result, command, number


def _tokens(text: Any) -> int:
    """A number of tokens as people say it, and tables show it: 200000, 200k, 1.5M."""
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,6})?)([kKmM]?)", str(text), re.ASCII)
    if found is None:
        raise typer.BadParameter(f"expected tokens, such as 200000, 200k or 1M, not {text!r}")
    return int(Decimal(found[1]) * {"": 1, "k": 1000, "m": 1_000_000}[found[2].lower()])


@command(
    "models",
    examples="""
    modelcat models claude sonnet
    modelcat models --provider openrouter --max-price 0.5 --sort price
    modelcat models --min-context 200k --capability reasoning""",
)
def models(
    call: Call,
    *,
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUERY]…", help="Words or a glob that id or name must match.", show_default=False
        ),
    ] = None,
    provider: Only = None,
    min_context: Annotated[
        int | None,
        typer.Option(metavar="N", parser=_tokens, help="Tokens the context window must have: 200k, 1M."),
    ] = None,
    max_price: Annotated[
        float | None,
        typer.Option(
            metavar="X", parser=number(float, 0), help="USD per million tokens that the input may cost."
        ),
    ] = None,
    capability: Annotated[
        list[str] | None,
        typer.Option(
            "--capability",
            "-c",
            metavar="C",
            help="vision, reasoning, tools, audio, … (may be repeated).",
            autocompletion=complete.capabilities,
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help="id, price, context or released.",
            autocompletion=complete.words("id", "price", "context", "released"),
        ),
    ] = "id",
) -> tuple[Result, Any]:
    """Search the catalog."""
    from modelcat.commands import models as steps
    from modelcat.output import models as words

    result = steps.run(
        call.settings,
        query=" ".join(query or ()),
        providers=tuple(provider or ()),
        min_context=min_context,
        max_price=max_price,
        capabilities=tuple(capability or ()),
        sort=sort,
    )
    return result, words.show


@command(
    "show",
    examples="""
    modelcat show gpt-5
    modelcat show anthropic/claude-sonnet-4.5""",
)
def show(
    call: Call,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model id, or provider:id.")],
) -> tuple[Result, Any]:
    """One model: limits, prices, and who offers it."""
    from modelcat.commands import show as steps
    from modelcat.output import show as words

    return steps.run(call.settings, model), words.show


@command(
    "log",
    examples="""
    modelcat log
    modelcat log openrouter
    modelcat log gpt-5""",
)
def log(
    call: Call,
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|PROVIDER]",
            help="Only what concerns it.",
            show_default=False,
            autocompletion=complete.providers,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", parser=number(int, 1), help="At most so many.")
    ] = 50,
) -> tuple[Result, Any]:
    """When models appeared, vanished or changed."""
    from modelcat.commands import log as steps
    from modelcat.output import log as words

    return steps.run(call.settings, name, limit=limit), words.show


@command("stats", examples="modelcat stats")
def stats(call: Call) -> tuple[Result, Any]:
    """Counts from storage and from the last run."""
    from modelcat.commands import stats as steps
    from modelcat.output import stats as words

    return steps.run(call.settings), words.show
