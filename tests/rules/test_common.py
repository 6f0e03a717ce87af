"""What the rules of several tools share."""

from __future__ import annotations

import pytest

from modelcat.rules.common import foreign_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.groq.com/openai/v1", "api.groq.com"),
        ("HTTPS://Api.Example:8443?x=1", "Api.Example:8443"),
        ("api.example/v1", "api.example"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("https://me:word@api.example/v1", "api.example"),
        ("https://me:w@rd@api.example/v1", "api.example"),
        ("https://api.example\nmore", "api.example"),
        ("https://api.openai.com.example/v1", "api.openai.com.example"),
        ("http://api.openai.com/v1", "api.openai.com"),
        ("https://", ""),
        ("https://api.openai.com/v1", None),
        ("https://api.openai.com", None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_the_host_of_an_address_that_is_not_openai_s(url: object, host: str | None) -> None:
    assert foreign_host(url) == host
