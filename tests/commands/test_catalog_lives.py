"""Lives of a catalog: what people, providers, git and modelcat do to it, one after the other in any order.

After every sync the laws of docs/commands.md and docs/layout.md are looked at, with a record of our own
(told_world.py) of what people wrote and what providers offered. Faults that need three steps in an unlucky
order are found here.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from modelcat import asking, dialects, refresh, tools, workspace
from modelcat import settings as machine
from modelcat.commands import catalog_diff, clean, doctor, generate, log, models, stats, status, sync
from modelcat.commands.sync import Options
from modelcat.errors import ExitCode, RepoError
from modelcat.first_seen import History
from modelcat.render import folder_of, render
from tests import real_git
from tests.catalog_life import CHANGES, LIKES, AnyShop, Life
from tests.lives import live
from tests.real_git import git
from tests.told_world import DATA, Ids, files, head, healthy, listings, listings_at

if TYPE_CHECKING:
    from modelcat.catalog import Provider
    from modelcat.commands.sync import SyncResult

CONFIGS = [folder_of(name) for name in tools.names()]


class Lives(Life):
    """What modelcat does, and what must hold then."""

    # ------------------------------------------------------------ modelcat

    @initialize(days=st.integers(0, 2), etags=st.booleans(), facts=st.booleans())
    def begins(self, days: int, etags: bool, facts: bool) -> None:
        self.all_are_well(etags)
        if facts:
            self.edits_a_provider(LIKES.index(DATA), "on")
        for _ in range(days):
            self.a_day_passes([(0, "all"), (1, "bring")])

    @rule(changes=st.lists(st.tuples(AnyShop, st.sampled_from(CHANGES)), max_size=3))
    def a_day_passes(self, changes: list[tuple[int, str]]) -> None:
        """Without these too few lives have a history of lists that differ."""
        for number, how in changes:
            self.provider_changes(number, how)
        self.syncs_plainly()

    @rule(
        force=st.booleans(),
        offline=st.sampled_from([False, False, True]),
        strict=st.booleans(),
        everybody=st.booleans(),
    )
    def syncs(self, force: bool, offline: bool, strict: bool, everybody: bool) -> None:
        self.sync(Options(force=force, offline=offline, strict=strict, all=everybody))

    @rule(number=AnyShop, force=st.booleans(), strict=st.booleans())
    def syncs_one(self, number: int, force: bool, strict: bool) -> None:
        name = self.named(number)
        if name is not None and self.world.written.tables[name].enabled:
            self.sync(Options(names=(name,), force=force, strict=strict))

    @rule()
    def syncs_plainly(self) -> None:
        self.sync(Options())

    @precondition(lambda self: self.has_commit())
    @rule()
    def syncs_at_an_older_day(self) -> None:
        """There HEAD is detached: nothing can be committed, so it is told unless there is nothing to."""
        self.commit()
        git(self.catalog, "checkout", "-q", self.first_tag())
        self.read()
        here, told = head(self.catalog), "detached"
        try:
            self.ask(Options(), self.world.written.asked(self.data()))
        except RepoError as error:
            told = str(error)
        assert "detached" in told
        assert head(self.catalog) == here
        git(self.catalog, "checkout", "-q", "-f", "-")
        self.read()

    @precondition(lambda self: self.has_commit())
    @rule(tool=st.sampled_from([None, *tools.names()]))
    def generates(self, tool: str | None) -> None:
        result = generate.run(machine.load(), tools=(tool,) if tool else ())
        if not result.empty:
            self.rendered([folder_of(tool)] if tool else CONFIGS)

    @rule(how=st.sampled_from(["configs", "temp", "everything"]))
    def cleans(self, how: str) -> None:
        clean.run(machine.load(), **{how: True})
        if how == "everything":
            self.world.stored, self.world.outcomes, self.kept = {}, {}, None

    @rule(what=st.sampled_from(["version", "parser"]))
    def is_upgraded(self, what: str) -> None:
        number = self.new()

        def parser(provider: Provider) -> str:
            return f"{dialects.load(provider.dialect).name} 9.{number}"

        if what == "version":
            self.patch.setattr(refresh, "__version__", f"9.{number}")
        else:
            self.patch.setattr(asking, "parser", parser)

    # ------------------------------------------------------------ what must hold

    def data(self) -> set[str]:
        return {shop.name for shop in self.simulator.shops.values() if shop.like.name == DATA}

    def sync(self, options: Options) -> None:
        written, old = self.world.written, head(self.catalog)
        chosen = list(options.names) or (written.enabled() if options.all else written.asked(self.data()))
        before = listings_at(self.catalog, old)
        result = self.ask(options, chosen)
        self.stands()
        self.is_told(result, options, chosen)
        assert (result.commit is None) == (head(self.catalog) == old)
        if result.commit:
            self.is_counted(before)
        again = sync.run(machine.load(), replace(options, force=False))
        assert again.commit is None
        assert (again.models, again.providers) == (result.models, result.providers)
        self.stands()
        self.other_commands_say_so()
        if not options.offline and chosen == written.enabled() and self.all_well():
            self.another_machine_has_the_same()

    def ask(self, options: Options, chosen: list[str]) -> SyncResult:
        self.simulator.log.clear()
        result = sync.run(machine.load(), options)
        tagged = {one.shop for one in self.simulator.log if "if-none-match" in one.headers}
        self.world.synced([] if options.offline else chosen, self.simulator.shops, tagged)
        return result

    def all_well(self) -> bool:
        tables = self.world.written.tables.values()
        return all(healthy(self.simulator.shops[table.shop]) for table in tables if table.enabled)

    def stands(self) -> None:
        """The folder holds what it must, and git agrees."""
        assert listings(self.catalog) == self.world.stored
        ids = files(self.catalog, "config/txt")
        assert {
            path.split("models_")[1].removesuffix(".txt"): frozenset(data.decode().split())
            for path, data in ids.items()
        } == self.world.stored
        assert real_git.clean(self.catalog)
        assert real_git.sound(self.catalog)
        self.rendered(CONFIGS)

    def rendered(self, folders: list[str]) -> None:
        """The tools' configs are what the catalog that stands there gives, and nothing else."""
        mine = machine.load()
        registry = machine.registry(mine)
        selection, every = machine.selection(mine, registry), [tools.load(name) for name in tools.names()]
        made = render(workspace.catalog(mine), registry, selection, every, first_seen=History(mine))
        wanted = {path: text.encode() for one in made for path, text in one.texts().items()}
        assert files(self.catalog, *folders) == {
            path: data for path, data in wanted.items() if path.startswith(tuple(folders))
        }

    def is_told(self, result: SyncResult, options: Options, chosen: list[str]) -> None:
        world = self.world
        assert [account.provider for account in result.accounts] == chosen
        for account in result.accounts:
            came = "fetched" if account.outcome == "unchanged" else account.outcome
            assert came == ("not asked" if options.offline else world.outcomes[account.provider]), account
            if world.written.tables[account.provider].shop not in self.data():
                assert account.models == len(world.stored.get(account.provider, ())), account
        assert (result.models, result.providers) == (world.models(), len(world.stored))
        failed = len(result.failed())
        asked = failed + sum(account.outcome in {"fetched", "unchanged"} for account in result.accounts)
        bad = failed and (options.strict or failed == asked)
        assert result.exit_code == (ExitCode.NO if bad else ExitCode.OK)

    def is_counted(self, before: dict[str, Ids]) -> None:
        """The commit's subject says how many models came and went."""
        after, none = self.world.stored, frozenset[str]()
        names = before.keys() | after.keys()
        subject = git(self.catalog, "log", "-1", "--format=%s")
        said = {sign: int(count) for sign, count in re.findall(r" ([+-])(\d+)", subject)}
        added = sum(len(after.get(name, none) - before.get(name, none)) for name in names)
        removed = sum(len(before.get(name, none) - after.get(name, none)) for name in names)
        assert (said.get("+", 0), said.get("-", 0)) == (added, removed), subject

    def another_machine_has_the_same(self) -> None:
        """One that sees the same for the first time; max_models goes by what was there before."""
        new = self.folder / f"fresh-{self.new()}"
        (new / "catalog").mkdir(parents=True)
        for name in ("providers.toml", "modelcat.toml"):
            shutil.copy(self.catalog / name, new / "catalog" / name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MODELCAT_HOME", str(new))
            sync.run(machine.load(), Options(all=True))
        below = ["catalog", *(["config/json", "config/txt"] if self.world.written.limit else ["config"])]
        assert files(self.catalog, *below) == files(new / "catalog", *below)

    def other_commands_say_so(self) -> None:
        mine, world = machine.load(), self.world
        now, counted = status.run(mine), stats.run(mine)
        assert set(now.failed) == world.failed()
        assert now.models == len(models.run(mine).hits) == world.models()
        assert now.origins["stale"] == len(world.failed() & world.stored.keys())
        assert {row.provider: row.models for row in counted.rows} == {
            name: len(ids) for name, ids in world.stored.items()
        }
        assert counted.last_run is not None
        assert counted.last_run["models"] == world.models()
        assert doctor.run(mine).exit_code in {ExitCode.OK, ExitCode.NO}
        for name in (None, *world.stored):
            log.run(mine, name)
        self.diff_says_so()

    def diff_says_so(self) -> None:
        if not self.parents():
            return
        try:
            before = listings_at(self.catalog, "HEAD~1")
        except ValueError:  # a list that was damaged and committed
            return
        told: dict[str, Any] = {
            item.change.provider: (set(item.change.added), set(item.change.removed))
            for item in catalog_diff.run(machine.load(), "HEAD~1").providers
        }
        after, none = self.world.stored, frozenset[str]()
        for name in before.keys() | after.keys():
            was, now = before.get(name, none), after.get(name, none)
            assert told.get(name, (none, none)) == (now - was, was - now)


@pytest.mark.slow
def test_a_few_lives() -> None:
    live(Lives, 10, 15, random=False)


@pytest.mark.long
@pytest.mark.parametrize("part", range(40))
def test_many_lives(part: int) -> None:
    live(Lives, 50, 25, random=True)
