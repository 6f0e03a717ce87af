"""Contents on their way into git while the rest of a sync is still being worked out.

Git hashes and packs in a process of its own, so on a second processor that costs next to nothing. What was
sent ahead belongs to no commit until CatalogRepo.commit says so; a run that ends before leaves nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelcat.repo.importer import Import, check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelcat.repo.git import Git


class _Sent(NamedTuple):
    text: str
    data: bytes
    mark: str
    """The name of `data` in the stream."""


class Ahead:
    """One stream to git that contents can be put into from now on. Use as a context manager."""

    def __init__(self, git: Git, wanted: Callable[[str, bytes], bool]) -> None:
        """`wanted` says whether a content would be news to the repository."""
        self._git = git
        self._wanted = wanted
        self._stream: Import | None = None
        self._sent: dict[str, _Sent] = {}

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.__exit__(None, None, None)

    def put(self, texts: Mapping[str, str | None]) -> None:
        """Send `texts` (path -> text) ahead. What is removed (None) needs no sending.

        ValueError for a path that leads out of the repository.
        """
        for path, text in texts.items():
            check_path(path)
            if text is not None and self._wanted(path, data := text.encode()):
                self._sent[path] = _Sent(text, data, self.stream().blob(data))

    def data(self, path: str, text: str) -> bytes:
        """`text` as bytes; what was sent ahead is not encoded twice."""
        sent = self._sent.get(path)
        return sent.data if sent is not None and sent.text is text else text.encode()

    def stream(self) -> Import:
        """The stream, with all that was put in it."""
        if self._stream is None:
            self._stream = Import(self._git)
            self._stream.__enter__()
        return self._stream

    def blob(self, path: str, data: bytes) -> str:
        """The name of `data` in the stream, sent now unless it was before."""
        sent = self._sent.get(path)
        return sent.mark if sent is not None and sent.data == data else self.stream().blob(data)
