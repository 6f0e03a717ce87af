"""Ollama: /api/tags lists `{"models": [{"name", …}]}`; /api/show, asked for each, knows the windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from modelcat.dialect import Ask, Dialect, Fields
from modelcat.dialects._lists import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.catalog import Provider
    from modelcat.dialect import Row

FIELDS = Fields(
    id=("model", "name", "id"),
    type=("use",),
    context_window=("context_length",),
    features=("capabilities",),
)
_MOST_SHOWN = 500


def _show(rows: Sequence[Row], provider: Provider, url: str) -> tuple[Ask, ...]:
    names = [row.get("model", row.get("name")) for row in rows[:_MOST_SHOWN]]
    if not all(isinstance(name, str) and name for name in names):
        return ()
    show = provider.details_url or urljoin(url, "show")
    return tuple(Ask(show, {"model": name}) for name in names)


def _joined(rows: Sequence[Row], answers: Sequence[Any]) -> list[Row]:
    shown = [*answers, *([None] * (len(rows) - len(answers)))]
    return [{**row, **_facts(answer)} for row, answer in zip(rows, shown, strict=True)]


def _facts(answer: Any) -> Row:
    if not isinstance(answer, dict):
        return {}
    found: Row = {}
    info = answer.get("model_info")
    if isinstance(info, dict):
        # llama.context_length, qwen3.context_length: the key begins with the architecture.
        windows = [value for key, value in info.items() if key.endswith(".context_length")]
        if windows:
            found["context_length"] = windows[0]
    skills = answer.get("capabilities")
    if isinstance(skills, list):
        found["capabilities"] = skills
        # Ollama calls "completion" what everybody else calls chat.
        found["use"] = "chat" if "completion" in skills else skills
    return found


DIALECT = Dialect(
    name="ollama",
    version=1,
    fields=FIELDS,
    page=listed("models", "data"),
    further=_show,
    joined=_joined,
)
