"""What modelcat remembers of a tool's files once it has applied to them, and its JSON.

The base of every file (merge.py says what a base is), the digests of the files that are modelcat's own, and
under which name a provider stands in the person's config. JSON has no dates and no infinite numbers, TOML
does; they are kept with their types.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelcat.errors import StorageError
from modelcat.merge import Base
from modelcat.tree import MISSING, Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.tree import Pointer, Tree

FORMAT = 1
_MARK = "$"


@dataclass(frozen=True, slots=True)
class Memory:
    """What was applied for one tool. The default is first contact: nothing was."""

    path: str = ""
    """Where the main config was; what is remembered is about the files there."""
    bases: Mapping[str, Base] = field(default_factory=lambda: MappingProxyType({}))
    """File (Target.live_name) -> base, for files that are merged."""
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """File -> SHA-256 of what modelcat wrote, for files that are its own."""
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Provider -> the key of its entry in the main config."""
    models: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Provider -> ids of the models that were offered, which max_models does not push out again."""


def to_json(memory: Memory) -> dict[str, Any]:
    """The stored form, for `from_json`; the keys of "files" are the files that modelcat has written to."""
    return {
        "format": FORMAT,
        "path": memory.path,
        "names": dict(memory.names),
        "models": {provider: list(ids) for provider, ids in memory.models.items()},
        "files": {
            **{name: _base_to_json(base) for name, base in memory.bases.items()},
            **{name: {"digest": digest} for name, digest in memory.digests.items()},
        },
    }


def from_json(data: Any, tool: str) -> Memory:
    """What `to_json` stored; None gives the memory of first contact.

    Raises StorageError for anything else: what was applied must not be guessed.
    """
    if data is None:
        return Memory()
    try:
        if data["format"] != FORMAT:
            raise StorageError(f"what was last applied to {tool} was noted by another version of modelcat")
        files = data["files"]
        return Memory(
            path=data["path"],
            bases={name: _base_from_json(row) for name, row in files.items() if "digest" not in row},
            digests={name: row["digest"] for name, row in files.items() if "digest" in row},
            names=dict(data["names"]),
            models={provider: tuple(ids) for provider, ids in data["models"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(
            f"the note of what was last applied to {tool} cannot be read ({type(error).__name__}); "
            "restore a backup, which brings the note of its day back"
        ) from error


def _base_to_json(base: Base) -> dict[str, Any]:
    row: dict[str, Any] = {} if base.tree is MISSING else {"tree": tree_to_json(base.tree)}
    for name, pointers in (("held", base.held), ("yours", base.yours)):
        if pointers:
            row[name] = sorted((pointer_to_json(pointer) for pointer in pointers), key=str)
    return row


def _base_from_json(row: Mapping[str, Any]) -> Base:
    return Base(
        tree_from_json(row["tree"]) if "tree" in row else MISSING,
        frozenset(map(pointer_from_json, row.get("held", ()))),
        frozenset(map(pointer_from_json, row.get("yours", ()))),
    )


def pointer_to_json(pointer: Pointer) -> list[Any]:
    """Keys as strings, list positions as numbers, merge keys as lists of one string."""
    return [[step.key] if isinstance(step, Item) else step for step in pointer]


def pointer_from_json(steps: list[Any]) -> Pointer:
    """The pointer `pointer_to_json` gave."""
    return tuple(Item(step[0]) if isinstance(step, list) else step for step in steps)


def tree_to_json(tree: Tree) -> Any:
    """A tree as JSON that keeps every type: what JSON lacks becomes {"$<type>": text}."""
    if isinstance(tree, dict):
        row = {key: tree_to_json(value) for key, value in tree.items()}
        return {f"{_MARK}map": row} if any(key.startswith(_MARK) for key in row) else row
    if isinstance(tree, list):
        return [tree_to_json(value) for value in tree]
    if isinstance(tree, float) and not math.isfinite(tree):
        return {f"{_MARK}float": str(tree)}
    if isinstance(tree, date | time):
        return {f"{_MARK}{type(tree).__name__}": tree.isoformat()}
    return tree


def tree_from_json(data: Any) -> Tree:
    """The tree `tree_to_json` stored. ValueError or KeyError if it is none."""
    if isinstance(data, list):
        return [tree_from_json(value) for value in data]
    if not isinstance(data, dict):
        return data
    kind = next(iter(data), "")
    if len(data) == 1 and kind.startswith(_MARK):
        return _READERS[kind.removeprefix(_MARK)](data[kind])
    return {key: tree_from_json(value) for key, value in data.items()}


_READERS: Mapping[str, Any] = {
    "map": lambda row: {key: tree_from_json(value) for key, value in row.items()},
    "float": float,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}
