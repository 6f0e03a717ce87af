"""Reading and writing the person's files: several or none, links stay links, nothing of anybody's is lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcat import files
from modelcat.errors import StaleFileError, StorageError
from modelcat.files import Recovery, Write
from modelcat.files.disk import link_text

NOBODY = 12345


@pytest.fixture
def here(tmp_path: Path) -> Path:
    place = tmp_path / "configs"
    place.mkdir()
    return place


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    (tmp_path / "managed").mkdir()
    return tmp_path / "managed" / "journal.json"


class Refs:
    """Takes the place of the repository's references."""

    def __init__(self) -> None:
        self.set: list[dict[str, str]] = []

    def finish(self, refs: Mapping[str, str]) -> None:
        self.set.append(dict(refs))


def write(journal: Path, *writes: Write, refs: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    made = Refs()
    files.write_all(writes, journal, refs=refs or {}, finish=made.finish)
    assert sorted(path.name for path in journal.parent.iterdir()) == []
    return made.set


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def alone(*paths: Path) -> bool:
    """Whether there is nothing but `paths` in their folders: no leftovers."""
    return all(set(path.parent.iterdir()) <= {*paths} for path in paths)


# Reading


def test_a_file_as_it_is(here: Path) -> None:
    (here / "c.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\n\xff")
    (here / "c.yaml").chmod(0o604)
    shot = files.read(here / "c.yaml")
    assert (shot.path, shot.real, shot.existed) == (here / "c.yaml", here / "c.yaml", True)
    assert (shot.data, shot.mode, shot.link) == (b"\xef\xbb\xbfa: 1\r\n\xff", 0o604, None)


def test_a_file_that_is_not_there(here: Path) -> None:
    shot = files.read(here / "no" / "such.yaml")
    assert (shot.existed, shot.data, shot.mode, shot.link, shot.digest) == (False, b"", None, None, "")


def test_links_are_followed_and_remembered(here: Path) -> None:
    (here / "dot").mkdir()
    (here / "dot" / "real").write_text("x")
    (here / "middle").symlink_to("dot/real")
    (here / "c.yaml").symlink_to("./middle")
    shot = files.read(here / "c.yaml")
    assert (shot.real, shot.data, shot.link) == (here / "dot" / "real", b"x", "./middle")
    (here / "dot" / "real").unlink()
    gone = files.read(here / "c.yaml")
    assert (gone.real, gone.existed, gone.link) == (here / "dot" / "real", False, "./middle")


def loop(place: Path) -> None:
    place.symlink_to(place.with_name("other"))
    place.with_name("other").symlink_to(place)


def fifo(place: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize(
    ("make", "words"), [(loop, "circle"), (Path.mkdir, "is a folder"), (fifo, "no regular file")]
)
def test_what_is_no_file_is_refused(make: object, words: str, here: Path) -> None:
    make(here / "c.yaml")  # type: ignore[operator]
    with pytest.raises(StorageError, match=words) as caught:
        files.read(here / "c.yaml")
    assert str(here / "c.yaml") in str(caught.value)


def test_a_file_in_the_place_of_a_folder(here: Path) -> None:
    (here / "file").touch()
    with pytest.raises(StorageError, match="file"):
        files.read(here / "file" / "c.yaml")


# Writing


def test_several_files_and_their_reference(here: Path, journal: Path) -> None:
    (here / "a").write_text("old a")
    (here / "b").write_text("old b")
    (here / "gone").write_text("gone")
    shots = {name: files.read(here / name) for name in ("a", "b", "gone", "new")}
    done = write(
        journal,
        Write(shots["a"], b"new a", tool="aichat"),
        Write(shots["b"], b"new b", tool="codex"),
        Write(shots["gone"], None, tool="codex"),
        Write(shots["new"], b"new", tool="mods"),
        refs={"aichat": "1", "codex": "2", "mods": "3"},
    )
    assert {path.name: path.read_text() for path in here.iterdir()} == {
        "a": "new a",
        "b": "new b",
        "new": "new",
    }
    assert done == [{"aichat": "1", "codex": "2", "mods": "3"}]


def test_mode_stays_and_a_new_file_is_private(here: Path, journal: Path) -> None:
    (here / "a").write_text("old")
    (here / "a").chmod(0o664)
    write(
        journal, Write(files.read(here / "a"), b"new"), Write(files.read(here / "deep" / "er" / "b"), b"new")
    )
    assert mode(here / "a") == 0o664
    assert mode(here / "deep" / "er" / "b") == 0o600
    assert mode(here / "deep") == mode(here / "deep" / "er") == 0o700
    write(journal, Write(files.read(here / "a"), b"newer", mode=0o600))
    assert mode(here / "a") == 0o600


def test_only_the_mode_may_change(here: Path, journal: Path) -> None:
    (here / "a").write_text("same")
    (here / "a").chmod(0o644)
    write(journal, Write(files.read(here / "a"), b"same", mode=0o600))
    assert mode(here / "a") == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file to another owner needs root")
def test_the_owner_stays(here: Path, journal: Path) -> None:
    (here / "a").write_text("old")
    os.chown(here / "a", NOBODY, NOBODY + 1)
    write(journal, Write(files.read(here / "a"), b"new"))
    found = (here / "a").stat()
    assert (found.st_uid, found.st_gid, (here / "a").read_text()) == (NOBODY, NOBODY + 1, "new")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_extended_attributes_stay(here: Path, journal: Path) -> None:
    (here / "a").write_text("old")
    try:
        os.setxattr(here / "a", "user.origin", b"mine")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write(journal, Write(files.read(here / "a"), b"new"))
    assert os.getxattr(here / "a", "user.origin") == b"mine"


def test_equal_bytes_are_not_written(here: Path, journal: Path) -> None:
    (here / "a").write_text("same")
    before = (here / "a").stat()
    shot = files.read(here / "a")
    assert not files.differs(Write(shot, b"same"))
    assert write(journal, Write(shot, b"same"), refs={"aichat": "1"}) == [{"aichat": "1"}]
    after = (here / "a").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_link_stays_a_link(here: Path, journal: Path) -> None:
    (here / "dot").mkdir()
    (here / "dot" / "real").write_text("old")
    (here / "dot" / "real").chmod(0o640)
    (here / "middle").symlink_to("dot/real")
    (here / "a").symlink_to("middle")
    write(journal, Write(files.read(here / "a"), b"new"))
    assert (link_text(here / "a"), link_text(here / "middle")) == ("middle", "dot/real")
    assert ((here / "dot" / "real").read_text(), mode(here / "dot" / "real")) == ("new", 0o640)
    assert alone(here / "dot" / "real")


def test_a_link_that_leads_nowhere_leads_to_the_new_file(here: Path, journal: Path) -> None:
    (here / "a").symlink_to("dot/real")
    write(journal, Write(files.read(here / "a"), b"new"))
    assert link_text(here / "a") == "dot/real"
    assert (here / "dot" / "real").read_text() == "new"


def test_removing_through_a_link_leaves_what_it_points_to(here: Path, journal: Path) -> None:
    (here / "real").write_text("mine")
    (here / "a").symlink_to("real")
    write(journal, Write(files.read(here / "a"), None))
    assert not (here / "a").is_symlink()
    assert (here / "real").read_text() == "mine"


# Refusing


def test_a_file_changed_since_it_was_read(here: Path, journal: Path) -> None:
    for name in "ab":
        (here / name).write_text("old")
    shots = [files.read(here / name) for name in "ab"]
    (here / "b").write_text("edited")
    with pytest.raises(StaleFileError, match=r"/b: changed meanwhile; nothing was written"):
        write(journal, *(Write(shot, b"new") for shot in shots))
    assert ((here / "a").read_text(), (here / "b").read_text()) == ("old", "edited")
    assert alone(here / "a", here / "b")
    assert list(journal.parent.iterdir()) == []


def replaced_by_a_link(place: Path) -> None:
    place.rename(place.with_name("moved"))
    place.symlink_to("moved")


def made_readable(place: Path) -> None:
    place.chmod(0o644)


@pytest.mark.parametrize("change", [Path.unlink, replaced_by_a_link, made_readable])
def test_other_changes_since_it_was_read(change: object, here: Path, journal: Path) -> None:
    (here / "a").write_text("old")
    (here / "a").chmod(0o600)
    shot = files.read(here / "a")
    change(here / "a")  # type: ignore[operator]
    with pytest.raises(StaleFileError):
        write(journal, Write(shot, b"new"))
    assert b"new" not in {path.read_bytes() for path in here.iterdir()}


def test_a_file_that_was_made_since(here: Path, journal: Path) -> None:
    shot = files.read(here / "deep" / "a")
    (here / "deep").mkdir()
    (here / "deep" / "a").write_text("theirs")
    with pytest.raises(StaleFileError):
        write(journal, Write(shot, b"new"))
    assert (here / "deep" / "a").read_text() == "theirs"


def test_a_file_saved_while_the_new_contents_are_staged(here: Path, journal: Path) -> None:
    for name in "ab":
        (here / name).write_text("old")
    made = Refs()

    def editor(step: str) -> None:
        if step == "sync the staged":
            (here / "b").write_text("edited")

    writes = [Write(files.read(here / name), b"new", tool=name) for name in "ab"]
    with pytest.raises(StaleFileError, match="nothing was written"):
        files.write_all(writes, journal, refs={"a": "1", "b": "2"}, finish=made.finish, watch=editor)
    assert ((here / "a").read_text(), (here / "b").read_text(), made.set) == ("old", "edited", [])
    assert alone(here / "a", here / "b")
    assert list(journal.parent.iterdir()) == []


def test_a_file_saved_in_the_last_moment_stays_and_the_others_are_written(here: Path, journal: Path) -> None:
    """An editor between the last look at all files and the rename of one of them."""
    for name in "ab":
        (here / name).write_text("old")
    made = Refs()

    def editor(step: str) -> None:
        if step == "put 1":
            (here / "b").write_text("edited")

    writes = [
        Write(files.read(here / "a"), b"new", tool="x"),
        Write(files.read(here / "b"), b"new", tool="y"),
    ]
    with pytest.raises(StaleFileError, match="/b: changed while being written, and so left alone"):
        files.write_all(writes, journal, refs={"x": "1", "y": "2"}, finish=made.finish, watch=editor)
    assert ((here / "a").read_text(), (here / "b").read_text()) == ("new", "edited")
    assert made.set == [{"x": "1"}], "what was applied to b is not what is there"
    assert alone(here / "a", here / "b")
    assert list(journal.parent.iterdir()) == []


def test_a_read_only_file_is_left_alone(here: Path, journal: Path) -> None:
    for name in "ab":
        (here / name).write_text("old")
    (here / "b").chmod(0o444)
    with pytest.raises(StorageError, match=r"/b: is read-only"):
        write(journal, *(Write(files.read(here / name), b"new") for name in "ab"))
    assert ((here / "a").read_text(), (here / "b").read_text()) == ("old", "old")
    assert alone(here / "a", here / "b")


def test_one_file_for_two_tools_is_refused(here: Path, journal: Path) -> None:
    (here / "a").write_text("old")
    (here / "b").symlink_to("a")
    with pytest.raises(StorageError, match="two configs are this one file"):
        write(journal, Write(files.read(here / "a"), b"1"), Write(files.read(here / "b"), b"2"))
    assert (here / "a").read_text() == "old"


def as_nobody(code: str, *words: str) -> str:
    """Run code as a user without rights; gives what it prints."""
    # The interpreter may stand where that user cannot look, so everything is imported before.
    imports = "import os, sys\nfrom pathlib import Path\nfrom modelcat import files\n"
    drop = f"if os.geteuid() == 0:\n    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
    script = imports + drop + code
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


WRITING = """
from pathlib import Path
from modelcat import files
from modelcat.errors import ModelcatError
try:
    writes = [files.Write(files.read(Path(word)), b"new") for word in sys.argv[2:]]
    files.write_all(writes, Path(sys.argv[1]), refs={}, finish=lambda refs: None)
    print("written")
except ModelcatError as error:
    print(error)
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that a user without rights can reach and write to."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/") and str(parent) != "/tmp":  # noqa: S108
            parent.chmod(parent.stat().st_mode | 0o055)
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o777)
    return place


def test_a_folder_that_may_not_be_written(shared: Path) -> None:
    locked, free = shared / "locked", shared / "free"
    for place in (locked, free):
        place.mkdir()
        (place / "a").write_text("old")
        if os.geteuid() == 0:
            os.chown(place / "a", NOBODY, NOBODY)
            os.chown(place, NOBODY, NOBODY)
    locked.chmod(0o555)
    said = as_nobody(WRITING, str(shared / "journal.json"), str(free / "a"), str(locked / "a"))
    assert "Permission denied" in said
    assert str(locked) in said
    assert [(place / "a").read_text() for place in (free, locked)] == ["old", "old"]
    assert alone(free / "a", locked / "a")
    locked.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another owner")
def test_a_file_of_another_owner_is_refused_because_it_would_change_hands(shared: Path) -> None:
    (shared / "a").write_text("old")
    (shared / "a").chmod(0o666)
    said = as_nobody(WRITING, str(shared / "journal.json"), str(shared / "a"))
    assert said == f"{shared / 'a'}: Operation not permitted; check who owns it and who may write there\n"
    assert ((shared / "a").read_text(), (shared / "a").stat().st_uid) == ("old", 0)
    assert {path.name for path in shared.iterdir()} == {"a"}


@pytest.mark.parametrize("limit", [0, 100, 1000, 60_000])
def test_a_disk_that_takes_no_more(limit: int, here: Path, journal: Path) -> None:
    for name in "ab":
        (here / name).write_text("old")
    code = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        + WRITING.replace('b"new"', 'b"new" * 30_000')
    )
    command = [sys.executable, "-c", f"import sys\n{code}", str(journal), str(here / "a"), str(here / "b")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "the disk is full" in done.stdout
    assert [(here / name).read_text() for name in "ab"] == ["old", "old"]
    assert alone(here / "a", here / "b")
    assert list(journal.parent.iterdir()) == []


# Restoring exactly

states = st.one_of(
    st.just(None),
    st.tuples(st.just("file"), st.binary(max_size=8), st.sampled_from([0o600, 0o644, 0o666, 0o200])),
    st.tuples(
        st.just("link"),
        st.sampled_from(["one", "./one", "two", "sub/three", "missing/four"]),
        st.none() | st.tuples(st.binary(max_size=8), st.sampled_from([0o600, 0o640])),
    ),
)


def make_state(place: Path, state: object) -> None:
    match state:
        case ("file", bytes(data), int(bits)):
            place.write_bytes(data)
            place.chmod(bits)
        case ("link", str(text), inner):
            place.symlink_to(text)
            target = place.parent / text
            if inner is not None:
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(inner[0])  # type: ignore[index]
                target.chmod(inner[1])  # type: ignore[index]


def seen(place: Path) -> tuple[str | None, bytes | None, int | None]:
    """What a person sees at `place`: the link's text, the bytes, the mode."""
    link = link_text(place) if place.is_symlink() else None
    if not place.exists():
        return link, None, None
    return link, place.read_bytes(), stat.S_IMODE(place.stat().st_mode)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=states, after=states)
def test_any_state_comes_back_exactly(
    before: object, after: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("r")
    journal = home / "managed" / "journal.json"
    journal.parent.mkdir()
    one, two = home / "c" / "config", home / "d" / "config"
    for place, state in ((one, before), (two, after)):
        place.parent.mkdir()
        make_state(place, state)
    goal, wanted = files.read(one), seen(one)
    data = goal.data if goal.existed else None
    write(journal, Write(files.read(two), data, mode=goal.mode, exact=True, link=goal.link))
    assert seen(two) == wanted
    assert not files.differs(Write(files.read(two), data, mode=goal.mode, exact=True, link=goal.link))
    assert not [path for path in home.rglob("*") if "modelcat-" in path.name]


# The lock


HOLDING = """
import sys, time
from pathlib import Path
from modelcat import files
with files.locked(Path(sys.argv[1]), "sync --all"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    first = holder(tmp_path / "managed")
    with (
        pytest.raises(
            StorageError, match=rf"`modelcat sync --all`, process {first.pid}, since 20\d\d-.* UTC; wait"
        ),
        files.locked(tmp_path / "managed", "apply", patience=0.1),
    ):
        pytest.fail("two at once")
    first.communicate("")
    with files.locked(tmp_path / "managed", "apply"):
        assert mode(tmp_path / "managed" / "lock") == mode(tmp_path / "managed" / "lock.holder") == 0o600
    assert mode(tmp_path / "managed") == 0o700
    assert not (tmp_path / "managed" / "lock.holder").exists()


def test_the_second_waits_for_a_first_that_is_soon_done(tmp_path: Path) -> None:
    first = holder(tmp_path / "managed")
    assert first.stdin is not None
    first.stdin.close()
    with files.locked(tmp_path / "managed", "apply"):
        pass
    assert first.wait() == 0
    assert first.stdout is not None
    first.stdout.close()


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    first = holder(tmp_path / "managed")
    first.kill()
    first.communicate()
    with files.locked(tmp_path / "managed", "apply", patience=0.1):
        assert str(os.getpid()) in (tmp_path / "managed" / "lock.holder").read_text()


def test_an_error_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.locked(tmp_path / "managed", "apply"):
        raise ZeroDivisionError
    with files.locked(tmp_path / "managed", "apply", patience=0.1):
        pass


def test_a_managed_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"), files.locked(tmp_path / "file" / "managed", "apply"):
        pytest.fail("locked")


# The journal


def test_without_a_journal_there_is_nothing_to_recover(journal: Path) -> None:
    made = Refs()
    assert files.recover(journal, made.finish) == Recovery()
    assert made.set == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "state": "writing", "steps": [{}]}']
)
def test_a_journal_that_cannot_be_read_is_said_and_kept(text: str, journal: Path) -> None:
    journal.write_text(text)
    with pytest.raises(StorageError, match="move it away"):
        files.recover(journal, Refs().finish)
    assert journal.read_text() == text
