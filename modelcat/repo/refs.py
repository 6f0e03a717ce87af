"""References without asking git: which branch is checked out, where it points, whether a tag is there.

A process costs 5 ms, a file nothing. Repositories whose references are not files
(reftable) are asked through git.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelcat.errors import RepoError

if TYPE_CHECKING:
    from pathlib import Path

    from modelcat.repo.git import Git

_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"ref: (refs/heads/[^\s~^:?*\[\\]+)")
TAG = re.compile(r"(?:sync|backup)/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(?:-\d+)?")
"""The names of the tags that modelcat makes."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out. `branch` None: a detached HEAD; `commit` None: no commit yet."""

    branch: str | None
    commit: str | None


def head(git: Git) -> Head:
    """What is checked out. RepoError if HEAD or its branch is damaged, with the way to mend it."""
    if (git.git_dir / "reftable").is_dir():
        branch = (git.run("symbolic-ref", "--quiet", "HEAD", no=(1,)) or b"").decode().strip()
        commit = (git.run("rev-parse", "--verify", "--quiet", "HEAD", no=(1,)) or b"").decode().strip()
        return Head(branch or None, commit or None)
    text = _read(git.git_dir / "HEAD")
    if _ID.fullmatch(text):
        return Head(None, text)
    found = _BRANCH.fullmatch(text)
    if found is None or ".." in text:
        raise RepoError(
            f"{git.git_dir / 'HEAD'} is damaged: it should read `ref: refs/heads/main` "
            f"(or your branch). Write that line into it and run it again"
        )
    return Head(found[1], target(git, found[1]))


def target(git: Git, reference: str) -> str | None:
    """The object id that `reference` points to, None if it is not there."""
    if (git.git_dir / "reftable").is_dir():
        return (
            git.run("rev-parse", "--verify", "--quiet", reference, no=(1,)) or b""
        ).decode().strip() or None
    place = git.git_dir / reference
    if place.is_file():
        text = _read(place)
        if _ID.fullmatch(text):
            return text
        raise RepoError(
            f"{place} is damaged (a power failure?): the last line of {git.git_dir / 'logs' / reference} "
            f"has the commit it pointed to as its second word; write that word into it and run it again"
        )
    return _packed(git.git_dir / "packed-refs", reference)


def free_tag(git: Git, name: str) -> str:
    """`name`, or with a number behind it where there is one already: two syncs may fall into one second.

    The number is above all that are there, and not the first that is not taken: which of two tags is the
    newer is read from their names, and a backup that was thrown away leaves its name free.
    """
    if not TAG.fullmatch(name):
        raise ValueError(f"not the name of a tag: {name!r}")
    rest = re.compile(rf"{re.escape(name)}(?:-(\d+))?")
    found = [match for tag in _tags(git, name) if (match := rest.fullmatch(tag))]
    return f"{name}-{max(int(match[1] or 1) for match in found) + 1}" if found else name


def _tags(git: Git, beginning: str) -> list[str]:
    """The tags whose names begin so, and perhaps others."""
    if (git.git_dir / "reftable").is_dir():
        return git.text("for-each-ref", "--format=%(refname:strip=2)", "refs/tags").splitlines()
    folder, _, first = beginning.rpartition("/")
    loose = [f"{folder}/{path.name}" for path in (git.git_dir / "refs" / "tags" / folder).glob(f"{first}*")]
    packed = [line.partition(" ")[2] for line in _read(git.git_dir / "packed-refs").splitlines()]
    return [*loose, *(name.removeprefix("refs/tags/") for name in packed)]


def _read(place: Path) -> str:
    try:
        return place.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _packed(place: Path, reference: str) -> str | None:
    for line in _read(place).splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return None
