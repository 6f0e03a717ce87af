"""xAI's /language-models: `{"models": […]}` with modalities and prices; its plain /models has ids only."""

from __future__ import annotations

from dataclasses import replace

from modelcat.dialect import Dialect
from modelcat.dialects._lists import listed
from modelcat.dialects.openai import FIELDS as OPENAI

FIELDS = replace(
    OPENAI,
    input_price=("prompt_text_token_price",),
    output_price=("completion_text_token_price",),
    cache_read_price=("cached_prompt_text_token_price",),
    cache_write_price=(),
)

DIALECT = Dialect(name="xai", version=1, fields=FIELDS, page=listed("models", "data"))
