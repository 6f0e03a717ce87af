"""The managed repositories: the catalog, which can be shared, and the private one with backups and bases.

git is started here and nowhere else, and only when something has to be asked of it. How git is kept from
being led astray stands in git.py, how commits are written in importer.py, the folder's files in
worktree.py.
"""

from __future__ import annotations

from modelcat.repo.ahead import Ahead
from modelcat.repo.catalog import PERSONAL, CatalogRepo
from modelcat.repo.history import LineChange
from modelcat.repo.lines import merged_by_lines
from modelcat.repo.objects import Entry, Tag, utc
from modelcat.repo.private import BackupFile, Kept, Manifest, PrivateRepo

__all__ = [
    "PERSONAL",
    "Ahead",
    "BackupFile",
    "CatalogRepo",
    "Entry",
    "Kept",
    "LineChange",
    "Manifest",
    "PrivateRepo",
    "Tag",
    "merged_by_lines",
    "utc",
]
