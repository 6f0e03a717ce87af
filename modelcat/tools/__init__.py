"""The tools modelcat writes for: one module each, ending in TOOL = Tool(…), imported when asked for."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from modelcat.errors import UsageError

if TYPE_CHECKING:
    from modelcat.tool import Tool


@cache
def names() -> tuple[str, ...]:
    """The names of all tools, sorted. A module dropped into this folder is one more."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    )


def load(name: str) -> Tool:
    """The tool of that name. UsageError with the nearest names if there is none."""
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise UsageError(f"no tool is called {name!r}; {meant}")
    tool: Tool = importlib.import_module(f"{__name__}.{name}").TOOL
    return tool
