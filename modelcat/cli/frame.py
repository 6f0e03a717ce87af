"""What all commands share: the typer apps, the common options, and the way from a result to an exit code.

`command` adds --home, --json and -v to every command, so that people may write them where they think of
them: before the command or anywhere behind it. Aliases are the names of the older specification; they work
and stay out of the help.
"""

from __future__ import annotations

import functools
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

import typer

from modelcat.cli import complete
from modelcat.cli.looks import Command, Group
from modelcat.errors import ExitCode, ended
from modelcat.output import Screen, print_json, recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.settings import Settings


class Result(Protocol):
    """What every command returns."""

    @property
    def exit_code(self) -> ExitCode: ...

    def as_json(self) -> Any: ...


_GROUP: dict[str, Any] = {
    "cls": Group,
    "rich_markup_mode": None,
    "invoke_without_command": True,
    "subcommand_metavar": "COMMAND …",
    # `root` below has it, with the shell's name as a value: a guess would be wrong in a script.
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
app = typer.Typer(
    name="modelcat",
    help="Keep a catalog of your AI providers' models in git, and your tools' configs up to date.",
    epilog="""\b
Start here:
  modelcat sync            ask all providers, commit the catalog
  modelcat diff            what would change in your own configs
  modelcat apply           back up, then merge
  modelcat restore TAG     byte for byte as it was

Each command explains itself: modelcat COMMAND --help""",
    **_GROUP,
)
providers = typer.Typer(
    help="The registry of providers: list, show, add, remove, test.",
    epilog="""\b
Examples:
  modelcat providers list
  modelcat providers test groq xai""",
    **_GROUP,
)
app.add_typer(providers, name="providers")


class Said(NamedTuple):
    """The common options, as far as they were given."""

    home: Path | None = None
    json: bool = False
    verbose: int = 0

    def and_then(self, home: Path | None, as_json: bool, verbose: int) -> Said:
        """With what stands further right in the line."""
        return Said(home or self.home, as_json or self.json, verbose + self.verbose)


@dataclass
class Call:
    """One call of a command: how to speak, and the settings once they are needed."""

    said: Said

    @functools.cached_property
    def settings(self) -> Settings:
        from modelcat import settings

        return settings.load(self.said.home)

    @functools.cached_property
    def screen(self) -> Screen:
        return Screen(self.said.json, self.said.verbose, self.settings.colour)

    def log_folder(self) -> Path:
        return self.settings.extra


Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="The managed folder (else MODELCAT_HOME).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]
Verbose = Annotated[
    int, typer.Option("-v", "--verbose", count=True, show_default=False, help="Say more; fold no lists.")
]
_COMMON: dict[str, tuple[Any, Any]] = {
    "context": (typer.Context, inspect.Parameter.empty),
    "home": (Home, None),
    "as_json": (AsJson, False),
    "verbose": (Verbose, 0),
}


def command(
    name: str, *, examples: str, aliases: Sequence[str] = (), group: typer.Typer = app
) -> Callable[[Callable[..., tuple[Result, Any]]], None]:
    """Register a function as a command: adds the common options, shows its result, sets the exit code."""

    def register(function: Callable[..., tuple[Result, Any]]) -> None:
        def run(
            *, context: typer.Context, home: Path | None, as_json: bool, verbose: int, **options: Any
        ) -> None:
            call = Call((context.obj or Said()).and_then(home, as_json, verbose))
            work = functools.partial(_work, call, function, options)
            raise typer.Exit(int(ended(work, call.log_folder, Screen().say, _veil)))

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for key, (annotation, default) in _COMMON.items()
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + common
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        about = inspect.cleandoc(function.__doc__ or "")
        epilog = example_text(examples)
        group.command(name, cls=Command, help=about, epilog=epilog)(run)
        for alias in aliases:
            older = f"{about}\n\nThe older name of `modelcat {name}`."
            group.command(alias, cls=Command, hidden=True, help=older, epilog=epilog)(run)

    return register


def example_text(examples: str) -> str:
    """The end of a command's help: its examples, which click must not flow together."""
    lines = ["\b", "Examples:", *(f"  {line}" for line in inspect.cleandoc(examples).splitlines())]
    return "\n".join(lines)


def _work(call: Call, function: Callable[..., tuple[Result, Any]], options: dict[str, Any]) -> int:
    recovery.listen()
    result, show = function(call, **options)
    if call.said.json:
        print_json(result.as_json())
    else:
        show(result, call.screen)
    sys.stdout.flush()  # here, where a pipe that nobody reads any more is no bug
    return result.exit_code


def _veil(text: str) -> str:
    from modelcat.settings import without_secrets

    return without_secrets(text)


def number(kind: type[int] | type[float], least: float, most: float | None = None) -> Callable[[Any], Any]:
    """What reads an option's value as a number within bounds, and otherwise says what would do."""
    word = "whole number" if kind is int else "number"
    bounds = f"of {least:g} or more" if most is None else f"from {least:g} to {most:g}"

    def read(text: Any) -> Any:
        try:
            value = kind(text)
        except (ValueError, OverflowError):
            value = None
        # Written as a comparison that NaN fails.
        if value is None or not (least <= value <= (float("inf") if most is None else most)):
            raise typer.BadParameter(f"expected a {word} {bounds}, not {text!r}")
        return value

    return read


def each(words: list[str] | None) -> list[str] | None:
    """The names in what an option was given, once or more: T, T,T."""
    return [name.strip() for word in words for name in word.split(",")] if words else words


Tool = Annotated[
    list[str] | None,
    typer.Option(
        "--tool",
        "-t",
        metavar="TOOL",
        help="Only this tool (may be repeated).",
        callback=each,
        autocompletion=complete.tools,
    ),
]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]…",
        help="Providers; all that modelcat.toml selects if none.",
        show_default=False,
        autocompletion=complete.providers,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--provider",
        "-p",
        metavar="NAME",
        help="Only this provider (may be repeated).",
        callback=each,
        autocompletion=complete.providers,
    ),
]


def _show_completion(shell: str | None) -> str | None:
    if shell is not None:
        print(complete.script(_known(shell)))
        raise typer.Exit
    return shell


def _install_completion(shell: str | None) -> str | None:
    if shell is not None:
        place = complete.install(_known(shell))
        typer.echo(f"written to {place}; a new {shell} completes modelcat", err=True)
        raise typer.Exit
    return shell


def _known(shell: str) -> str:
    if shell not in complete.SHELLS:
        raise typer.BadParameter(f"expected {', '.join(complete.SHELLS)}, not {shell!r}")
    return shell


@app.callback()
def root(
    context: typer.Context,
    *,
    home: Home = None,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
    install_completion: Annotated[
        str | None,
        typer.Option(
            metavar="SHELL",
            callback=_install_completion,
            is_eager=True,
            help="Set completion up for bash, zsh, fish or powershell.",
            autocompletion=complete.shells,
        ),
    ] = None,
    show_completion: Annotated[
        str | None,
        typer.Option(
            metavar="SHELL",
            callback=_show_completion,
            is_eager=True,
            help="Show that set-up, to put it where you like.",
            autocompletion=complete.shells,
        ),
    ] = None,
) -> None:
    """What may stand before the command."""
    del install_completion, show_completion  # answered by their callbacks
    context.obj = Said().and_then(home, as_json, verbose)
    if version:
        from modelcat import __version__

        print(f"modelcat {__version__}")
        raise typer.Exit
    _help_unless_called(context)


@providers.callback()
def before_providers(
    context: typer.Context, *, home: Home = None, as_json: AsJson = False, verbose: Verbose = 0
) -> None:
    """What may stand between `providers` and its command."""
    context.obj = (context.obj or Said()).and_then(home, as_json, verbose)
    _help_unless_called(context)


def _help_unless_called(context: typer.Context) -> None:
    """A group called alone is somebody looking around: nothing is wrong."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
