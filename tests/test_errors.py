from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from modelcat.errors import (
    AuthenticationError,
    DocumentError,
    ExitCode,
    FetchError,
    ModelcatError,
    RateLimitError,
    RepoError,
    SettingsError,
    UsageError,
    ended,
    typed,
)


def run(error: BaseException | None, folder: Path) -> tuple[int, list[str]]:
    said: list[str] = []

    def command() -> int:
        if error is not None:
            raise error
        return ExitCode.NO

    return ended(command, lambda: folder, said.append), said


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (None, 1, None),
        (UsageError("two words too many"), 2, "error: two words too many"),
        (SettingsError("a.toml:3:1: what"), 3, "error: a.toml:3:1: what"),
        (RepoError("broken"), 3, "error: broken"),
        (DocumentError("/x.yaml", 4, 2, "a tab"), 3, "error: /x.yaml:4:2: a tab"),
        (DocumentError("/x.yaml", 0, 0, "too large"), 3, "error: /x.yaml: too large"),
        (OSError(28, "No space left on device", "/x"), 3, "error: /x: No space left on device"),
        (KeyboardInterrupt(), 130, "interrupted; nothing half-written is left behind"),
        (BrokenPipeError(), 0, None),
    ],
)
def test_every_ending_has_its_code_and_one_line(
    error: BaseException | None, code: int, word: str | None, tmp_path: Path
) -> None:
    assert run(error, tmp_path) == (code, [word] if word else [])
    assert not list(tmp_path.glob("bug-*"))


def test_a_bug_goes_to_a_log_and_not_to_the_screen(tmp_path: Path) -> None:
    code, said = run(ZeroDivisionError("by nothing"), tmp_path / "new")
    [log] = (tmp_path / "new").iterdir()
    assert code == 4
    assert len(said) == 1
    assert str(log) in said[0]
    assert "Traceback" not in said[0]
    assert "by nothing" in log.read_text()


def test_a_bug_where_no_log_can_be_written_is_still_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = run(ZeroDivisionError("by nothing"), tmp_path / "file" / "folder")
    assert code == 4
    assert said == ["bug: ZeroDivisionError: by nothing. No log could be written; please report this line."]


def test_a_bug_on_the_way_to_the_log_is_no_second_one(tmp_path: Path) -> None:
    """The settings say where logs go, and may be what is broken."""
    said: list[str] = []

    def broken() -> int:
        raise NameError("nobody knows it")

    assert ended(broken, lambda: tmp_path / str(broken()), said.append) == 4
    assert said == ["bug: NameError: nobody knows it. No log could be written; please report this line."]


def test_a_bug_log_never_shows_what_variables_held(tmp_path: Path) -> None:
    def command() -> int:
        key = "sk-" + "verysecret"
        raise ZeroDivisionError(f"{len(key)} characters")

    ended(command, lambda: tmp_path, lambda _: None)
    [log] = tmp_path.glob("bug-*")
    assert "sk-verysecret" not in log.read_text()


def test_the_tree_of_exceptions() -> None:
    assert issubclass(AuthenticationError, FetchError)
    assert issubclass(RateLimitError, FetchError)
    assert issubclass(FetchError, ModelcatError)


@pytest.mark.parametrize(
    ("platform", "path", "expected"),
    [
        ("linux", "/a/b", "/a/b"),
        ("darwin", "/Users/a/Application Support/x", "'/Users/a/Application Support/x'"),
        ("win32", "C:\\a\\b", "C:\\a\\b"),
        ("win32", "C:\\a b", '"C:\\a b"'),
    ],
)
def test_paths_in_commands_can_be_copied(
    platform: str, path: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert typed(PurePosixPath(path)) == expected
