"""`modelcat show MODEL`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from modelcat import settings as machine
from modelcat.catalog import Cost, Model, listing, listing_path, listing_text
from modelcat.commands import show
from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import show as words

if TYPE_CHECKING:
    import pytest

    from modelcat.catalog import Listing
    from modelcat.settings import Settings

OURS = Model(
    "gpt-5",
    name="GPT-5",
    context_window=400_000,
    max_output_tokens=128_000,
    input_modalities=("text", "image"),
    output_modalities=("text",),
    reasoning=True,
    cost=Cost(Decimal("1.25"), Decimal(10), Decimal("0.125")),
    released="2025-08-07",
    sources=(
        ("context_window", "models.dev 2026-08-18"),
        ("cost", "models.dev 2026-08-18"),
        ("reasoning", "litellm"),
    ),
)
LISTINGS = (
    listing("openai", [OURS, Model("o3")], "fetched"),
    listing(
        "openrouter", [Model("openai/gpt-5", cost=Cost(Decimal(1), Decimal(9)))], "embedded", "2026-08-18"
    ),
)


def stored(*listings: Listing) -> Settings:
    settings = machine.load()
    for item in listings:
        path = settings.catalog / listing_path(item.provider)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(listing_text(item), encoding="utf-8")
    return settings


def said(capsys: pytest.CaptureFixture[str], model: str, *listings: Listing) -> tuple[ExitCode, str, str]:
    result = show.run(stored(*listings), model)
    words.show(result, Screen())
    out, err = capsys.readouterr()
    return result.exit_code, out, err


def test_one_offer_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "openai:gpt-5", *LISTINGS)
    assert code is ExitCode.OK
    assert out.splitlines() == [
        "gpt-5 (GPT-5)",
        "  provider    openai (its own list)",
        "  context     400,000 tokens",
        "  output      128,000 tokens",
        "  price       1.25 in, 10 out, USD per million tokens",
        "  cache       0.125 read, ? write",
        "  takes       text, image",
        "  gives       text",
        "  can         reasoning",
        "  released    2025-08-07",
        "  openai: context, prices from models.dev 2026-08-18; reasoning from litellm",
    ]


def test_everybody_who_offers_it_with_where_the_facts_are_from(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "gpt-5", *LISTINGS)
    lines = out.splitlines()
    assert code is ExitCode.OK
    assert lines[0] == "GPT-5: 2 providers offer it"
    assert lines[2].split() == ["openai", "gpt-5", "400k", "128k", "1.25", "10", "vr"]
    assert lines[3].split() == ["openrouter", "openai/gpt-5", "?", "?", "1", "9"]
    assert lines[4].startswith("  openai: context, prices from models.dev")


def test_the_json_names_every_offer() -> None:
    data = show.run(stored(*LISTINGS), "gpt-5").as_json()
    assert [(o["provider"], o["origin"], o["id"]) for o in data["offers"]] == [
        ("openai", "fetched", "gpt-5"),
        ("openrouter", "embedded", "openai/gpt-5"),
    ]
    assert data["nearest"] == []
    assert data["offers"][0]["sources"]["cost"] == "models.dev 2026-08-18"


def test_an_unknown_model_is_a_no_with_the_nearest_names(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "gpt-55", *LISTINGS)
    assert code is ExitCode.NO
    assert out == ""
    assert "no provider offers 'gpt-55'" in err
    assert "nearest: gpt-5" in err
    assert show.run(machine.load(), "gpt-55").as_json()["nearest"][0] == "gpt-5"


def test_a_provider_is_no_model_but_has_some(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "openrouter", *LISTINGS)
    assert code is ExitCode.NO
    assert "`modelcat models --provider openrouter`" in err
    assert "--provider" not in said(capsys, "openrouter:openai/gpt-6", *LISTINGS)[2]


def test_an_empty_catalog_says_what_fills_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "gpt-5")
    assert code is ExitCode.NO
    assert "modelcat sync" in err
