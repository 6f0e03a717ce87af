"""A profile file of Codex and the config.toml it stands on: Codex lays it over that, table by table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.rules import Subject
    from modelcat.tree import Pointer, Tree


def _is_profile(subject: Subject) -> bool:
    return subject.kind is not None and subject.kind.name == "codex-profile"


def _below(subject: Subject) -> dict[str, Any] | None:
    """The config.toml that a profile stands on; None for config.toml itself, or where there is none."""
    if not _is_profile(subject) or subject.context.neighbour is None:
        return None
    if "below" not in subject.memo:
        subject.memo["below"] = subject.context.neighbour("config.toml")
    tree = subject.memo["below"]
    return tree if isinstance(tree, dict) else None


def alone(subject: Subject) -> bool:
    """Whether this is a profile whose config.toml is not at hand: what it lacks may stand there."""
    return _is_profile(subject) and _below(subject) is None


def inherited(subject: Subject, key: str) -> Any:
    """The value a profile takes from config.toml where it has none of its own."""
    below = _below(subject)
    return below.get(key) if below else None


def tables(subject: Subject, key: str) -> dict[str, Any]:
    """All tables under `key` that count for this file, as Codex has them."""
    below = inherited(subject, key)
    laid: dict[str, Any] = _laid(below if isinstance(below, dict) else {}, subject.table(key))
    return laid


def laid_over(subject: Subject, key: str) -> Iterator[tuple[Pointer, str, dict[str, Any]]]:
    """(where, name, table) of each table under `key` that this file has a part of, as Codex has it."""
    together = tables(subject, key)
    for name, own in subject.table(key).items():
        if isinstance(own, dict):
            yield (key, name), name, together[name]


def _laid(below: Tree, above: Tree) -> Any:
    """`above` with what only `below` has in its tables."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _laid(below.get(key), value) for key, value in above.items()}}
