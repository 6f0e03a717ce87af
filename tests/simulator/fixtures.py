"""The simulator as a pytest fixture: `from tests.simulator.fixtures import running_simulator  # noqa: F401`.

Test functions then take an argument called `simulator`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .server import Simulator


@pytest.fixture(name="simulator")
def running_simulator() -> Iterator[Simulator]:
    """A simulator without shops, running; it is stopped after the test."""
    with Simulator() as running:
        yield running


simulator = running_simulator
"""The same, for modules that would rather import it by the name of the argument."""
