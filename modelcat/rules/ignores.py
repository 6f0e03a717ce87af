"""`# modelcat: ignore[rule]` in a config: which findings a person has answered for.

On the line of the finding, or alone on the line above; `ignore-file[rule]` anywhere for the whole file.
Several rules are separated by commas; `secret/*` is a group; `ignore` without brackets means every rule.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_COMMENT = re.compile(r"modelcat:\s*ignore(-file)?\b(?:\s*\[([^\]]*)\])?")


class Ignores(NamedTuple):
    """What is switched off in one file: by its comments, and everywhere."""

    lines: dict[int, tuple[str, ...]]
    """Line of the comment -> patterns."""
    file: tuple[str, ...]
    named: tuple[tuple[str, int], ...]
    """(word, line) of every rule or group that a comment names."""
    alone: Callable[[int], bool]

    @classmethod
    def read(
        cls, comments: Iterable[tuple[int, str]], alone: Callable[[int], bool], everywhere: tuple[str, ...]
    ) -> Ignores:
        """From (line, text) of each comment of the file; `alone` says whether a line holds nothing else.

        `everywhere`: patterns that count for every file.
        """
        lines: dict[int, tuple[str, ...]] = {}
        whole = everywhere
        named: list[tuple[str, int]] = []
        for number, text in comments:
            for match in _COMMENT.finditer(text):
                words = _words(match.group(2))
                named += [(word, number) for word in words if word != "*"]
                if match.group(1):
                    whole += words
                else:
                    lines[number] = (*lines.get(number, ()), *words)
        return cls(lines, whole, tuple(named), alone)

    def covers(self, rule: str, line: int) -> bool:
        """Whether a finding of `rule` on `line` is switched off: there, in the comments right above, or for
        all.
        """
        patterns = [*self.file, *self.lines.get(line, ())]
        above = line - 1
        while self.lines and self.alone(above):
            patterns += self.lines.get(above, ())
            above -= 1
        return any(fnmatchcase(rule, pattern) for pattern in patterns)

    def unknown(self) -> Iterator[tuple[str, int]]:
        """The words that name no rule and no group of rules."""
        if not self.named:
            return
        from modelcat.rules import every

        known = [item.id for item in every()]
        for word, line in self.named:
            if not any(fnmatchcase(ident, word) for ident in known):
                yield word, line


def _words(inside: str | None) -> tuple[str, ...]:
    if inside is None:
        return ("*",)
    return tuple(word for word in re.split(r"[,\s]+", inside) if word)
