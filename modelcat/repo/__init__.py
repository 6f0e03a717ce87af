"""The managed repositories: the catalog, which can be shared (catalog.py), and the private one with backups
and bases (private.py).

git is started here and nowhere else, and only when something has to be asked of it. How git is kept from
being led astray stands in git.py, how commits are written in importer.py, the folder's files in
worktree.py. Nothing is imported by the package itself: whoever needs one repository does not load the other.
"""
