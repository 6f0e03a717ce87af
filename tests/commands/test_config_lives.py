"""Lives of configs: what the person, the catalog and modelcat do to them, one after the other in any order.

After every step the laws of docs/merging.md are looked at, through other parsers than ours and with a record
of our own: what the person wrote, what they deleted, and what stood where when a backup was made.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import rule

from modelcat import tools as all_tools
from modelcat.commands import status
from modelcat.errors import ExitCode
from modelcat.output import plan as plan_words
from tests import config_laws
from tests.config_backups import NAMES, Backups, speak
from tests.config_life import NOTHING, PROVIDERS, TOOLS, Chance, Entry, Known, Name, Shot, provider_of
from tests.config_parsers import Path, default, leaves, read
from tests.lives import live
from tests.world import as_json

PHASES = [Phase.generate]
"""A shorter life with the same end takes minutes to find."""
WISHES = st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"groq"}), frozenset(PROVIDERS[1:3])])


class Lives(Backups):
    """What apply does, and what must hold then."""

    @rule(names=NAMES, prefer=st.sampled_from([None, None, None, "ours", "theirs"]), adopt=WISHES)
    def apply(self, names: tuple[str, ...], prefer: Any, adopt: frozenset[str]) -> None:
        before, then = self.look(), self.now()
        as_json(status.run(self.world.settings))
        shown = as_json(self.world.apply(*names, prefer=prefer, adopt=adopt, dry_run=True))
        if prefer is None and not adopt:
            assert as_json(self.world.diff(*names)) == {
                key: shown[key] for key in ("synced", "counts", "tools")
            }
        assert self.look() == before
        result = self.world.apply(*names, prefer=prefer, adopt=adopt)
        after, told = self.look(), as_json(result)
        speak(lambda screen: plan_words.show_applied(result, screen))
        assert {**told, "backup": None, "written": [], "dry_run": True} == shown
        if result.exit_code == ExitCode.ERROR:
            self.refused(told, before, after)
            return
        self.wrote(told, before, after)
        if result.backup:
            self.backups[result.backup] = then
        for tool in told["tools"]:
            if not adopt and self.known_here(tool["tool"]) is None:
                config_laws.nothing_is_completed(tool["tool"], before, after)
            self.look_at(tool, before, after, prefer)
        self.rests(names)

    def known_here(self, tool: str) -> Known | None:
        """None: no apply was ever here, or the last one was elsewhere."""
        known = self.known.get(tool)
        return known if known and known.place == self.main(tool) else None

    @rule(random=Chance)
    def next_day(self, random: Random) -> None:
        """The person has edited, lists are new, and modelcat is run."""
        for tool in TOOLS:
            self.edit(tool, random, random.randint(0, 3))
        for provider in self.listed:
            if random.random() < 0.6:
                self.list_again(provider, random)
        self.apply((), None, frozenset())

    def refused(self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot]) -> None:
        """Nothing is written; a tool whose files are sound goes on."""
        assert after == before
        assert told["backup"] is None
        assert told["written"] == []
        errors = {
            (tool["tool"], file["name"]): file["error"]
            for tool in told["tools"]
            for file in tool["files"]
            if file["error"]
        }
        assert errors
        for name in errors.keys() - self.broken.keys():
            # What has no place of its own in the text is never changed.
            assert b"*" in (before[name].data or b"") or "a map without braces" in errors[name], errors[name]
        sound = {tool["tool"] for tool in told["tools"]} - {tool for tool, _ in errors}
        assert not sound & {tool for tool, _ in self.broken}
        if sound:
            assert self.world.apply(*sorted(sound), dry_run=True).exit_code != ExitCode.ERROR

    def wrote(self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot]) -> None:
        """What is said to be written is what is another now, and there is a backup of what it was."""
        concerned = {tool["tool"] for tool in told["tools"]}
        for name in [name for name in self.broken if name[0] in concerned]:
            # The profile of an excluded provider is not read for a merge; it stays.
            provider = provider_of(("file", name[1]))
            assert provider not in PROVIDERS or self.out(name[0], provider), name
            assert after[name] == before[name]
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert {str(self.place(name)) for name in changed} == set(told["written"])
        assert (told["backup"] is None) == (not changed)
        assert {tool for tool, _ in changed} <= concerned

    def look_at(self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot], prefer: Any) -> None:
        """The laws for one tool."""
        tool = told["tool"]
        main = tool, all_tools.load(tool).main
        known = self.known_here(tool)
        was, now = self.entries(tool, before), self.entries(tool, after)
        self.numbers(told, was, now)
        for path in was - now:
            assert self.may_go(tool, path, was), (path, self.selection, self.registry, self.listed)
        self.all_there(tool, now, after)
        if tool == "codex":
            self.hangs_together(before, after)
        self.look_at_files(told, before, after, prefer, first=known is None)
        was_main, now_main = before.get(main, NOTHING).data, after.get(main, NOTHING).data
        gone = frozenset[Entry]()
        if known and was_main is not None:
            # Whoever deletes the whole config begins anew.
            gone = self.stays_deleted(known, tool, was, now, prefer)
            self.follows(known, told, leaves(read(main[1], was_main)), leaves(read(main[1], now_main or b"")))
        if now_main is not None:
            words = self.said(told, leaves(read(main[1], now_main)))
            before_that = known.left if known else frozenset[Entry]()
            new = {path for path in now if self.offered(tool, path) and provider_of(path) not in noted(told)}
            left = new | before_that & now
            self.known[tool] = Known(self.main(tool), frozenset(left), gone, words)
        elif tool in self.known:
            self.known[tool] = self.known[tool]._replace(left=frozenset(), gone=gone, words={})

    def look_at_files(
        self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot], prefer: Any, *, first: bool
    ) -> None:
        """The laws for each file that a person can write in."""
        tool = told["tool"]
        decisions = {file["name"]: file["decisions"] for file in told["files"]}
        for name, was in before.items():
            plain = name not in self.broken and not name[1].endswith(".json")
            if name[0] == tool and was.data is not None and plain:
                now = after.get(name, NOTHING)
                actions = {decision["action"] for decision in decisions.get(name[1], ())}
                config_laws.stays(name, was, now, actions, prefer)
                if first and prefer != "theirs":
                    config_laws.nothing_changes(name, was, now)

    def numbers(self, told: Any, was: set[Entry], now: set[Entry]) -> None:
        """What is announced is what came and went."""
        assert told["counts"]["add"] == len(now - was), (told, now - was)
        assert told["counts"]["remove"] == len(was - now), (told, was - now)

    def stays_deleted(
        self, known: Known, tool: str, was: set[Entry], now: set[Entry], prefer: Any
    ) -> frozenset[Entry]:
        """Gives what goes on being deleted."""
        # A list of models is modelcat's own, and the profile that is still there needs it.
        gone = {path for path in known.gone | known.left - was if not path[-1].startswith("modelcat/")}
        if prefer != "theirs":
            assert not gone & now - was, (tool, gone & now - was)
        return frozenset(path for path in gone - now if not self.forgotten(tool, path))

    def offered(self, tool: str, path: Entry) -> bool:
        """Whether modelcat would write it today; else it may be the person's alone."""
        provider = provider_of(path)
        if provider not in self.listed or self.out(tool, provider):
            return False
        if path[0] == "file" or len(path) == 1:
            return True
        in_list = path[1] in self.listed[provider].windows and not self.out(tool, provider, path[1])
        return in_list and "max_models" not in self.selection

    def forgotten(self, tool: str, path: Entry) -> bool:
        """Whether something the person has deleted is new when it comes again: it was gone in between."""
        provider = provider_of(path)
        if provider not in PROVIDERS or provider in self.renamed or self.out(tool, provider):
            return True
        if path[0] == "file" or tool == "codex":
            return False
        models = path[1:] or (self.listed[provider].windows if provider in self.listed else ())
        return all(self.dropped(tool, provider, model) for model in models)

    def said(self, told: Any, now: dict[Path, Any]) -> dict[Path, int]:
        """The numbers of the list that stand there, of entries that modelcat does not leave alone."""
        tool = told["tool"]
        sound = [one for one in PROVIDERS[:3] if one not in self.renamed and one not in noted(told)]
        if "max_models" in self.selection:
            sound = []
        words = {path: word for one in sound for path, word in self.words(tool, one).items()}
        return {path: word for path, word in words.items() if now.get(path) == word}

    def follows(self, known: Known, told: Any, was: dict[Path, Any], now: dict[Path, Any]) -> None:
        """A number that stands there as the list said it becomes what the list says now."""
        said = {path for path, word in known.words.items() if was.get(path) == word}
        for provider in PROVIDERS[:3]:
            for path, word in self.words(told["tool"], provider).items():
                assert path not in said or now[path] == word, (path, word, now[path])

    def may_go(self, tool: str, path: Entry, was: set[Entry]) -> bool:
        """Whether the provider no longer has it, or modelcat.toml excludes it."""
        provider = provider_of(path)
        models = {entry[1] for entry in was if len(entry) == 2 and entry[: len(path)] == path}
        if provider not in PROVIDERS or provider in self.renamed or self.out(tool, provider):
            return True
        if path[0] == "file":
            return False
        return bool(models) and all(self.dropped(tool, provider, model) for model in models)

    def all_there(self, tool: str, now: set[Entry], after: dict[Name, Shot]) -> None:
        """Where no person had a hand in it, what is ready is there as it is listed, and nothing excluded."""
        main = after.get((tool, all_tools.load(tool).main), NOTHING).data
        if main is None or any(of == tool for of, _ in self.touched):
            return
        used = default(tool, read(all_tools.load(tool).main, main))[0]
        # Mistral does not serve what Codex asks.
        for provider in ("groq", "openrouter", *(() if tool == "codex" else ("mistral",))):
            if provider in self.renamed:
                continue
            if self.out(tool, provider):
                left = {path for path in now if provider_of(path) == provider}
                assert provider == used or not left, left
            elif provider in self.keys & self.listed.keys():
                self.provider_there(tool, provider, now, main)

    def provider_there(self, tool: str, provider: str, now: set[Entry], main: bytes) -> None:
        if tool == "codex":
            assert {
                (provider,),
                ("file", f"{provider}.config.toml"),
                ("file", f"modelcat/{provider}.json"),
            } <= now
            return
        if "max_models" not in self.selection:
            listed = self.listed[provider].windows
            assert {(provider, model) for model in listed if not self.out(tool, provider, model)} <= now
        values = leaves(read(all_tools.load(tool).main, main))
        for path, word in self.words(tool, provider).items():
            assert values.get(path, word) == word, path

    def hangs_together(self, before: dict[Name, Shot], after: dict[Name, Shot]) -> None:
        """A profile's table and list of models are there; and all of a beginning comes."""
        main = after.get(("codex", "config.toml"), NOTHING).data
        if main is None:
            return
        tables = read("config.toml", main).get("model_providers", {})
        profiles = {
            name: read(name[1], found.data)
            for name, found in after.items()
            if name[1].endswith(".config.toml") and found.data and name not in self.broken
        }
        for name, profile in profiles.items():
            if name not in self.touched:
                lists, table = ("codex", profile["model_catalog_json"]), profile["model_provider"]
                assert after.get(lists, NOTHING).data is not None or lists in self.touched, name
                assert table in tables or ("codex", "config.toml") in self.touched, (name, tables)
        if before.get(("codex", "config.toml"), NOTHING).data is None:
            edited = {provider_of(("file", name)) for tool, name in self.touched if tool == "codex"}
            assert tables.keys() <= edited | {str(one.get("model_provider")) for one in profiles.values()}

    def rests(self, names: tuple[str, ...]) -> None:
        """A second apply has nothing to do and nothing to tell."""
        before = self.look()
        again = self.world.diff(*names)
        speak(lambda screen: plan_words.show(again, screen, patch=True))
        assert not again.planned.plan.changes
        assert not again.planned.plan.conflicts
        second = self.world.apply(*names)
        assert (second.written, second.backup, second.exit_code) == ((), None, ExitCode.OK)
        assert self.look() == before


def noted(told: Any) -> str:
    """The notes on a tool: a provider named there may be one that is left alone."""
    return " ".join([*told["notes"], *(note for file in told["files"] for note in file["notes"])])


@pytest.mark.slow
def test_lives() -> None:
    live(Lives, 30, 15, random=False, phases=PHASES)


@pytest.mark.long
def test_many_lives() -> None:
    live(Lives, 2000, 25, random=True, phases=PHASES)
