"""What a plan is made of, read from this machine: the catalog, what is ready, what was applied, the files.

It puts edges and core together and decides nothing: the plan itself is made in draft.py and finish.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcat import draft as drafts
from modelcat import files, installed, live, memory, proof, workspace
from modelcat import settings as machine
from modelcat import tools as all_tools
from modelcat.align import Entries, entries_of, named
from modelcat.catalog import Catalog, listing_path
from modelcat.errors import DocumentError, StorageError
from modelcat.finish import finish
from modelcat.first_seen import History
from modelcat.plan import NO_WISHES, FilePlan, Live, Plan, ToolPlan, Wishes
from modelcat.render import offered
from modelcat.repo.private import PrivateRepo
from modelcat.tally import by_provider, told, total
from modelcat.tree import MISSING, key_of, pointer_text
from modelcat.veil import veiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelcat.catalog import Listing, Provider
    from modelcat.errors import ModelcatError
    from modelcat.files import Snapshot
    from modelcat.memory import Memory
    from modelcat.merge import Decision
    from modelcat.registry import Registry
    from modelcat.render import Offered
    from modelcat.selection import Selection
    from modelcat.settings import Settings
    from modelcat.tool import Tool

_PATIENCE = 0.3
"""Seconds a local server has to accept a connection."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, and the files as they were when it was made."""

    plan: Plan
    snapshots: Mapping[tuple[str, str], Snapshot]
    """(tool, name of the file) -> what was read."""
    applied: Mapping[str, Any]
    """Tool -> what was remembered of it, as JSON, when the plan was made."""
    synced: bool
    """There is a stored catalog."""

    def as_json(self) -> dict[str, Any]:
        """{"synced": bool, "counts": {…}, "tools": [{"tool", "counts", "notes", "left_out", "files": […]}]}.

        counts: "add", "change", "remove", "kept", "conflicts", "held", "lacking". A file: {"name", "path",
        "provider" or null, "action": "create", "change", "remove" or "none", "error" or null, "notes",
        "decisions": […]}. A decision: {"pointer" in words, "steps", "provider" or null, "action": "add",
        "change", "remove", "keep" or "none", "case", "conflict" or null, "held", "new"}, and "base", "ours",
        "theirs" where something stands there; secrets are cut. Steps: a string for a map key, [string] for
        a list's merge key.
        """
        tools = [_tool_json(tool) for tool in self.plan.tools]
        counts = total(tally for file in self.plan.files for tally in by_provider(file).values())
        return {"synced": self.synced, "counts": counts.as_json(), "tools": tools}


def make(
    settings: Settings, tools: Sequence[str] = (), wishes: Wishes = NO_WISHES, *, verified: bool = True
) -> Planned:
    """The plan for `tools`, else for those that are on this machine and not switched off.

    Not `verified`: it is to be shown and not to be written. What is wrong with a file of the person's is in
    its FilePlan. Raises UsageError for an unknown tool, RegistryError for an unknown provider that is to be
    adopted, and whatever makes the catalog or the settings unreadable.
    """
    desk = _Desk(settings, machine.registry(settings), wishes, verified)
    for name in desk.wishes.adopt:
        desk.registry.get(name)
    if tools:
        wanted = [all_tools.load(name) for name in dict.fromkeys(tools)]
    else:
        wanted = [tool for name in all_tools.names() if settings.tool_wanted(tool := all_tools.load(name))]
    bases = PrivateRepo(settings.private).bases([tool.name for tool in wanted])
    made = tuple(desk.plan(tool, memory.from_json(bases.get(tool.name), tool.name)) for tool in wanted)
    return Planned(Plan(made), desk.snapshots, bases, bool(desk.stored) or _any_listing(settings))


@dataclass(slots=True)
class _Desk:
    """What is read once for all tools."""

    settings: Settings
    registry: Registry
    wishes: Wishes
    verified: bool
    selection: Selection = field(init=False)
    first_seen: History = field(init=False)
    providers: tuple[Provider, ...] = field(init=False)
    """Those that modelcat.toml selects, with the environment applied."""
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)
    stored: frozenset[str] = field(init=False)
    """Providers that there is a listing of."""
    _listings: dict[str, Listing] = field(default_factory=dict)
    _ready: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.selection = machine.selection(self.settings, self.registry)
        self.first_seen = History(self.settings)
        self.providers = tuple(
            machine.resolve(self.settings, provider)
            for provider in self.selection.asked(self.registry)
            if provider.kind == "provider"
        )

        self.stored = frozenset(
            provider.id
            for provider in self.providers
            if (self.settings.catalog / listing_path(provider.id)).exists()
        )

    def plan(self, tool: Tool, applied: Memory) -> ToolPlan:
        try:
            main = self.read(tool, tool.main)
        except StorageError as error:
            return _unplanned(tool, str(self.settings.tool_path(tool)), None, error, applied)
        try:
            document = drafts.read_main(tool, main, self.starter(tool))
        except DocumentError as error:
            return _unplanned(tool, main.path, main.data, error, applied)
        chosen, waiting = self.chosen(tool, entries_of(tool, document.tree), applied)
        catalog = self.catalog(chosen)
        what = self.offered(tool, catalog, applied)
        draft = drafts.draft(tool, main, document, applied, what.offers)
        try:
            others = self.others(tool, draft.wanted)
        except StorageError as error:
            return _unplanned(tool, main.path, main.data, error, applied)
        return finish(
            draft,
            others,
            self.known(tool, catalog, what, draft.memory),
            wishes=self.wishes,
            printed=installed.answer(self.settings, tool),
            left_out=(*what.words(), *_waiting(waiting)),
            verified=self.verified,
        )

    def read(self, tool: Tool, name: str) -> Live:
        shot = files.read(live.place(self.settings, tool, name))
        self.snapshots[tool.name, name] = shot
        return Live(str(shot.path), shot.data if shot.existed else None)

    def others(self, tool: Tool, wanted: Sequence[str]) -> dict[str, Live]:
        """The files beside the main config: those that are written, and those that may use its entries."""
        folder = self.settings.tool_path(tool).parent
        found = folder.glob(tool.siblings) if tool.siblings else ()
        siblings = sorted(path.name for path in found if path.is_file() and path.name not in wanted)
        return {name: self.read(tool, name) for name in (*wanted, *siblings)}

    def starter(self, tool: Tool) -> str | None:
        path = machine.data_file(f"{tool.name}/{tool.main}")
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def chosen(self, tool: Tool, there: Entries, applied: Memory) -> tuple[list[str], int]:
        """The providers that are ready, or that the config or an earlier apply names; how many are not."""
        chosen, waiting = [], 0
        for provider in self.providers:
            if provider.id not in self.stored:
                continue
            refused = tool.refuses(provider) is not None
            if not refused and not self.selection.wants(provider.id, tool.name):
                continue
            if (
                provider.id in applied.models
                or self.is_ready(provider)
                or (not refused and named(tool, provider, there))
            ):
                chosen.append(provider.id)
            else:
                waiting += not refused
        return chosen, waiting

    def is_ready(self, provider: Provider) -> bool:
        """Whether the provider can be used now: its key is set, or its server answers."""
        if provider.id not in self._ready:
            self._ready[provider.id] = (
                _answers(provider.base_url)
                if provider.local
                else not machine.missing(self.settings, provider)
            )
        return self._ready[provider.id]

    def catalog(self, names: Sequence[str]) -> Catalog:
        new = [name for name in names if name not in self._listings]
        if new:
            found = workspace.catalog(self.settings, only=new).listings
            self._listings.update((listing.provider, listing) for listing in found)
        return Catalog(tuple(self._listings[name] for name in sorted(names) if name in self._listings))

    def offered(self, tool: Tool, catalog: Catalog, applied: Memory) -> Offered:
        keep = {provider: frozenset(ids) for provider, ids in applied.models.items()}
        here = replace(
            self.registry, providers=MappingProxyType({provider.id: provider for provider in self.providers})
        )
        return offered(catalog, here, self.selection, tool, keep=keep, first_seen=self.first_seen)

    def known(self, tool: Tool, catalog: Catalog, what: Offered, applied: Memory) -> dict[str, proof.Known]:
        """What is known of every provider that is offered or was applied."""
        found = {}
        for name in {*applied.names, *applied.models, *(offer.provider.id for offer in what.offers)}:
            provider = self.registry.providers.get(name)
            if provider is not None:
                found[name] = proof.Known(
                    machine.resolve(self.settings, provider),
                    catalog.listing(name),
                    what.selected.get(name),
                    excluded=not self.selection.wants(name, tool.name),
                )
        return found


def _tool_json(tool: ToolPlan) -> dict[str, Any]:
    return {
        "tool": tool.tool,
        "counts": total(tally for file in tool.files for tally in by_provider(file).values()).as_json(),
        "notes": list(tool.notes),
        "left_out": list(tool.left_out),
        "files": [_file_json(file) for file in tool.files],
    }


def _file_json(file: FilePlan) -> dict[str, Any]:
    return {
        "name": file.name,
        "path": file.path,
        "provider": file.provider,
        "action": file.action,
        "error": None if file.error is None else str(file.error),
        "notes": [f"{pointer_text(note.pointer)}: {note.text}" for note in file.notes],
        "decisions": [decision_json(decision, file) for decision in told(file)],
    }


def decision_json(decision: Decision, file: FilePlan) -> dict[str, Any]:
    """A decision as `Planned.as_json` describes it."""
    sides = {"base": decision.base, "ours": decision.ours, "theirs": decision.theirs}
    name = key_of(decision.pointer[-1]) if decision.pointer else ""
    return {
        "pointer": pointer_text(decision.pointer),
        "steps": memory.pointer_to_json(decision.pointer),
        "provider": file.provider_of(decision.pointer),
        "action": decision.action,
        "case": decision.case,
        "conflict": decision.conflict,
        "held": decision.held,
        "new": decision.new,
        **{
            side: memory.tree_to_json(veiled(value, name))
            for side, value in sides.items()
            if value is not MISSING
        },
    }


def _unplanned(tool: Tool, path: str, data: bytes | None, error: ModelcatError, applied: Memory) -> ToolPlan:
    file = FilePlan(tool.name, tool.main, path, data, data, error=error)
    return ToolPlan(tool.name, (file,), applied)


def _any_listing(settings: Settings) -> bool:
    """Whether there is a listing of any provider, selected or not."""
    return any((settings.catalog / listing_path("any")).parent.glob("*.json"))


def _waiting(number: int) -> list[str]:
    if not number:
        return []
    who = (
        "1 more provider is left out until it is"
        if number == 1
        else f"{number} more are left out until they are"
    )
    return [f"{who} ready: a key set, a server running"]


def _answers(url: str) -> bool:
    """Whether a server accepts connections at the host and port of `url`."""
    import socket

    scheme, _, rest = url.partition("://")
    host, _, port = rest.partition("/")[0].rpartition("@")[2].partition(":")
    try:
        number = int(port) if port else (443 if scheme == "https" else 80)
        with socket.create_connection((host, number), timeout=_PATIENCE):
            return True
    except (OSError, ValueError):
        return False
