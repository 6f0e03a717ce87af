"""apply into a real Codex folder: the installed Codex loads it and rewrites it; a second apply rests."""

from __future__ import annotations

import json
import os
import tomllib
from typing import TYPE_CHECKING

import pytest

from modelcat.errors import ExitCode
from tests.real.real_clients import CODEX_VERSIONS, Ended, Program, codex
from tests.world import World, changed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

MINE = """\
# mine
model = "gpt-5"   # the default
approval_policy = "on-request"

[model_providers.or]  # OpenRouter, under my own name
name = "Mine"
base_url = "https://openrouter.ai/api/v1"
env_key = "OPENROUTER_API_KEY"

[mcp_servers.echo]
command = "echo"
args = ["hi"]
"""


@pytest.fixture(params=CODEX_VERSIONS)
def program(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    found = codex(request.param, home)
    monkeypatch.setenv("PATH", f"{found.path.parent}{os.pathsep}{os.environ['PATH']}")
    return found


def ask(program: Program, world: World, *words: str) -> Ended:
    return program.run(*words, env={"CODEX_HOME": str(world.path("codex").parent)})


def test_codex_loads_what_apply_wrote_and_may_rewrite_it(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(home, monkeypatch)
    world.key("groq", "openrouter", "openai")
    world.listing("groq", ["m1", "m2"])
    world.listing("openrouter", ["v/m1"])
    world.listing("openai", ["gpt-5"])
    world.write("codex", MINE)
    assert world.apply("codex").exit_code == ExitCode.OK
    rest = iter(world.text("codex").splitlines())
    assert all(line in rest for line in MINE.splitlines())
    assert ask(program, world, "debug", "models").code == 0
    for profile, count in (("groq", 2), ("openrouter", 1), ("openai", 1)):
        listed = ask(program, world, "--profile", profile, "mcp", "list")
        assert listed.code == 0, listed.err
        assert "echo" in listed.out
        catalog = json.loads(world.text("codex", f"modelcat/{profile}.json"))["models"]
        assert len(catalog) == count
        # Codex's own system prompt, taken from the installed program.
        assert all(len(entry["base_instructions"]) > 5000 for entry in catalog)
    # Codex rewrites its config; values count, not bytes.
    added = ask(program, world, "mcp", "add", "other", "--", "true")
    assert added.code == 0, added.err
    rewritten = world.text("codex")
    assert "other" in tomllib.loads(rewritten)["mcp_servers"]
    assert not changed(world.apply("codex"))
    assert world.text("codex") == rewritten
