"""The stored catalog -> the texts in config/<tool>/ of the managed repository, and why something is left out.

Core: what is rendered depends on the listings, the registry, modelcat.toml and the version of modelcat, never
on this machine. What a tool's config looks like is in tools/, who wins in a person's file in merge.py.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelcat.documents import dump
from modelcat.errors import VerifyError
from modelcat.sift import sift
from modelcat.tool import Offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from modelcat.catalog import Catalog, Listing, Provider
    from modelcat.documents.plain import Written
    from modelcat.registry import Registry
    from modelcat.rules import Context
    from modelcat.selection import Selection
    from modelcat.sift import Selected, Sifted
    from modelcat.tool import Target, Tool

    Days = Mapping[str, Mapping[str, str]]
    """Provider -> id -> YYYY-MM-DD, of models that nobody dates."""
    FirstSeen = Callable[[frozenset[str]], Days]
    """Gives them for some providers; is asked only for those where it matters."""

_NONE: Mapping[str, frozenset[str]] = MappingProxyType({})
_NO_DAYS: Days = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Offered:
    """What the catalog puts before one tool."""

    tool: Tool
    offers: tuple[Offer, ...]
    """Providers with at least one model, by id."""
    refused: Mapping[str, str]
    """Provider -> why nothing is written for it."""
    unfit: Mapping[str, Mapping[str, int]]
    """Provider -> reason -> how many of its models of a selected mode the tool cannot take."""
    selected: Mapping[str, Selected]
    """Provider -> what modelcat.toml chose and left out, for every provider that was looked at."""

    def words(self) -> tuple[str, ...]:
        """What was left out and why, a line each, for people."""
        lines = [f"{provider}: left out: {reason}" for provider, reason in self.refused.items()]
        for provider, chosen in self.selected.items():
            lines += chosen.words()
            reasons = self.unfit.get(provider, {})
            total = len(chosen.models) + sum(chosen.left_out.values()) + sum(reasons.values())
            lines += [
                f"{provider}: {number} of {total} models left out: {self.tool.name} takes none that {reason}"
                for reason, number in reasons.items()
            ]
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one tool is given."""

    offered: Offered
    targets: tuple[Target, ...]
    """The main file first."""

    def of(self, providers: frozenset[str]) -> Rendered:
        """What of it is about these providers; the main file is about all."""
        all_ = self.offered
        offered = Offered(
            all_.tool,
            tuple(offer for offer in all_.offers if offer.provider.id in providers),
            refused={name: why for name, why in all_.refused.items() if name in providers},
            unfit={name: reasons for name, reasons in all_.unfit.items() if name in providers},
            selected={name: chosen for name, chosen in all_.selected.items() if name in providers},
        )
        return Rendered(offered, tuple(target for target in self.targets if target.provider in providers))

    def texts(self) -> dict[str, str]:
        """Path in the managed repository -> text."""
        folder = folder_of(self.offered.tool.name)
        # The main file holds what the files of the single providers hold.
        written: Written = {}
        return {
            f"{folder}/{target.repo_name}": dump(target.tree, target.syntax, target.heading, written)
            for target in self.targets
        }


def check(
    one: Rendered,
    texts: Mapping[str, str | None],
    stored: Callable[[str], str | None],
    context: Context,
) -> None:
    """Look at what is new of a tool's configs before it is committed.

    `texts` is path in the managed repository -> text, `stored` gives the text that is there now. Raises
    VerifyError for one that the tool itself would refuse, which is a bug of modelcat's.
    """
    from modelcat.check import unsound

    tool = one.offered.tool.name
    for target in one.targets:
        path = f"{folder_of(tool)}/{target.repo_name}"
        # What no tool reads by itself has its entries in the main file as well.
        if target.live_name is None or path not in texts or texts[path] == stored(path):
            continue
        fault = unsound(tool, f"catalog/{path}", target.tree, context)
        if fault is not None:
            raise VerifyError(f"what was rendered would not load, and nothing was committed: {fault}")


def folder_of(tool: str) -> str:
    """The folder of a tool's files in the managed repository."""
    return f"config/{tool}"


def offered(
    catalog: Catalog,
    registry: Registry,
    selection: Selection,
    tool: Tool,
    *,
    keep: Mapping[str, frozenset[str]] = _NONE,
    first_seen: FirstSeen = lambda _: _NO_DAYS,
) -> Offered:
    """The models of every selected provider that `tool` can take.

    `keep`: provider -> ids already applied, which max_models does not push out.
    """
    sifted: list[tuple[Provider, Sifted]] = []
    refused: dict[str, str] = {}
    unfit: dict[str, Mapping[str, int]] = {}
    for provider, listing in _candidates(catalog, registry, selection, tool):
        reason = tool.refuses(provider)
        if reason is not None:
            refused[provider.id] = reason
            continue
        fitting, reasons = _fitting(listing, tool, selection)
        if reasons:
            unfit[provider.id] = reasons
        sifted.append((provider, sift(fitting, selection, tool.name, keep.get(provider.id, frozenset()))))
    undated = frozenset(provider.id for provider, one in sifted if one.wants_days)
    days = first_seen(undated) if undated else _NO_DAYS
    chosen = {provider.id: one.newest(days.get(provider.id, {})) for provider, one in sifted}
    offers = (Offer(provider, models) for provider, _ in sifted if (models := chosen[provider.id].models))
    return Offered(tool, tuple(offers), refused, unfit, chosen)


def render(
    catalog: Catalog,
    registry: Registry,
    selection: Selection,
    tools: Iterable[Tool],
    *,
    first_seen: FirstSeen = lambda _: _NO_DAYS,
) -> tuple[Rendered, ...]:
    """What each tool is given, as it is committed."""
    result = []
    for tool in tools:
        offer = offered(catalog, registry, selection, tool, first_seen=first_seen)
        result.append(Rendered(offer, tool.render(offer.offers)))
    return tuple(result)


def _candidates(
    catalog: Catalog, registry: Registry, selection: Selection, tool: Tool
) -> list[tuple[Provider, Listing]]:
    asked = {provider.id: provider for provider in selection.asked(registry) if provider.kind == "provider"}
    return [
        (asked[listing.provider], listing)
        for listing in sorted(catalog.listings, key=lambda listing: listing.provider)
        if listing.provider in asked and selection.wants(listing.provider, tool.name)
    ]


def _fitting(listing: Listing, tool: Tool, selection: Selection) -> tuple[Listing, Mapping[str, int]]:
    """The listing without the models of a wanted mode that the tool cannot take, and why it cannot.

    Before anything is selected: else they would use up max_models.
    """
    modes = selection.rules(listing.provider, tool.name).modes
    reasons: Counter[str] = Counter()
    models = []
    for model in listing.models:
        reason = tool.unfit(model) if model.mode in modes else None
        if reason is None:
            models.append(model)
        else:
            reasons[reason] += 1
    return replace(listing, models=tuple(models)), dict(reasons)
