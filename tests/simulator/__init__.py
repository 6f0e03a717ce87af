"""A simulator of providers: a real HTTP server on loopback that serves catalogs of every shape, with faults.

    simulator = Simulator().start()
    shop = simulator.open("openrouter", count=300, faults=["503", "429"])
    …                      # ask shop.url; the first two questions get the faults, then the list comes
    simulator.log          # what was asked, with all headers
    simulator.stop()

Tests use the fixture in fixtures.py; benchmarks run it as a process of its own: `python -m tests.simulator`.
"""

from .catalogs import Sample, sample, sample_names
from .faults import FAULTS
from .server import Asked, Shop, Simulator

__all__ = ["FAULTS", "Asked", "Sample", "Shop", "Simulator", "sample", "sample_names"]
