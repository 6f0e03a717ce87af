"""modelcat providers: list, show, add, remove, test."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from modelcat.cli import complete
from modelcat.cli.frame import Call, Names, Result, command, providers

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The provider's id.", autocompletion=complete.providers),
]


@command("list", group=providers, examples="modelcat providers list")
def providers_list(call: Call) -> tuple[Result, Any]:
    """All providers: key set, last fetched, models."""
    from modelcat.commands import providers as steps
    from modelcat.output import providers as words

    return steps.list_all(call.settings), words.show_list


@command("show", group=providers, examples="modelcat providers show openrouter")
def providers_show(call: Call, name: Name) -> tuple[Result, Any]:
    """Everything the registry says of one provider."""
    from modelcat.commands import providers as steps
    from modelcat.output import providers as words

    return steps.show(call.settings, name), words.show_one


@command(
    "add",
    group=providers,
    examples="""
    modelcat providers add mybox --kind openai --base-url http://10.0.0.5:80/v1
    modelcat providers add acme --kind openai --base-url https://acme.example \\
        --api-key-env ACME_API_KEY
    modelcat providers add targon""",
)
def providers_add(
    call: Call,
    *,
    name: Name,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="How it is asked: openai, anthropic, gemini, ollama, …; or url for a list at the base URL "
            "itself. Not needed for a provider that modelcat knows.",
            autocompletion=complete.kinds,
        ),
    ] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="Where its API is.")] = None,
    api_key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The variable that holds its key.")
    ] = None,
    base_url_env: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="The variable that may name another base URL."),
    ] = None,
) -> tuple[Result, Any]:
    """Add a provider of your own, or switch a shipped one on.

    It is written to providers.toml in the managed folder.
    """
    from modelcat.commands import providers as steps
    from modelcat.output import providers as words

    result = steps.add(
        call.settings, name, kind=kind, base_url=base_url, api_key_env=api_key_env, base_url_env=base_url_env
    )
    return result, words.show_edit


@command("remove", group=providers, examples="modelcat providers remove acme")
def providers_remove(call: Call, name: Name) -> tuple[Result, Any]:
    """Remove your own provider, or switch a shipped one off."""
    from modelcat.commands import providers as steps
    from modelcat.output import providers as words

    return steps.remove(call.settings, name), words.show_edit


@command(
    "test",
    group=providers,
    examples="""
    modelcat providers test
    modelcat providers test groq openrouter""",
)
def providers_test(call: Call, names: Names = None) -> tuple[Result, Any]:
    """Ask providers now and say what came; nothing is stored."""
    from modelcat.commands import providers as steps
    from modelcat.output import progress
    from modelcat.output import providers as words

    with progress.bars(call.screen) as watch:
        result = steps.test(call.settings, tuple(names or ()), watch)
    return result, words.show_test
