"""Under which name a provider stands in a person's config: the same provider under another name is found by
its address, so that no second entry is made beside it.

An address is what the tool's `endpoints` gives: a base URL, or "type:<built-in>". What is merged into the
entry is decided in merge.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelcat.merge import Base
from modelcat.tool import Offer
from modelcat.tree import Item, Keyed, Layout, children, key_of, outermost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelcat.catalog import Provider
    from modelcat.tool import Tool
    from modelcat.tree import Pointer, Step, Tree


@dataclass(frozen=True, slots=True)
class Names:
    """What `align` found."""

    keys: Mapping[str, str]
    """Provider -> key of its entry, in the person's config or to be. Not those without an entry."""
    left: Mapping[str, str]
    """Provider -> why nothing is written for it."""
    renamed: Mapping[str, str]
    """Key in the base -> the key the person has given that entry since."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The provider entries of one main config: keys, and the address of each where it can be told."""

    keys: frozenset[str] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, addresses: Iterable[str]) -> list[str]:
        """The keys whose address is one of `addresses`, sorted."""
        wanted = set(addresses)
        return sorted(key for key, address in self.addresses.items() if address in wanted)


def entries_of(tool: Tool, tree: Tree) -> Entries:
    """The provider entries of a main config's tree."""
    if not isinstance(tree, dict):
        return Entries()
    found = outermost(tree, Layout(tool.shape, tool.entries))
    addresses = {key: normal(address) for key, address in tool.endpoints(tree).items()}
    keys = frozenset(key_of(pointer[-1]) for pointer in found if pointer)
    # A list that cannot be keyed has entries all the same.
    return Entries(keys | addresses.keys(), addresses)


def normal(address: str) -> str:
    """An address as it is compared: scheme and host in lower case, no slash at the end."""
    scheme, sign, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    if not sign:
        return address
    return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")


def rendered_keys(tool: Tool, providers: Sequence[Provider]) -> dict[str, str]:
    """Provider -> the key its entry is given when these are rendered together."""
    layout = Layout(tool.shape, tool.entries)
    found: dict[str, str] = {}
    main, *files = tool.render([Offer(provider, ()) for provider in providers])
    for file in files:
        inside = outermost(file.tree, layout)
        if file.provider is not None and len(inside) == 1:
            found[file.provider] = key_of(next(iter(inside))[-1])
    for provider in providers:
        if provider.id not in found and (key := own_key(tool, provider)) is not None:
            found[provider.id] = key
    written = {key_of(pointer[-1]) for pointer in outermost(main.tree, layout)}
    return {provider: key for provider, key in found.items() if key in written}


def own_key(tool: Tool, provider: Provider) -> str | None:
    """The key of the provider's entry when it is rendered alone; None: it has no entry in the main config."""
    main = tool.render([Offer(provider, ())])[0]
    inside = outermost(main.tree, Layout(tool.shape, tool.entries))
    return key_of(next(iter(inside))[-1]) if inside else None


def addresses_of(tool: Tool, provider: Provider) -> frozenset[str]:
    """Every address by which an entry is known to be this provider's."""
    main = tool.render([Offer(provider, ())])[0]
    urls = {*tool.endpoints(main.tree).values(), provider.base_url, *provider.former_base_urls}
    return frozenset(normal(url) for url in urls if url)


def named(tool: Tool, provider: Provider, there: Entries) -> bool:
    """Whether the person's config has an entry of this provider, by its name or by its address."""
    key = own_key(tool, provider)
    return key is not None and (key in there.keys or bool(there.at(addresses_of(tool, provider))))


def align(
    tool: Tool, providers: Sequence[Provider], ours: Tree, base: Tree, known: Mapping[str, str]
) -> Names:
    """Find the entry of each provider in a main config.

    `base` is what modelcat last wrote there, `known` the names it wrote it under (Memory.names). Providers
    claim entries of their own name first, then those of their address that nobody has claimed.
    """
    return _Alignment(tool, entries_of(tool, ours), entries_of(tool, base).keys, known).names(providers)


def with_names(tool: Tool, offers: Sequence[Offer], names: Mapping[str, str]) -> list[Offer]:
    """The offers, each provider with the name its entry shall have."""
    return [
        replace(offer, provider=_called(offer.provider, tool.name, names[offer.provider.id]))
        if offer.provider.id in names
        else offer
        for offer in offers
    ]


def _called(provider: Provider, tool: str, name: str) -> Provider:
    own = {**provider.tools.get(tool, {}), "name": name}
    return replace(provider, tools=MappingProxyType({**provider.tools, tool: MappingProxyType(own)}))


@dataclass(slots=True)
class _Alignment:
    tool: Tool
    ours: Entries
    written: frozenset[str]
    """Keys of the base."""
    known: Mapping[str, str]
    claimed: dict[str, str] = field(default_factory=dict)
    """Key in ours -> the provider that has it."""
    keys: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def names(self, providers: Sequence[Provider]) -> Names:
        wanted = rendered_keys(self.tool, providers)
        here = [provider for provider in providers if provider.id in wanted]
        addresses = {provider.id: addresses_of(self.tool, provider) for provider in here}
        waiting = [p for p in here if not self.by_name(p.id, wanted[p.id], addresses[p.id])]
        by_name = frozenset(self.claimed)
        for provider in here:
            if provider not in waiting:
                self.look_for_a_second(provider.id, addresses[provider.id], by_name)
        for provider in waiting:
            self.by_address(provider.id, wanted[provider.id], addresses[provider.id], by_name)
        return Names(self.keys, self.left, self.renamed)

    def claim(self, provider: str, key: str) -> None:
        self.claimed[key] = provider
        self.keys[provider] = key

    def by_name(self, provider: str, wanted: str, addresses: frozenset[str]) -> bool:
        """Whether the provider has an entry under the name modelcat wrote it or would write it."""
        key = self.known.get(provider, wanted)
        if key in self.written:
            if key in self.ours.keys:
                self.claim(provider, key)
                return True
            return False
        if key not in self.ours.keys or key in self.claimed:
            return False
        address = self.ours.addresses.get(key)
        if address is not None and address not in addresses:
            return False
        self.claim(provider, key)
        return True

    def look_for_a_second(self, provider: str, addresses: frozenset[str], by_name: frozenset[str]) -> None:
        """An entry of the person's under the provider's name, and one more under another: which is it?"""
        key = self.keys[provider]
        others = [other for other in self.ours.at(addresses) if other not in by_name]
        if others and key not in self.written:
            del self.keys[provider]
            self.left[provider] = _several(sorted({key, *others}))

    def by_address(
        self, provider: str, wanted: str, addresses: frozenset[str], by_name: frozenset[str]
    ) -> None:
        """Find an entry under another name, or settle that a new one is made, or that none can be."""
        key = self.known.get(provider, wanted)
        found = [other for other in self.ours.at(addresses) if other not in by_name]
        if len(found) == 1 and found[0] not in self.claimed:
            if key in self.written and found[0] not in self.written:
                self.renamed[key] = found[0]
            self.claim(provider, found[0])
        elif found:
            self.left[provider] = _several(found)
        elif key in self.ours.keys and key not in self.written:
            address = self.ours.addresses.get(key, "another provider")
            self.left[provider] = f"your entry {key!r} goes to {address}: left as it is"
        elif key in self.keys.values():
            self.left[provider] = f"another provider has the name {key!r} in this config"
        else:
            # New, or deleted by the person, which the merge sees from the base.
            self.keys[provider] = key


def _several(keys: Sequence[str]) -> str:
    if len(keys) == 1:
        return f"your entry {keys[0]!r} stands for another provider at the same address: left as it is"
    return f"your entries {' and '.join(map(repr, keys))} go to the same address: left as they are"


def moved(base: Base, tool: Tool, renamed: Mapping[str, str]) -> Base:
    """`base` with its entries under the names the person has given them since."""
    if not renamed:
        return base
    layout = Layout(tool.shape, tool.entries)
    size = len(tool.entries[0])

    def point(pointer: Pointer) -> Pointer:
        if len(pointer) < size or key_of(pointer[size - 1]) not in renamed:
            return pointer
        name = renamed[key_of(pointer[size - 1])]
        step = Item(name) if isinstance(pointer[size - 1], Item) else name
        return (*pointer[: size - 1], step, *pointer[size:])

    tree = _renamed(base.tree, layout, renamed)
    return Base(tree, frozenset(map(point, base.held)), frozenset(map(point, base.yours)))


def _renamed(tree: Tree, layout: Layout, renamed: Mapping[str, str]) -> Tree:
    inside = children(tree, layout)
    if inside is None or not layout.leads:
        return tree
    items: dict[Step, Tree] = {}
    for step, child in inside.items():
        below = layout.below(step)
        name = renamed.get(key_of(step)) if below.entry else None
        if name is None:
            items[step] = child if below.entry else _renamed(child, below, renamed)
        elif isinstance(layout.kind, Keyed):
            items[Item(name)] = {**child, layout.kind.fields[0]: name}
        else:
            items[name] = child
    return items if isinstance(tree, dict) else list(items.values())


def with_their_urls(theirs: Tree, ours: Tree, tool: Tool) -> Tree:
    """`theirs` with addresses spelled as in ours where only the spelling differs (a slash at the end)."""
    layout = Layout(tool.shape, tool.entries)
    there = outermost(ours, layout)
    changed = {
        pointer: {
            name: there[pointer][name] if _same_url(value, there[pointer].get(name)) else value
            for name, value in entry.items()
        }
        for pointer, entry in outermost(theirs, layout).items()
        if isinstance(there.get(pointer), dict)
    }
    return _replaced(theirs, layout, changed, ())


def _same_url(left: Tree, right: Tree) -> bool:
    if not isinstance(left, str) or not isinstance(right, str) or "://" not in left:
        return False
    return normal(left) == normal(right)


def _replaced(tree: Tree, layout: Layout, changed: Mapping[Pointer, Tree], at: Pointer) -> Tree:
    if layout.entry:
        return changed.get(at, tree)
    inside = children(tree, layout)
    if inside is None or not layout.leads:
        return tree
    items = {
        step: _replaced(child, layout.below(step), changed, (*at, step)) for step, child in inside.items()
    }
    return items if isinstance(tree, dict) else list(items.values())
