"""A machine whose packets are dropped, in a network of its own: names never resolve, or nobody connects.

Needs the right to make namespaces (Linux, `unshare`), which many containers do not give.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15
"""Seconds in which a first sync ends, whatever the network does not do."""
# One end of a cable that leads to nobody; what is sent to the neighbour whose address is known is lost.
NOWHERE = """
set -e
export PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up
ip link add here type veth peer name there
ip link set there up
ip addr add 192.0.2.2/24 dev here
ip link set here up
ip route add default via 192.0.2.1 dev here
ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev here
mount --bind "$1" /etc/resolv.conf
mount --bind "$2" /etc/hosts
shift 2
exec "$@"
"""


def dropped(folder: Path, names: list[str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program where every packet is lost. `names` are known, but nobody answers at their address."""
    (folder / "resolv.conf").write_text("nameserver 198.51.100.53\n")
    (folder / "hosts").write_text("".join(f"198.51.100.7 {name}\n" for name in ("localhost.test", *names)))
    shell = ["unshare", "-rnm", "sh", "-c", NOWHERE, "sh", str(folder / "resolv.conf"), str(folder / "hosts")]
    return subprocess.run(
        [*shell, *words], capture_output=True, text=True, check=False, timeout=120, cwd=folder
    )


@pytest.fixture(autouse=True)
def _allowed(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("unshare and ip (util-linux, iproute2) are not here")
    tried = dropped(tmp_path, [], "true")
    if tried.returncode:
        pytest.skip(f"no networks of one's own here: {tried.stderr.strip()[:100]}")


def hosts() -> list[str]:
    """The hosts that the shipped providers are asked at."""
    text = (ROOT / "config" / "providers.toml").read_text("utf-8")
    urls: list[str] = []
    for row in tomllib.loads(text)["providers"].values():
        one = (row.get("base_url"), row.get("models_url"), row.get("details_url"))
        urls += [url for url in (*one, *row.get("models_url_fallbacks", ())) if url]
    return sorted(
        {host for url in urls if "{" not in url and (host := urlsplit(url).hostname)} - {"localhost"}
    )


@pytest.mark.parametrize("known", [False, True], ids=["names", "connections"])
def test_a_first_sync_ends_with_the_snapshot(*, known: bool, tmp_path: Path) -> None:
    names = hosts() if known else []
    assert len(names) > 50 or not known
    done = dropped(tmp_path, names, sys.executable, "-m", "modelcat", "sync", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["no_network"]
    assert told["models"] > 1000
    assert told["embedded"]["as_of"]
    assert told["commit"]
    # Slower than names that are refused at once: this really was a network in which nothing comes back.
    assert 4 < told["seconds"] < PATIENCE
