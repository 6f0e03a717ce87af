from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelcat import state
from modelcat.state import ProviderState, State

FULL = State(
    providers={
        "groq": ProviderState(
            outcome="failed",
            reason="groq: the server answered 503",
            asked="2026-11-24T10:00:00Z",
            fetched="2026-11-23T10:00:00Z",
            url="https://api.groq.com/openai/v1/models",
            etag='"abc"',
            answer="00ff",
            parser="openai 1",
            reading="11aa",
            models=22,
            unusable=1,
            seconds=0.25,
        ),
        "empty": ProviderState(),
    },
    rendered="fingerprint",
    head="0" * 40,
    last_sync="2026-11-24T10:00:00Z",
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    state.save(tmp_path / "extra", FULL)
    assert state.load(tmp_path / "extra") == FULL


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 0, "providers": {}}',
        '{"format": 1, "providers": {"groq": 3}}',
        '{"format": 1, "providers": []}',
        "\ud800",
    ],
)
def test_a_state_that_cannot_be_read_is_an_empty_one(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "state.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert state.load(tmp_path) == State()


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("models", "22"),
        ("models", None),
        ("seconds", "x"),
        ("outcome", ["failed"]),
        ("reason", 5),
        ("fetched", 20261123),
        ("etag", {}),
    ],
)
def test_a_value_of_another_kind_is_a_state_that_cannot_be_read(
    where: str, value: object, tmp_path: Path
) -> None:
    state.save(tmp_path, FULL)
    data = json.loads((tmp_path / "state.json").read_text())
    data["providers"]["groq"][where] = value
    (tmp_path / "state.json").write_text(json.dumps(data))
    assert state.load(tmp_path) == State()
    state.save(tmp_path, replace(FULL, last_sync=5))  # type: ignore[arg-type]
    assert state.load(tmp_path) == State()


def test_fields_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    state.save(tmp_path, FULL)
    data = json.loads((tmp_path / "state.json").read_text())
    data["providers"]["groq"]["mood"] = "good"
    (tmp_path / "state.json").write_text(json.dumps(data))
    assert state.load(tmp_path) == FULL


def test_the_last_thirty_runs_are_kept(tmp_path: Path) -> None:
    for day in range(1, 41):
        state.save_run(tmp_path, f"2026-01-{day:02}T00:00:00Z", {"day": day}, {})
    names = sorted(path.name for path in tmp_path.glob("run_*.json"))
    assert len(names) == state.RUNS_KEPT == 30
    assert names[0] == "run_2026-01-11T00-00-00Z.json"
    assert state.last_run(tmp_path) == {"day": 40}


def test_sources_are_kept_beside(tmp_path: Path) -> None:
    assert state.load_source(tmp_path, "models-dev") is None
    state.save_source(tmp_path, "models-dev", b"[]")
    assert state.load_source(tmp_path, "models-dev") == b"[]"
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["models-dev.json"]


def test_what_killed_runs_left_is_swept_up_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "extra"
    state.save_source(folder, "models-dev", b"[]")
    for stray in (folder / ".state.json.abcd1234", folder / "sources" / ".models-dev.json.x_y1z2w3"):
        stray.write_bytes(b"half")
    state.save(folder, FULL)
    there = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert there == ["sources/models-dev.json", "state.json"]


def test_folders_and_files_are_for_the_person_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        state.save_source(tmp_path / "catalog" / "models" / "extra", "models-dev", b"[]")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "catalog").rglob("*")}
    assert modes == {"models": 0o700, "extra": 0o700, "sources": 0o700, "models-dev.json": 0o600}


def test_an_interrupt_as_soon_as_the_file_is_there_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def opened(*words: Any) -> int:
        os.close(real(*words))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(KeyboardInterrupt):
        state.put(tmp_path / "extra" / "state.json", b"x")
    monkeypatch.undo()
    assert list((tmp_path / "extra").iterdir()) == []
