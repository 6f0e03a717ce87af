"""The providers of the benchmark: forty lists of ten thousand models, in the shapes real ones have.

Ids, limits and prices come from a small generator of numbers, so every run asks the same. The rows are as
long as those of real providers: some answer with bare ids, most with limits and prices, others with all.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
_MAKERS = (
    "anthropic",
    "openai",
    "google",
    "meta-llama",
    "qwen",
    "deepseek",
    "mistralai",
    "x-ai",
    "z-ai",
    "moonshotai",
)
_FAMILIES = ("claude", "gpt", "gemini", "llama", "qwen", "deepseek", "mistral", "grok", "glm", "kimi")
_KINDS = ("mini", "large", "instruct", "coder", "thinking", "vision", "flash", "pro", "base", "chat")
_TEXT = "a model for long documents and careful answers that follows instructions and calls tools well"
_WORDS = _TEXT.split()


@dataclass(frozen=True, slots=True)
class Place:
    """One provider of the benchmark."""

    name: str
    like: str
    """The simulator's sample whose dialect and shape its answer has."""
    rows: tuple[Row, ...]

    def later(self, count: int) -> tuple[Row, ...]:
        """Its rows `count` models later: the first ones are gone, as many new ones are there."""
        numbers = random.Random(f"{self.name} later {count}")  # noqa: S311  no secret is made of it
        fresh = (_rich(numbers, f"later/{self.name}-{count}-{i}") for i in range(count))
        return (*self.rows[count:], *fresh)

    def another(self, numbers: random.Random, name: str) -> Row:
        """One more row, of the shape of its others, with an id that ends in `name`."""
        return _MAKE[self.like](numbers, f"{numbers.choice(_MAKERS)}/{numbers.choice(_FAMILIES)}-{name}")


def world(providers: int = 40, models: int = 10_000) -> tuple[Place, ...]:
    """`providers` places with `models` models in all; the sizes fall as they do in life."""
    weights = [1 / (i + 1) ** 0.6 for i in range(providers)]
    sizes = [max(1, round(models * weight / sum(weights))) for weight in weights]
    sizes[0] += models - sum(sizes)
    return tuple(place(f"sim{i:02}", size, _LIKES[i % len(_LIKES)]) for i, size in enumerate(sizes))


def place(name: str, size: int, like: str) -> Place:
    """One provider with `size` models, that answers as `like` does."""
    numbers = random.Random(name)  # noqa: S311  no secret is made of it
    return Place(name, like, tuple(_MAKE[like](numbers, model_id) for model_id in _ids(numbers, size)))


def _ids(numbers: random.Random, size: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < size:
        which = numbers.randrange(len(_MAKERS))
        version = f"{numbers.randint(1, 9)}.{numbers.randint(0, 9)}"
        kind = f"{numbers.choice(_KINDS)}-{numbers.randint(1, 999)}b"
        found[f"{_MAKERS[which]}/{_FAMILIES[which]}-{version}-{kind}"] = None
    return list(found)


def _bare(numbers: random.Random, model_id: str) -> Row:
    made = numbers.randint(1_600_000_000, 1_790_000_000)
    return {"id": model_id, "object": "model", "created": made, "owned_by": model_id.partition("/")[0]}


def _lean(numbers: random.Random, model_id: str) -> Row:
    window = numbers.choice((8_192, 32_768, 131_072, 200_000, 1_048_576))
    return {
        **_bare(numbers, model_id),
        "context_window": window,
        "max_completion_tokens": window // 4,
        "active": True,
        "pricing": {"prompt": f"0.0000{numbers.randint(10, 999):04}", "completion": "0.000004"},
    }


def _rich(numbers: random.Random, model_id: str) -> Row:
    return {
        **_lean(numbers, model_id),
        "name": model_id.partition("/")[2].replace("-", " ").title(),
        "description": " ".join(numbers.choices(_WORDS, k=60)),
        "architecture": {
            "modality": "text+image->text",
            "input_modalities": ["text", "image"],
            "output_modalities": ["text"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        "top_provider": {"context_length": 131_072, "max_completion_tokens": 16_384, "is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "temperature", "tools", "tool_choice", "reasoning", "seed"],
        "hugging_face_id": model_id,
    }


def _google(numbers: random.Random, model_id: str) -> Row:
    return {
        "name": f"models/{model_id}",
        "version": "001",
        "displayName": "A model",
        "description": " ".join(numbers.choices(_WORDS, k=20)),
        "inputTokenLimit": numbers.choice((32_768, 1_048_576)),
        "outputTokenLimit": 8_192,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


_MAKE: dict[str, Callable[[random.Random, str], Row]] = {
    "openrouter": _rich,
    "groq": _lean,
    "openai": _bare,
    "togetherai": _lean,
    "gemini": _google,
    "featherless": _lean,
}
_LIKES = ("openrouter", "groq", "openrouter", "openai", "openrouter", "togetherai", "groq", "gemini")
