"""What would be written to the person's files, as values: the plan of a file, of a tool, of all.

How a plan is made is in draft.py and finish.py, what is read for it in planning.py, its numbers in tally.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from modelcat.tree import PLAIN, Layout, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.errors import ModelcatError
    from modelcat.memory import Memory
    from modelcat.merge import Decision, Note, Side
    from modelcat.tree import Pointer


@dataclass(frozen=True, slots=True)
class Live:
    """One of the person's files as it is now."""

    path: str
    data: bytes | None = field(repr=False)
    """None: there is none."""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What would happen to one file."""

    tool: str
    name: str
    """Its path from the folder of the tool's main config."""
    path: str
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    """None: there is no such file afterwards."""
    decisions: tuple[Decision, ...] = ()
    notes: tuple[Note, ...] = ()
    error: ModelcatError | None = None
    """Why nothing can be planned for it."""
    provider: str | None = None
    """The provider it is about; None: the main config."""
    owned: bool = False
    providers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Key of an entry -> provider, in the main config."""
    layout: Layout = field(default=PLAIN, repr=False)
    """Where its entries stand; of a file about one provider the whole is the entry."""

    @property
    def changes(self) -> bool:
        """Whether the file would be written or removed."""
        return self.before != self.after

    @property
    def action(self) -> Literal["create", "change", "remove", "none"]:
        """What would happen to the file as a whole."""
        if not self.changes:
            return "none"
        return "create" if self.before is None else "remove" if self.after is None else "change"

    def provider_of(self, pointer: Pointer) -> str | None:
        """The provider that a pointer into this file is about; the entry's own key where none is known."""
        if self.provider is not None:
            return self.provider
        layout = self.layout
        for step in pointer:
            layout = layout.below(step)
            if layout.entry:
                return self.providers.get(key_of(step), key_of(step))
        return None


@dataclass(frozen=True, slots=True)
class ToolPlan:
    """What would happen to the files of one tool."""

    tool: str
    files: tuple[FilePlan, ...]
    memory: Memory
    """What to remember once the files are in place."""
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why something the catalog has is not offered to this tool."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to the files of all tools."""

    tools: tuple[ToolPlan, ...]

    @property
    def files(self) -> tuple[FilePlan, ...]:
        """The files of all tools."""
        return tuple(file for tool in self.tools for file in tool.files)

    @property
    def errors(self) -> tuple[ModelcatError, ...]:
        """Why files cannot be planned."""
        return tuple(file.error for file in self.files if file.error is not None)

    @property
    def changes(self) -> bool:
        """Whether any file would be written or removed."""
        return any(file.changes for file in self.files)

    @property
    def conflicts(self) -> bool:
        """Whether there is a conflict that was not told before."""
        return any(decision.conflict and decision.new for file in self.files for decision in file.decisions)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for beyond the merge."""

    prefer: Side | None = None
    adopt: frozenset[str] = frozenset()
    """Providers."""


NO_WISHES: Final = Wishes()
