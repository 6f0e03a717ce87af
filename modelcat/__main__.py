"""Where the process starts. The two cheapest questions are answered before anything is loaded."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The console script `modelcat`; also `python -m modelcat`."""
    words = sys.argv[1:]
    if words in (["--version"], ["version"]):
        from modelcat import __version__

        print(f"modelcat {__version__}")
        return
    if words and words[0] == "validate":
        _validate(words[1:], "modelcat validate")
    # A command makes a great many objects, hardly any of them in circles, and ends: a twentieth of its time.
    gc.set_threshold(100_000, 50, 50)
    from modelcat.cli import run

    sys.exit(run(words))


def validate() -> None:
    """The console script `modelcat-validate`, which pre-commit calls: no command line library, no network."""
    _validate(sys.argv[1:], "modelcat-validate")


def _validate(words: list[str], program: str) -> None:
    from modelcat.commands.validate import main as run

    sys.exit(run(words, program))


if __name__ == "__main__":
    main()
