"""Writing what `validate --fix` puts right: read again, mend, verify, write.

What is mended and whether the result is sound is fixes.py's to say. A person's own configs are written as
apply writes them, under the lock and after a backup; any other file is replaced in one step.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat.check import syntax_of
from modelcat.documents import parse
from modelcat.files import Write, read, write_all
from modelcat.fixes import mended

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelcat.check import Finding
    from modelcat.settings import Settings


def write(
    settings: Settings,
    wanted: Iterable[tuple[Path, Sequence[Finding]]],
    own: Mapping[Path, tuple[str, str | None]],
    tool: str | None,
) -> tuple[tuple[tuple[str, int], ...], str | None]:
    """Mend files by the fixes of their findings; `own` is path -> (tool, name beside its main config).

    Gives (path, findings put right) of each file changed, and the tag of the backup, None if none was needed.
    Raises VerifyError, StaleFileError, StorageError; then nothing of that file was written.
    """
    fixed: list[tuple[str, int]] = []
    ours: list[tuple[Path, Write]] = []
    for path, findings in wanted:
        snapshot = read(path)
        document = parse(snapshot.data, syntax_of(str(path), snapshot.data, tool), str(path))
        after, done = mended(document, findings)
        if not done:
            continue
        change = Write(snapshot, after, tool=own[path][0] if path in own else "")
        if path in own:
            ours.append((path, change))
        else:
            _replace(change)
        fixed.append((str(path), len(done)))
    return tuple(fixed), _with_backup(settings, ours, own)


def _replace(change: Write) -> None:
    """One file, renamed into place: there is nothing a journal could finish, so it is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        write_all([change], Path(folder) / "journal.json", refs={}, finish=lambda _: None)


def _with_backup(
    settings: Settings, ours: Sequence[tuple[Path, Write]], own: Mapping[Path, tuple[str, str | None]]
) -> str | None:
    if not ours:
        return None
    from modelcat import transaction

    changes = [transaction.Change(*own[path], change) for path, change in ours]
    with transaction.begun(settings, "validate --fix"):
        return transaction.write(settings, changes, {}, "validate --fix")
