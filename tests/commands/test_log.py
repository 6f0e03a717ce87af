"""`modelcat log`: the oracle is the list of catalogs that were committed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from modelcat import settings as machine
from modelcat import workspace
from modelcat.catalog import Cost, Model, ids_path, listing, listing_path, listing_text
from modelcat.commands import log
from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import log as words
from modelcat.settings import Settings

GPT = Model("gpt-5", context_window=1000, cost=Cost(Decimal("1.25")))
DAYS: list[dict[str, list[Model]]] = [
    {"openai": [GPT, Model("gpt-4")], "groq": [Model("openai/gpt-5"), Model("x+y (z)")]},
    {"openai": [GPT._replace(cost=Cost(Decimal("0.5"))), Model("gpt-4"), Model("gpt-5-mini")]},
    {
        "openai": [GPT._replace(cost=Cost(Decimal("0.5")), context_window=2000), Model("gpt-5-mini")],
        "groq": [],
    },
    {
        "openai": [
            GPT._replace(cost=Cost(Decimal("0.5")), context_window=2000, sources=(("cost", "x"),)),
            Model("a"),
        ]
    },
]


@pytest.fixture
def settings() -> Settings:
    """Four syncs of two providers."""
    settings = machine.load()
    with workspace.locked(settings, "test"):
        repo = workspace.repo(settings)
        for n, day in enumerate(DAYS, 1):
            texts = {}
            for provider, models in day.items():
                item = listing(provider, models, "fetched")
                texts[listing_path(provider)] = listing_text(item)
                texts[ids_path(provider)] = "".join(f"{model.id}\n" for model in item.models)
            repo.commit(texts, f"sync: day {n}", f"openai: {n}", f"sync/2026-11-2{n}T08-00-00Z")
    return settings


def told(result: log.LogResult) -> list[tuple[str, str, str, list[tuple[str, object, object]]]]:
    return [
        (event.provider, event.what, event.model, [(d.field, d.before, d.after) for d in event.differences])
        for event in result.events
    ]


def test_without_a_name_the_syncs(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = log.run(settings)
    assert [(entry.subject, entry.tags) for entry in result.syncs] == [
        (f"sync: day {n}", (f"sync/2026-11-2{n}T08-00-00Z",)) for n in (4, 3, 2, 1)
    ]
    assert [entry.subject for entry in log.run(settings, limit=1).syncs] == ["sync: day 4"]
    words.show(result, Screen(verbose=1))
    out = capsys.readouterr().out
    assert "sync: day 4  [sync/2026-11-24T08-00-00Z]\n    openai: 4\n" in out


def test_a_provider(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = log.run(settings, "openai")
    assert result.kind == "provider"
    assert told(result) == [
        ("openai", "appeared", "a", []),
        ("openai", "vanished", "gpt-5-mini", []),
        ("openai", "vanished", "gpt-4", []),
        ("openai", "changed", "gpt-5", [("context_window", 1000, 2000)]),
        ("openai", "changed", "gpt-5", [("cost.input", Decimal("1.25"), Decimal("0.5"))]),
        ("openai", "appeared", "gpt-5-mini", []),
        ("openai", "appeared", "gpt-4", []),
        ("openai", "appeared", "gpt-5", []),
    ]
    words.show(result, Screen())
    out = capsys.readouterr().out
    assert "  +1 -1\n    + a\n    - gpt-5-mini\n" in out
    assert "    ~ gpt-5: $ in 1.25 -> 0.5\n" in out


def test_a_model_by_its_id_at_every_provider_that_had_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(log.run(settings, "gpt-4")) == [
        ("openai", "vanished", "gpt-4", []),
        ("openai", "appeared", "gpt-4", []),
    ]
    assert told(log.run(settings, "x+y (z)")) == [
        ("groq", "vanished", "x+y (z)", []),
        ("groq", "appeared", "x+y (z)", []),
    ]
    result = log.run(settings, "openai/gpt-5")
    assert {(event.provider, event.model) for event in result.events} == {
        ("groq", "openai/gpt-5"),
        ("openai", "gpt-5"),
    }
    words.show(result, Screen())
    assert "groq: - openai/gpt-5\n" in capsys.readouterr().out


def test_a_model_at_one_provider(settings: Settings) -> None:
    assert told(log.run(settings, "groq:openai/gpt-5")) == [
        ("groq", "vanished", "openai/gpt-5", []),
        ("groq", "appeared", "openai/gpt-5", []),
    ]
    assert log.run(settings, "groq:gpt-4").exit_code == ExitCode.NO


def test_only_so_many(settings: Settings) -> None:
    assert told(log.run(settings, "gpt-5", limit=1)) == told(log.run(settings, "gpt-5"))[:1]
    assert len(told(log.run(settings, "gpt-5"))) == 5


def test_a_name_that_nobody_knows(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = log.run(settings, "gpt-55")
    assert (result.kind, result.events, result.exit_code) == ("model", (), ExitCode.NO)
    assert "gpt-5" in result.nearest
    words.show(result, Screen())
    assert "called 'gpt-55' was ever in the catalog; nearest: gpt-5" in capsys.readouterr().err


def test_a_provider_that_is_nearly_right_is_told_too(settings: Settings) -> None:
    assert log.run(settings, "OpenRuter").nearest[0] == "openrouter"
    assert log.run(settings, "gpt-55").nearest[0] == "gpt-5"


def test_a_provider_without_a_listing(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = log.run(settings, "mistral")
    assert (result.kind, result.exit_code) == ("provider", ExitCode.OK)
    words.show(result, Screen())
    assert "`modelcat sync mistral` asks it" in capsys.readouterr().err


def test_before_the_first_sync(capsys: pytest.CaptureFixture[str]) -> None:
    settings = machine.load()
    words.show(log.run(settings), Screen())
    assert "no sync yet" in capsys.readouterr().err
    assert log.run(settings, "gpt-5").exit_code == ExitCode.NO
    assert log.run(settings, "openai").events == ()


def test_many_changes_are_folded(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    item = listing("openai", [Model(f"m{n:03}") for n in range(200)], "fetched")
    with workspace.locked(settings, "test"):
        workspace.repo(settings).commit({listing_path("openai"): listing_text(item)}, "sync: many")
    result = log.run(settings, "openai", limit=1)
    words.show(result, Screen())
    assert "and 192 more (-v shows all)" in capsys.readouterr().out
    words.show(result, Screen(verbose=1))
    assert "m199" in capsys.readouterr().out


def test_escapes_do_not_reach_the_terminal(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with workspace.locked(settings, "test"):
        item = listing("openai", [Model("evil\x1b[31m\u202e")], "fetched")
        workspace.repo(settings).commit({listing_path("openai"): listing_text(item)}, "sync: \x1b[31m")
    words.show(log.run(settings, "openai"), Screen())
    words.show(log.run(settings), Screen())
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert r"evil\x1b[31m" in out


def test_lines_that_are_no_models_are_passed_over(settings: Settings) -> None:
    with workspace.locked(settings, "test"):
        workspace.repo(settings).commit(
            {listing_path("openai"): '{"id": 5}\n{"x": 1}\n{broken}\n[]\n'}, "by hand"
        )
    assert [event[1] for event in told(log.run(settings, "openai", limit=1))] == ["vanished", "vanished"]


def test_the_shape_for_machines(settings: Settings) -> None:
    rows = json.loads(json.dumps(log.run(settings, "openai").as_json()))
    assert (rows["name"], rows["kind"], rows["syncs"], rows["nearest"]) == ("openai", "provider", [], [])
    event = rows["events"][4]
    assert event["when"].endswith("Z")
    assert len(event["commit"]) == 40
    assert event["differences"] == [{"field": "cost.input", "before": "1.25", "after": "0.5"}]
    assert json.loads(json.dumps(log.run(settings).as_json()))["syncs"][0]["body"] == "openai: 4"
