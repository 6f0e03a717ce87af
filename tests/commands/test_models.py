"""`modelcat models`, from the stored catalog to the words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from modelcat import settings as machine
from modelcat.catalog import Cost, Model, listing, listing_path, listing_text
from modelcat.commands import models
from modelcat.errors import ExitCode, UsageError
from modelcat.output import Screen
from modelcat.output import models as words

if TYPE_CHECKING:
    from modelcat.catalog import Listing
    from modelcat.settings import Settings

LISTINGS = (
    listing(
        "openai",
        [
            Model("gpt-5", context_window=400_000, max_output_tokens=128_000, reasoning=True, tool_call=True),
            Model("dall-e-3", mode="image"),
        ],
        "fetched",
    ),
    listing("zai", [Model("glm-4.6", cost=Cost(Decimal("0.6"), Decimal("2.2")))], "embedded", "2026-08-18"),
)


def stored(*listings: Listing) -> Settings:
    settings = machine.load()
    for item in listings:
        path = settings.catalog / listing_path(item.provider)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(listing_text(item), encoding="utf-8")
    return settings


def test_the_json_is_the_stored_rows_with_their_provider(capsys: pytest.CaptureFixture[str]) -> None:
    result = models.run(stored(*LISTINGS), query="g", sort="price")
    assert result.exit_code is ExitCode.OK
    assert json.loads(json.dumps(result.as_json())) == [
        {
            "provider": "zai",
            "origin": "embedded",
            "id": "glm-4.6",
            "mode": "chat",
            "cost": {"input": "0.6", "output": "2.2"},
        },
        {
            "provider": "openai",
            "origin": "fetched",
            "id": "gpt-5",
            "mode": "chat",
            "context_window": 400_000,
            "max_output_tokens": 128_000,
            "reasoning": True,
            "tool_call": True,
        },
    ]


def test_in_a_pipe_every_model_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    words.show(models.run(stored(*LISTINGS)), Screen())
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["model", "provider", "context", "output", "$", "in", "$", "out", "can"],
        ["dall-e-3", "openai", "?", "?", "?", "?", "image"],
        ["glm-4.6", "zai", "?", "?", "0.6", "2.2"],
        ["gpt-5", "openai", "400k", "128k", "?", "?", "rt"],
    ]
    assert "3 of 3 models of 2 providers" in err
    assert "embedded snapshot, not asked yet: zai" in err


def test_the_table_fits_into_eighty_columns() -> None:
    model = Model(
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        context_window=1_000_000,
        max_output_tokens=128_000,
        input_modalities=("text", "image"),
        reasoning=True,
        tool_call=True,
        cost=Cost(Decimal("10.125"), Decimal("12.375")),
        deprecated=True,
    )
    stored(listing("github-copilot", [model], "fetched"))
    out = terminal([sys.executable, "-m", "modelcat", "models"], columns=80)
    lines = [line for line in out.splitlines() if line.strip()]
    assert all(len(line) <= 80 for line in lines)
    # The id may take a second line, not a word a line.
    assert len([line for line in lines if "provider" not in line and ";" not in line]) <= 3


def terminal(command: list[str], columns: int) -> str:
    """What a command shows on a terminal so many columns wide."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    env = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while piece := os.read(ours, 65536):
            shown += piece
    os.close(ours)
    assert process.wait() == 0
    return shown.decode().replace("\r", "")


def test_an_id_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    words.show(models.run(stored(listing("bad", [Model("x\x1b[2Jy")], "fetched"))), Screen())
    assert "\x1b" not in capsys.readouterr().out


def test_filters_are_passed_on() -> None:
    settings = stored(*LISTINGS)

    def ids(**asked: object) -> list[str]:
        return [hit.model.id for hit in models.run(settings, **asked).hits]  # type: ignore[arg-type]

    assert ids(providers=("zai",)) == ["glm-4.6"]
    assert ids(min_context=100_000) == ["gpt-5"]
    assert ids(max_price=0.6) == ["glm-4.6"]
    assert ids(max_price=0.59) == []
    assert ids(capabilities=("tools",)) == ["gpt-5"]


def test_an_unknown_provider_is_a_usage_error_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean openai"):
        models.run(stored(*LISTINGS), providers=("opnai",))


@pytest.mark.parametrize(
    ("listings", "asked", "said"),
    [
        ((), None, "the catalog is empty; `modelcat sync` fills it"),
        (LISTINGS, "nope", "none of 3 models of 2 providers matches"),
    ],
)
def test_finding_nothing_says_so(
    listings: tuple[Listing, ...], asked: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = models.run(stored(*listings), query=asked)
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert (out, err.strip(), result.exit_code) == ("", said, ExitCode.OK)
