"""Who is told at once what cannot wait for a command's result, which an error may keep from coming.

Set by whoever talks to the person; nobody is told where nobody listens. The words are in output/.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.files import Recovery


def _nobody(found: Recovery) -> None:
    del found


recovered: ContextVar[Callable[[Recovery], None]] = ContextVar("recovered", default=_nobody)
"""Hears what a run that was killed had left of the person's files, and what became of it."""
