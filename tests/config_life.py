"""The life of three configs: the machine they are on and the catalog, as they are and as they change.

What the person does to the files is in config_hands.py, what modelcat does and what must hold then in
commands/test_config_lives.py.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from modelcat import registry
from modelcat import tools as all_tools
from tests import config_parsers
from tests.person import Person
from tests.world import World, model

TOOLS = ("aichat", "codex", "mods")
PROVIDERS = ("groq", "openrouter", "mistral", "acme")
IDS = ("m1", "m2", "v/m3", "m4")
STARTS = Path(__file__).parent / "apply"
SELECTIONS: dict[str, Callable[[str, str, str], bool]] = {
    "": lambda *_: False,
    "max_models = 1\n": lambda *_: False,
    'exclude = ["m1"]\n': lambda _tool, _provider, model: model == "m1",
    'exclude_providers = ["groq"]\n': lambda _tool, provider, _model: provider == "groq",
    'exclude_providers = ["*"]\n': lambda *_: True,
    '[tools.codex]\ninclude_providers = ["openrouter"]\n': (
        lambda tool, provider, _model: tool == "codex" and provider != "openrouter"
    ),
    '[providers.openrouter]\ninclude = ["m2"]\n': (
        lambda _tool, provider, model: provider == "openrouter" and model not in ("", "m2")
    ),
    '[tools.mods]\nexclude_providers = ["mistral", "acme"]\n': (
        lambda tool, provider, _model: tool == "mods" and provider in ("mistral", "acme")
    ),
}
"""Texts of modelcat.toml -> whether they keep a model (or "", the whole provider) out of a tool's config."""
ACME = '[providers.acme]\nbase_url = "http://127.0.0.1:9/v1"\nserves_responses_api = true\n'
OFF = "[providers.mistral]\nenabled = false\n"
REGISTRIES = (
    ACME,
    "",
    ACME + '[providers.groq.tools.mods]\nname = "quick"\n[providers.groq.tools.codex]\nname = "quick"\n',
    ACME + '[providers.openrouter.tools.aichat]\nname = "router"\n',
    ACME.replace(":9/", ":10/") + 'former_base_urls = ["http://127.0.0.1:9/v1"]\n',
    ACME + OFF,
)
"""Texts of providers.toml."""
SETTINGS: tuple[tuple[str, ...], ...] = (
    *(("select", text) for text in (*SELECTIONS, *SELECTIONS)),
    *(("register", text) for text in REGISTRIES),
    *((what, provider) for what in ("key", "no_key") for provider in PROVIDERS),
    *(("move", tool, where) for tool in TOOLS for where in ("a", "")),
)
"""What may be settled anew, as methods of Life."""

Name = tuple[str, str]
"""Tool, and the path of a file from the folder of its main config."""
Entry = config_parsers.Path
"""(provider,) or (provider, model) in a main config; ("file", name) for a file about one provider."""


class Shot(NamedTuple):
    """What stood at a place."""

    link: str | None
    mode: int | None
    data: bytes | None


NOTHING = Shot(None, None, None)


class Listed(NamedTuple):
    """A provider's list as it is stored."""

    windows: dict[str, int | None]
    """Id -> context window."""
    fetched: bool


class Known(NamedTuple):
    """What is known of a tool since the last apply."""

    place: Path
    """Where its main config was."""
    left: frozenset[Entry]
    """What stood there when the apply had ended."""
    gone: frozenset[Entry]
    """What the person has deleted of it."""
    words: dict[config_parsers.Path, int]
    """Where a number stood as the list said it."""


class Backup(NamedTuple):
    """What was when a backup was made."""

    files: dict[Name, Shot]
    known: dict[str, Known]


class Hand(Random):
    """Chance that says how to have it again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __repr__(self) -> str:
        return f"Hand({self.number})"


Chance = st.integers(0, 10**6).map(Hand)
load = lru_cache(16)(registry.load)
"""Reading what is shipped takes a third of a life's time, and the outcome cannot be changed."""


class Life(RuleBasedStateMachine):
    """One machine with three tools."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lives-"))
        self.patch = pytest.MonkeyPatch()
        home = self.folder / "home"
        home.mkdir()
        self.patch.setenv("HOME", str(home))
        self.patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        self.patch.setenv("MODELCAT_HOME", str(self.folder / "managed"))
        self.patch.delenv("AICHAT_CONFIG_FILE", raising=False)
        self.patch.delenv("CODEX_HOME", raising=False)
        self.patch.setattr(registry, "load", load)
        self.world = World(home, self.patch)
        self.person = Person()
        self.selection, self.registry = "", ACME
        self.world.providers(ACME)
        self.renamed: set[str] = set()
        """Providers that had another name in some tool: their entries may still be called so."""
        self.keys: set[str] = set()
        self.listed: dict[str, Listed] = {}
        self.known: dict[str, Known] = {}
        """By tool."""
        self.broken: dict[Name, bytes] = {}
        """What a file said before the person broke it."""
        self.old: dict[Name, list[bytes]] = {}
        """What a file said earlier."""
        self.alone: set[str] = set()
        """Tools whose files the person leaves to modelcat."""
        self.touched: set[Name] = set()
        """Files that the person has had a hand in."""
        self.backups: dict[str, Backup] = {}
        """By tag, the oldest first."""

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)

    def main(self, tool: str) -> Path:
        return self.world.path(tool)

    def place(self, name: Name) -> Path:
        main = self.main(name[0])
        return main if name[1] == all_tools.load(name[0]).main else main.parent / name[1]

    def look(self) -> dict[Name, Shot]:
        """All files of all tools."""
        found = {}
        for tool in TOOLS:
            main = self.main(tool)
            beside = [*main.parent.glob("*.config.toml"), *main.parent.glob("modelcat/*")]
            for path in (main, *sorted(beside)):
                if os.path.lexists(path):
                    known = all_tools.load(tool).main if path == main else str(path.relative_to(main.parent))
                    found[tool, known] = shot(path)
        return found

    def entries(self, tool: str, shots: dict[Name, Shot]) -> set[Entry]:
        """Providers and models in the main config, and the files about one provider."""
        main = all_tools.load(tool).main
        data = shots.get((tool, main), NOTHING).data
        inside = config_parsers.entries(tool, config_parsers.read(main, data)) if data is not None else set()
        there = {name for (of, name), found in shots.items() if of == tool and found.data is not None}
        return inside | {("file", name) for name in there - {main}}

    def out(self, tool: str, provider: str, model: str = "") -> bool:
        """Whether modelcat.toml, or providers.toml, excludes a model, or the whole provider."""
        off = provider == "mistral" and OFF in self.registry
        return off or SELECTIONS[self.selection](tool, provider, model)

    def dropped(self, tool: str, provider: str, model: str) -> bool:
        """Whether the provider no longer has a model, or modelcat.toml excludes it."""
        listed = self.listed.get(provider)
        missing = listed is not None and listed.fetched and model not in listed.windows
        return missing or self.out(tool, provider, model)

    def words(self, tool: str, provider: str) -> dict[config_parsers.Path, int]:
        """How long a prompt the models of a provider take, as the list says it, by where it is written."""
        known = self.listed.get(provider)
        if known is None or tool == "codex" or self.out(tool, provider):
            return {}
        windows = {one: size for one, size in known.windows.items() if not self.out(tool, provider, one)}
        if tool == "mods":
            # Characters, and never none.
            at = ("apis", provider, "models")
            return {(*at, one, "max-input-chars"): 4 * (size or 8192) for one, size in windows.items()}
        at = ("clients", provider, "models")
        return {(*at, one, "max_input_tokens"): size for one, size in windows.items() if size}

    @initialize(random=Chance)
    def begin(self, random: Random) -> None:
        for provider in PROVIDERS[:2]:
            self.key(provider)
            self.list_again(provider, random)
        for tool in TOOLS:
            starts = sorted((STARTS / tool).iterdir())
            start = random.choice([None, b"", *(path.read_bytes() for path in starts)])
            if random.random() < 0.4:
                self.alone.add(tool)
            elif start is not None:
                self.world.write(tool, start)
                self.touched.add((tool, all_tools.load(tool).main))

    @rule(provider=st.sampled_from(PROVIDERS), random=Chance)
    def list_again(self, provider: str, random: Random) -> None:
        ids = [one for one in IDS if random.random() < 0.8] or IDS[:1]
        windows = {one: random.choice([None, 8192, 131072]) for one in ids}
        facts = [
            model(one, context_window=window, released=random.choice([None, "2026-01-01"]))
            for one, window in windows.items()
        ]
        origin: Any = random.choice(["fetched", "fetched", "fetched", "stale", "embedded"])
        self.world.listing(provider, facts, origin)
        self.listed[provider] = Listed(windows, origin == "fetched")

    @rule(what=st.sampled_from(SETTINGS))
    def settle(self, what: tuple[str, ...]) -> None:
        getattr(self, what[0])(*what[1:])

    def key(self, provider: str) -> None:
        self.world.key(provider)
        self.keys.add(provider)

    def no_key(self, provider: str) -> None:
        self.world.no_key(provider)
        self.keys.discard(provider)

    def select(self, text: str) -> None:
        if "acme" in text and "acme" not in self.registry:
            return
        self.world.toml(text)
        self.selection = text

    def register(self, text: str) -> None:
        if "acme" in self.selection and "acme" not in text:
            return
        self.world.providers(text)
        self.registry = text
        self.renamed |= {name for name in PROVIDERS if f"[providers.{name}.tools" in text}

    def move(self, tool: str, where: str) -> None:
        """The machine's settings say another place."""
        if self.broken:
            return
        path = self.world.home / where / all_tools.load(tool).main
        text = f'[tools.{tool}]\npath = "{path}"\n' if where else ""
        self.world.settings.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.world.settings.config_file.write_text(text)
        self.touched |= set(self.look())


def shot(path: Path) -> Shot:
    link = os.readlink(path) if path.is_symlink() else None  # noqa: PTH115
    if not path.exists():
        return Shot(link, None, None)
    return Shot(link, stat.S_IMODE(path.stat().st_mode), path.read_bytes())


def provider_of(path: Entry) -> str:
    """The provider of an entry or file that bears its name."""
    return Path(path[1]).name.split(".")[0] if path[0] == "file" else path[0]
