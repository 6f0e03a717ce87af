"""Backup, write, record: the order that `apply` and `restore` share, whole and killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modelcat import files, live, told, transaction
from modelcat import settings as machine
from modelcat import tools as all_tools
from modelcat.errors import StaleFileError, StorageError
from modelcat.files import Write
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.private import PrivateRepo
from modelcat.settings import Settings
from modelcat.transaction import Change
from tests.killed import run_until
from tests.real_git import sound

BASE = {"files": {"config.toml": {}, "x.config.toml": {}, "modelcat/x.json": {"digest": "…"}}}


@pytest.fixture
def settings(home: Path) -> Settings:
    """aichat has a config, codex has three files of which one is not there."""
    (home / ".config" / "aichat").mkdir(parents=True)
    (home / ".config" / "aichat" / "config.yaml").write_text("old a\n")
    (home / ".codex" / "modelcat").mkdir(parents=True)
    (home / ".codex" / "config.toml").write_text("old c\n")
    (home / ".codex" / "modelcat" / "x.json").write_text("old x\n")
    settings = machine.load()
    private = PrivateRepo(settings.private)
    private.set_refs(private.write_bases({"codex": BASE}))
    return settings


def change(settings: Settings, tool: str, name: str | None, after: bytes | None) -> Change:
    path = live.place(settings, all_tools.load(tool), name)
    return Change(tool, name, Write(files.read(path), after, tool=tool))


def changes(settings: Settings) -> list[Change]:
    return [
        change(settings, "aichat", None, b"new a\n"),
        change(settings, "codex", "config.toml", b"new c\n"),
        change(settings, "codex", "modelcat/x.json", None),
        change(settings, "codex", "y.config.toml", b"new y\n"),
    ]


def apply(settings: Settings, watch: Callable[[str], None] = lambda _: None) -> str | None:
    with transaction.begun(settings, "apply"):
        bases = PrivateRepo(settings.private).write_bases({"aichat": "applied", "codex": "applied"})
        return transaction.write(settings, changes(settings), bases, "apply", watch)


def texts(home: Path) -> dict[str, str]:
    paths = [*(home / ".config").rglob("*"), *(home / ".codex").rglob("*")]
    return {path.name: path.read_text() for path in paths if path.is_file()}


OLD = {"config.yaml": "old a\n", "config.toml": "old c\n", "x.json": "old x\n"}
NEW = {"config.yaml": "new a\n", "config.toml": "new c\n", "y.config.toml": "new y\n"}


def test_everything_is_kept_before_anything_is_written(settings: Settings, home: Path) -> None:
    steps: list[tuple[str, int]] = []
    tag = apply(settings, lambda step: steps.append((step, len(PrivateRepo(settings.private).tags()))))
    assert {count for _, count in steps} == {1}, "the backup comes first"
    assert texts(home) == NEW
    private = PrivateRepo(settings.private)
    assert private.bases(["aichat", "codex"]) == {"aichat": "applied", "codex": "applied"}
    assert tag is not None
    kept = {(file.tool, file.name): file.existed for file in private.manifest(tag).files}
    assert kept == {
        ("aichat", None): True,
        ("codex", None): True,
        ("codex", "modelcat/x.json"): True,
        ("codex", "x.config.toml"): False,
        ("codex", "y.config.toml"): False,
    }
    assert private.base_at(private.manifest(tag), "codex") == BASE


def test_only_the_tools_concerned_are_kept(settings: Settings) -> None:
    with transaction.begun(settings, "apply"):
        tag = transaction.write(settings, changes(settings)[:1], {}, "apply")
    assert tag is not None
    assert PrivateRepo(settings.private).manifest(tag).tools == ("aichat",)


def test_nothing_to_write_makes_no_backup_and_records_the_base(settings: Settings, home: Path) -> None:
    with transaction.begun(settings, "apply"):
        private = PrivateRepo(settings.private)
        same = [change(settings, "aichat", None, b"old a\n")]
        assert transaction.write(settings, same, private.write_bases({"aichat": 1}), "apply") is None
    assert private.tags() == []
    assert private.base("aichat") == 1
    assert texts(home) == OLD


def test_a_stale_file_leaves_all_as_it_was(settings: Settings, home: Path) -> None:
    with transaction.begun(settings, "apply"):
        planned = changes(settings)
        (home / ".codex" / "config.toml").write_text("edited\n")
        with pytest.raises(StaleFileError):
            transaction.write(settings, planned, {"aichat": ""}, "apply")
    assert texts(home) == {**OLD, "config.toml": "edited\n"}
    assert PrivateRepo(settings.private).base("codex") == BASE


def test_killed_before_every_touch_of_the_disk(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The files, the base and the backup belong together after the next start, whenever it was killed."""
    outcomes = []
    for step in range(300):
        place = tmp_path / f"k{step}"
        (place / "home").mkdir(parents=True)
        subprocess.run(["cp", "-a", f"{home}/.", str(place / "home")], check=True)
        subprocess.run(["cp", "-a", str(settings.home), str(place / "managed")], check=True)
        monkeypatch.setenv("HOME", str(place / "home"))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "home" / ".config"))
        monkeypatch.setenv("MODELCAT_HOME", str(place / "managed"))
        here = machine.load()
        killed = run_until(step, lambda here=here: apply(here))  # type: ignore[misc]
        with transaction.begun(here, "status"):
            after = texts(place / "home")
            private = PrivateRepo(here.private)
            bases = private.bases(["aichat", "codex"])
        assert after in (OLD, NEW), step
        assert bases == ({"aichat": "applied", "codex": "applied"} if after == NEW else {"codex": BASE}), step
        assert after == OLD or len(private.tags()) == 1
        outcomes.append(after == NEW)
        if not killed:
            break
        apply(here)
        assert texts(place / "home") == NEW
    else:
        pytest.fail("it never came to its end")
    assert sound(here.private)
    assert len(outcomes) > 30
    assert outcomes == sorted(outcomes)


def test_every_locked_command_ends_what_a_killed_one_left(settings: Settings, home: Path) -> None:
    def die(step: str) -> None:
        if step == "put 1":
            os.kill(os.getpid(), 9)

    assert run_until(10_000, lambda: apply(settings, die))
    repo = CatalogRepo.open(settings.catalog)
    repo.commit({"catalog/a.json": "old\n"}, "first")
    (repo.folder / ".git" / "modelcat" / "pending").write_text(f"{repo.head()}\n\ncatalog/a.json")
    (repo.folder / "catalog" / "a.json").write_text("half a commit\n")
    with transaction.begun(settings, "sync") as recovery:
        assert (repo.folder / "catalog" / "a.json").read_text() == "old\n"
    assert home / ".codex" / "config.toml" in recovery.finished
    assert texts(home) == NEW


APPLYING = """
import sys
from pathlib import Path
from modelcat import files, live, settings as machine, tools, transaction
from modelcat.errors import ModelcatError
from modelcat.files import Write
from modelcat.transaction import Change
here = machine.load()
path = live.place(here, tools.load("aichat"), None)
try:
    with transaction.begun(here, "apply"):
        shot = files.read(path)
        write = Write(shot, shot.data + sys.argv[1].encode(), tool="aichat")
        print(transaction.write(here, [Change("aichat", None, write)], {}, "apply"))
except ModelcatError as error:
    print(error)
"""


def test_eight_at_once_lose_nothing(settings: Settings, home: Path) -> None:
    """Each adds its own letter: those that got through are all there, the others were told why not."""
    command = [sys.executable, "-c", APPLYING]
    running = [
        subprocess.Popen([*command, letter], stdout=subprocess.PIPE, text=True) for letter in "abcdefgh"
    ]
    said = [process.communicate()[0].strip() for process in running]
    through = {letter for letter, word in zip("abcdefgh", said, strict=True) if word.startswith("backup/")}
    refused = [word for word in said if not word.startswith("backup/")]
    assert through
    assert all("another modelcat is running" in word for word in refused)
    assert set((home / ".config/aichat/config.yaml").read_text().removeprefix("old a\n")) == through
    assert len(PrivateRepo(settings.private).tags()) == len(through)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", ""])
def test_a_name_that_leads_elsewhere_is_refused(name: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match="not the name of a file"):
        live.place(settings, all_tools.load("codex"), name)


def test_names_of_a_tools_files() -> None:
    codex = all_tools.load("codex")
    assert live.names(codex, None) == (None,)
    assert live.names(codex, {"no": "files"}) == (None,)
    assert live.names(codex, BASE) == (None, "modelcat/x.json", "x.config.toml")


def test_a_folder_in_the_place_of_a_config(settings: Settings, home: Path) -> None:
    (home / ".codex" / "x.config.toml").mkdir()
    with transaction.begun(settings, "backup"), pytest.raises(StorageError, match="is a folder"):
        transaction.keep(settings, ["codex"], "backup")


@pytest.mark.parametrize(
    "words",
    [["backup"], ["generate", "--json"], ["clean", "--temp"], ["apply", "--tool", "mods"], ["restore", "x"]],
)
def test_every_command_tells_what_a_killed_one_left(words: list[str], settings: Settings, home: Path) -> None:
    """By name, whatever becomes of the command itself: what was finished, and what somebody changed since."""

    def die(step: str) -> None:
        if step == "put 0":
            os.kill(os.getpid(), 9)

    assert run_until(10_000, lambda: apply(settings, die))
    edited = home / ".codex" / "config.toml"
    edited.write_text("edited since\n")
    script = Path(sys.executable).with_name("modelcat")
    done = subprocess.run([script, *words], capture_output=True, text=True, check=False)
    finished, kept = [line for line in done.stderr.splitlines() if "was killed" in line]
    assert "finished now" in finished
    assert str(home / ".config" / "aichat" / "config.yaml") in finished
    assert str(edited) not in finished
    assert str(edited) in kept
    assert "left as it is" in kept
    assert edited.read_text() == "edited since\n"
    again = subprocess.run([script, *words], capture_output=True, text=True, check=False)
    assert "was killed" not in again.stderr
    assert (done.returncode, done.stdout[:1]) == (again.returncode, again.stdout[:1])


def test_what_was_killed_while_staging_is_no_news(settings: Settings, home: Path) -> None:
    def die(step: str) -> None:
        if step == "stage 1":
            os.kill(os.getpid(), 9)

    heard: list[files.Recovery] = []
    assert run_until(10_000, lambda: apply(settings, die))
    before = told.recovered.set(heard.append)
    with transaction.begun(settings, "sync"):
        assert texts(home) == OLD
    told.recovered.reset(before)
    assert heard == []
