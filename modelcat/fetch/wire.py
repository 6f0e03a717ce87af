"""One request and its answer: redirects by hand, sizes bounded, httpx's errors in our own words.

A key is sent to one origin only, the one `Wire.exchange` is told, whatever a redirect says.
"""

from __future__ import annotations

import importlib.util
import socket
import ssl
import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from modelcat import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    import httpx

    from modelcat.fetch import Limits

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_URL: Final = 8192
_OUT_OF_TIME: Final = frozenset({9, 10})
"""OpenSSL's codes for a certificate that is not valid yet, or not any more."""
# Never through a proxy: it could not get there, and a local server's key would pass it in clear.
_DIRECT: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")
HEADERS: Final = {
    "accept": "application/json",
    "accept-encoding": "gzip",
    "user-agent": f"modelcat/{__version__}",
}


class WireError(Exception):
    """No answer came, or none that can be used. The text says what happened, without the provider's name."""

    def __init__(
        self, reason: str, *, again: bool = False, network: bool = False, elsewhere: bool = False
    ) -> None:
        super().__init__(reason)
        self.elsewhere = elsewhere
        """Something answered, but not with JSON: the list may be at another URL."""
        self.again = again
        """It may work a moment later."""
        self.network = network
        """No connection came about."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question on the wire."""

    url: str
    secret: Mapping[str, str]
    """The header with the key; sent only to the origin of `url`."""
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; redirects are followed already."""

    url: str
    """Where it came from in the end."""
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises WireError."""
        if not self.body.strip():
            raise WireError("an empty answer instead of a list", elsewhere=True)
        from modelcat.payload import parsed  # loaded while the first answer is waited for

        try:
            return parsed(self.body)
        except RecursionError:
            raise WireError("an answer nested too deeply to be a list of models") from None
        except ValueError:
            pass
        if self.body.lstrip()[:1] == b"<":
            reason = "a web page instead of a list (a login page, or a proxy on the way?)"
            raise WireError(reason, elsewhere=True)
        raise WireError("an answer that is not JSON", elsewhere=True)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what a key is bound to. ValueError for what is no URL."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


class Wire:
    """The one client of a fetch. Used as an async context manager."""

    def __init__(self, limits: Limits) -> None:
        _spare_a_search()
        import httpx

        self._limits = limits
        # Shorter than the time for all, so that a name or host that is dead is known as that.
        self._connect = min(limits.connect_timeout, limits.timeout / 2)
        self._httpx = httpx
        # No authority is trusted until the first https question: loading them takes 25 ms.
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._trusting = False
        self._client = httpx.AsyncClient(
            verify=self._tls,
            timeout=httpx.Timeout(limits.timeout, connect=self._connect, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            follow_redirects=False,
            mounts=dict.fromkeys(_DIRECT),
        )
        # Its own defaults would name encodings that are not undone here.
        self._client.headers.clear()

    async def __aenter__(self) -> Wire:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def exchange(self, request: Request, room: int, received: Callable[[int], None]) -> Answer:
        """Send `request`, follow redirects, read at most `room` bytes. Raises WireError.

        `received` is told the size of each piece as it comes.
        """
        url, home = request.url, origin(request.url)
        for _ in range(self._limits.redirects + 1):
            secret = request.secret if origin(url) == home else {}
            headers = {**HEADERS, **request.headers, **secret}
            answer = await self._send(url, headers, request.body, room, received)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            if request.body is not None:
                raise WireError(f"{_host(url)} redirects a question that cannot be asked elsewhere")
            url = _redirected(url, target)
        raise WireError(
            f"{_host(request.url)} redirects in a circle, or more than {self._limits.redirects} times"
        )

    async def _send(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        room: int,
        received: Callable[[int], None],
    ) -> Answer:
        httpx = self._httpx
        if url.startswith("https:"):
            self._trust()
        try:
            request = self._client.build_request(
                "GET" if body is None else "POST", url, headers=headers, content=body
            )
            response = await self._client.send(request, stream=True)
            try:
                data = (
                    await _body(response, room, received) if response.status_code not in _REDIRECTS else b""
                )
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _explained(error, url, self._connect, httpx) from None
        return Answer(url, response.status_code, response.headers, data)

    def _trust(self) -> None:
        """Load the authorities of this machine (SSL_CERT_FILE, SSL_CERT_DIR), or the ones httpx brings."""
        if self._trusting:
            return
        self._trusting = True
        known = ssl.get_default_verify_paths()
        self._tls.load_default_certs()
        if not known.cafile and not known.capath and not self._tls.cert_store_stats()["x509_ca"]:
            import certifi

            self._tls.load_verify_locations(certifi.where())


def _spare_a_search() -> None:
    """Keep httpcore from looking for sniffio, which it can do without, at every lock it makes.

    Where there is none, each look is a search of the whole path: a fifth of the time forty questions take.
    """
    if importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # what import takes for "there is none"


async def _body(response: httpx.Response, room: int, received: Callable[[int], None]) -> bytes:
    """The body, decompressed, of at most `room` bytes."""
    said = response.headers.get("content-length", "")
    if said.isdecimal() and int(said[:20]) > room:
        raise _too_big(room)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
        raise WireError(f"an encoding that was not asked for from {_host(str(response.url))}")
    # 47: gzip or zlib, whichever the header says.
    inflate = None if encoding in {"identity", ""} else zlib.decompressobj(47)
    pieces: list[bytes] = []
    size = seen = 0
    async for raw in response.aiter_raw():
        received(len(raw))
        seen += len(raw)
        piece = raw
        if inflate is not None:
            try:
                piece = inflate.decompress(raw, room - size + 1)
            except zlib.error:
                raise WireError("an answer whose compression is broken", again=True) from None
        size += len(piece)
        if size > room:
            raise _too_big(room)
        pieces.append(piece)
    if inflate is not None and seen and not inflate.eof:
        raise WireError(f"the answer broke off after {seen:,} bytes", again=True)
    return b"".join(pieces)


def _too_big(room: int) -> WireError:
    return WireError(f"more than {room / 2**20:.0f} MB, which no list of models has")


def _redirected(url: str, target: str) -> str:
    """Where a Location header leads. Raises WireError for where nobody should be led."""
    try:
        found = urljoin(url, target)
        parts = urlsplit(found)
        good = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        good, found, parts = False, "", urlsplit("")
    if not good or len(found) > _LONGEST_URL or not found.isprintable():
        raise WireError(f"{_host(url)} redirects to something that is no web address")
    if parts.scheme == "http" and url.startswith("https:"):
        raise WireError(f"{_host(url)} redirects to an address without encryption")
    return found


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def _explained(error: Exception, url: str, connect_timeout: float, httpx: Any) -> WireError:  # noqa: PLR0911
    """What an exception of httpx means. Its own text is not used: it holds the URL."""
    name = _host(url)
    causes = list(_causes(error))
    if isinstance(error, httpx.ProxyError):
        return WireError("the proxy of HTTPS_PROXY refuses to connect", again=True, network=True)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return WireError(
                f"the certificate of {name} is not trusted ({_because(cause)}); {_way_out(cause)}"
            )
    cut = isinstance(error, httpx.ConnectError) and url.startswith("https:")
    if any(
        isinstance(cause, ssl.SSLError) or (cut and isinstance(cause, ConnectionResetError))
        for cause in causes
    ):
        return WireError(f"no encrypted connection with {name} came about", again=True)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return WireError(f"the name {name} does not resolve; is there a network?", again=True, network=True)
    if isinstance(error, httpx.ConnectTimeout):
        return WireError(f"no connection to {name} within {connect_timeout:g} s", again=True, network=True)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return WireError(f"{name} refuses connections", again=True, network=True)
    if isinstance(error, httpx.ConnectError):
        return WireError(f"no connection to {name}", again=True, network=True)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return WireError(f"{name or 'the URL'} cannot be asked: the URL or a header is malformed")
    return WireError(f"the connection to {name} broke off", again=True)


def _because(error: ssl.SSLCertVerificationError) -> str:
    message = getattr(error, "verify_message", "") or "it cannot be verified"
    return str(message).rstrip(".")


def _way_out(error: ssl.SSLCertVerificationError) -> str:
    if getattr(error, "verify_code", 0) in _OUT_OF_TIME:
        return f"is this machine's clock right? It says {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return "where a proxy reads along, SSL_CERT_FILE must name its authority"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it came from, and what is in the groups on the way."""
    seen = 0
    while error is not None and seen < 20:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
        seen += 1
