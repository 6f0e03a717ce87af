"""Everything between here and a provider that can be broken: names, ports, TLS, proxies, the clock."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from modelcat import state
from modelcat.commands import catalog_diff, log, status, sync
from modelcat.commands.sync import Options
from modelcat.fetch import patience
from modelcat.settings import Settings
from tests.faults import ground, servers
from tests.faults.starter import Ended, Starter
from tests.real_git import git
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

KEY = "sk-test-0123456789abcdefghijklmnop"
CERTIFICATES = Path(__file__).parent / "certificates"
NOBODY = "no network: none of the providers could be reached; what is stored stands"


@dataclass
class Place:
    """A managed folder with one good list, of a provider that ACME_BASE_URL moves elsewhere."""

    starter: Starter
    settings: Settings
    shop: Shop

    def sync(self, url: str, **env: str) -> Ended:
        """Sync with the provider at `url`."""
        return self.starter.run("sync", "--timeout", "6", "-v", env={"ACME_BASE_URL": url, **env})

    def stored(self) -> bytes:
        return (self.settings.catalog / "catalog" / "acme.json").read_bytes()


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("ACME_API_KEY", KEY)
    shop = simulator.open("openrouter", "acme", count=4, key=KEY)
    settings = ground.prepare(simulator)
    overlay = settings.catalog / "providers.toml"
    text = overlay.read_text("utf-8").replace(
        "[providers.acme]\n", '[providers.acme]\nbase_url_env = ["ACME_BASE_URL"]\n'
    )
    overlay.write_text(text, "utf-8")
    with Starter(tmp_path) as starter:
        made = Place(starter, settings, shop)
        assert starter.run("sync").code == 0
        yield made


def nowhere() -> AbstractContextManager[str]:
    return contextlib.nullcontext("https://no-such-host.invalid")


@contextlib.contextmanager
def at(serving: AbstractContextManager[int], scheme: str = "http") -> Iterator[str]:
    with serving as port:
        yield f"{scheme}://127.0.0.1:{port}"


@contextlib.contextmanager
def guarded(certificate: str) -> Iterator[str]:
    """A provider whose certificate nobody vouches for."""
    path = CERTIFICATES / f"{certificate}.pem"
    with Simulator(tls=True, certificate=path) if certificate else Simulator(tls=True) as running:
        running.open("openrouter", "v1", count=4)
        yield running.origin


BROKEN: dict[str, tuple[Callable[[], AbstractContextManager[str]], str, bool]] = {
    # what is broken: (where to ask, what is said, whether that is a matter of the network)
    "a name that does not resolve": (
        nowhere,
        "no-such-host.invalid does not resolve; is there a network?",
        True,
    ),
    "a port that refuses": (lambda: at(servers.refusing()), "refuses connections", True),
    "packets dropped": (lambda: at(servers.dropping()), "no connection to 127.0.0.1", True),
    "hangs up": (lambda: at(servers.answering(servers.closes_at_once)), "broke off", False),
    "no HTTP": (lambda: at(servers.answering(servers.talks_nonsense)), "broke off", False),
    "no TLS": (
        lambda: at(servers.answering(servers.talks_nonsense), "https"),
        "no encrypted connection",
        False,
    ),
    "hangs up on TLS": (
        lambda: at(servers.answering(servers.closes_at_once), "https"),
        "no encrypted connection",
        False,
    ),
    "a certificate of its own": (partial(guarded, ""), "is not trusted (self-signed certificate)", False),
    "a certificate of another name": (partial(guarded, "named"), "is not trusted", False),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_stored_stands_and_the_next_sync_needs_no_help(place: Place, what: str) -> None:
    where, said, network = BROKEN[what]
    before, head = place.stored(), git(place.settings.catalog, "rev-parse", "HEAD")
    with where() as origin:
        done = place.sync(f"{origin}/v1")
    assert done.err == ""
    assert said in done.out
    assert (NOBODY in done.out) is network
    # A network that is not there is nobody's failure; a provider at which something is broken is.
    assert done.code == (0 if network else 1)
    assert "Traceback" not in done.out
    assert KEY not in done.out
    assert place.stored() == before
    assert git(place.settings.catalog, "rev-parse", "HEAD") == head
    again = place.starter.run("sync", env={"ACME_BASE_URL": None})
    assert (again.code, again.err) == (0, "")
    assert "nothing new, no commit" in again.out
    ground.assert_whole(place.settings)


# ---- proxies ----


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_not_there(place: Place, variable: str) -> None:
    before = place.stored()
    with servers.refusing() as port:
        proxy = f"http://someone:hunter2@127.0.0.1:{port}"
        done = place.sync("https://api.shop.invalid/v1", **{variable: proxy})
    assert (done.code, done.err) == (0, "")
    assert NOBODY in done.out
    assert "hunter2" not in done.out
    assert place.stored() == before
    assert "hunter2" not in "".join(path.read_text("utf-8") for path in place.settings.extra.glob("*.json"))


def test_a_proxy_sees_the_host_and_neither_key_nor_list(place: Place) -> None:
    """The name does not resolve here: only the proxy gets there."""
    certificate = CERTIFICATES / "named.pem"
    with Simulator(tls=True, certificate=certificate) as beyond:
        beyond.open("openrouter", "v1", count=7)
        proxy = servers.Proxy(int(beyond.origin.rsplit(":", 1)[1]))
        with servers.answering(proxy) as port:
            env = {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "SSL_CERT_FILE": str(certificate)}
            done = place.sync("https://api.shop.invalid/v1", **env)
            spared = place.sync("https://api.shop.invalid/v1", **env, NO_PROXY="shop.invalid")
    assert (done.code, done.err) == (0, "")
    assert "7 models of 1 provider" in done.out
    assert set(proxy.asked) == {"CONNECT api.shop.invalid:443 HTTP/1.1"}
    assert KEY.encode() not in proxy.seen
    assert beyond.log[0].headers["authorization"] == f"Bearer {KEY}"
    assert len(proxy.asked) == 1, "NO_PROXY"
    assert "does not resolve" in spared.out


def test_a_proxy_that_refuses(place: Place) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    before = place.stored()
    with servers.answering(refuse) as port:
        done = place.sync("https://api.shop.invalid/v1", HTTPS_PROXY=f"http://a:hunter2@127.0.0.1:{port}")
    assert "proxy" in done.out
    assert "hunter2" not in done.out
    assert place.stored() == before


# ---- the clock ----


@pytest.mark.parametrize("certificate", ["expired", "not_yet_valid"])
def test_a_certificate_out_of_its_time_makes_one_think_of_the_clock(place: Place, certificate: str) -> None:
    """To a clock that is far off every certificate is so."""
    with guarded(certificate) as origin:
        done = place.sync(f"{origin}/v1", SSL_CERT_FILE=str(CERTIFICATES / f"{certificate}.pem"))
    assert done.code == 1
    assert "is this machine's clock right" in done.out
    assert datetime.now(UTC).strftime("%Y-%m-%d") in done.out


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the clock that modelcat reads to the first of June of a year."""

    def turn(year: int) -> None:
        when = datetime(year, 6, 1, tzinfo=UTC)

        class Off(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                return cls.fromtimestamp(when.timestamp(), tz)

        for module in ("commands.sync", "fetch.patience", "transaction", "files.lock"):
            monkeypatch.setattr(f"modelcat.{module}.datetime", Off)
        monkeypatch.setattr("time.time", when.timestamp)

    return turn


@pytest.mark.parametrize("years", [(2099, 2026), (2026, 1971), (1971, 2099), (2026, 2026)])
def test_a_clock_that_jumps_years_between_syncs(
    simulator: Simulator, clock: Callable[[int], None], years: tuple[int, int]
) -> None:
    shop = simulator.open("openrouter", "acme", count=6, etags=True)
    settings = ground.prepare(simulator)
    tags = []
    for year in (*years, years[0]):
        clock(year)
        result = sync.run(settings, Options())
        assert result.commit is not None
        assert result.tag is not None
        assert result.tag.startswith(f"sync/{year}-06-01T00-00-00Z")
        tags.append(result.tag)
        again = sync.run(settings, Options())
        assert again.commit is None
        assert [account.outcome for account in again.accounts] == ["unchanged"]
        # The ETag is good whatever the time is.
        assert "if-none-match" in simulator.asked(shop)[-1].headers
        ground.assert_whole(settings)
        ground.turned([shop])
    assert len(set(tags)) == 3
    assert status.run(settings).last_sync == f"{years[0]}-06-01T00:00:00Z"
    assert len(log.run(settings, None).syncs) == 3
    different = catalog_diff.run(settings, tags[0], tags[1])
    assert len(different.providers[0].change.added) == 2


def test_runs_of_a_time_to_come_do_not_push_out_the_present_one(tmp_path: Path) -> None:
    for minute in range(state.RUNS_KEPT):
        state.save_run(tmp_path, f"2099-01-01T00:{minute:02d}:00Z", {}, {})
    state.save_run(tmp_path, "2026-01-01T00:00:00Z", {"when": "now"}, {})
    runs = sorted(path.name for path in tmp_path.glob("run_*.json"))
    assert len(runs) == state.RUNS_KEPT
    assert runs[0] == "run_2026-01-01T00-00-00Z.json"
    assert json.loads((tmp_path / runs[0]).read_text("utf-8"))["when"] == "now"


def test_a_date_to_wait_for_is_meant_by_the_providers_clock(clock: Callable[[int], None]) -> None:
    sent, until = "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:09 GMT"
    for year in (1971, 2026, 2099):
        clock(year)
        assert patience.retry_after(until, sent) == 9
    assert patience.retry_after(until, None) == 0
    assert patience.retry_after(until, "nonsense") == 0
    assert patience.retry_after("7", sent) == 7
