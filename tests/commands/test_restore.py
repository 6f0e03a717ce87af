"""`modelcat restore`: byte for byte, mode, link and absence; the catalog back to a day."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import files, folders, live, transaction
from modelcat import settings as machine
from modelcat import tools as all_tools
from modelcat.commands import backup, restore
from modelcat.errors import ExitCode, RepoError, StaleFileError, UsageError
from modelcat.files import Write
from modelcat.files.disk import link_text
from modelcat.output import Screen
from modelcat.output import restore as words
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.private import PrivateRepo
from modelcat.settings import Settings
from modelcat.transaction import Change
from tests.killed import run_until
from tests.real_git import clean, git

Seen = tuple[str | None, bytes | None, int | None]
NAMES = ("config.toml", "x.config.toml", "modelcat/x.json")


def codex(home: Path, name: str = "config.toml") -> Path:
    return home / ".codex" / name


def seen(path: Path) -> Seen:
    link = link_text(path) if path.is_symlink() else None
    if not path.exists():
        return link, None, None
    return link, path.read_bytes(), stat.S_IMODE(path.stat().st_mode)


def make(path: Path, state: Seen) -> None:
    link, data, mode = state
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path
    if link is not None:
        path.symlink_to(link)
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
    if data is not None and mode is not None:
        target.write_bytes(data)
        target.chmod(mode)


def applied(settings: Settings, texts: dict[str, bytes | None], base: Any) -> str | None:
    """As `apply` does it: write files of codex, record a base that knows them."""
    tool = all_tools.load("codex")
    with transaction.begun(settings, "apply"):
        changes = [
            Change("codex", name, Write(files.read(live.place(settings, tool, name)), text, tool="codex"))
            for name, text in texts.items()
        ]
        bases = PrivateRepo(settings.private).write_bases({"codex": base})
        return transaction.write(settings, changes, bases, "apply")


def base(*names: str) -> dict[str, Any]:
    return {"files": {name: {} for name in names}}


def test_undoing_an_apply_exactly(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(codex(home), ("../dot/codex.toml", b"# mine\r\n\xff", 0o640))
    settings = machine.load()
    tag = applied(
        settings, {"config.toml": b"new", "x.config.toml": b"x", "modelcat/x.json": b"{}"}, base(*NAMES)
    )
    assert tag is not None
    result = restore.run(settings, tag)
    assert isinstance(result, restore.RestoreResult)
    assert seen(codex(home)) == ("../dot/codex.toml", b"# mine\r\n\xff", 0o640)
    assert [seen(codex(home, name)) for name in NAMES[1:]] == [(None, None, None)] * 2
    assert PrivateRepo(settings.private).base("codex") is None, "there was none that day"
    assert sorted((file.path, file.action) for file in result.files) == [
        (str(codex(home)), "written"),
        (str(codex(home, "modelcat/x.json")), "removed"),
        (str(codex(home, "x.config.toml")), "removed"),
    ]
    words.show(result, Screen())
    assert f"`modelcat restore {result.backup}` undoes this" in capsys.readouterr().err
    again = restore.run(settings, str(result.backup))
    assert isinstance(again, restore.RestoreResult)
    assert [seen(codex(home, name))[1] for name in NAMES] == [b"new", b"x", b"{}"]
    assert PrivateRepo(settings.private).base("codex") == base(*NAMES)
    assert json.loads(json.dumps(again.as_json()))["backup"] == again.backup


def test_restoring_what_is_there_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    tag = backup.run(settings).tag
    before = codex(home).stat()
    result = restore.run(settings, str(tag))
    assert isinstance(result, restore.RestoreResult)
    assert (result.backup, [file.action for file in result.files]) == (None, ["unchanged"])
    assert (codex(home).stat().st_mtime_ns, codex(home).stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert len(PrivateRepo(settings.private).tags()) == 1
    words.show(result, Screen())
    assert "already as" in capsys.readouterr().err


def test_files_made_since_go_and_files_taken_over_since_come_back(home: Path) -> None:
    """The first backup does not know them; the backup of the apply that first touched them does."""
    make(codex(home), (None, b"mine", 0o600))
    make(codex(home, "x.config.toml"), (None, b"my own profile", 0o600))
    settings = machine.load()
    first = backup.run(settings).tag
    applied(settings, {"x.config.toml": b"merged", "modelcat/x.json": b"{}"}, base(*NAMES))
    applied(settings, {"x.config.toml": b"merged twice"}, base(*NAMES))
    restore.run(settings, str(first))
    assert [seen(codex(home, name))[1] for name in NAMES] == [b"mine", b"my own profile", None]


def test_one_tool_of_several(home: Path) -> None:
    aichat = home / ".config" / "aichat" / "config.yaml"
    make(codex(home), (None, b"old c", 0o600))
    make(aichat, (None, b"old a", 0o600))
    settings = machine.load()
    tag = str(backup.run(settings).tag)
    make(codex(home), (None, b"new c", 0o600))
    make(aichat, (None, b"new a", 0o600))
    restore.run(settings, tag, tools=["aichat"])
    assert (codex(home).read_bytes(), aichat.read_bytes()) == (b"new c", b"old a")
    with pytest.raises(UsageError, match="has no files of mods; it has aichat, codex"):
        restore.run(settings, tag, tools=["mods"])


def test_a_tool_that_has_moved_gets_its_files_where_it_is_now(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(codex(home), (None, b"old", 0o600))
    tag = str(backup.run(machine.load()).tag)
    make(codex(home), (None, b"not modelcat's to touch any more", 0o600))
    monkeypatch.setenv("CODEX_HOME", str(home / "elsewhere"))
    result = restore.run(machine.load(), tag)
    assert isinstance(result, restore.RestoreResult)
    assert (home / "elsewhere" / "config.toml").read_bytes() == b"old"
    assert codex(home).read_bytes() == b"not modelcat's to touch any more"
    assert result.files[0].moved_from == str(codex(home))
    words.show(result, Screen())
    assert f"(was {codex(home)})" in capsys.readouterr().out


def test_an_editor_in_between_stops_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(codex(home), (None, b"old", 0o600))
    settings = machine.load()
    tag = str(backup.run(settings).tag)
    codex(home).write_bytes(b"new")
    keep = transaction.keep

    def edited(*args: Any) -> str:
        codex(home).write_bytes(b"edited")
        return keep(*args)

    monkeypatch.setattr(transaction, "keep", edited)
    with pytest.raises(StaleFileError):
        restore.run(settings, tag)
    assert codex(home).read_bytes() == b"edited"


@pytest.mark.parametrize(
    "tag", ["backup/2020-01-01T00-00-00Z", "sync/2020-01-01T00-00-00Z", "nonsense", "--all"]
)
def test_an_unknown_tag(tag: str, home: Path) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    backup.run(settings)
    CatalogRepo.open(settings.catalog).commit({"catalog/a.json": "a\n"}, "x", "", "sync/2026-11-24T14-30-00Z")
    with pytest.raises(RepoError, match=r"nearest: (backup|sync)/2026"):
        restore.run(settings, tag)
    assert codex(home).read_bytes() == b"mine"


states: st.SearchStrategy[Seen] = st.one_of(
    st.just((None, None, None)),
    st.tuples(st.none(), st.binary(max_size=6), st.sampled_from([0o600, 0o644])),
    st.tuples(st.sampled_from(["../dot/a", "b"]), st.binary(max_size=6), st.sampled_from([0o600, 0o640])),
)


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.tuples(states, st.binary(max_size=4)), min_size=2, max_size=4), data=st.data())
def test_any_day_comes_back_exactly(
    days: list[tuple[Seen, bytes]],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each day the person changes the main config as they like and modelcat applies something beside it."""
    place = tmp_path_factory.mktemp("days")
    home = place / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MODELCAT_HOME", str(place / "managed"))
    settings = machine.load()
    private = PrivateRepo(settings.private)
    past: list[tuple[str, list[Seen], Any]] = []
    for state, applied_text in days:
        make(codex(home), state)
        past.append(
            (
                str(backup.run(settings, tools=["codex"]).tag),
                [seen(codex(home, n)) for n in NAMES],
                private.base("codex"),
            )
        )
        applied(
            settings, {"x.config.toml": applied_text, "modelcat/x.json": applied_text or None}, base(*NAMES)
        )
    for tag, there, remembered in data.draw(st.permutations(past)):
        restore.run(settings, tag)
        assert [seen(codex(home, name)) for name in NAMES] == there
        assert private.base("codex") == remembered


def test_killed_before_every_touch_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in range(300):
        place = tmp_path / str(step)
        home = place / "home"
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("MODELCAT_HOME", str(place / "managed"))
        settings = machine.load()
        make(codex(home), ("../dot/a", b"old", 0o640))
        tag = str(applied(settings, {"config.toml": b"new", "x.config.toml": b"x"}, base(*NAMES[:2])))
        killed = run_until(step, lambda s=settings, t=tag: restore.run(s, t))  # type: ignore[misc]
        with transaction.begun(settings, "status"):
            there = [seen(codex(home, name)) for name in NAMES[:2]]
        remembered = PrivateRepo(settings.private).base("codex")
        old = [("../dot/a", b"old", 0o640), (None, None, None)]
        new = [("../dot/a", b"new", 0o640), (None, b"x", 0o600)]
        assert (there, remembered) in ((old, None), (new, base(*NAMES[:2]))), step
        if not killed:
            assert there == old
            return
    pytest.fail("it never came to its end")


@pytest.fixture
def catalog(home: Path) -> CatalogRepo:
    repo = CatalogRepo.open(machine.load().catalog)
    (repo.folder / "modelcat.toml").write_text("# first\n")
    repo.commit(
        {"catalog/a.json": "a1\n", "catalog/b.json": "b1\n", "config/txt/a.txt": "a1\n"},
        *("sync: first", "", "sync/2026-11-23T08-00-00Z"),
    )
    (repo.folder / "modelcat.toml").write_text("# second\n")
    repo.commit(
        {"catalog/a.json": "a2\n", "catalog/b.json": None, "catalog/c.json": "c2\n"},
        *("sync: second", "", "sync/2026-11-24T08-00-00Z"),
    )
    return repo


@pytest.mark.parametrize("revision", ["sync/2026-11-23T08-00-00Z", "2026-11-23T08-00-00Z", "HEAD~1"])
def test_the_catalog_goes_back_as_a_new_commit(
    revision: str, catalog: CatalogRepo, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(codex(home), (None, b"mine", 0o600))
    result = restore.run(machine.load(), revision)
    assert isinstance(result, restore.CatalogRestoreResult)
    assert catalog.read_all("catalog") == {"catalog/a.json": "a1\n", "catalog/b.json": "b1\n"}
    assert not (catalog.folder / "catalog" / "c.json").exists()
    assert (catalog.folder / "modelcat.toml").read_text() == "# second\n", "what the person wrote stays"
    assert result.changed == ("catalog/a.json", "catalog/b.json", "catalog/c.json")
    assert git(catalog.folder, "log", "--format=%s").splitlines()[0] == f"restore: {revision}"
    assert len(catalog.log()) == 3
    assert clean(catalog.folder)
    assert codex(home).read_bytes() == b"mine"
    words.show(result, Screen())
    assert "next `modelcat apply`" in capsys.readouterr().err
    again = restore.run(machine.load(), revision if revision != "HEAD~1" else "HEAD~2")
    assert isinstance(again, restore.CatalogRestoreResult)
    assert (again.commit, again.changed, again.exit_code) == (None, (), ExitCode.OK)
    words.show(again, Screen())
    assert "already" in capsys.readouterr().err


def test_a_tool_and_a_sync_tag_do_not_go_together(catalog: CatalogRepo) -> None:
    with pytest.raises(UsageError, match="--tool goes with a backup tag"):
        restore.run(machine.load(), "sync/2026-11-23T08-00-00Z", tools=["codex"])


def test_the_bare_time_of_a_backup_is_told_to_be_one(catalog: CatalogRepo, home: Path) -> None:
    make(codex(home), (None, b"mine", 0o600))
    tag = backup.run(machine.load()).tag
    assert tag is not None
    with pytest.raises(RepoError, match=f"the backup is {tag}$"):
        restore.run(machine.load(), tag.removeprefix("backup/"))


def test_the_tags_there_are(catalog: CatalogRepo, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(codex(home), (None, b"mine", 0o600))
    tag = backup.run(machine.load()).tag
    result = restore.listing(machine.load())
    rows = result.as_json()
    assert [row["tag"] for row in rows["backups"]] == [tag]
    assert [row["tag"] for row in rows["syncs"]] == ["sync/2026-11-24T08-00-00Z", "sync/2026-11-23T08-00-00Z"]
    assert rows["syncs"][0]["subject"] == "sync: second"
    # As every other time of ours, and not in seconds.
    times = [row["when"] for row in (*rows["backups"], *rows["syncs"])]
    assert all(re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z", str(time)) for time in times), times
    words.show_tags(result, Screen())
    out = capsys.readouterr().out
    assert out.index("backup/") < out.index("sync/2026-11-24") < out.index("sync/2026-11-23")


def test_no_tags_yet(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words.show_tags(restore.listing(machine.load()), Screen())
    assert "nothing to restore yet" in capsys.readouterr().err


def test_folders_that_an_apply_made_go_with_their_last_file(home: Path) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    texts: dict[str, bytes | None] = {"config.toml": b"new", "modelcat/x.json": b"{}"}
    tag = applied(settings, texts, base("config.toml", "modelcat/x.json"))
    assert tag is not None
    assert codex(home, "modelcat").is_dir()
    restore.run(settings, tag)
    assert sorted(path.name for path in codex(home).parent.iterdir()) == ["config.toml"]
    again = applied(settings, texts, base("config.toml", "modelcat/x.json"))
    assert again is not None
    restore.run(settings, again)
    assert sorted(path.name for path in codex(home).parent.iterdir()) == ["config.toml"]


def test_the_tools_own_folder_goes_too_if_it_was_made(home: Path) -> None:
    settings = machine.load()
    tag = applied(settings, {"config.toml": b"new", "modelcat/x.json": b"{}"}, base(*NAMES))
    assert tag is not None
    restore.run(settings, tag)
    assert not codex(home).parent.exists()
    assert home.is_dir()


def test_a_folder_of_the_persons_stays_though_it_is_empty(home: Path) -> None:
    codex(home, "modelcat").mkdir(parents=True)
    settings = machine.load()
    tag = applied(settings, {"modelcat/x.json": b"{}"}, base("modelcat/x.json"))
    assert tag is not None
    restore.run(settings, tag)
    assert list(codex(home, "modelcat").iterdir()) == []


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_a_folder_with_something_of_the_persons_stays(home: Path, what: str) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    tag = applied(settings, {"modelcat/x.json": b"{}"}, base("modelcat/x.json"))
    assert tag is not None
    theirs = codex(home, "modelcat/theirs")
    if what == "file":
        theirs.write_text("notes")
    elif what == "link":
        theirs.symlink_to("nowhere")
    else:
        theirs.mkdir()
    restore.run(settings, tag)
    assert list(codex(home, "modelcat").iterdir()) == [theirs]


def test_a_folder_that_somebody_made_in_its_place_stays(home: Path) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    tag = applied(settings, {"modelcat/x.json": b"{}"}, base("modelcat/x.json"))
    assert tag is not None
    ours = codex(home, "modelcat")
    ours.rename(codex(home, "kept by the person"))
    make(codex(home, "modelcat/x.json"), (None, b"{}", 0o600))
    restore.run(settings, tag)
    assert list(ours.iterdir()) == []


def test_a_lost_or_damaged_note_costs_an_empty_folder_only(home: Path) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    for text in ("", "[]", '{"/": 5}', '{"x": [1, 2]}'):
        tag = applied(settings, {"modelcat/x.json": b"{}"}, base("modelcat/x.json"))
        assert tag is not None
        (settings.extra / "folders.json").write_text(text)
        restore.run(settings, tag)
        assert list(codex(home, "modelcat").iterdir()) == []
        codex(home, "modelcat").rmdir()
    assert codex(home).read_bytes() == b"mine"


def test_killed_at_any_moment_of_undoing_nothing_of_the_persons_goes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(codex(home), (None, b"mine", 0o600))
    settings = machine.load()
    tag = applied(settings, {"config.toml": b"new", "modelcat/x.json": b"{}"}, base(*NAMES))
    assert tag is not None
    for step in range(200):
        place = tmp_path / f"k{step}"
        shutil.copytree(home, place / "home", symlinks=True)
        shutil.copytree(settings.home, place / "managed", symlinks=True)
        monkeypatch.setenv("HOME", str(place / "home"))
        monkeypatch.setenv("MODELCAT_HOME", str(place / "managed"))
        here, folder = machine.load(), codex(place / "home", "modelcat")
        folders.note(here, [folder])  # the copy is another folder than the one that was made
        killed = run_until(step, lambda here=here: restore.run(here, tag))  # type: ignore[misc]
        restore.run(here, tag)
        assert seen(codex(place / "home")) == (None, b"mine", 0o600), step
        assert not folder.exists() or not list(folder.iterdir())
        if not killed:
            assert not folder.exists()
            break
    else:
        pytest.fail("it never came to its end")
