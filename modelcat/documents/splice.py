"""A text that is being changed: its lines, and pieces of it replaced. Bytes outside the pieces are copied."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `text` in place of what stands from `start` to `end`.

    depth: of two at the same place the deeper one comes first. lines: whole lines that are taken out, so
    blank lines that would be left double around them may go too.
    """

    start: int
    end: int
    text: str
    depth: int = 0
    lines: bool = False


class Source:
    """A text whose last line is sure to end, with questions about its lines."""

    __slots__ = ("added", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.added = ""
        """The line ending that the text itself has not; edits see it, the result has not."""
        if text and not text.endswith("\n"):
            self.added = self.ending(len(text))
            self.text = text + self.added

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the next line begins."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end + 1

    def column(self, offset: int) -> int:
        """Characters before `offset` in its line."""
        return offset - self.line_start(offset)

    def before(self, offset: int) -> str:
        """What stands in the line before `offset`."""
        return self.text[self.line_start(offset) : offset]

    def ending(self, offset: int) -> str:
        """The line ending used near `offset`: that of the line before, else of the next."""
        at = self.text.rfind("\n", 0, offset)
        if at < 0:
            at = self.text.find("\n", offset)
        return "\r\n" if at > 0 and self.text[at - 1] == "\r" else "\n"

    def blank(self, start: int, end: int) -> bool:
        """Is there nothing but blanks and line ends?"""
        return not self.text[start:end].strip()

    def blank_line_before(self, offset: int) -> bool:
        """Is the line above the line start `offset` empty?"""
        return offset > 0 and self.blank(self.line_start(offset - 1), offset)

    def after_blank_lines(self, offset: int) -> int:
        """The first line start from `offset` on whose line is not empty."""
        while offset < len(self.text) and self.blank(offset, end := self.line_end(offset)):
            offset = end
        return offset

    def before_blank_lines(self, offset: int, floor: int = 0) -> int:
        """The line start after the last line above `offset` that is not empty, not above `floor`."""
        while offset > floor and self.blank(start := self.line_start(offset - 1), offset):
            offset = max(start, floor)
        return offset


def tidied(source: Source, splices: Iterable[Splice]) -> list[Splice]:
    """The splices with the blank lines that would be left double, or at the end, behind what is taken out."""
    made = list(splices)
    gone = sorted((splice for splice in made if splice.lines), key=lambda splice: splice.start)
    # Each run is a list of offsets: where its pieces begin, and where the last one ends.
    runs: list[list[int]] = []
    for splice in gone:
        if runs and splice.start <= runs[-1][-1]:
            start = runs[-1][0]
            runs[-1][-1:] = [splice.start, _end(source, start, splice.end)]
        else:
            runs.append([splice.start, _end(source, splice.start, splice.end)])
    if runs and runs[-1][-1] == len(source.text):
        _reach_end(source, runs)
    kept = [splice for splice in made if not splice.lines]
    return kept + [Splice(begin, end, "") for run in runs for begin, end in pairwise(run)]


def _end(source: Source, start: int, end: int) -> int:
    """Where to stop taking out: behind blank lines, if there are some above too."""
    return source.after_blank_lines(end) if not start or source.blank_line_before(start) else end


def _reach_end(source: Source, runs: list[list[int]]) -> None:
    """The last run takes what is blank above it."""
    last = runs[-1]
    last[0] = source.before_blank_lines(last[0])
    while len(runs) > 1 and runs[-2][-1] >= last[0]:
        last[:0] = runs.pop(-2)[:-1]
        last[0] = source.before_blank_lines(last[0])


def join(text: str, splices: Iterable[Splice]) -> tuple[str, list[tuple[int, int]]]:
    """The new text, and the spans of the old one that are gone; an empty span where something is put in.

    What is put in where something else is taken out goes behind the gap; blank lines may be taken out
    twice. Any other overlap is a bug of the caller: ValueError.
    """
    ordered = sorted(splices, key=lambda splice: (splice.start, splice.end, -splice.depth))
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    position = 0
    for splice in ordered:
        start, end = splice.start, splice.end
        if start < position:
            if start != end and splice.text:
                raise ValueError(f"overlapping edits at {start}")
            start, end = position, max(end, position)
        pieces += (text[position:start], splice.text)
        if end > start or splice.text:
            spans.append((start, end))
        position = end
    pieces.append(text[position:])
    return "".join(pieces), spans


def unended(source: Source, text: str, spans: list[tuple[int, int]], splices: Iterable[Splice]) -> str:
    """`text` with a last line that does not end, if that of the original does not; `spans` say so."""
    if not source.added:
        return text
    first = len(spans) - 1
    if spans and spans[-1][1] == len(source.text):
        while first and spans[first - 1][1] == spans[first][0]:
            first -= 1
        start, end = spans[first]
        if start and not any(splice.text and splice.end >= start for splice in splices):
            spans[first] = (start - len(source.ending(start)), end)
    return text.removesuffix(source.added)
