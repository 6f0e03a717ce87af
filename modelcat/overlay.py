"""Changes to modelcat's own TOML files, made in place: the person's comments and order stay.

Text in, text out. What the files mean is read in registry.py and settings.py; where they are, and writing
them, is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat import documents
from modelcat.documents import Delete, Insert, Set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelcat.documents import Edit
    from modelcat.tree import Tree


def with_row(text: str, path: str, table: str, name: str, row: Mapping[str, Any]) -> str:
    """`text` with the keys of `row` in [`table`.`name`], which is made where it is not there.

    Raises DocumentError for a text that cannot be read or edited.
    """
    document = documents.parse(text.encode(), "toml", path)
    value = {key: list(item) if isinstance(item, tuple) else item for key, item in row.items()}
    return document.edited(list(_row_edits(document.tree, table, name, value))).data.decode()


def with_value(text: str, path: str, table: str, name: str, value: str) -> str:
    """`text` with `name` = `value` in [`table`]. Raises DocumentError."""
    document = documents.parse(text.encode(), "toml", path)
    return document.edited([_put(document.tree, table, name, value)]).data.decode()


def without(text: str, path: str, table: str, name: str) -> str:
    """`text` without `name` in [`table`]; as it was where there is none. Raises DocumentError."""
    document = documents.parse(text.encode(), "toml", path)
    if name not in document.tree.get(table, {}):
        return text
    return document.edited([Delete((table, name))]).data.decode()


def _row_edits(tree: Tree, table: str, name: str, row: Mapping[str, Any]) -> Iterator[Edit]:
    there = tree.get(table, {}).get(name)
    if there is None:
        yield _put(tree, table, name, dict(row))
        return
    for key, value in row.items():
        if key in there:
            yield Set((table, name, key), value)
        else:
            yield Insert((table, name), key, value, None)


def _put(tree: Tree, table: str, name: str, value: Tree) -> Edit:
    if table not in tree:
        return Insert((), table, {name: value}, None)
    if name in tree[table]:
        return Set((table, name), value)
    return Insert((table,), name, value, None)
