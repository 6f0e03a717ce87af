"""docs/tools.md says what the tools do: held to the code where that can be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcat import registry, tools

_TEXT = (Path(__file__).parents[2] / "docs" / "tools.md").read_text("utf-8")


@pytest.mark.parametrize("name", tools.names())
def test_every_setting_is_documented(name: str) -> None:
    for key, (_, meaning) in tools.load(name).settings.items():
        assert f"| {name} | `{key}` | {meaning} |" in _TEXT


@pytest.mark.parametrize("name", tools.names())
def test_every_tool_has_its_section(name: str) -> None:
    tool = tools.load(name)
    assert f"\n## {name}\n" in _TEXT.lower()
    assert f"config/{name}/{tool.main}" in _TEXT


def test_the_example_is_accepted() -> None:
    example = _TEXT.split("```toml\n")[1].split("```")[0]
    rest = 'name = "Acme"\nbase_url = "https://acme.example/v1"\napi_key_env = ["ACME_KEY"]\n'
    loaded = registry.load(example.replace("[providers.acme]\n", f"[providers.acme]\n{rest}"))
    acme = loaded.get("acme")
    assert acme.tool_setting("codex", "web_search") is True
    assert acme.tool_setting("aichat", "type") == "claude"
