"""`modelcat show MODEL`: one model, and everybody who offers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import query, workspace
from modelcat.catalog import model_json
from modelcat.errors import ExitCode

if TYPE_CHECKING:
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class ShowResult:
    """Who offers the model, or what is nearest to a name that nobody offers."""

    name: str
    offers: tuple[query.Hit, ...]
    nearest: tuple[str, ...]
    models: int
    """How many the catalog has."""
    is_provider: bool = False
    """Nobody offers it because it is the name of a provider."""

    @property
    def exit_code(self) -> ExitCode:
        """1 where nobody offers it."""
        return ExitCode.OK if self.offers else ExitCode.NO

    def as_json(self) -> dict[str, Any]:
        """{"model": as asked, "offers": [{"provider", "origin", "id", …}], "nearest": [ids]}.

        Offers are as `models --json` has them. `nearest` is empty where there are offers.
        """
        offers = [{"provider": o.provider, "origin": o.origin, **model_json(o.model)} for o in self.offers]
        return {"model": self.name, "offers": offers, "nearest": list(self.nearest)}


def run(settings: Settings, model: str) -> ShowResult:
    """Look for `model`: an id as any provider spells it, or provider:id."""
    catalog = workspace.catalog(settings)
    offers = query.offers(catalog, model)
    near = () if offers else query.nearest(catalog, model)
    is_provider = not offers and catalog.listing(model) is not None
    return ShowResult(model, offers, near, sum(len(item.models) for item in catalog.listings), is_provider)
