"""Offers to render: every provider of the shipped registry, each with the same handful of awkward models."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from modelcat import registry
from modelcat.catalog import Cost, Model
from modelcat.tool import Offer

if TYPE_CHECKING:
    from modelcat.catalog import Provider
    from modelcat.tool import Tool

_PROVIDERS = Path(__file__).parent.parent / "config" / "providers.toml"

AWKWARD_IDS = (
    "@cf/meta/llama-3.1-8b-instruct",
    "4.1",
    "0755",
    "1e5",
    "2024-08-06",
    "a #b",
    "a: b",
    "vendor/model:free",
    "*starred",
    "&anchored",
    "null",
    "~",
    "on",
    "True",
    'it\'s "quoted" \\ and more',
    "Ünïcode/模型",
    "x" * 120,
    "- dash",
    "[flow]",
    "{brace}",
    "%percent",
    "back`tick",
    "$(touch pwned)",
    "trailing ",
)
"""Ids that a careless writer of YAML, TOML or JSON turns into something else."""

MODELS = (
    Model(
        "vendor/reasoner-1",
        name="Reasoner 1",
        context_window=1_048_576,
        max_output_tokens=65_536,
        input_modalities=("text", "image", "pdf"),
        output_modalities=("text",),
        reasoning=True,
        tool_call=True,
        cost=Cost(Decimal("1.25"), Decimal(10), Decimal("0.125")),
        released="2026-10-01",
    ),
    Model(
        "vendor/plain",
        context_window=8192,
        input_modalities=("text",),
        reasoning=False,
        tool_call=True,
        cost=Cost(Decimal("0.000001"), Decimal("0.33")),
        released="2025-03-02",
    ),
    Model("vendor/free:free", context_window=32_000, cost=Cost(Decimal(0), Decimal(0)), tool_call=True),
    Model("bare"),
    Model("no-tools", context_window=4096, tool_call=False),
    Model("speaks-only", output_modalities=("audio",)),
    Model("embedder", mode="embedding", context_window=512, cost=Cost(Decimal("0.02"))),
    Model("ranker", mode="rerank"),
    Model("painter", mode="image"),
    *(Model(awkward, context_window=1000, released="2024-01-01") for awkward in AWKWARD_IDS),
)


def shipped() -> registry.Registry:
    """The registry as it is shipped."""
    return registry.load(_PROVIDERS.read_text("utf-8"))


def providers(tool: Tool) -> tuple[Provider, ...]:
    """Every shipped provider that `tool` can be written for, by id, disabled ones included."""
    return tuple(p for p in shipped().providers.values() if tool.refuses(p) is None)


def offers(tool: Tool) -> tuple[Offer, ...]:
    """One offer per provider that can be written, of the sample models the tool takes."""
    fitting = tuple(sorted((m for m in MODELS if tool.unfit(m) is None), key=lambda m: m.id))
    return tuple(Offer(provider, fitting) for provider in providers(tool))
