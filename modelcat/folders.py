"""Folders that modelcat made for the files it writes, so that undoing can take them away again.

Kept in models/extra. A folder that is not noted here (its run was killed, the note was lost) stays: an empty
folder too many harms nobody, one too few may be somebody's.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat import state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcat.settings import Settings

_FILE = "folders.json"
_Id = list[int]
"""Device and number of a folder: another one that somebody made in its place has other ones."""


def note(settings: Settings, made: Iterable[Path]) -> None:
    """Remember the folders `made`. Needs the lock."""
    new = {str(folder): found for folder in made if (found := _identity(folder)) is not None}
    if new:
        _save(settings, {**_known(settings), **new})


def take_away(settings: Settings, gone: Iterable[Path]) -> None:
    """Remove the folders above the files that are `gone`, if modelcat made them and nothing is in them."""
    known = _known(settings)
    above = {str(folder) for place in gone for folder in place.parents} & known.keys()
    for name in sorted(above, key=len, reverse=True):
        folder = Path(name)
        if folder.is_symlink() or _identity(folder) != known[name]:
            continue
        with suppress(OSError):  # something is in it
            folder.rmdir()
    left = {name: found for name, found in known.items() if _identity(Path(name)) == found}
    if left != known:
        _save(settings, left)


def _identity(folder: Path) -> _Id | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return [found.st_dev, found.st_ino]


def _known(settings: Settings) -> dict[str, _Id]:
    try:
        rows = json.loads((settings.extra / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _save(settings: Settings, known: Mapping[str, _Id]) -> None:
    with suppress(OSError):
        state.put(settings.extra / _FILE, json.dumps(known, indent=1).encode())
