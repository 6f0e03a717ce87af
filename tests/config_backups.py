"""The life of three configs: backups made, put back and thrown away, and what must hold then."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from modelcat import tools as all_tools
from modelcat.commands import backup, clean, restore
from modelcat.output import Screen
from modelcat.output import restore as restore_words
from modelcat.repo.private import PrivateRepo
from tests.config_hands import BROKEN, Hands
from tests.config_life import NOTHING, TOOLS, Backup, Chance, Name, Shot
from tests.world import as_json

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.sampled_from([(), (), *((tool,) for tool in TOOLS), TOOLS])
"""Tools that a command is given."""


class Backups(Hands):
    """Every backup that there is, with what was when it was made."""

    def now(self) -> Backup:
        return Backup(self.look(), dict(self.known))

    @rule(names=NAMES, keep=st.sampled_from([None, None, 2, 4]))
    def back_up(self, names: tuple[str, ...], keep: int | None) -> None:
        """A backup is made; then all but the newest `keep` are thrown away."""
        then = self.now()
        result = backup.run(self.world.settings, tools=names)
        as_json(result)
        if result.tag:
            self.backups[result.tag] = then
        if keep:
            as_json(clean.run(self.world.settings, backups=True, keep=keep))
            tags = [tag.name for tag in restore.listing(self.world.settings).backups]
            assert tags == list(reversed(self.backups))[:keep]
            self.backups = {tag: self.backups[tag] for tag in reversed(tags)}
        assert self.look() == then.files

    @precondition(lambda self: self.backups)
    @rule(random=Chance, one=st.booleans())
    def go_back(self, random: Random, one: bool) -> None:
        tag = random.choice(list(self.backups))
        wanted, then = self.backups[tag], self.now()
        manifest = PrivateRepo(self.world.settings.private).manifest(tag)
        chosen = [random.choice(manifest.tools)] if one else list(manifest.tools)
        result = restore.run(self.world.settings, tag, tools=chosen if one else ())
        as_json(result)
        speak(lambda screen: restore_words.show(result, screen))
        assert isinstance(result, restore.RestoreResult)
        after = self.look()
        said = {(kept.tool, kept.name or all_tools.load(kept.tool).main) for kept in manifest.files}
        for name in then.files.keys() | after.keys() | wanted.files.keys():
            if name[0] not in chosen:
                assert after.get(name) == then.files.get(name), name
            elif name in said or name not in self.touched:
                assert after.get(name, NOTHING) == wanted.files.get(name, NOTHING), name
        assert (result.backup is None) == (after == then.files)
        if result.backup:
            self.backups[result.backup] = then
        for tool in chosen:
            self.went_back(tool, wanted, after)

    def went_back(self, tool: str, wanted: Backup, after: dict[Name, Shot]) -> None:
        """What is remembered of the tool is what was remembered then."""
        known = wanted.known.get(tool)
        self.known.pop(tool, None)
        if known:
            self.known[tool] = known
        here = {name: found.data for name, found in after.items() if name[0] == tool}
        if known is None or known.place != self.main(tool):
            # To modelcat the files are somebody's.
            self.touched |= here.keys()
        self.broken = {name: data for name, data in self.broken.items() if name[0] != tool}
        for name, data in here.items():
            if data and data.endswith(tuple(BROKEN.values())):
                self.broken[name] = data.removesuffix(BROKEN[Path(name[1]).suffix])


def speak(show: Callable[[Screen], None]) -> None:
    """What a person would be told comes to an end."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        show(Screen(verbose=1))
