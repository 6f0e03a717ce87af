"""`modelcat models`: search the stored catalog."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from modelcat import query as searching
from modelcat import workspace
from modelcat.catalog import model_json
from modelcat.errors import ExitCode, UsageError
from modelcat.strict import did_you_mean

if TYPE_CHECKING:
    from modelcat.catalog import Catalog
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelsResult:
    """What was found, and among how many."""

    hits: tuple[searching.Hit, ...]
    models: int
    providers: int

    @property
    def exit_code(self) -> ExitCode:
        """Finding nothing is an answer too."""
        return ExitCode.OK

    def as_json(self) -> list[dict[str, Any]]:
        """A list in the order asked for, each {"provider", "origin", "id", …}.

        `origin` is fetched, stale or embedded. The rest is as in catalog/<provider>.json: name, mode,
        context_window and max_output_tokens (tokens), input_modalities, output_modalities, reasoning,
        tool_call, cost (USD per million tokens, strings), released, deprecated, sources. What is not known
        is left out.
        """
        return [
            {"provider": hit.provider, "origin": hit.origin, **model_json(hit.model)} for hit in self.hits
        ]


def run(
    settings: Settings,
    *,
    query: str | None = None,
    providers: tuple[str, ...] = (),
    min_context: int | None = None,
    max_price: float | None = None,
    capabilities: tuple[str, ...] = (),
    sort: str = "id",
) -> ModelsResult:
    """Search the catalog as it is stored. `min_context` in tokens, `max_price` in USD per million tokens."""
    catalog = workspace.catalog(settings)
    _check_providers(catalog, providers)
    asked = searching.Query(
        words=query,
        providers=frozenset(providers),
        min_context=min_context,
        max_price=None if max_price is None else Decimal(str(max_price)),
        capabilities=capabilities,
        sort=sort,
    )
    total = sum(len(item.models) for item in catalog.listings)
    return ModelsResult(searching.search(catalog, asked), total, len(catalog.listings))


def _check_providers(catalog: Catalog, names: tuple[str, ...]) -> None:
    known = [item.provider for item in catalog.listings]
    for name in names:
        if known and name not in known:
            raise UsageError(f"the catalog has no provider {name!r}{did_you_mean(name, known)}")
