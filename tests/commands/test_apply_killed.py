"""apply killed for real before everything it does to the disk: all files old or all new afterwards."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from modelcat.errors import ExitCode
from tests.killed import run_until
from tests.world import World, changed, decisions

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "aichat": "model: x:y # mine\n",
    "mods": "default-api: x\n# mine\nword-wrap: 80\n",
    "codex": 'model = "gpt-5" # mine\n',
}


def state(world: World) -> dict[str, bytes | None]:
    names = [("aichat", None), ("mods", None), ("codex", None), ("codex", "groq.config.toml")]
    names.append(("codex", "modelcat/groq.json"))
    paths = {f"{tool} {name}": world.path(tool, name) for tool, name in names}
    return {name: path.read_bytes() if path.exists() else None for name, path in paths.items()}


@pytest.mark.slow
def test_killed_before_every_touch_of_the_disk(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(home, monkeypatch)
    world.key("groq")
    world.listing("groq", ["m1", "m2"])
    for tool, text in TEXTS.items():
        world.write(tool, text)
    old = state(world)
    template, managed = tmp_path / "template", world.settings.home
    shutil.copytree(home, template / "home")
    shutil.copytree(managed, template / "managed")
    world.apply()
    new = state(world)
    seen = set()
    for step in range(10_000):
        for place, kept in ((home, "home"), (managed, "managed")):
            shutil.rmtree(place)
            shutil.copytree(template / kept, place)
        killed = run_until(step, world.apply)
        if not killed:
            assert state(world) == new
            break
        result = world.apply("mods") if step % 2 else world.apply()
        assert result.exit_code == ExitCode.OK
        # What the killed run had begun is finished or forgotten, never half done.
        found = state(world)
        seen.add("new" if found == new else "old")
        if step % 2 and found != new:
            assert found == {**old, "mods None": new["mods None"]}, f"killed before touch {step}"
        else:
            assert found == new, f"killed before touch {step}"
        # And what is remembered fits: nothing more to do, nothing taken for deleted or edited.
        rest = world.apply()
        assert state(world) == new
        assert not changed(world.apply())
        assert not [d for d in decisions(rest) if d.case in {"deleted", "edited", "conflict", "yours"}]
        left = [path.name for path in home.rglob("*") if ".modelcat-" in path.name]
        assert not left, f"killed before touch {step}: {left}"
        assert not os.path.lexists(managed / "journal.json")
    assert seen == {"old", "new"}
    assert step > 20
