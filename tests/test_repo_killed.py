"""A commit killed at any moment: the repository stays sound, and the next run goes on without help."""

from __future__ import annotations

import importlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelcat import state
from modelcat.errors import StorageError
from modelcat.repo import worktree
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.git import Git
from modelcat.repo.importer import Import
from modelcat.repo.private import BackupFile, PrivateRepo
from modelcat.repo.worktree import Pending, save_pending
from tests.killed import run_until
from tests.real_git import clean, git, sound

OLD = {
    "catalog/a.json": "old a\n",
    "catalog/b.json": "old b\n",
    "config/x/gone.txt": "old gone\n",
    "config/y.txt": "y\n",
}
STEP: dict[str, str | None] = {
    "catalog/a.json": "new a\n",
    "config/x/gone.txt": None,
    "config/z/new.txt": "new\n",
}
NEW = {
    "catalog/a.json": "new a\n",
    "catalog/b.json": "old b\n",
    "config/z/new.txt": "new\n",
    "config/y.txt": "y\n",
}
WHEN = "2026-11-24T14-30-00Z"
TAG = f"sync/{WHEN}"


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def committing(folder: Path, texts: Mapping[str, str | None]) -> Callable[[], object]:
    return lambda: CatalogRepo.open(folder).commit(texts, "sync: new", "", TAG)


def check_and_go_on(folder: Path) -> bool:
    """After a kill all is old or new, and a second try ends as the first should have. True: was new."""
    repo = CatalogRepo.open(folder)
    repo.settle()
    there = repo.read_all() if repo.head() else {}
    assert there in (OLD, NEW, {})
    assert files(folder) == there
    if there:
        assert clean(folder)
        assert sound(folder)
    assert (repo.free_tag(TAG) != TAG) == (there == NEW)
    repo.settle()
    repo.commit({**OLD, **STEP}, "sync: new", "", TAG)
    assert repo.read_all() == NEW == files(folder)
    assert repo.read_all("", TAG) == NEW
    assert clean(folder)
    assert not (folder / ".git" / "modelcat" / "pending").exists()
    return there == NEW


def test_a_commit_killed_before_every_step(tmp_path: Path) -> None:
    outcomes = []
    for step in range(200):
        folder = tmp_path / str(step) / "catalog"
        CatalogRepo.open(folder).commit(OLD, "sync: old")
        killed = run_until(step, committing(folder, STEP))
        outcomes.append(check_and_go_on(folder))
        if not killed:
            break
    else:
        pytest.fail("it never came to its end")
    assert len(outcomes) > 15
    assert outcomes == sorted(outcomes), "once new, it must stay new"
    assert 0 < sum(outcomes) < len(outcomes)


def test_a_tag_that_git_had_no_time_for_is_made_by_the_next_run(tmp_path: Path) -> None:
    """Git moves the branch and then makes the tag; killed in between, only we know there was to be one."""
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")
    parent = repo.head()
    commit = repo.commit(STEP, "sync: new", "", TAG)
    git(folder, "tag", "-d", TAG)
    pending = Pending(parent, TAG, ("catalog/a.json",))
    save_pending(folder / ".git" / "modelcat" / "pending", pending)
    repo.settle()
    assert git(folder, "rev-parse", TAG).strip() == commit
    assert [tag.name for tag in repo.tags()] == [TAG]


def test_a_tag_is_not_made_for_a_commit_that_never_was(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")
    save_pending(folder / ".git" / "modelcat" / "pending", Pending(repo.head(), TAG, ("catalog/a.json",)))
    repo.settle()
    assert repo.tags() == []


def test_a_first_commit_killed_before_every_step(tmp_path: Path) -> None:
    for step in range(200):
        folder = tmp_path / str(step) / "catalog"
        killed = run_until(step, committing(folder, NEW))
        check_and_go_on(folder)
        if not killed:
            return
    pytest.fail("it never came to its end")


def test_settling_killed_before_every_step(tmp_path: Path) -> None:
    """A second kill while the first is being mended changes nothing."""
    for first in (8, 12, 16, 20):
        for step in range(60):
            folder = tmp_path / f"{first}-{step}" / "catalog"
            CatalogRepo.open(folder).commit(OLD, "sync: old")
            run_until(first, committing(folder, STEP))
            killed = run_until(step, CatalogRepo(folder).settle)
            check_and_go_on(folder)
            if not killed:
                break


def test_a_git_that_outlives_its_modelcat_is_waited_for(tmp_path: Path) -> None:
    """Killed after the last word to git: the commit is on its way, and the next run must not overtake it."""
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")
    git_dir = Git(folder / ".git", folder)
    save_pending(folder / ".git" / "modelcat" / "pending", Pending(repo.head(), TAG, tuple(STEP)))
    with Import(git_dir) as orphan:
        blobs = [(path, None if text is None else orphan.blob(text.encode())) for path, text in STEP.items()]
        mark = orphan.commit("refs/heads/main", "sync: new\n", 1, parent=repo.head(), files=blobs)
        code = (
            "import sys\nfrom pathlib import Path\nfrom modelcat.repo.catalog import CatalogRepo\n"
            "print('ready', flush=True)\nCatalogRepo(Path(sys.argv[1])).settle()\n"
        )
        with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.5)
            orphan.finish(mark)
        assert process.returncode == 0
    assert repo.read_all() == NEW == files(folder)
    assert repo.resolve(TAG) == repo.head()
    assert clean(folder)


COMMIT = (
    "import sys\nfrom pathlib import Path\nfrom modelcat.repo.catalog import CatalogRepo\n"
    "print('ready', flush=True)\nfolder = Path(sys.argv[1])\n"
    "texts = {f'catalog/{n}.json': f'{n} {sys.argv[2]}\\n' * 2000 for n in range(60)}\n"
    f"CatalogRepo.open(folder).commit(texts, 'sync: ' + sys.argv[2], '', {TAG!r})\n"
)


def killed_after(code: str, words: Sequence[object], seconds: float | None) -> float:
    """`code` in a process group of its own, killed `seconds` after it began, if given. Out: its life."""
    command = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.monotonic()
        if seconds is not None:
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return time.monotonic() - begun


@pytest.mark.slow
def test_commits_killed_with_their_git_at_random_moments(tmp_path: Path) -> None:
    """The whole process group dies, git in the middle of its own writes included."""
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit({f"catalog/{n}.json": f"{n}\n" * 2000 for n in range(60)}, "sync: begun")
    whole = killed_after(COMMIT, (folder, 0), None)
    choice = random.Random(4)  # noqa: S311
    kills = 0
    for turn in range(1, 41):
        killed_after(COMMIT, (folder, turn), choice.uniform(0, whole))
        repo = CatalogRepo.open(folder)
        repo.settle()
        assert list((folder / ".git/objects/pack").glob("tmp_*")) == []
        kills += git(folder, "log", "-1", "--format=%s").strip() != f"sync: {turn}"
        assert files(folder) == repo.read_all()
        assert clean(folder)
        assert len({text.split("\n")[0].partition(" ")[2] for text in repo.read_all().values()}) == 1
        commit = repo.commit({"catalog/0.json": f"x {turn}\n"}, f"next {turn}")
        assert commit is not None
        repo.commit({"catalog/0.json": repo.read("catalog/0.json", "HEAD~1")}, f"back {turn}")
    assert sound(folder)
    assert kills, "no kill came in time: the moments are not those of the commit"


def test_interrupting_leaves_the_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modelcat.repo.importer.Import.commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        repo.commit(STEP, "sync: new")
    monkeypatch.undo()
    assert files(folder) == OLD
    assert list((folder / ".git").glob("fast_import_crash_*")) == []
    assert check_and_go_on(folder) is False


@pytest.mark.parametrize(
    "place",
    ["worktree.Staged.take", "worktree.remove", "catalog.CatalogRepo._index", "worktree.save_record"],
)
def test_interrupting_after_the_commit_leaves_all_new(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed stands; ^C is told when the folder agrees with it."""
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")
    *way, name = place.split(".")
    holder: Any = importlib.import_module(f"modelcat.repo.{way[0]}")
    holder = getattr(holder, way[1]) if way[1:] else holder
    real, pressed = getattr(holder, name), False

    def once(*words: Any) -> Any:
        nonlocal pressed
        if not pressed:
            pressed = True
            raise KeyboardInterrupt
        return real(*words)

    monkeypatch.setattr(holder, name, once)
    with pytest.raises(KeyboardInterrupt):
        repo.commit(STEP, "sync: new", "", TAG)
    assert pressed
    assert files(folder) == NEW == repo.read_all()
    assert clean(folder)
    assert not (folder / ".git" / "modelcat" / "pending").exists()
    assert check_and_go_on(folder) is True


def test_a_branch_that_a_killed_git_has_locked_is_freed(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    repo = CatalogRepo.open(folder)
    repo.commit(OLD, "sync: old")
    lock = folder / ".git" / "refs" / "heads" / "main.lock"
    lock.write_text("")
    save_pending(folder / ".git" / "modelcat" / "pending", Pending(repo.head(), TAG, tuple(STEP)))
    repo.settle()
    assert not lock.exists()
    assert files(folder) == OLD
    assert clean(folder)


def test_interrupting_a_write_leaves_no_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        worktree.write(tmp_path / "record", b"x")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        state.put(tmp_path / "state.json", b"x")
    assert [path for path in tmp_path.iterdir() if path.name != "home"] == []


def full_disk_script(folder: Path) -> str:
    return (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom modelcat.errors import StorageError\n"
        "from modelcat.repo.catalog import CatalogRepo\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"repo = CatalogRepo.open(Path({str(folder)!r}))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
        "texts = {f'catalog/{n}.json': 'x' * 30000 * (n + 1) for n in range(3)}\n"
        "try:\n    repo.commit(texts, 'sync: big')\nexcept StorageError as error:\n    print(error)\n"
    )


@pytest.mark.parametrize("limit", [0, 10, 200, 31_000, 70_000])
def test_a_file_that_cannot_grow_leaves_everything_old(limit: int, tmp_path: Path) -> None:
    """RLIMIT_FSIZE stops Python and git alike in the middle of a write, as a full disk does."""
    folder = tmp_path / "catalog"
    CatalogRepo.open(folder).commit(OLD, "sync: old")
    command = [sys.executable, "-c", full_disk_script(folder), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "full" in done.stdout or "File too large" in done.stdout, done
    assert done.stderr == ""
    assert check_and_go_on(folder) is False


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_leaves_everything_old(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not allow mounting a tmpfs")
    try:
        folder = disk / "catalog"
        repo = CatalogRepo.open(folder)
        repo.commit(OLD, "sync: old")
        noise = random.Random(1)  # noqa: S311
        big = {f"catalog/{n}.json": noise.randbytes(60_000).hex() for n in range(20)}
        with pytest.raises(StorageError, match="full"):
            repo.commit(big, "sync: big")
        assert files(folder) == OLD
        assert check_and_go_on(folder) is False
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture
def backups(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A private repository with as many backups, and so packs, as the parameter says."""
    folder = tmp_path / "whole" / "private"
    private = PrivateRepo.open(folder)
    for n in range(request.param):
        private.backup([replace(FILE, path=f"/{n}")], WHEN, "backup")
    assert packs(folder) == request.param
    private.set_refs(private.write_bases({"aichat": "old"}))
    return folder


FILE = BackupFile("aichat", None, "/x", True, b"old", 0o600, None)
MANY = 32
"""Packs that are combined once there is another."""


@pytest.mark.parametrize("backups", [1, MANY], indirect=True)
def test_a_backup_killed_before_every_step(backups: Path, tmp_path: Path) -> None:
    for step in range(100):
        folder = tmp_path / str(step) / "private"
        shutil.copytree(backups, folder)
        private = PrivateRepo.open(folder)
        before = private.tags()

        def work(private: PrivateRepo = private) -> None:
            private.backup([replace(FILE, data=b"new")], WHEN, "apply")
            private.set_refs(private.write_bases({"aichat": "new"}))

        killed = run_until(step, work)
        assert private.base("aichat") in ("old", "new")
        for tag in private.tags():
            [file] = private.manifest(tag.name).files
            assert private.content(tag.name, file.index) == (b"old" if tag in before else b"new")
        assert set(before) <= set(private.tags())
        assert sound(folder)
        if not killed:
            assert private.base("aichat") == "new"
            assert packs(folder) == (2 if len(before) == 1 else 1)
            return
    pytest.fail("it never came to its end")


BACKUP = (
    "import sys\nfrom pathlib import Path\nfrom modelcat.repo.private import BackupFile, PrivateRepo\n"
    "print('ready', flush=True)\nfile = BackupFile('aichat', None, '/x', True, b'new', 0o600, None)\n"
    f"PrivateRepo.open(Path(sys.argv[1])).backup([file], {WHEN!r}, 'apply')\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("backups", [MANY], indirect=True)
def test_backups_killed_with_their_git_while_packs_are_combined(backups: Path, tmp_path: Path) -> None:
    """The whole process group dies; what was kept before is there, and the next backup needs no help."""
    shutil.copytree(backups, tmp_path / "measured")
    whole = killed_after(BACKUP, (tmp_path / "measured",), None)
    assert packs(tmp_path / "measured") == 1
    uncombined = 0
    for turn in range(24):
        folder = tmp_path / str(turn) / "private"
        shutil.copytree(backups, folder)
        killed_after(BACKUP, (folder,), whole * turn / 24)
        uncombined += packs(folder) > 1
        private = PrivateRepo.open(folder)
        private.backup([replace(FILE, data=b"new")], WHEN, "apply")
        contents = [private.content(tag.name, 0) for tag in private.tags()]
        assert contents.count(b"old") == MANY
        assert contents.count(b"new") in (1, 2)
        assert private.base("aichat") == "old"
        assert sound(folder)
    assert uncombined, "no kill came in time: the moments are not those of the backup"


def packs(folder: Path) -> int:
    return len(list((folder / "objects" / "pack").glob("*.pack")))
