"""`modelcat stats`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from modelcat import settings as machine
from modelcat import state, workspace
from modelcat.catalog import Cost, Model, listing, listing_path, listing_text
from modelcat.commands import stats
from modelcat.output import Screen
from modelcat.output import stats as words
from modelcat.state import ProviderState, State

if TYPE_CHECKING:
    from modelcat.settings import Settings

LISTINGS = (
    listing(
        "a",
        [
            Model(
                "m1", context_window=9, max_output_tokens=3, input_modalities=("text",), released="2026-01-01"
            ),
            Model(
                "m2", mode="image", cost=Cost(Decimal(1)), sources=(("cost", "litellm"), ("mode", "litellm"))
            ),
        ],
        "fetched",
    ),
    listing("b", [Model("m3", context_window=9)], "embedded", "2026-08-18"),
)


@pytest.fixture
def settings() -> Settings:
    """A catalog with one sync behind it."""
    settings = machine.load()
    with workspace.locked(settings, "test"):
        found = {listing_path(item.provider): listing_text(item) for item in LISTINGS}
        workspace.repo(settings).commit(found, "sync: +3", "", "sync/2026-11-24T08-00-00Z")
    rows = {"a": ProviderState(outcome="fetched"), "b": ProviderState(outcome="failed"), "c": ProviderState()}
    state.save(settings.extra, State(rows))
    state.save_run(
        settings.extra, "2026-11-24T08:00:00Z", {"when": "2026-11-24T08:00:00Z", "seconds": 1.5}, {}
    )
    return settings


def test_the_counts(settings: Settings) -> None:
    data = stats.run(settings).as_json()
    assert data["models"] == 3
    assert data["modes"] == {"chat": 2, "image": 1}
    assert data["known"] == {
        "context window": 2,
        "output limit": 1,
        "prices": 1,
        "modalities": 1,
        "release date": 1,
    }
    assert data["sources"] == {"litellm": 2}
    assert data["syncs"] == 1
    assert data["outcomes"] == {"fetched": 1, "failed": 1}
    assert data["last_run"] == {"when": "2026-11-24T08:00:00Z", "seconds": 1.5}
    assert [(row["provider"], row["origin"], row["models"]) for row in data["providers"]] == [
        ("a", "fetched", 2),
        ("b", "embedded", 1),
    ]
    on_disk = sum(path.stat().st_size for path in settings.catalog.rglob("*") if path.is_file())
    assert data["bytes"] == on_disk > 0


def test_the_words(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(stats.run(settings), Screen())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 models of 2 providers: 1 as they answered, 1 from the embedded snapshot"
    assert "context window of 2" in lines[1]
    assert "added: 2 facts from litellm" in lines
    assert lines[-1] == "last run: 2026-11-24 08:00:00 UTC, 1.5 s; asked so far: 1 fetched, 1 failed"


def test_nothing_stored_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    result = stats.run(machine.load())
    assert (result.models, result.last_run) == (0, None)
    words.show(result, Screen())
    assert "modelcat sync" in capsys.readouterr().err
