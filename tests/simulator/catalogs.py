"""The samples of tests/samples, and lists of any length made after them.

A made list repeats the rows of its sample under new ids, so it has the sample's shape in every detail. The
same sample and count always give the same list.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "samples"
Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One file of tests/samples."""

    name: str
    provider: str
    """The registry's provider whose list it is like."""
    rows: str
    """Where the rows are: dotted, "" for the root, "*" for an object keyed by id, "*.models", "[].models"."""
    id: str
    """The field that holds the id."""
    answer: Any
    models: tuple[Row, ...]
    """What normalising it must give, as stored."""
    unusable: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    doubts: tuple[str, ...] = ()
    """Ids of models about which there is a doubt."""
    paging: str | None = None
    details: Any = None
    joined: dict[str, Row] = field(default_factory=dict)
    """Id -> the fields that the second list adds."""


def sample_names() -> tuple[str, ...]:
    """All samples, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def sample(name: str) -> Sample:
    """The sample called `name`. Not to be changed."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found["models"] = tuple(found["models"])
    found["doubts"] = tuple(found.get("doubts", ()))
    return Sample(name, **found)


def made_rows(like: Sample, count: int | None) -> list[Row]:
    """`count` rows after the sample's, each with an id of its own; None: the sample's rows as they are."""
    templates = sample_rows(like)
    if count is None:
        return copy.deepcopy(templates)
    usable = [row for row in templates if _template(like, row)]
    made = []
    for number in range(count):
        row = dict(usable[number % len(usable)])
        row[like.id or "id"] = f"{row[like.id or 'id']}-{number:05d}"
        made.append(row)
    return made


def _template(like: Sample, row: Any) -> bool:
    """Whether rows made after this one are usable: not private, ready, with an id."""
    if not isinstance(row, dict) or not isinstance(row.get(like.id or "id"), str):
        return False
    found = row[like.id or "id"]
    left_out = row.get("is_ready") is False or row.get("finetuned") is True
    private = found.startswith(("ft:", "tunedModels/"))
    return 0 < len(found.strip()) < 200 and found.isprintable() and not left_out and not private


def sample_rows(like: Sample) -> list[Row]:
    """The rows of the sample's answer; keyed ones with their key under "id" (models.dev: in the provider)."""
    if like.rows == "*":
        return [{"id": key, **row} for key, row in like.answer.items() if key != "sample_spec"]
    if like.rows == "*.models":
        entries = like.answer.items()
        return [{**row, "id": key, "_in": name} for name, e in entries for key, row in e["models"].items()]
    if like.rows == "[].models":
        return [{**row, "_in": entry["id"]} for entry in like.answer for row in entry["models"]]
    value = like.answer
    for step in filter(None, like.rows.split(".")):
        value = value[step]
    return [row if isinstance(row, dict) else {"id": row} for row in value]


def answer_of(like: Sample, rows: list[Row]) -> Any:
    """The sample's answer with these rows in it instead of its own."""
    if like.rows == "*":
        made = {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in rows}
        return {"sample_spec": like.answer.get("sample_spec", {}), **made}
    if like.rows in {"*.models", "[].models"}:
        return _grouped(like, rows)
    if not like.rows:
        return rows if like.name != "bare_strings" else [row["id"] for row in rows]
    answer = copy.copy(like.answer)
    *way, last = like.rows.split(".")
    inner = answer
    for step in way:
        inner[step] = inner = copy.copy(inner[step])
    inner[last] = rows
    return answer


def _grouped(like: Sample, rows: list[Row]) -> Any:
    def models(name: str) -> list[Row]:
        own = [row for row in rows if row.get("_in") == name]
        return [{k: v for k, v in row.items() if k != "_in"} for row in own]

    if like.rows == "[].models":
        return [{**entry, "models": models(entry["id"])} for entry in like.answer]
    return {
        name: {**entry, "models": {row["id"]: row for row in models(name)}}
        for name, entry in like.answer.items()
    }
