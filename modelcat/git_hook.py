"""Putting the validating hook into a git repository of the person's, where git will look for it.

The repository is the person's, so their git settings count: core.hooksPath above all. The hook itself is
hooks/pre-commit, a shell script that is shipped as it is.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from modelcat.errors import RepoError

MARK = b"# modelcat git hook"
"""How a hook of ours is told from anybody else's."""


def install(start: Path | None = None) -> Path:
    """Install the hook into the repository around `start` (the current folder), and give its path.

    An older hook of ours is replaced. RepoError if there is no repository, if somebody else's pre-commit
    hook is there, or if core.hooksPath leads out of the repository, where it would run for others too.
    """
    folder = (start or Path.cwd()).absolute()
    top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    common = Path(_git(folder, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    hooks = Path(_git(folder, "rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    _check_place(hooks, top, common)
    path = hooks / "pre-commit"
    text = shipped().read_bytes()
    _check_free(path)
    try:
        hooks.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        path.chmod(0o755)
    except OSError as error:
        raise RepoError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def shipped() -> Path:
    """The hook as modelcat ships it: beside this module in a wheel, one folder up in a checkout."""
    here = Path(__file__).parent
    folder = here / "hooks"
    return (folder if folder.is_dir() else here.parent / "hooks") / "pre-commit"


def _check_place(hooks: Path, top: Path, common: Path) -> None:
    place = hooks.resolve()
    if not any(place.is_relative_to(inside.resolve()) for inside in (top, common)):
        raise RepoError(
            f"core.hooksPath leads to {hooks}, which other repositories use too; call modelcat-validate from "
            f"the pre-commit hook there, or unset core.hooksPath here"
        )


def _check_free(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_file() or MARK not in path.read_bytes():
        raise RepoError(
            f"{path} is there already and is not ours; add a line to it: modelcat-validate FILE… "
            f"(or use the hook modelcat-validate of pre-commit)"
        )


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise RepoError("git is not on PATH") from None
    if done.returncode:
        raise RepoError(f"{folder}: no git repository with files of its own; run this inside one")
    return done.stdout.rstrip("\n")
