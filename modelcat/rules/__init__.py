"""What a rule is, what it looks at and what it finds; which rules there are.

The rules stand in the modules beside this one: secrets, common (schema, typos), catalog, and one a tool. A
rule sees plain data and gives pointers; lines and columns, ignores and excerpts are check.py's. Nothing here
opens a file: what lies outside the config (the registry, listings, neighbouring files) is asked through
Context.

Named tuples, where the rest of modelcat has dataclasses: those take five times as long to define, and this is
loaded by a hook on every commit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from modelcat.catalog import Listing, Provider
    from modelcat.tool import Syntax
    from modelcat.tree import Pointer, Tree

Severity = Literal["error", "warning", "info"]
"""error: the tool refuses the file or the first request, or a secret lies open; warning: it loads but will
not do what it says; info: worth knowing, never counted."""


class Change(NamedTuple):
    """One step of a mend, on plain data: set, insert or (neither) delete. fixes.py turns it into an edit."""

    pointer: Pointer
    """What is set or deleted; for an insert the map that gets the key."""
    action: Literal["set", "insert", "delete"]
    key: str | None = None
    value: Any = None


class Found(NamedTuple):
    """What a rule found: where, in the person's words, and how to mend it where that is mechanical."""

    pointer: Pointer
    message: str
    hint: str | None = None
    """Instead of the rule's own `mend`."""
    fix: tuple[Change, ...] = ()
    on_key: bool = False
    """The key itself is at fault, not its value: there the line and column are taken."""


class Kind(NamedTuple):
    """A kind of file that a tool reads."""

    name: str
    """aichat, codex, codex-profile, codex-models, mods: also the name of its schema."""
    tool: str
    syntax: Syntax
    title: str
    merges: bool = True
    """Whether the tool knows YAML's `<<`."""


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("aichat", "aichat", "yaml", "aichat config", merges=False),
        Kind("codex", "codex", "toml", "Codex config"),
        Kind("codex-profile", "codex", "toml", "Codex profile"),
        Kind("codex-models", "codex", "json", "Codex model catalog"),
        Kind("mods", "mods", "yaml", "mods settings"),
    )
}
TOOLS = ("aichat", "codex", "mods")


def _nothing() -> Mapping[str, Provider]:
    return {}


class Context(NamedTuple):
    """What the rules may know beyond the file. Everything is optional and asked only where it is needed."""

    schemas: Callable[[str], Any] | None = None
    """The JSON Schema of a kind, parsed."""
    providers: Callable[[], Mapping[str, Provider]] = _nothing
    """The registry."""
    urls: Callable[[], Iterable[tuple[str, str]]] | None = None
    """(base URL, provider) of all providers, former ones too; None: `providers` says."""
    listing: Callable[[str], Listing | None] | None = None
    """What the catalog holds of a provider; None: nothing is known of it."""
    neighbour: Callable[[str], Tree | None] | None = None
    """The tree of a file beside this one (config.toml for a Codex profile); None: not there or not
    readable."""
    exists: Callable[[str], bool] | None = None
    """Whether a path, relative to the file's folder, is there."""
    ignore: tuple[str, ...] = ()
    """Rule ids and globs of them that modelcat.toml switches off."""


def urls_of(providers: Mapping[str, Provider]) -> Iterator[tuple[str, str]]:
    """(base URL, provider) of all providers, former ones too."""
    for ident, provider in providers.items():
        for url in filter(None, (provider.base_url, *provider.former_base_urls)):
            yield url, ident


class Subject:
    """One config, as the rules see it."""

    __slots__ = ("context", "kind", "memo", "path", "tree", "whole")

    def __init__(
        self, tree: Tree, kind: Kind | None, path: str, context: Context, *, whole: bool = True
    ) -> None:
        """`whole`: the tool's main file, no provider's part of it; only there must references resolve."""
        self.tree = tree
        self.kind = kind
        self.path = path
        self.context = context
        self.whole = whole
        self.memo: dict[str, Any] = {}
        """What one rule worked out and another needs too."""

    def table(self, key: str) -> dict[str, Tree]:
        """The map under a top-level key; empty where there is none (the schema has said so)."""
        value = self.tree.get(key) if isinstance(self.tree, dict) else None
        return value if isinstance(value, dict) else {}

    def text(self, key: str) -> str | None:
        """The text under a top-level key; None where there is none, or something else."""
        value = self.get(key)
        return value if isinstance(value, str) else None

    def get(self, key: str) -> Tree:
        """The value under a top-level key, or None."""
        return self.tree.get(key) if isinstance(self.tree, dict) else None


class Rule(NamedTuple):
    """One thing that can be wrong."""

    id: str
    severity: Severity
    what: str
    """What it finds, in one sentence."""
    mend: str
    """How to mend it."""
    kinds: frozenset[str] | None
    """The kinds of file it looks at; None: every file."""
    look: Callable[[Subject], Iterable[Found]]


def rule(
    ident: str, severity: Severity, what: str, mend: str, kinds: tuple[str, ...] | None = None
) -> Callable[[Callable[[Subject], Iterable[Found]]], Rule]:
    """Make the decorated function a Rule: it yields what it finds in a Subject."""

    def made(look: Callable[[Subject], Iterable[Found]]) -> Rule:
        return Rule(ident, severity, what, mend, frozenset(kinds) if kinds else None, look)

    return made


def _silent(_: Subject) -> Iterable[Found]:
    return ()


SYNTAX = Rule(
    "syntax/invalid",
    "error",
    "The file is not the YAML, TOML or JSON it should be, has the same key twice, or is larger or deeper "
    "than any config.",
    "Mend the text at the place shown; nothing else can be checked before.",
    None,
    _silent,
)
NEWER_TOML = Rule(
    "syntax/newer-toml",
    "info",
    "The file uses TOML 1.1 (an inline table over several lines, a comma at its end, a time without "
    "seconds), which Codex reads; it was checked, but modelcat cannot edit it.",
    "Write the inline table on one line or as a table of its own, so that modelcat can merge into the file.",
    None,
    _silent,
)
UNKNOWN_FILE = Rule(
    "syntax/unknown-file",
    "info",
    "Neither name nor content says which tool the file is for, so only syntax and secrets were checked.",
    "Say which with --tool aichat, codex or mods.",
    None,
    _silent,
)
UNKNOWN_IGNORE = Rule(
    "ignore/unknown-rule",
    "warning",
    "An ignore comment, or [validate] ignore in modelcat.toml, names a rule that does not exist.",
    "See the names with --list-rules.",
    None,
    _silent,
)
OF_CHECK = (SYNTAX, NEWER_TOML, UNKNOWN_FILE, UNKNOWN_IGNORE)
"""The rules that check.py applies itself, because they are about text."""


def of(kind: Kind | None) -> Iterator[Rule]:
    """The rules that look at files of a kind; the modules of other tools are not loaded."""
    from modelcat.rules import common, secrets

    yield from secrets.RULES
    if kind is None:
        return
    from modelcat.rules import catalog

    yield from common.RULES
    module: Any = import_module(f"modelcat.rules.{kind.tool}")
    for item in (*module.RULES, *catalog.RULES):
        if item.kinds is None or kind.name in item.kinds:
            yield item


def every() -> tuple[Rule, ...]:
    """All rules there are, by id."""
    from modelcat.rules import aichat, catalog, codex, common, mods, secrets

    modules = (secrets, common, catalog, aichat, codex, mods)
    return tuple(sorted((*OF_CHECK, *(r for m in modules for r in m.RULES)), key=lambda item: item.id))
