"""Which URLs are asked, and what is the same place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import urls

URLS_REFUSED = [
    ("http://api.example.com/v1", "https"),
    ("http://8.8.8.8/v1", "https"),
    ("http://2130706433/v1", "https"),
    ("http://0x7f.1/v1", "https"),
    ("http://local.example.com", "https"),
    ("http://127.0.0.1.example.com", "https"),
    ("ftp://x.example", "expected a URL"),
    ("x.example/v1", "expected a URL"),
    ("https://", "expected a URL"),
    ("https://a b.example", "expected a URL"),
    ("https://a.example/\n", "expected a URL"),
    ("https://a.example/\u00e9", "expected a URL"),
    ("https://me:secret@x.example/v1", "without a name or password"),
    ("https://x.example/v1?key=abc", "must not stand in a URL"),
    ("https://x.example/v1?a=b&api_key=abc", "must not stand in a URL"),
    ("https://x.example/v1?access_token={t}", "must not stand in a URL"),
    ("https://x.example/v1?X-Api-Key=1", "must not stand in a URL"),
]
URLS_TAKEN = [
    "https://a.example",
    "https://A.example:8443/v1?limit=1000&monkey=1",
    "https://{account}.example/v1",
    "https://[2606:4700::1]/v1",
    "http://localhost:1234/v1",
    "http://box.localhost/v1",
    "http://127.0.0.1:8080",
    "http://127.9.9.9/v1",
    "http://[::1]:1234/v1",
    "http://[fd00::5]/v1",
    "http://192.168.1.5/v1",
    "http://10.1.2.3/v1",
    "http://172.16.0.1/v1",
    "http://100.64.1.1/v1",
    "http://othello.local:1234/v1",
    "http://host.docker.internal:11434",
    "http://ollama:11434/v1",
]


@pytest.mark.parametrize(("url", "reason"), URLS_REFUSED)
def test_urls_that_are_not_asked(url: str, reason: str) -> None:
    problem = urls.url_problem(url)
    assert problem is not None
    assert reason in problem
    assert "secret" not in problem
    assert "abc" not in problem


@pytest.mark.parametrize("url", URLS_TAKEN)
def test_urls_that_are(url: str) -> None:
    assert urls.url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example/v1", "https://a.example:443"),
        ("https://a.example:443", "https://a.example:443"),
        ("http://localhost/x", "http://localhost:80"),
        ("http://[::1]:9/x", "http://[::1]:9"),
    ],
)
def test_origin(url: str, expected: str) -> None:
    assert urls.origin(url) == expected


@examples(deadline=None)
@given(st.text(max_size=40))
def test_no_text_is_a_url_and_an_origin_by_accident(text: str) -> None:
    if urls.url_problem(text) is None:
        assert re.match(r"https?://", text)
        assert urls.origin(text)
    else:
        assert urls.origin("not a url") == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Box.local:1234/v1", "http://Box.local:1234"),
        ("https://a.example?x=1", "https://a.example"),
        ("https://a.example", "https://a.example"),
        ("nothing", ""),
    ],
)
def test_host(url: str, expected: str) -> None:
    assert urls.host_of(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1/v1", True),
        ("http://a.localhost/v1", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8/v1", True),
        ("http://192.168.1.1/v1", False),
        ("https://localhost.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
def test_loopback(url: str, expected: bool) -> None:
    assert urls.is_loopback(url) is expected


def test_what_is_no_url_has_no_origin() -> None:
    assert urls.origin("https://a.example@evil.example") == ""
