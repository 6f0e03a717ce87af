"""git's merge by lines, of three texts that are in no repository."""

from __future__ import annotations

import tempfile
from pathlib import Path

from modelcat.errors import RepoError
from modelcat.repo.git import Git

_CONFLICTS = range(1, 128)
"""Statuses of `git merge-file` that count places both sides changed."""


def merged_by_lines(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """All changed lines of both sides; None where both changed the same ones, or git cannot tell."""
    with tempfile.TemporaryDirectory(prefix="modelcat-merge-") as name:
        folder = Path(name)
        sides = {"ours": ours, "base": base, "theirs": theirs}
        for side, data in sides.items():
            (folder / side).write_bytes(data)
        try:
            return Git(folder, None).run("merge-file", "-p", "-q", *sides, no=_CONFLICTS)
        except RepoError:
            return None
