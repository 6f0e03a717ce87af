"""The life of a catalog, as far as modelcat has no hand in it: the person, the providers, git."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.real_git import clean, git
from tests.simulator import Shop, Simulator
from tests.told_world import DATA, Table, World, Written, listings, tell_of, turn

LIKES = ("groq", "openrouter", "anthropic", DATA)
NAMES = ("acme", "brand", "corp", "facts")
"""What the shops are called at first."""
FAULTS = ("404", "html", "cut json", "empty list", "error 200", "401", "304 unasked", "204", "wrong shape")
GENERATED = ("catalog", "config/json", "config/txt", "config/aichat", "config/codex", "config/mods")
EXTRA = "models/extra"
MEMORY = (
    EXTRA,
    *(f"{EXTRA}/{name}" for name in ("state.json", "first_seen.json", "sources")),
    ".git/modelcat/record",
)


CHANGES = ("drop", "bring", "change", "all", "hollow")
AnyShop = st.integers(0, len(LIKES) - 1)


class Life(RuleBasedStateMachine):
    """One managed folder."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.folder = Path(tempfile.mkdtemp(prefix="catalog-life-"))
        self.simulator = Simulator().start()
        for like, name in zip(LIKES, NAMES, strict=True):
            self.simulator.open(like, f"s-{name}", count=None if like == DATA else 4)
        tell_of(self.shop(3), self.shop(0))
        self.number = 0
        self.kept: tuple[bytes, dict[str, str]] | None = None
        """A copy of the state file, and what it remembers of the providers."""
        self.known: dict[tuple[str, ...], Written] = {}
        """What the texts in the folder, now and in its history, say."""
        self.world = World(Written({name: Table(f"s-{name}") for name in NAMES[:2]}))
        self.move(self.folder / "first")
        self.write()

    def teardown(self) -> None:
        self.patch.undo()
        self.simulator.stop()
        shutil.rmtree(self.folder)

    def new(self) -> int:
        self.number += 1
        return self.number

    def move(self, home: Path) -> None:
        self.catalog = home / "catalog"
        self.extra = self.catalog / EXTRA
        self.catalog.mkdir(parents=True, exist_ok=True)
        self.patch.setenv("MODELCAT_HOME", str(home))

    def shop(self, number: int) -> Shop:
        return self.simulator.shops[f"s-{NAMES[number]}"]

    def named(self, number: int) -> str | None:
        """What the person's files call a shop, if they know it."""
        shop = self.shop(number).name
        return next((name for name, table in self.world.written.tables.items() if table.shop == shop), None)

    def has_commit(self) -> bool:
        return (self.catalog / ".git").exists() and bool(git(self.catalog, "tag"))

    # ------------------------------------------------------------ the person's two files

    def write(self) -> None:
        texts = self.world.written.texts(self.simulator)
        self.known[texts] = self.world.written
        for name, text in zip(("providers.toml", "modelcat.toml"), texts, strict=True):
            (self.catalog / name).write_text(text, "utf-8")

    def read(self) -> None:
        """After git has moved files: what is written is what is there, and so is what is stored."""
        names = ("providers.toml", "modelcat.toml")
        self.world.written = self.known[tuple((self.catalog / name).read_text("utf-8") for name in names)]
        self.world.stored = listings(self.catalog)

    @rule(number=AnyShop, how=st.sampled_from(["off", "on", "unit", "no unit", "path", "gone", "renamed"]))
    def edits_a_provider(self, number: int, how: str) -> None:
        name = self.named(number)
        if name is None:
            self.world.put(NAMES[number], Table(self.shop(number).name))
            return self.write()
        table = self.world.written.tables[name]
        changed = {
            "off": replace(table, enabled=False),
            "on": replace(table, enabled=True),
            "unit": replace(table, unit="per_million"),
            "no unit": replace(table, unit=None),
            "path": replace(table, path="v2" if table.path == "v1" else "v1"),
        }
        self.world.put(name, changed.get(how))
        if how == "renamed":
            self.world.put(f"{NAMES[number]}2" if name == NAMES[number] else NAMES[number], table)
        return self.write()

    @rule(
        excluded=st.sampled_from(["", "acm*", "[bc]*", "*2"]),
        limit=st.sampled_from([None, 1, 3]),
        modes=st.sampled_from([None, "chat", "embedding"]),
    )
    def edits_the_selection(self, excluded: str, limit: int | None, modes: str | None) -> None:
        self.world.written = replace(self.world.written, excluded=excluded, limit=limit, modes=modes)
        self.write()

    # ------------------------------------------------------------ providers

    @rule(number=AnyShop, how=st.sampled_from(CHANGES))
    def provider_changes(self, number: int, how: str) -> None:
        turn(self.shop(number), how, self.new())

    @rule(number=AnyShop, fault=st.sampled_from([None, None, *FAULTS]), etags=st.booleans())
    def provider_is_in_trouble_or_well(self, number: int, fault: str | None, etags: bool) -> None:
        shop = self.shop(number)
        shop.always, shop.etags = fault, etags

    @rule(etags=st.booleans())
    def all_are_well(self, etags: bool) -> None:
        for shop in self.simulator.shops.values():
            shop.always, shop.etags = None, etags

    # ------------------------------------------------------------ hands in the folder

    @precondition(lambda self: self.has_commit())
    @rule(
        below=st.sampled_from(GENERATED),
        place=st.integers(0, 5),
        how=st.sampled_from(["gone", "other", "damaged"]),
        commit=st.booleans(),
    )
    def has_a_hand_in_what_is_generated(self, below: str, place: int, how: str, commit: bool) -> None:
        found = sorted(path for path in (self.catalog / below).glob("*") if path.is_file())
        # A list that cannot be read is nothing that the oracle could start from again.
        if not found or (commit and how == "damaged" and below == "catalog"):
            return
        path = found[place % len(found)]
        if how == "gone":
            path.unlink()
        elif how == "damaged":
            path.write_bytes(b"{ not at all")
        elif below == "catalog":
            text = path.read_text("utf-8")
            path.write_text(re.sub(r'"context_window": ?\d+', '"context_window": 77', text), "utf-8")
        else:
            path.write_bytes(path.read_bytes() + b"\n")
        if commit:
            self.commit()

    @precondition(lambda self: (self.extra / "state.json").exists())
    @rule(how=st.sampled_from(["keep", "older", "damaged"]))
    def has_a_hand_in_the_state(self, how: str) -> None:
        path = self.extra / "state.json"
        if how == "keep":
            self.kept = path.read_bytes(), dict(self.world.outcomes)
        elif how == "damaged":
            path.write_bytes(path.read_bytes()[:-20])
            self.world.outcomes = {}
        elif self.kept:
            data, outcomes = self.kept
            path.write_bytes(data)
            self.world.outcomes = dict(outcomes)

    @rule(what=st.sampled_from(MEMORY))
    def loses_what_is_remembered(self, what: str) -> None:
        path = self.catalog / what
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if not (self.extra / "state.json").exists():
            self.world.outcomes = {}

    # ------------------------------------------------------------ git

    def commit(self) -> None:
        """Everything that is there, by hand: git refuses most of its work in a folder with changes."""
        git(self.catalog, "add", "-A")
        if not clean(self.catalog):
            git(self.catalog, "commit", "-q", "-m", "by hand")
        try:
            self.read()
        except ValueError:  # of a damaged list; the person takes that back
            git(self.catalog, "reset", "-q", "--hard", "HEAD~1")
            self.read()

    def parents(self) -> int:
        return len(git(self.catalog, "show", "-s", "--format=%P", "HEAD").split())

    def first_tag(self) -> str:
        return git(self.catalog, "tag", "--list", "sync/*").split()[0]

    @precondition(lambda self: self.has_commit())
    @rule(how=st.sampled_from(["revert", "reset", "older and back", "branch", "main", "old tree"]))
    def moves_in_the_history(self, how: str) -> None:
        self.commit()
        before = "HEAD~1" if self.parents() else "HEAD"
        lines = {
            "revert": ["revert --no-edit HEAD"] if self.parents() == 1 else [],
            "reset": [f"reset -q --hard {before}"],
            "older and back": [f"checkout -q {self.first_tag()}", "checkout -q -"],
            "branch": [f"switch -q -c b{self.new()} {before}"],
            "main": ["switch -q main"],
            "old tree": [f"checkout -q {self.first_tag()} -- ."],
        }
        for line in lines[how]:
            git(self.catalog, *line.split())
        self.commit()

    @precondition(lambda self: self.has_commit())
    @rule()
    def commits_by_hand(self) -> None:
        self.commit()

    @precondition(lambda self: self.has_commit())
    @rule()
    def packs(self) -> None:
        git(self.catalog, "gc", "-q", "--prune=now")

    @precondition(lambda self: self.has_commit())
    @rule()
    def goes_on_in_a_clone(self) -> None:
        self.commit()
        old, home = self.catalog, self.folder / f"clone-{self.new()}"
        git(self.folder, "clone", "-q", str(old), str(home / "catalog"))
        self.move(home)
        self.world.outcomes, self.kept = {}, None
        self.read()
