"""The dialects: how each kind of provider is asked and its answer read. One module each, loaded by name.

What a dialect consists of stands in modelcat/dialect.py.
"""

from __future__ import annotations

import importlib
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from modelcat.dialect import Fields

if TYPE_CHECKING:
    from modelcat.dialect import Dialect

# Written out, so that checking a registry lists no folder and imports no dialect; a test compares it.
_NAMES: Final = (
    "anthropic",
    "atlascloud",
    "catwalk",
    "chutes",
    "cloudflare",
    "cohere",
    "copilot",
    "gemini",
    "helicone",
    "huggingface",
    "litellm",
    "lmstudio",
    "models_dev",
    "ollama",
    "openai",
    "xai",
)


def names() -> tuple[str, ...]:
    """The names of all dialects, sorted."""
    return _NAMES


def field_names() -> tuple[str, ...]:
    """The facts whose place in a row a registry entry may say (`fields`)."""
    return tuple(item.name for item in fields(Fields))


def load(name: str) -> Dialect:
    """The dialect called `name`. KeyError if there is none; the registry has checked it before."""
    if name not in _NAMES:
        raise KeyError(name)
    dialect: Dialect = importlib.import_module(f"modelcat.dialects.{name}").DIALECT
    return dialect
