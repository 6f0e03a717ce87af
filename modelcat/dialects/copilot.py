"""GitHub Copilot's list: `{"data": […]}` with limits and skills under `capabilities`.

It wants a Copilot token. How such a token is made of a GitHub one is undocumented and would send that key to
another origin than the provider's, so it is not done here.
"""

from __future__ import annotations

from types import MappingProxyType

from modelcat.dialect import Dialect, Fields
from modelcat.dialects.openai import page

FIELDS = Fields(
    name=("name",),
    type=("capabilities.type",),
    context_window=("capabilities.limits.max_context_window_tokens",),
    max_output_tokens=("capabilities.limits.max_output_tokens",),
    image_input=("capabilities.supports.vision",),
    tool_call=("capabilities.supports.tool_calls",),
    reasoning=("capabilities.supports.thinking", "capabilities.supports.reasoning_effort"),
    deprecated=("deprecated",),
)

DIALECT = Dialect(
    name="copilot",
    version=1,
    fields=FIELDS,
    page=page,
    headers=MappingProxyType({"editor-version": "modelcat/1"}),
)
