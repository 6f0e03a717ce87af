"""A disk that is full, read-only or broken at any point of a sync: one line, nothing lost or half-written."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcat import settings as machine
from modelcat.settings import Settings
from tests.faults import ground
from tests.faults.starter import Ended, Starter
from tests.real_git import sound
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    with Starter(tmp_path) as running:
        yield running


def days(starter: Starter, settings: Settings, shops: list[Shop]) -> list[str]:
    """The trees of both days; ends with the second one stored and the first one before the door."""
    trees = []
    for _ in range(2):
        assert starter.run("sync").code == 0
        trees.append(ground.tree(settings.catalog))
        ground.turned(shops)
    assert trees[0] != trees[1]
    return trees


def assert_told(done: Ended, *words: str) -> None:
    """Exit 3, and one line that says what the matter is."""
    assert done.code == 3, done
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert any(word in done.err for word in words), done.err


def assert_goes_on(starter: Starter, settings: Settings, tree: str) -> None:
    """The next sync needs no help and ends where an undisturbed one does."""
    done = starter.run("sync")
    assert (done.code, done.err) == (0, "")
    assert ground.tree(settings.catalog) == tree
    ground.assert_whole(settings)


@pytest.mark.long
@pytest.mark.parametrize(
    ("error", "lasting"), [("ENOSPC", True), ("EIO", False)], ids=["full from then on", "one bad moment"]
)
def test_refused_at_every_touch_of_the_disk(
    simulator: Simulator, starter: Starter, error: str, lasting: bool
) -> None:
    shops = ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    trees = days(starter, settings, shops)
    told = step = 0
    while True:
        done = starter.run("sync", refuse_at=step, error=error, lasting=lasting)
        there = ground.tree(settings.catalog)
        assert there in trees
        assert sound(settings.catalog)
        assert ground.ids(settings).keys() == {shop.name for shop in shops}
        if done.code == 0:
            # What was refused was a courtesy: the sync is done all the same.
            assert done.err == ""
        else:
            assert_told(done, "disk", "No space left", "Input/output error")
            told += 1
        assert_goes_on(starter, settings, trees[step % 2])
        ground.turned(shops)
        step += 1
        if done.code == 0 and step > told + 20:
            break
    assert told > 25
    assert step < 200


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 1, 60, 500, 3_000, 10_000, 40_000])
def test_no_file_can_grow_beyond(simulator: Simulator, starter: Starter, size: int) -> None:
    """A quota that stops Python and git alike in the middle of a write."""
    shops = ground.shops(simulator, count=60)
    settings = ground.prepare(simulator)
    trees = days(starter, settings, shops)
    before = ground.ids(settings)
    done = starter.run("sync", file_size=size)
    if done.code != 0:
        # Even its own words may have had no room: they go to a file here.
        assert done.code == 3
        assert size < 40_000
    if ground.tree(settings.catalog) == trees[1]:
        assert ground.ids(settings) == before
    assert_goes_on(starter, settings, trees[0])


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of a few megabytes that holds the managed folder and nothing else."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not allow mounting a tmpfs")
    monkeypatch.setenv("MODELCAT_HOME", str(folder / "managed"))
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path, pages: int) -> Path:
    """Take all room but so many pages; gives the file that does."""
    page = os.sysconf("SC_PAGE_SIZE")
    free = os.statvfs(disk)
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(page, free.f_bavail * free.f_frsize - pages * page))
    return filler


@pytest.mark.slow
def test_full_at_every_page(disk: Path, simulator: Simulator, starter_on_disk: Starter) -> None:
    """Room for no page, for one, for two, … until the sync fits: each write is one of those that do not."""
    shops = ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    trees = days(starter_on_disk, settings, shops)
    turn = pages = failures = 0
    while True:
        filler = fill(disk, pages)
        done = starter_on_disk.run("sync")
        assert sound(settings.catalog)
        assert ground.tree(settings.catalog) in trees
        assert ground.ids(settings).keys() == {shop.name for shop in shops}
        filler.unlink()
        if done.code != 0:
            assert_told(done, "the disk is full", "No space left on device")
            failures += 1
        assert_goes_on(starter_on_disk, settings, trees[turn % 2])
        if done.code == 0:
            break
        ground.turned(shops)
        turn, pages = turn + 1, pages + 1
        assert pages < 200
    assert failures > 10


@pytest.fixture
def starter_on_disk(disk: Path, tmp_path: Path) -> Iterator[Starter]:
    with Starter(tmp_path) as running:
        yield running


def test_a_first_sync_on_a_full_disk(disk: Path, simulator: Simulator, starter_on_disk: Starter) -> None:
    ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    filler = fill(disk, 0)
    assert_told(starter_on_disk.run("sync"), "the disk is full", "No space left on device")
    filler.unlink()
    done = starter_on_disk.run("sync")
    assert (done.code, done.err) == (0, "")
    ground.assert_whole(settings)


def test_a_read_only_file_system(disk: Path, simulator: Simulator, starter_on_disk: Starter) -> None:
    """Root too may not write there; what is stored can still be read."""
    shops = ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    trees = days(starter_on_disk, settings, shops)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = starter_on_disk.run("sync")
    listed = starter_on_disk.run("models", "--json")
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert_told(done, "Read-only file system")
    assert (listed.code, listed.err) == (0, "")
    assert ground.tree(settings.catalog) == trees[1]
    assert_goes_on(starter_on_disk, settings, trees[0])


@pytest.mark.parametrize("what", ["catalog", "catalog/catalog", "catalog/.git", "catalog/models/extra", "."])
def test_a_folder_that_may_not_be_written(simulator: Simulator, tmp_path: Path, what: str) -> None:
    """For somebody who is not root; root may write everywhere, so a file stands where the folder was."""
    shops = ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    with Starter(tmp_path) as starter:
        trees = days(starter, settings, shops)
        folder = settings.home / what
        if os.geteuid() == 0:
            hidden = folder.resolve().with_name("hidden")
            folder.resolve().rename(hidden)
            hidden.with_name(folder.resolve().name).write_text("in the way", "utf-8")
            done = starter.run("sync")
            assert_told(done, str(settings.home))
            hidden.with_name(folder.resolve().name).unlink()
            hidden.rename(settings.home / what if what != "." else settings.home)
        else:
            mode = stat.S_IMODE(folder.stat().st_mode)
            folder.chmod(0o500)
            done = starter.run("sync")
            folder.chmod(mode)
            assert_told(done, "Permission denied")
        assert_goes_on(starter, settings, trees[0])
        assert machine.load().home == settings.home
