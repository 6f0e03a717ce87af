"""Values of configs in a few words, as the formats themselves write them: true, null, "text"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from modelcat.veil import veiled

if TYPE_CHECKING:
    from modelcat.tree import Tree

_LONGEST = 60
"""Characters that are shown."""


def value_text(value: Tree, name: str) -> str:
    """A value that stands in a field called `name`; secrets are cut, and so is what is too long."""
    text = json.dumps(veiled(value, name), ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
