"""A sync killed or interrupted at any moment: git content, the last good lists kept, the next one works.

Real processes, real signals. Each turn the providers have other models, so every sync has something to
commit; the tree it must end in is known from a sync that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from modelcat.settings import Settings
from tests.faults import ground
from tests.faults.starter import TOO_EARLY, Ended, Starter
from tests.real_git import clean, git, sound
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

INTERRUPTED = ("interrupted\n", "interrupted; nothing half-written is left behind\n")
"""While modules are loaded, and at work."""
Ids = dict[str, frozenset[str]]


@dataclass
class Field:
    """A managed folder whose providers change every turn, and what each of their two days looks like."""

    starter: Starter
    settings: Settings
    shops: list[Shop]
    trees: list[str] = field(default_factory=list)
    """The tree of either day, undisturbed."""
    ids: list[Ids] = field(default_factory=list)
    day: int = 0
    seconds: float = 0.0
    """How long a sync takes."""

    def turn(self) -> None:
        """The other day begins."""
        ground.turned(self.shops)
        self.day = 1 - self.day

    def learn(self) -> None:
        """Sync both days undisturbed, twice; ends with the second day stored."""
        times = []
        self.turn()
        for _ in range(4):
            self.turn()
            begun = time.monotonic()
            assert self.starter.run("sync").code == 0
            times.append(time.monotonic() - begun)
            self.trees.append(ground.tree(self.settings.catalog))
            self.ids.append(ground.ids(self.settings))
        assert self.trees[0] != self.trees[1]
        assert self.trees[:2] == self.trees[2:]
        assert self.ids[0] != self.ids[1]
        self.seconds = statistics.median(times)

    def check_unfinished(self) -> bool:
        """What must be true at once after a kill, before anybody mends anything. True: the new day stands."""
        catalog = self.settings.catalog
        assert sound(catalog)
        # The same tree and sound objects: the listings are those of that day to the letter.
        tree = ground.tree(catalog)
        assert tree in self.trees
        # The files may be of either day, each of them whole.
        for name, found in ground.ids(self.settings).items():
            assert found in (self.ids[0][name], self.ids[1][name])
        return tree == self.trees[self.day]

    def check_mended(self) -> None:
        """The next sync needs no help and ends where an undisturbed one would."""
        done = self.starter.run("sync")
        assert (done.code, done.err) == (0, "")
        assert ground.tree(self.settings.catalog) == self.trees[self.day]
        assert ground.ids(self.settings) == self.ids[self.day]
        ground.assert_whole(self.settings)


@pytest.fixture
def theirs(simulator: Simulator, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Field]:
    """With the providers that the test names (`indirect`), else those of ground.LIKES."""
    with Starter(tmp_path) as starter:
        shops = ground.shops(simulator, getattr(request, "param", ground.LIKES), latency=0.01)
        made = Field(starter, ground.prepare(simulator), shops)
        made.learn()
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("theirs", [ground.FEW], indirect=True, ids=["few"])
def test_killed_before_every_touch_of_the_disk(theirs: Field) -> None:
    outcomes = []
    for step in range(200):
        theirs.turn()
        done = theirs.starter.run("sync", kill_at=step)
        assert done.code in (0, -signal.SIGKILL), done
        outcomes.append(theirs.check_unfinished())
        theirs.check_mended()
        if done.code == 0:
            break
    else:
        pytest.fail("it never came to its end")
    assert len(outcomes) > 40
    assert outcomes == sorted(outcomes), "once new, it must stay new"
    assert 10 < sum(outcomes) < len(outcomes)


@pytest.mark.slow
def test_the_first_sync_killed_before_every_touch_of_the_disk(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.shops(simulator, ground.FEW)
    with Starter(tmp_path) as starter:
        trees = set()
        for step in range(200):
            monkeypatch.setenv("MODELCAT_HOME", str(tmp_path / str(step)))
            settings = ground.prepare(simulator)
            env = {"MODELCAT_HOME": str(settings.home)}
            first = starter.run("sync", kill_at=step, env=env)
            if (settings.catalog / ".git" / "refs").is_dir():
                assert sound(settings.catalog)
            second = starter.run("sync", env=env)
            assert (second.code, second.err) == (0, "")
            ground.assert_whole(settings)
            trees.add(ground.tree(settings.catalog))
            if first.code == 0:
                break
        else:
            pytest.fail("it never came to its end")
        assert step > 40
        assert len(trees) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["modelcat alone", "with its git"])
def test_killed_at_random_moments(theirs: Field, kill: Callable[[int, int], None]) -> None:
    choice = random.Random(f"killed {kill.__name__}")  # noqa: S311
    killed, new = 0, 0
    for _ in range(50):
        theirs.turn()
        process = theirs.starter.start("sync")
        time.sleep(choice.uniform(0, theirs.seconds))
        with suppress(ProcessLookupError):  # it may have ended
            kill(process, signal.SIGKILL)
        done = theirs.starter.end()
        assert done.code in (0, -signal.SIGKILL)
        killed += done.code != 0
        new += theirs.check_unfinished()
        theirs.check_mended()
    assert killed > 5, "it was killed too late to learn anything"
    assert new < 50
    assert int(git(theirs.settings.catalog, "rev-list", "--count", "HEAD")) >= 50


@pytest.mark.long
@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["modelcat alone", "as a terminal does"])
def test_interrupted_at_random_moments(theirs: Field, kill: Callable[[int, int], None]) -> None:
    choice = random.Random(f"interrupted {kill.__name__}")  # noqa: S311
    interrupted = 0
    for _ in range(50):
        theirs.turn()
        process = theirs.starter.start("sync")
        time.sleep(choice.uniform(0, theirs.seconds))
        with suppress(ProcessLookupError):
            kill(process, signal.SIGINT)
        done = theirs.starter.end()
        interrupted += done.err != ""
        assert_interrupted(done)
        theirs.check_unfinished()
        # ^C, unlike a kill, leaves nothing to be mended.
        assert clean(theirs.settings.catalog)
        assert ground.leftovers(theirs.settings.home) == []
        theirs.check_mended()
    assert interrupted > 5, "it was interrupted too late to learn anything"


def assert_interrupted(done: Ended) -> None:
    """One line and 130; or the work was done already and all of it said.

    Python ends by the signal itself, which a shell calls 130 too, where ^C came while it was about to end or
    while it compiled a text (as dataclasses do); whatever was made of the exception afterwards.
    """
    if done.code == TOO_EARLY:
        assert (done.out, done.err) == ("", "")
    elif done.err:
        assert done.code in (130, -signal.SIGINT)
        assert done.err in INTERRUPTED
    else:
        assert done.code in (0, -signal.SIGINT)
        assert "models of" in done.out


@pytest.mark.long
def test_interrupted_from_the_very_start(theirs: Field) -> None:
    """Processes that start from nothing: ^C while modules are loaded is ^C all the same."""
    choice = random.Random("start")  # noqa: S311
    begun = time.monotonic()
    run("sync")
    whole = time.monotonic() - begun
    for _ in range(12):
        theirs.turn()
        with modelcat("sync") as process:
            assert process.stdout
            assert process.stderr
            wait_for_main(process)
            time.sleep(choice.uniform(0, whole / 2))
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert_interrupted(Ended(process.returncode, out, err))
        theirs.check_unfinished()
        theirs.check_mended()


def wait_for_main(process: subprocess.Popen[str]) -> None:
    """Until Python itself is up and modelcat's own code runs."""
    while "modelcat" not in Path(f"/proc/{process.pid}/maps").read_text() and process.poll() is None:
        time.sleep(0.001)


def modelcat(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "modelcat", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*words: str) -> Ended:
    with modelcat(*words) as process:
        out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)
