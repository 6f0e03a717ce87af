"""Files as people have them, each also with CRLF, a byte order mark, and without its last line ending.

Every entry of every file is deleted, set, and given company, one at a time. Whatever is dropped into messy/
is tested.
"""

from __future__ import annotations

import codecs
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelcat.documents import Delete, Document, Edit, Edited, Insert, Set, parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import READ, assert_holds, canonical, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.tool import Syntax
    from modelcat.tree import Pointer

FILES = sorted((Path(__file__).parent / "messy").iterdir())
SUFFIXES: dict[str, Syntax] = {
    ".yml": "yaml",
    ".yaml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".jsonc": "jsonc",
}
VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "BOM": lambda data: codecs.BOM_UTF8 + data,
    "no end": lambda data: data.rstrip(b"\n"),
}
EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
EVERY_VARIANT = pytest.mark.parametrize("variant", VARIANTS)
REFUSED = {
    "aichat-anchors.yaml": 26,
    "mods-merge-keys.yml": 25,
    "generic-keys.yaml": 9,
}
"""Edits that an alias, `<<` or `?` stands in the way of, by file; in all other files there are none."""


def opened(path: Path, variant: str) -> tuple[bytes, Syntax, Document]:
    data, syntax = VARIANTS[variant](path.read_bytes()), SUFFIXES[path.suffix]
    return data, syntax, parse(data, syntax, path.name)


def test_there_are_forty() -> None:
    assert len(FILES) >= 40


@EVERY_FILE
@EVERY_VARIANT
def test_it_is_read_as_another_parser_reads_it(path: Path, variant: str) -> None:
    data, syntax, document = opened(path, variant)
    independent = READ[syntax](data.decode("utf-8-sig"))
    assert canonical(document.tree) == canonical(independent)
    assert document.edited([]) == Edited(data, ())


def single_edits(tree: Any) -> Iterator[Edit]:
    for at, value in places(tree):
        if at:
            yield Delete(at)
            yield Set(at, "new 'and' \"quoted\" # value")
            yield Set(at, {"a": 1, "b": ["x", "y"], "c": {"d": []}})
        if isinstance(value, dict):
            yield Insert(at, "brand new", {"a": "b", "c": [{"d": 1}]})
            yield Insert(at, "brand-new", 17, next(iter(value), None))
        elif isinstance(value, list):
            fitting = (
                {"k": "v", "l": {"m": 2}} if value and all(isinstance(v, dict) for v in value) else "new"
            )
            yield Insert(at, None, fitting)
            yield Insert(at, None, fitting, -1)


@EVERY_FILE
def test_single_edits(path: Path) -> None:
    """A sample of them; all of them are in the slow test."""
    check(path, "as it is", every=5)


@pytest.mark.slow
@EVERY_FILE
@EVERY_VARIANT
def test_every_single_edit(path: Path, variant: str) -> None:
    refused, made = check(path, variant, every=1)
    tree = READ[SUFFIXES[path.suffix]](path.read_text(encoding="utf-8"))
    assert refused == expected_refusals(path, tree)
    assert made or not isinstance(tree, dict | list)


def check(path: Path, variant: str, every: int) -> tuple[int, int]:
    """How many edits were refused, and made."""
    data, syntax, document = opened(path, variant)
    refused = made = 0
    for edit in list(single_edits(document.tree))[::every]:
        try:
            edited = document.edited([edit])
        except DocumentError as error:
            refused += error.line > 0
            continue
        made += 1
        assert_holds(data, syntax, [edit], edited)
        assert_comments_above_stay(document, edit, edited)
        assert_end_of_file_stays(data, edited)
    return refused, made


def expected_refusals(path: Path, tree: Any) -> int:
    if path.name == "codex-arrays-of-tables.toml" or path.name == "codex-headers-only.toml":
        # Elements of arrays of tables that shall become strings.
        return sum(
            1 for at, _ in places(tree) if at and isinstance(at[-1], int) and at[0] in {"hooks", "list"}
        )
    return REFUSED.get(path.name, 0)


def lines_of(document: Document) -> dict[Pointer, int]:
    return {at: document.position(at).line for at, _ in places(document.tree)}


def assert_comments_above_stay(document: Document, edit: Edit, edited: Edited) -> None:
    """Comments in lines of their own directly above an entry are the person's."""
    if isinstance(edit, Insert):
        wanted = Counter(text for _, text in document.comments())
    else:
        line = document.position(edit.pointer).line
        if isinstance(edit.pointer[-1], int) and document.syntax == "yaml":
            line = line_of_dash(document, line)
        above = [number for number in lines_of(document).values() if number < line]
        last = max(above, default=0)
        wanted = Counter(text for number, text in document.comments() if last < number < line)
    left = parse(edited.data, document.syntax, "edited").comments()
    missing = wanted - Counter(text for _, text in left)
    assert not missing, edit


def line_of_dash(document: Document, line: int) -> int:
    """What stands between a dash and its value is part of the entry."""
    lines = document.data.decode("utf-8-sig").splitlines()
    while line > 1 and not lines[line - 1].lstrip().startswith(("-", "[", "{")):
        line -= 1
    return line


def assert_end_of_file_stays(data: bytes, edited: Edited) -> None:
    text = edited.data.decode("utf-8-sig")
    if text and not {"|", ">"} & set(text):
        assert edited.data.endswith(b"\n") == data.endswith(b"\n")
