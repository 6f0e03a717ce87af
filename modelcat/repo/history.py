"""What changed in files over time: the lines that came and went, out of one `git log`.

A listing has one model a line, so the lines are models; which ones, and what about them, is
commands/log.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.repo.git import Git

_OPTIONS = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-show-signature",
    "--diff-algorithm=myers",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


@dataclass(frozen=True, slots=True)
class LineChange:
    """What one commit did to one file. `when` is seconds since 1970."""

    commit: str
    when: int
    path: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def changes(
    git: Git, paths: Iterable[str], limit: int | None = None, *, since: str | None = None, edits: bool = False
) -> Iterator[LineChange]:
    """The changes of the files `paths`, newest first, of at most `limit` commits (after the commit `since`).

    Only `edits`: not the commits in which a file came or went as a whole.
    """
    words = ["--format=%x00%H %ct", "-p", "--unified=0", *_OPTIONS]
    words += [f"--max-count={limit}"] if limit is not None else []
    words += ["--diff-filter=M"] if edits else []
    out = git.run("log", *words, f"{since}..HEAD" if since else "HEAD", "--", *paths) or b""
    for block in out.decode("utf-8", "replace").split("\0")[1:]:
        head, _, patch = block.partition("\n")
        commit, when = head.split()
        for part in f"\n{patch}".split("\ndiff --git ")[1:]:
            yield _change(commit, int(when), part)


def _change(commit: str, when: int, part: str) -> LineChange:
    """One file's part of a patch, without its first words `diff --git `."""
    head, *hunks = part.split("\n@@ ")
    path = head.split("\n", 1)[0].partition(" b/")[2]
    lines = [line for hunk in hunks for line in hunk.split("\n")[1:]]
    removed = tuple(line[1:] for line in lines if line.startswith("-"))
    added = tuple(line[1:] for line in lines if line.startswith("+"))
    return LineChange(commit, when, path, removed, added)


def leads_here(git: Git, commit: str) -> bool:
    """Whether `commit` is in the history of what is checked out."""
    return git.run("merge-base", "--is-ancestor", commit, "HEAD", no=(1, 128)) is not None


def files_with(git: Git, ending: str, folder: str) -> set[str]:
    """The files below `folder` in which, in any commit, a line that ends in `ending` came or went.

    A fixed text costs git a quarter of what an expression does; the end of the line is in it, or every id
    that begins like a short one would be found.
    """
    words = ("--format=", "--name-only", "-z", f"-S{ending}\n", *_OPTIONS)
    out = git.run("log", *words, "HEAD", "--", folder) or b""
    return {path for path in out.decode("utf-8", "replace").replace("\n", "").split("\0") if path}
