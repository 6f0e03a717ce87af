"""Changes of what stands in brackets, alike in YAML, TOML and JSON: entries, commas, lines of their own.

An entry in a line of its own is put in and taken out with its line and the comment behind it; entries that
share a line are joined by comma and blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcat.documents.edits import START
from modelcat.documents.splice import Splice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from re import Pattern

    from modelcat.documents.splice import Source


_CLOSED_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/")


@dataclass(slots=True)
class Bracketed:
    """A collection in brackets: what is between them, and the spans of its entries."""

    opening: int
    closing: int
    entries: list[tuple[int, int]]
    depth: int
    padding: str = ""
    """Between the brackets and what is put into empty ones."""
    unit: str = "  "
    """What the first entry is indented by more than the closing bracket."""


class Flow:
    """Makes the splices for changes of collections in brackets."""

    def __init__(self, source: Source, trivia: Pattern[str], *, block_comments: bool = False) -> None:
        self.source = source
        self.text = source.text
        self.splices: list[Splice] = []
        self._trivia = trivia
        self._block_comments = block_comments

    def change(self, held: Bracketed, deleted: set[int], inserted: Mapping[int, list[str]]) -> None:
        """Take out entries by position, put in rendered ones after positions."""
        if not held.entries:
            self._fill(held, [text for texts in inserted.values() for text in texts])
            return
        entries = held.entries
        staying = [i for i in range(len(entries)) if i not in deleted]
        if not staying and inserted:
            # The first entry gives its place to what comes.
            texts = [text for texts in inserted.values() for text in texts]
            self._put(*entries[0], self._joined(held, 0, texts), held)
            inserted = {}
            staying, deleted = [0], set(range(1, len(entries)))
        self._take_out(held, deleted, staying, inserted)
        for position, texts in inserted.items():
            if position == START:
                self._put_first(held, staying[0], texts)
            else:
                self._put_after(held, position, texts, last=position == staying[-1])

    def _put(self, start: int, end: int, text: str, held: Bracketed) -> None:
        if text or end > start:
            self.splices.append(Splice(start, end, text, held.depth))

    def _skip(self, offset: int) -> int:
        match = self._trivia.match(self.text, offset)
        return match.end() if match else offset

    def _comma(self, held: Bracketed, position: int) -> int | None:
        """The comma after an entry; only the last one may have none."""
        at = self._skip(held.entries[position][1])
        return at if self.text.startswith(",", at) else None

    def _indent(self, offset: int) -> str | None:
        """The blanks before `offset`, where it is the first in its line; None where it is not."""
        before = self.source.before(offset)
        return None if before.strip() else before

    def _own_indent(self, held: Bracketed, position: int) -> str | None:
        """The blanks before an entry that shares its line with no other; None where it does."""
        start, end = held.entries[position]
        following = held.entries[position + 1][0] if position + 1 < len(held.entries) else None
        shared = following is not None and "\n" not in self.text[end:following]
        return None if shared else self._indent(start)

    def _joined(self, held: Bracketed, position: int, texts: Sequence[str]) -> str:
        indent = self._own_indent(held, position)
        ending = self.source.ending(held.entries[position][0])
        return (", " if indent is None else "," + ending + indent).join(texts)

    def _ends_line(self, offset: int) -> bool:
        """Does nothing but a comment stand in the line behind `offset`?"""
        end = self.source.line_end(offset)
        if self._skip(offset) < end:
            return False
        # A comment that goes on in the next line belongs to no line alone.
        return not self._block_comments or "/*" not in _CLOSED_COMMENT.sub("", self.text[offset:end])

    def _behind(self, held: Bracketed, position: int) -> int:
        """Behind an entry and its comma."""
        comma = self._comma(held, position)
        return held.entries[position][1] if comma is None else comma + 1

    def _has_line(self, held: Bracketed, position: int) -> bool:
        """Has an entry its lines to itself, but for a comment?"""
        start = held.entries[position][0]
        return self._indent(start) is not None and self._ends_line(self._behind(held, position))

    def _fill(self, held: Bracketed, texts: list[str]) -> None:
        inner, indent = ", ".join(texts), self._indent(held.closing)
        if self.source.blank(held.opening, held.closing):
            self._put(held.opening, held.closing, held.padding + inner + held.padding, held)
        elif indent is None:
            self._put(held.closing, held.closing, " " + inner + held.padding, held)
        else:
            at = self.source.line_start(held.closing)
            ending, pad = self.source.ending(at), indent + held.unit
            self._put(at, at, pad + ("," + ending + pad).join(texts) + ending, held)

    def _put_first(self, held: Bracketed, position: int, texts: Sequence[str]) -> None:
        start = held.entries[position][0]
        indent = self._own_indent(held, position)
        behind = " " if indent is None else self.source.ending(start) + indent
        self._put(start, start, self._joined(held, position, texts) + "," + behind, held)

    def _put_after(self, held: Bracketed, position: int, texts: Sequence[str], *, last: bool) -> None:
        start, end = held.entries[position]
        indent, ending = self._own_indent(held, position), self.source.ending(start)
        if not self._has_line(held, position):
            joint = ", " if indent is None else "," + ending + indent
            self._put(end, end, "".join(joint + text for text in texts), held)
            return
        comma = self._comma(held, position)
        if comma is None:
            self._put(end, end, ",", held)
        ends = "," if not last or self._comma(held, len(held.entries) - 1) is not None else ""
        lines = ("," + ending).join(f"{indent}{text}" for text in texts)
        at = self.source.line_end(self._behind(held, position))
        self._put(at, at, lines + ends + ending, held)

    def _take_out(
        self, held: Bracketed, deleted: set[int], staying: list[int], inserted: Mapping[int, Sequence[str]]
    ) -> None:
        if not deleted:
            return
        if not staying and self._bare(held):
            self._put(held.opening, held.closing, "", held)
            return
        for position in sorted(deleted):
            self._take_out_one(held, position)
        last = len(held.entries) - 1
        if not staying or last not in deleted or self._comma(held, last) is not None:
            return
        # The last one that stays has no comma behind it any more, unless new lines follow.
        position = staying[-1]
        comma = self._comma(held, position)
        if comma is not None and not (position in inserted and self._has_line(held, position)):
            self._put(comma, self._next_in_line(comma + 1, held.entries[position + 1][0]), "", held)

    def _next_in_line(self, offset: int, entry: int) -> int:
        """The start of the next entry, where only blanks of one line stand before it."""
        return offset if self.text[offset:entry].strip(" \t") else entry

    def _bare(self, held: Bracketed) -> bool:
        """Do no comments stand between the entries?"""
        edges = [held.opening, *(offset for span in held.entries for offset in span), held.closing]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return all(not self.text[start:end].strip(" \t\r\n,") for start, end in gaps)

    def _take_out_one(self, held: Bracketed, position: int) -> None:
        start, end = held.entries[position]
        comma, behind = self._comma(held, position), self._behind(held, position)
        if comma is not None and not self.source.blank(end, comma):
            # A comment stands between: entry and comma go one by one.
            self._put(start, end, "", held)
            self._put(comma, behind, "", held)
        elif self._has_line(held, position):
            self._put(self.source.line_start(start), self.source.line_end(behind), "", held)
        elif position + 1 < len(held.entries) and self.source.blank(behind, held.entries[position + 1][0]):
            self._put(start, held.entries[position + 1][0], "", held)
        else:
            while start > held.opening and self.text[start - 1] in " \t":
                start -= 1
            self._put(start, behind, "", held)
