"""The private repository: backups of the person's files, and what was last applied to them. Bare, never a
remote.

A backup is a commit of its own with a tag: `manifest.json`, the contents as `files/<n>`, the bases of that
day as `base/<tool>.json`. The base of a tool is a JSON value behind refs/modelcat/base/<tool>. Everything
written here is on the disk, not only in its cache, before a file of the person's is touched
(core.fsync=all).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelcat.catalog import canonical_json
from modelcat.errors import RepoError, typed
from modelcat.files.disk import make_folder
from modelcat.repo import objects, refs, worktree
from modelcat.repo.git import Git
from modelcat.repo.importer import Import

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from modelcat.repo.objects import Tag

_BASE = "refs/modelcat/base/"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file of the person's as it is now, or the fact that there is none."""

    tool: str
    name: str | None
    """Its path from the folder of the tool's main config; None: it is the main config."""
    path: str
    """As configured: absolute, symlinks not followed."""
    existed: bool
    data: bytes = field(repr=False)
    mode: int | None
    """Permission bits; None if it did not exist."""
    link: str | None
    """What the symlink at `path` says; None if it is none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in a backup; its content is asked for by `index`."""

    index: int
    tool: str
    name: str | None
    path: str
    existed: bool
    mode: int | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `bases`: tool -> object id of the base of that day (absent: there was none)."""

    tag: str
    when: str
    kind: str
    files: tuple[Kept, ...]
    bases: Mapping[str, str]

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools whose files it holds, sorted."""
        return tuple(sorted({file.tool for file in self.files}))


class PrivateRepo:
    """The private repository in `folder`; it is made by the first write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git = Git(folder, None, {"core.fsync": "all"})

    @classmethod
    def open(cls, folder: Path) -> PrivateRepo:
        """The repository in `folder`, whether it is there yet or not."""
        return cls(folder)

    def backup(self, files: Sequence[BackupFile], when: str, kind: str) -> str:
        """Keep `files` and the bases of their tools; gives the tag, backup/`when`.

        `when` is UTC as 2026-11-24T14-30-00Z; a second backup in that second gets a suffix. `kind` says
        what it was made for: backup, apply, restore.
        """
        self._make()
        tag = refs.free_tag(self._git, f"backup/{when}")
        self._free(f"refs/tags/{tag}")
        tools = sorted({file.tool for file in files})
        bases = {tool: blob for tool in tools if (blob := self._base_id(tool))}
        made = "backup" if kind == "backup" else f"before {kind}"
        number = f"{len(files)} file{'' if len(files) == 1 else 's'}"
        subject = f"{made}: {', '.join(tools)} ({number})"
        with Import(self._git) as stream:
            tree = [("manifest.json", stream.blob(_manifest(files, when, kind, tools)))]
            tree += [(f"files/{n}", stream.blob(file.data)) for n, file in enumerate(files) if file.existed]
            tree += [(f"base/{tool}.json", blob) for tool, blob in bases.items()]
            mark = stream.commit(
                f"refs/tags/{tag}", f"{subject}\n", int(time.time()), parent=None, files=tree
            )
            stream.finish(mark)
        objects.tidy(self._git)
        return tag

    def manifest(self, tag: str) -> Manifest:
        """What the backup `tag` holds. RepoError for an unknown tag, naming the nearest."""
        return self.manifests([tag])[0]

    def manifests(self, tags: Iterable[str]) -> list[Manifest]:
        """What several backups hold, in two processes."""
        names = list(tags)
        for name in names:
            self._require(name)
        wanted = {name: f"refs/tags/{name}:manifest.json" for name in names}
        wanted_bases = {name: f"refs/tags/{name}" for name in names}
        texts = objects.contents(self._git, wanted)
        return [self._manifest(name, texts.get(name, b""), wanted_bases[name]) for name in names]

    def content(self, tag: str, index: int) -> bytes:
        """The bytes of the file `index` of a backup."""
        return self.contents(tag, [index])[index]

    def contents(self, tag: str, indexes: Iterable[int]) -> dict[int, bytes]:
        """Index -> bytes of several files of a backup, in one process."""
        names = {str(index): f"refs/tags/{tag}:files/{index}" for index in indexes}
        found = objects.contents(self._git, names)
        if len(found) < len(names):
            raise RepoError(
                f"{tag} is incomplete in {self.folder}; `git -C {typed(self.folder)} fsck` says what is lost"
            )
        return {int(index): data for index, data in found.items()}

    def tags(self) -> list[Tag]:
        """The backups, newest first."""
        return objects.tags(self._git, "backup/") if self._made() else []

    def prune(self, keep: int) -> int:
        """Forget all but the newest `keep` backups, for good; gives how many went."""
        old = self.tags()[keep:]
        if old:
            given = "".join(f"delete refs/tags/{tag.name}\0\0" for tag in old)
            self._free()
            self._git.run("update-ref", "-z", "--stdin", given=given.encode())
            # Only modelcat writes here, and it holds the lock: what nothing refers to can go at once.
            self._git.run("gc", "--quiet", "--prune=now")
        return len(old)

    def base(self, tool: str) -> Any:
        """What was last applied for `tool` (JSON), None if nothing was."""
        return self.bases([tool]).get(tool)

    def bases(self, tools: Iterable[str]) -> dict[str, Any]:
        """Tool -> base, for those that have one, in one process (none at all if there is no base)."""
        ids = {tool: blob for tool in tools if (blob := self._base_id(tool))}
        found = {
            tool: data for tool, blob in ids.items() if (data := objects.loose(self._git, blob)) is not None
        }
        found |= objects.contents(self._git, {tool: blob for tool, blob in ids.items() if tool not in found})
        return {tool: self._json(data, f"the base of {tool}") for tool, data in found.items()}

    def base_at(self, manifest: Manifest, tool: str) -> Any:
        """The base of `tool` on the day of a backup (JSON), None if there was none."""
        blob = manifest.bases.get(tool)
        found = objects.contents(self._git, {tool: blob}) if blob else {}
        return self._json(found[tool], f"the base of {tool} in {manifest.tag}") if tool in found else None

    def write_base(self, tool: str, value: Any) -> str:
        """Store a base without making it the current one; gives its object id for `set_refs`."""
        return self.write_bases({tool: value})[tool]

    def write_bases(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Store several bases, each as a loose object, which `bases` reads without git: tool -> object id."""
        if values:
            self._make()
        return {
            tool: objects.store(self._git, canonical_json(value).encode()) for tool, value in values.items()
        }

    def set_refs(self, bases: Mapping[str, str]) -> None:
        """Make the stored bases the current ones: tool -> object id, "" for none at all. All or nothing."""
        given = ""
        for tool, blob in bases.items():
            name = f"{_BASE}{tool}"
            given += f"update {name}\0{blob}\0\0" if blob else f"delete {name}\0\0"
        if given:
            self._make()
            self._free(*(f"{_BASE}{tool}" for tool in bases))
            self._git.run("update-ref", "-z", "--stdin", given=given.encode())

    def tidy(self) -> int:
        """Pack the backups as small as git can, remove leftovers; gives how many. Needs the lock."""
        if not self._made():
            return 0
        self._free()
        left = self._git.sweep()
        objects.tidy(self._git, thorough=True)
        return left

    def _made(self) -> bool:
        return (self.folder / "HEAD").exists()

    def _make(self) -> None:
        if not self._made():
            try:
                make_folder(self.folder)
            except OSError as error:
                raise worktree.disk_error(error, self.folder) from error
            self._git.run(
                "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "--shared=0600"
            )

    def _free(self, *references: str) -> None:
        for name in ("HEAD", "packed-refs", "config", *references):
            self._git.free(self.folder / f"{name}.lock")

    def _base_id(self, tool: str) -> str | None:
        return refs.target(self._git, f"{_BASE}{tool}")

    def _require(self, tag: str) -> None:
        if refs.TAG.fullmatch(tag) and refs.target(self._git, f"refs/tags/{tag}"):
            return
        import difflib

        names = [item.name for item in self.tags()]
        near = difflib.get_close_matches(tag, names, n=3, cutoff=0.3) or names[:3]
        hint = f"; nearest: {', '.join(near)}" if near else "; there is none yet"
        raise RepoError(f"there is no backup {tag!r} in {self.folder}{hint}")

    def _manifest(self, tag: str, text: bytes, commit: str) -> Manifest:
        data = self._json(text, f"the manifest of {tag}")
        try:
            if data["version"] != _VERSION:
                raise RepoError(f"{tag} was made by a newer modelcat; update modelcat to restore it")
            files = tuple(Kept(index=n, **row) for n, row in enumerate(data["files"]))
            when, kind = data["when"], data["kind"]
        except (KeyError, TypeError) as error:
            raise RepoError(
                f"{tag} in {self.folder} is damaged: its manifest cannot be read ({error})"
            ) from error
        return Manifest(tag, when, kind, files, self._bases_in(commit))

    def _bases_in(self, commit: str) -> dict[str, str]:
        listed = objects.listed(self._git, commit, "base")
        return {path.removeprefix("base/").removesuffix(".json"): blob for path, blob in listed.items()}

    def _json(self, data: bytes, what: str) -> Any:
        try:
            return json.loads(data)
        except ValueError as error:
            raise RepoError(f"{what} in {self.folder} is damaged ({error})") from error


def _manifest(files: Sequence[BackupFile], when: str, kind: str, tools: Sequence[str]) -> bytes:
    keys = ("tool", "name", "path", "existed", "mode", "link")
    rows = [{key: getattr(file, key) for key in keys} for file in files]
    text = canonical_json(
        {"version": _VERSION, "when": when, "kind": kind, "tools": list(tools), "files": rows}
    )
    return text.encode("utf-8", "surrogatepass")  # a path need not be UTF-8
