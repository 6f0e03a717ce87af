"""Several syncs at once in one managed folder: one works, the others say who does, nothing is harmed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

from tests.faults import ground
from tests.real_git import git
from tests.simulator import Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]


def modelcat(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "modelcat", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(simulator: Simulator) -> None:
    """Until somebody has asked."""
    limit = time.monotonic() + 60
    while not simulator.log:
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_the_second_says_who_is_at_work(simulator: Simulator) -> None:
    simulator.open("openrouter", "acme", count=3, always="never answers")
    settings = ground.prepare(simulator)
    with modelcat("sync", "--timeout", "600") as first:
        wait_for(simulator)
        with modelcat("sync") as second:
            out, err = second.communicate(timeout=60)
        assert (second.returncode, out) == (3, "")
        told = re.fullmatch(
            r"error: another modelcat is running: `modelcat sync`, process (\d+), since [\d: -]+ UTC; "
            r"wait for it to end, then run it again\n",
            err,
        )
        assert told, err
        assert int(told[1]) == first.pid
        # What is only read needs no lock.
        with modelcat("models") as reader:
            reader.communicate(timeout=60)
        assert reader.returncode == 0
        first.kill()
    assert first.returncode == -signal.SIGKILL
    # A lock of the dead is no lock.
    simulator.shops["acme"].always = None
    with modelcat("sync") as third:
        out, err = third.communicate(timeout=60)
    assert (third.returncode, err) == (0, "")
    ground.assert_whole(settings)


def test_many_at_once_harm_nothing(simulator: Simulator) -> None:
    shops = ground.shops(simulator, ground.FEW, latency=0.05)
    settings = ground.prepare(simulator)
    running = [modelcat("sync") for _ in range(6)]
    said = [process.communicate(timeout=120) for process in running]
    codes = [process.returncode for process in running]
    assert set(codes) <= {0, 3}
    assert 0 in codes
    for code, (_, err) in zip(codes, said, strict=True):
        assert err == "" if code == 0 else "another modelcat is running" in err
    assert git(settings.catalog, "rev-list", "--count", "HEAD").strip() == "1"
    assert ground.ids(settings) == {shop.name: shop.ids for shop in shops}
    ground.assert_whole(settings)
