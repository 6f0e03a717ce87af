"""Contents sent to git before the commit they belong to."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from modelcat.errors import RepoError, StorageError
from modelcat.repo import worktree
from modelcat.repo.ahead import Ahead
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.git import Git
from modelcat.repo.importer import Import


@pytest.fixture
def repo(tmp_path: Path) -> CatalogRepo:
    return CatalogRepo.open(tmp_path / "catalog")


def objects(repo: CatalogRepo) -> int:
    words = ["git", "-C", str(repo.folder), "count-objects", "-v"]
    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = dict(line.split(": ") for line in out.splitlines())
    return int(found["count"]) + int(found["in-pack"])


def test_a_commit_is_the_same_with_and_without(repo: CatalogRepo) -> None:
    texts: dict[str, str | None] = {f"config/txt/{i}.txt": f"text {i}\n" * 500 for i in range(50)}
    with repo.ahead() as ahead:
        for path, text in texts.items():
            ahead.put({path: text})
        commit = repo.commit(texts, "one", ahead=ahead)
    assert commit is not None
    assert repo.read_all() == texts
    assert all((repo.folder / path).read_text(encoding="utf-8") == text for path, text in texts.items())
    subprocess.run(["git", "-C", str(repo.folder), "fsck", "--strict"], check=True, capture_output=True)


def test_what_was_sent_and_then_changed_is_committed_as_it_is_in_the_end(repo: CatalogRepo) -> None:
    with repo.ahead() as ahead:
        ahead.put({"a": "first\n", "b": "gone\n"})
        ahead.put({"c": None})
        repo.commit({"a": "second\n", "d": "late\n"}, "one", ahead=ahead)
    assert repo.read_all() == {"a": "second\n", "d": "late\n"}


def test_what_the_repository_has_is_not_sent(repo: CatalogRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: dict[str, str | None] = {"a": "same\n"}
    repo.commit(texts, "one")
    monkeypatch.setattr(Ahead, "stream", lambda _: pytest.fail("a stream was opened"))
    with repo.ahead() as ahead:
        ahead.put(texts)
        assert repo.commit(texts, "two", ahead=ahead) is None


def test_a_run_that_ends_before_the_commit_leaves_nothing(repo: CatalogRepo) -> None:
    repo.commit({"a": "kept\n"}, "one")
    before, head = objects(repo), repo.head()
    with suppress(KeyboardInterrupt), repo.ahead() as ahead:
        ahead.put({"b": "never\n" * 1000})
        raise KeyboardInterrupt
    assert (objects(repo), repo.head()) == (before, head)
    assert not list((repo.folder / ".git").glob("fast_import_crash_*"))
    assert not list((repo.folder / ".git" / "objects" / "pack").glob("tmp_*"))
    assert [path.name for path in repo.folder.iterdir()] == [".git", "a"]
    assert repo.commit({"b": "then\n"}, "two") is not None


def test_what_a_killed_run_had_ready_is_gone_with_the_next(repo: CatalogRepo) -> None:
    repo.commit({"catalog/a.json": "old\n"}, "one")
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom modelcat.repo.worktree import Staged\n"
        f"with Staged(Path({str(repo.folder)!r})) as staged:\n"
        "    staged.put({'catalog/a.json': b'new\\n', 'config/txt/b.txt': b'b\\n'})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(worktree.leftovers(repo.folder)) == 2
    repo.settle()
    assert worktree.leftovers(repo.folder) == []
    assert (repo.folder / "catalog/a.json").read_text(encoding="utf-8") == "old\n"
    assert repo.commit({"config/txt/b.txt": "b\n"}, "two") is not None


def test_an_error_between_staging_and_taking_leaves_no_temporary(repo: CatalogRepo) -> None:
    repo.commit({"catalog/a.json": "old\n"}, "one")
    with worktree.Staged(repo.folder) as staged:
        staged.put({"catalog/a.json": b"new\n", "catalog/b.json": b"b\n"})
        (repo.folder / "catalog" / "b.json").mkdir()
        with pytest.raises(StorageError, match="Is a directory"):
            staged.take(["catalog/a.json", "catalog/b.json"])
    assert worktree.leftovers(repo.folder) == []
    assert (repo.folder / "catalog/a.json").read_text(encoding="utf-8") == "new\n"


@pytest.mark.parametrize("path", ["../x", "/tmp/x", "catalog/../../x", ".git/config", "catalog//x"])  # noqa: S108
def test_no_path_leads_out(path: str, repo: CatalogRepo) -> None:
    with repo.ahead() as ahead:
        with pytest.raises(ValueError, match="not a path"):
            ahead.put({path: "x\n"})
        ahead.stream()
    assert [entry.name for entry in repo.folder.iterdir()] == [".git"]


def test_an_error_on_the_way_leaves_nothing(repo: CatalogRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RepoError("git is broken")

    monkeypatch.setattr("modelcat.repo.importer.Import.blob", fail)
    with pytest.raises(RepoError, match="git is broken"), repo.ahead() as ahead:
        ahead.put({"a": "text\n"})
    assert repo.head() is None
    monkeypatch.undo()
    assert repo.commit({"a": "text\n"}, "one") is not None


def test_git_killed_between_two_contents_is_an_error_that_says_so(repo: CatalogRepo) -> None:
    repo.commit({"a": "kept\n"}, "one")
    with repo.ahead() as ahead:
        ahead.put({"b": "first\n"})
        ahead.stream()._process.kill()
        with pytest.raises(RepoError, match="git fast-import failed"):
            ahead.put({f"c{n}": "x\n" * 100_000 for n in range(20)})
    assert repo.read_all() == {"a": "kept\n"}
    assert repo.commit({"b": "then\n"}, "two") is not None


def test_more_than_a_pipe_holds_is_waited_for(repo: CatalogRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where pipes cannot be made wider: git may be as slow as it likes."""
    monkeypatch.setattr("modelcat.repo.importer._widen", lambda _: None)
    texts: dict[str, str | None] = {f"config/txt/{n}.txt": f"{n} {n * 7}\n" * 50_000 for n in range(12)}
    with repo.ahead() as ahead:
        ahead.put(texts)
        assert repo.commit(texts, "one", ahead=ahead) is not None
    assert repo.read_all() == texts


def test_an_interrupt_while_git_starts_leaves_no_git(
    repo: CatalogRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """^C in the moment when git runs already and nobody holds it yet."""
    started: list[subprocess.Popen[bytes]] = []
    real = Git.start

    def start(git: Git, *words: str) -> subprocess.Popen[bytes]:
        process = real(git, *words)
        started.append(process)
        signal.raise_signal(signal.SIGINT)
        return process

    monkeypatch.setattr(Git, "start", start)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), repo.ahead() as ahead:
        ahead.put({"catalog/a.json": "a\n"})
    assert [process.returncode for process in started] == [-signal.SIGKILL]
    assert signal.getsignal(signal.SIGINT) is handler
    assert list((repo.folder / ".git" / "objects" / "pack").iterdir()) == []


def test_an_interrupt_after_the_last_word_to_git_is_cleared_up_too(
    repo: CatalogRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a terminal interrupts git as well, which leaves what it was writing."""

    def ended(stream: Import, _: bytes = b"") -> tuple[bytes, bytes]:
        stream._process.kill()
        stream._process.wait()
        (repo.folder / ".git" / "objects" / "pack" / "tmp_pack_x").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(Import, "_ended", ended)
    with pytest.raises(KeyboardInterrupt):
        repo.commit({"catalog/a.json": "a\n"}, "one")
    assert list((repo.folder / ".git" / "objects" / "pack").iterdir()) == []
    assert repo.head() is None
