"""What is rendered for every shipped provider passes the tools' own rules, restated in strict_loaders."""

from __future__ import annotations

import json
import re

import pytest

from modelcat import tools
from modelcat.documents import dump
from modelcat.tool import Target
from tests import sample_offers
from tests.tools import strict_loaders
from tests.tools.strict_loaders import RefusedError

AICHAT, CODEX, MODS = (tools.load(name) for name in ("aichat", "codex", "mods"))


def _text(target: Target) -> str:
    return dump(target.tree, target.syntax, target.heading)


def _ids(tool: str) -> list[list[str]]:
    return [[model.id for model in offer.models] for offer in sample_offers.offers(tools.load(tool))]


@pytest.mark.parametrize("tool", ["aichat", "mods"])
def test_main_file(tool: str) -> None:
    targets = tools.load(tool).render(sample_offers.offers(tools.load(tool)))
    loaded = getattr(strict_loaders, tool)(_text(targets[0]))
    assert list(loaded.values()) == _ids(tool)


@pytest.mark.parametrize("tool", ["aichat", "mods"])
def test_each_provider_alone(tool: str) -> None:
    targets = tools.load(tool).render(sample_offers.offers(tools.load(tool)))
    for target, ids in list(zip(targets[1:], _ids(tool), strict=True))[::8]:
        assert list(getattr(strict_loaders, tool)(_text(target)).values()) == [ids]


def test_codex_files() -> None:
    offers = sample_offers.offers(CODEX)
    main, *files = CODEX.render(offers)
    defined = {"openai", "ollama", "lmstudio", *strict_loaders.codex_config(_text(main))}
    by_name = {target.live_name: target for target in files}
    for offer in offers:
        profile = strict_loaders.codex_profile(_text(by_name[f"{offer.provider.id}.config.toml"]))
        slugs = strict_loaders.codex_catalog(_text(by_name[profile["model_catalog_json"]]))
        assert profile["model_provider"] in defined
        assert profile["model"] in slugs
        assert sorted(slugs) == sorted(model.id for model in offer.models)


AICHAT_GOOD = """
clients:
  - type: openai-compatible
    name: acme
    api_base: https://a.example/v1
    models:
      - name: m
        max_input_tokens: 5
"""
MODS_GOOD = """
apis:
  acme:
    base-url: https://a.example/v1
    api-key-env: ACME_API_KEY
    models:
      m:
        max-input-chars: 5
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_input_tokens: 5", "max_input_tokens: 5.5"),
        ("max_input_tokens: 5", "max_input_tokens: '5'"),
        ("max_input_tokens: 5", "max_input_tokens: -1"),
        ("max_input_tokens: 5", "supports_reasoning: true"),
        ("name: acme", "name: Acme-1"),
        ("name: m", "name: 4.1"),
        ("type: openai-compatible", "type: anthropic"),
        ("type: openai-compatible", "type: claude"),
        ("api_base: https://a.example/v1", "api_key: ${ACME_API_KEY}"),
        ("      - name: m", "      - name: m\n      - name: m"),
    ],
)
def test_aichat_loader_can_refuse(old: str, new: str) -> None:
    strict_loaders.aichat(AICHAT_GOOD)
    with pytest.raises((RefusedError, KeyError)):
        strict_loaders.aichat(AICHAT_GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max-input-chars: 5", "max-input-chars: 0"),
        ("max-input-chars: 5", "aliases: [x]"),
        ("max-input-chars: 5", "max-input-chars: 5\n        aliases: [x, x]"),
        ("    api-key-env: ACME_API_KEY\n", ""),
        ("    base-url: https://a.example/v1\n", ""),
        ("      m:\n", "      4.1:\n"),
        ("      m:\n", "      m:\n        max-input-chars: 5\n      m:\n"),
    ],
)
def test_mods_loader_can_refuse(old: str, new: str) -> None:
    strict_loaders.mods(MODS_GOOD)
    with pytest.raises(RefusedError):
        strict_loaders.mods(MODS_GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[model_providers.openai]\nname='A'\nbase_url='https://a'\n",
        "[model_providers.a]\nname='OpenAI'\nbase_url='https://a'\n",
        "[model_providers.a]\nname='A'\nbase_url='https://a'\nwire_api='chat'\n",
        "[model_providers.a]\nname='A'\n",
        "[profiles.a]\nmodel='x'\n",
        "[model_providers.a]\nname='A'\nbase_url='https://a/{account}'\n",
    ],
)
def test_codex_loader_can_refuse(text: str) -> None:
    with pytest.raises(RefusedError):
        strict_loaders.codex_config(text)


def test_no_value_looks_like_a_key() -> None:
    """Rendered files name variables; the only api-key is the word that is none."""
    for tool in (AICHAT, CODEX, MODS):
        for target in tool.render(sample_offers.offers(tool)):
            for line in _text(target).splitlines():
                assert not re.search(r"api[-_]key\W+\w", line.replace("api-key-env", "")) or (
                    line.strip() == 'api-key: "none"'
                )
            assert "${" not in _text(target)


def test_catalog_json_is_what_json_says() -> None:
    """An independent parser reads the same values that were put in."""
    for target in CODEX.render(sample_offers.offers(CODEX)):
        if target.syntax == "json":
            assert json.loads(_text(target)) == target.tree
