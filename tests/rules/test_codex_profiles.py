"""Profile files of Codex beside the config.toml they are laid over."""

from __future__ import annotations

from typing import Any

import pytest

from modelcat.check import check
from modelcat.documents import parse
from modelcat.rules import Context
from tests.config_files import REGISTRY, schema

BASE = """
[model_providers.acme]
name = "Acme"
base_url = "https://acme.example/v1"
env_key = "ACME_KEY"

[mcp_servers.docs]
command = "docs"
"""


def _errors(text: str, base: str | None = BASE) -> list[str]:
    """The rules that a profile file breaks; `base` is the config.toml beside it."""

    def neighbour(name: str) -> Any:
        return parse(base.encode(), "toml", name).tree if base is not None and name == "config.toml" else None

    around = Context(schemas=schema, providers=lambda: REGISTRY.providers, neighbour=neighbour)
    path = "/home/me/.codex/fast.config.toml"
    found = check(text.encode(), None, None, path, around)
    return [f"{item.rule}@{item.line}" for item in found if item.severity != "info"]


@pytest.mark.parametrize(
    "text",
    [
        '[model_providers.acme]\nbase_url = "https://eu.acme.example/v1"\n',
        '[model_providers.acme]\nname = "Acme in Europe"\n',
        "[mcp_servers.docs]\nenabled = false\n",
        '[mcp_servers.docs]\nargs = ["--fast"]\n',
    ],
)
def test_a_table_takes_what_it_lacks_from_the_config_below(text: str) -> None:
    assert _errors(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[model_providers.acme]\nname = ""\n', "codex/provider-name@1"),
        ('[model_providers.other]\nbase_url = "https://other.example/v1"\n', "codex/provider-name@1"),
        ('[model_providers.acme]\nauth = { command = "token" }\n', "codex/auth-conflict@2"),
        ('[mcp_servers.docs]\nurl = "https://docs.example/mcp"\n', "codex/mcp-transport@2"),
        ("[mcp_servers.other]\nenabled = false\n", "codex/mcp-transport@1"),
    ],
)
def test_what_both_come_to_together_is_refused(text: str, rule: str) -> None:
    assert _errors(text) == [rule]


def test_without_the_config_below_nothing_is_said_to_be_missing() -> None:
    text = '[model_providers.acme]\nenv_key = "ACME_KEY"\n[mcp_servers.docs]\nenabled = false\n'
    assert _errors(text, None) == []
    assert _errors('[mcp_servers.docs]\nurl = "x"\nargs = []\n', None) == ["codex/mcp-transport@3"]


def test_a_table_below_that_is_no_table_is_passed_over() -> None:
    text = '[model_providers.acme]\nname = "Acme"\nbase_url = "https://acme.example/v1"\n'
    assert _errors(text, "model_providers = 3\n") == []
    assert _errors(text, "model_providers.acme = 3\n") == []
