"""The real aichat lists exactly the models modelcat renders, and takes the key from the variable we name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelcat import tools
from modelcat.documents import dump
from modelcat.tool import Offer
from modelcat.tools import aichat
from tests import sample_offers
from tests.real.loopback_provider import ANSWER, LoopbackProvider
from tests.real.real_clients import Program, program

pytestmark = pytest.mark.real

TOOL = tools.load("aichat")
OFFERS = sample_offers.offers(TOOL)


@pytest.fixture
def real(tmp_path: Path) -> Program:
    home = tmp_path / "aichat"
    home.mkdir()
    return program("aichat/bin/aichat", home, "tests/real/install_clients.sh --aichat builds it")


def _apply(real: Program, offers: tuple[Offer, ...], before: str = "") -> None:
    target = TOOL.render(offers)[0]
    (real.home / "config.yaml").write_text(before + dump(target.tree, target.syntax, target.heading), "utf-8")


def _listed(real: Program) -> list[str]:
    ended = real.run("--list-models", env={"AICHAT_CONFIG_DIR": str(real.home)})
    assert ended.code == 0, ended.err
    return ended.out.splitlines()


def test_lists_every_model_of_every_provider(real: Program) -> None:
    _apply(real, OFFERS)
    chat = [
        f"{aichat.client_name(offer.provider)}:{model.id}"
        for offer in OFFERS
        for model in offer.models
        if model.mode == "chat"
    ]
    assert len(chat) > 1000
    assert [line.rstrip() for line in _listed(real)] == [line.rstrip() for line in chat]


def test_starts_with_the_starter_and_the_default_model(real: Program) -> None:
    starter = Path(__file__).parents[2] / "config" / "aichat" / "config.yaml"
    offer = next(offer for offer in OFFERS if offer.provider.id == "groq")
    (model,) = TOOL.defaults([offer]).values()
    _apply(real, (offer,), f"{starter.read_text('utf-8')}model: {model}\n")
    ended = real.run("--info", env={"AICHAT_CONFIG_DIR": str(real.home)})
    assert ended.code == 0, ended.err
    assert f"{model}" in ended.out.splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [("max_input_tokens: 8192", "max_input_tokens: 8192.5"), ("input_price: 1.25", 'input_price: "1.25"')],
)
def test_the_start_can_fail(real: Program, old: str, new: str) -> None:
    _apply(real, OFFERS)
    path = real.home / "config.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert real.run("--list-models", env={"AICHAT_CONFIG_DIR": str(real.home)}).code != 0


@pytest.mark.parametrize(
    "provider", ["openai", "groq", "togetherai", "friendli", "opencode-go", "huggingface"]
)
def test_whole_turn(real: Program, provider: str) -> None:
    offer = next(offer for offer in OFFERS if offer.provider.id == provider)
    variable = aichat.key_variable(offer.provider)
    assert variable is not None
    with LoopbackProvider() as server:
        moved = replace(offer.provider, base_url=server.base_url)
        _apply(real, (Offer(moved, offer.models),))
        name = f"{aichat.client_name(moved)}:vendor/free:free"
        env = {"AICHAT_CONFIG_DIR": str(real.home), variable: "key-of-this-test"}
        ended = real.run("--no-stream", "--model", name, "hi", env=env)
    assert ended.code == 0, ended.err
    assert ANSWER in ended.out
    (asked,) = server.requests
    assert asked.path == "/v1/chat/completions"
    assert asked.body["model"] == "vendor/free:free"
    assert asked.headers["authorization"] == "Bearer key-of-this-test"


def test_claude_asks_with_its_key_and_max_tokens(real: Program) -> None:
    """A client of type claude that is called anthropic takes ANTHROPIC_API_KEY, not CLAUDE_API_KEY."""
    offer = next(offer for offer in OFFERS if offer.provider.id == "anthropic")
    with LoopbackProvider() as server:
        tool = {"aichat": {"type": "claude"}}
        moved = replace(offer.provider, base_url=server.base_url, tools=tool)
        _apply(real, (Offer(moved, offer.models),))
        env = {
            "AICHAT_CONFIG_DIR": str(real.home),
            "ANTHROPIC_API_KEY": "key-of-this-test",
            "CLAUDE_API_KEY": "not this one",
        }
        ended = real.run("--no-stream", "--model", "anthropic:bare", "hi", env=env)
    assert ended.code == 0, ended.err
    assert ANSWER in ended.out
    (asked,) = server.requests
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == "key-of-this-test"
    assert asked.body["max_tokens"] == aichat.CLAUDE_OUTPUT
