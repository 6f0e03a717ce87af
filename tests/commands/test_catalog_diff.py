"""`modelcat diff REV [REV]`, on a real repository."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from modelcat import settings as machine
from modelcat import workspace
from modelcat.catalog import Cost, Model, listing, listing_path, listing_text
from modelcat.commands import catalog_diff
from modelcat.errors import ExitCode, RepoError
from modelcat.output import Screen
from modelcat.output import catalog_diff as words

if TYPE_CHECKING:
    from modelcat.catalog import Listing
    from modelcat.settings import Settings

OLD = (
    listing(
        "a", [Model("gone"), Model("same"), Model("m", context_window=8000, cost=Cost(Decimal(1)))], "fetched"
    ),
    listing("b", [Model("x")], "embedded", "2026-08-18"),
)
NEW = (
    listing(
        "a",
        [Model("new"), Model("same"), Model("m", context_window=16000, cost=Cost(Decimal("0.5")))],
        "fetched",
    ),
    listing("b", [Model("x", tool_call=True)], "fetched"),
    listing("c", [Model(f"m{i:02}") for i in range(30)], "fetched"),
)


@pytest.fixture
def settings() -> Settings:
    """A catalog with two syncs behind it."""
    settings = machine.load()
    with workspace.locked(settings, "test"):
        repo = workspace.repo(settings)
        for day, listings in (("2026-11-23T08-00-00Z", OLD), ("2026-11-24T08-00-00Z", NEW)):
            repo.commit(texts(listings), "sync: something", "", f"sync/{day}")
    return settings


def texts(listings: tuple[Listing, ...]) -> dict[str, str | None]:
    return {listing_path(item.provider): listing_text(item) for item in listings}


def test_what_changed_provider_by_provider(settings: Settings) -> None:
    result = catalog_diff.run(settings, "sync/2026-11-23T08-00-00Z", "sync/2026-11-24T08-00-00Z")
    assert result.exit_code is ExitCode.OK
    a, b, c = result.as_json()["providers"]
    assert a == {
        "provider": "a",
        "origin": {"before": "fetched", "after": "fetched"},
        "added": ["new"],
        "removed": ["gone"],
        "changed": [
            {
                "id": "m",
                "differences": [
                    {"field": "context_window", "before": 8000, "after": 16000},
                    {"field": "cost.input", "before": "1", "after": "0.5"},
                ],
            }
        ],
    }
    assert b["origin"] == {"before": "embedded", "after": "fetched"}
    assert (c["origin"]["before"], len(c["added"])) == (None, 30)


def test_one_revision_is_compared_with_now(settings: Settings) -> None:
    both = catalog_diff.run(settings, "HEAD~1", "HEAD")
    assert catalog_diff.run(settings, "HEAD~1").providers == both.providers != ()


@pytest.mark.parametrize(
    ("revisions", "flag", "code"),
    [
        (("HEAD~1",), True, ExitCode.NO),
        (("HEAD~1",), False, ExitCode.OK),
        (("HEAD",), True, ExitCode.OK),
    ],
)
def test_exit_code_is_asked_for(
    settings: Settings, revisions: tuple[str], flag: bool, code: ExitCode
) -> None:
    assert catalog_diff.run(settings, *revisions, exit_code=flag).exit_code is code


def test_an_unknown_revision_names_the_nearest_tags(settings: Settings) -> None:
    with pytest.raises(RepoError, match="sync/2026-11-24T08-00-00Z"):
        catalog_diff.run(settings, "sync/2026-11-24T08-00-01Z")


def test_the_words(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(catalog_diff.run(settings, "HEAD~1"), Screen())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "31 added, 1 removed, 2 changed at 3 providers, between HEAD~1 and HEAD"
    assert lines[2:6] == [
        "a: +1 -1 ~1",
        "  + new",
        "  - gone",
        "  ~ m: context 8,000 -> 16,000, $ in 1 -> 0.5",
    ]
    assert lines[7:9] == ["b: ~1 (asked for the first time)", "  ~ x: tools ? -> yes"]
    assert lines[10] == "c: +30 (new)"
    assert lines[21] == "    and 20 more (-v shows all)"
    assert len(lines) == 22


def test_all_is_shown_when_asked(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(catalog_diff.run(settings, "HEAD~1"), Screen(verbose=1))
    assert "  + m29" in capsys.readouterr().out.splitlines()


def test_nothing_different_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(catalog_diff.run(settings, "HEAD"), Screen())
    assert capsys.readouterr().out == "no model is different between HEAD and HEAD\n"
