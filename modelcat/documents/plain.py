"""Values to lines: YAML blocks, TOML sections, JSON over several lines, and whole generated files.

The plain writer: about fifty times as fast as a round-trip library, for text that has no history. What a
person wrote is never written by it, only what is added to it. One-line values are in render.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelcat.documents.render import DEFAULT, Look, check_depth, inline, key_text, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.tool import Syntax
    from modelcat.tree import Tree

_LONGEST_SIMPLE_KEY: Final = 1_000
"""YAML wants the colon of a key on the same line within 1,024 characters; longer keys need a `?`."""
_SCALARS: Final = frozenset({str, int, bool, float, type(None)})
_SHARED_DEPTH: Final = 2
"""Where generated YAML files have what they share: a client in a list, an api in a map."""
Written = dict[tuple[int, str], str]
"""(id of a collection, its indentation) -> its text. Good for as long as the collections live."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def block(  # noqa: PLR0917
    value: Tree, pad: str, look: Look, out: list[str], depth: int = 0, written: Written | None = None
) -> None:
    """Append the lines of a YAML map or list in block style, indented by `pad`, without line endings.

    What is taken from `written` is all of its lines in one.
    """
    check_depth(depth)
    if written is not None and depth == _SHARED_DEPTH:
        text = written.get((id(value), pad))
        if text is None:
            lines: list[str] = []
            _collection(value, pad, look, lines, depth, written)
            text = written[id(value), pad] = "\n".join(lines)
        out.append(text)
    else:
        _collection(value, pad, look, out, depth, written)


def _collection(  # noqa: PLR0917
    value: Tree, pad: str, look: Look, out: list[str], depth: int, written: Written | None
) -> None:
    if isinstance(value, dict):
        _block_map(value, pad, look, out, depth, written)
    else:
        _block_list(value, pad, look, out, depth, written)


def _block_map(  # noqa: PLR0917
    value: dict[str, Tree], pad: str, look: Look, out: list[str], depth: int, written: Written | None
) -> None:
    uniform = not (look.fields or look.kinds or look.base)
    for key, item in value.items():
        kind = type(item)
        under = look if uniform else look.under(key, kind)
        name = key_text(key, "yaml", look.key_sign)
        if len(name) > _LONGEST_SIMPLE_KEY:
            out.append(f"{pad}? {name}")
            name = ""
        if kind in _SCALARS:
            out.append(f"{pad}{name}: {scalar(item, 'yaml', under.sign)}")
        elif (kind is dict or kind is list) and not under.in_brackets(item):
            out.append(f"{pad}{name}:")
            inner = pad + " " * (under.unit if kind is dict else under.dash)
            block(item, inner, under, out, depth + 1, written)
        else:
            out.append(f"{pad}{name}: {inline(item, 'yaml', under, depth + 1)}")


def _block_list(  # noqa: PLR0917
    value: list[Tree], pad: str, look: Look, out: list[str], depth: int, written: Written | None
) -> None:
    inner = pad + " " * look.gap
    dash = pad + "-" + " " * (look.gap - 1)
    for item in value:
        under = look.under("", type(item))
        if under.in_brackets(item):
            out.append(dash + inline(item, "yaml", under, depth + 1))
            continue
        first = len(out)
        block(item, inner, under, out, depth + 1, written)
        out[first] = dash + out[first][len(inner) :]


def sections(
    value: dict[str, Tree], path: str, out: list[str], *, spaced: bool = True, depth: int = 0
) -> None:
    """Append the lines of a TOML table: its own values, then its tables, each under a header below `path`."""
    check_depth(depth)
    tables = []
    for key, item in value.items():
        if isinstance(item, dict) or is_array_of_tables(item):
            tables.append((key, item))
        else:
            out.append(f"{key_text(key, 'toml')} = {inline(item, 'toml', None, depth + 1)}")
    for key, item in tables:
        name = f"{path}.{key_text(key, 'toml')}" if path else key_text(key, "toml")
        for table in [item] if isinstance(item, dict) else item:
            # A name in a header takes two of the levels that are read back.
            section(table, name, out, array=isinstance(item, list), spaced=spaced, depth=depth + 2)


def section(
    table: dict[str, Tree], name: str, out: list[str], *, array: bool, spaced: bool = True, depth: int = 0
) -> None:
    """Append the lines of one TOML table with its header and the tables below it."""
    if array or not _only_tables(table):
        if spaced and out:
            out.append("")
        out.append(f"[[{name}]]" if array else f"[{name}]")
    sections(table, name, out, spaced=spaced, depth=depth)


def is_array_of_tables(value: Tree) -> bool:
    """Can a list be written as sections?"""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _only_tables(table: dict[str, Tree]) -> bool:
    """Can the header be left out, because longer headers imply it?"""
    return bool(table) and all(isinstance(item, dict) or is_array_of_tables(item) for item in table.values())


def json_lines(value: Tree, pad: str, unit: str, depth: int = 0) -> str:
    """A JSON value over several lines; the first one is not indented, the others by `pad` at least."""
    if not isinstance(value, dict | list) or not value:
        return inline(value, "json", None, depth)
    check_depth(depth)
    inner = pad + unit
    if isinstance(value, dict):
        parts = [
            f"{key_text(key, 'json')}: {json_lines(item, inner, unit, depth + 1)}"
            for key, item in value.items()
        ]
        opening, closing = "{", "}"
    else:
        parts = [json_lines(item, inner, unit, depth + 1) for item in value]
        opening, closing = "[", "]"
    separator = ",\n" + inner
    return f"{opening}\n{inner}{separator.join(parts)}\n{pad}{closing}"


def dump(tree: Tree, syntax: Syntax, heading: Sequence[str] = (), written: Written | None = None) -> str:
    """`tree` as the text of a generated file, ending in a newline; heading: comment lines for the top.

    `written`: what the files before this one held, for files that hold the very same collections; it grows.
    ValueError for values that the syntax has not, and for a heading in JSON, which has no comments.
    """
    sign = {"yaml": "#", "toml": "#", "jsonc": "//"}.get(syntax)
    if heading and not sign:
        raise ValueError("JSON has no comments")
    out = [f"{sign} {_CONTROL.sub(' ', line)}".rstrip() for line in heading]
    if syntax == "toml":
        if not isinstance(tree, dict):
            raise TypeError("a TOML file is a table")
        sections(tree, "", out)
    elif syntax == "yaml" and isinstance(tree, dict | list) and tree:
        block(tree, "", DEFAULT, out, written=written)
    else:
        out.append(json_lines(tree, "", "  ") if syntax != "yaml" else inline(tree, syntax))
    return "\n".join(out) + "\n" if out else ""
