"""`python -m benchmarks`: one table of what modelcat takes and what a plain program takes for the same.

--rounds N     rounds of each measurement, of which the median counts (default 5)
--only PART    startup, sync, merge (may be repeated; default all)
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import merging, startup, syncing
from benchmarks.measure import FailedError, Row, table

PARTS = {"startup": startup.rows, "sync": syncing.rows, "merge": merging.rows}


def main() -> int:
    """Measure and print; 1 if something that was promised is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", choices=list(PARTS))
    chosen = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="modelcat-bench-") as name:
        folder = Path(name)
        for part in chosen.only or PARTS:
            own = folder / part
            own.mkdir()
            print(f"measuring {part} …", file=sys.stderr)
            try:
                rows += PARTS[part](own, _environment(own), chosen.rounds)
            except FailedError as error:
                print(f"error: {error}", file=sys.stderr)
                return 2
    print(table(rows))
    return 1 if any(row.kept is False for row in rows) else 0


def _environment(folder: Path) -> dict[str, str]:
    """No key, no home but this one, no network but loopback is used."""
    home = folder / "user"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": str(home), "MODELCAT_HOME": str(folder / "managed"), "NO_COLOR": "1"}


if __name__ == "__main__":
    sys.exit(main())
