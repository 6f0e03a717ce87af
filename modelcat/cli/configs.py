"""The person's own files: diff, apply, backup, restore, merge, validate."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from modelcat.cli import complete
from modelcat.cli.frame import (
    AsJson,
    Call,
    Home,
    Result,
    Said,
    Tool,
    Verbose,
    app,
    command,
    each,
    example_text,
)
from modelcat.cli.looks import Command
from modelcat.errors import UsageError

_SIDES: dict[str, Literal["ours", "theirs"]] = {"ours": "ours", "theirs": "theirs"}


@command(
    "diff",
    examples="""
    modelcat diff
    modelcat diff --tool codex --patch
    modelcat diff HEAD~1
    modelcat diff sync/2026-11-23T08-00-00Z HEAD""",
)
def diff(
    call: Call,
    *,
    revisions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REV [REV]]",
            help="Compare the catalog at two revisions instead: a tag, a commit, HEAD~3.",
            show_default=False,
            autocompletion=complete.tags,
        ),
    ] = None,
    tool: Tool = None,
    patch: Annotated[bool, typer.Option("--patch", "-p", help="Show the text difference.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if anything would change.")] = False,
) -> tuple[Result, Any]:
    """What would change in your own configs.

    With one or two revisions: what changed in the catalog between them (or since the one).
    """
    if revisions:
        from modelcat.commands import catalog_diff
        from modelcat.output import catalog_diff as catalog_words

        if len(revisions) > 2:
            raise UsageError(f"diff compares at most two revisions, got {len(revisions)}")
        if tool or patch:
            raise UsageError("--tool and --patch are about your own configs; they do not go with a revision")
        return catalog_diff.run(call.settings, *revisions, exit_code=exit_code), catalog_words.show
    from modelcat.commands import diff as steps
    from modelcat.output import plan

    return steps.run(call.settings, tools=tuple(tool or ()), exit_on_changes=exit_code), functools.partial(
        plan.show, patch=patch
    )


@command(
    "apply",
    aliases=("update-configs",),
    examples="""
    modelcat apply
    modelcat apply --tool codex --dry-run
    modelcat apply --prefer theirs""",
)
def apply(
    call: Call,
    *,
    tool: Tool = None,
    prefer: Annotated[
        str | None,
        typer.Option(
            "--prefer",
            metavar="ours|theirs",
            help="Settle what is held: keep yours, or take modelcat's.",
            autocompletion=complete.words("ours", "theirs"),
        ),
    ] = None,
    adopt: Annotated[
        list[str] | None,
        typer.Option(
            "--adopt",
            metavar="PROVIDER",
            help="Let modelcat keep up an entry that you wrote (may be repeated).",
            callback=each,
            autocompletion=complete.providers,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Show, write nothing.")] = False,
    backup: Annotated[bool, typer.Option("--backup", hidden=True, help="A backup is always made.")] = False,
) -> tuple[Result, Any]:
    """Merge the generated entries into your own configs.

    A backup is made first; `modelcat restore TAG` undoes the merge exactly.
    """
    from modelcat.commands import apply as steps
    from modelcat.output import plan

    del backup
    if prefer is not None and prefer not in _SIDES:
        raise UsageError("--prefer takes ours or theirs")
    side = _SIDES[prefer] if prefer else None
    result = steps.run(
        call.settings, tools=tuple(tool or ()), prefer=side, adopt=frozenset(adopt or ()), dry_run=dry_run
    )
    return result, plan.show_applied


@command(
    "backup",
    aliases=("backup-configs",),
    examples="""
    modelcat backup
    modelcat backup --tool mods""",
)
def backup(call: Call, tool: Tool = None) -> tuple[Result, Any]:
    """Keep your configs as they are now; print the tag."""
    from modelcat.commands import backup as steps
    from modelcat.output import backup as words

    return steps.run(call.settings, tools=tuple(tool or ())), words.show


@command(
    "restore",
    aliases=("restore-configs",),
    examples="""
    modelcat restore --list
    modelcat restore backup/2026-11-24T14-30-00Z
    modelcat restore sync/2026-11-20T08-00-00Z""",
)
def restore(
    call: Call,
    *,
    tag: Annotated[
        str | None,
        typer.Argument(
            metavar="[TAG]",
            help="A backup/… tag (your files) or a sync/… tag (the catalog).",
            show_default=False,
            autocompletion=complete.tags,
        ),
    ] = None,
    tool: Tool = None,
    list_: Annotated[bool, typer.Option("--list", "-l", help="The tags there are.")] = False,
    timestamp: Annotated[
        str | None, typer.Option("--timestamp", hidden=True, help="The part after backup/.")
    ] = None,
) -> tuple[Result, Any]:
    """Put your configs back byte for byte.

    A sync tag puts the catalog and generated configs back to that day instead.
    """
    from modelcat.commands import restore as steps
    from modelcat.output import restore as words

    wanted = tag or (timestamp and f"backup/{timestamp.removeprefix('backup/')}")
    if list_:
        return steps.listing(call.settings), words.show_tags
    if not wanted:
        raise UsageError("name a tag; `modelcat restore --list` shows them")
    return steps.run(call.settings, wanted, tools=tuple(tool or ())), words.show


@command(
    "merge",
    aliases=("merge-configs",),
    examples="""
    modelcat merge --source new.yaml --target mine.yaml
    modelcat merge --base old.toml --source new.toml --target mine.toml -o -""",
)
def merge(
    call: Call,
    *,
    source: Annotated[
        Path,
        typer.Option("--source", "-s", metavar="FILE", help="The file whose changes come in (theirs)."),
    ],
    target: Annotated[
        Path, typer.Option("--target", "-t", metavar="FILE", help="The file they go into (ours).")
    ],
    base: Annotated[
        Path | None,
        typer.Option(
            "--base", "-b", metavar="FILE", help="What both came from; without it nothing is overwritten."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here instead of the target; - is stdout."),
    ] = None,
    path: Annotated[
        str | None,
        typer.Option("--path", metavar="NAME", help="The file's own name (git's %P); tells the format."),
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option(
            "--tool", metavar="TOOL", help="Whose config it is; tells which lists have named elements."
        ),
    ] = None,
) -> tuple[Result, Any]:
    """Merge any YAML, TOML or JSON files, two- or three-way.

    Works as a git merge driver.
    """
    from modelcat.commands import merge as steps
    from modelcat.output import merge as words

    if call.said.json and str(output) == steps.STDOUT:
        raise UsageError(
            "--json and --output - would both write to stdout; give --output a file, or leave one out"
        )
    result = steps.run(source=source, target=target, base=base, output=output, path=path, tool=tool)
    return result, words.show


@app.command(
    "validate",
    cls=Command,
    add_help_option=False,
    epilog=example_text("""
    modelcat validate
    modelcat validate ~/.codex/config.toml --fix"""),
)
def validate(
    context: typer.Context,
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]…", help="Your own configs if none; - is stdin.", show_default=False),
    ] = None,
    tool: Annotated[
        str | None, typer.Option("--tool", "-t", metavar="TOOL", autocompletion=complete.tools)
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", autocompletion=complete.words("text", "json", "github")),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix")] = False,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
    list_rules: Annotated[bool, typer.Option("--list-rules")] = False,
    home: Home = None,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    help_: Annotated[bool, typer.Option("--help", "-h")] = False,
) -> None:
    """Check configs; also as a pre-commit hook."""
    del files, tool, format_, fix, strict, quiet, list_rules, home, as_json, verbose, help_
    from modelcat.commands.validate import main

    raise typer.Exit(main(_words(context), "modelcat validate"))


def _words(context: typer.Context) -> list[str]:
    """The line as it was, for the small reader of commands/validate.py: one place knows what it means.

    This way is taken only where something stands before the command, and for completion.
    """
    said: Said = context.obj or Said()
    found = [*(["--home", str(said.home)] if said.home else []), *(["--json"] if said.json else [])]
    files: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(str(parameter.name))
        if parameter.param_type_name == "argument":
            files += value or []
        elif value:
            found += [parameter.opts[0]] if isinstance(value, bool | int) else [parameter.opts[0], str(value)]
    return [*found, "--", *files]
