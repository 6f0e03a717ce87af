"""The common case: `{"data": […]}` as OpenAI's /models answers, with what providers add to the rows.

Everybody adds the same facts under other names; the table below holds the names whose meaning is the same
wherever they occur. A name that means different things at different providers (max_tokens) is not in it:
the registry says it for the provider concerned (`fields`), as it says the unit of the prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.dialect import Dialect, Fields
from modelcat.dialects._lists import cursor, listed, whole, with_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.dialect import Row

FIELDS = Fields(
    # aihubmix and the feeds after it have model_id.
    id=("id", "model_id"),
    name=("display_name", "model_spec.name", "name", "title", "label"),
    type=(
        "model_type",
        "type",
        "types",
        "mode",
        "task_type",
        "task",
        "category",
        "kind",
        "endpoints",
        "supported_endpoints",
        "supported_endpoint_types",
        "capabilities.completion_chat",
        "capabilities.chat_completion",
        "capabilities.embeddings",
        "capabilities.moderation",
        "capabilities.ocr",
        "supports_chat",
        "is_chat_model",
    ),
    context_window=(
        "context_length",
        "context_window",
        "max_model_len",
        "max_context_length",
        "context_size",
        "limits.context",
        "limits.max_context_length",
        "model_spec.availableContextTokens",
        "metadata.context_length",
        "metadata.limits.context",
        "metadata.limits.max_context_length",
        "meta.n_ctx_train",
        "top_provider.context_length",
        "contextLength",
    ),
    max_output_tokens=(
        "top_provider.max_completion_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "max_output_length",
        "max_output",
        "limits.completion",
        "limits.max_output_tokens",
        "config.max_output_length",
        "model_spec.maxCompletionTokens",
        "metadata.limits.max_output_tokens",
        "metadata.limits.max_output",
        "maxOutput",
    ),
    input_price=(
        "pricing.prompt",
        "pricing.input",
        "pricing.input_tokens",
        "pricing.input_token",
        "pricing.input_per_million",
        "pricing.input_usd_per_mtok",
        "metadata.pricing.input_tokens",
        "metadata.pricing.input_per_million",
        "model_spec.pricing.input.usd",
        "input_token_price_per_m",
        "input_price_per_million",
        "input_token_price",
        "price.input.usd",
    ),
    output_price=(
        "pricing.completion",
        "pricing.output",
        "pricing.output_tokens",
        "pricing.output_token",
        "pricing.output_per_million",
        "pricing.output_usd_per_mtok",
        "metadata.pricing.output_tokens",
        "metadata.pricing.output_per_million",
        "model_spec.pricing.output.usd",
        "output_token_price_per_m",
        "output_price_per_million",
        "output_token_price",
        "price.output.usd",
    ),
    cache_read_price=(
        "pricing.input_cache_read",
        "pricing.input_cache_reads",
        "pricing.cache_read",
        "pricing.cached_input",
        "pricing.cache_read_tokens",
        "pricing.cache_read_per_million",
        "metadata.pricing.cache_read_tokens",
        "metadata.pricing.cached_input_per_million",
        "metadata.pricing.cache_read_per_million",
        "model_spec.pricing.cache_input.usd",
        "cache_read_token_price",
    ),
    cache_write_price=(
        "pricing.input_cache_write",
        "pricing.input_cache_writes",
        "pricing.cache_write",
        "model_spec.pricing.cache_write.usd",
        "cache_write_token_price",
    ),
    # friendli sells some models by the second and shows token prices all the same.
    price_kind=("pricing.unit_type", "pricing.unit"),
    input_modalities=(
        "architecture.input_modalities",
        "input_modalities",
        "inputModalities",
        "modalities.input",
        "metadata.input_modalities",
        "architecture.modality",
        "modality",
    ),
    output_modalities=(
        "architecture.output_modalities",
        "output_modalities",
        "outputModalities",
        "modalities.output",
        "metadata.output_modalities",
        "architecture.modality",
        "modality",
    ),
    image_input=(
        "supports_image_input",
        "supports_image_in",
        "supports_vision",
        "capabilities.vision",
        "capabilities.supports_vision",
        "metadata.capabilities.vision",
        "model_spec.capabilities.supportsVision",
    ),
    audio_input=("capabilities.audio", "supports_audio_in", "model_spec.capabilities.supportsAudioInput"),
    video_input=("supports_video_in", "model_spec.capabilities.supportsVideoInput"),
    reasoning=(
        "supports_reasoning",
        "reasoning",
        "capabilities.reasoning",
        "capabilities.thinking",
        "metadata.capabilities.reasoning",
        "model_spec.capabilities.supportsReasoning",
    ),
    tool_call=(
        "supports_tools",
        "supports_function_calling",
        "supports_tool_calling",
        "functionality.tool_call",
        "capabilities.function_calling",
        "capabilities.tools",
        "capabilities.tool_calling",
        "metadata.capabilities.tools",
        "metadata.capabilities.tool_calling",
        "model_spec.capabilities.supportsFunctionCalling",
    ),
    features=("supported_parameters", "supportedParameters", "supported_features", "features"),
    tags=("tags", "metadata.tags"),
    released=("released", "release_date", "created", "created_at"),
    deprecated=(
        "deprecated",
        "is_deprecated",
        "deprecation",
        "deprecation_date",
        "shutdown_date",
        "expiration_date",
        "expiration",
        "metadata.deprecated",
        "model_spec.deprecation.date",
    ),
)


def _next_page(payload: Any, url: str, rows: Sequence[Row]) -> str | None:
    if not isinstance(payload, dict):
        return None
    pages = payload.get("pagination")
    if isinstance(pages, dict):
        here, last = whole(pages.get("current_page")), whole(pages.get("total_pages"))
        if here is not None and last is not None and here < last:
            return with_query(url, page=here + 1)
    if payload.get("has_more") is True and rows:
        after = cursor(payload.get("last_id")) or cursor(rows[-1].get("id"))
        return with_query(url, after=after) if after else None
    return None


PLACES = ("data", "", "models", "data.models", "result", "items")
"""A server that has both `data` and `models` (llama.cpp) means the first."""
page = listed(*PLACES, next_url=_next_page)

DIALECT = Dialect(name="openai", version=1, fields=FIELDS, page=page)
