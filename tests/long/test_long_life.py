"""A managed folder that has lived: weeks of daily syncs with providers that drift and fail.

The year is lived by `python -m benchmarks.long_life`; here it is some weeks of a small world, in which
everything that happened is known and must be found again in the history.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmarks.drift import Drift, Seen
from benchmarks.long_life import Person, Size, begin, live
from tests.real_git import clean, git, sound
from tests.simulator import Simulator

pytestmark = pytest.mark.slow

DAYS = 40
PROVIDERS, MODELS = 6, 150
PACKS = 33
"""Each commit leaves a pack; beyond 32 they are combined."""


class Life(NamedTuple):
    """What was lived."""

    person: Person
    drift: Drift
    first: dict[str, dict[str, Any]]
    """Provider -> id -> price on the first day."""
    sizes: list[Size]
    """Of every day."""
    commits: list[int]
    """How many there were after every day."""
    wrong: list[str]
    """Days on which the stored listings were not the last ones that were seen."""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with Simulator() as simulator:
        drift = begin(simulator, PROVIDERS, MODELS)
        person = Person.new(tmp_path_factory.mktemp("life") / "old", simulator)
        found = Life(person, drift, {}, [], [], [])
        for day in live(person, drift, DAYS):
            if not found.first:
                found.first.update(drift.known)
            found.sizes.append(day.size)
            found.commits.append(len(_git(person, "rev-list", "HEAD").split()))
            if stored(person) != {name: set(ids) for name, ids in drift.known.items()}:
                found.wrong.append(f"day {day.number}, failing: {drift.failing}")
        yield found


def _git(person: Person, *words: str) -> str:
    command = ["git", f"--git-dir={person.managed / 'catalog' / '.git'}", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def stored(person: Person) -> dict[str, set[str]]:
    """Provider -> ids, of the files as anybody would read them."""
    files = (person.managed / "catalog" / "catalog").glob("*.json")
    return {path.stem: {row["id"] for row in json.loads(path.read_text("utf-8"))["models"]} for path in files}


def told(person: Person, *words: str) -> Any:
    """What modelcat says as JSON."""
    command = [str(Path(sys.executable).with_name("modelcat")), *words, "--json"]
    return json.loads(subprocess.run(command, env=person.env, capture_output=True, check=True).stdout)


def happened(person: Person, provider: str) -> list[Seen]:
    """Oldest first, what each commit brought: ids that appeared, that vanished, whose price is another."""
    commits: dict[str, dict[str, set[str]]] = {}
    for event in told(person, "log", provider, "--limit", "100000")["events"]:
        kinds = commits.setdefault(event["commit"], {"appeared": set(), "vanished": set(), "changed": set()})
        kinds[event["what"]].add(event["model"])
    return [Seen(*map(frozenset, kinds.values())) for kinds in reversed(commits.values())]


def test_every_day_ends_with_what_was_last_seen(life: Life) -> None:
    assert life.wrong == []
    assert life.drift.day == DAYS


def test_days_without_news_make_no_commit(life: Life) -> None:
    assert 1 <= life.commits[0] <= life.commits[-1] <= DAYS
    news = [day for changes in life.drift.seen.values() for day in changes]
    assert life.commits[-1] <= len(news)


def test_history_holds_all_that_happened_and_nothing_else(life: Life) -> None:
    assert set(life.drift.seen) == {place.name for place in life.drift.places}
    for provider, days in life.drift.seen.items():
        assert happened(life.person, provider) == days, provider


def test_diff_of_the_first_day_and_now(life: Life) -> None:
    found = {row["provider"]: row for row in told(life.person, "diff", life.person.first_sync())["providers"]}
    for provider, before in life.first.items():
        after = life.drift.known[provider]
        row = found.get(provider, {"added": [], "removed": [], "changed": []})
        assert set(row["added"]) == after.keys() - before.keys()
        assert set(row["removed"]) == before.keys() - after.keys()
        changed = {model for model in before.keys() & after.keys() if before[model] != after[model]}
        assert {item["id"] for item in row["changed"]} == changed


def test_git_finds_nothing_wrong(life: Life) -> None:
    catalog = life.person.managed / "catalog"
    assert sound(catalog)
    assert clean(catalog)
    assert sound(life.person.managed / "private")
    assert len(git(catalog, "tag", "--list", "sync/*").split()) == life.commits[-1]


def test_what_is_kept_on_the_side_does_not_pile_up(life: Life) -> None:
    extra = life.person.managed / "catalog" / "models" / "extra"
    # Two syncs within a second share the name of their account.
    assert 10 <= len(list(extra.glob("run_*.json"))) <= 30
    assert len(list(extra.iterdir())) <= 40
    packs = list((life.person.managed / "catalog" / ".git" / "objects" / "pack").glob("*.pack"))
    assert 1 <= len(packs) <= PACKS
    # The texts are those of the models there are, however long it took to get there.
    assert life.sizes[-1].tree < 1.5 * life.sizes[0].tree


def test_it_grows_by_what_changes_and_clean_keeps_it_small(life: Life) -> None:
    before, history = life.person.size(), [happened(life.person, name) for name in life.drift.seen]
    # A full copy of the texts a day, however well packed, would be many times as much.
    assert before.catalog < 0.05 * DAYS * life.sizes[0].tree
    assert told(life.person, "clean", "--temp", "--backups", "--keep", "5")["backups"] > 0
    after = life.person.size()
    assert after.catalog < before.catalog
    assert after.private < 0.5 * before.private
    assert after.packs == 2
    assert after.files < before.files
    assert [happened(life.person, name) for name in life.drift.seen] == history
    assert len(told(life.person, "restore", "--list")["backups"]) == 5
    assert sound(life.person.managed / "catalog")
    assert sound(life.person.managed / "private")
