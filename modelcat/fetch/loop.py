"""The event loop, with name look-ups that cannot hold the process back.

asyncio looks names up in the few threads of an executor and waits for them when it ends: where DNS packets
are dropped that is half a minute for each name. Here each look-up has a thread that nobody waits for.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose getaddrinfo runs in daemon threads."""

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


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a loop of its own. KeyboardInterrupt cancels it and comes out."""
    try:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            return runner.run(work)
    finally:
        # ^C may come before it was begun, and Python would complain of that.
        work.close()
