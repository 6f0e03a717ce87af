"""The beginning of a plan: the main config read, the providers in it found, what modelcat would have there.

The caller then reads the files the draft names, and those that Tool.siblings finds, and gives all to
finish.py. Nothing here does I/O. Under which name a provider stands is in align.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelcat.align import Names, align, moved, with_names
from modelcat.documents import parse
from modelcat.memory import Memory
from modelcat.merge import NO_BASE
from modelcat.plan import Live
from modelcat.tool import Offer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.documents import Document
    from modelcat.tool import Target, Tool


@dataclass(frozen=True, slots=True)
class Draft:
    """A tool's plan before its other files are read."""

    tool: Tool
    main: Live
    document: Document
    """The main config; made of the starter where there is none."""
    memory: Memory
    """What holds for the files as they are: the person may have begun anew or renamed entries."""
    offers: tuple[Offer, ...]
    names: Names
    targets: tuple[Target, ...]
    anew: bool
    """The config that was applied to is gone: whoever removed it begins again, files beside it included."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The files besides the main config that `finish` needs to see."""
        rendered = {target.live_name for target in self.targets[1:] if target.live_name is not None}
        known = {*self.memory.bases, *self.memory.digests} - {self.tool.main}
        return tuple(sorted(rendered | known))


def read_main(tool: Tool, main: Live, starter: str | None) -> Document:
    """The main config, or what a new one begins with. Raises DocumentError where it cannot be read."""
    data = main.data if main.data is not None else (starter or "").encode()
    return parse(data, tool.syntax, main.path)


def draft(tool: Tool, main: Live, document: Document, memory: Memory, offers: Sequence[Offer]) -> Draft:
    """Begin the plan: which entry is which provider's, and what would stand there.

    `document` is what `read_main` gave.
    """
    if memory.path != main.path:
        memory = Memory(path=main.path)
    anew = main.data is None and tool.main in memory.bases
    if main.data is None:
        bases = {name: base for name, base in memory.bases.items() if name != tool.main}
        memory = replace(memory, bases=bases, names={})
    base = memory.bases.get(tool.main, NO_BASE)
    names = align(tool, [offer.provider for offer in offers], document.tree, base.tree, memory.names)
    if names.renamed:
        memory = replace(memory, bases={**memory.bases, tool.main: moved(base, tool, names.renamed)})
    here = with_names(tool, [o for o in offers if o.provider.id not in names.left], names.keys)
    return Draft(tool, main, document, memory, tuple(here), names, tuple(tool.render(here)), anew)
