"""The peer of `modelcat sync`: the plainest script that fetches, parses, sorts and writes the same answers.

    python benchmarks/plain.py PLAN OUT

PLAN is a JSON list of {"name", "url", "path"}: where a provider's list is and the dotted place of the rows in
its answer ("" is the root). OUT gets models_<name>.json, byte for byte what a sync keeps as the answer.
No retries, no limits, no prices, no git: what one would write in an afternoon.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx


def found(answer: Any, place: str) -> list[Any]:
    """The rows of an answer."""
    for step in place.split(".") if place else ():
        answer = answer[step]
    rows: list[Any] = answer
    return rows


async def fetch(client: httpx.AsyncClient, name: str, url: str, place: str, out: Path) -> None:
    """Ask one provider and write its answer, sorted."""
    answer = await client.get(url)
    answer.raise_for_status()
    rows = sorted(found(answer.json(), place), key=lambda row: str(row["id"]))
    text = json.dumps({"data": rows}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (out / f"models_{name}.json").write_text(text, encoding="utf-8")


async def main(plan: Path, out: Path) -> None:
    """All of them at once."""
    out.mkdir(parents=True, exist_ok=True)
    async with httpx.AsyncClient(timeout=30) as client:
        jobs = json.loads(plan.read_text(encoding="utf-8"))
        await asyncio.gather(*(fetch(client, job["name"], job["url"], job["path"], out) for job in jobs))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
