"""Writing several files or none, and finishing what a killed run began.

The journal is written twice: before anything is staged, so that leftovers can be found, and when everything
is staged, which is the moment from which the write counts.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelcat.errors import StaleFileError, StorageError
from modelcat.files.disk import fingerprint, mode_in, refused, sync, sync_folders, write_synced
from modelcat.files.steps import Step, missing_folders, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from modelcat.files.steps import Write

    Finish = Callable[[Mapping[str, str]], None]
    Watch = Callable[[str], None]

_FORMAT = 1
State = Literal["staging", "writing"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` found: files it finished, and files left alone because somebody edited them since."""

    finished: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What a journal says."""

    steps: tuple[Step, ...]
    folders: tuple[Path, ...]
    """Those that are made for the staged files, outermost first."""
    refs: Mapping[str, str]


def write_all(
    writes: Sequence[Write],
    journal: Path,
    *,
    refs: Mapping[str, str],
    finish: Finish,
    watch: Watch = lambda _: None,
) -> tuple[Path, ...]:
    """Make all files what `writes` says, then call `finish(refs)`; `refs` has one entry a tool.

    Gives the folders that had to be made.

    A file that is already so is not touched. StaleFileError if one changed since its snapshot: nothing is
    written then, unless it changed in the very last moment, when the others are written and its tool's entry
    is left out of `refs`. StorageError if the disk refuses; nothing is written then either, or what the
    journal holds is finished by the next `recover`. `watch` is told the name of every step before it is done.
    Needs modelcat's lock.
    """
    steps, contents = steps_of(writes)
    if not steps:
        finish(refs)
        return ()
    work = _Work(tuple(steps), _folders(steps), refs)
    _prepare(journal, work, contents, watch)
    try:
        kept = _carry_out(work.steps, watch)
    except OSError as error:
        raise refused(error, journal, "; the next run finishes what was begun") from error
    watch("finish")
    finish(_without(refs, kept))
    watch("drop the journal")
    journal.unlink()
    if kept:
        names = ", ".join(str(step.place) for step in kept)
        raise StaleFileError(f"{names}: changed while being written, and so left alone; run it again")
    return work.folders


def recover(journal: Path, finish: Finish) -> Recovery:
    """Finish or undo what a killed `write_all` left. Needs modelcat's lock."""
    try:
        _fresh(journal).unlink(missing_ok=True)
        state, work = _load(journal)
    except FileNotFoundError:
        return Recovery()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{journal} cannot be read ({error}): move it away and look at your configs; "
            f"`modelcat restore --list` shows the last backup"
        ) from error
    if state == "staging":
        _sweep(journal, work)
        return Recovery()
    try:
        waiting = [step for step in work.steps if fingerprint(step.place) != step.after]
        kept = _carry_out(work.steps, lambda _: None)
    except OSError as error:
        raise refused(error, journal, "; an earlier run is unfinished there") from error
    finish(_without(work.refs, kept))
    journal.unlink()
    finished = tuple(step.place for step in waiting if step not in kept)
    return Recovery(finished, tuple(step.place for step in kept))


def _folders(steps: Sequence[Step]) -> tuple[Path, ...]:
    try:
        return tuple(missing_folders(steps))
    except OSError as error:
        raise refused(error, steps[0].place) from error


def _prepare(journal: Path, work: _Work, contents: Mapping[Path, bytes], watch: Watch) -> None:
    """Everything up to the moment from which the write counts. After an error all is as it was."""
    ready = False
    try:
        _ensure_unchanged(work.steps)
        _note(journal, "staging", work, watch)
        _stage(work, contents, watch)
        _ensure_unchanged(work.steps)
        _note(journal, "writing", work, watch)
        ready = True
    except OSError as error:
        raise refused(error, journal) from error
    finally:
        if not ready:
            _sweep(journal, work)


def _ensure_unchanged(steps: Iterable[Step]) -> None:
    for step in steps:
        if fingerprint(step.place) != step.before:
            raise StaleFileError(f"{step.place}: changed meanwhile; nothing was written. Run it again")


def _stage(work: _Work, contents: Mapping[Path, bytes], watch: Watch) -> None:
    for folder in work.folders:
        watch(f"make {folder.name}")
        folder.mkdir(mode=0o700)
    for number, step in enumerate(work.steps):
        if step.staged is None:
            continue
        watch(f"stage {number}")
        mode = mode_in(step.after)
        if mode is None:
            step.staged.symlink_to(os.fsdecode(contents[step.place]))
        else:
            like = step.place if mode_in(step.before) is not None else None
            write_synced(step.staged, contents[step.place], new=True, mode=mode, like=like)
    watch("sync the staged")
    sync_folders(step.place for step in work.steps)


def _carry_out(steps: Sequence[Step], watch: Watch) -> list[Step]:
    """Put every staged content in its place; gives the steps whose place somebody changed, which stays."""
    kept = []
    for number, step in enumerate(steps):
        watch(f"put {number}")
        now = fingerprint(step.place)
        if now == step.before and (step.staged is None or os.path.lexists(step.staged)):
            if step.staged is None:
                step.place.unlink()
            else:
                step.staged.replace(step.place)
            continue
        if now != step.after:
            kept.append(step)
        _forget(step)
    watch("sync the files")
    sync_folders(step.place for step in steps if step.place.parent.exists())
    return kept


def _forget(step: Step) -> None:
    if step.staged is not None:
        with suppress(OSError):
            step.staged.unlink()


def _sweep(journal: Path, work: _Work) -> None:
    """Undo a staging."""
    for step in work.steps:
        _forget(step)
    for folder in reversed(work.folders):
        with suppress(OSError):
            folder.rmdir()
    for note in (journal, _fresh(journal)):
        with suppress(OSError):
            note.unlink()


def _without(refs: Mapping[str, str], kept: Iterable[Step]) -> dict[str, str]:
    tools = {step.tool for step in kept}
    return {tool: ref for tool, ref in refs.items() if tool not in tools}


def _note(journal: Path, state: State, work: _Work, watch: Watch) -> None:
    """Write the journal, on the disk and atomically."""
    watch(f"note {state}")
    rows = [
        {
            "place": str(step.place),
            "before": step.before,
            "after": step.after,
            "staged": None if step.staged is None else str(step.staged),
            "tool": step.tool,
        }
        for step in work.steps
    ]
    folders = [str(folder) for folder in work.folders]
    data = {"format": _FORMAT, "state": state, "steps": rows, "folders": folders, "refs": dict(work.refs)}
    write_synced(_fresh(journal), json.dumps(data, indent=1).encode())
    watch(f"set {state}")
    _fresh(journal).replace(journal)
    sync(journal.parent)


def _load(journal: Path) -> tuple[State, _Work]:
    data: dict[str, Any] = json.loads(journal.read_text(encoding="utf-8"))
    if data["format"] != _FORMAT:
        raise ValueError("another version of modelcat wrote it")
    steps = [
        Step(
            Path(row["place"]),
            row["before"],
            row["after"],
            None if row["staged"] is None else Path(row["staged"]),
            row["tool"],
        )
        for row in data["steps"]
    ]
    state: State = "staging" if data["state"] == "staging" else "writing"
    return state, _Work(tuple(steps), tuple(Path(folder) for folder in data["folders"]), data["refs"])


def _fresh(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.new")
