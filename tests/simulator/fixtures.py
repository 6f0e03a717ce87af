"""The simulator as a pytest fixture: `from simulator.fixtures import simulator`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator without shops, running; it is stopped after the test."""
    with Simulator() as running:
        yield running
