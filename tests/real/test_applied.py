"""What `sync` and `apply` wrote: the real programs load it and show as many models as modelcat says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelcat import tools
from tests import sample_offers
from tests.real.real_clients import CODEX_VERSIONS, Program, codex, program

pytestmark = pytest.mark.real

_HOW = "tests/real/install_clients.sh --aichat --mods"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a home folder, a key for every provider, and a Codex."""

    home: Path
    env: dict[str, str]

    def modelcat(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "modelcat", *arguments, "--json"],
            env=self.env,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def reads(self, program: Program, *arguments: str) -> Any:
        return program.run(*arguments, env={"CODEX_HOME": str(self.home / ".codex")})


@pytest.fixture(params=CODEX_VERSIONS)
def real(request: pytest.FixtureRequest, home: Path) -> Program:
    return codex(request.param, home)


@pytest.fixture
def person(real: Program, home: Path) -> Person:
    keys = {
        variable: "key-of-this-test"
        for provider in sample_offers.shipped().providers.values()
        for variable in provider.api_key_env[:1]
    }
    path = os.pathsep.join([str(real.path.parent), os.environ["PATH"]])
    fixed = {"PATH": path, "HOME": str(home), "MODELCAT_HOME": str(home / "managed")}
    return Person(home, {**keys, "AZURE_RESOURCE_NAME": "mine", **fixed})


def test_every_program_reads_what_was_applied(person: Person, real: Program) -> None:
    person.modelcat("sync", "--offline")
    person.modelcat("apply", "--tool", "codex", "--tool", "aichat", "--tool", "mods")
    # A local server that does not answer is not ready, so its models are offered and not applied.
    local = {name for name, row in sample_offers.shipped().providers.items() if row.local}
    offered = {
        row["tool"]: {name: number for name, number in row["providers"].items() if name not in local}
        for row in person.modelcat("generate")["tools"]
    }
    _codex(person, real, offered["codex"])
    _aichat(person, offered["aichat"])
    _mods(person, offered["mods"])


def _codex(person: Person, real: Program, offered: dict[str, int]) -> None:
    folder = person.home / ".codex"
    base = person.reads(real, "debug", "models")
    assert base.code == 0, base.err
    profiles = {path.name.removesuffix(".config.toml"): path for path in folder.glob("*.config.toml")}
    # Azure's address is this machine's own, so it is applied and not committed.
    assert set(profiles) == {*offered, "azure"}
    for name, path in profiles.items():
        profile = tomllib.loads(path.read_text("utf-8"))
        where = folder / profile["model_catalog_json"]
        ended = person.reads(real, "-c", f"model_catalog_json={json.dumps(str(where))}", "debug", "models")
        assert ended.code == 0, ended.err
        shown = json.loads(ended.out)["models"]
        assert profile["model"] in {model["slug"] for model in shown}
        assert len(shown) == offered.get(name, len(shown)) > 0
        assert all(len(model["base_instructions"]) > 10_000 for model in shown), "Codex's own prompt"
        started = person.reads(real, "--profile", name, "mcp", "list")
        assert started.code == 0, started.err
        provider = sample_offers.shipped().get(name)
        variable = tools.load("codex").key_variable(provider)
        if variable:
            ended = person.reads(
                real, "exec", "--strict-config", "--skip-git-repo-check", "--profile", name, "hi"
            )
            assert f"Missing environment variable: `{variable}`" in ended.err


def _aichat(person: Person, offered: dict[str, int]) -> None:
    aichat = program("aichat/bin/aichat", person.home, _HOW)
    ended = aichat.run("--list-models", env={"AICHAT_CONFIG_DIR": str(person.home / ".config" / "aichat")})
    assert ended.code == 0, ended.err
    azure = [line for line in ended.out.splitlines() if line.startswith("azure:")]
    assert len(ended.out.splitlines()) - len(azure) == sum(offered.values()) > 1000


def _mods(person: Person, offered: dict[str, int]) -> None:
    reader = program("mods-reader/mods-reader", person.home, _HOW)
    ended = reader.run(str(person.home / ".config" / "mods" / "mods.yml"), env={})
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    models = {api["name"]: len(api["models"]) for api in found["apis"] if api["name"] != "azure-api"}
    assert sum(models.values()) == sum(offered.values())
    default = next(api for api in found["apis"] if api["name"] == found["default-api"])
    assert found["default-model"] in default["models"]
    assert found["max-input-chars"] > 0
