"""Runs programs for measure.py, from a process that stays small: a line of JSON in, a line of JSON out.

A program's peak memory counts from when it was forked, so one started by a large process never has less than
that. Started by `measure.program`; imports nothing it does not need.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        start = time.perf_counter()
        process = subprocess.Popen(
            asked["command"],
            env=asked["env"],
            cwd=asked["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        answer = {
            "seconds": seconds,
            # Linux says kilobytes, macOS bytes.
            "peak": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            "code": process.returncode,
            "said": said.decode(errors="replace")[-2000:],
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
