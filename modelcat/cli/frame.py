"""What every command is made with: the app, the options all of them take, how a result is answered.

Every command takes --home, --json and -v, because people type them where they think of them. Aliases
are the names of the older specification; they work and stay out of the help.
"""

from __future__ import annotations

import functools
import inspect
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from modelcat.errors import ExitCode, ended
from modelcat.output import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.settings import Settings


class Result(Protocol):
    """What every command returns."""

    @property
    def exit_code(self) -> ExitCode: ...

    def as_json(self) -> Any: ...


app = typer.Typer(
    name="modelcat",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keep a catalog of your AI providers' models in git, and your tools' configs up to date.",
    epilog="""\b
Start here:
  modelcat sync            ask all providers, commit the catalog
  modelcat diff            what would change in your own configs
  modelcat apply           back up, then merge
  modelcat restore TAG     byte for byte as it was

Each command explains itself: modelcat COMMAND --help""",
)
providers = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="The registry of providers and its state."
)


@dataclass
class Call:
    """One call of a command: how to speak, and the settings once they are needed."""

    home: Path | None
    json: bool
    verbose: int

    @functools.cached_property
    def settings(self) -> Settings:
        from modelcat import settings

        return settings.load(self.home)

    @functools.cached_property
    def screen(self) -> Screen:
        return Screen(self.json, self.verbose, self.settings.colour)

    def log_folder(self) -> Path:
        return self.settings.extra


_COMMON: dict[str, tuple[Any, Any]] = {
    "context": (typer.Context, inspect.Parameter.empty),
    "home": (
        Annotated[Path | None, typer.Option("--home", help="The managed folder (else MODELCAT_HOME).")],
        None,
    ),
    "as_json": (Annotated[bool, typer.Option("--json", help="Machine output on stdout.")], False),
    "verbose": (Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more.")], 0),
}


def command(
    name: str, *, examples: str = "", aliases: Sequence[str] = (), group: typer.Typer = app
) -> Callable[[Callable[..., tuple[Result, Any]]], None]:
    """Register a function as a command: adds the common options, shows its result, sets the exit code."""

    def register(function: Callable[..., tuple[Result, Any]]) -> None:
        def run(
            *, context: typer.Context, home: Path | None, as_json: bool, verbose: int, **options: Any
        ) -> None:
            call = Call(home or context.obj, as_json, verbose)
            code = ended(lambda: _answer(call, *function(call, **options)), call.log_folder, Screen().say)
            raise typer.Exit(int(code))

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for key, (annotation, default) in _COMMON.items()
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + common
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        run.__doc__ = function.__doc__
        epilog = "\b\nExamples:\n" + inspect.cleandoc(examples) if examples else None
        group.command(name, epilog=_indented(epilog))(run)
        for alias in aliases:
            group.command(alias, hidden=True)(run)

    return register


def _indented(epilog: str | None) -> str | None:
    return epilog and epilog.replace("\nmodelcat", "\n  modelcat")


def _answer(call: Call, result: Result, show: Any) -> int:
    if call.json:
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    else:
        show(result, call.screen)
    return result.exit_code


Tool = Annotated[
    list[str] | None, typer.Option("--tool", "-t", help="Only this tool (may be repeated).", metavar="TOOL")
]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Providers: all that modelcat.toml selects if none.", show_default=False),
]


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", help="The managed folder (else MODELCAT_HOME).")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """What may stand before the command."""
    del version  # answered by __main__ before anything is loaded
    context.obj = home
