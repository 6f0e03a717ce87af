"""Contents on their way into git while the rest of a sync is still being worked out.

Git hashes and packs in a process of its own, so on a second processor that costs next to nothing. What was
sent ahead belongs to no commit until CatalogRepo.commit says so; a run that ends before leaves nothing of it.
Files are not written ahead: each would keep the thread that computes from its work for longer than it takes
to write it at the end.
"""

from __future__ import annotations

import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from modelcat.errors import ModelcatError
from modelcat.repo.importer import Import, check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelcat.repo.git import Git

_TURN = 0.0005
"""Seconds after which a thread that computes lets another one go on. With Python's 5 ms, one that feeds git
would wait that long before each piece."""


class Ahead:
    """One stream to git that contents can be put into from now on. Use as a context manager."""

    def __init__(self, git: Git, wanted: Callable[[str, bytes], bool]) -> None:
        """`wanted` says whether a content would be news to the repository; it is asked in another thread."""
        self._git = git
        self._wanted = wanted
        self._turn = sys.getswitchinterval()
        self._queue: SimpleQueue[Mapping[str, str | None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stream: Import | None = None
        self._sent: dict[str, tuple[bytes, str]] = {}
        self._error: ModelcatError | OSError | None = None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self._join()
        sys.setswitchinterval(self._turn)
        # A thread whose start was interrupted by ^C has been given nothing, and ends by this.
        self._queue.put(None)
        if self._stream is not None:
            self._stream.__exit__(None, None, None)

    def put(self, texts: Mapping[str, str | None]) -> None:
        """Send `texts` (path -> text) ahead; does not wait. What is removed (None) needs no sending.

        ValueError for a path that leads out of the repository.
        """
        for path in texts:
            check_path(path)
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="modelcat-ahead")
            sys.setswitchinterval(_TURN)
            thread.start()
            self._thread = thread
        self._queue.put(texts)

    def stream(self) -> Import:
        """The stream, once all that was put is in it. Raises what went wrong on the way."""
        self._join()
        if self._error is not None:
            raise self._error
        return self._opened()

    def blob(self, path: str, data: bytes) -> str:
        """The name of `data` in the stream, sent now unless it was before. Needs `stream` first."""
        sent = self._sent.get(path)
        return sent[1] if sent is not None and sent[0] == data else self._opened().blob(data)

    def _opened(self) -> Import:
        if self._stream is None:
            self._stream = Import(self._git).__enter__()
        return self._stream

    def _join(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (texts := self._queue.get()) is not None:
            try:
                self._send(texts)
            except (ModelcatError, OSError) as error:
                self._error = error

    def _send(self, texts: Mapping[str, str | None]) -> None:
        for path, text in texts.items():
            if text is not None and self._error is None:
                data = text.encode()
                if self._wanted(path, data):
                    self._sent[path] = data, self._opened().blob(data)
