"""--legacy-output end to end: asked as the older script asked, written as it wrote, nothing else touched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from modelcat import legacy_output
from modelcat import registry as registries
from modelcat import settings as machine
from modelcat.registry import Registry
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

KEY = "sk-test-0123456789abcdefghijklmnop"


def registry(*shops: Shop) -> Registry:
    """Only these providers, as the older script would know them."""
    tables = [
        f'[providers.{shop.name}]\nbase_url = "{shop.base_url}"\nlegacy_base_url = "{shop.base_url}"\n'
        f'api_key_env = ["{shop.name.upper()}_API_KEY"]\nbase_url_env = ["{shop.name.upper()}_API_OPENAI"]\n'
        for shop in shops
    ]
    return registries.load("\n".join(tables))


def write(folder: Path, *shops: Shop) -> set[str]:
    settings = machine.load()
    return set(legacy_output.write(settings, registry(*shops), folder, max_concurrency=8, timeout=2.0))


def files_of(name: str) -> set[str]:
    return {f"models_{name}.{ending}" for ending in ("json", "txt", "toml")}


def test_the_files_and_nothing_else(simulator: Simulator, tmp_path: Path) -> None:
    shop = simulator.open("openrouter", "acme", count=7)
    folder = tmp_path / "out"
    written = write(folder, shop)
    assert written == files_of("acme") | {"failed_models.json"}
    assert written == {path.name for path in folder.iterdir()}
    rows = json.loads((folder / "models_acme.json").read_bytes())["data"]
    assert [row["id"] for row in rows] == sorted(shop.ids)
    assert (folder / "models_acme.txt").read_text() == "\n".join(sorted(shop.ids))
    table = tomllib.loads((folder / "models_acme.toml").read_text())
    assert len(table["profiles"]) == 7
    assert table["model_providers"]["acme"]["env_key"] == "ACME_API_KEY"
    assert not machine.load().home.exists()


def test_one_plain_question_without_conditions(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = simulator.open("openrouter", "acme", count=3, etags=True)
    monkeypatch.setenv("ACME_API_KEY", KEY)
    for _ in range(2):
        write(tmp_path / "out", shop)
    for asked in simulator.asked(shop):
        assert asked.path.endswith("/models")
        assert not asked.query
        assert "if-none-match" not in asked.headers
    assert len(simulator.asked(shop)) == 2


def test_a_failure_is_noted_and_keeps_the_files(simulator: Simulator, tmp_path: Path) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    healthy = simulator.open("groq", "other", count=2)
    folder = tmp_path / "out"
    write(folder, shop, healthy)
    before = {name: (folder / name).read_bytes() for name in files_of("acme")}
    shop.always = "404"
    assert write(folder, shop, healthy) == files_of("other") | {"failed_models.json"}
    assert {name: (folder / name).read_bytes() for name in files_of("acme")} == before
    failed = json.loads((folder / "failed_models.json").read_bytes())
    assert failed["acme"]["failed"] is True
    assert "404" in failed["acme"]["error"]
    shop.always = None
    write(folder, shop, healthy)
    again = json.loads((folder / "failed_models.json").read_bytes())
    assert again["acme"]["failed"] is False
    assert again["acme"]["last_success"].endswith("GMT")


def test_a_base_url_variable_wins(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    elsewhere = simulator.open("groq", "elsewhere", count=2)
    monkeypatch.setenv("ACME_API_OPENAI", elsewhere.base_url)
    write(tmp_path / "out", shop)
    assert not simulator.asked(shop)
    assert (tmp_path / "out/models_acme.txt").read_text().split("\n") == sorted(elsewhere.ids)


def test_no_key_in_any_file(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = simulator.open("openrouter", "acme", count=3, key=KEY)
    refused = simulator.open("groq", "refused", count=3, key="another")
    for name in ("ACME", "REFUSED"):
        monkeypatch.setenv(f"{name}_API_KEY", KEY)
    write(tmp_path / "out", shop, refused)
    assert (tmp_path / "out/models_acme.txt").read_text().split("\n") == sorted(shop.ids)
    for path in (tmp_path / "out").iterdir():
        assert KEY.encode() not in path.read_bytes()
