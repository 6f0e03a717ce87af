"""Shell completion: the set-up of each shell, and what may stand for a tool, a provider, a tag.

What completes is asked for at every press of a key: it reads what is stored and nothing more, makes nothing,
and where something is amiss it offers nothing rather than an error in the middle of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable  # typer reads the annotations
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from modelcat.errors import ModelcatError

if TYPE_CHECKING:
    from modelcat.settings import Settings

SHELLS: Final = ("bash", "zsh", "fish", "powershell", "pwsh")
_PROGRAM: Final = "modelcat"
_VARIABLE: Final = "_MODELCAT_COMPLETE"


def script(shell: str) -> str:
    """What makes `shell` complete modelcat."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    return get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)


def install(shell: str) -> Path:
    """Put the script where `shell` finds it; gives the place."""
    from typer.completion import install as put  # type: ignore[attr-defined]

    return put(shell=shell, prog_name=_PROGRAM, complete_var=_VARIABLE)[1]


def prepare() -> None:
    """Let typer know the shells: without --install-completion of its own it does not."""
    from typer.completion import completion_init  # type: ignore[attr-defined]

    completion_init()


def shells() -> Iterable[str]:
    """The shells that can be set up."""
    return SHELLS


def words(*offered: str) -> Callable[[], Iterable[str]]:
    """Always these."""
    return lambda: offered


def capabilities() -> Iterable[str]:
    """What `models --capability` takes."""
    from modelcat import query

    return tuple(query.CAPABILITIES)


def kinds() -> Iterable[str]:
    """The ways in which a provider can be asked."""
    from modelcat import dialects

    return (*dialects.names(), "url")


def tools() -> Iterable[str]:
    """The tools modelcat writes for."""
    from modelcat import tools as known

    return known.names()


def providers(context: typer.Context) -> Iterable[str]:
    """Every provider of the registry."""
    from modelcat import settings as machine

    with suppress(ModelcatError, OSError):
        return sorted(machine.registry(_settings(context)).providers)
    return ()


def tags(context: typer.Context) -> Iterable[str]:
    """The backups and the syncs, newest first."""
    from modelcat import workspace
    from modelcat.repo.private import PrivateRepo

    with suppress(ModelcatError, OSError):
        settings = _settings(context)
        made = (settings.catalog / ".git").is_dir()
        syncs = workspace.repo(settings).tags() if made else []
        return [tag.name for tag in (*PrivateRepo(settings.private).tags(), *syncs)]
    return ()


def _settings(context: typer.Context) -> Settings:
    from modelcat import settings as machine

    given = None
    at: typer.Context | None = context
    while at is not None and given is None:
        given, at = at.params.get("home"), at.parent  # type: ignore[assignment]
    return machine.load(Path(given) if given else None)
