"""`modelcat backup`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcat import settings as machine
from modelcat.commands import backup
from modelcat.errors import ExitCode, StorageError, UsageError
from modelcat.output import Screen
from modelcat.output import backup as words
from modelcat.repo.private import PrivateRepo
from tests.real_git import git


@pytest.fixture
def config(home: Path) -> Path:
    place = home / ".config" / "aichat" / "config.yaml"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"a: 1\r\n")
    place.chmod(0o640)
    return place


def test_the_files_are_committed_and_tagged(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = machine.load()
    result = backup.run(settings)
    assert result.exit_code == ExitCode.OK
    assert result.as_json() == {
        "tag": result.tag,
        "files": [{"tool": "aichat", "path": str(config), "existed": True, "mode": "0640", "link": None}],
    }
    assert git(settings.private, "tag").strip() == result.tag
    assert git(settings.private, "show", f"{result.tag}:files/0") == "a: 1\r\n"
    assert git(settings.private, "log", "-1", "--format=%s", str(result.tag)) == "backup: aichat (1 file)\n"
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert out == f"{result.tag}\n", "alone on its line, for scripts"
    assert f"modelcat restore {result.tag}" in err


def test_an_absent_file_is_kept_as_absent(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = machine.load()
    result = backup.run(settings, tools=["codex", "mods", "codex"])
    assert [(file.tool, file.existed, file.mode) for file in result.files] == [
        ("codex", False, None),
        ("mods", False, None),
    ]
    words.show(result, Screen())
    assert "(not there)" in capsys.readouterr().err


def test_no_tool_on_this_machine(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    settings = machine.load()
    result = backup.run(settings)
    assert (result.tag, result.exit_code) == (None, ExitCode.OK)
    assert json.dumps(result.as_json()) == '{"tag": null, "files": []}'
    assert not settings.home.exists()
    words.show(result, Screen())
    assert "nothing to back up" in capsys.readouterr().err


def test_an_unknown_tool(home: Path) -> None:
    with pytest.raises(UsageError, match="did you mean aichat"):
        backup.run(machine.load(), tools=["aichatt"])


def test_a_file_that_cannot_be_kept_is_an_error_and_no_tag(config: Path) -> None:
    config.unlink()
    config.mkdir()
    settings = machine.load()
    with pytest.raises(StorageError, match="is a folder"):
        backup.run(settings)
    assert PrivateRepo(settings.private).tags() == []
