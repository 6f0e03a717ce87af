"""`python -m tests.simulator`: the simulator as a process of its own, for benchmarks and for trying things.

Prints its base URL on the first line and serves until it is stopped. The registry of its providers is at
/registry.toml.
"""

from __future__ import annotations

import argparse
import signal
import threading

from . import Simulator, sample_names


def main() -> None:
    """Read the options, open the shops, wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--providers", type=int, default=40)
    parser.add_argument("--models", type=int, default=10_000, help="of all providers together")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--etags", action="store_true")
    parser.add_argument("--like", default="openrouter", help="samples, by comma, in turn; or all")
    options = parser.parse_args()
    likes = sample_names() if options.like == "all" else options.like.split(",")
    simulator = Simulator(options.port).start()
    for number in range(options.providers):
        share = (
            options.models * (number + 1) // options.providers - options.models * number // options.providers
        )
        shop = simulator.open(
            likes[number % len(likes)],
            f"sim{number:02d}",
            count=share,
            latency=options.latency_ms / 1000,
            etags=options.etags,
        )
        shop.body({})
    print(simulator.origin, flush=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    stop.wait()
    simulator.stop()


if __name__ == "__main__":
    main()
