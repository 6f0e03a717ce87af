"""`python -m benchmarks.long_life`: a year of daily `sync --apply` with providers that drift.

A new person with the same providers is set beside the old one at the end, and both do everything in turn:
the ratios are those of an old managed folder to a new one, and the machine's mood meets both.

--days N        simulated days, one sync each (default 365)
--providers N   providers (default 40)
--models N      models of all together on the first day (default 10,000)
--rounds N      rounds of each measurement at the end, of which the median counts (default 5)
--folder DIR    keep everything there (default: a temporary folder)
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.drift import Drift, fill
from benchmarks.measure import FailedError, Row, Sample, alternately, program, table
from benchmarks.world import world
from tests.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
READY = 8
"""The providers whose key variable is set, so that their models reach the configs."""
CHECKPOINTS = 12


class Size(NamedTuple):
    """What a managed folder takes on the disk."""

    catalog: int
    """Bytes of the catalog's git folder."""
    private: int
    """Bytes of the private repository."""
    tree: int
    """Bytes of everything else: the texts themselves, and local state."""
    files: int
    packs: int
    """In both repositories."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a managed folder, configs of all tools, and keys of the first providers."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def new(cls, folder: Path, simulator: Simulator) -> Person:
        """Somebody who has never synced, who knows the simulator's providers and no other."""
        person = cls(folder, _environment(folder, list(simulator.shops)[:READY]))
        starters = {"aichat/config.yaml": ".config/aichat", "mods/mods.yml": ".config/mods"}
        for name, place in {**starters, "codex/config.toml": ".codex"}.items():
            (folder / place).mkdir(parents=True)
            shutil.copy(ROOT / "config" / name, folder / place)
        catalog = person.managed / "catalog"
        catalog.mkdir(parents=True)
        shipped = tomllib.loads((ROOT / "config" / "providers.toml").read_text(encoding="utf-8"))["providers"]
        off = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped)
        (catalog / "providers.toml").write_text(off + simulator.registry_text(), encoding="utf-8")
        return person

    @property
    def managed(self) -> Path:
        """The managed folder."""
        return self.folder / "managed"

    def run(self, *words: str) -> Sample:
        """One run of modelcat. FailedError if it does not end with 0."""
        return program([Path(sys.executable).with_name("modelcat"), *words], self.env, cwd=self.folder)

    def check(self) -> None:
        """FailedError if git finds anything wrong with either repository."""
        for git_dir in (self.managed / "catalog" / ".git", self.managed / "private"):
            program(["git", f"--git-dir={git_dir}", "fsck", "--strict", "--no-dangling"], self.env)

    def first_sync(self) -> str:
        """The tag of the oldest sync."""
        tags = self.managed / "catalog" / ".git"
        loose = [path.name for path in (tags / "refs" / "tags" / "sync").glob("*")]
        packed = (tags / "packed-refs").read_text().split() if (tags / "packed-refs").exists() else []
        loose += [name.rpartition("/")[2] for name in packed if name.startswith("refs/tags/sync/")]
        return f"sync/{min(loose)}"

    def size(self) -> Size:
        """What the managed folder takes now."""
        catalog, private = self.managed / "catalog" / ".git", self.managed / "private"
        every = dict(_files(self.managed))
        own = [
            sum(size for path, size in every.items() if part in path.parents) for part in (catalog, private)
        ]
        packs = sum(path.suffix == ".pack" for path in every)
        return Size(own[0], own[1], sum(every.values()) - sum(own), len(every), packs)


class Day(NamedTuple):
    """One simulated day."""

    number: int
    sync: Sample
    size: Size


def live(person: Person, drift: Drift, days: int) -> Iterator[Day]:
    """Let `days` days pass, with one `sync --apply` each."""
    for _ in range(days):
        drift.next()
        yield Day(drift.day, person.run("sync", "--apply"), person.size())


def begin(simulator: Simulator, providers: int, models: int) -> Drift:
    """The simulator's shops, open, and what will become of them."""
    places = tuple(world(providers, models))
    for one in places:
        fill(simulator.open(one.like, one.name, count=0, page_size=10**9), one.rows)
    return Drift(simulator, places)


def compared(old: Person, new: Person, drift: Drift, rounds: int) -> list[Row]:
    """Every command that could be slower with a long history, by the old person and the new one in turn."""
    provider = drift.places[0].name
    model = min(drift.known[provider])
    words: dict[str, tuple[str, ...]] = {
        "sync, nothing new": ("sync",),
        "log": ("log",),
        "log PROVIDER": ("log", provider),
        "log MODEL": ("log", model),
        "diff HEAD~1": ("diff", "HEAD~1"),
        "status": ("status",),
        "stats": ("stats",),
        "diff of the own configs": ("diff",),
        "restore --list": ("restore", "--list"),
    }
    found = [_changed(old, new, drift, rounds)]
    found += [
        _row(what, partial(old.run, *call), partial(new.run, *call), rounds) for what, call in words.items()
    ]
    whole, part = (partial(one.run, "diff", one.first_sync()) for one in (old, new))
    return [*found, _row("diff of first sync and now", whole, part, rounds)]


def _changed(old: Person, new: Person, drift: Drift, rounds: int) -> Row:
    turn = iter(range(10**6))

    def ours() -> Sample:
        drift.next()
        # Who goes first meets a simulator that has just made new answers.
        people = (old, new) if next(turn) % 2 else (new, old)
        taken = {one.folder: one.run("sync", "--apply") for one in people}
        other.append(taken[new.folder])
        return taken[old.folder]

    other: list[Sample] = []
    return _row("sync --apply, a day later", ours, other.pop, rounds)


def _row(what: str, ours: Callable[[], Sample], peer: Callable[[], Sample], rounds: int) -> Row:
    first, second = alternately([ours, peer], rounds)
    return Row(what, first, second, "new folder")


def main() -> int:
    """Live, measure, print; 2 if something failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long_life", usage=__doc__)
    for name, default in (("days", 365), ("providers", 40), ("models", 10_000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelcat-life-") as temporary, Simulator() as simulator:
        folder = chosen.folder or Path(temporary)
        try:
            _tell(folder, begin(simulator, chosen.providers, chosen.models), chosen.days, chosen.rounds)
        except FailedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    return 0


def _tell(folder: Path, drift: Drift, days: int, rounds: int) -> None:
    old = Person.new(folder / "old", drift.simulator)
    every = max(days // CHECKPOINTS, 1)
    print("    day   median sync   catalog.git   private   texts   files   packs   models")
    taken: list[float] = []
    for day in live(old, drift, days):
        taken.append(day.sync.seconds)
        if day.number % every == 0 or day.number in {1, days}:
            print(_line(day, statistics.median(taken), sum(map(len, drift.known.values()))), flush=True)
            taken.clear()
    old.check()
    new = Person.new(folder / "new", drift.simulator)
    new.run("sync", "--apply")
    drift.next()
    for person in (old, new):
        person.run("sync", "--apply")
    print(f"\nA folder with {days + 1} syncs behind it beside one with 2:")
    print(table(compared(old, new, drift, rounds)))
    before = old.size()
    seconds = old.run("clean", "--temp", "--backups", "--keep", "20").seconds
    after = old.size()
    print(f"\nclean --temp --backups --keep 20 took {seconds:.1f} s:")
    for name, size in (("before", before), ("after", after)):
        print(f"{name:>7}{_size(size)}")
    old.check()
    print("\nAfter clean:")
    print(table(compared(old, new, drift, rounds)))


def _line(day: Day, seconds: float, models: int) -> str:
    return f"{day.number:>7}{seconds:>12.2f} s{_size(day.size)}{models:>9,}"


def _size(size: Size) -> str:
    megabytes = (f"{value / 1e6:.1f} MB" for value in (size.catalog, size.private, size.tree))
    widths = zip((14, 10, 9), megabytes, strict=True)
    return "".join(text.rjust(width) for width, text in widths) + f"{size.files:>7}{size.packs:>8}"


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            yield path, path.lstat().st_size


def _environment(folder: Path, ready: list[str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    keys = {f"{name.upper()}_API_KEY": "not-a-key" for name in ready}
    return {**kept, **keys, "HOME": str(folder), "MODELCAT_HOME": str(folder / "managed"), "NO_COLOR": "1"}


if __name__ == "__main__":
    sys.exit(main())
