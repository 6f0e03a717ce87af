"""`modelcat sync` beside the plain script: first, again with nothing new, again with one provider changed."""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.drift import fill
from benchmarks.measure import FailedError, Row, Sample, alternately, program
from benchmarks.world import Place, place, world
from tests.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LARGE = 22_000
"""The models of the largest provider there is (featherless, November 2026)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The simulator with its shops open, and folders for both programs."""

    folder: Path
    simulator: Simulator
    places: Sequence[Place]
    env: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The managed folder of `modelcat sync`."""
        return self.folder / "home"

    def clear(self) -> None:
        """An empty managed folder that knows the shops and no other provider.

        The old one is moved away, not deleted: ext4 takes four times as long to make files in the first
        seconds after others went, because it looks at each of their inodes and leaves them alone.
        """
        if self.home.exists():
            self.home.rename(Path(tempfile.mkdtemp(prefix="old-", dir=self.folder)) / "home")
        catalog = self.home / "catalog"
        catalog.mkdir(parents=True)
        off = "".join(f"[providers.{name}]\nenabled = false\n" for name in _shipped())
        (catalog / "providers.toml").write_text(off + self.simulator.registry_text(), encoding="utf-8")

    def change(self, number: int) -> None:
        """Let one provider have another list."""
        first = self.places[0]
        fill(self.simulator.shops[first.name], first.later(number % 7 + 1))

    def open(self, latency: float, *, etags: bool) -> None:
        """Open a shop for every place; their answers are made now, not when the first question comes."""
        for one in self.places:
            shop = self.simulator.open(
                one.like, one.name, count=0, latency=latency, etags=etags, page_size=10**9
            )
            fill(shop, one.rows)

    def ours(self) -> Sample:
        """One `modelcat sync`."""
        tool = Path(sys.executable).with_name("modelcat")
        return program([tool, "sync"], {**self.env, "MODELCAT_HOME": str(self.home)}, cwd=self.folder)

    def plain(self) -> Sample:
        """One run of the plain script."""
        jobs = [
            {
                "name": shop.name,
                "url": shop.provider.models_url or "",
                "path": shop.like.rows,
                "key": shop.like.id or "id",
            }
            for shop in self.simulator.shops.values()
        ]
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps(jobs), encoding="utf-8")
        script = ROOT / "benchmarks" / "plain.py"
        return program([sys.executable, script, plan, self.folder / "out"], self.env, cwd=self.folder)

    def check_same(self) -> None:
        """Both programs have written the same answers, byte for byte."""
        for one in self.places:
            name = f"models_{one.name}.json"
            kept = self.home / "catalog" / "config" / "json" / name
            if kept.read_bytes() != (self.folder / "out" / name).read_bytes():
                raise FailedError(f"{name}: the plain script wrote other bytes than the sync")


@contextmanager
def staged(
    folder: Path, places: Sequence[Place], latency: int, env: Mapping[str, str], *, etags: bool = False
) -> Iterator[Stage]:
    """A running simulator with `places`, `latency` in milliseconds.

    It runs in a thread of this process, which does nothing else while a program is clocked.
    """
    folder.mkdir(parents=True)
    with Simulator() as simulator:
        stage = Stage(folder, simulator, places, env)
        stage.open(latency / 1000, etags=etags)
        yield stage


def rows(folder: Path, env: Mapping[str, str], rounds: int) -> list[Row]:
    """The table's rows about syncing."""
    places = world()
    found: list[Row] = []
    for latency, first_limit in ((0, 2.0), (200, 1.5)):
        with staged(folder / f"plain-{latency}", places, latency, env) as stage:
            ours, plain = alternately([lambda s=stage: _first(s), stage.plain], rounds)  # type: ignore[misc]
            stage.check_same()
            found.append(Row(f"first sync, {latency} ms", ours, plain, "plain script", first_limit))
            ours, plain = alternately([stage.ours, stage.plain], rounds)
            found.append(Row(f"nothing new, {latency} ms", ours, plain, "plain script", 1.3))
            turns = iter(range(10**6))
            ours, plain = alternately([lambda s=stage: _changed(s, next(turns)), stage.plain], rounds)  # type: ignore[misc]  # noqa: B023
            found.append(Row(f"one list changed, {latency} ms", ours, plain, "plain script"))
    with staged(folder / "etags", places, 0, env, etags=True) as stage:
        _first(stage)
        ours, plain = alternately([stage.ours, stage.plain], rounds)
        found.append(Row("nothing new, ETags", ours, plain, "plain script"))
    return [*found, *_large(folder, env, rounds)]


def _large(folder: Path, env: Mapping[str, str], rounds: int) -> list[Row]:
    """What one provider of 22,000 models adds to a first sync of the forty."""
    places = world()
    with (
        staged(folder / "without", places, 0, env) as without,
        staged(folder / "with", (*places, place("large", LARGE, "featherless")), 0, env) as added,
    ):
        less, more, plain = alternately([lambda: _first(without), lambda: _first(added), added.plain], rounds)
        added.check_same()
    extra = Sample(more.seconds - less.seconds, more.peak)
    return [
        Row("first sync and 22,000 more", more, plain, "plain script"),
        Row("  what they add", extra, plain, "plain script", seconds_limit=1.0),
    ]


def _first(stage: Stage) -> Sample:
    stage.clear()
    return stage.ours()


def _changed(stage: Stage, number: int) -> Sample:
    stage.change(number)
    return stage.ours()


def _shipped() -> tuple[str, ...]:
    table = tomllib.loads((ROOT / "config" / "providers.toml").read_text(encoding="utf-8"))["providers"]
    return tuple(name for name, row in table.items() if row.get("enabled", True))
