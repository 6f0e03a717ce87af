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
    check(path, "as it is", every=9)


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


def large_yaml() -> str:
    """A mods.yml of more than 5,000 lines."""
    lines = ["# generated once, edited since", "default-model: m1", "apis:"]
    for api in range(30):
        lines += [f"  # provider {api}", f"  p{api}:", f"    base-url: https://p{api}.example  # c{api}c"]
        lines += ["    models:"]
        for model in range(50):
            lines += [
                f'      "vendor/model-{api}-{model}":',
                f"        aliases: [m{api}x{model}, 'short {model}']",
                f"        max-input-chars: {model * 1000}   # c{api}{model:03}c",
                *([] if model % 7 else ["", f"      # - {model}", ""]),
            ]
    return "\n".join([*lines, ""])


def large_toml() -> str:
    """A config.toml of more than 5,000 lines, half of it out of order."""
    lines = ['model = "m"', "tui.theme = 'x' # c1c"]
    for number in range(1, 900):
        lines += [f"[model_providers.p{number}]", f'name = "P{number}" # c{number}c', "base_url='u'", ""]
        if number % 2:
            lines += [f'[projects."/home/me/{number}"]', 'trust_level = "trusted"', "", "# between"]
    return "\n".join([*lines, ""])


@pytest.mark.slow
def test_five_thousand_lines_of_yaml() -> None:
    text = large_yaml()
    assert text.count("\n") > 5_000
    apis = [f"p{number}" for number in range(30)]
    edits: list[Edit] = [Delete(("apis", api, "models", f"vendor/model-{api[1:]}-7")) for api in apis[:20]]
    edits += [Set(("apis", api, "models", f"vendor/model-{api[1:]}-9", "max-input-chars"), 1) for api in apis]
    edits += [
        Insert(("apis", api, "models"), "new", {"aliases": ["n"], "max-input-chars": 5}) for api in apis
    ]
    edits += [Insert(("apis",), "last", {"base-url": "x", "models": {}}), Delete(("apis", "p29", "base-url"))]
    assert_large(text, "yaml", edits)


def test_five_thousand_lines_of_toml() -> None:
    text = large_toml()
    assert text.count("\n") > 5_000
    edits: list[Edit] = [Delete(("model_providers", f"p{number}")) for number in range(1, 900, 5)]
    edits += [Set(("model_providers", f"p{number}", "base_url"), "v") for number in range(2, 900, 5)]
    edits += [Insert(("model_providers", f"p{number}"), "env_key", "K") for number in range(3, 900, 5)]
    edits += [Insert(("model_providers",), "new", {"name": "N"}), Insert((), "profile_name", "x")]
    assert_large(text, "toml", edits)


def assert_large(text: str, syntax: Syntax, edits: list[Edit]) -> None:
    """As always, and no line of the original changes that no edit names."""
    data = text.encode()
    edited = parse(data, syntax, "large").edited(edits)
    assert_holds(data, syntax, edits, edited)
    before, after = text.splitlines(), edited.data.decode().splitlines()
    gone = Counter(line for line in before if line.strip()) - Counter(after)
    assert gone.total() <= 4 * len(edits)
