"""Whatever the umask says, what modelcat writes is the person's alone: folders 0700, files 0600 or less."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.faults import ground
from tests.faults.starter import Starter
from tests.simulator import Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

COMMANDS = (
    ("init",),
    ("sync",),
    ("sync", "--force", "--apply"),
    ("generate",),
    ("backup",),
    ("apply",),
    ("diff",),
    ("status",),
    ("doctor",),
    ("providers", "add", "mine", "--kind", "openai", "--base-url", "http://127.0.0.1:9/v1"),
    ("clean", "--temp"),
)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_of_everything_written(simulator: Simulator, tmp_path: Path, home: Path, umask: int) -> None:
    ground.shops(simulator, ground.FEW)
    settings = ground.prepare(simulator)
    mine = settings.catalog / "providers.toml"
    mine.chmod(0o600)
    before = set(home.rglob("*"))
    mods = home / ".config" / "mods" / "mods.yml"
    mods.parent.mkdir(parents=True, exist_ok=True)
    mods.write_text("# mine\napis: {}\n", "utf-8")
    mods.chmod(0o640)
    known = {*before, *mods.parents, mods}
    with Starter(tmp_path) as starter:
        for words in COMMANDS:
            done = starter.run(*words, umask=umask)
            assert done.code in {0, 1}, (words, done.err)
    wrong = [f"{oct(mode)} {path}" for path in ground.written(settings.home) if (mode := too_open(path))]
    wrong += [
        f"{oct(mode)} {path}" for path in home.rglob("*") if path not in known and (mode := too_open(path))
    ]
    assert wrong == []
    # What was the person's own keeps the mode it had.
    assert stat.S_IMODE(mods.stat().st_mode) == 0o640


def too_open(path: Path) -> int:
    """The mode of a file or folder that others can get at, else 0."""
    if path.is_symlink():
        return 0
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode if mode & 0o077 else 0
