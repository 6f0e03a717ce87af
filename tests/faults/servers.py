"""Servers that are no providers: dead ports, ports that drop packets, talkers of nonsense, a proxy.

Each listens on loopback while its block runs.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def refusing() -> Iterator[int]:
    """A port that refuses connections. Held, so that nobody else listens there meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextlib.contextmanager
def dropping() -> Iterator[int]:
    """A port at which nothing ever arrives, as behind a firewall: its queue is full."""
    with contextlib.ExitStack() as stack:
        deaf = stack.enter_context(socket.socket())
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(3):
            fill = stack.enter_context(socket.socket())
            fill.setblocking(False)
            fill.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]


@contextlib.contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where each connection is given to `answer`, in a thread of its own, and then closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                if not select.select([server], [], [], 0.05)[0]:
                    continue
                threading.Thread(target=_talk, args=(server.accept()[0], answer), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join(10)


def _talk(connection: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with connection, contextlib.suppress(OSError):
        answer(connection)


def closes_at_once(_connection: socket.socket) -> None:
    """Hangs up without a word."""


def talks_nonsense(connection: socket.socket) -> None:
    """Answers a question, but not in HTTP."""
    connection.recv(4096)
    connection.sendall(b"220 mail.example ESMTP\r\n")


class Proxy:
    """What a proxy does and sees. Every CONNECT leads to `target`, whatever it asks for."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.asked: list[str] = []
        """The first line of each question."""
        self.seen = bytearray()
        """Every byte that passed, in both directions, and every header."""

    def __call__(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        self.seen += head
        self.asked.append(head.split(b"\r\n")[0].decode())
        with socket.create_connection(("127.0.0.1", self.target)) as beyond:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._carry(connection, beyond)

    def _carry(self, here: socket.socket, beyond: socket.socket) -> None:
        other = {here: beyond, beyond: here}
        while True:
            for ready in select.select([here, beyond], [], [], 30)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                self.seen += data
                other[ready].sendall(data)
