"""Nothing of the person's git settings, environment or leftovers changes what modelcat's git does."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcat.errors import RepoError, StorageError
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.git import Git, _any_git, at_work
from modelcat.repo.private import BackupFile, PrivateRepo
from tests.real_git import clean, git, sound

CRLF = "line one\r\nline two\n"
TEXTS = {"catalog/a.json": "{}\n", "config/json/models_a.json": CRLF, "config/a.txt": "caf\u00e9\n"}
WHEN = "2026-11-24T14-30-00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "managed" / "catalog"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Somebody else's repository, with one commit."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    git(place, "init", "-q", "-b", "main")
    (place / "theirs").write_text("theirs\n")
    git(place, "add", "theirs")
    git(place, "commit", "-q", "-m", "theirs")
    return place


def script(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return place


def global_settings(home: Path, text: str) -> None:
    (home / ".gitconfig").write_text(text)


def hooks_that_refuse(home: Path) -> None:
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction"):
        script(home / "hooks" / name, f"touch {home}/hook-ran; exit 1")
    global_settings(home, f"[core]\nhooksPath = {home}/hooks\n")


def line_ends_converted(home: Path) -> None:
    global_settings(home, "[core]\nautocrlf = true\nsafecrlf = true\neol = crlf\n")


def signing(home: Path) -> None:
    signer = script(home / "gpg", f"touch {home}/hook-ran; exit 1")
    global_settings(home, f"[commit]\ngpgSign = true\n[tag]\ngpgSign = true\n[gpg]\nprogram = {signer}\n")


def everything_ignored(home: Path) -> None:
    (home / "ignore").write_text("*.json\n*.txt\n")
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*\n")
    global_settings(home, f"[core]\nexcludesFile = {home}/ignore\n")


def filters(home: Path) -> None:
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "attributes").write_text("* filter=x text eol=crlf\n")
    (home / "attributes").write_text("* filter=x\n")
    spoil = script(home / "spoil", f"touch {home}/hook-ran; echo spoiled")
    global_settings(
        home,
        f"[core]\nattributesFile = {home}/attributes\n"
        f'[filter "x"]\nclean = {spoil}\nsmudge = {spoil}\nrequired\n',
    )


def template_with_a_hook(home: Path) -> None:
    script(home / "template" / "hooks" / "pre-commit", "exit 1")
    (home / "template" / "info").mkdir()
    (home / "template" / "info" / "exclude").write_text("*\n")
    global_settings(home, f"[init]\ntemplateDir = {home}/template\n")


def another_first_branch(home: Path) -> None:
    global_settings(home, "[init]\ndefaultBranch = trunk\n")


def monitor(home: Path) -> None:
    watcher = script(home / "watch", f"touch {home}/hook-ran")
    global_settings(home, f"[core]\nfsmonitor = {watcher}\nuntrackedCache = true\n")


def broken(home: Path) -> None:
    global_settings(home, "[core\nthis is no config\n")


HOSTILE = [
    hooks_that_refuse,
    line_ends_converted,
    signing,
    everything_ignored,
    filters,
    template_with_a_hook,
    another_first_branch,
    monitor,
    broken,
]


def committed(folder: Path) -> None:
    """A commit, a second one, and a backup: everything in them is as it was given."""
    repo = CatalogRepo.open(folder)
    first = repo.commit(TEXTS, "sync: first", "a: +1", f"sync/{WHEN}")
    assert first is not None
    assert repo.read_all() == TEXTS
    assert repo.commit(TEXTS, "again") is None
    assert repo.commit({"config/a.txt": None, "config/b.txt": CRLF}, "sync: second") is not None
    assert repo.read("config/a.txt") is None
    assert repo.read("config/b.txt") == CRLF
    assert (folder / "config/b.txt").read_bytes() == CRLF.encode()
    private = PrivateRepo.open(folder.parent / "private")
    file = BackupFile("aichat", None, "/x/config.yaml", True, CRLF.encode(), 0o600, None)
    tag = private.backup([file], WHEN, "backup")
    assert private.content(tag, 0) == CRLF.encode()


@pytest.mark.parametrize("settings", HOSTILE)
def test_settings_of_the_person_change_nothing(
    settings: object, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    settings(home)  # type: ignore[operator]
    committed(folder)
    assert not (home / "hook-ran").exists()
    assert not (folder / ".git" / "hooks").exists()
    (home / ".gitconfig").unlink()
    assert clean(folder)
    assert sound(folder)
    assert sound(folder.parent / "private")
    assert git(folder, "log", "--format=%an <%ae> %cn %ad", "-1").startswith(
        "modelcat <modelcat@localhost> modelcat"
    )
    assert git(folder, "symbolic-ref", "HEAD") == "refs/heads/main\n"


def test_the_folder_is_clean_for_a_person_whose_git_converts_line_ends(folder: Path, home: Path) -> None:
    committed(folder)
    global_settings(home, "[core]\nautocrlf = true\n")
    assert clean(folder)


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "{elsewhere}/.git"},
        {"GIT_DIR": "{elsewhere}/.git", "GIT_WORK_TREE": "{elsewhere}"},
        {"GIT_DIR": "{elsewhere}/.git", "GIT_INDEX_FILE": "{elsewhere}/.git/index"},
        {"GIT_OBJECT_DIRECTORY": "{elsewhere}/.git/objects"},
        {"GIT_COMMON_DIR": "{elsewhere}/.git"},
        {"GIT_NAMESPACE": "other"},
        {"GIT_CONFIG_PARAMETERS": "'core.hooksPath={elsewhere}/hooks'"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "true"},
        {"GIT_AUTHOR_NAME": "Mallory", "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z"},
        {"GIT_EXTERNAL_DIFF": "false", "GIT_PAGER": "false", "GIT_EDITOR": "false"},
        {"GIT_DEFAULT_HASH": "sha256"},
        {"GIT_TRACE": "2", "GIT_LITERAL_PATHSPECS": "0", "GIT_ICASE_PATHSPECS": "1"},
        {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    ],
)
def test_variables_of_a_hook_that_calls_us_change_nothing(
    variables: dict[str, str], folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(elsewhere=elsewhere))
    committed(folder)
    assert {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()} == before
    assert clean(folder)
    assert sound(folder)


def test_git_asks_nobody_who_moves_its_references(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it looks up the name of this machine, which takes ten seconds where packets are dropped."""
    global_settings(home, "[user]\nname = Ada\nemail = ada@example.org\n")
    monkeypatch.setenv("EMAIL", "ada@example.org")
    repo = CatalogRepo.open(folder)
    git(folder, "config", "user.name", "Ada")
    assert repo.commit(TEXTS, "first", tag=f"sync/{WHEN}")
    assert repo.commit({"catalog/a.json": "[]\n"}, "second")
    logs = [place.read_text() for place in (folder / ".git" / "logs").rglob("*") if place.is_file()]
    notes = "".join(logs).splitlines()
    assert len(notes) >= 2
    assert all(" modelcat <modelcat@localhost> " in note for note in notes)


def test_settings_in_the_repository_itself_run_nothing(folder: Path, tmp_path: Path) -> None:
    committed(folder)
    refuse = script(tmp_path / "refuse", f"touch {tmp_path}/ran; exit 1")
    for name in ("pre-commit", "reference-transaction", "post-update"):
        script(folder / ".git" / "hooks" / name, f"touch {tmp_path}/ran; exit 1")
    (folder / ".gitattributes").write_text("* filter=x diff=x text eol=crlf ident\n")
    git(folder, "config", "core.fsmonitor", str(refuse))
    for name in ("filter.x.clean", "filter.x.smudge", "diff.x.textconv", "diff.x.command", "diff.external"):
        git(folder, "config", name, str(refuse))
    git(folder, "config", "core.hooksPath", str(folder / ".git" / "hooks"))
    git(folder, "config", "commit.gpgSign", "true")
    git(folder, "config", "gpg.program", str(refuse))
    repo = CatalogRepo.open(folder)
    repo.commit({"catalog/a.json": "$Id$\r\n"}, "third")
    assert repo.read("catalog/a.json") == "$Id$\r\n"
    assert (folder / "catalog/a.json").read_bytes() == b"$Id$\r\n"
    assert [change.added for change in repo.changes(["catalog/a.json"], 1)] == [("$Id$\r",)]
    assert not (tmp_path / "ran").exists()


def test_a_repository_above_is_never_used(folder: Path) -> None:
    """A person whose home is a repository: where ours is broken, git must not walk up into theirs."""
    above = folder.parent
    above.mkdir(parents=True)
    git(above, "init", "-q")
    repo = CatalogRepo.open(folder)
    repo.commit(TEXTS, "first")
    (folder / ".git" / "HEAD").unlink()
    (folder / ".git" / "config").unlink()
    CatalogRepo.open(folder).commit({"catalog/a.json": "new\n"}, "second")
    assert git(above, "rev-list", "--all") == ""
    assert len(git(folder, "rev-list", "main").split()) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder to another owner needs root")
def test_a_repository_of_another_owner_works(folder: Path) -> None:
    committed(folder)
    for place in (folder, *folder.rglob("*")):
        os.chown(place, 12345, 12345, follow_symlinks=False)
    repo = CatalogRepo.open(folder)
    assert repo.read("config/b.txt") == CRLF
    assert repo.commit({"config/b.txt": "new\n"}, "third") is not None


def test_git_that_is_not_there_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepoError, match="git was not found on PATH; install git"):
        CatalogRepo.open(folder)


def test_git_that_cannot_be_started_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "git"
    broken.parent.mkdir()
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o700)
    monkeypatch.setenv("PATH", str(broken.parent))
    with pytest.raises(RepoError, match=r"git cannot be run .*No such file"):
        CatalogRepo.open(folder)


@pytest.mark.parametrize("entry", [".", "", "bin"])
def test_a_git_in_the_current_folder_is_nobody_s(
    entry: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "bin").mkdir(parents=True)
    for place in (here, here / "bin"):
        script(place / "git", f"touch {tmp_path}/ran; exit 1")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", entry + os.pathsep + os.environ["PATH"])
    committed(folder)
    assert not (tmp_path / "ran").exists()


LOCKS = ["index.lock", "HEAD.lock", "packed-refs.lock", "refs/heads/main.lock", f"refs/tags/sync/{WHEN}.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_nobody_holds_is_removed(name: str, folder: Path) -> None:
    repo = CatalogRepo.open(folder)
    repo.commit(TEXTS, "first")
    lock = folder / ".git" / name
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    assert repo.commit({"catalog/a.json": "new\n"}, "second", "", f"sync/{WHEN}") is not None
    assert git(folder, "tag") == f"sync/{WHEN}\n"
    assert not lock.exists()
    assert clean(folder)


@pytest.fixture
def busy(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A git of the person's that is at work in the folder for as long as it takes."""
    CatalogRepo.open(folder).commit(TEXTS, "first")
    process = subprocess.Popen(["sh", "-c", "git cat-file --batch; :"], cwd=folder, stdin=subprocess.PIPE)
    while at_work(folder) is None:
        time.sleep(0.01)
    yield process
    process.communicate()


def test_a_lock_that_is_in_use_is_waited_for_and_then_named(
    folder: Path, busy: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelcat.repo.git._PATIENCE", 0.2)
    lock = folder / ".git" / "index.lock"
    lock.touch()
    repo = CatalogRepo.open(folder)
    with pytest.raises(RepoError, match=r"git \(process \d+\) is at work there"):
        repo.commit({"catalog/a.json": "new\n"}, "second")
    assert lock.exists()
    assert repo.read("catalog/a.json") == "{}\n"
    busy.communicate()
    assert repo.commit({"catalog/a.json": "new\n"}, "second") is not None


def test_a_git_that_we_have_started_ourselves_is_not_waited_for(folder: Path) -> None:
    """A sync sends contents ahead; a lock left by a killed git must not stop it then."""
    repo = CatalogRepo.open(folder)
    repo.commit(TEXTS, "first")
    with repo.ahead() as ahead:
        ahead.put({"catalog/a.json": "new\n"})
        deadline = time.monotonic() + 10
        # For a moment the system tells nothing of a process that has just begun.
        while at_work(folder) is None:
            assert time.monotonic() < deadline
        assert at_work(folder, but_ours=True) is None
        (folder / ".git" / "index.lock").touch()
        assert repo.commit({"catalog/a.json": "new\n"}, "second", ahead=ahead) is not None
    assert repo.read("catalog/a.json") == "new\n"
    assert clean(folder)


def test_what_our_own_git_is_writing_is_not_swept(folder: Path) -> None:
    repo = CatalogRepo.open(folder)
    repo.commit(TEXTS, "first")
    with repo.ahead() as ahead:
        ahead.put({"catalog/a.json": "new\n"})
        ahead.stream()
        assert Git(folder / ".git", folder).sweep() == 0
        assert repo.commit({"catalog/a.json": "new\n"}, "second", ahead=ahead) is not None
    assert sound(folder)


def test_where_the_system_tells_less_any_git_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS: `ps` lists programs and their parents, not where they work."""
    assert _any_git(None, None) in (None, "another git"), "other tests may run git"
    process = subprocess.Popen(
        ["git", "hash-object", "--stdin"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        while _any_git(None, None) is None:
            time.sleep(0.01)
    finally:
        process.communicate()
    monkeypatch.setenv("PATH", "/nowhere")
    assert _any_git(None, None) == "perhaps another git"


def test_work_elsewhere_is_not_work_here(folder: Path, busy: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert busy.poll() is None
    assert at_work(tmp_path / "other") is None


def test_a_failure_names_the_command_and_not_its_settings(tmp_path: Path) -> None:
    with pytest.raises(RepoError, match="git gc failed"):
        Git(tmp_path / ".git", tmp_path).run("-c", "core.compression=-1", "gc", "--quiet")


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("fatal: write error: No space left on device\n", StorageError, "the disk is full"),
        ("error: file write error: File too large\nfatal: x", StorageError, "the disk is full"),
        ("fatal: could not open 'x' for writing: Permission denied", StorageError, "may not be written"),
        ("fatal: not a git repository: '/x'", RepoError, "fsck"),
        ("", RepoError, "gave no reason"),
    ],
)
def test_what_git_says_becomes_what_a_person_can_do(
    said: str, kind: type[Exception], words: str, tmp_path: Path
) -> None:
    error = Git(tmp_path, None).failure("commit", said)
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)
