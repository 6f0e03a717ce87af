"""Values of a person's config as they may be shown: without the secrets in them.

Stricter than the rules that report secrets (rules/secrets.py): whatever stands in a field named like one is
cut, because nothing is lost by not showing it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modelcat.rules.secrets import known, shown

if TYPE_CHECKING:
    from modelcat.tree import Tree

_FIELD: Final = re.compile(
    r"(?:key|token|secret|passw(?:or)?d|authorization|bearer|credential|cookie)s?$", re.IGNORECASE
)
_VARIABLE: Final = re.compile(r"(?:env|max)[-_]?(?:key|tokens?)$", re.IGNORECASE)
_HARMLESS: Final = 6
"""Characters up to which a value in such a field is no key: none, dummy."""


def veiled(tree: Tree, name: str = "") -> Tree:
    """A value, standing in a field called `name`, with every secret cut to four characters and its length."""
    if isinstance(tree, dict):
        return {key: veiled(value, key) for key, value in tree.items()}
    if isinstance(tree, list):
        return [veiled(value, name) for value in tree]
    if not isinstance(tree, str):
        return tree
    hidden = len(tree) > _HARMLESS and _FIELD.search(name) and not _VARIABLE.search(name)
    return shown(tree) if hidden or known(tree) else tree
