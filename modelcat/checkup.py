"""Checking files: what `validate` and `doctor` share. Reads a file within bounds and gives the rules their
context.

What is wrong with a text is check.py's to say; what is shown is output/findings.py's.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat.check import Finding, check
from modelcat.errors import DocumentError, SettingsError, StorageError
from modelcat.rules import TOOLS, Context, every, urls_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.catalog import Listing, Provider
    from modelcat.facts import Facts
    from modelcat.settings import Settings
    from modelcat.tree import Tree

STDIN = "-"
ASKED = (
    *("name", "base_url", "former_base_urls", "kind", "local", "unsteady", "private_ids", "api_key_env"),
    *("serves_responses_api", "models_dev", "litellm"),
)
"""The fields of a provider that rules ask for."""
LARGEST = 10_000_000
"""Bytes; the documents refuse more, so no more is read."""


class Checked(NamedTuple):
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
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        what = "this is a folder; name the files in it" if stat.S_ISDIR(mode) else "no plain file"
        raise StorageError(f"{path}: {what}")
    with os.fdopen(handle, "rb") as file:
        try:
            return file.read(LARGEST + 1)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from None


class Surroundings:
    """What the rules may ask about the world around the files of one run. Read when it is first asked."""

    def __init__(self, settings: Settings, ignore: tuple[str, ...] = ()) -> None:
        """`ignore`: what modelcat.toml switches off."""
        self.settings = settings
        self.ignore = ignore
        self.embedded: dict[str, str] = {}
        """Provider -> date of the embedded facts, for those that stood in for a listing."""
        self.synced: set[str] = set()
        """Providers whose stored listing was used."""
        self._listings: dict[str, Listing | None] = {}
        self._schemas: dict[str, Any] = {}

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
            urls=self.urls,
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
        from modelcat import settings

        if os.path.lexists(self.settings.catalog / "providers.toml"):
            return settings.registry(self.settings).providers
        return Shipped(settings.data_file("providers.toml").read_text(encoding="utf-8"))

    def urls(self) -> Iterable[tuple[str, str]]:
        """(base URL, provider) of all providers, former ones too."""
        if isinstance(self.providers, Shipped):
            return self.providers.urls()
        return urls_of(self.providers)

    @cached_property
    def _facts(self) -> Facts:
        from modelcat.facts import Facts
        from modelcat.settings import data_file

        return Facts.load(data_file("facts/facts.bin").read_bytes())

    def listing(self, provider: str) -> Listing | None:
        """The stored listing of a provider, else the embedded facts about it; None: nothing is known."""
        if provider not in self._listings:
            found = self._stored(provider)
            if found is None or found.origin == "embedded":
                found = found or self._facts.embedded(self.providers[provider])
                if found is not None:
                    self.embedded[provider] = found.as_of or ""
            else:
                self.synced.add(provider)
            self._listings[provider] = found
        return self._listings[provider]

    def _stored(self, provider: str) -> Listing | None:
        """The listing in the managed folder, if it can be read: to complain of it is not this command's."""
        from modelcat.catalog import listing_from_text, listing_path

        try:
            return listing_from_text(
                (self.settings.catalog / listing_path(provider)).read_text(encoding="utf-8")
            )
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError):
            return None


class Shipped(Mapping[str, "Provider"]):
    """The providers of the shipped registry, each read when it is asked for, with what the rules want.

    registry.load reads all of them strictly, which takes as long as everything else a hook has to do; a test
    holds the two against each other.
    """

    def __init__(self, text: str) -> None:
        """`text` of config/providers.toml, in which every provider has one stretch of tables."""
        starts = [(match.start(), match[1]) for match in re.finditer(r"(?m)^\[providers\.([\w-]+)\]", text)]
        ends = [start for start, _ in starts[1:]] + [len(text)]
        self._tables = {ident: text[start:end] for (start, ident), end in zip(starts, ends, strict=True)}
        self._made: dict[str, Provider] = {}

    def __getitem__(self, ident: str) -> Provider:
        if ident not in self._made:
            self._made[ident] = self._make(ident)
        return self._made[ident]

    def _make(self, ident: str) -> Provider:
        import tomllib

        from modelcat.catalog import Provider

        row = tomllib.loads(self._tables[ident])["providers"][ident]
        asked = {key: row[key] for key in ASKED if key in row}
        given = {key: tuple(item) if isinstance(item, list) else item for key, item in asked.items()}
        fields: dict[str, Any] = {"name": ident, "dialect": "openai", "base_url": "", **given}
        return Provider(id=ident, **fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def urls(self) -> Iterator[tuple[str, str]]:
        """(base URL, provider) of all, former ones too."""
        for ident, table in self._tables.items():
            for value in re.findall(r"(?m)^(?:base_url|former_base_urls) = (\[[^\]]*\]|.*)", table):
                for url in re.findall(r'"([^"]+)"', value):
                    yield url, ident


def own_files(settings: Settings, only: str | None = None) -> dict[Path, tuple[str, str | None]]:
    """The person's own configs that are there: path -> (tool, name beside the main config, None for that).

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
