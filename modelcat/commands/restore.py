"""`modelcat restore`: the person's configs as a backup has them, or the catalog as it was on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelcat import files, live, transaction
from modelcat import tools as all_tools
from modelcat.errors import ExitCode, RepoError, UsageError
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.objects import utc
from modelcat.repo.private import PrivateRepo
from modelcat.transaction import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.repo.objects import Tag
    from modelcat.repo.private import Kept, Manifest
    from modelcat.settings import Settings

Action = Literal["written", "removed", "unchanged"]
_MANAGED = ("catalog/", "config/")


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of one file. `moved_from`: where it was when the backup was made, if that is elsewhere."""

    tool: str
    path: str
    action: Action
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """A backup put back: `tag` is what was restored, `backup` what keeps the state before it."""

    tag: str
    backup: str | None
    files: tuple[Restored, ...]
    kind: Literal["files"] = "files"

    @property
    def exit_code(self) -> ExitCode:
        """Always fine: whatever cannot be restored is raised."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"kind": "files", "tag", "backup": str or null, "files": [{"tool", "path", "action",
        "moved_from"}]}.
        """
        rows = [
            {
                "tool": file.tool,
                "path": file.path,
                "action": file.action,
                "moved_from": file.moved_from,
            }
            for file in self.files
        ]
        return {"kind": self.kind, "tag": self.tag, "backup": self.backup, "files": rows}


@dataclass(frozen=True, slots=True)
class CatalogRestoreResult:
    """The catalog put back to `revision`; `commit` None: it was as it was then."""

    revision: str
    commit: str | None
    changed: tuple[str, ...]
    kind: Literal["catalog"] = "catalog"

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"kind": "catalog", "revision", "commit": str or null, "changed": [paths in the managed
        folder]}.
        """
        return {
            "kind": self.kind,
            "revision": self.revision,
            "commit": self.commit,
            "changed": list(self.changed),
        }


@dataclass(frozen=True, slots=True)
class TagsResult:
    """The tags there are, newest first."""

    backups: tuple[Tag, ...]
    syncs: tuple[Tag, ...]

    @property
    def exit_code(self) -> ExitCode:
        """Always fine."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"backups": [{"tag", "when": UTC, "subject"}], "syncs": [the same]}."""
        return {
            "backups": [_tag_json(tag) for tag in self.backups],
            "syncs": [_tag_json(t) for t in self.syncs],
        }


def _tag_json(tag: Tag) -> dict[str, Any]:
    return {"tag": tag.name, "when": utc(tag.when), "subject": tag.subject}


def listing(settings: Settings) -> TagsResult:
    """The tags that can be restored."""
    syncs = CatalogRepo.open(settings.catalog).tags("sync/")
    return TagsResult(tuple(PrivateRepo(settings.private).tags()), tuple(syncs))


def run(settings: Settings, tag: str, *, tools: Iterable[str] = ()) -> RestoreResult | CatalogRestoreResult:
    """Restore a backup tag (files and bases, of `tools` only if given), else the catalog at a tag or commit.

    Raises RepoError for an unknown tag, UsageError for a tool the backup has no files of, StaleFileError and
    StorageError as any write does; nothing is restored then.
    """
    names = tuple(dict.fromkeys(tools))
    with transaction.begun(settings, "restore"):
        if tag.startswith("backup/"):
            return _files(settings, tag, names)
        if names:
            raise UsageError(
                f"--tool goes with a backup tag; {tag} restores the catalog, which has no tools' files"
            )
        return _catalog(settings, tag)


def _files(settings: Settings, tag: str, names: tuple[str, ...]) -> RestoreResult:
    private = PrivateRepo(settings.private)
    manifest = private.manifest(tag)
    unknown = [name for name in names if name not in manifest.tools]
    if unknown:
        raise UsageError(f"{tag} has no files of {', '.join(unknown)}; it has {', '.join(manifest.tools)}")
    chosen = names or manifest.tools
    wanted = [(manifest, file) for file in manifest.files if file.tool in chosen]
    wanted += [found for tool in chosen for found in _later(private, manifest, tool)]
    changes = [_change(settings, private, source, file) for source, file in wanted]
    bases = {tool: manifest.bases.get(tool, "") for tool in chosen}
    restored = [_restored(change, file) for change, (_, file) in zip(changes, wanted, strict=True)]
    before = transaction.write(settings, changes, bases, "restore")
    return RestoreResult(tag, before, tuple(restored))


def _later(private: PrivateRepo, manifest: Manifest, tool: str) -> Iterator[tuple[Manifest, Kept]]:
    """The files of `tool` that modelcat has touched only since, as they were before it did.

    The backup does not speak of them; the first later one that does has them as they were on its day.
    """
    mentioned = {file.name for file in manifest.files if file.tool == tool}
    missing = set(live.names(all_tools.load(tool), private.base(tool))) - mentioned
    if not missing:
        return
    tags = [tag.name for tag in private.tags()]
    for later in private.manifests(reversed(tags[: tags.index(manifest.tag)])):
        for file in later.files:
            if file.tool == tool and file.name in missing:
                missing.discard(file.name)
                yield later, file


def _change(settings: Settings, private: PrivateRepo, source: Manifest, file: Kept) -> Change:
    path = live.place(settings, all_tools.load(file.tool), file.name)
    after = private.content(source.tag, file.index) if file.existed else None
    write = files.Write(files.read(path), after, mode=file.mode, tool=file.tool, exact=True, link=file.link)
    return Change(file.tool, file.name, write)


def _restored(change: Change, file: Kept) -> Restored:
    action: Action = "unchanged"
    if files.differs(change.write):
        action = "written" if file.existed else "removed"
    path = str(change.write.snapshot.path)
    return Restored(file.tool, path, action, None if file.path == path else file.path)


def _catalog(settings: Settings, revision: str) -> CatalogRestoreResult:
    repo = CatalogRepo.open(settings.catalog)
    try:
        commit = repo.resolve(revision)
    except RepoError as error:
        backup = f"backup/{revision}"
        if any(tag.name == backup for tag in PrivateRepo(settings.private).tags()):
            raise RepoError(f"there is no day {revision!r} of the catalog; the backup is {backup}") from error
        raise
    then, now = repo.read_all("", commit), repo.read_all("")
    texts: dict[str, str | None] = {path: text for path, text in then.items() if path.startswith(_MANAGED)}
    texts |= {path: None for path in now if path.startswith(_MANAGED) and path not in texts}
    changed = tuple(sorted(path for path, text in texts.items() if now.get(path) != text))
    body = f"The catalog and the generated configs as they were at {commit}."
    return CatalogRestoreResult(revision, repo.commit(texts, f"restore: {revision}", body), changed)
