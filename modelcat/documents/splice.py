"""A text that is being changed: its lines, and pieces of it replaced. Bytes outside the pieces are copied."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BLANK_START = re.compile(r"\A\r?\n")


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


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text without a closing sign, such as a block scalar of YAML: lines below may become part of it."""

    tail: int
    """Where the line after its last one begins."""
    indent: int
    """What is indented by that much would be its text."""
    keeps_blank_lines: bool
    keeps_newline: bool


def _none_above(_: int) -> OpenText | None:
    return None


class Tidying:
    """Whole lines are taken out, with what must or should go with them.

    Should: blank lines that would be left double, or at the end; what is put in where lines go may bring
    some of them. Must: lines that an open text above would take for its own. `above` gives the last open
    text that begins before an offset and stays.
    """

    def __init__(
        self, source: Source, splices: Iterable[Splice], above: Callable[[int], OpenText | None] = _none_above
    ) -> None:
        self.source = source
        self.above = above
        self.runs: list[list[int]] = []
        """Offsets: where the pieces of a run begin, and where the last one ends."""
        made = list(splices)
        self.cuts = [splice for splice in made if not splice.lines and not splice.text]
        self.texts = sorted((splice for splice in made if splice.text), key=_place)
        self.filled = [splice.start for splice in self.texts]
        for splice in sorted((splice for splice in made if splice.lines), key=lambda splice: splice.start):
            self._take(splice)
        if self.runs and self.runs[-1][-1] == len(source.text):
            self._reach_end()
        for run in self.runs:
            self._fit(run)

    def splices(self) -> list[Splice]:
        """All of them, none of which needs further care."""
        gone = [Splice(start, end, "") for run in self.runs for start, end in pairwise(run)]
        return self.cuts + gone + [splice for splice in self.texts if splice.text]

    def _take(self, splice: Splice) -> None:
        run = self.runs[-1] if self.runs and splice.start <= self.runs[-1][-1] else None
        start = run[0] if run else splice.start
        text = self._threat(start)
        end = self._behind_would_be_text(splice.end, text) if text else splice.end
        if self._blank_above(start, end):
            end = self.source.after_blank_lines(end)
        if run:
            run[-1:] = [splice.start, end]
        else:
            self.runs.append([start, end])

    def _filled(self, start: int, end: int) -> bool:
        """Is something put in from `start` to `end`?"""
        return bisect_left(self.filled, start) < bisect_right(self.filled, end)

    def _blank_above(self, start: int, end: int) -> bool:
        """Once the lines from `start` to `end` are gone: does a blank line stand above, or nothing at all?"""
        last = bisect_right(self.filled, end) - 1
        if last >= 0 and self.filled[last] >= start:
            return _ends_blank(self.texts[last].text)
        return not start or self.source.blank_line_before(start)

    def _fit(self, run: list[int]) -> None:
        """What is put in where lines go brings no blank line to another one, nor to an end of the text."""
        first, behind = bisect_left(self.filled, run[0]), bisect_right(self.filled, run[-1])
        blank = not run[0] or self.source.blank_line_before(run[0])
        for number in range(first, behind):
            if blank:
                self._set(number, _BLANK_START.sub("", self.texts[number].text))
            blank = _ends_blank(self.texts[number].text)
        if first < behind and blank and run[-1] == len(self.source.text):
            self._set(behind - 1, self.texts[behind - 1].text.removesuffix("\n").removesuffix("\r"))

    def _set(self, number: int, text: str) -> None:
        self.texts[number] = replace(self.texts[number], text=text)

    def _threat(self, start: int) -> OpenText | None:
        """The open text above `start` with nothing but blank lines between, and what goes."""
        text = self.above(start)
        if text is None or self._filled(text.tail, start):
            return None
        for run in reversed(self.runs):
            if run[-1] <= text.tail:
                break
            if not self.source.blank(run[-1], start):
                return None
            start = run[0]
        return text if self.source.blank(text.tail, start) else None

    def _behind_would_be_text(self, line: int, above: OpenText) -> int:
        text, end = self.source.text, line
        while line < len(text):
            after = self.source.line_end(line)
            content = text[line:after].strip("\r\n")
            bare = content.lstrip(" ")
            if not bare.strip():
                end = after if content or above.keeps_blank_lines else end
            elif bare.lstrip().startswith("#") and (
                len(content) - len(bare) >= above.indent or bare.startswith("\t")
            ):
                end = after
            else:
                break
            line = after
        return end

    def _reach_end(self) -> None:
        """The last run takes what is blank above it, and what is its last newline stays one.

        Unless something is put in where it goes, which is the end of the text then.
        """
        last = self.runs[-1]
        while True:
            if self._filled(last[0], last[-1]):
                return
            above = self.above(last[0])
            last[0] = self.source.before_blank_lines(last[0], above.tail if above else 0)
            if len(self.runs) == 1 or self.runs[-2][-1] < last[0]:
                break
            last[:0] = self.runs.pop(-2)[:-1]
        text = self._threat(last[0])
        if text and text.keeps_newline:
            self.source.added = ""


def _place(splice: Splice) -> tuple[int, int, int]:
    """The order of splices in a text."""
    return splice.start, splice.end, -splice.depth


def _ends_blank(text: str) -> bool:
    return text in {"\n", "\r\n"} or text.endswith(("\n\n", "\n\r\n"))


def join(text: str, splices: Iterable[Splice]) -> tuple[str, list[tuple[int, int]]]:
    """The new text, and the spans of the old one that are gone; an empty span where something is put in.

    What is put in where something else is taken out goes behind the gap; blank lines may be taken out
    twice. Any other overlap is a bug of the caller: ValueError.
    """
    ordered = sorted(splices, key=_place)
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
