"""What is said when a provider gives no list: who, what happened, what to do. Never a key, never their words.

A provider's own message is not repeated: it may echo the key, and it is written for programmers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from modelcat.catalog import Provider

_LATER = "try again later"
_STATUS = {
    400: "it did not understand the question (400); the registry's models_url may be out of date",
    402: "the account has no credit (402)",
    406: "it cannot answer with JSON (406)",
    407: "the proxy wants a password (407); put it into HTTPS_PROXY",
    408: f"it waited too long for the question (408); {_LATER}",
    410: "its list is gone for good (410)",
    412: "the account is not ready for use (412); often billing is not set up there",
    418: f"it takes modelcat for something it is not (418); {_LATER}",
    451: "it may not answer from here, for legal reasons (451)",
}


def place(url: str) -> str:
    """A URL as it may be shown: without query, user or password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def host(url: str) -> str:
    """Host and, where it is written, port of a URL."""
    return urlsplit(url).netloc.rpartition("@")[2]


def status(code: int, url: str, attempts: int) -> str:
    """What an HTTP status other than 200, 304, 401, 403 and 429 means for the person."""
    if code in {404, 405}:
        return f"no list of models at {place(url)} ({code}); set models_url if the provider has moved it"
    if code >= 500:
        times = f", {attempts} times asked" if attempts > 1 else ""
        return f"the provider has trouble ({code}{times}); {_LATER}"
    return _STATUS.get(code, f"an answer nobody expected ({code}) from {host(url)}")


def key_refused(variable: str, code: int) -> str:
    """401 or 403 to the person's key."""
    if code == 401:
        return f"the key in {variable} was refused (401); check it at the provider"
    return f"the key in {variable} may not list models (403); check its rights and the account's credit"


def needs_key(provider: Provider, *, elsewhere: str | None, variable: str | None) -> str:
    """401 or 403 to a question without a key. `elsewhere`: the list's host, if a key may not go there.

    `variable` holds a key that was not sent.
    """
    if elsewhere is not None and variable is not None:
        return f"{elsewhere} wants a key, and the one in {variable} is for {host(provider.base_url)} only"
    variables = " or ".join(provider.api_key_env)
    if variables:
        return f"needs a key: set {variables}"
    return "needs a key; name its variable as api_key_env in your providers.toml"


def too_many_requests(wait: float | None) -> str:
    """429 after the retries."""
    when = f"it asks to wait {wait:.0f} s" if wait is not None and wait >= 1 else _LATER
    return f"too many requests (429); {when}"


def late(timeout: float, received: int) -> str:
    """The time for one provider is over."""
    if received:
        return f"still sending after {timeout:g} s ({received:,} bytes); give it more with --timeout"
    return f"no answer within {timeout:g} s; give it more with --timeout"


def not_running(url: str) -> str:
    """A local server that refuses or is not there."""
    return f"not running at {host(url)}"
