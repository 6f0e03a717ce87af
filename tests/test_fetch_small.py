"""Small cases over https and names that are not loopback, which no server on this machine can stand for."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
import respx

from modelcat.catalog import Provider
from modelcat.errors import AuthenticationError
from modelcat.fetch import Failed, Fetched, Question, fetch_all

KEY = "sk-test-0123456789abcdefghijklmnop"
ACME = Provider(
    id="acme",
    name="Acme",
    dialect="openai",
    base_url="https://api.acme.example/v1",
    models_url="https://api.acme.example/v1/models",
    api_key_env=("ACME_API_KEY",),
    needs_key_for_list=True,
)
LIST = {"data": [{"id": "a"}, {"id": "b"}]}


def ask(provider: Provider = ACME) -> Fetched | Failed:
    assert provider.models_url is not None
    question = Question(provider, provider.models_url, ("ACME_API_KEY", KEY))
    outcome = fetch_all([question], timeout=5.0)[provider.id]
    assert isinstance(outcome, Fetched | Failed)
    return outcome


def sent(route: respx.Route) -> str | None:
    header: str | None = route.calls.last.request.headers.get("authorization")
    return header


@respx.mock
def test_the_key_goes_to_its_own_https_origin() -> None:
    route = respx.get("https://api.acme.example/v1/models").mock(httpx.Response(200, json=LIST))
    outcome = ask()
    assert isinstance(outcome, Fetched)
    assert outcome.rows is not None
    assert [row["id"] for row in outcome.rows] == ["a", "b"]
    assert sent(route) == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://cdn.acme.example/models",
        "https://api.acme.example:8443/v1/models",
        "https://api.acme.example.evil.example/v1/models",
    ],
)
@respx.mock
def test_a_redirect_to_another_origin_gets_no_key(elsewhere: str) -> None:
    # The first that fits answers, and a route without a port fits any.
    second = respx.get(elsewhere).mock(httpx.Response(200, json=LIST))
    first = respx.get("https://api.acme.example/v1/models").mock(
        httpx.Response(302, headers={"location": elsewhere})
    )
    assert isinstance(ask(), Fetched)
    assert sent(first) == f"Bearer {KEY}"
    assert sent(second) is None


@respx.mock
def test_a_redirect_within_the_origin_keeps_the_key() -> None:
    respx.get("https://api.acme.example/v1/models").mock(
        httpx.Response(308, headers={"location": "/v2/models"})
    )
    second = respx.get("https://api.acme.example/v2/models").mock(httpx.Response(200, json=LIST))
    assert isinstance(ask(), Fetched)
    assert sent(second) == f"Bearer {KEY}"


@respx.mock
def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    respx.get("https://api.acme.example/v1/models").mock(
        httpx.Response(302, headers={"location": "http://api.acme.example/v1/models"})
    )
    plain = respx.get("http://api.acme.example/v1/models").mock(httpx.Response(200, json=LIST))
    assert isinstance(ask(), Failed)
    assert not plain.called


@respx.mock
def test_a_list_that_stands_at_another_origin_is_asked_without_the_key() -> None:
    route = respx.get("https://lists.example/acme").mock(httpx.Response(200, json=LIST))
    provider = replace(ACME, models_url="https://lists.example/acme", needs_key_for_list=False)
    assert isinstance(ask(provider), Fetched)
    assert sent(route) is None


@respx.mock
def test_a_refused_key_is_named_by_its_variable_and_never_shown() -> None:
    respx.get("https://api.acme.example/v1/models").mock(
        httpx.Response(401, json={"error": {"message": f"bad key {KEY}"}})
    )
    outcome = ask()
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, AuthenticationError)
    assert "ACME_API_KEY was refused (401)" in str(outcome.error)
    assert KEY[:8] not in repr(outcome)
