"""The life of three configs: what the person does to the files; the edits themselves are in person.py."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from modelcat import tools as all_tools
from tests.config_life import TOOLS, Chance, Life, Name

BROKEN = {".yaml": b"\nx: [\n", ".yml": b"\nx: [\n", ".toml": b"\nx = = 1\n"}
"""Suffix -> what makes a file unreadable at its end."""


class Hands(Life):
    """A machine with somebody at it."""

    def hand(self, tool: str, random: Random) -> Name | None:
        """One of the tool's files that can be edited."""
        if tool in self.alone:
            return None
        names = [name for name in self.look() if name[0] == tool and not name[1].endswith(".json")]
        main = (tool, all_tools.load(tool).main)
        name = random.choice([main, *names])
        return name if name in names and name not in self.broken and self.place(name).exists() else None

    def write(self, name: Name, data: bytes) -> None:
        place = self.place(name)
        self.old.setdefault(name, []).append(place.read_bytes())
        if place.read_bytes() != data:
            place.write_bytes(data)
            self.touched.add(name)

    @rule(tool=st.sampled_from(TOOLS), random=Chance, times=st.integers(1, 4))
    def edit(self, tool: str, random: Random, times: int) -> None:
        for _ in range(times):
            name = self.hand(tool, random)
            if name:
                data = self.place(name).read_bytes()
                way = random.choice(["comment", "values", "values", "values", "style"])
                if way == "values":
                    self.write(name, self.person.values(tool, name[1], data, random))
                else:
                    self.write(name, getattr(self.person, way)(name[1], data, random))

    @rule(
        tool=st.sampled_from(TOOLS),
        random=Chance,
        what=st.sampled_from(["delete", "link", "hollow", "mode", "spoil", "bring_back"]),
    )
    def handle(self, tool: str, random: Random, what: str) -> None:
        """Something done to a file as a whole."""
        there = [name for name, found in self.look().items() if found.data is not None]
        names = [
            name
            for name in (self.old if what == "bring_back" else there)
            if name[0] == tool and name not in self.broken
        ]
        if names and tool not in self.alone:
            name = random.choice(names)
            self.touched.add(name)
            getattr(self, what)(name, self.place(name), random)

    def delete(self, name: Name, place: Path, _random: Random) -> None:
        self.old.setdefault(name, []).append(place.read_bytes())
        place.unlink()

    def link(self, name: Name, place: Path, random: Random) -> None:
        """The file moves to where a person keeps such files, and a link stands in its place."""
        if not place.is_symlink():
            target = self.world.home / "dotfiles" / f"{name[0]}-{self.person.new()}"
            target.parent.mkdir(exist_ok=True)
            place.rename(target)
            place.symlink_to(random.choice([str(target), os.path.relpath(target, place.parent)]))

    def hollow(self, _name: Name, place: Path, _random: Random) -> None:
        """What a link leads to is gone."""
        if place.is_symlink():
            place.resolve().unlink()

    def mode(self, _name: Name, place: Path, random: Random) -> None:
        place.chmod(random.choice([0o600, 0o644, 0o640]))

    def bring_back(self, name: Name, place: Path, random: Random) -> None:
        """An old copy, put there by hand."""
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(random.choice(self.old[name]))

    def spoil(self, name: Name, place: Path, _random: Random) -> None:
        if place.suffix in BROKEN:
            self.broken[name] = place.read_bytes()
            place.write_bytes(self.broken[name] + BROKEN[place.suffix])

    @precondition(lambda self: self.broken)
    @rule()
    def mend(self) -> None:
        for name, data in self.broken.items():
            self.place(name).write_bytes(data)
        self.broken = {}
