"""The dialects: how each kind of provider is asked and its answer read. One module each, loaded by name.

What a dialect consists of stands in modelcat/dialect.py.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modelcat.dialect import Dialect

# Written out, so that checking a registry lists no folder and imports no dialect; a test compares it.
_NAMES: Final = (
    "aihubmix",
    "anthropic",
    "atlascloud",
    "azure",
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
    "venice",
    "xai",
)

_FIELD_NAMES: Final = (
    "id",
    "name",
    "type",
    "context_window",
    "max_output_tokens",
    "input_price",
    "output_price",
    "cache_read_price",
    "cache_write_price",
    "input_modalities",
    "output_modalities",
    "reasoning",
    "tool_call",
    "vision",
    "features",
    "released",
    "deprecated",
)


def names() -> tuple[str, ...]:
    """The names of all dialects, sorted."""
    return _NAMES


def field_names() -> tuple[str, ...]:
    """The facts whose place in a row a registry entry may say (`fields`)."""
    return _FIELD_NAMES


def load(name: str) -> Dialect:
    """The dialect called `name`. KeyError if there is none; the registry has checked it before."""
    if name not in _NAMES:
        raise KeyError(name)
    dialect: Dialect = importlib.import_module(f"modelcat.dialects.{name}").DIALECT
    return dialect
