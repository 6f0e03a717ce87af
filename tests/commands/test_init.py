"""`modelcat init`: the folder, what is on this machine, the next step."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from modelcat import selection, state, tools, workspace
from modelcat import settings as machine
from modelcat.commands import init
from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import init as words
from modelcat.state import State

if TYPE_CHECKING:
    from pathlib import Path


def test_the_managed_folder_is_made_once_and_is_private() -> None:
    settings = machine.load()
    first = init.run(settings)
    assert (first.made, first.exit_code, first.next_step) == (True, ExitCode.OK, "modelcat sync")
    assert (settings.catalog / ".git" / "HEAD").is_file()
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert init.run(settings).made is False


def test_a_modelcat_toml_of_defaults_is_written_where_there_is_none() -> None:
    settings = machine.load()
    path = init.run(settings).selection
    assert path == settings.catalog / "modelcat.toml"
    assert path.read_bytes() == machine.data_file("modelcat.toml").read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert machine.selection(settings, machine.registry(settings)) == selection.parse("")
    assert workspace.repo(settings).read("modelcat.toml") == path.read_text(encoding="utf-8")


def test_a_modelcat_toml_that_is_there_stays_as_it_is() -> None:
    settings = machine.load()
    init.run(settings)
    path = settings.catalog / "modelcat.toml"
    path.write_text("max_models = 7\n", encoding="utf-8")
    init.run(settings)
    assert path.read_text(encoding="utf-8") == "max_models = 7\n"


def test_tools_are_found_by_their_config(home: Path) -> None:
    settings = machine.load()
    tool = tools.load("mods")
    path = settings.tool_path(tool)
    path.parent.mkdir(parents=True)
    path.write_text("apis: {}\n", encoding="utf-8")
    found = {one.name: one for one in init.run(settings).tools}
    assert set(found) == set(tools.names())
    assert (found["mods"].present, found["mods"].has_config, found["mods"].path) == (True, True, path)
    assert str(path).startswith(str(home))


def test_keys_are_named_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = init.run(machine.load())
    assert before.keys == ()
    monkeypatch.setenv("GROQ_API_KEY", "gsk_verysecret123")
    result = init.run(machine.load())
    assert [(key.provider, key.variable) for key in result.keys] == [("groq", "GROQ_API_KEY")]
    assert result.needs_key == before.needs_key - 1
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert "1 key found" in out
    assert "GROQ_API_KEY" in out
    assert "verysecret" not in out + err + repr(result) + str(result.as_json())


def test_after_a_sync_the_next_step_is_diff() -> None:
    settings = machine.load()
    init.run(settings)
    state.save(settings.extra, State(last_sync="2026-11-24T08:00:00Z"))
    result = init.run(settings)
    assert result.as_json()["next"] == "modelcat diff"


def test_the_words_end_in_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    settings = machine.load()
    words.show(init.run(settings), Screen())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"made {settings.home}"
    assert lines[-1] == "next: modelcat sync"
    assert any("can be asked without a key" in line for line in lines)
