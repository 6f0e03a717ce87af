"""Lives of configs: what the person, the catalog and modelcat do to them, one after the other in any order.

After every step the laws of docs/merging.md are looked at, through other parsers than ours and with a record
of our own: what the person wrote, what they deleted, and what stood where when a backup was made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from modelcat import tools as all_tools
from modelcat.commands import status
from modelcat.errors import ExitCode
from modelcat.output import plan as plan_words
from tests import config_laws
from tests.config_backups import NAMES, Backups, speak
from tests.config_life import IDS, NOTHING, PROVIDERS, Entry, Name, Shot
from tests.config_parsers import default, leaves, read
from tests.world import as_json

WISHES = st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"groq"}), frozenset(PROVIDERS[1:3])])


class Lives(Backups):
    """What apply does, and what must hold then."""

    @rule(names=NAMES, prefer=st.sampled_from([None, None, None, "ours", "theirs"]), adopt=WISHES)
    def apply(self, names: tuple[str, ...], prefer: Any, adopt: frozenset[str]) -> None:
        before, then = self.look(), self.now()
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
            self.look_at(tool, before, after, prefer)
        self.rests(names)

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
        assert not [name for name in self.broken if name[0] in concerned]
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert {str(self.place(name)) for name in changed} == set(told["written"])
        assert (told["backup"] is None) == (not changed)
        assert {tool for tool, _ in changed} <= concerned

    def look_at(self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot], prefer: Any) -> None:
        """The laws for one tool."""
        tool = told["tool"]
        main = tool, all_tools.load(tool).main
        if main not in before or self.placed.get(tool) != self.main(tool):
            # The first apply here, or after the whole config was deleted.
            self.left.pop(tool, None)
            self.gone.pop(tool, None)
        was, now = self.entries(tool, before), self.entries(tool, after)
        self.numbers(told, was, now)
        if prefer != "theirs":
            self.stays_deleted(tool, was, now)
        for path in was - now:
            assert self.may_go(tool, path, was), (path, self.selection, self.registry, self.listed)
        self.all_there(tool, now, after)
        if tool == "codex":
            self.hangs_together(before, after)
        self.look_at_files(told, before, after, prefer)
        self.gone[tool] = {path for path in self.gone.get(tool, set()) if path not in now}
        self.left[tool] = now
        if main in after:
            self.placed[tool] = self.main(tool)

    def look_at_files(
        self, told: Any, before: dict[Name, Shot], after: dict[Name, Shot], prefer: Any
    ) -> None:
        """The laws for each file that a person can write in."""
        tool = told["tool"]
        decisions = {file["name"]: file["decisions"] for file in told["files"]}
        for decision in (one for file in decisions.values() for one in file):
            event(f"{tool}: {decision['action']}, {decision['case']}")
        for name, was in before.items():
            if name[0] == tool and was.data is not None and not name[1].endswith(".json"):
                now = after.get(name, NOTHING)
                actions = {decision["action"] for decision in decisions.get(name[1], ())}
                config_laws.stays(name, was, now, actions, prefer)
                if self.placed.get(tool) != self.main(tool) and prefer != "theirs":
                    config_laws.nothing_changes(name, was, now)

    def numbers(self, told: Any, was: set[Entry], now: set[Entry]) -> None:
        """What is announced is what came and went."""
        assert told["counts"]["add"] == len(now - was), (told, now - was)
        assert told["counts"]["remove"] == len(was - now), (told, was - now)

    def stays_deleted(self, tool: str, was: set[Entry], now: set[Entry]) -> None:
        gone = self.gone.get(tool, set()) | (self.left.get(tool, was) - was)
        # A list of models is modelcat's own, and the profile that is still there needs it.
        gone = {path for path in gone if not path[-1].startswith("modelcat/")}
        assert not gone & now - was, tool
        self.gone[tool] = gone

    def may_go(self, tool: str, path: Entry, was: set[Entry]) -> bool:
        """Whether the provider no longer has it, or modelcat.toml excludes it."""
        if path[0] == "file":
            provider, models = Path(path[1]).name.split(".")[0], set[str]()
        else:
            provider = path[0]
            models = {entry[1] for entry in was if len(entry) == 2 and entry[: len(path)] == path}
        if provider not in PROVIDERS or self.renamed(provider) or self.out(tool, provider):
            return True
        listed = self.listed.get(provider)
        dropped = set(IDS) - listed.windows.keys() if listed and listed.fetched else set[str]()
        return bool(models) and all(model in dropped or self.out(tool, provider, model) for model in models)

    def all_there(self, tool: str, now: set[Entry], after: dict[Name, Shot]) -> None:
        """Where no person had a hand in it, what is ready is there as it is listed, and nothing excluded."""
        main = after.get((tool, all_tools.load(tool).main), NOTHING).data
        if main is None or any(of == tool for of, _ in self.touched):
            return
        used = default(tool, read(all_tools.load(tool).main, main))[0]
        # Mistral does not serve what Codex asks.
        for provider in ("groq", "openrouter", *(() if tool == "codex" else ("mistral",))):
            if self.renamed(provider):
                continue
            if self.out(tool, provider):
                assert provider == used or (provider,) not in now, provider
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
        listed = {
            model: window
            for model, window in self.listed[provider].windows.items()
            if not self.out(tool, provider, model)
        }
        if "max_models" not in self.selection:
            assert {(provider, model) for model in listed} <= now
        if tool == "aichat":
            values = leaves(read("config.yaml", main))
            for model, window in listed.items():
                if window and (provider, model) in now:
                    assert values["clients", provider, "models", model, "max_input_tokens"] == window

    def hangs_together(self, before: dict[Name, Shot], after: dict[Name, Shot]) -> None:
        """A profile's table and list of models are there; and all of a beginning comes."""
        main = after.get(("codex", "config.toml"), NOTHING).data
        if main is None:
            return
        tables = read("config.toml", main).get("model_providers", {})
        profiles = {
            name: read(name[1], found.data)
            for name, found in after.items()
            if name[1].endswith(".config.toml") and found.data
        }
        for name, profile in profiles.items():
            if name not in self.touched:
                lists, table = ("codex", profile["model_catalog_json"]), profile["model_provider"]
                assert lists in after or lists in self.touched, (name, sorted(after))
                deleted = (table,) in self.gone.get("codex", set()) or (
                    "codex",
                    "config.toml",
                ) in self.touched
                assert table in tables or deleted, (name, tables)
        if ("codex", "config.toml") not in before:
            assert tables.keys() <= {str(profile.get("model_provider")) for profile in profiles.values()}

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

    @rule()
    def ask(self) -> None:
        before = self.look()
        as_json(self.world.diff())
        as_json(status.run(self.world.settings))
        assert self.look() == before


def live(lives: int, steps: int, *, random: bool) -> None:
    run_state_machine_as_test(
        Lives,
        settings=examples(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            derandomize=not random,
            # A shorter life with the same end takes minutes to find.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_lives() -> None:
    live(60, 15, random=False)


@pytest.mark.long
def test_many_lives() -> None:
    live(3000, 25, random=True)
