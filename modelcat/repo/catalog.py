"""The catalog's repository: commit what a sync found, read it as it was at any time.

HEAD is the truth and the files in the folder follow it: new contents are staged, committed from memory,
then renamed into place. A run killed in between is finished by `settle`. History of single models is in
history.py.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from modelcat.errors import ModelcatError, RepoError, typed
from modelcat.files.disk import make_folder
from modelcat.repo import history, objects, refs, worktree
from modelcat.repo.ahead import Ahead
from modelcat.repo.git import Git
from modelcat.repo.importer import check_path
from modelcat.repo.worktree import Pending, Record, Staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from modelcat.repo.history import LineChange
    from modelcat.repo.objects import Entry, Tag

PERSONAL = ("modelcat.toml", "providers.toml")
"""Files in the folder that the person writes; a commit takes them along as they are."""
MANAGED = ("catalog/", "config/")
"""Below these stands what modelcat makes: HEAD says what it is, whoever wrote into the folder."""
_ATTRIBUTES = "* -text -filter -ident -working-tree-encoding\n"
_IGNORED = "/models/extra/\n*.modelcat-new\n"
_UNFINISHED = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG")


class CatalogRepo:
    """The repository in `folder`, with the files of its last commit in place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git = Git(folder / ".git", folder)
        self._own = folder / ".git" / "modelcat"

    @classmethod
    def open(cls, folder: Path) -> CatalogRepo:
        """The repository in `folder`, made if there is none; a clone somebody made is one too.

        RepoError if what is there cannot be used, StorageError if the disk refuses.
        """
        repo = cls(folder)
        try:
            repo._prepare()
        except OSError as error:
            raise worktree.disk_error(error, folder) from error
        return repo

    def settle(self) -> None:
        """Finish what a killed run began: call it under the lock, before anything is read."""
        self._refuse_a_borrowed_one()
        if not self._finish_pending() and self._git.left():
            self._git.outlast("fast-import")
            self._git.sweep()
        for left in worktree.leftovers(self.folder):
            left.unlink(missing_ok=True)

    def put_right(self) -> None:
        """Make what modelcat made what the last commit says, where somebody changed or removed it.

        What stands there is read as if it were that commit: a list taken out by hand must not look like one
        that was never there. In the middle of a merge it is the person's. Needs the lock.
        """
        record = self._known(self.head())
        unseen = [p for p in record.files if p.startswith(MANAGED) and not self._stamped(record, p)]
        if not unseen or self._unfinished():
            return
        changed = [path for path in unseen if self._is_other(record, path)]
        if changed:
            self._put_back(record, changed)
            self._free()
            self._index(record, changed)
        self._remember(record, unseen)

    def _is_other(self, record: Record, path: str) -> bool:
        return _differs(record, path, worktree.content(self.folder / path))

    def _finish_pending(self) -> bool:
        """Bring a commit that was begun to its end; gives whether there was one."""
        pending = worktree.load_pending(self._own / "pending")
        if pending is None:
            return False
        self._git.outlast("fast-import")
        head = refs.head(self._git)
        commit = head.commit
        record = self._asked(commit)
        self._free(*([head.branch] if head.branch else []))
        self._git.sweep()
        self._put_back(record, pending.paths)
        if pending.tag and commit and commit != pending.parent:
            self._free(f"refs/tags/{pending.tag}")
            if refs.target(self._git, f"refs/tags/{pending.tag}") is None:
                self._git.run("update-ref", f"refs/tags/{pending.tag}", commit)
        self._finish(record, (*pending.paths, *PERSONAL), pending.paths)
        return True

    def ahead(self) -> Ahead:
        """A stream for contents that a commit under the same lock will probably have. Nothing is written yet
        that anybody sees.
        """
        record = self._known(self.head())
        return Ahead(self._git, lambda path, data: _differs(record, path, data))

    def commit(
        self,
        texts: Mapping[str, str | None],
        subject: str,
        body: str = "",
        tag: str | None = None,
        ahead: Ahead | None = None,
    ) -> str | None:
        """Commit `texts` (path -> text, None removes), and modelcat.toml and providers.toml as they are.

        Files of the folder that differ from `texts` are written, 0600; others of the commit stay as they
        are. If nothing differs from the last commit: None, and git is not even started. `tag` (sync/<UTC>)
        gets a suffix where it is taken. What `ahead` has sent is not sent again. Needs modelcat's lock.
        """
        for path in texts:
            check_path(path)
        self._finish_pending()
        stream = ahead or Ahead(self._git, lambda *_: False)
        wanted = {path: None if text is None else stream.data(path, text) for path, text in texts.items()}
        head = refs.head(self._git)
        record = self._known(head.commit)
        changed = {path: data for path, data in wanted.items() if _differs(record, path, data)}
        personal = {path: data for path, data in self._personal().items() if _differs(record, path, data)}
        stale = self._stale(record, wanted, changed)
        if not changed and not personal:
            self._repair(record, stale, wanted)
            return None
        if not changed:
            subject, body = f"settings: {', '.join(personal)}", ""
        self._check(head)
        tag = refs.free_tag(self._git, tag) if tag else None
        removed = [path for path, data in wanted.items() if data is None]
        pending = Pending(head.commit, tag, (*stale, *removed))
        message = f"{subject}\n\n{body}".strip() + "\n"
        new = {**changed, **personal}
        try:
            commit, blobs = self._write(head, pending, stale, new, message, ahead=stream)
            self._finish(_advanced(record, commit, blobs), new, wanted)
        finally:
            if (self._own / "pending").exists():
                # An error or ^C: all old or all new. Where the disk does not even allow that, the next run
                # does it.
                with suppress(ModelcatError):
                    self.settle()
        objects.tidy(self._git)
        return commit

    def read(self, path: str, revision: str = "HEAD") -> str | None:
        """The text of one file at `revision`, None if it is not there. RepoError for an unknown revision."""
        return self.read_many([path], revision).get(path)

    def read_many(self, paths: Iterable[str], revision: str = "HEAD") -> dict[str, str]:
        """The texts of those `paths` that are there at `revision`."""
        if revision == "HEAD" and self.head() is None:
            return {}
        commit = self.resolve(revision)
        return self._texts({path: f"{commit}:{path}" for path in paths})

    def read_all(self, folder: str = "", revision: str = "HEAD") -> dict[str, str]:
        """Path -> text of every file below `folder` at `revision`."""
        if revision == "HEAD" and self.head() is None:
            return {}
        return self._texts(objects.listed(self._git, self.resolve(revision), folder))

    def resolve(self, revision: str) -> str:
        """The commit that `revision` (HEAD, a tag, a commit, HEAD~2, the time in a sync tag) means.

        RepoError for an unknown one, naming the nearest tags.
        """
        if revision.isprintable():
            for name in (revision, f"sync/{revision}"):
                words = ("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
                found = self._git.run("rev-parse", *words, no=(1, 128))
                if found:
                    return found.decode().strip()
        if self.head() is None:
            raise RepoError(f"{self.folder} has no commit yet; `modelcat sync` makes the first")
        import difflib

        names = [tag.name for tag in self.tags()]
        near = difflib.get_close_matches(revision, names, n=3, cutoff=0.3) or names[:3]
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise RepoError(f"there is no revision {revision!r} in {self.folder}{hint}")

    def tags(self, prefix: str = "sync/") -> list[Tag]:
        """The tags whose name begins with `prefix`, newest first."""
        return objects.tags(self._git, prefix)

    def log(self, path: str | None = None, limit: int | None = None) -> list[Entry]:
        """The commits (that touch `path`), newest first, at most `limit`."""
        return objects.log(self._git, path, limit) if self.head() else []

    def changes(self, paths: Iterable[str], limit: int | None = None) -> list[LineChange]:
        """The lines that came and went in the files `paths`, newest first, of at most `limit` commits."""
        return list(history.changes(self._git, paths, limit)) if self.head() else []

    def edits(self, paths: Iterable[str], since: str | None = None) -> list[LineChange] | None:
        """As `changes`, without the commits in which a file came or went as a whole.

        With `since`, a commit: only what came after it; None if it is not in the history any more.
        """
        if since is not None and not history.leads_here(self._git, since):
            return None
        return list(history.changes(self._git, paths, since=since, edits=True)) if self.head() else []

    def files_with(self, ending: str, folder: str) -> set[str]:
        """The files below `folder` in which a line that ends in `ending` ever came or went."""
        return history.files_with(self._git, ending, folder) if self.head() else set()

    def free_tag(self, name: str) -> str:
        """`name`, with a suffix if it is taken: what `commit` will call its tag. Costs no process."""
        return refs.free_tag(self._git, name)

    def head(self) -> str | None:
        """The commit that is checked out, None before the first. Costs no process."""
        return refs.head(self._git).commit

    def tidy(self) -> int:
        """Pack the history as small as git can, remove leftovers; gives how many. Needs the lock."""
        self._free()
        left = self._git.sweep()
        objects.tidy(self._git, thorough=True)
        return left

    def _prepare(self) -> None:
        git_dir = self._git.git_dir
        self._refuse_a_borrowed_one()
        if not (git_dir / "HEAD").exists():
            make_folder(self.folder)
            self._git.run("init", "--quiet", "--template=", "--initial-branch=main", "--shared=0600")
        if not self._own.is_dir():
            _ensure(git_dir / "info" / "attributes", _ATTRIBUTES)
            _ensure(git_dir / "info" / "exclude", _IGNORED)
            make_folder(self._own)

    def _refuse_a_borrowed_one(self) -> None:
        if self._git.git_dir.is_file():
            raise RepoError(
                f"{self.folder} is a worktree or submodule of another repository; "
                f"modelcat needs a clone of its own"
            )

    def _write(
        self,
        head: refs.Head,
        pending: Pending,
        stale: Mapping[str, bytes],
        changed: Mapping[str, bytes | None],
        message: str,
        *,
        ahead: Ahead,
    ) -> tuple[str, dict[str, str | None]]:
        """Commit `changed`, then put the files in `stale` in place; gives the commit, and the object id of
        each content. After an error the note of it stays.
        """
        self._free(str(head.branch), *([f"refs/tags/{pending.tag}"] if pending.tag else []))
        worktree.save_pending(self._own / "pending", pending)
        with ahead, Staged(self.folder) as staged:
            stream = ahead.stream()
            marks = {path: ahead.blob(path, data) for path, data in changed.items() if data is not None}
            blobs = [(path, marks.get(path)) for path in changed]
            staged.put(stale)
            mark = stream.commit(str(head.branch), message, int(time.time()), parent=head.commit, files=blobs)
            if pending.tag:
                stream.point(f"refs/tags/{pending.tag}", mark)
            commit, *ids = stream.finish(mark, *marks.values())
            staged.take(stale)
        worktree.remove(self.folder, set(pending.paths) - set(stale))
        return commit, {**dict.fromkeys(changed), **dict(zip(marks, ids, strict=True))}

    def _finish(self, record: Record, changed: Iterable[str], verified: Iterable[str]) -> None:
        """Bring git's index and our record up to `record`; drop the pending note.

        `changed` are the paths whose content changed, `verified` those whose file is known to hold it.
        """
        self._index(record, changed)
        self._remember(record, verified)
        (self._own / "pending").unlink(missing_ok=True)

    def _index(self, record: Record, paths: Iterable[str]) -> None:
        zero = "0" * len(record.head)
        paths = paths if (self._git.git_dir / "index").exists() else record.files
        lines = [
            f"100644 {blob}\t{path}\0" if (blob := record.blob(path)) else f"0 {zero}\t{path}\0"
            for path in paths
        ]
        self._git.run("update-index", "-z", "--index-info", given="".join(lines).encode())

    def _remember(self, record: Record, verified: Iterable[str]) -> None:
        files = dict(record.files)
        for path in verified:
            if path in files:
                files[path] = (files[path][0], worktree.stamp(self.folder / path) or worktree.UNKNOWN)
        worktree.save_record(self._own / "record", Record(record.head, files))

    def _check(self, head: refs.Head) -> None:
        if head.branch is None:
            raise RepoError(
                f"{self.folder} is on no branch (its HEAD is detached): "
                f"`git -C {typed(self.folder)} switch main`, then run it again"
            )
        name = self._unfinished()
        if name is not None:
            raise RepoError(
                f"{self.folder} is in the middle of a merge, rebase or bisect ({name}): "
                f"finish or abort it with git, then run it again"
            )

    def _unfinished(self) -> str | None:
        """By which file one sees that the person is in the middle of something with git."""
        return next((name for name in _UNFINISHED if (self._git.git_dir / name).exists()), None)

    def _free(self, *references: str) -> None:
        for name in ("index", "HEAD", "packed-refs", "config", *references):
            self._git.free(self._git.git_dir / f"{name}.lock")

    def _personal(self) -> dict[str, bytes | None]:
        return {path: worktree.content(self.folder / path) for path in PERSONAL}

    def _known(self, commit: str | None) -> Record:
        record = worktree.load_record(self._own / "record")
        return record if record is not None and record.head == commit else self._asked(commit)

    def _asked(self, commit: str | None) -> Record:
        if commit is None:
            return Record("0" * 40, {})
        listed = objects.listed(self._git, commit)
        return Record(commit, {path: (blob, worktree.UNKNOWN) for path, blob in listed.items()})

    def _stale(
        self, record: Record, wanted: Mapping[str, bytes | None], changed: Mapping[str, bytes | None]
    ) -> dict[str, bytes]:
        """Those of `wanted` that the folder does not hold. The record's stamps save reading what did not
        change.
        """
        stale = {}
        for path, data in wanted.items():
            if data is None or (path not in changed and self._stamped(record, path)):
                continue
            if worktree.content(self.folder / path) != data:
                stale[path] = data
        return stale

    def _stamped(self, record: Record, path: str) -> bool:
        return worktree.stamp(self.folder / path) == record.files[path][1]

    def _repair(self, record: Record, stale: Mapping[str, bytes], wanted: Mapping[str, bytes | None]) -> None:
        """Nothing to commit: put back what somebody changed in the folder, and remember what we looked at."""
        if record.head == "0" * 40:
            return
        with Staged(self.folder) as staged:
            staged.put(stale)
            staged.take(stale)
        if any(not self._stamped(record, path) for path in wanted if path in record.files):
            self._remember(record, wanted)

    def _put_back(self, record: Record, paths: Iterable[str]) -> None:
        """Make the files at `paths` what the commit says."""
        wanted: dict[str, str] = {}
        for path in paths:
            place = self.folder / path
            worktree.temporary(place).unlink(missing_ok=True)
            blob, data = record.blob(path), worktree.content(place)
            if blob is None:
                worktree.remove(self.folder, [path])
            elif data is None or worktree.blob_id(data, blob) != blob:
                wanted[path] = blob
        contents = objects.contents(self._git, wanted)
        with Staged(self.folder) as staged:
            staged.put(contents)
            staged.take(contents)

    def _texts(self, wanted: Mapping[str, str]) -> dict[str, str]:
        found = objects.contents(self._git, wanted)
        return {path: data.decode("utf-8", "replace") for path, data in found.items()}


def _differs(record: Record, path: str, data: bytes | None) -> bool:
    known = record.blob(path)
    return (
        known is not None if data is None else known is None or worktree.blob_id(data, record.head) != known
    )


def _advanced(record: Record, commit: str, changed: Mapping[str, str | None]) -> Record:
    new = {path: (blob, worktree.UNKNOWN) for path, blob in changed.items() if blob is not None}
    kept = {path: known for path, known in record.files.items() if path not in changed}
    return Record(commit, kept | new)


def _ensure(place: Path, text: str) -> None:
    """Make the file at `place` hold `text`, after what is there."""
    make_folder(place.parent)
    there = place.read_text(encoding="utf-8") if place.exists() else ""
    if text not in there:
        worktree.write(place, (there + text).encode())
