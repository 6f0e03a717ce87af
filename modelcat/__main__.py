"""Where the process starts. The two cheapest questions are answered before anything is loaded."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ERROR, INTERRUPTED = 3, 130
"""Of errors.ExitCode, for which something would have to be loaded."""


def main() -> None:
    """The console script `modelcat`; also `python -m modelcat`."""
    _end(_modelcat)


def validate() -> None:
    """The console script `modelcat-validate`, which pre-commit calls: no command line library, no network."""
    _end(lambda: _validate(sys.argv[1:], "modelcat-validate"))


def _modelcat() -> int:
    words = sys.argv[1:]
    if words in (["--version"], ["version"]):
        from modelcat import __version__

        print(f"modelcat {__version__}")
        return 0
    if words and words[0] == "validate":
        return _validate(words[1:], "modelcat validate")
    # A command makes a great many objects, hardly any of them in circles, and ends: a twentieth of its time.
    # A sync of 30,000 models makes half a million; one look at those of 10,000 takes 30 ms.
    gc.set_threshold(1_000_000, 50, 50)
    from modelcat.cli import run

    return run(words)


def _validate(words: list[str], program: str) -> int:
    from modelcat.commands.validate import main as run

    return run(words, program)


def _end(work: Callable[[], int]) -> None:
    """Run `work` and leave with its exit code, whatever ^C or a reader who went away cuts short."""
    try:
        _open_streams()
        code = work()
        sys.stdout.flush()
        # All is done and said: a ^C would only break into what Python and its libraries do at the very end.
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:  # while loading; a command says its own word
        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    except OSError as error:
        code = _unwritten(error)
    # Else Python looks for circles among all objects once more, to free what ends with the process anyway:
    # 70 ms after a sync of 10,000 models.
    gc.freeze()
    sys.exit(code)


def _unwritten(error: OSError) -> int:
    """The exit code where stdout takes no more: 0 for a pipe that nobody reads, else that of an error."""
    # What is buffered can go nowhere; Python would try once more at its end, and end with a code of its own.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    try:
        print(f"error: {error.strerror}", file=sys.stderr, flush=True)
    except OSError:
        # Errors have no room either: a full disk that both are sent to.
        os.dup2(nowhere, sys.stderr.fileno())
    return ERROR


def _open_streams() -> None:
    """Let it be no bug that a stream has no code for a character, or is closed."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stderr = sys.stderr or sys.stdout
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
