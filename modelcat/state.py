"""What this machine remembers of its syncs, in models/extra of the managed folder; git ignores it.

Nothing here is anybody's work: a state that cannot be read is a state that was lost, and the next sync asks
everybody as if for the first time. What is committed never depends on it.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from modelcat.files.disk import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
RUNS_KEPT = 30
_FILE = "state.json"
_FIRST_SEEN = "first_seen.json"
_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class ProviderState:
    """What the last questions to one provider came to. Times are UTC, as 2026-11-24T14:30:00Z."""

    outcome: Literal["fetched", "skipped", "failed"] | None = None
    """Of the last time it was asked."""
    reason: str | None = None
    """Why it was skipped or failed, in one line."""
    asked: str | None = None
    fetched: str | None = None
    """When a list last came, changed or not."""
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    answer: str | None = None
    """Hash of the answer that is stored."""
    parser: str | None = None
    """The dialect and version that read it."""
    reading: str | None = None
    """Fingerprint of all that the stored listing was made from besides the answer."""
    models: int = 0
    unusable: int = 0
    seconds: float = 0.0

    @property
    def embedded(self) -> bool:
        """The stored listing was made of the embedded snapshot.

        One of an answer that is not remembered (of a clone, of an older day) was not made here at all.
        """
        return self.answer is None and self.reading is not None


@dataclass(frozen=True, slots=True)
class State:
    """All of it."""

    providers: Mapping[str, ProviderState] = field(default_factory=dict)
    rendered: str | None = None
    """Fingerprint of everything the generated configs were made from."""
    head: str | None = None
    """The commit after the last sync."""
    last_sync: str | None = None


def load(folder: Path) -> State:
    """The state kept in `folder`; an empty one where there is none or it cannot be read."""
    try:
        data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            return State()
        providers = {name: _provider(row) for name, row in data["providers"].items()}
        rest = {key: _word(data.get(key)) for key in ("rendered", "head", "last_sync")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State()
    return State(providers, **rest)


def _provider(row: Mapping[str, Any]) -> ProviderState:
    """What is remembered of one provider; raises TypeError for a value of another kind than it has."""
    known = {}
    for item in fields(ProviderState):
        if item.name in row:
            value = row[item.name]
            if item.default is None:
                _word(value)
            elif not isinstance(value, (int, type(item.default))):
                raise TypeError(item.name)
            known[item.name] = value
    return ProviderState(**known)


def _word(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(value)


def save(folder: Path, state: State) -> None:
    """Keep `state`, and sweep up after runs that were killed. Needs the lock. Raises OSError."""
    default = ProviderState()
    rows = {
        name: {key: value for key, value in asdict(row).items() if value != getattr(default, key)}
        for name, row in sorted(state.providers.items())
    }
    rest = {key: getattr(state, key) for key in ("rendered", "head", "last_sync")}
    _write(folder / _FILE, {"format": FORMAT, "providers": rows, **rest})
    for stray in list(leftovers(folder)):
        with suppress(OSError):
            stray.unlink()


def leftovers(folder: Path) -> Iterator[Path]:
    """What a run that was killed while it wrote here left behind, while nobody else is writing."""
    return folder.rglob(".*.json.*")


def save_run(folder: Path, when: str, summary: Mapping[str, Any], failures: Mapping[str, Any]) -> None:
    """Keep the account of a run, for people and other programs. Raises OSError."""
    _write(folder / "summary_stats.json", summary)
    _write(folder / "failed_providers.json", failures)
    this = folder / f"run_{when.replace(':', '-')}.json"
    _write(this, {**summary, "failed": failures})
    # A clock that was wrong once must not make this run the oldest.
    others = sorted(path for path in folder.glob("run_*.json") if path != this)
    for old in others[: 1 - RUNS_KEPT]:
        with suppress(OSError):
            old.unlink()


def last_run(folder: Path) -> Mapping[str, Any] | None:
    """The summary of the last run, if it can be read."""
    try:
        data = json.loads((folder / "summary_stats.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def load_source(folder: Path, name: str) -> bytes | None:
    """The stored answer of a data source, if it is there."""
    try:
        return _source(folder, name).read_bytes()
    except OSError:
        return None


def has_source(folder: Path, name: str) -> bool:
    """Whether the answer of a data source is stored."""
    return _source(folder, name).is_file()


def save_source(folder: Path, name: str, answer: bytes) -> None:
    """Keep the answer of a data source: too large and too lively for git. Raises OSError."""
    put(_source(folder, name), answer)


def _source(folder: Path, name: str) -> Path:
    return folder / "sources" / f"{name}.json"


def load_first_seen(folder: Path) -> tuple[str, dict[str, dict[str, str]]] | None:
    """What `save_first_seen` kept; None where there is nothing or it cannot be read."""
    try:
        data = json.loads((folder / _FIRST_SEEN).read_text(encoding="utf-8"))
        whole = data["format"] == FORMAT and _COMMIT.fullmatch(data["commit"])
        rows = {name: dict(row) for name, row in data["providers"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not whole or not all(isinstance(day, str) for row in rows.values() for day in row.values()):
        return None
    return data["commit"], rows


def save_first_seen(folder: Path, commit: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what is known at `commit`: provider -> id -> YYYY-MM-DD, or "" where it was there from the start.

    May be called without the lock. Raises OSError.
    """
    put(folder / _FIRST_SEEN, json.dumps({"format": FORMAT, "commit": commit, "providers": rows}).encode())


def _write(path: Path, value: Any) -> None:
    put(path, json.dumps(value, indent=1, ensure_ascii=False).encode())


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, its folder made if need be. Raises OSError."""
    make_folder(path.parent)
    # Named beforehand: ^C may come as soon as the file is there.
    name = os.fspath(path.with_name(f".{path.name}.{os.urandom(4).hex()}"))
    try:
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
        os.replace(name, path)  # noqa: PTH105  the name is a str for the line below
    finally:
        # Gone already where all went well.
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
