"""A config's text -> findings: which kind of file it is, the rules over its data, lines and columns, ignores.

What the rules say is in rules/, how a text is read in documents/; the fixes of findings are made in fixes.py.
Nothing is opened or written here: the bytes come in, what lies around the file is asked through Context.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat import rules
from modelcat.errors import DocumentError
from modelcat.rules import KINDS, Change, Context, Found, Kind, Rule, Severity, Subject
from modelcat.rules.ignores import Ignores
from modelcat.rules.secrets import RULES as SECRETS
from modelcat.rules.secrets import hits, masked, scan, secret_in_clear, shown
from modelcat.rules.secrets import known as key_in
from modelcat.tree import pointer_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from modelcat.documents import Document
    from modelcat.tool import Syntax
    from modelcat.tree import Pointer, Tree

LARGEST = 150_000
"""Values (lines, commas and brackets are counted) of a file that is still checked, so that a hook stays below
200 MB. The main file of 15,000 models has as many."""
MOST = 1_000
"""Findings of one rule in one file that are told: whoever reads the thousandth knows how it goes on."""
LONGEST = 2_000
"""Characters of a source line that is still shown; nobody reads longer ones."""


class Finding(NamedTuple):
    """One thing found in one file. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    pointer: str
    rule: str
    severity: Severity
    message: str
    hint: str | None = None
    fix: tuple[Change, ...] = ()
    excerpt: str | None = None
    """The source line, with every secret in it masked; None where it cannot be shown safely."""

    def as_json(self) -> dict[str, Any]:
        """rule, severity, path, line, column, pointer, message, hint (or null), fixable."""
        plain = ("rule", "severity", "path", "line", "column", "pointer", "message", "hint")
        return {**{name: getattr(self, name) for name in plain}, "fixable": bool(self.fix)}


def check(
    data: bytes, syntax: Syntax | None, tool: str | None, path: str, context: Context
) -> tuple[Finding, ...]:
    """What is wrong with a config, in the order of its lines.

    `syntax` and `tool` are told from the path and the content where they are None. Never raises for what is
    in `data`: a text that cannot be read is a finding.
    """
    syntax = syntax or syntax_of(path, data, tool)
    from modelcat.documents import parse

    try:
        _bounded(data, path)
        document = parse(data, syntax, path)
    except DocumentError as error:
        newer = _newer_toml(data, path, tool, context) if syntax == "toml" and error.line else None
        return newer or (_broken(error, data, path),)
    return tuple(_judged(document, tool, context))


def _judged(document: Document, tool: str | None, context: Context) -> Iterator[Finding]:
    kind = kind_of(document.path, document.tree, tool)
    tree = document.tree if kind is None or kind.merges else document.unmerged()
    subject = _subject(tree, kind, document.path, context)
    found = list(_found(subject))
    if tree is not document.tree:
        # A fix is made in what the text says to everybody else.
        found = [(rule, one._replace(fix=())) for rule, one in found]
    if subject.kind is None:
        found.append((rules.UNKNOWN_FILE, Found((), "no tool's config that modelcat knows")))
    return _placed(document, found, subject)


def _newer_toml(data: bytes, path: str, tool: str | None, context: Context) -> tuple[Finding, ...] | None:
    """The findings of a file that is TOML 1.1 and not 1.0; None: it is neither."""
    from modelcat.documents import parse
    from modelcat.rules.toml11 import Places, older

    try:
        text = data.decode().removeprefix("\ufeff")
        older_text = older(text)
        if older_text == text:
            return None
        document = parse(older_text.encode(), "toml", path)
    except (DocumentError, UnicodeDecodeError):
        return None
    places = Places(older_text, text)
    lines = _Lines(data, frozenset(hit.secret for hit in scan(document.tree)))
    # What its newer escapes spell is not in the data, so a secret among them would not be known for one.
    lines.closed.update(number for number, line in enumerate(lines.lines, 1) if "\\" in line)

    def moved(one: Finding) -> Finding:
        line, column = places.of(one.line, one.column)
        excerpt = one.excerpt and lines.excerpt(line)
        return one._replace(line=line, column=column, fix=(), excerpt=excerpt)

    line, column = places.first()
    rule, excerpt = rules.NEWER_TOML, lines.excerpt(line)
    told = Finding(path, line, column, "", rule.id, rule.severity, "this is TOML 1.1", rule.mend, (), excerpt)
    found = [told, *map(moved, _judged(document, tool, context))]
    return tuple(sorted(found, key=lambda one: (one.line, one.column, one.rule)))


def examine(
    tree: Tree,
    kind: Kind | None,
    path: str,
    context: Context,
    wanted: Callable[[Rule], bool] | None = None,
) -> Iterator[tuple[Rule, Found]]:
    """What the `wanted` rules (None: all) find in plain data, which has no text yet, as rendered configs."""
    yield from _found(_subject(tree, kind, path, context), wanted)


def unsound(tool: str, path: str, tree: Tree, context: Context) -> str | None:
    """What the tool would refuse in a config that is about to be written, in one line; None: nothing.

    `path` is where it will stand. For what modelcat itself renders: an error there is a bug of modelcat's. A
    secret in clear is none: no tool minds, and a provider may call a model what a key looks like.
    """
    kind = kind_of(path, tree, tool)
    first = next(examine(tree, kind, path, context, _is_refusal), None)
    return None if first is None else f"{path}: {first[1].message} [{first[0].id}]"


def _is_refusal(rule: Rule) -> bool:
    return rule.severity == "error" and rule not in SECRETS


def _subject(tree: Tree, kind: Kind | None, path: str, context: Context) -> Subject:
    # What a sync writes into the managed folder is there to be merged: it need not stand by itself.
    rendered = _name(path).startswith("models_") or _folders(path)[:2] == ["catalog", "config"]
    return Subject(tree, kind, path, context, whole=not rendered)


def _found(subject: Subject, wanted: Callable[[Rule], bool] | None = None) -> Iterator[tuple[Rule, Found]]:
    for item in filter(wanted, rules.of(subject.kind)):
        for found in islice(item.look(subject), MOST):
            yield item, found


def _bounded(data: bytes, path: str) -> None:
    """Raise DocumentError for a text with more values than any config has, before memory goes into them."""
    # A table or a list takes as much memory as a few single values.
    values = data.count(b"\n") + data.count(b",") + 2 * data.count(b"[")
    if values > LARGEST:
        raise DocumentError(
            path, 0, 0, f"about {values} values; a file with more than {LARGEST} is not checked"
        )


def kind_of(path: str, tree: Tree, tool: str | None) -> Kind | None:
    """The kind of a file: what `tool` says, else its place, else its content; None: nobody's."""
    name, folders = _name(path), _folders(path)
    for known in (tool, *(item for item in rules.TOOLS if item in folders)):
        if known:
            return _kind_of_tool(known, name)
    if name in {"mods.yml", "mods.yaml"}:
        return KINDS["mods"]
    return KINDS.get(_by_content(tree))


def _kind_of_tool(tool: str, name: str) -> Kind:
    if tool != "codex":
        return KINDS[tool]
    if name.endswith(".json"):
        return KINDS["codex-models"]
    return KINDS["codex-profile" if name.endswith(".config.toml") or name.startswith("models_") else "codex"]


def _by_content(tree: Tree) -> str:
    if not isinstance(tree, dict):
        return ""
    if isinstance(tree.get("clients"), list):
        return "aichat"
    if isinstance(tree.get("apis"), dict):
        return "mods"
    if {"model_providers", "model_provider", "model_reasoning_effort", "mcp_servers"} & tree.keys():
        return "codex"
    models = tree.get("models")
    if isinstance(models, list) and models and isinstance(models[0], dict) and "slug" in models[0]:
        return "codex-models"
    return ""


_SYNTAXES: Mapping[str, Syntax] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".jsonc": "jsonc",
}


def syntax_of(path: str, data: bytes, tool: str | None) -> Syntax:
    """The syntax of a file: by its name, else by its tool, else by its first line of content."""
    name = _name(path)
    known = _SYNTAXES.get(name[name.rfind(".") :])
    if known:
        return known
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "json"
    if tool:
        return _kind_of_tool(tool, name).syntax
    for line in data[: 1 << 16].splitlines():
        if line.strip() and not line.lstrip().startswith(b"#"):
            return "toml" if re.match(rb"\s*(\[+[^\]]+\]+\s*(#.*)?$|[\w.\"'-]+\s*=)", line) else "yaml"
    return "yaml"


def _plain_part(part: str) -> str:
    """A part of a path as it will be called: chezmoi writes dot_config for .config, yadm adds ##os.Linux."""
    part = re.sub(
        r"^(?:(?:private|readonly|executable|create|modify|exact|symlink|literal)_)+", "", part.lower()
    )
    return re.sub(r"##.*$", "", re.sub(r"^dot_", ".", part))


def _name(path: str) -> str:
    return _plain_part(re.split(r"[/\\]", path)[-1])


def _folders(path: str) -> list[str]:
    return [_plain_part(part).removeprefix(".") for part in re.split(r"[/\\]", path)[-4:-1]]


def _broken(error: DocumentError, data: bytes, path: str) -> Finding:
    line, column = max(1, error.line), max(1, error.column)
    excerpt = _Lines(data, frozenset()).excerpt(line) if error.line else None
    rule = rules.SYNTAX
    return Finding(
        path, line, column, "", rule.id, rule.severity, masked(error.reason), rule.mend, (), excerpt
    )


class _Lines:
    """The lines of a text, as they may be shown."""

    def __init__(self, data: bytes, secrets: frozenset[str]) -> None:
        self.lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        self.secrets = secrets
        self.closed: set[int] = set()
        """Lines that hold a secret in a spelling (escapes, several lines) that masking would not find."""

    def only_comment(self, number: int) -> bool:
        """Whether line `number` holds a comment and nothing else."""
        return 0 < number <= len(self.lines) and self.lines[number - 1].lstrip().startswith("#")

    def excerpt(self, number: int) -> str | None:
        """Line `number`, masked; None if it is not to be shown."""
        if number in self.closed or not 0 < number <= len(self.lines):
            return None
        line = self.lines[number - 1].rstrip("\r")
        return masked(line, self.secrets) if len(line) <= LONGEST else None


def _placed(document: Document, found: Iterable[tuple[Rule, Found]], subject: Subject) -> Iterator[Finding]:
    """Found -> Finding: positions, excerpts without secrets, less what is ignored."""
    lines = _source(document, subject)
    comments = document.comments()
    ignores = Ignores.read(comments, lines.only_comment, subject.context.ignore)
    placed = []
    for rule, item in found:
        line, column = _position(document, item.pointer, on_key=item.on_key)
        if not ignores.covers(rule.id, line):
            placed.append((line, column, rule, item))
    for line, column, item in islice(_in_comments(comments, lines), MOST):
        if not ignores.covers(secret_in_clear.id, line):
            placed.append((line, column, secret_in_clear, item))
    for word, line in ignores.unknown():
        placed.append((line, 1, rules.UNKNOWN_IGNORE, Found((), f"there is no rule {word}")))
    for line, column, rule, item in sorted(placed, key=lambda row: (row[0], row[1], row[2].id)):
        yield Finding(
            path=document.path,
            line=line,
            column=column,
            pointer=_without(lines.secrets, pointer_text(item.pointer)),
            rule=rule.id,
            severity=rule.severity,
            message=_without(lines.secrets, item.message),
            hint=_without(lines.secrets, item.hint or rule.mend),
            fix=item.fix,
            excerpt=lines.excerpt(line),
        )


def _in_comments(comments: Iterable[tuple[int, str]], lines: _Lines) -> Iterator[tuple[int, int, Found]]:
    """(line, column, what) of each known kind of key in a comment: it is given away as any other."""
    for line, text in comments:
        if hit := key_in(text):
            what, secret = hit
            # A comment of JSONC may go on in other lines.
            column = max(1, lines.lines[line - 1].rfind(secret) + 1)
            yield line, column, Found((), f"a comment holds {what}: {shown(secret)}")


def _source(document: Document, subject: Subject) -> _Lines:
    secrets = hits(subject)
    lines = _Lines(document.data, frozenset(hit.secret for hit in secrets))
    for hit in secrets:
        number = _position(document, hit.at)[0]
        if number > len(lines.lines) or hit.secret not in lines.lines[number - 1]:
            lines.closed.add(number)
    return lines


def _without(secrets: frozenset[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, shown(secret))
    return text


def _position(document: Document, pointer: Pointer, *, on_key: bool = False) -> tuple[int, int]:
    """The line and column of a single value, of the key or element that a map or list stands under."""
    if not pointer:
        return 1, 1
    try:
        # A value that is not written (`name:`) has no place of its own.
        plain = not on_key and not isinstance(_at(document.tree, pointer), dict | list | None)
        place = document.position_of_value(pointer) if plain else document.position(pointer)
    except (KeyError, IndexError, TypeError):
        return _position(document, pointer[:-1])
    return place.line, place.column


def _at(tree: Tree, pointer: Pointer) -> Tree:
    for step in pointer:
        tree = tree[step]
    return tree
