"""What can go wrong with an answer: one Reply for each fault, by name."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import Shop

MEGABYTE = 2**20


@dataclass(frozen=True)
class Reply:
    """What the server does with one question."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    """Seconds before anything is sent."""
    drip: float | None = None
    """Seconds between one byte of the body and the next; None: at once."""
    length: int | None = None
    """The content-length to announce, if not that of the body; the connection is closed after the body."""
    silent: bool = False
    """Nothing is ever sent."""
    reset: bool = False
    """The connection is cut with RST before anything is sent."""
    endless: bytes | None = None
    """Sent again and again until the other side hangs up."""
    stuck: bool = False
    """The healthy answer, but its next page is always the same."""


def _json(status: int, value: object, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), tuple(headers.items()))


def _error(status: int) -> Callable[[Shop], Reply]:
    return lambda _shop: _json(status, {"error": {"message": "made up", "code": status}})


@cache
def _bomb() -> bytes:
    """A gigabyte of zeros in a megabyte. Its checksum is wrong, but who comes that far has lost already."""
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(MEGABYTE)
    # After a full flush the next megabyte is packed into the same bytes every time.
    first, again = (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 1023 + packer.flush()


def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


FAULTS: dict[str, Callable[[Shop], Reply]] = {
    **{
        str(status): _error(status) for status in (400, 401, 402, 403, 404, 405, 412, 429, 500, 502, 503, 504)
    },
    "429 after 1": lambda _: Reply(429, b"{}", (("retry-after", "1"),)),
    "429 after 3600": lambda _: Reply(429, b"{}", (("retry-after", "3600"),)),
    "429 after date": lambda _: Reply(429, b"{}", (("retry-after", _date(1)),)),
    "429 after nonsense": lambda _: Reply(429, b"{}", (("retry-after", "soon"),)),
    "503 after 1": lambda _: Reply(503, b"{}", (("retry-after", "1"),)),
    "304 unasked": lambda _: Reply(304),
    "204": lambda _: Reply(204),
    "slow body": lambda shop: Reply(body=shop.body({})[0], drip=0.2),
    "truncated": lambda shop: Reply(body=shop.body({})[0][:-9], length=len(shop.body({})[0])),
    "cut json": lambda shop: Reply(body=shop.body({})[0][:-9]),
    "truncated gzip": lambda shop: Reply(
        body=gzip.compress(shop.body({})[0])[:-12], headers=(("content-encoding", "gzip"),)
    ),
    "broken gzip": lambda _: Reply(body=b"no gzip at all", headers=(("content-encoding", "gzip"),)),
    "strange encoding": lambda _: Reply(body=b"\x1b\x00\x00", headers=(("content-encoding", "br"),)),
    "html": lambda _: Reply(
        body=b"\n<!doctype html><title>Sign in</title>", headers=(("content-type", "text/html"),)
    ),
    "empty": lambda _: Reply(),
    "empty list": lambda _: _json(200, {"object": "list", "data": []}),
    "wrong shape": lambda _: _json(200, {"message": "hello", "models": "many"}),
    "number": lambda _: _json(200, 7),
    "not json": lambda _: Reply(body=b"{'data': []}"),
    "not utf-8": lambda _: Reply(body=b'{"data": [{"id": "\xff\xfe\xfa"}]}'),
    "deep": lambda _: Reply(body=b"[" * 200_000 + b"]" * 200_000),
    "error 200": lambda _: _json(200, {"code": 500, "msg": "made up", "data": None}),
    "401 in 200": lambda _: _json(200, {"code": 401, "msg": "token expired or incorrect"}),
    "429 in 200": lambda _: _json(200, {"error": {"code": "429", "message": "made up"}}),
    "huge": lambda _: Reply(endless=b'{"data": [' + b'{"id": "x"},' * 5000),
    "huge announced": lambda _: Reply(body=b"{", length=10**12),
    "gzip bomb": lambda _: Reply(body=_bomb(), headers=(("content-encoding", "gzip"),)),
    "redirect away": lambda shop: Reply(302, headers=(("location", shop.elsewhere),)),
    "redirect loop": lambda shop: Reply(302, headers=(("location", shop.url),)),
    "redirect back and forth": lambda shop: Reply(
        307, headers=(("location", f"{shop.url}?again" if not shop.last_query else shop.url),)
    ),
    "redirect to file": lambda _: Reply(302, headers=(("location", "file:///etc/passwd"),)),
    "redirect to user": lambda _: Reply(302, headers=(("location", "http://a:b@127.0.0.1/"),)),
    "redirect nowhere": lambda _: Reply(302, headers=(("location", "http://["),)),
    "reset": lambda _: Reply(reset=True),
    "never answers": lambda _: Reply(silent=True),
    "repeated cursor": lambda _: Reply(stuck=True),
}
"""Name -> what is done to a question instead of answering it."""


def late(reply: Reply, seconds: float) -> Reply:
    """The same, `seconds` later."""
    return replace(reply, delay=reply.delay + seconds) if seconds else reply
