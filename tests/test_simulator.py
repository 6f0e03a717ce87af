"""The simulator itself: what it promises to those who test and measure with it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from modelcat import registry
from modelcat.catalog import Provider
from tests.simulator import FAULTS, Simulator, sample, sample_names
from tests.simulator.catalogs import made_rows
from tests.simulator.fixtures import running_simulator  # noqa: F401  the fixture "simulator"

ROOT = Path(__file__).parent.parent


def get(url: str, **headers: str) -> tuple[int, bytes]:
    asked = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_faults_asked_for_are_all_there() -> None:
    wanted = {
        "401",
        "403",
        "404",
        "429",
        "429 after 1",
        "500",
        "503",
        "slow body",
        "truncated",
        "html",
        "empty",
        "wrong shape",
        "error 200",
        "huge",
        "gzip bomb",
        "redirect away",
        "redirect loop",
        "reset",
        "never answers",
        "repeated cursor",
    }
    assert wanted <= set(FAULTS)


@pytest.mark.parametrize("name", sample_names())
def test_made_lists_are_always_the_same_and_as_long_as_asked(name: str) -> None:
    rows = made_rows(sample(name), 37)
    assert len(rows) == 37
    assert rows == made_rows(sample(name), 37)
    field = sample(name).id or "id"
    assert len({(row.get("_in"), row[field]) for row in rows}) == 37


def test_registry_of_all_shops_is_read_strictly_and_is_the_same(simulator: Simulator) -> None:
    shops = [simulator.open(name, key="k" if name == "xai" else None) for name in sample_names()]
    read = registry.load(simulator.registry_text())
    assert sorted(read.providers) == sorted(shop.name for shop in shops)
    same = (
        "dialect",
        "base_url",
        "models_url",
        "details_url",
        "price_unit",
        "auth",
        "volatile",
        "private_ids",
        "kind",
    )
    for shop in shops:
        made: Provider = read.get(shop.name)
        assert {name: getattr(made, name) for name in same} == {
            name: getattr(shop.provider, name) for name in same
        }
        assert dict(made.fields) == dict(shop.provider.fields)
        assert made.needs_key_for_list is (shop.key is not None)


def test_log_says_what_was_asked(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    get(f"{shop.url}?a=1&b=", x_api_key="one")
    get(shop.elsewhere)
    first, second = simulator.asked(shop)
    assert (first.method, first.query, first.headers["x-api-key"]) == ("GET", {"a": "1", "b": ""}, "one")
    assert (first.port, second.port) == (int(simulator.origin[-5:].strip(":")), simulator.away_port)


def test_key_etag_and_unknown_shops(simulator: Simulator) -> None:
    shop = simulator.open(count=2, key="right", etags=True)
    assert get(shop.url)[0] == 401
    assert get(shop.url, authorization="Bearer wrong")[0] == 401
    status, body = get(shop.url, authorization="Bearer right")
    assert (status, len(json.loads(body)["data"])) == (200, 2)
    etag = shop.body({})[1]
    assert get(shop.url, authorization="Bearer right", if_none_match=etag)[0] == 304
    assert get(f"{simulator.origin}/nobody/v1/models")[0] == 404


def test_faults_come_in_order_and_then_health(simulator: Simulator) -> None:
    shop = simulator.open(count=2, faults=["500", "", "403"])
    assert [get(shop.url)[0] for _ in range(5)] == [500, 200, 403, 200, 200]
    shop.always, shop.healthy = "404", 1
    assert [get(shop.url)[0] for _ in range(3)] == [200, 404, 404]


def test_as_a_process_of_its_own() -> None:
    options = ["--providers", "3", "--models", "100", "--latency-ms", "1", "--like", "openrouter,togetherai"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.simulator", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        try:
            text = get(f"{base}/registry.toml")[1].decode()
            counts = []
            for provider in registry.load(text).providers.values():
                answer: Any = json.loads(get(provider.models_url or "")[1])
                counts.append(len(answer["data"] if isinstance(answer, dict) else answer))
        finally:
            process.terminate()
    assert counts == [33, 33, 34]
    assert process.returncode == 0
