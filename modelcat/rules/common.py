"""Rules that hold for every tool: its schema, and keys that look like a slip of a known one.

Also what the rules of several tools need: hints, addresses, the names of variables, one-step mends.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from modelcat.rules import Change, Found, rule
from modelcat.rules.schema import violations
from modelcat.tree import pointer_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.rules import Subject
    from modelcat.rules.schema import Violation
    from modelcat.tree import Pointer


TOLD = 10_000
"""Violations of a schema that are looked at."""
SLIPS = 300
"""Unknown keys of a file that are compared with the known ones; a file with more is none of the tool's."""
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
"""The name of a variable that a shell can set. A text: `re` compiles it where it is first needed."""


def nearest(word: str, known: Iterable[str], limit: int = 1) -> list[str]:
    """The known words that `word` is likely a slip of, best first: at most a third of it differs."""
    near = sorted((distance(word, item), item) for item in known if abs(len(item) - len(word)) <= 3)
    most = min(3, len(word) // 3)
    return [item for steps, item in near if steps <= most][:limit]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint that says what `word` is likely a slip of."""
    near = nearest(word, known)
    return f"Did you mean {near[0]}?" if near else None


def nearest_there(word: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest of those that can be chosen."""
    near = nearest(word, known, 3)
    return f"Nearest there: {', '.join(near)}." if near else None


def defined_here(what: str, word: str, known: Iterable[str]) -> str:
    """The hint that names what the file defines: those nearest to `word`, else the first."""
    near = nearest(word, known, 2) or list(known)[:8]
    return f"{what.capitalize()}s here: {', '.join(near)}." if near else f"No {what} is defined here."


def foreign_host(url: object) -> str | None:
    """The host of an address that is not OpenAI's; None: it is OpenAI's, or none is given.

    Never the whole address: it may hold a password.
    """
    if not isinstance(url, str) or not url or re.match(r"https://api\.openai\.com(?:[:/]|$)", url):
        return None
    match = re.match(r"(?i)(?:[a-z]+://)?(?:[^/?#]*@)?([^/?#\s]*)", url)
    return match[1][:60] if match else ""


def maps(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """(position, element) of the elements of a list that are maps; nothing where it is no list."""
    for index, element in enumerate(value if isinstance(value, list) else ()):
        if isinstance(element, dict):
            yield index, element


def put(where: Pointer, table: dict[str, Any], key: str, value: Any) -> Change:
    """The step that gives `key` of the map at `where` a value, whether it has one or not."""
    if key in table:
        return Change((*where, key), "set", value=value)
    return Change(where, "insert", key, value)


def distance(left: str, right: str) -> int:
    """How many letters must be added, dropped, changed or swapped with their neighbour; case and `-`/`_`
    are free.
    """
    left, right = (text.lower().replace("-", "_") for text in (left, right))
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        here = [row]
        for column, other in enumerate(right, 1):
            cost = min(last[column] + 1, here[column - 1] + 1, last[column - 1] + (one != other))
            if row > 1 and column > 1 and one == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, last = last, here
    return last[-1]


def _broken(subject: Subject, *words: str) -> Iterator[Violation]:
    if subject.kind is None or subject.context.schemas is None:
        return
    if "violations" not in subject.memo:
        schema = subject.context.schemas(subject.kind.name)
        subject.memo["violations"] = tuple(islice(violations(subject.tree, schema), TOLD))
    for violation in subject.memo["violations"]:
        if violation.word in words:
            yield violation


def sound(subject: Subject) -> bool:
    """Whether the tool's schema is kept: where it is not, what is missing elsewhere may follow from that."""
    return not any(_broken(subject, "type", "required", "enum", "pattern"))


def _named(pointer: Pointer) -> str:
    return pointer_text(pointer) or "the file"


@rule(
    "schema/type",
    "error",
    "A value has a type that the tool does not take: it refuses the whole file.",
    "Write the value as the type shown.",
)
def wrong_type(subject: Subject) -> Iterator[Found]:
    """The `type` of the tool's schema."""
    for item in _broken(subject, "type"):
        yield Found(item.pointer, f"{_named(item.pointer)} {item.message}")


@rule(
    "schema/value",
    "error",
    "A value is none of those that the tool takes: it refuses the whole file.",
    "Use one of the values shown.",
)
def wrong_value(subject: Subject) -> Iterator[Found]:
    """The `enum`, `minimum`, `maximum`, `minLength` and `pattern` of the tool's schema."""
    for item in _broken(subject, "enum", "minimum", "maximum", "minLength", "pattern"):
        yield Found(item.pointer, f"{_named(item.pointer)} {item.message}")


@rule(
    "schema/missing-key",
    "error",
    "A key that the tool insists on is missing: it refuses the whole file.",
    "Add the key.",
)
def missing_key(subject: Subject) -> Iterator[Found]:
    """The `required` of the tool's schema."""
    for item in _broken(subject, "required"):
        yield Found(item.pointer, f"{_named(item.pointer)} {item.message}")


@rule(
    "schema/unknown-key",
    "warning",
    "A key that the tool does not know looks like a slip of one it knows; the tool ignores it without a "
    "word.",
    "Write the key as the tool knows it.",
)
def unknown_key(subject: Subject) -> Iterator[Found]:
    """Keys beyond the schema's `properties` whose letters are nearly those of a known key that is not
    there.
    """
    for item in islice(_broken(subject, "unknown"), SLIPS):
        key = str(item.pointer[-1])
        present = _siblings(subject, item.pointer)
        near = [name for name in nearest(key, item.known, 3) if name not in present]
        if near:
            yield Found(item.pointer, item.message, f"Did you mean {near[0]}?", on_key=True)


def _siblings(subject: Subject, pointer: Pointer) -> dict[str, object]:
    value = subject.tree
    for step in pointer[:-1]:
        value = value[step]
    return value if isinstance(value, dict) else {}


RULES = (wrong_type, wrong_value, missing_key, unknown_key)
