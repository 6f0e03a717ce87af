"""Tables on a terminal: nothing is lost in a narrow one."""

from __future__ import annotations

import re
import sys

import pytest

from modelcat.output import Screen
from modelcat.output.tables import Column, draw

COLUMNS = (Column("model", long=True), Column("provider"), Column("context", right=True))
ROWS = [("anthropic/claude-sonnet-4.5", "openrouter", "1M"), ("gpt-5", "openai", "400k")]


@pytest.mark.parametrize("width", [8, 20, 30, 35, 36, 50, 200])
def test_every_column_is_there_in_any_width(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    draw(Screen(), COLUMNS, ROWS)
    out = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
    for word in ("model", "provider", "context", "openrouter", "openai", "gpt-5", "400k", "1M"):
        assert word in out
    # A long id is folded where there is room for a table, and left to the terminal where there is none.
    assert "anthropic/claude-sonnet-4.5" in out or "anthropic/cl" in out
    if width < 33:
        assert "gpt-5  openai         400k" in out.splitlines(), "no room for what is longer elsewhere"
    assert any(len(line) > width for line in out.splitlines()) == (width < 12 + 2 + 10 + 2 + 7)
