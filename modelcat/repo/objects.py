"""Asking git for what is stored: contents, trees, tags, commits; and keeping its packs few.

Functions over a Git; both repositories use them.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcat.errors import RepoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelcat.repo.git import Git

_ID = re.compile(r"[0-9a-f]{40}")
_PACKS = 32
"""So many packs are combined: each commit leaves one, and git looks into all of them."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name without refs/tags/, the seconds since 1970 of its commit, the commit's subject."""

    name: str
    when: int
    subject: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit: its id, when (seconds since 1970), subject, body and the tags on it."""

    commit: str
    when: int
    subject: str
    body: str
    tags: tuple[str, ...] = ()


def utc(seconds: int) -> str:
    """The time of a tag or commit as 2026-11-24T14:30:00Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def contents(git: Git, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Path -> bytes of the files in `wanted` (path -> object name), in one process; absent ones are left
    out.
    """
    names = {path: name for path, name in wanted.items() if "\n" not in name}
    if not names:
        return {}
    out = git.run("cat-file", "--batch", given="".join(f"{name}\n" for name in names.values()).encode())
    return dict(_batch(out or b"", names))


def store(git: Git, data: bytes) -> str:
    """Keep `data` as a blob in a file of its own; gives its id."""
    return (git.run("hash-object", "-w", "--stdin", given=data) or b"").decode().strip()


def loose(git: Git, name: str) -> bytes | None:
    """The blob with the id `name`, if it lies in a file of its own and is sound; no git is started for it.

    Starting git takes longer than everything else that a look at a base does.
    """
    if _ID.fullmatch(name) is None:
        return None
    try:
        raw = zlib.decompress((git.git_dir / "objects" / name[:2] / name[2:]).read_bytes())
    except (OSError, zlib.error):
        return None
    head, _, data = raw.partition(b"\0")
    sound = head == b"blob %d" % len(data) and hashlib.sha1(raw, usedforsecurity=False).hexdigest() == name
    return data if sound else None


def _batch(out: bytes, paths: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    position = 0
    for path in paths:
        end = out.find(b"\n", position)
        header = out[position:end]
        position = end + 1
        if header.endswith((b" missing", b" ambiguous")):
            continue
        try:
            kind, size = header.split()[-2:]
            start, position = position, position + int(size) + 1
        except ValueError:
            raise RepoError("git ended in the middle of an answer; run it again") from None
        if kind == b"blob":
            yield path, out[start : position - 1]


def listed(git: Git, commit: str, folder: str = "") -> dict[str, str]:
    """Path -> object id of every regular file (of `folder`) in `commit`."""
    below = [folder.rstrip("/") + "/"] if folder else []
    out = git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *below) or b""
    found = {}
    for line in out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        kind, path = line.split("\t", 1)
        mode, what, blob = kind.split()
        # Names with control characters are nobody's of ours; the record and cat-file are read by lines.
        if what == "blob" and mode != "120000" and path.isprintable():
            found[path] = blob
    return found


def tags(git: Git, prefix: str) -> list[Tag]:
    """The tags whose name begins with `prefix`, newest first."""
    pattern = f"refs/tags/{prefix}"
    words = [
        "--sort=-creatordate",
        "--sort=-refname",
        "--format=%(refname:strip=2)%00%(creatordate:unix)%00%(subject)",
    ]
    out = git.text("for-each-ref", *words, pattern.rstrip("/"))
    found = [Tag(name, int(when or 0), subject) for name, when, subject in _fields(out.splitlines(), 3)]
    return sorted(found, key=lambda tag: natural(tag.name), reverse=True)


def natural(name: str) -> tuple[object, ...]:
    """A key that puts tag names into the order of time: …Z before …Z-2 before …Z-10."""
    time, _, number = name.partition("Z-")
    return (time.rstrip("Z"), int(number) if number.isdigit() else 1)


def log(git: Git, path: str | None, limit: int | None) -> list[Entry]:
    """The commits (that touch `path`) from HEAD back, newest first, at most `limit`."""
    words = ["-z", "--no-color", "--decorate=full", "--format=%H%x1f%ct%x1f%D%x1f%s%x1f%b"]
    words += [f"--max-count={limit}"] if limit is not None else []
    out = git.text("log", *words, "HEAD", "--", *([path] if path else []))
    return [
        Entry(commit, int(when), subject, body.strip(), _tag_names(names))
        for commit, when, names, subject, body in _fields(out.split("\0"), 5, "\x1f")
    ]


def _fields(lines: Iterable[str], count: int, mark: str = "\0") -> Iterable[list[str]]:
    for line in lines:
        parts = line.split(mark, count - 1)
        if len(parts) == count:
            yield parts


def _tag_names(decoration: str) -> tuple[str, ...]:
    return tuple(re.findall(r"tag: refs/tags/([^,]+)", decoration))


def tidy(git: Git, *, thorough: bool = False) -> None:
    """Combine packs where there are many. Needs modelcat's lock.

    Packs are combined by size, each at most about the logarithm of all commits often, so the cost of a
    commit does not grow with the history. `thorough` combines all and drops what nothing refers to for two
    weeks.
    """
    if thorough:
        git.run("-c", "core.compression=-1", "gc", "--quiet")
    elif len(list((git.git_dir / "objects" / "pack").glob("*.pack"))) > _PACKS:
        # The default window of 10 takes three times as long, for packs a tenth smaller; `thorough` does that.
        git.run("repack", "-d", "-l", "-q", "--geometric=2", "--window=3")
        git.run("pack-refs", "--all")
