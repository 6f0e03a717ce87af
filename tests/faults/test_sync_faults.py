"""Whole syncs in which providers fail in every way: why is told, and the last good list stays as it is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

import pytest

from modelcat import asking, fetch, workspace
from modelcat.commands import sync
from modelcat.commands.sync import Account, Options, SyncResult
from modelcat.errors import ExitCode
from modelcat.fetch import Limits
from modelcat.settings import Settings
from tests.faults import ground
from tests.real_git import git
from tests.simulator import FAULTS, Shop, Simulator, sample, sample_names
from tests.simulator.fixtures import simulator
from tests.test_fetch import FATE

__all__ = ["simulator"]

KEY = "sk-test-0123456789abcdefghijklmnop"
LIMITS = Limits(timeout=20.0, connect_timeout=5.0, attempts=3, backoff=0.01, size=2**20)
DATA = {"models_dev", "litellm", "catwalk"}
# What an answer says of its own shape is said by each dialect in its way.
OWN_WORDS = {"empty list", "wrong shape", "number", "error 200", "429 in 200", "304 unasked"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter patience; everything else as it is."""
    monkeypatch.setattr(asking, "fetch_all", lambda questions, **_: fetch.fetch_all(questions, limits=LIMITS))


def every_dialect(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Shop, int]]:
    """A shop for every sample, and for those with pages one for the first, a middle and the last page.

    With each, the number of healthy answers before the page that is to fail.
    """
    found = []
    for like in sorted(set(sample_names()) - DATA - {"oddities", "bare_strings"}):
        for healthy in range(3 if sample(like).paging else 1):
            name = f"{like.replace('_', '-')}-{healthy + 1}"
            found.append((simulator.open(like, name, count=25, page_size=10, key=KEY), healthy))
            monkeypatch.setenv(f"{name.upper().replace('-', '_')}_API_KEY", KEY)
    return found


def stored(settings: Settings) -> dict[str, bytes]:
    """Everything of the catalog's folder that git keeps."""
    names = git(settings.catalog, "ls-files", "-z").split("\0")[:-1]
    return {name: (settings.catalog / name).read_bytes() for name in names}


def by_name(result: SyncResult) -> dict[str, Account]:
    return {account.provider: account for account in result.accounts}


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_every_fault_of_every_dialect_on_every_page(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole matrix: who failed and why, and not a byte of what was stored has changed."""
    shops = every_dialect(simulator, monkeypatch)
    settings = ground.prepare(simulator)
    first = sync.run(settings, Options())
    assert {account.outcome for account in first.accounts} == {"fetched"}
    before, head = stored(settings), git(settings.catalog, "rev-parse", "HEAD")
    assert len(before) > 3 * len(shops)
    wrong = []
    for fault in FAULTS:
        for shop, healthy in shops:
            afflict(shop, fault, healthy)
        begun = time.monotonic()
        result = sync.run(settings, Options())
        late = time.monotonic() - begun > 2 * LIMITS.timeout + 5
        wrong += [f"{fault}: took {time.monotonic() - begun:.0f} s"] if late else []
        accounts = by_name(result)
        wrong += [line for shop, after in shops if (line := judged(fault, shop, after, accounts))]
        failed = any(account.outcome == "failed" for account in result.accounts)
        assert result.exit_code == (ExitCode.NO if failed and all_failed(result) else ExitCode.OK), fault
        assert result.commit is None, fault
        assert stored(settings) == before, fault
        stale = {item.provider for item in workspace.catalog(settings).listings if item.origin == "stale"}
        assert stale == {a.provider for a in result.accounts if a.outcome == "failed"}, fault
    assert not wrong, "\n".join(wrong)
    assert git(settings.catalog, "rev-parse", "HEAD") == head
    for shop, _ in shops:
        shop.always = None
        shop.faults.clear()
    last = sync.run(settings, Options())
    assert {account.outcome for account in last.accounts} == {"unchanged"}
    ground.assert_whole(settings)


def afflict(shop: Shop, fault: str, healthy: int) -> None:
    """After so many healthy answers let `shop` have this fault: once if it leads elsewhere, else for good."""
    once = fault == "redirect away"
    shop.faults = deque([*[""] * healthy, fault]) if once else deque()
    shop.always, shop.healthy = None if once else fault, healthy
    FAULTS[fault](shop)  # some take a while to make, and the server would answer nobody meanwhile


def all_failed(result: SyncResult) -> bool:
    return all(account.outcome in {"failed", "skipped"} for account in result.accounts)


def judged(fault: str, shop: Shop, healthy: int, accounts: Mapping[str, Account]) -> str | None:
    """What is wrong with the account of a shop that had `fault` after so many healthy answers."""
    account = accounts[shop.name]
    outcome, words = expected(fault, shop, healthy)
    reason = account.reason or ""
    named = outcome != "failed" or reason.startswith(f"{shop.name}: ")
    good = account.outcome == outcome and words in reason and named and reason.isprintable()
    return None if good and KEY not in reason else f"{fault}: {shop.name}: {account.outcome}: {reason}"


def expected(fault: str, shop: Shop, healthy: int) -> tuple[str, str]:
    """How a sync must take it: the outcome, and what is said."""
    variable = f"{shop.name.upper().replace('-', '_')}_API_KEY"
    special = {
        # There it is another origin, which gets no key.
        "redirect away": ("skipped", f"wants a key, and the one in {variable} is for 127.0.0.1"),
        "repeated cursor": ("failed", "leads back to an earlier one")
        if shop.like.paging
        else ("unchanged", ""),
        "401": ("failed", f"the key in {variable} was refused (401)"),
        "401 in 200": ("failed", f"the key in {variable} was refused (401)"),
        "403": ("failed", f"the key in {variable} may not list models (403)"),
    }
    if fault in special:
        return special[fault]
    if fault == "never answers" and healthy:
        return "failed", "after 20 s"
    # The limits of these syncs are others than the table's.
    words = FATE[fault][1].replace("2.5 s", "20 s").replace("4 MB", "1 MB")
    return "failed", "" if fault in OWN_WORDS else words
