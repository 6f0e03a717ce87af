"""What modelcat renders for mods, read with the YAML library and the types of mods 1.8.1 (mods_reader/)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelcat import tools
from modelcat.documents import dump
from tests import sample_offers
from tests.real.real_clients import Program, program

pytestmark = pytest.mark.real

TOOL = tools.load("mods")
OFFERS = sample_offers.offers(TOOL)
_STARTER = (Path(__file__).parents[2] / "config" / "mods" / "mods.yml").read_text("utf-8")


@pytest.fixture
def reader(tmp_path: Path) -> Program:
    return program("mods-reader/mods-reader", tmp_path, "tests/real/install_clients.sh --mods builds it")


def _read(reader: Program, text: str) -> Any:
    path = reader.home / "mods.yml"
    path.write_text(text, "utf-8")
    ended = reader.run(str(path), env={})
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def _rendered() -> str:
    target = TOOL.render(OFFERS)[0]
    return dump(target.tree, target.syntax, target.heading)


def test_every_provider_and_model_arrives(reader: Program) -> None:
    apis = _read(reader, _rendered())["apis"]
    assert len(apis) == len(OFFERS) > 50
    for api, offer in zip(apis, OFFERS, strict=True):
        assert set(api["models"]) == {model.id for model in offer.models}
        assert all(row["max-input-chars"] > 0 for row in api["models"].values())
        assert api["api-key-env"] == (TOOL.key_variable(offer.provider) or "")
        # Without a key of its own an api would be sent OPENAI_API_KEY, unless mods knows it by name.
        assert api["api-key-env"] or api["api-key"] or api["name"] in {"ollama", "copilot"}


def test_the_starter_has_what_mods_takes_for_zero_otherwise(reader: Program) -> None:
    found = _read(reader, _STARTER)
    for name in ("default-api", "default-model", "max-input-chars", "max-retries", "temp", "topp", "topk"):
        assert found[name], name
    for name in ("word-wrap", "fanciness", "status-text"):
        assert found[name], name
    assert found["roles"] == {"default": []}


def test_the_starter_and_the_apis_together(reader: Program) -> None:
    found = _read(reader, _STARTER + _rendered())
    assert len(found["apis"]) == len(OFFERS)
    assert found["word-wrap"] == 80


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max-input-chars: 4000", "max-input-chars: many"),
        ("  groq:\n", "  groq: x\n"),
    ],
)
def test_it_can_refuse(reader: Program, old: str, new: str) -> None:
    text = _rendered()
    assert old in text
    path = reader.home / "mods.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert reader.run(str(path), env={}).code != 0


def test_a_model_twice_is_refused(reader: Program) -> None:
    path = reader.home / "mods.yml"
    path.write_text("apis:\n  a:\n    models:\n      m: {}\n      m: {}\n")
    ended = reader.run(str(path), env={})
    assert ended.code != 0
    assert "already defined" in ended.err
