"""The real Codex loads what modelcat renders: every provider that can be written, oldest and newest version.

Each check has a twin that shows it can fail: a config broken on purpose, which the same command refuses.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from modelcat import tools
from modelcat.catalog import Provider
from modelcat.documents import dump
from modelcat.tool import Offer
from tests import sample_offers
from tests.real.loopback_provider import ANSWER, LoopbackProvider
from tests.real.real_clients import CODEX_VERSIONS, Ended, Program, codex

pytestmark = pytest.mark.real

CODEX = tools.load("codex")
OFFERS = sample_offers.offers(CODEX)
IDS = [offer.provider.id for offer in OFFERS]
_HI = ("--strict-config", "--skip-git-repo-check")


@pytest.fixture(params=CODEX_VERSIONS)
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    home = tmp_path / "codex"
    home.mkdir()
    return codex(request.param, home)


def _apply(program: Program, offers: tuple[Offer, ...], *, own_prompt: bool = False) -> None:
    """Write what `apply` would: every target at its live place."""
    targets = CODEX.render(offers)
    if own_prompt:
        targets = CODEX.localise(targets, _run(program, *CODEX.ask).out)
    for target in targets:
        assert target.live_name is not None
        path = program.home / target.live_name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump(target.tree, target.syntax), "utf-8")


def _run(program: Program, *arguments: str, **env: str) -> Ended:
    return program.run(*arguments, env={"CODEX_HOME": str(program.home), **env})


def _moved(provider: Provider, url: str) -> Provider:
    return replace(provider, base_url=url)


def _offer(provider: str) -> Offer:
    return next(offer for offer in OFFERS if offer.provider.id == provider)


def test_base_config_loads_with_all_providers(program: Program) -> None:
    _apply(program, OFFERS)
    ended = _run(program, "debug", "models")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["models"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (
            '[model_providers.acme]\nname = "A"\nbase_url = "http://a"\nwire_api = "chat"\n',
            "no longer supported",
        ),
        ('[model_providers.openai]\nname = "A"\nbase_url = "http://a"\n', "reserved"),
        ('[model_providers.ollama]\nname = "A"\nbase_url = "http://a"\n', "reserved"),
        ('[model_providers.lmstudio]\nname = "A"\nbase_url = "http://a"\n', "reserved"),
        ('[model_providers.acme]\nname = ""\nbase_url = "http://a"\n', "name"),
    ],
)
def test_base_config_can_be_refused(program: Program, text: str, word: str) -> None:
    (program.home / "config.toml").write_text(text)
    ended = _run(program, "debug", "models")
    assert ended.code != 0
    assert word in ended.err


@pytest.mark.parametrize("provider", IDS)
def test_shows_exactly_our_models(program: Program, provider: str) -> None:
    _apply(program, OFFERS)
    path = program.home / "modelcat" / f"{provider}.json"
    ended = _run(program, "-c", f"model_catalog_json={json.dumps(str(path))}", "debug", "models")
    assert ended.code == 0, ended.err
    shown = [model["slug"] for model in json.loads(ended.out)["models"]]
    assert len(shown) == len(_offer(provider).models)
    assert sorted(shown) == sorted(model.id for model in _offer(provider).models)


@pytest.mark.parametrize("provider", IDS)
def test_profile_loads(program: Program, provider: str) -> None:
    _apply(program, OFFERS)
    ended = _run(program, "--profile", provider, "mcp", "list")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    "missing", ["slug", "base_instructions", "priority", "truncation_policy", "shell_type"]
)
def test_profile_with_a_bad_catalog_is_refused(program: Program, missing: str) -> None:
    _apply(program, OFFERS)
    path = program.home / "modelcat" / "groq.json"
    catalog = json.loads(path.read_text("utf-8"))
    del catalog["models"][0][missing]
    path.write_text(json.dumps(catalog))
    ended = _run(program, "--profile", "groq", "mcp", "list")
    assert ended.code != 0
    assert missing in ended.err


@pytest.mark.parametrize("provider", [name for name in IDS if CODEX.key_variable(_offer(name).provider)])
def test_strict_start_gets_as_far_as_the_key(program: Program, provider: str) -> None:
    _apply(program, OFFERS)
    ended = _run(program, "exec", *_HI, "--profile", provider, "hi")
    assert ended.code != 0
    variable = CODEX.key_variable(_offer(provider).provider)
    assert f"Missing environment variable: `{variable}`" in ended.err
    assert "metadata" not in ended.err.lower()


@pytest.mark.parametrize("line", ["model_max_output_tokens = 5", "[modelcat]\nx = 1", 'name = "x"'])
def test_strict_start_can_fail(program: Program, line: str) -> None:
    _apply(program, OFFERS)
    profile = program.home / "groq.config.toml"
    profile.write_text(profile.read_text("utf-8") + line + "\n")
    ended = _run(program, "exec", *_HI, "--profile", "groq", "hi")
    assert ended.code != 0
    assert "unknown configuration field" in ended.err


@pytest.mark.parametrize(
    "provider", [o.provider.id for o in OFFERS if o.provider.id not in {"openai", "ollama", "lmstudio"}]
)
def test_whole_turn(program: Program, provider: str) -> None:
    offer = _offer(provider)
    variable = CODEX.key_variable(offer.provider)
    with LoopbackProvider() as server:
        _apply(program, (Offer(_moved(offer.provider, server.base_url), offer.models),))
        env = {variable: "key-of-this-test"} if variable else {}
        ended = _run(program, "exec", *_HI, "--profile", provider, "hi", **env)
    assert ended.code == 0, ended.err
    assert ANSWER in ended.out
    (asked,) = server.requests
    assert (
        asked.body["model"] == tomllib.loads((program.home / f"{provider}.config.toml").read_text())["model"]
    )
    assert asked.headers.get("authorization") == (f"Bearer {env[variable]}" if variable else None)
    assert "web_search" not in [tool["type"] for tool in asked.body["tools"]]


@pytest.mark.parametrize("model", sample_offers.AWKWARD_IDS)
def test_awkward_ids_arrive_as_they_are(program: Program, model: str) -> None:
    offer = _offer("groq")
    with LoopbackProvider() as server:
        _apply(program, (Offer(_moved(offer.provider, server.base_url), offer.models),))
        ended = _run(program, "exec", *_HI, "--profile", "groq", f"--model={model}", "hi", GROQ_API_KEY="k")
    assert ended.code == 0, ended.err
    assert server.requests[0].body["model"] == model
    assert "metadata for" not in ended.err


@pytest.mark.parametrize("provider", ["ollama", "lmstudio"])
def test_whole_turn_with_what_codex_defines_itself(program: Program, provider: str) -> None:
    _apply(program, OFFERS)
    with LoopbackProvider() as server:
        ended = _run(program, "exec", *_HI, "--profile", provider, "hi", CODEX_OSS_BASE_URL=server.base_url)
    assert ended.code == 0, ended.err
    assert ANSWER in ended.out
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("provider", ["ollama", "lmstudio", "openai"])
def test_whole_turn_with_a_reserved_id_elsewhere(program: Program, provider: str) -> None:
    offer = _offer(provider)
    with LoopbackProvider() as server:
        _apply(program, (Offer(_moved(offer.provider, server.base_url), offer.models),))
        ended = _run(program, "exec", *_HI, "--profile", provider, "hi", OPENAI_API_KEY="key-of-this-test")
    assert ended.code == 0, ended.err
    assert ANSWER in ended.out


def test_own_openai_signs_in_itself(program: Program) -> None:
    """Codex's own provider does not take OPENAI_API_KEY, so key_variable is None; exec has CODEX_API_KEY."""
    _apply(program, OFFERS)
    with LoopbackProvider() as server:
        where = f"openai_base_url={json.dumps(server.base_url)}"
        for env, sent in (({"OPENAI_API_KEY": "a"}, None), ({"CODEX_API_KEY": "b"}, "Bearer b")):
            ended = _run(program, "exec", *_HI, "-c", where, "--profile", "openai", "hi", **env)
            assert ended.code == 0, ended.err
            assert server.requests[-1].headers.get("authorization") == sent
    assert CODEX.key_variable(_offer("openai").provider) is None


def test_applied_catalog_has_the_programs_own_prompt(program: Program) -> None:
    offer = _offer("groq")
    with LoopbackProvider() as server:
        _apply(program, (Offer(_moved(offer.provider, server.base_url), offer.models),), own_prompt=True)
        ended = _run(program, "exec", *_HI, "--profile", "groq", "hi", GROQ_API_KEY="k")
    assert ended.code == 0, ended.err
    bundled = json.loads(_run(program, *CODEX.ask).out)["models"]
    catalog = json.loads((program.home / "modelcat" / "groq.json").read_text("utf-8"))["models"]
    (prompt,) = {model["base_instructions"] for model in catalog}
    assert len(prompt) > 10_000
    (source,) = [m for m in bundled if m.get("base_instructions") == prompt and m["visibility"] == "list"][:1]
    assert source.get("tool_mode") is None
    assert prompt[:200] in json.dumps(server.requests[0].body, ensure_ascii=False).replace("\\n", "\n")


def test_our_own_prompt_arrives(program: Program) -> None:
    offer = _offer("groq")
    with LoopbackProvider() as server:
        _apply(program, (Offer(_moved(offer.provider, server.base_url), offer.models),))
        ended = _run(program, "exec", *_HI, "--profile", "groq", "hi", GROQ_API_KEY="k")
    assert ended.code == 0, ended.err
    sent = json.dumps(server.requests[0].body, ensure_ascii=False)
    assert "You are a coding agent in the Codex CLI" in sent


def test_starter_config_loads(program: Program) -> None:
    starter = Path(__file__).parents[2] / "config" / "codex" / "config.toml"
    (program.home / "config.toml").write_text(starter.read_text("utf-8"))
    assert _run(program, "debug", "models").code == 0
