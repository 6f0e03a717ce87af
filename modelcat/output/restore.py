"""The words of `modelcat restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcat.output.tables import Column, counted, draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.commands.restore import CatalogRestoreResult, RestoreResult, TagsResult
    from modelcat.output import Screen
    from modelcat.repo.objects import Tag

_FOLD = 20
_COLUMNS = (Column("tag"), Column("made"), Column("holds", long=True))


def show(result: RestoreResult | CatalogRestoreResult, screen: Screen) -> None:
    """What came back, and how to undo it."""
    if result.kind == "catalog":
        _catalog(result, screen)
    else:
        _files(result, screen)


def show_tags(result: TagsResult, screen: Screen) -> None:
    """The tags, newest first."""
    if not (result.backups or result.syncs):
        screen.say("there is nothing to restore yet: `apply` makes backups, `sync` keeps the catalog's days")
        return
    _tags("your configs (modelcat restore backup/…)", result.backups, screen)
    _tags("the catalog (modelcat restore sync/…)", result.syncs, screen)


def _files(result: RestoreResult, screen: Screen) -> None:
    changed = [file for file in result.files if file.action != "unchanged"]
    for file in result.files:
        moved = f" (was {file.moved_from})" if file.moved_from else ""
        screen.line(f"{file.tool}: {file.path}: {file.action}{moved}")
    if not changed:
        screen.say(f"your configs were already as {result.tag} has them")
        return
    screen.say(f"{counted(len(changed), 'file')} restored from {result.tag}")
    if result.backup is not None:
        screen.say(f"the state before is {result.backup}; `modelcat restore {result.backup}` undoes this")


def _catalog(result: CatalogRestoreResult, screen: Screen) -> None:
    if result.commit is None:
        screen.say(f"the catalog was already as it was at {result.revision}")
        return
    screen.line(
        f"the catalog is as it was at {result.revision}: {counted(len(result.changed), 'file')} changed"
    )
    screen.say(f"commit {result.commit[:10]}; your own configs change with the next `modelcat apply`")


def _tags(heading: str, tags: Sequence[Tag], screen: Screen) -> None:
    if not tags:
        return
    screen.line(heading)
    rows = [(tag.name, _when(tag.when), tag.subject) for tag in tags]
    draw(screen, _COLUMNS, rows, fold=_FOLD)


def _when(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
