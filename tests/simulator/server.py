"""The server: HTTP/1.1 on two loopback ports, in a thread of its own, and the shops it serves.

Written on asyncio's transports, because a benchmark must measure who asks, not who answers. The second port
is "elsewhere": the same server at another origin, where no key may arrive.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from http.client import responses
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from modelcat import registry
from modelcat.catalog import Provider

from .catalogs import Sample, answer_of, made_rows, sample
from .faults import FAULTS, Reply, late
from .paging import chutes_page, page_of

REGISTRY = Path(__file__).parents[2] / "config" / "providers.toml"
CERTIFICATE = Path(__file__).parent / "self_signed.pem"
_NO_PAGES = 10**9


@dataclass(frozen=True)
class Asked:
    """One question that arrived."""

    shop: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    port: int
    body: bytes = b""


@cache
def shipped() -> registry.Registry:
    """The registry that modelcat ships."""
    return registry.load(REGISTRY.read_text(encoding="utf-8"))


@dataclass
class Shop:
    """One simulated provider. Change its fields at any time; `refresh` after changing rows in place."""

    name: str
    like: Sample
    origin: str
    away: str
    rows: list[dict[str, Any]]
    faults: deque[str] = field(default_factory=deque)
    """Used up one a question; "" is a healthy answer."""
    always: str | None = None
    """The fault of every question from now on."""
    page_size: int = _NO_PAGES
    key: str | None = None
    """The key that must be sent; None: the list is public."""
    etags: bool = False
    latency: float = 0.0
    healthy: int = 0
    """So many healthy answers come before what `always` says."""
    last_query: str = ""
    items: list[dict[str, Any]] | None = None
    """Of the second list (chutes)."""
    _bodies: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"{self.origin}/{self.name}/v1"

    @property
    def url(self) -> str:
        return f"{self.base_url}/models"

    @property
    def elsewhere(self) -> str:
        """The same list at another origin."""
        return f"{self.away}/{self.name}/v1/models"

    @property
    def provider(self) -> Provider:
        """The registry's row of the provider this is like, moved here."""
        real = shipped().get(self.like.provider)
        query = urlsplit(real.models_url or "").query
        details = (
            f"{self.origin}/{self.name}/{'api/show' if real.dialect == 'ollama' else 'details?limit=25'}"
        )
        return replace(
            real,
            id=self.name,
            name=self.name,
            base_url=self.base_url,
            models_url=f"{self.url}?{query}" if query else self.url,
            models_url_fallbacks=(),
            details_url=details if self.like.details is not None else None,
            url_env=(),
            local=False,
            enabled=True,
            opt_in=False,
        )

    @property
    def ids(self) -> set[str]:
        """The ids it offers, as the catalog will have them."""
        ids = {str(row[self.like.id or "id"]).removeprefix("models/") for row in self.rows}
        grouped = {f"{row['_in']}/{row[self.like.id or 'id']}" for row in self.rows if "_in" in row}
        return grouped or ids

    def refresh(self) -> None:
        """Forget the bodies made of the rows."""
        self._bodies.clear()

    def body(self, query: Mapping[str, str], *, stuck: bool = False) -> tuple[bytes, str]:
        """The healthy answer and its ETag."""
        known = f"{sorted(query.items())}{stuck}"
        if known not in self._bodies:
            page, more = page_of(
                self.like.paging, self.rows, self.like.id, dict(query), self.page_size, stuck=stuck
            )
            answer = answer_of(self.like, page)
            body = json.dumps({**answer, **more} if more else answer).encode()
            self._bodies[known] = body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        return self._bodies[known]

    def details(self, asked: Asked) -> Reply:
        """The answer to what is asked besides the list."""
        if asked.path.endswith("/api/show"):
            model = json.loads(asked.body)["model"]
            known = self.like.details
            found = next((show for name, show in known.items() if model.startswith(name)), None)
            return Reply(200 if found else 404, json.dumps(found or {}).encode())
        items = self.items if self.items is not None else self.like.details["items"]
        return Reply(body=json.dumps(chutes_page(items, asked.query, self.page_size)).encode())

    def reply(self, asked: Asked) -> Reply:
        """What to do with a question for the list."""
        fault = self.faults.popleft() if self.faults else self.always
        if fault == self.always and self.healthy:
            self.healthy -= 1
            fault = None
        self.last_query = "again" if "again" in asked.query else ""
        reply = FAULTS[fault](self) if fault else Reply(stuck=False)
        if fault and not reply.stuck:
            return reply
        if self.key is not None and not self._knows(asked.headers):
            return FAULTS["401"](self)
        body, etag = self.body(asked.query, stuck=reply.stuck)
        if not self.etags:
            return Reply(body=body)
        if asked.headers.get("if-none-match") == etag:
            return Reply(304, headers=(("etag", etag),))
        return Reply(body=body, headers=(("etag", etag),))

    def _knows(self, headers: Mapping[str, str]) -> bool:
        auth = self.provider.auth
        sent = headers.get("authorization" if auth == "bearer" else auth, "")
        return sent == (f"Bearer {self.key}" if auth == "bearer" else self.key)


class Simulator:
    """The server and its shops."""

    def __init__(self, port: int = 0, *, tls: bool = False, certificate: Path = CERTIFICATE) -> None:
        self.log: list[Asked] = []
        self.shops: dict[str, Shop] = {}
        self._ports = [port, 0]
        self._tls = tls
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._open: set[_Connection] = set()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> Self:
        """Listen; the ports are known afterwards."""
        self._thread.start()
        assert self._ready.wait(10), "the simulator did not start"
        return self

    def stop(self) -> None:
        """Stop listening and drop all connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._ports[0]}"

    @property
    def away(self) -> str:
        """Another origin of the same server."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._ports[1]}"

    @property
    def away_port(self) -> int:
        return self._ports[1]

    def open(
        self,
        like: str = "openrouter",
        name: str | None = None,
        *,
        count: int | None = None,
        faults: Iterable[str] = (),
        always: str | None = None,
        page_size: int = _NO_PAGES,
        key: str | None = None,
        etags: bool = False,
        latency: float = 0.0,
    ) -> Shop:
        """A new provider like the sample `like`, with `count` models (None: the sample's own rows)."""
        name = name or f"{like.replace('_', '-')}-{len(self.shops)}"
        found = sample(like)
        shop = Shop(
            name,
            found,
            self.origin,
            self.away,
            made_rows(found, count),
            deque(faults),
            always,
            page_size,
            key,
            etags,
            latency,
        )
        self.shops[name] = shop
        return shop

    def asked(self, shop: Shop) -> list[Asked]:
        """What `shop` was asked, in order."""
        return [item for item in self.log if item.shop == shop.name]

    def registry_text(self) -> str:
        """A providers.toml that has all shops and nobody else."""
        return "\n".join(_table(shop) for shop in self.shops.values())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = None
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
        servers = []
        for number, port in enumerate(self._ports):
            making = self._loop.create_server(
                lambda: _Connection(self, self._loop), "127.0.0.1", port, ssl=context, backlog=512
            )
            server = self._loop.run_until_complete(making)
            self._ports[number] = server.sockets[0].getsockname()[1]
            servers.append(server)
        self._ready.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for connection in list(self._open):
            connection.transport.abort()
        # One more round, so that what was aborted is closed.
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def answer(self, asked: Asked) -> Reply:
        """What to do with any question."""
        if asked.path == "/registry.toml":
            return Reply(body=self.registry_text().encode())
        self.log.append(asked)
        shop = self.shops.get(asked.shop)
        if shop is None:
            return Reply(404, b"{}")
        at_list = asked.path.endswith("/models")
        return late(shop.reply(asked) if at_list else shop.details(asked), shop.latency)


def _table(shop: Shop) -> str:
    """One provider of a providers.toml."""
    provider = shop.provider
    rows: dict[str, Any] = {
        "name": provider.name,
        "dialect": provider.dialect,
        "base_url": provider.base_url,
        "models_url": provider.models_url,
        "details_url": provider.details_url,
        "api_key_env": [f"{shop.name.upper().replace('-', '_')}_API_KEY"],
        "needs_key_for_list": shop.key is not None,
        "auth": provider.auth,
        "price_unit": provider.price_unit,
        "volatile": list(provider.volatile),
        "private_ids": list(provider.private_ids),
        "kind": provider.kind,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in rows.items() if value not in (None, [])]
    inner = ", ".join(f"{fact} = {json.dumps(list(paths))}" for fact, paths in provider.fields.items())
    fields = [f"fields = {{ {inner} }}"] if inner else []
    return "\n".join([f"[providers.{shop.name}]", *lines, *fields, ""])


class _Connection(asyncio.Protocol):
    """One connection: requests in, one after the other, replies out."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self.loop = loop
        self.data = b""
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        self.simulator._open.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.simulator._open.discard(self)

    def data_received(self, data: bytes) -> None:
        self.data += data
        self._next()

    def _next(self) -> None:
        head, end, rest = self.data.partition(b"\r\n\r\n")
        if self.busy or not end:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self.data = rest[length:]
        method, target, _ = lines[0].split(" ")
        path, _, query = target.partition("?")
        asked = Asked(
            path.split("/")[1], method, path, dict(parse_qsl(query, True)), headers, self.port, rest[:length]
        )
        self.busy = True
        reply = self.simulator.answer(asked)
        if reply.delay:
            self.loop.call_later(reply.delay, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.silent or self.transport.is_closing():
            return
        if reply.reset:
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.transport.abort()
            return
        length = len(reply.body) if reply.length is None else reply.length
        sized = reply.endless is None and reply.status not in {204, 304}
        head = [
            f"HTTP/1.1 {reply.status} {responses[reply.status]}",
            "content-type: application/json",
            *([f"content-length: {length}"] if sized else []),
            *(f"{name}: {value}" for name, value in reply.headers),
        ]
        text = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
        if reply.endless is not None:
            self.transport.write(text)
            self._flood(reply.endless)
        elif reply.drip is not None:
            self.transport.write(text)
            self._drip(reply.body, reply.drip)
        else:
            self.transport.write(text + reply.body)
            if reply.length is not None:
                self.transport.close()
            else:
                self._done()

    def _done(self) -> None:
        self.busy = False
        self._next()

    def _drip(self, body: bytes, pause: float) -> None:
        if not body:
            self._done()
        elif not self.transport.is_closing():
            self.transport.write(body[:1])
            self.loop.call_later(pause, self._drip, body[1:], pause)

    def _flood(self, piece: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() < 2**20:
            self.transport.write(piece)
        self.loop.call_soon(self._flood, piece)
