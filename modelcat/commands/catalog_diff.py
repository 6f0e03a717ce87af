"""`modelcat diff REV [REV]`: what is different in the catalog between two revisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import compare, workspace
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from modelcat.catalog import Listing
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class CatalogDiffResult:
    """The providers at which something is different."""

    before: str
    after: str
    """The revisions as they were asked for."""
    providers: tuple[compare.ProviderChange, ...]
    no_if_different: bool

    @property
    def exit_code(self) -> ExitCode:
        """1 with --exit-code and a difference."""
        return ExitCode.NO if self.no_if_different and self.providers else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"before", "after": revisions, "providers": [{…}]}, sorted by provider.

        A provider is {"provider", "origin": {"before", "after": "fetched" | "embedded" | null},
        "added": [ids], "removed": [ids], "changed": [{"id", "differences": [{"field", "before", "after"}]}]};
        prices are strings in USD per million tokens, limits are tokens, null is not known.
        """
        return {
            "before": self.before,
            "after": self.after,
            "providers": [_provider_json(item) for item in self.providers],
        }


def run(
    settings: Settings, before: str, after: str = "HEAD", *, exit_code: bool = False
) -> CatalogDiffResult:
    """Compare the catalog at two tags or commits. RepoError for a revision that does not exist."""
    old = workspace.catalog(settings, before)
    new = workspace.catalog(settings, after)
    return CatalogDiffResult(before, after, compare.compare(old, new), exit_code)


def _provider_json(item: compare.ProviderChange) -> dict[str, Any]:
    return {
        "provider": item.change.provider,
        "origin": {"before": _origin(item.before), "after": _origin(item.after)},
        "added": list(item.change.added),
        "removed": list(item.change.removed),
        "changed": [
            {"id": model_id, "differences": [difference.as_json() for difference in differences]}
            for model_id, differences in item.changed
        ],
    }


def _origin(listing: Listing | None) -> str | None:
    return listing.origin if listing else None
