"""status: one screen that tells the truth about a machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelcat import state
from modelcat.commands import status
from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import status as words
from tests.world import World, as_json, model

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(home, monkeypatch)


def screen(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    words.show(status.run(world.settings), Screen())
    out, err = capsys.readouterr()
    return out + err


def test_a_new_machine(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    text = screen(world, capsys)
    assert "last sync: never" in text
    assert "0 models of 0 providers" in text
    assert "tools: none found" in text
    assert "backups: 0" in text
    assert "next: `modelcat sync`" in text
    assert not (world.settings.home / "private").exists()


def test_everything_on_one_screen(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.key("groq")
    world.listing("groq", ["m1", "m2"])
    world.listing("openrouter", ["x"], "stale")
    world.listing("deepseek", ["y"], "embedded")
    known = state.load(world.settings.extra)
    state.save(world.settings.extra, replace(known, last_sync="2026-11-24T14:30:00Z"))
    world.write("mods", "default-api: x\n")
    tag = world.apply("mods").backup
    world.write("mods", world.text("mods").replace("max-input-chars: 524288", "max-input-chars: 7", 1))
    world.listing("groq", [model("m1", context_window=10), "m2", "m3"])
    world.apply("mods")
    world.listing("groq", [model("m1", context_window=10), "m2", "m3", "m4"])
    text = screen(world, capsys)
    assert "last sync: 2026-11-24 14:30:00 UTC" in text
    assert "catalog: 6 models of 3 providers (1 fetched, 1 stale, 1 embedded)" in text
    assert "failed: openrouter: asked in vain" in text
    assert "mods: 1 to add, 1 held" in text
    assert "apis.groq.models.m1.max-input-chars" in text
    assert "backups: 2" in text
    assert "next: `modelcat diff`" in text
    data = as_json(status.run(world.settings))
    assert data["listings"] == {"fetched": 1, "stale": 1, "embedded": 1}
    assert data["tools"]["mods"]["add"] == 1
    assert data["held"][0]["tool"] == "mods"
    assert data["backups"] == 2
    assert data["last_backup"] >= str(tag)
    assert data["failed"] == {"openrouter": "openrouter: asked in vain"}
    assert status.run(world.settings).exit_code == ExitCode.OK


def test_a_config_that_cannot_be_read_is_said(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.listing("groq", ["m1"])
    world.write("mods", "a: [\n")
    text = screen(world, capsys)
    assert "mods: its config cannot be read" in text
    assert "mods.yml:2:" in text
    assert status.run(world.settings).exit_code == ExitCode.ERROR


def test_what_a_killed_run_left_is_said(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.settings.home.mkdir(parents=True)
    (world.settings.home / "journal.json").write_text("{}")
    assert "an earlier run was killed" in screen(world, capsys)
