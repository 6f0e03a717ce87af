"""Filling the catalog: init, sync, generate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from modelcat.cli.frame import Call, Names, Only, Result, Tool, command, number


@command(
    "init",
    examples="""
    modelcat init
    modelcat init --git-hook""",
)
def init(
    call: Call,
    *,
    git_hook: Annotated[
        bool, typer.Option("--git-hook", help="Install the validating hook in this git repository.")
    ] = False,
) -> tuple[Result, Any]:
    """Create the managed folder; show tools, keys and the next step."""
    from modelcat.commands import init as steps
    from modelcat.output import init as words

    return steps.run(call.settings, git_hook=git_hook), words.show


@command(
    "sync",
    aliases=("fetch",),
    examples="""
    modelcat sync
    modelcat sync openrouter groq
    modelcat sync --offline
    modelcat sync --apply""",
)
def sync(
    call: Call,
    *,
    names: Names = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Every enabled provider, whatever modelcat.toml selects.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Ask as if for the first time and render everything again.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; use what is stored and the embedded snapshot.")
    ] = False,
    max_concurrency: Annotated[
        int,
        typer.Option(metavar="N", parser=number(int, 1, 512), help="Providers asked at the same time."),
    ] = 64,
    timeout: Annotated[
        float,
        typer.Option(metavar="S", parser=number(float, 0.1, 3600), help="Seconds for one provider in all."),
    ] = 30,
    apply_: Annotated[
        bool, typer.Option("--apply", help="Then merge into your own configs, as apply does.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any provider that was asked failed.")
    ] = False,
    legacy_output: Annotated[
        Path | None,
        typer.Option("--legacy-output", metavar="DIR", help="Also write the older script's files to DIR."),
    ] = None,
) -> tuple[Result, Any]:
    """Ask all providers; commit the catalog and generated configs."""
    from modelcat.commands import sync as steps
    from modelcat.output import progress
    from modelcat.output import sync as words

    options = steps.Options(
        names=tuple(names or ()),
        all=all_,
        force=force,
        offline=offline,
        max_concurrency=max_concurrency,
        timeout=timeout,
        strict=strict,
        legacy_output=legacy_output,
    )
    with progress.bars(call.screen) as watch:
        result = steps.run(call.settings, options, watch)
    if not apply_:
        return result, words.show
    from modelcat.commands import apply
    from modelcat.output import plan

    return words.Both(result, apply.run(call.settings), plan.show_applied), words.show_both


@command(
    "generate",
    aliases=("generate-configs",),
    examples="""
    modelcat generate
    modelcat generate --tool codex --provider openrouter""",
)
def generate(
    call: Call,
    *,
    tool: Tool = None,
    provider: Only = None,
) -> tuple[Result, Any]:
    """Render the tools' configs without network."""
    from modelcat.commands import generate as steps
    from modelcat.output import generate as words

    return steps.run(call.settings, tools=tuple(tool or ()), providers=tuple(provider or ())), words.show
