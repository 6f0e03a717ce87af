"""The peer of `modelcat sync`: the plainest script that fetches, parses, sorts and writes the same answers.

    python benchmarks/plain.py PLAN OUT

PLAN is a JSON list of {"name", "url", "path", "key"}: where a list is, the dotted place of the rows
in its answer ("" is the root), and the field that is a row's id. OUT gets models_<name>.json, byte for byte
what a sync keeps as the answer. No retries, no limits, no prices, no git: the work of an afternoon.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx

Job = dict[str, str]


def found(answer: Any, place: str) -> list[dict[str, Any]]:
    """The rows of an answer."""
    for step in place.split(".") if place else ():
        answer = answer[step]
    rows: list[dict[str, Any]] = answer
    return rows


async def fetch(client: httpx.AsyncClient, job: Job, out: Path) -> None:
    """Ask one provider and write its answer, sorted."""
    answer = await client.get(job["url"])
    answer.raise_for_status()
    rows = sorted(found(answer.json(), job["path"]), key=lambda row: str(row[job["key"]]))
    lines = ",\n".join(
        json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows
    )
    (out / f"models_{job['name']}.json").write_text(f'{{\n"data": [\n{lines}\n]\n}}\n', encoding="utf-8")


async def main(plan: Path, out: Path) -> None:
    """All of them at once."""
    out.mkdir(parents=True, exist_ok=True)
    async with httpx.AsyncClient(timeout=30) as client:
        jobs: list[Job] = json.loads(plan.read_text(encoding="utf-8"))
        await asyncio.gather(*(fetch(client, job, out) for job in jobs))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
