"""When an entry that was applied may be removed again from a person's file.

Only because the provider no longer has the model (a fetched list says so, not a stale or embedded one), or
because modelcat.toml excludes it. Never because a key is unset, a server is down, a newer model pushed it
past max_models or a tool is not there; and never what the config's own defaults use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelcat.catalog import Model
from modelcat.tool import Offer
from modelcat.tree import MISSING, Layout, entries, get, key_of, outermost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from modelcat.catalog import Listing, Provider
    from modelcat.sift import Selected
    from modelcat.tool import Tool
    from modelcat.tree import Pointer, Tree


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one provider whose entry stands, or stood, in a person's config."""

    provider: Provider
    listing: Listing | None
    selected: Selected | None
    """None: nothing was chosen from it (the tool refuses it, or there is no listing)."""
    excluded: bool
    """modelcat.toml keeps the whole provider out of this tool's config."""

    @property
    def fetched(self) -> bool:
        """Whether the listing is the provider's own word of today."""
        return self.listing is not None and self.listing.origin == "fetched"

    @property
    def lists_all(self) -> bool:
        """Whether a model that the listing lacks was dropped; an unsteady list is only who is online now."""
        return self.fetched and not self.provider.unsteady

    def gone(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of `ids` that today's list lacks or modelcat.toml excludes."""
        out = self.selected.excluded if self.selected else frozenset[str]()
        listed = self.listing.ids() if self.listing is not None and self.lists_all else None
        return frozenset(one for one in ids if one in out or (listed is not None and one not in listed))


@dataclass(slots=True)
class Proof:
    """For the main config of a tool: is what stands at a pointer truly gone?"""

    tool: Tool
    base: Tree
    theirs: Tree
    known: Mapping[str, Known]
    """By the key of the provider's entry."""
    needs: frozenset[tuple[str, str | None]]
    """(entry, model) that the config's own defaults use."""
    kept: set[tuple[str, str | None]] = field(default_factory=set)
    """What would have gone but for the defaults."""
    _layout: Layout = field(init=False)
    _offered: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._layout = Layout(self.tool.shape, self.tool.entries)

    def __call__(self, pointer: Pointer) -> bool:
        """The answer for merge.merge."""
        size = len(self.tool.entries[0])
        if len(pointer) < size:
            return False
        key = key_of(pointer[size - 1])
        known = self.known.get(key)
        if known is None:
            return False
        if len(pointer) == size:
            return self._entry(key, known, pointer) and self._spare(key, None)
        inside = self._model_of(pointer)
        if inside is None or (pointer != inside and get(self.theirs, inside, self._layout) is not MISSING):
            # A field of something that is still offered: what a list of today says of it counts.
            return known.fetched
        model = key_of(inside[-1])
        return self._model(key, known, model) and self._spare(key, model)

    def _spare(self, key: str, model: str | None) -> bool:
        needed = (key, model) in self.needs or (
            model is None and any(entry == key for entry, _ in self.needs)
        )
        if needed:
            self.kept.add((key, model))
        return not needed

    def _entry(self, key: str, known: Known, pointer: Pointer) -> bool:
        if known.excluded:
            return True
        models = [
            key_of(inside[-1])
            for inside in entries(get(self.base, pointer, self._layout), self._at(pointer))
            if inside
        ]
        return bool(models) and all(self._model(key, known, model) for model in models)

    def _at(self, pointer: Pointer) -> Layout:
        layout = self._layout
        for step in pointer:
            layout = layout.below(step)
        return layout

    def _model_of(self, pointer: Pointer) -> Pointer | None:
        """The pointer of the innermost entry around `pointer`, if that is no provider's."""
        layout, found = self._layout, 0
        for number, step in enumerate(pointer, 1):
            layout = layout.below(step)
            if layout.entry:
                found = number
        return pointer[:found] if found > len(self.tool.entries[0]) else None

    def _model(self, key: str, known: Known, model: str) -> bool:
        if known.excluded:
            return True
        out = known.selected.excluded if known.selected else frozenset()
        if out and model in self._keys(f"{key} excluded", known, lambda one: one.id in out):
            return True
        return known.lists_all and model not in self._keys(f"{key} all", known, lambda _: True)

    def _keys(self, slot: str, known: Known, which: Callable[[Model], bool]) -> frozenset[str]:
        """The keys that some of a listing's models have in this tool's config."""
        if slot not in self._offered:
            listed = known.listing.models if known.listing else ()
            # Only the ids: a tool may be unable to render what the list says of a model today.
            models = tuple(Model(model.id) for model in listed if which(model))
            main = self.tool.render([Offer(known.provider, models)])[0]
            inside = outermost(main.tree, self._layout)
            self._offered[slot] = frozenset(
                key_of(nested[-1])
                for pointer, entry in inside.items()
                for nested in entries(entry, self._at(pointer))
                if nested
            )
        return self._offered[slot]
