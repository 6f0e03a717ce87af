"""A write of several files killed at any moment: after the next start all are old or all are new."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modelcat import files
from modelcat.files import Recovery, Write
from modelcat.files.disk import link_text
from tests.killed import run_until

Seen = dict[str, tuple[str | None, bytes, int]]


def prepare(home: Path) -> None:
    """Three files of three tools, one behind a link; one that will go; a link that will be another."""
    (home / "managed").mkdir(parents=True)
    (home / "dot").mkdir()
    (home / "dot" / "a.yaml").write_text("old a")
    (home / "dot" / "a.yaml").chmod(0o640)
    (home / "a.yaml").symlink_to("dot/a.yaml")
    (home / "b.toml").write_text("old b")
    (home / "gone.json").write_text("old gone")
    (home / "link").symlink_to("dot/one")
    (home / "dot" / "one").write_text("old one")
    (home / "refs.json").write_text("{}")


def writes(home: Path) -> list[Write]:
    return [
        Write(files.read(home / "a.yaml"), b"new a", tool="aichat"),
        Write(files.read(home / "b.toml"), b"new b", tool="codex", mode=0o600),
        Write(files.read(home / "gone.json"), None, tool="codex"),
        Write(files.read(home / "deep" / "er" / "new.json"), b"new", tool="codex"),
        Write(files.read(home / "link"), b"new two", tool="mods", exact=True, link="dot/two", mode=0o600),
    ]


REFS = {"aichat": "1", "codex": "2", "mods": "3"}


def finish(home: Path) -> Callable[[Mapping[str, str]], None]:
    """Set the references as git does: whole, by a rename."""

    def finish(refs: Mapping[str, str]) -> None:
        (home / "refs.json.lock").write_text(json.dumps(dict(refs)))
        (home / "refs.json.lock").replace(home / "refs.json")

    return finish


def run(home: Path) -> None:
    files.write_all(writes(home), home / "managed" / "journal.json", refs=REFS, finish=finish(home))


def seen(home: Path) -> Seen:
    """Every file below `home`: its link's text, its bytes, its mode."""
    found: Seen = {}
    for path in sorted(home.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(home))] = (link_text(path), b"", 0)
        elif path.is_file():
            found[str(path.relative_to(home))] = (None, path.read_bytes(), path.stat().st_mode & 0o777)
        elif path != home / "managed":
            found[str(path.relative_to(home))] = (None, b"a folder", path.stat().st_mode & 0o777)
    return found


@pytest.fixture
def old_and_new(tmp_path: Path) -> tuple[Seen, Seen]:
    prepare(tmp_path / "model")
    old = seen(tmp_path / "model")
    run(tmp_path / "model")
    return old, seen(tmp_path / "model")


def recover(home: Path) -> Recovery:
    (home / "refs.json.lock").unlink(missing_ok=True)
    return files.recover(home / "managed" / "journal.json", finish(home))


def test_the_write_itself(old_and_new: tuple[Seen, Seen]) -> None:
    old, new = old_and_new
    assert old["refs.json"][1] == b"{}"
    assert json.loads(new["refs.json"][1]) == REFS
    assert new["a.yaml"] == old["a.yaml"] == ("dot/a.yaml", b"", 0)
    assert (new["dot/a.yaml"], new["b.toml"]) == ((None, b"new a", 0o640), (None, b"new b", 0o600))
    assert new["deep/er/new.json"] == (None, b"new", 0o600)
    assert (new["link"], new["dot/two"], new["dot/one"]) == (
        ("dot/two", b"", 0),
        (None, b"new two", 0o600),
        old["dot/one"],
    )
    assert set(new) - set(old) == {"deep", "deep/er", "deep/er/new.json", "dot/two"}
    assert set(old) - set(new) == {"gone.json"}


def test_killed_before_every_touch_of_the_disk(tmp_path: Path, old_and_new: tuple[Seen, Seen]) -> None:
    old, new = old_and_new
    outcomes = []
    for step in range(200):
        home = tmp_path / str(step)
        prepare(home)
        killed = run_until(step, lambda home=home: run(home))  # type: ignore[misc]
        recovery = recover(home)
        after = seen(home)
        assert after in (old, new), step
        assert recovery.kept == ()
        assert recover(home) == Recovery()
        outcomes.append(after == new)
        if not killed:
            break
    else:
        pytest.fail("it never came to its end")
    assert len(outcomes) > 25
    assert outcomes == sorted(outcomes), "from the journal on it is new"
    assert 5 < sum(outcomes) < len(outcomes) - 5


def test_killed_at_every_named_step(tmp_path: Path, old_and_new: tuple[Seen, Seen]) -> None:
    """The steps that `watch` tells are enough to name every moment at which the outcome can turn."""
    old, new = old_and_new
    names: list[str] = []
    prepare(tmp_path / "names")
    journal = tmp_path / "names" / "managed" / "journal.json"
    files.write_all(
        writes(tmp_path / "names"), journal, refs=REFS, finish=finish(tmp_path / "names"), watch=names.append
    )
    assert names[0] == "note staging"
    assert names[-1] == "drop the journal"
    for name in names:
        home = tmp_path / name.replace(" ", "-")
        prepare(home)

        def watch(step: str, name: str = name) -> None:
            if step == name:
                os.kill(os.getpid(), 9)

        def work(home: Path = home, watch: Callable[[str], None] = watch) -> None:
            journal = home / "managed" / "journal.json"
            files.write_all(writes(home), journal, refs=REFS, finish=finish(home), watch=watch)

        assert run_until(10_000, work)
        recover(home)
        late = names.index(name) > names.index("set writing")
        assert seen(home) == (new if late else old), name


def test_recovery_killed_before_every_touch_of_the_disk(
    tmp_path: Path, old_and_new: tuple[Seen, Seen]
) -> None:
    old, new = old_and_new
    for first in (2, 8, 14, 20, 26, 32):
        for step in range(60):
            home = tmp_path / f"{first}-{step}"
            prepare(home)
            run_until(first, lambda home=home: run(home))  # type: ignore[misc]
            killed = run_until(step, lambda home=home: recover(home))  # type: ignore[misc]
            recover(home)
            assert seen(home) in (old, new), (first, step)
            if not killed:
                break


def killed_at(home: Path, name: str) -> None:
    def watch(step: str) -> None:
        if step == name:
            os.kill(os.getpid(), 9)

    def work() -> None:
        files.write_all(
            writes(home), home / "managed" / "journal.json", refs=REFS, finish=finish(home), watch=watch
        )

    assert run_until(10_000, work)


def test_what_somebody_edited_since_the_kill_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "x"
    prepare(home)
    killed_at(home, "put 1")
    assert (home / "dot" / "a.yaml").read_text() == "new a"
    (home / "dot" / "a.yaml").write_text("edited after it was written")
    (home / "b.toml").write_text("edited before it was written")
    recovery = recover(home)
    assert recovery.kept == (home / "dot" / "a.yaml", home / "b.toml")
    assert home / "gone.json" in recovery.finished
    assert (home / "dot" / "a.yaml").read_text() == "edited after it was written"
    assert (home / "b.toml").read_text() == "edited before it was written"
    assert not (home / "gone.json").exists()
    assert json.loads((home / "refs.json").read_text()) == {"mods": "3"}, "not of tools whose files are other"
    assert not [path for path in home.rglob("*") if "modelcat-" in path.name]


def test_a_staged_file_that_somebody_removed(tmp_path: Path) -> None:
    home = tmp_path / "x"
    prepare(home)
    killed_at(home, "put 0")
    for path in (home / "dot").glob(".a.yaml.modelcat-*"):
        path.unlink()
    recovery = recover(home)
    assert recovery.kept == (home / "dot" / "a.yaml",)
    assert (home / "dot" / "a.yaml").read_text() == "old a"
    assert (home / "b.toml").read_text() == "new b"
    assert "aichat" not in json.loads((home / "refs.json").read_text())


def test_a_file_that_was_read_only_by_then(tmp_path: Path) -> None:
    """A change of mode is a change by the person too."""
    home = tmp_path / "x"
    prepare(home)
    killed_at(home, "put 0")
    (home / "b.toml").chmod(0o444)
    assert recover(home).kept == (home / "b.toml",)
    assert (home / "b.toml").read_text() == "old b"


def test_a_reference_that_cannot_be_set_is_set_by_the_next_run(tmp_path: Path) -> None:
    home = tmp_path / "x"
    prepare(home)

    def broken(_: Mapping[str, str]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.write_all(writes(home), home / "managed" / "journal.json", refs=REFS, finish=broken)
    assert (home / "b.toml").read_text() == "new b"
    assert recover(home) == Recovery()
    assert json.loads((home / "refs.json").read_text()) == REFS


def test_interrupting_before_the_journal_undoes_and_after_it_finishes(
    tmp_path: Path, old_and_new: tuple[Seen, Seen]
) -> None:
    old, new = old_and_new
    for name, expected in {"stage 3": old, "set writing": old, "put 2": new, "finish": new}.items():
        home = tmp_path / name.replace(" ", "-")
        prepare(home)

        def watch(step: str, name: str = name) -> None:
            if step == name:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            files.write_all(
                writes(home), home / "managed" / "journal.json", refs=REFS, finish=finish(home), watch=watch
            )
        if expected is old:
            assert seen(home) == old, "at once, without a next run"
        recover(home)
        assert seen(home) == expected, name
