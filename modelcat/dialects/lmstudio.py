"""LM Studio: its own lists (`{"models": [{"key", …}]}` since 0.4, `{"data": […]}` under /api/v0), which know
the windows that the OpenAI-compatible one leaves out.
"""

from __future__ import annotations

from modelcat.dialect import Dialect, Fields
from modelcat.dialects._lists import listed

FIELDS = Fields(
    id=("key", "id"),
    name=("display_name",),
    type=("type",),
    context_window=("max_context_length",),
    image_input=("capabilities.vision",),
    tool_call=("capabilities.trained_for_tool_use",),
    reasoning=("capabilities.reasoning",),
    tags=("capabilities",),
)

DIALECT = Dialect(name="lmstudio", version=1, fields=FIELDS, page=listed("models", "data"))
