"""The event loop, with name look-ups that cannot hold the process back, and something to do while it waits.

asyncio looks names up in the few threads of an executor and waits for them when it ends: where DNS packets
are dropped that is half a minute for each name. Here each look-up has a thread that nobody waits for.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")
_DONE = object()


class _Selector(selectors.DefaultSelector):
    """Waits for the network; as long as there is something else to do, a step of that comes first."""

    def __init__(self, meanwhile: Iterator[None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        # A timeout of 0 is no waiting: the loop itself has something to do.
        if found or timeout == 0:
            return found
        # A step takes time, and what the loop would have woken for may be due.
        return super().select(timeout if next(self._meanwhile, _DONE) is _DONE else 0)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose getaddrinfo runs in daemon threads."""

    def __del__(self) -> None:
        # One that ^C has left half made cannot be closed, and would say so.
        with suppress(AttributeError):
            super().__del__()

    async def getaddrinfo(self, host: Any, port: Any, **options: int) -> list[Any]:
        answer: asyncio.Future[list[Any]] = self.create_future()

        def tell(found: list[Any] | None, error: OSError | None) -> None:
            if answer.cancelled():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found or [])

        def look_up() -> None:
            found, failed = None, None
            try:
                found = socket.getaddrinfo(host, port, **options)
            except OSError as error:
                failed = error
            except UnicodeError:
                # A label of more than 63 characters, or an empty one, cannot even be asked for.
                failed = socket.gaierror(socket.EAI_NONAME, "not a name")
            # RuntimeError: the loop was closed in the meantime, and nobody is interested any more.
            with suppress(RuntimeError):
                self.call_soon_threadsafe(tell, found, failed)

        threading.Thread(target=look_up, name="modelcat-lookup", daemon=True).start()
        return await answer


def run(work: Coroutine[Any, Any, T], meanwhile: Iterator[None]) -> T:
    """Run `work` to its end in a loop of its own. KeyboardInterrupt cancels it and comes out.

    Whenever there is nothing to do but wait, a step of `meanwhile` is made, as long as it has any; they must
    not raise.
    """
    try:
        with asyncio.Runner(loop_factory=lambda: _Loop(_Selector(meanwhile))) as runner:
            return runner.run(work)
    finally:
        # ^C may come before it was begun, and Python would complain of that.
        work.close()
