"""TOML 1.1 as TOML 1.0 of the same length, so that what Codex reads can be checked.

Codex (0.134 and 0.169, tried) takes inline tables over several lines, with comments and a comma at the end,
the escapes for ESC and for two hexadecimal digits, and times without seconds. Nothing else in modelcat reads
them: such a file is checked, and never edited.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\[^\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|[\[\]{}\n]|,(?=(?:[ \t\r\n]|#[^\n]*\n)*\})"
    r"|(?<![\w:+-])\d\d:\d\d(?![\w:])|(?<=\d[Tt ])\d\d:\d\d(?![\w:])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:e|x[0-9A-Fa-f]{2}|.)", re.DOTALL)


def older(text: str) -> str:
    """The text with what is new in TOML 1.1 exchanged for as many characters of TOML 1.0.

    Places stay as they are. Values change only where they are of the new kinds: an escape becomes another
    character, a time a text. A text of TOML 1.0 means the same afterwards.
    """
    inside: list[str] = []

    def exchanged(match: re.Match[str]) -> str:
        piece = match[0]
        if piece in "[{":
            inside.append(piece)
        elif piece in "]}" and inside:
            inside.pop()
        if piece[0] in "\n#":
            return " " * len(piece) if "{" in inside else piece
        if piece == ",":
            return " "
        if piece[0] == '"':
            return _ESCAPE.sub(_known_escape, piece)
        return f'"{piece[1:-1]}"' if piece[0].isdigit() else piece

    return _PIECE.sub(exchanged, text)


def _known_escape(match: re.Match[str]) -> str:
    escape = match[0]
    if escape == "\\e":
        return "\\t"
    return "xxxx" if escape.startswith("\\x") and len(escape) == 4 else escape


class Places:
    """Where things are in a text by where they are in its older form: at the same offset, in other lines.

    Lines and columns count from 1.
    """

    def __init__(self, older: str, text: str) -> None:
        """Of two texts that are not the same."""
        self._texts = older, text
        self._lines = _starts(older)
        self._starts = _starts(text)

    def of(self, line: int, column: int) -> tuple[int, int]:
        """The line and column in the text for those in its older form."""
        return self._at(self._lines[line - 1] + column - 1)

    def first(self) -> tuple[int, int]:
        """The line and column of the first thing that is new."""
        pairs = enumerate(zip(*self._texts, strict=True))
        return self._at(next(at for at, (old, new) in pairs if old != new))

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def _starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]
