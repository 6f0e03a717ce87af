"""sync against a real server on loopback: what is stored, committed, kept, told, and to whom a key goes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelcat import refresh, render, state, update, workspace
from modelcat import settings as machine
from modelcat.commands import status, sync
from modelcat.commands.sync import Account, Options, SyncResult
from modelcat.errors import ExitCode, RegistryError, UsageError, VerifyError
from modelcat.fetch import Step
from modelcat.output import Screen
from modelcat.output import sync as words
from modelcat.render import Rendered
from tests.simulator import FAULTS, Shop, Simulator, sample_names
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

KEY = "sk-test-0123456789abcdefghijklmnop"
# Not those of data sources, and not the two samples that are about rows that make no model.
LIKES = sorted(set(sample_names()) - {"models_dev", "litellm", "catwalk", "oddities", "bare_strings"})
# Faults that a patient client gets over, and those after which a list stands all the same.
PASSING = {"503", "502", "500", "504", "429", "429 after 1", "503 after 1", "429 after date", "reset"}
HARMLESS = {"slow body", "redirect away", "repeated cursor"}


@pytest.fixture
def ask(simulator: Simulator, tmp_path: Path) -> Callable[..., SyncResult]:
    """Sync with a registry of the simulator's shops and nobody else."""

    def run(*names: str, **options: Any) -> SyncResult:
        write_registry(simulator)
        return sync.run(machine.load(), Options(names=names, **options))

    return run


def write_registry(simulator: Simulator) -> None:
    """The person's providers.toml: all shipped providers off, the simulator's shops on."""
    settings = machine.load()
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped())
    settings.catalog.mkdir(parents=True, exist_ok=True)
    (settings.catalog / "providers.toml").write_text(simulator.registry_text() + off)


def shipped() -> list[str]:
    from modelcat import registry

    return list(registry.load(machine.data_file("providers.toml").read_text()).providers)


def account(result: SyncResult, shop: Shop) -> Account:
    return next(item for item in result.accounts if item.provider == shop.name)


def stored_ids(shop: Shop) -> set[str]:
    listing = workspace.listing(machine.load(), shop.name)
    return set() if listing is None else set(listing.ids())


def git(*words: str) -> str:
    folder = machine.load().catalog
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def commits() -> int:
    return len(git("log", "--format=%H").split())


def test_every_healthy_provider_is_fetched_and_no_model_lost(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shops = [simulator.open(like) for like in LIKES]
    result = ask()
    assert {item.provider: item.outcome for item in result.accounts} == {s.name: "fetched" for s in shops}
    for shop in shops:
        lost = sum(item.count for item in account(result, shop).unusable)
        kept = stored_ids(shop)
        assert kept <= shop.ids, shop.name
        assert len(kept) == account(result, shop).models
        assert len(shop.ids - kept) == lost, shop.name
    assert result.models == sum(len(stored_ids(shop)) for shop in shops)
    assert result.exit_code == ExitCode.OK


def test_what_a_sync_writes(simulator: Simulator, ask: Callable[..., SyncResult]) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    result = ask()
    settings = machine.load()
    tracked = git("ls-files").split()
    for path in ("catalog/acme.json", "config/json/models_acme.json", "config/txt/models_acme.txt"):
        assert path in tracked
    assert {path.split("/")[1] for path in tracked if path.startswith("config/")} == {
        "aichat",
        "codex",
        "json",
        "mods",
        "txt",
    }
    assert (settings.catalog / "config/txt/models_acme.txt").read_text().split() == sorted(shop.ids)
    assert not [path for path in tracked if path.startswith("models/")]
    assert (settings.extra / "summary_stats.json").is_file()
    assert (settings.extra / "failed_providers.json").read_text() == "{}"
    assert len(list(settings.extra.glob("run_*.json"))) == 1
    assert git("log", "-1", "--format=%s%n%b").split("\n")[:3] == ["sync: +3 models in acme", "acme: +3", ""]
    assert git("tag", "--points-at", "HEAD").strip() == result.tag


def test_a_second_sync_makes_no_commit(simulator: Simulator, ask: Callable[..., SyncResult]) -> None:
    for like in LIKES:
        simulator.open(like)
    first = ask()
    second = ask()
    assert first.commit is not None
    assert second.commit is None
    assert {item.outcome for item in second.accounts} == {"unchanged"}
    assert commits() == 1
    assert git("status", "--porcelain") == ""


def test_an_etag_is_sent_and_a_304_keeps_the_list(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", count=4, etags=True)
    ask()
    assert "if-none-match" not in simulator.asked(shop)[0].headers
    result = ask()
    assert "if-none-match" in simulator.asked(shop)[1].headers
    assert account(result, shop).outcome == "unchanged"
    assert stored_ids(shop) == shop.ids


@pytest.mark.parametrize("how", ["force", "catalog gone", "another commit", "state gone"])
def test_no_etag_is_sent_where_the_stored_list_may_be_another(
    how: str, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", count=4, etags=True)
    ask()
    settings = machine.load()
    if how == "catalog gone":
        (settings.catalog / "catalog" / f"{shop.name}.json").unlink()
        git("commit", "-qam", "by hand")
    elif how == "another commit":
        git("commit", "-qm", "by hand", "--allow-empty")
    elif how == "state gone":
        (settings.extra / "state.json").unlink()
    result = ask(force=how == "force")
    assert "if-none-match" not in simulator.asked(shop)[1].headers
    assert stored_ids(shop) == shop.ids
    assert result.commit is None or how == "catalog gone"


def test_a_change_shows_in_the_subject_the_account_and_the_log(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=5)
    other = simulator.open("groq", "other", count=2)
    ask()
    gone = shop.rows.pop(0)
    shop.rows[0]["context_length"] = 4242
    shop.rows.append({**shop.rows[1], "id": "brand/new"})
    shop.refresh()
    result = ask()
    found = account(result, shop).change
    assert found is not None
    assert (found.added, found.removed) == (("brand/new",), (gone["id"],))
    assert found.changed == (shop.rows[0]["id"],)
    assert account(result, other).outcome == "unchanged"
    assert git("log", "-1", "--format=%s%n%b").split("\n")[:2] == [
        "sync: +1 -1 ~1 models in acme",
        "acme: +1 -1 ~1",
    ]


def test_only_the_named_are_asked(simulator: Simulator, ask: Callable[..., SyncResult]) -> None:
    shops = [simulator.open("openrouter", f"p{n}", count=2) for n in range(4)]
    result = ask("p1,p3", "p1")
    assert [item.provider for item in result.accounts] == ["p1", "p3"]
    assert {item.shop for item in simulator.log} == {"p1", "p3"}
    assert stored_ids(shops[0]) == set()


@pytest.mark.parametrize(
    ("names", "options", "error", "word"),
    [
        (("opennrouter",), {}, RegistryError, "did you mean openrouter"),
        (("nineteenai",), {}, UsageError, "nineteenai is disabled"),
        (("acme",), {"all": True}, UsageError, "not both"),
    ],
)
def test_wrong_names_are_told_before_anything_is_done(
    names: tuple[str, ...],
    options: dict[str, Any],
    error: type[Exception],
    word: str,
    simulator: Simulator,
    ask: Callable[..., SyncResult],
) -> None:
    simulator.open("openrouter", "acme", count=2)
    with pytest.raises(error, match=word):
        ask(*names, **options)
    assert not simulator.log
    assert not (machine.load().catalog / ".git").exists()


# ---- faults ----


@pytest.mark.slow
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - PASSING - HARMLESS - {"304 unasked"}))
def test_a_fault_keeps_the_last_good_list(
    fault: str, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=4)
    healthy = simulator.open("groq", "healthy", count=2)
    ask()
    before = (machine.load().catalog / "catalog/acme.json").read_bytes()
    shop.always = fault
    FAULTS[fault](shop)  # some take seconds to make, and then the server would answer nobody
    result = ask(timeout=3.0)
    found = account(result, shop)
    assert found.outcome in {"failed", "skipped"}
    assert found.reason
    assert "Traceback" not in found.reason
    assert account(result, healthy).outcome == "unchanged", account(result, healthy)
    assert (machine.load().catalog / "catalog/acme.json").read_bytes() == before
    assert commits() == 1
    assert result.exit_code == ExitCode.OK
    assert ask(timeout=3.0, strict=True).exit_code == (
        ExitCode.NO if found.outcome == "failed" else ExitCode.OK
    )
    [stale] = [item for item in workspace.catalog(machine.load()).listings if item.provider == "acme"]
    assert stale.origin == ("stale" if found.outcome == "failed" else "fetched")
    shop.always = None
    assert account(ask(), shop).outcome == "unchanged"


@pytest.mark.parametrize("fault", sorted(PASSING))
def test_a_passing_fault_is_got_over(
    fault: str, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=4, faults=[fault])
    result = ask()
    assert account(result, shop).outcome == "fetched"
    assert stored_ids(shop) == shop.ids
    assert len(simulator.asked(shop)) == 2


def test_all_failed_is_exit_1(simulator: Simulator, ask: Callable[..., SyncResult]) -> None:
    simulator.open("openrouter", count=4, always="404")
    simulator.open("groq", count=4, always="html")
    result = ask()
    assert result.exit_code == ExitCode.NO
    assert not result.no_network


def test_skipped_is_not_failed(simulator: Simulator, ask: Callable[..., SyncResult]) -> None:
    shop = simulator.open("openrouter", "acme", count=4, key=KEY)
    result = ask()
    assert account(result, shop).outcome == "skipped"
    assert "ACME_API_KEY" in (account(result, shop).reason or "")
    assert result.exit_code == ExitCode.OK
    assert not simulator.asked(shop)


def test_nobody_to_reach_is_exit_0_as_long_as_a_listing_stands() -> None:
    with Simulator() as first:
        shop = first.open("openrouter", "acme", count=4)
        write_registry(first)
    nothing = sync.run(machine.load(), Options())
    assert account(nothing, shop).network
    assert nothing.exit_code == ExitCode.NO
    with Simulator(int(first.origin.rsplit(":", 1)[1])) as again:
        again.open("openrouter", "acme", count=4)
        assert account(sync.run(machine.load(), Options()), shop).outcome == "fetched"
    result = sync.run(machine.load(), Options())
    assert result.no_network
    assert result.exit_code == ExitCode.OK
    assert sync.run(machine.load(), Options(strict=True)).exit_code == ExitCode.NO


# ---- the embedded snapshot ----


def test_offline_the_snapshot_stands_in_and_says_so() -> None:
    result = sync.run(machine.load(), Options(offline=True))
    assert result.models > 2000
    days = {item.as_of for item in workspace.catalog(machine.load()).listings if item.origin == "embedded"}
    assert len(days) == 2, "models.dev's and litellm's"
    assert result.embedded_as_of == min(day for day in days if day)
    assert status.run(machine.load()).snapshot == result.embedded_as_of
    assert set(result.embedded) == {
        item.provider for item in workspace.catalog(machine.load()).listings if item.origin == "embedded"
    }
    assert not list((machine.load().catalog / "config/json").glob("*"))
    assert machine.load().home.stat().st_mode & 0o777 == 0o700
    again = sync.run(machine.load(), Options(offline=True))
    assert again.commit is None
    assert again.models == result.models
    assert set(again.embedded) == set(result.embedded)


def test_an_embedded_listing_gives_way_to_a_fetched_one_and_never_comes_back(simulator: Simulator) -> None:
    shop = simulator.open("groq", "groq", count=3)
    settings = machine.load()
    settings.catalog.mkdir(parents=True)
    assert sync.run(settings, Options(offline=True)).models > 2000
    (settings.catalog / "providers.toml").write_text(
        simulator.registry_text().replace("needs_key_for_list = true", "needs_key_for_list = false")
    )
    fetched = sync.run(settings, Options(names=("groq",)))
    assert account(fetched, shop).outcome == "fetched"
    assert stored_ids(shop) == shop.ids
    shop.always = "500"
    for options in (
        Options(offline=True),
        Options(names=("groq",), timeout=0.5),
        Options(offline=True, force=True),
    ):
        sync.run(settings, options)
        assert stored_ids(shop) == shop.ids


@pytest.mark.parametrize("how", ["state gone", "another commit", "force"])
def test_what_is_not_remembered_is_counted_as_it_is_stored(
    how: str, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=4)
    ask()
    if how == "state gone":  # as in a clone of somebody's catalog
        (machine.load().extra / "state.json").unlink()
    elif how == "another commit":  # as after a restore
        gone = set(shop.ids).pop()
        listing = machine.load().catalog / "catalog/acme.json"
        lines = listing.read_text().splitlines(keepends=True)
        kept = "".join(line for line in lines if gone not in line)
        listing.write_text(kept.replace("},\n  ]", "}\n  ]"))
        git("commit", "-qam", "by hand")
    for result in [ask(offline=True, force=how == "force") for _ in range(2)]:
        assert result.models == len(stored_ids(shop)) == (3 if how == "another commit" else 4)
        assert result.providers == 1
        assert result.embedded == ()
    shop.always = "404"
    assert [item.models for item in ask().accounts] == [len(stored_ids(shop))]


# ---- keys ----


def test_a_key_goes_to_its_provider_and_nowhere_else(
    simulator: Simulator, ask: Callable[..., SyncResult], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_key = simulator.open("openrouter", "acme", count=3, key=KEY)
    redirected = simulator.open("openrouter", "movedaway", count=3, always="redirect away")
    other = simulator.open("groq", "other", count=3)
    refused = simulator.open("mistral", "refused", count=3, key="another")
    for name in ("ACME", "MOVEDAWAY", "REFUSED"):
        monkeypatch.setenv(f"{name}_API_KEY", KEY)
    result = ask()
    assert account(result, with_key).outcome == "fetched"
    assert account(result, refused).outcome == "failed"
    assert "REFUSED_API_KEY was refused" in (account(result, refused).reason or "")
    for asked in simulator.log:
        sent = KEY in " ".join(asked.headers.values())
        assert KEY not in asked.path + str(asked.query)
        if asked.port == simulator.away_port or asked.shop == other.name:
            assert not sent, asked
    assert any(KEY in " ".join(a.headers.values()) for a in simulator.asked(with_key))
    assert any(a.port == simulator.away_port for a in simulator.asked(redirected))
    assert_nowhere(KEY, tmp_path)
    assert KEY not in json.dumps(result.as_json())
    assert KEY not in repr(result)


def assert_nowhere(key: str, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path
    for name in git("rev-list", "--all", "--objects").split("\n"):
        if name:
            assert key not in git("cat-file", "-p", name.split()[0])


# ---- words ----


def test_one_is_said_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    account = Account("acme", "skipped", 2, None, reason="acme: not running at 127.0.0.1:1")
    result = SyncResult((account,), 1, 2, ("acme",), "2026-08-18", (), None, None, 0.04)
    words.show(result, Screen())
    assert capsys.readouterr().out.splitlines() == [
        "1 provider skipped:",
        "  acme: not running at 127.0.0.1:1",
        "2 models of 1 provider in the catalog",
        "1 provider of these stands on the embedded snapshot of 2026-08-18",
        "nothing new, no commit",
        "0.0 s. Next: modelcat diff",
    ]
    words.show(replace(result, accounts=(replace(account, outcome="failed"),)), Screen())
    assert capsys.readouterr().out.startswith("1 provider failed; what was stored of it stays:\n")
    both = words.Both(result, result, lambda *_: print("what apply did"))
    words.show_both(both, Screen())
    assert capsys.readouterr().out.splitlines()[-3:] == ["0.0 s", "", "what apply did"]


# ---- others ----


def test_progress_tells_of_every_provider(simulator: Simulator) -> None:
    for like in LIKES[:6]:
        simulator.open(like)
    write_registry(simulator)
    steps: list[Step] = []
    sync.run(machine.load(), Options(), steps.append)
    for shop in simulator.shops:
        events = [step.event for step in steps if step.provider == shop]
        assert events[0] == "started"
        assert events[-1] == "done"


def test_a_provider_taken_out_of_the_registry_leaves_the_catalog(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    simulator.open("groq", "other", count=2)
    ask()
    del simulator.shops["acme"]
    ask()
    assert stored_ids(shop) == set()
    assert not [path for path in git("ls-files").split() if "acme" in path]
    assert git("log", "-1", "--format=%s").strip() == "sync: -3 models in acme"


def test_a_provider_that_was_switched_off_is_asked_as_if_for_the_first_time(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=3, etags=True)
    other = simulator.open("groq", "other", count=2, always="404")
    ask()
    own = machine.load().catalog / "providers.toml"
    own.write_text(re.sub(r"^dialect", "enabled = false\ndialect", own.read_text(), flags=re.MULTILINE))
    assert sync.run(machine.load(), Options()).models == 0
    assert stored_ids(shop) == set()
    assert not status.run(machine.load()).failed, "nobody asks it any more"
    other.always = None
    again = ask()
    assert {item.outcome for item in again.accounts} == {"fetched"}
    assert stored_ids(shop) == shop.ids


@pytest.mark.parametrize(
    "path", ["catalog/acme.json", "config/json/models_acme.json", "config/mods/mods.yml"]
)
@pytest.mark.parametrize("how", ["gone", "other", "no text", "staged"])
@pytest.mark.parametrize("fault", [None, "404"])
def test_what_somebody_did_to_what_modelcat_made_is_undone_before_it_is_read(
    path: str, how: str, fault: str | None, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=3, etags=True)
    other = simulator.open("groq", "other", count=2)
    ask()
    place = machine.load().catalog / path
    before = place.read_bytes()
    if how == "gone":
        place.unlink()
    else:
        place.write_bytes(b"\xff" if how == "no text" else before.replace(b"openai", b"0penai") + b"\n")
    if how == "staged":
        git("add", path)
    shop.always = fault
    other.rows.pop()
    other.refresh()
    result = ask()
    assert place.read_bytes() == before or path.startswith("config/mods")
    assert git("status", "--porcelain") == ""
    assert git("log", "-1", "--format=%s").strip() == "sync: -1 model in other"
    assert account(result, shop).models == 3
    assert result.models == 4


@pytest.mark.parametrize("off", [True, False])
def test_without_its_list_nothing_else_of_a_provider_stays(
    off: bool, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    simulator.open("groq", "other", count=2)
    ask()
    git("rm", "-q", "catalog/acme.json")
    git("commit", "-q", "-m", "by hand")
    if off:
        del simulator.shops["acme"]
    shop.always = "404"
    ask()
    assert "acme" not in git("ls-files", "catalog", "config/json", "config/txt")
    assert not list(machine.load().catalog.glob("config/*/models_acme.*"))


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_the_ids_of_a_list_are_made_of_it_where_its_provider_is_not_heard(
    how: str, ask: Callable[..., SyncResult], simulator: Simulator
) -> None:
    acme = simulator.open("openrouter", "acme", count=3)
    simulator.open("groq", "other")
    ask()
    ids = machine.load().catalog / "config/txt/models_acme.txt"
    before = ids.read_bytes()
    if how == "gone":
        git("rm", "-q", str(ids))
    else:
        ids.write_text("nobody's\n")
    git("commit", "-q", "-am", "by hand")
    acme.always = "401"
    assert ask().commit is not None
    assert ids.read_bytes() == before
    assert git("status", "--porcelain") == ""
    assert ask().commit is None


@pytest.mark.parametrize("off", [True, False])
@pytest.mark.parametrize("force", [True, False])
def test_a_committed_list_that_cannot_be_read_stands_in_nobodys_way(
    off: bool, force: bool, simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    """Conflict markers, say. What is in no commit may be somebody's own, and stays."""
    shop = simulator.open("openrouter", "acme", count=3)
    simulator.open("groq", "other", count=2)
    ask()
    folder = machine.load().catalog / "catalog"
    (folder / "acme.json").write_text("<<<<<<< ours\n")
    git("commit", "-q", "-a", "-m", "by hand")
    (folder / "mine.json").write_text("not a listing")
    if off:
        del simulator.shops["acme"]
    shop.always = "404"
    result = ask(force=force)
    assert (result.models, result.providers) == (2, 1)
    assert "acme" not in git("ls-files", "catalog", "config/json", "config/txt")
    assert (folder / "mine.json").read_text() == "not a listing"
    assert ask().commit is None
    if not off:
        shop.always = None
        assert ask().models == 5


def test_a_source_whose_answer_is_gone_is_asked_for_it_again(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    source = simulator.open("models_dev", "facts", etags=True)
    ask()
    path = machine.load().extra / "sources" / "facts.json"
    before = path.read_bytes()
    path.unlink()
    ask()
    assert "if-none-match" not in simulator.asked(source)[1].headers
    assert path.read_bytes() == before
    ask()
    assert "if-none-match" in simulator.asked(source)[2].headers


def test_what_another_hand_did_to_generated_files_is_put_right(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    simulator.open("openrouter", "acme", count=3)
    ask()
    main = machine.load().catalog / "config/mods/mods.yml"
    before = main.read_bytes()
    main.unlink()
    ask()
    assert main.read_bytes() == before
    main.write_text("apis: {}\n")
    ask(force=True)
    assert main.read_bytes() == before
    assert commits() == 1


def test_the_selection_is_committed_and_renders_anew(
    simulator: Simulator, ask: Callable[..., SyncResult]
) -> None:
    simulator.open("openrouter", "acme", count=30)
    ask()
    settings = machine.load()
    before = (settings.catalog / "config/txt/models_acme.txt").read_text()
    (settings.catalog / "modelcat.toml").write_text("max_models = 4\n")
    result = ask()
    assert result.commit is not None
    rendered = (settings.catalog / "config/mods/models_acme.yml").read_text()
    assert rendered.count("max-input-chars") == 4
    assert (settings.catalog / "config/txt/models_acme.txt").read_text() == before
    assert "modelcat.toml" in git("ls-files").split()


def test_two_machines_that_see_the_same_answers_make_the_same_tree(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = []
    for like in LIKES:
        simulator.open(like)
    for name in ("one", "two"):
        monkeypatch.setenv("MODELCAT_HOME", str(tmp_path / name))
        if name == "two":
            monkeypatch.setenv("OPENAI_API_KEY", KEY)
        write_registry(simulator)
        sync.run(machine.load(), Options())
        trees.append(git("rev-parse", "HEAD^{tree}"))
    assert trees[0] == trees[1]


def test_a_sync_that_could_not_remember_is_done_again(
    simulator: Simulator, ask: Callable[..., SyncResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = simulator.open("openrouter", "acme", count=3, etags=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(state, "save", full)
        with pytest.raises(OSError, match="No space"):
            ask()
    result = ask()
    assert "if-none-match" not in simulator.asked(shop)[1].headers
    assert result.commit is None
    assert stored_ids(shop) == shop.ids


def test_a_config_that_its_tool_would_refuse_is_not_committed(
    simulator: Simulator, ask: Callable[..., SyncResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = simulator.open("openrouter", "acme", count=3)
    ask()
    shop.rows.append({**shop.rows[0], "id": "brand/new"})
    shop.refresh()

    def broken(*args: Any, **options: Any) -> tuple[Rendered, ...]:
        return tuple(
            replace(one, targets=(replace(one.targets[0], tree={"clients": 7}), *one.targets[1:]))
            if one.offered.tool.name == "aichat"
            else one
            for one in render.render(*args, **options)
        )

    with monkeypatch.context() as patch:
        patch.setattr(update, "render", broken)
        with pytest.raises(VerifyError, match=r"nothing was committed: catalog/config/aichat/config\.yaml"):
            ask()
    assert commits() == 1
    assert git("status", "--porcelain") == ""
    assert ask().commit is not None
    assert stored_ids(shop) == shop.ids


# While providers are waited for


def test_what_has_answered_is_read_at_once_and_only_where_it_is_news(
    ask: Callable[..., SyncResult], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = simulator.open("groq", "quick"), simulator.open("groq", "slow", latency=1.0)
    read: set[str] = set()
    real = refresh.read

    def counted(provider: Any, rows: Any) -> Any:
        read.add(provider.id)
        return real(provider, rows)

    def asked_at(step: Step) -> None:
        if step.event == "done":
            done.append((step.provider, frozenset(read)))

    done: list[tuple[str, frozenset[str]]] = []
    monkeypatch.setattr(refresh, "read", counted)
    monkeypatch.setattr(update, "read", counted)
    write_registry(simulator)
    result = sync.run(machine.load(), Options(), asked_at)
    assert done == [(quick.name, frozenset({quick.name})), (slow.name, frozenset({quick.name, slow.name}))]
    assert read == {quick.name, slow.name}
    assert {item.provider: item.models for item in result.accounts} == {
        quick.name: len(quick.ids),
        slow.name: len(slow.ids),
    }
    read.clear()
    assert ask().commit is None
    assert read == set()
