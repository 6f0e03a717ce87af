"""Every word and table shown. What is said stands in the module of the command; this is the screen.

Results of commands go to stdout, messages and progress to stderr. rich is imported here and nowhere else,
and only when something is drawn: `--json` and `validate` never load it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
# Bidirectional controls reorder what a person reads without being seen.
_HIDDEN = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)
_CONTROL |= {code: f"\\u{code:04x}" for code in _HIDDEN}


def plain(text: str) -> str:
    """`text` with control characters made visible, so that no answer can steer a terminal."""
    return text.translate(_CONTROL)


def print_json(value: Any) -> None:
    """Machine output on stdout: as people would write it where stdout can say it, else with escapes."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    print(text)


@dataclass(frozen=True, slots=True)
class Screen:
    """How a command may speak."""

    json: bool = False
    verbose: int = 0
    colour: bool = False
    """Settled by settings.py: a terminal, and NO_COLOR not set."""

    def say(self, text: str) -> None:
        """One line for the person, on stderr."""
        print(plain(text), file=sys.stderr)

    def confirm(self, question: str) -> bool:
        """Ask on stderr; only a clear yes is a yes, silence is a no."""
        print(f"{plain(question)} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not (sys.stdin.isatty() and answer):
            print(file=sys.stderr)  # nobody has ended the line
        return answer.strip().lower() in {"y", "yes"}

    def line(self, text: str = "") -> None:
        """One plain line of result, on stdout."""
        print(plain(text))

    def draw(self, thing: Any) -> None:
        """A rich renderable on stdout; strings are shown as they are, markup is not read."""
        self.console().print(plain(thing) if isinstance(thing, str) else thing, markup=False, highlight=False)

    def console(self, *, stderr: bool = False) -> Console:
        """A rich console that honours NO_COLOR and pipes; its tables never wrap away data in a pipe."""
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else 200
        return Console(
            stderr=stderr,
            width=width,
            no_color=not self.colour,
            highlight=False,
            markup=False,
            emoji=False,
        )
