"""A pytest plugin for mutation runs (docs/mutation.md): EXAMPLES caps what Hypothesis tries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import Phase, settings

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every property its settings, with fewer examples and no chance; one that fails is enough."""
    most = int(os.environ.get("EXAMPLES", "0"))
    for item in items:
        test = getattr(item, "function", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None:
            count = min(own.max_examples, most) if most else own.max_examples
            test._hypothesis_internal_use_settings = settings(  # type: ignore[union-attr]
                own,
                max_examples=count,
                derandomize=True,
                database=None,
                phases=(Phase.explicit, Phase.generate),
            )
