"""Checking files: what `validate` and `doctor` share. Reads a file within bounds and gives the rules their
context.

What is wrong with a text is check.py's to say; what is shown is output/findings.py's.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcat.check import Finding, check
from modelcat.errors import DocumentError, SettingsError, StorageError
from modelcat.rules import TOOLS, Context, every

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.catalog import Listing, Provider
    from modelcat.facts import Facts
    from modelcat.settings import Settings
    from modelcat.tree import Tree

STDIN = "-"
LARGEST = 10_000_000
"""Bytes; the documents refuse more, so no more is read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that was looked at. `unread`: why it could not be."""

    path: str
    findings: tuple[Finding, ...] = ()
    unread: str | None = None

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return sum(item.severity == severity for item in self.findings)


def read(path: str) -> bytes:
    """The bytes of a file, of standard input for "-". StorageError for what is no plain file, in one line.

    Never waits for a pipe or a device, and reads no more than a config can be.
    """
    if path == STDIN:
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        # Without O_NONBLOCK opening a FIFO would wait for somebody to write to it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(f"{path}: {reason}") from None
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise StorageError(f"{path}: this is a folder; name the files in it")
        if not stat.S_ISREG(mode):
            raise StorageError(f"{path}: no plain file")
        try:
            return file.read(LARGEST + 1)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from None


@dataclass
class Surroundings:
    """What the rules may ask about the world around the files of one run. Everything is read when first
    asked.
    """

    settings: Settings
    ignore: tuple[str, ...] = ()
    embedded: dict[str, str] = field(default_factory=dict)
    """Provider -> date of the embedded facts, for those that stood in for a listing."""
    synced: set[str] = field(default_factory=set)
    """Providers whose stored listing was used."""
    _listings: dict[str, Listing | None] = field(default_factory=dict)
    _schemas: dict[str, Any] = field(default_factory=dict)

    def check(
        self, path: str, tool: str | None, data: bytes | None = None, name: str | None = None
    ) -> Checked:
        """Look at one file; at `data`, called `name`, where it was read already."""
        shown = name or path
        try:
            content = read(path) if data is None else data
        except StorageError as error:
            return Checked(shown, unread=str(error))
        return Checked(shown, check(content, None, tool, shown, self.context(Path(path))))

    def context(self, path: Path) -> Context:
        """The context of a file at `path`."""
        return Context(
            schemas=self.schema,
            providers=lambda: self.providers,
            listing=self.listing,
            neighbour=lambda name: _tree(path.parent / name),
            exists=(lambda name: _exists(path.parent, name)) if str(path) != STDIN else None,
            ignore=self.ignore,
        )

    def schema(self, kind: str) -> Any:
        """The JSON Schema of a kind of file."""
        if kind not in self._schemas:
            import json

            from modelcat.settings import data_file

            self._schemas[kind] = json.loads(data_file(f"schemas/{kind}.json").read_bytes())
        return self._schemas[kind]

    @cached_property
    def providers(self) -> Mapping[str, Provider]:
        """The registry with the person's own providers."""
        from modelcat.settings import registry

        return registry(self.settings).providers

    @cached_property
    def _facts(self) -> Facts:
        from modelcat.workspace import facts

        return facts()

    def listing(self, provider: str) -> Listing | None:
        """The stored listing of a provider, else the embedded facts about it; None: nothing is known."""
        if provider not in self._listings:
            from modelcat.workspace import listing as stored

            found = stored(self.settings, provider)
            if found is None or found.origin == "embedded":
                found = found or self._facts.embedded(self.providers[provider])
                if found is not None:
                    self.embedded[provider] = found.as_of or ""
            else:
                self.synced.add(provider)
            self._listings[provider] = found
        return self._listings[provider]


def own_files(settings: Settings, only: str | None = None) -> dict[Path, tuple[str, str | None]]:
    """The person's own configs that are there: path -> (tool, its name beside the main config, None for that).

    Each tool's main file, and Codex's profiles.
    """
    from modelcat import tools

    found: dict[Path, tuple[str, str | None]] = {}
    for name in (only,) if only else TOOLS:
        path = settings.tool_path(tools.load(name))
        if os.path.lexists(path):
            found[path] = (name, None)
        if name == "codex":
            found |= {item: (name, item.name) for item in sorted(path.parent.glob("*.config.toml"))}
    return found


def surroundings(settings: Settings, *, here: Path | None = None) -> Surroundings:
    """The surroundings of a run in the folder `here`, with what modelcat.toml switches off.

    The modelcat.toml in `here` counts, else the managed folder's. Raises SettingsError for one that cannot be
    used.
    """
    for folder in ([here] if here else []) + [settings.catalog]:
        path = folder / "modelcat.toml"
        if os.path.lexists(path):
            return Surroundings(settings, _ignored(path))
    return Surroundings(settings)


def _ignored(path: Path) -> tuple[str, ...]:
    from fnmatch import fnmatchcase

    from modelcat.selection import parse

    try:
        text = read(str(path)).decode()
    except (StorageError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    ignore = parse(text, str(path)).ignore
    if ignore:
        known = [item.id for item in every()]
        for pattern in ignore:
            if not any(fnmatchcase(ident, pattern) for ident in known):
                raise SettingsError(
                    f"{path}: validate.ignore: there is no rule {pattern!r}; see --list-rules"
                )
    return ignore


def _exists(folder: Path, name: str) -> bool:
    """Whether `name` is a file; of an absolute path whose folder is not on this machine nothing is said."""
    path = Path(name)
    if path.is_absolute() and not path.parent.is_dir():
        return True
    return (folder / path).is_file()


def _tree(path: Path) -> Tree | None:
    from modelcat.documents import parse

    try:
        return parse(read(str(path)), "toml", str(path)).tree
    except (StorageError, DocumentError):
        return None
