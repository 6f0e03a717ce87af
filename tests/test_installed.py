"""What an installed program says about itself: asked once per version, and no failure if it cannot be."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelcat import installed, tools
from modelcat import settings as machine

if TYPE_CHECKING:
    from pathlib import Path

CODEX = tools.load("codex")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called codex on PATH that notes every start; the test writes what it does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "codex"


def write(program: Path, body: str) -> None:
    program.write_text(f'#!/bin/sh\necho "$@" >> "{program}.log"\n{body}\n')
    program.chmod(0o755)


def starts(program: Path) -> list[str]:
    log = program.with_name("codex.log")
    return log.read_text().splitlines() if log.exists() else []


def test_it_is_asked_once_and_again_when_it_changes(program: Path) -> None:
    write(program, "echo first")
    for _ in range(2):
        assert installed.answer(machine.load(), CODEX) == "first\n"
    assert starts(program) == ["debug models --bundled"]
    write(program, "echo the second one")
    assert installed.answer(machine.load(), CODEX) == "the second one\n"
    assert len(starts(program)) == 2


@pytest.mark.parametrize("body", ["exit 3", "echo out; exit 1"])
def test_a_program_that_fails_says_nothing(program: Path, body: str) -> None:
    write(program, body)
    assert installed.answer(machine.load(), CODEX) is None


def test_a_program_that_hangs_is_given_up(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "SECONDS", 0.2)
    write(program, "exec sleep 30")
    assert installed.answer(machine.load(), CODEX) is None


def test_an_answer_without_end_is_not_taken(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "LARGEST", 10)
    write(program, "echo 12345678901234567890")
    assert installed.answer(machine.load(), CODEX) is None


def test_no_program_and_no_question(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert installed.answer(machine.load(), CODEX) is None
    write(program, "echo x")
    assert installed.answer(machine.load(), replace(CODEX, ask=())) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"program": 5}', '{"program": "x", "answer": "old"}'])
def test_a_note_that_cannot_be_used_is_made_anew(program: Path, text: str) -> None:
    write(program, "echo now")
    settings = machine.load()
    settings.extra.mkdir(parents=True)
    note = settings.extra / "installed_codex.json"
    note.write_text(text)
    assert installed.answer(settings, CODEX) == "now\n"
    assert json.loads(note.read_text())["answer"] == "now\n"


def test_a_folder_that_cannot_be_written_is_no_failure(program: Path) -> None:
    write(program, "echo now")
    settings = machine.load()
    settings.catalog.parent.mkdir(parents=True, exist_ok=True)
    settings.catalog.write_text("a file where a folder should be")
    assert installed.answer(settings, CODEX) == "now\n"
