"""The exceptions modelcat raises and the exit codes they end in.

    ModelcatError
    ├── UsageError         the words of the call do not fit (exit 2)
    ├── SettingsError      modelcat.toml, config.toml of modelcat itself
    ├── RegistryError      providers.toml
    ├── DocumentError      a person's file cannot be read as what it is (path, line, column)
    ├── VerifyError        our edit would not mean what was planned; nothing was written
    ├── StaleFileError     a file changed since the plan was made
    ├── StorageError       disk full, read-only, locked
    ├── RepoError          the managed repositories
    └── FetchError         carried inside Failed, never raised past fetch.py
        ├── AuthenticationError   401 and 403
        └── RateLimitError        429 after the retries

Messages are one line for people: what happened, where, what to do. Failed providers, conflicts and
findings are values, not exceptions. The one seam that turns exceptions into exit codes is `ended`.
"""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path, PurePath


def typed(path: PurePath) -> str:
    """A path as it is written in a command that a person may copy: in quotes where it has spaces."""
    import shlex
    import sys

    text = str(path)
    if sys.platform == "win32":
        return f'"{text}"' if " " in text else text
    return shlex.quote(text)


class ExitCode(IntEnum):
    """How a command ends (product.md of the design: exit codes)."""

    OK = 0
    NO = 1
    USAGE = 2
    ERROR = 3
    BUG = 4
    INTERRUPTED = 130


class ModelcatError(Exception):
    """Something that can be foreseen; its text is shown as it is."""


class UsageError(ModelcatError):
    """The words of the call do not fit together; the text says what would."""


class SettingsError(ModelcatError):
    """modelcat's own settings cannot be used."""


class RegistryError(ModelcatError):
    """An entry of providers.toml is wrong; the text names it."""


class DocumentError(ModelcatError):
    """A person's file cannot be read or edited safely. Never treated as empty.

    `line` and `column` count from 1; 0 means the whole file.
    """

    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        where = f"{path}:{line}:{column}" if line else path
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason


class VerifyError(ModelcatError):
    """The edited text would not mean what was planned. Nothing was written."""


class StaleFileError(ModelcatError):
    """A file changed between the plan and the write."""


class StorageError(ModelcatError):
    """A disk that is full or read-only, or a lock held by somebody else."""


class RepoError(ModelcatError):
    """The managed repository is broken or cannot be used."""


class FetchError(ModelcatError):
    """A provider could not be asked or its answer is no list. Carried inside Failed."""


class AuthenticationError(FetchError):
    """401 or 403."""


class RateLimitError(FetchError):
    """429, still there after the retries."""


def ended(  # noqa: PLR0911  one return an ending
    command: Callable[[], int],
    log_folder: Callable[[], Path],
    say: Callable[[str], None],
    veil: Callable[[str], str] = str,
) -> int:
    """Run `command` and give its exit code; exceptions become codes and one line through `say`.

    A bug (anything not foreseen) is written with its traceback to a new file in `log_folder()`, because
    a traceback on the screen helps nobody who did not write the line it names. `veil` takes secrets out of
    its text.
    """
    try:
        return command()
    except UsageError as error:
        say(f"error: {error}")
        return ExitCode.USAGE
    except ModelcatError as error:
        say(f"error: {error}")
        return ExitCode.ERROR
    except KeyboardInterrupt:
        say("interrupted; nothing half-written is left behind")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"error: {where}{error.strerror or type(error).__name__}")
        return ExitCode.ERROR
    except Exception as error:  # noqa: BLE001  the one place
        say(_report_bug(error, log_folder, veil))
        return ExitCode.BUG


def _report_bug(error: Exception, log_folder: Callable[[], Path], veil: Callable[[str], str]) -> str:
    import tempfile
    import traceback

    # Locals are never written: they may hold a key. So may the words of an exception.
    text = veil("".join(traceback.format_exception(error)))
    with suppress(Exception):  # the way to the folder may lead through the very same bug
        folder = log_folder()
        for part in (*reversed(folder.parents), folder):  # mkdir's `parents` would not heed the mode
            part.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=folder, prefix="bug-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(text)
        return f"bug: {type(error).__name__}: please report it with the log in {log.name}"
    said = veil(str(error))
    return f"bug: {type(error).__name__}: {said}. No log could be written; please report this line."
