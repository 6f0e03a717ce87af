"""The person's files: read them, write several at once or none, finish what a killed run began.

Reading follows symlinks and writing leaves them: what they point to is replaced. New contents are staged
beside their places and renamed over them after a last look that nobody changed the file meanwhile. What is
written is decided in plan.py, what is kept beforehand in transaction.py.
"""

from __future__ import annotations

from modelcat.files.lock import locked
from modelcat.files.reading import Snapshot, read
from modelcat.files.steps import Write, differs
from modelcat.files.writing import Recovery, recover, write_all

__all__ = ["Recovery", "Snapshot", "Write", "differs", "locked", "read", "recover", "write_all"]
