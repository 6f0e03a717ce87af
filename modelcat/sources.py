"""The answers of models.dev and litellm as sources of facts: whose model a row is about, and under which id.

How their answers are taken apart and read is in dialects/, who is believed about what in enrich.py. No I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat import dialects
from modelcat.dialects._reader import Reader
from modelcat.enrich import LiveSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcat.catalog import Model, Provider
    from modelcat.dialect import Row
    from modelcat.enrich import Kind

_KINDS: dict[str, Kind] = {"models_dev": "models.dev", "litellm": "litellm"}
# litellm has the day a model will be gone, often years ahead, for nearly all of OpenAI's and Google's: that
# day does not make a model one to avoid now.
_IGNORED = {"models_dev": frozenset[str](), "litellm": frozenset({"deprecation_date"})}
_WHOSE = {"models_dev": "provider", "litellm": "litellm_provider"}


def live(source: Provider, rows: Iterable[Row]) -> LiveSource | None:
    """The rows of the data source `source` (its row of the registry), to be asked by `enrich`.

    None for a source that has no place in the order of precedence.
    """
    kind = _KINDS.get(source.dialect)
    if kind is None:
        return None
    reader = Reader(dialects.load(source.dialect), source, _IGNORED[source.dialect])

    def build(model_id: str, row: Row) -> Model:
        return reader.model(reader.plain(row), model_id)

    return LiveSource(kind, tables(source.dialect, rows), build)


def tables(dialect: str, rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """Rows by the provider's name at the source and by the id at that provider.

    Both write the provider before the id, litellm not always; its bare spelling wins where both are there.
    """
    found: dict[str, dict[str, Row]] = {}
    whose = _WHOSE[dialect]
    for row in rows:
        provider, name = row.get(whose), row.get("id")
        if isinstance(provider, str) and isinstance(name, str):
            bare = name.removeprefix(f"{provider}/")
            table = found.setdefault(provider, {})
            if bare == name or bare not in table:
                table[bare] = row
    return found
