"""Models that nobody dates: when git saw them first, and that the newest of them are the ones selected."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import settings as machine
from modelcat import state, workspace
from modelcat.catalog import Model, line_ids, listing, listing_path, listing_text
from modelcat.commands import diff, generate, sync
from modelcat.commands.sync import Options
from modelcat.first_seen import History
from modelcat.repo import catalog as repo_module
from modelcat.repo import git
from modelcat.repo.catalog import CatalogRepo
from tests import real_git
from tests.simulator import Simulator
from tests.simulator.fixtures import simulator

if TYPE_CHECKING:
    from modelcat.catalog import Origin
    from modelcat.settings import Settings
    from tests.simulator import Shop

__all__ = ["simulator"]

DAY = 24 * 60 * 60
START = 1_767_225_600  # 2026-01-01


class Calendar:
    """A managed catalog with one commit a day."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.settings = machine.load()
        self.patch = patch
        self.day = START - DAY

    def next(self, origin: Origin = "fetched", **ids: str | None) -> None:
        """Commit what each provider lists the next day; None: it is gone."""
        self.day += DAY
        self.patch.setattr(repo_module, "time", SimpleNamespace(time=lambda: self.day))
        texts = {
            listing_path(provider): None
            if words is None
            else listing_text(listing(provider, map(Model, words.split()), origin))
            for provider, words in ids.items()
        }
        workspace.repo(self.settings).commit(texts, "sync: a day")

    def seen(self, *providers: str) -> dict[str, dict[str, str]]:
        return {name: dict(row) for name, row in History(self.settings)(frozenset(providers)).items()}


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every git process from here on, by its verb."""
    verbs: list[str] = []
    start = git.Git.start

    def noted(self: git.Git, *words: str) -> Any:
        verbs.append(words[0])
        return start(self, *words)

    monkeypatch.setattr(git.Git, "start", noted)
    return verbs


def test_the_day_on_which_an_id_came(calendar: Calendar) -> None:
    calendar.next(acme="a b", other="a")
    calendar.next(acme="a b c")
    calendar.next(other="a c")
    assert calendar.seen("acme", "other", "unknown") == {
        "acme": {"c": "2026-01-02"},
        "other": {"c": "2026-01-03"},
        "unknown": {},
    }


def test_coming_back_is_not_being_new(calendar: Calendar) -> None:
    calendar.next(acme="a b")
    calendar.next(acme="a b c")
    calendar.next(acme="b")
    calendar.next(acme="a b c")
    assert calendar.seen("acme")["acme"] == {"a": "", "c": "2026-01-02"}


def test_the_first_fetched_list_and_a_new_file_date_nobody(calendar: Calendar) -> None:
    calendar.next("embedded", acme="a", other="x")
    calendar.next(acme="a b", other=None)
    calendar.next(acme="a b c", other="x y")
    assert calendar.seen("acme", "other") == {"acme": {"c": "2026-01-03"}, "other": {}}


def test_a_newer_snapshot_dates_what_it_adds(calendar: Calendar) -> None:
    calendar.next("embedded", acme="a")
    calendar.next("embedded", acme="a b")
    assert calendar.seen("acme")["acme"] == {"b": "2026-01-02"}


def test_a_changed_model_is_not_new(calendar: Calendar) -> None:
    calendar.next(acme="a b")
    changed = listing("acme", [Model("a", context_window=5), Model("b"), Model("c")], "fetched")
    workspace.repo(calendar.settings).commit({listing_path("acme"): listing_text(changed)}, "sync")
    assert set(calendar.seen("acme")["acme"]) == {"c"}


def test_what_is_kept_is_read_on_and_git_is_left_alone(calendar: Calendar, asked: list[str]) -> None:
    calendar.next(acme="a")
    calendar.next(acme="a b")
    calendar.seen("acme")
    asked.clear()
    assert calendar.seen("acme")["acme"] == {"b": "2026-01-02"}
    assert asked == []
    calendar.next(acme="a b c")
    asked.clear()
    assert calendar.seen("acme")["acme"] == {"b": "2026-01-02", "c": "2026-01-03"}
    assert asked == ["merge-base", "log"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"format": 1, "commit": "--output=x", "providers": {}}',
        '{"format": 1, "commit": "HEAD", "providers": {"acme": {"a": 5}}}',
        '{"format": 99, "commit": "%HEAD%", "providers": {"acme": {"a": "1999-01-01"}}}',
        '{"format": 1, "commit": "%HEAD%", "providers": {"acme": ["a"]}}',
        '{"format": 1, "commit": "%HEAD%", "providers": {"acme": {"a": 5}}}',
        '{"format": 1, "commit": "%LOST%", "providers": {"acme": {"a": "1999-01-01"}}}',
    ],
)
def test_what_cannot_be_read_is_not_there(calendar: Calendar, text: str) -> None:
    calendar.next(acme="a")
    calendar.next(acme="a b")
    head = workspace.repo(calendar.settings).head() or ""
    calendar.settings.extra.mkdir(parents=True, exist_ok=True)
    place = calendar.settings.extra / "first_seen.json"
    place.write_text(text.replace("%HEAD%", head).replace("%LOST%", "1" * 40))
    assert calendar.seen("acme")["acme"] == {"b": "2026-01-02"}
    assert state.load_first_seen(calendar.settings.extra) == (head, {"acme": {"b": "2026-01-02"}})


def test_another_history_is_read_anew(calendar: Calendar) -> None:
    """Somebody reset the branch: what only the left commits knew is not known any more."""
    calendar.next(acme="a")
    calendar.next(acme="a b")
    calendar.seen("acme")
    real_git.git(calendar.settings.catalog, "reset", "--quiet", "--hard", "HEAD~1")
    calendar.next(acme="a c")
    assert calendar.seen("acme")["acme"] == {"c": "2026-01-03"}


def test_without_a_repository_nothing_is_known(calendar: Calendar, asked: list[str]) -> None:
    assert calendar.seen("acme") == {}
    assert asked == []
    assert not calendar.settings.catalog.exists()


_LISTS = st.frozensets(st.sampled_from("abcdefgh"), max_size=8).map(lambda ids: " ".join(sorted(ids)))
_DAYS = st.lists(
    st.tuples(st.sampled_from(["embedded", "fetched", "fetched", "fetched"]), _LISTS), min_size=1, max_size=8
)


@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=_DAYS, looks=st.frozensets(st.integers(0, 7)))
def test_read_on_or_read_whole_it_is_the_same(
    monkeypatch: pytest.MonkeyPatch, days: list[tuple[Origin, str]], looks: frozenset[int]
) -> None:
    """Whoever looked on the way, and the lists are an independent oracle of both."""
    calendar = Calendar(monkeypatch)
    shutil.rmtree(calendar.settings.home, ignore_errors=True)
    known: dict[str, str] = {}
    last: tuple[Origin, str] | None = None
    for number, (origin, ids) in enumerate(days):
        calendar.next(origin, acme=ids)
        if last is None or (last[0] == "embedded" and origin == "fetched"):
            known = {**dict.fromkeys(ids.split(), ""), **known}
        elif ids != last[1]:
            known = {**dict.fromkeys(ids.split(), f"2026-01-{number + 1:02}"), **known}
        last = origin, ids
        if number in looks:
            calendar.seen("acme")
    kept = calendar.seen("acme")["acme"]
    shutil.rmtree(calendar.settings.extra, ignore_errors=True)
    assert calendar.seen("acme")["acme"] == kept
    assert {i: day for i, day in kept.items() if day} == {i: day for i, day in known.items() if day}


@given(st.lists(st.text(min_size=1), unique=True, max_size=5), st.text())
def test_ids_of_lines(ids: list[str], name: str) -> None:
    models = [Model(item, name=f'"id": "{name}"', context_window=1) for item in ids]
    assert line_ids(listing_text(listing("acme", models, "fetched")).split("\n")) == set(ids)


# --- in the commands


def _sync(simulator: Simulator) -> sync.SyncResult:
    settings = machine.load()
    settings.catalog.mkdir(parents=True, exist_ok=True)
    shipped = machine.data_file("providers.toml").read_text()
    from modelcat import registry

    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in registry.load(shipped).providers)
    (settings.catalog / "providers.toml").write_text(simulator.registry_text() + off)
    (settings.catalog / "modelcat.toml").write_text("max_models = 5\n")
    return sync.run(settings, Options())


def _offer(shop: Shop, *ids: str) -> None:
    shop.rows[:] = [{"id": name, "object": "model"} for name in ids]
    shop.refresh()


def _files(folder: Path) -> dict[str, bytes]:
    config = folder / "config"
    return {str(p.relative_to(config)): p.read_bytes() for p in config.rglob("*") if p.is_file()}


def _rendered(settings: Settings) -> set[str]:
    text = (settings.catalog / "config/mods/models_acme.yml").read_text()
    return {name for name in [*OLD, *NEW] if name in text}


OLD = [f"a-{number}" for number in range(10)]
NEW = ["z-new", "y-new"]


@pytest.fixture
def shop(simulator: Simulator) -> Shop:
    """A provider without dates that has listed ten models, and then two more."""
    shop = simulator.open("ids_only", "acme")
    _offer(shop, *OLD)
    _sync(simulator)
    assert _rendered(machine.load()) == set(OLD[:5])
    _offer(shop, *OLD, *NEW)
    assert _sync(simulator).commit is not None
    return shop


def test_what_is_new_is_selected_at_once_and_stays(simulator: Simulator, shop: Shop) -> None:
    settings = machine.load()
    assert _rendered(settings) == {*NEW, *OLD[:3]}
    assert _sync(simulator).commit is None
    assert generate.run(settings).commit is None
    _offer(shop, *OLD[1:], *NEW)
    _sync(simulator)
    assert _rendered(settings) == {*NEW, *OLD[1:4]}
    _offer(shop, *OLD, *NEW)
    _sync(simulator)
    assert _rendered(settings) == {*NEW, *OLD[:3]}


def test_a_forced_sync_makes_no_commit(simulator: Simulator, shop: Shop) -> None:
    assert sync.run(machine.load(), Options(force=True)).commit is None


@pytest.mark.usefixtures("shop")
def test_what_was_kept_is_no_loss() -> None:
    settings = machine.load()
    for place in settings.extra.glob("*.json"):
        place.unlink()
    assert generate.run(settings).commit is None
    assert sync.run(settings, Options(force=True)).commit is None
    assert _rendered(settings) == {*NEW, *OLD[:3]}


@pytest.mark.usefixtures("shop")
def test_a_clone_renders_the_same(tmp_path: Path) -> None:
    mine = machine.load()
    clone = tmp_path / "clone"
    clone.mkdir()
    real_git.git(tmp_path, "clone", "--quiet", str(mine.catalog), str(clone / "catalog"))
    theirs = machine.load(clone)
    assert generate.run(theirs).commit is None
    assert _files(theirs.catalog) == _files(mine.catalog)


@pytest.mark.usefixtures("shop")
def test_a_plan_offers_what_was_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = machine.registry(machine.load()).get("acme")
    monkeypatch.setenv(provider.api_key_env[0], "test-key-of-acme")
    [plan] = diff.run(machine.load(), tools=("mods",)).planned.plan.tools
    text = (plan.files[0].after or b"").decode()
    assert {name for name in [*OLD, *NEW] if name in text} == {*NEW, *OLD[:3]}


def test_git_is_asked_only_where_it_matters(calendar: Calendar, asked: list[str]) -> None:
    """Few models, or a day for each, or no limit: no process for any of them."""
    dated = [Model(f"m{number}", released="2026-01-01") for number in range(120)]
    texts = {
        listing_path("groq"): listing_text(listing("groq", dated, "fetched")),
        listing_path("mistral"): listing_text(listing("mistral", dated[:3], "fetched")),
    }
    workspace.repo(calendar.settings).commit(texts, "sync")
    generate.run(calendar.settings)
    asked.clear()
    assert generate.run(calendar.settings).commit is None
    assert "log" not in asked
    assert not (calendar.settings.extra / "first_seen.json").exists()
    many = [Model(f"m{number}") for number in range(120)]
    CatalogRepo(calendar.settings.catalog).commit(
        {listing_path("groq"): listing_text(listing("groq", many, "fetched"))}, "sync"
    )
    asked.clear()
    generate.run(calendar.settings)
    assert "log" in asked
