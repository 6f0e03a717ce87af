"""`modelcat init`: make the managed folder, and say what is on this machine and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import settings as machine
from modelcat import state, tools, workspace
from modelcat.errors import ExitCode
from modelcat.repo import worktree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelcat.registry import Registry
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class FoundTool:
    """One tool on this machine."""

    name: str
    present: bool
    wanted: bool
    """`diff` and `apply` write for it unasked."""
    path: Path
    """Its main config file, there or not."""
    has_config: bool


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A provider whose key is set; the key itself stays where it is."""

    provider: str
    variable: str


@dataclass(frozen=True, slots=True)
class InitResult:
    """What was made and what was found."""

    home: Path
    made: bool
    """The managed folder is new."""
    selection: Path
    """modelcat.toml, where the person says what is asked and what may reach the tools."""
    tools: tuple[FoundTool, ...]
    keys: tuple[FoundKey, ...]
    open_lists: int
    """Enabled providers whose list needs no key."""
    needs_key: int
    """Enabled providers whose list needs a key that is not set."""
    synced: bool
    hook: Path | None
    """The git hook that was installed; None: none was asked for."""

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    @property
    def next_step(self) -> str:
        """The command to run now."""
        return "modelcat diff" if self.synced else "modelcat sync"

    def as_json(self) -> dict[str, Any]:
        """{"home", "made", "selection": path of modelcat.toml,
        "tools": [{"name", "present", "wanted", "path", "has_config"}],
        "keys": [{"provider", "variable"}], "open_lists", "needs_key", "synced", "hook", "next": command}.

        Variables are named, what is in them never.
        """
        return {
            "home": str(self.home),
            "made": self.made,
            "selection": str(self.selection),
            "tools": [
                {
                    "name": tool.name,
                    "present": tool.present,
                    "wanted": tool.wanted,
                    "path": str(tool.path),
                    "has_config": tool.has_config,
                }
                for tool in self.tools
            ],
            "keys": [{"provider": key.provider, "variable": key.variable} for key in self.keys],
            "open_lists": self.open_lists,
            "needs_key": self.needs_key,
            "synced": self.synced,
            "hook": None if self.hook is None else str(self.hook),
            "next": self.next_step,
        }


def run(settings: Settings, *, git_hook: bool = False) -> InitResult:
    """Make what is not there yet; nothing that is there is changed.

    With `git_hook` the validating hook is put into the git repository one stands in. Raises RepoError.
    """
    registry = machine.registry(settings)
    made = not (settings.catalog / ".git").exists()
    selection = settings.catalog / "modelcat.toml"
    with workspace.locked(settings, "init"):
        repo = workspace.repo(settings)
        if worktree.content(selection) is None:
            worktree.write(selection, machine.data_file("modelcat.toml").read_bytes())
            repo.commit({}, "settings: modelcat.toml")
    keys = tuple(_keys(settings, registry))
    asked = [p for p in registry.providers.values() if p.enabled and p.kind == "provider" and not p.local]
    with_key = {key.provider for key in keys}
    return InitResult(
        home=settings.home,
        made=made,
        selection=selection,
        tools=tuple(_tools(settings)),
        keys=keys,
        open_lists=sum(p.needs_key_for_list is False for p in asked),
        needs_key=sum(bool(p.needs_key_for_list) and p.id not in with_key for p in asked),
        synced=state.load(settings.extra).last_sync is not None,
        hook=_hook() if git_hook else None,
    )


def _tools(settings: Settings) -> Iterator[FoundTool]:
    for name in tools.names():
        tool = tools.load(name)
        path = settings.tool_path(tool)
        yield FoundTool(name, settings.tool_present(tool), settings.tool_wanted(tool), path, path.is_file())


def _keys(settings: Settings, registry: Registry) -> Iterator[FoundKey]:
    for provider in registry.providers.values():
        key = machine.key_of(settings, machine.resolve(settings, provider)) if provider.enabled else None
        if key is not None:
            yield FoundKey(provider.id, key.variable)


def _hook() -> Path:
    from modelcat import git_hook

    return git_hook.install()
