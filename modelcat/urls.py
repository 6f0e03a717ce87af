"""Which URLs modelcat would ask, and what counts as the same place.

URLs here are those of providers.toml, config.toml and the environment; pages and redirects are followed in
fetch/, by the same rules.
"""

from __future__ import annotations

import re

_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._{}-]+)(:\d{1,5})?([/?][!-~]*)?")
_KEY_IN_QUERY = re.compile(r"[?&](?:x[_-])?(?:api|access|auth)?[_-]?(?:key|token|secret)=", re.IGNORECASE)
_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def origin(url: str) -> str:
    """Scheme, host and port of a URL that `url_problem` accepts, the port written out: https://a.example:443."""
    found = _URL.fullmatch(url)
    if not found:
        return ""
    return f"{found[1]}://{found[2].lower()}{found[3] or (':443' if found[1] == 'https' else ':80')}"


def host_of(url: str) -> str:
    """The URL up to its path, as it is written: http://Box.local:1234."""
    found = _URL.fullmatch(url)
    return found[0].removesuffix(found[4] or "") if found else ""


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    found = _URL.fullmatch(url)
    host = found[2].strip("[]").lower() if found else ""
    return host in {"localhost", "::1"} or host.endswith(".localhost") or _is_ip(host, "is_loopback")


def url_problem(url: str) -> str | None:
    """Why modelcat would not ask at `url`, in words that do not repeat it; None: it would."""
    found = _URL.fullmatch(url)
    if not found:
        if "@" in url:
            return "expected a URL without a name or password in it"
        return "expected a URL such as https://host/v1"
    if _KEY_IN_QUERY.search(url):
        return "a key must not stand in a URL (URLs end up in logs); it is sent in a header"
    if found[1] == "http" and not _is_private(found[2].strip("[]").lower()):
        return "expected https (http is only for this machine and private addresses)"
    return None


def _is_private(host: str) -> bool:
    # A name without a dot, or under one of these, cannot be on the public internet.
    named = host.endswith(_PRIVATE_NAMES) or not re.search(r"[.:]", host)
    return (named and not host.isdigit()) or _is_ip(host, "is_global", expected=False)


def _is_ip(host: str, attribute: str, *, expected: bool = True) -> bool:
    if not re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", host):
        return False
    from ipaddress import ip_address

    try:
        return bool(getattr(ip_address(host), attribute)) is expected
    except ValueError:
        return False
