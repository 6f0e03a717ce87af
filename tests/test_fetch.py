"""Fetching from real sockets: every fault, who is sent a key, pages, retries, deadlines, what is said."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelcat import dialects
from modelcat.catalog import Auth, Provider
from modelcat.errors import AuthenticationError, FetchError, RateLimitError
from modelcat.fetch import (
    Failed,
    Fetched,
    Limits,
    Outcome,
    Question,
    Skipped,
    Step,
    fetch_all,
    patience,
    wire,
    words,
)
from modelcat.normalise import normalise
from tests.simulator import FAULTS, Shop, Simulator, sample, sample_names
from tests.simulator.fixtures import running_simulator  # noqa: F401  the fixture "simulator"

KEY = ("SIM_API_KEY", "sk-test-0123456789abcdef")
QUICK = Limits(timeout=5.0, connect_timeout=1.0, attempts=3, backoff=0.01, size=4 * 2**20)


def question(shop: Shop, **more: Any) -> Question:
    provider = more.pop("provider", shop.provider)
    return Question(provider, provider.models_url or "", **more)


def ask(shop: Shop, limits: Limits = QUICK, **more: Any) -> Outcome:
    return fetch_all([question(shop, **more)], limits=limits)[shop.name]


def ids_of(shop: Shop, found: Outcome) -> set[str]:
    assert isinstance(found, Fetched), found
    assert found.rows is not None
    return {model.id for model in normalise(shop.provider, found.rows).models}


def failed(found: Outcome) -> Failed:
    assert isinstance(found, Failed), found
    return found


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


# --- what works --------------------------------------------------------------------------------------------


def test_no_questions() -> None:
    assert fetch_all([]) == {}


@pytest.mark.parametrize("name", sample_names())
def test_every_shape_arrives_whole(simulator: Simulator, name: str) -> None:
    shop = simulator.open(name, count=None if name == "oddities" else 23, page_size=10)
    found = ask(shop, key=KEY)
    if name == "oddities":
        assert isinstance(found, Fetched)
        assert found.rows is not None
        assert len(found.rows) == len(shop.rows)
    else:
        assert ids_of(shop, found) == shop.ids
    assert isinstance(found, Fetched)
    assert found.notes == ()
    assert found.size > 0
    assert found.seconds > 0


def test_all_at_once_and_each_on_its_own(simulator: Simulator) -> None:
    shops = [simulator.open(count=50) for _ in range(30)]
    sick = [simulator.open(count=5, always=fault) for fault in ("404", "html", "never answers", "reset")]
    limits = replace(QUICK, timeout=1.0)
    begun = time.monotonic()
    found = fetch_all([question(shop) for shop in shops + sick], limits=limits)
    assert time.monotonic() - begun < 10
    assert list(found) == [shop.name for shop in shops + sick]
    assert all(ids_of(shop, found[shop.name]) == shop.ids for shop in shops)
    assert all(isinstance(found[shop.name], Failed) for shop in sick)


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_at_a_time_than_asked_for(simulator: Simulator, most: int) -> None:
    shops = [simulator.open(count=1, latency=0.02) for _ in range(6)]
    running, peak = 0, 0

    def watch(step: Step) -> None:
        nonlocal running, peak
        running += {"started": 1, "done": -1}.get(step.event, 0)
        peak = max(peak, running)

    fetch_all([question(shop) for shop in shops], max_concurrency=most, limits=QUICK, progress=watch)
    assert peak == most


def test_the_first_is_asked_before_the_last_begins(simulator: Simulator) -> None:
    """So its answer can be read while those of others are on their way."""
    shops = [simulator.open("openrouter", f"shop{number:02}") for number in range(20)]
    seen: list[int] = []

    def wait(step: Step) -> None:
        if (step.provider, step.event) == ("shop19", "started"):
            limit = time.monotonic() + 5
            while not simulator.asked(shops[0]) and time.monotonic() < limit:
                time.sleep(0.01)
            seen.append(len(simulator.asked(shops[0])))

    fetch_all([question(shop) for shop in shops], progress=wait)
    assert seen == [1]


def test_progress_is_told_in_order(simulator: Simulator) -> None:
    shop = simulator.open("anthropic", count=25, page_size=10, faults=["503"])
    steps: list[Step] = []
    fetch_all([question(shop, key=KEY)], limits=QUICK, progress=steps.append)
    events = [step.event for step in steps]
    assert events[0] == "started"
    assert events[-1] == "done"
    assert events.count("page") == 3
    assert events.index("waiting") < events.index("page")
    assert [step.bytes for step in steps] == sorted(step.bytes for step in steps)
    assert isinstance(steps[-1].outcome, Fetched)
    assert steps[-1].pages == 3


def test_plain_question_is_one_get_of_what_is_there(simulator: Simulator) -> None:
    shop = simulator.open("chutes", count=25)
    found = ask(shop, plain=True)
    assert isinstance(found, Fetched)
    assert found.rows == ()
    assert [row["id"] for row in found.answers[0]["data"]] == [row["id"] for row in shop.rows]
    assert len(simulator.log) == 1
    assert isinstance(ask(simulator.open(count=1, always="wrong shape"), plain=True), Fetched)


# --- faults ------------------------------------------------------------------------------------------------

FATE: dict[str, tuple[type[FetchError], str, int]] = {
    # fault: (error, what is said, how often it is asked)
    "400": (FetchError, "did not understand the question (400)", 1),
    "402": (FetchError, "no credit (402)", 1),
    "404": (FetchError, "no list of models at", 1),
    "405": (FetchError, "no list of models at", 1),
    "412": (FetchError, "not ready for use (412)", 1),
    "429": (RateLimitError, "too many requests (429); try again later", 3),
    "429 after 1": (RateLimitError, "it asks to wait 1 s", 3),
    "429 after 3600": (RateLimitError, "it asks to wait 3600 s", 1),
    "429 after date": (RateLimitError, "too many requests (429)", 3),
    "429 after nonsense": (RateLimitError, "too many requests (429); try again later", 3),
    "429 in 200": (RateLimitError, "too many requests (429)", 3),
    "500": (FetchError, "has trouble (500, 3 times asked)", 3),
    "502": (FetchError, "has trouble (502, 3 times asked)", 3),
    "503": (FetchError, "has trouble (503, 3 times asked)", 3),
    "503 after 1": (FetchError, "has trouble (503, 3 times asked)", 3),
    "504": (FetchError, "has trouble (504, 3 times asked)", 3),
    "304 unasked": (FetchError, "an answer nobody expected (304)", 1),
    "204": (FetchError, "an answer nobody expected (204)", 1),
    "slow body": (FetchError, "still sending after 2.5 s", 1),
    "truncated": (FetchError, "broke off", 3),
    "truncated gzip": (FetchError, "broke off after", 3),
    "broken gzip": (FetchError, "compression is broken", 3),
    "strange encoding": (FetchError, "an encoding that was not asked for", 1),
    "cut json": (FetchError, "not JSON", 1),
    "html": (FetchError, "a web page instead of a list", 1),
    "empty": (FetchError, "an empty answer", 1),
    "empty list": (FetchError, "an empty list", 1),
    "wrong shape": (FetchError, "an object without a list of models", 1),
    "number": (FetchError, "a number where a list of models was expected", 1),
    "not json": (FetchError, "not JSON", 1),
    "not utf-8": (FetchError, "not JSON", 1),
    "deep": (FetchError, "nested too deeply", 1),
    "error 200": (FetchError, "has trouble (500, 3 times asked)", 3),
    "huge": (FetchError, "more than 4 MB", 1),
    "huge announced": (FetchError, "more than 4 MB", 1),
    "gzip bomb": (FetchError, "more than 4 MB", 1),
    "redirect loop": (FetchError, "in a circle", 6),
    "redirect back and forth": (FetchError, "in a circle", 6),
    "redirect to file": (FetchError, "no web address", 1),
    "redirect to user": (FetchError, "no web address", 1),
    "redirect nowhere": (FetchError, "no web address", 1),
    "reset": (FetchError, "broke off", 3),
    "never answers": (FetchError, "no answer within 2.5 s", 1),
}
OTHERWISE = {"401", "403", "401 in 200", "redirect away", "repeated cursor"}


def test_every_fault_has_its_fate() -> None:
    assert set(FATE) | OTHERWISE == set(FAULTS)
    assert not set(FATE) & OTHERWISE


@pytest.mark.parametrize("fault", FATE)
def test_fault(simulator: Simulator, fault: str) -> None:
    kind, said, times = FATE[fault]
    shop = simulator.open(count=20, always=fault)
    limits = replace(QUICK, timeout=2.5)
    begun = time.monotonic()
    found = failed(ask(shop, limits, key=KEY))
    # Twice the deadline is a busy machine; what is guarded against is no deadline at all.
    assert time.monotonic() - begun < 2 * limits.timeout + 1
    assert type(found.error) is kind
    text = str(found.error)
    assert text.startswith(f"{shop.name}: ")
    assert said in text
    assert "\n" not in text
    assert KEY[1] not in text
    assert len(simulator.asked(shop)) == times
    assert not found.network


@pytest.mark.parametrize(
    "fault", ["429", "500", "503", "reset", "truncated", "429 after 1", "error 200", "broken gzip"]
)
def test_what_passes_is_tried_again(simulator: Simulator, fault: str) -> None:
    shop = simulator.open(count=20, faults=[fault])
    assert ids_of(shop, ask(shop)) == shop.ids
    assert len(simulator.asked(shop)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", FATE)
def test_fault_for_every_dialect_on_every_page(simulator: Simulator, fault: str) -> None:
    shops: list[tuple[Shop, int]] = []
    for name in sorted(set(sample_names()) - {"oddities"}):
        for healthy in range(3 if sample(name).paging else 1):
            shop = simulator.open(name, count=25, page_size=10, always=fault)
            shop.healthy = healthy
            shops.append((shop, healthy))
    found = fetch_all([question(shop, key=KEY) for shop, _ in shops], limits=replace(QUICK, timeout=4.0))
    for shop, healthy in shops:
        outcome = found[shop.name]
        assert type(failed(outcome).error) is FATE[fault][0], (shop.name, healthy, outcome)
        assert KEY[1] not in str(failed(outcome).error)
        assert str(failed(outcome).error).startswith(f"{shop.name}: ")


PAGED = ("anthropic", "gemini", "cohere", "cloudflare", "cloudflare_native", "featherless")


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    ("fault", "survives"), [("503", True), ("404", False), ("html", False), ("empty list", False)]
)
def test_fault_on_any_page(simulator: Simulator, name: str, at: int, fault: str, survives: bool) -> None:
    shop = simulator.open(name, count=25, page_size=10)
    shop.faults.extend([*([""] * at), fault])
    found = ask(shop, key=KEY)
    if survives:
        assert ids_of(shop, found) == shop.ids
        assert len(simulator.asked(shop)) == 4
    else:
        # Half a list is none: its models would seem to be gone.
        assert isinstance(found, Failed)


@pytest.mark.parametrize("name", PAGED)
def test_cursor_that_repeats_ends_it(simulator: Simulator, name: str) -> None:
    shop = simulator.open(name, count=25, page_size=10, always="repeated cursor")
    found = failed(ask(shop, key=KEY))
    assert "leads back to an earlier one" in str(found.error)
    assert len(simulator.asked(shop)) <= 3


def test_page_limit(simulator: Simulator) -> None:
    shop = simulator.open("anthropic", count=30, page_size=2)
    found = failed(ask(shop, replace(QUICK, pages=5), key=KEY))
    assert "more than 5 pages" in str(found.error)
    assert len(simulator.asked(shop)) == 5


def test_row_limit(simulator: Simulator) -> None:
    found = failed(ask(simulator.open(count=30), replace(QUICK, rows=29)))
    assert "more than 29 models" in str(found.error)


def test_size_limit_is_for_all_pages_together(simulator: Simulator) -> None:
    shop = simulator.open("anthropic", count=400, page_size=50)
    size = len(shop.body({"limit": "1000"})[0])
    assert isinstance(ask(shop, replace(QUICK, size=10 * size), key=KEY), Fetched)
    assert "MB" in str(failed(ask(shop, replace(QUICK, size=3 * size), key=KEY)).error)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak")
def test_a_bomb_takes_no_memory() -> None:
    script = """
        def peak():  # not getrusage: its peak begins with that of the process which started this one
            with open("/proc/self/status") as status:
                return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        from modelcat.fetch import Limits, Question, fetch_all
        from tests.simulator import Simulator
        from tests.simulator.faults import _bomb
        with Simulator() as simulator:
            shop, bomb = simulator.open(count=1), simulator.open(count=1, always="gzip bomb")
            # What is loaded and made once is not counted.
            _bomb(), fetch_all([Question(shop.provider, shop.url)])
            before = peak()
            print(fetch_all([Question(bomb.provider, bomb.url)], limits=Limits(size=2**20)))
            print(peak() - before)
    """
    told, grown = _python(script).stdout.splitlines()
    assert "more than 1 MB" in told
    # Kilobytes; one piece off the wire would be 64 MB if it were inflated as a whole.
    assert int(grown) < 20_000


def _python(script: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


# --- keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ("bearer", "authorization", f"Bearer {KEY[1]}"),
        ("x-api-key", "x-api-key", KEY[1]),
        ("x-goog-api-key", "x-goog-api-key", KEY[1]),
        ("api-key", "api-key", KEY[1]),
    ],
)
def test_key_travels_in_the_providers_header(simulator: Simulator, auth: Auth, name: str, value: str) -> None:
    shop = simulator.open(count=2)
    ask(shop, provider=replace(shop.provider, auth=auth, needs_key_for_list=True), key=KEY)
    asked = simulator.log[0]
    assert asked.headers[name] == value
    assert KEY[1] not in asked.path + str(asked.query)
    assert sum(KEY[1] in header for header in asked.headers.values()) == 1


def test_no_header_without_a_key(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    ask(shop, provider=replace(shop.provider, needs_key_for_list=None))
    assert not {"authorization", "x-api-key", "api-key", "cookie"} & set(simulator.log[0].headers)
    assert simulator.log[0].headers["accept-encoding"] == "gzip"
    assert simulator.log[0].headers["user-agent"].startswith("modelcat/")


def test_dialects_own_headers(simulator: Simulator) -> None:
    ask(simulator.open("anthropic", count=2), key=KEY)
    assert simulator.log[0].headers["anthropic-version"] == "2023-06-01"


def test_public_list_is_asked_without_the_key_and_with_it_only_when_refused(simulator: Simulator) -> None:
    public = simulator.open(count=2)
    ask(public, key=KEY)
    assert "authorization" not in simulator.log[0].headers
    closed = simulator.open("anthropic", count=25, page_size=10, key=KEY[1])
    provider = replace(closed.provider, needs_key_for_list=False)
    assert ids_of(closed, ask(closed, provider=provider, key=KEY)) == closed.ids
    sent = ["x-api-key" in asked.headers for asked in simulator.asked(closed)]
    assert sent == [False, True, True, True]


def test_unknown_whether_public(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    provider = replace(shop.provider, needs_key_for_list=None)
    ask(shop, provider=provider, key=KEY)
    ask(shop, provider=provider)
    assert ["authorization" in asked.headers for asked in simulator.log] == [True, False]


def test_published_key_is_used_where_the_person_has_none(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    provider = replace(shop.provider, needs_key_for_list=None, anonymous_key="0000000000")
    ask(shop, provider=provider)
    ask(shop, provider=provider, key=KEY)
    sent = [asked.headers["authorization"] for asked in simulator.log]
    assert sent == ["Bearer 0000000000", f"Bearer {KEY[1]}"]


@pytest.mark.parametrize("fault", ["401", "403", "401 in 200"])
@pytest.mark.parametrize("public", [True, False, None])
def test_without_a_key_a_refusal_is_no_failure(simulator: Simulator, fault: str, public: bool | None) -> None:
    shop = simulator.open(count=2, always=fault)
    provider = replace(
        shop.provider,
        needs_key_for_list=None if public is None else not public,
        api_key_env=("A_KEY", "B_KEY"),
    )
    found = ask(shop, provider=provider)
    assert found == Skipped(shop.name, "needs a key: set A_KEY or B_KEY")
    assert len(simulator.log) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("401", "the key in SIM_API_KEY was refused (401)"),
        ("401 in 200", "the key in SIM_API_KEY was refused (401)"),
        ("403", "the key in SIM_API_KEY may not list models (403)"),
    ],
)
@pytest.mark.parametrize("public", [True, False])
def test_refused_key(simulator: Simulator, fault: str, said: str, public: bool) -> None:
    shop = simulator.open(count=2, always=fault)
    found = failed(ask(shop, provider=replace(shop.provider, needs_key_for_list=not public), key=KEY))
    assert type(found.error) is AuthenticationError
    assert said in str(found.error)
    assert len(simulator.log) == (2 if public else 1)


def test_no_variable_to_name(simulator: Simulator) -> None:
    shop = simulator.open(count=2, always="401")
    found = ask(shop, provider=replace(shop.provider, api_key_env=()))
    assert isinstance(found, Skipped)
    assert "api_key_env in your providers.toml" in found.reason


@pytest.mark.parametrize("auth", ["bearer", "x-api-key", "x-goog-api-key", "api-key"])
def test_key_does_not_follow_a_redirect_to_another_origin(simulator: Simulator, auth: Auth) -> None:
    shop = simulator.open(count=20, faults=["redirect away"])
    provider = replace(shop.provider, auth=auth, needs_key_for_list=True)
    assert ids_of(shop, ask(shop, provider=provider, key=KEY)) == shop.ids
    here, there = simulator.log
    assert there.port == simulator.away_port != here.port
    assert any(KEY[1] in value for value in here.headers.values())
    assert not any(KEY[1] in value for value in there.headers.values())


def test_another_origin_that_wants_the_key_does_not_get_it(simulator: Simulator) -> None:
    shop = simulator.open(count=20, always=None, faults=["redirect away"], key=KEY[1])
    provider = replace(shop.provider, needs_key_for_list=True)
    found = ask(shop, provider=provider, key=KEY)
    assert isinstance(found, Skipped)
    assert f"127.0.0.1:{simulator.away_port} wants a key" in found.reason
    assert "SIM_API_KEY is for 127.0.0.1" in found.reason


def test_list_at_another_origin_than_base_url_gets_no_key(simulator: Simulator) -> None:
    shop = simulator.open(count=20)
    for public in (True, False, None):
        provider = replace(
            shop.provider,
            base_url="https://api.example.invalid/v1",
            needs_key_for_list=None if public is None else not public,
        )
        ask(shop, provider=provider, key=KEY)
    assert len(simulator.log) == 3
    assert not any(KEY[1] in value for asked in simulator.log for value in asked.headers.values())


def test_next_page_at_another_origin_is_not_asked(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = simulator.open(count=20)
    real = dialects.load("openai")
    away = replace(real, page=lambda payload, url: replace(real.page(payload, url), next_url=shop.elsewhere))
    monkeypatch.setattr(dialects, "load", lambda _name: away)
    assert "at another address" in str(failed(ask(shop, key=KEY)).error)
    assert len(simulator.log) == 1


def test_details_at_another_origin_get_no_key(simulator: Simulator) -> None:
    shop = simulator.open("chutes", count=20)
    details = f"{simulator.away}/{shop.name}/details?limit=25"
    provider = replace(shop.provider, details_url=details, needs_key_for_list=True)
    ask(shop, provider=provider, key=KEY)
    sent = [(asked.port == simulator.away_port, "authorization" in asked.headers) for asked in simulator.log]
    assert sent == [(False, True), (True, False)]


def test_key_is_not_sent_in_clear_to_the_internet() -> None:
    from modelcat.fetch.course import _Course, _Shared

    async def secret(base: str) -> Any:
        provider = Provider("p", "P", "openai", base, f"{base}/models")
        limits = Limits()
        async with wire.Wire(limits) as one:
            slots, reach = asyncio.Semaphore(1), patience.Reach(1)
            shared = _Shared(one, slots, reach, limits, lambda _: None, lambda found: found)
            return _Course(Question(provider, f"{base}/models", KEY), shared)._secret(f"{base}/models")

    assert asyncio.run(secret("http://api.example.com/v1")) == {}
    assert asyncio.run(secret("https://api.example.com/v1")) == {"authorization": f"Bearer {KEY[1]}"}
    assert asyncio.run(secret("http://192.168.1.5:1234/v1")) == {"authorization": f"Bearer {KEY[1]}"}


@pytest.mark.parametrize("key", ["sk-with\nbreak", "sk-ü", "sk-\x00", "sk-with\x7f"])
def test_key_that_is_none(simulator: Simulator, key: str) -> None:
    shop = simulator.open(count=2)
    provider = replace(shop.provider, needs_key_for_list=True)
    found = failed(ask(shop, provider=provider, key=("SIM_API_KEY", key)))
    assert (
        str(found.error)
        == f"{shop.name}: the key in SIM_API_KEY holds characters that no key has; set it anew"
    )
    assert simulator.log == []


def test_key_is_in_no_repr() -> None:
    provider = Provider("p", "P", "openai", "https://x.invalid")
    assert KEY[1] not in repr(Question(provider, "https://x.invalid/models", KEY))


def test_netrc_is_not_read(simulator: Simulator, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    shop = simulator.open(count=2)
    ask(shop)
    assert "authorization" not in simulator.log[0].headers


# --- retries, waiting, the network -------------------------------------------------------------------------


def test_retry_after_is_kept_to(simulator: Simulator) -> None:
    shop = simulator.open(count=2, faults=["429 after 1"])
    begun = time.monotonic()
    assert isinstance(ask(shop), Fetched)
    assert time.monotonic() - begun >= 1.0


def test_retry_after_beyond_the_deadline_ends_it(simulator: Simulator) -> None:
    shop = simulator.open(count=2, always="429 after 3600")
    found = failed(ask(shop))
    assert found.retry_after == 3600
    assert found.seconds < 3


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("7", 7, 7),
        (" 7.5 ", 7.5, 7.5),
        ("-3", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0, 0),
        ("Sat, 01 Jan 2050 00:00:00 GMT", 10**6, 10**9),
    ],
)
def test_retry_after_values(value: str, low: float, high: float) -> None:
    found = patience.retry_after(value)
    assert found is not None
    assert low <= found <= high


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "1e30", "99999999999999999999"])
def test_retry_after_that_says_nothing(value: str | None) -> None:
    assert patience.retry_after(value) is None


def test_pauses_grow_and_are_bounded() -> None:
    for attempt in range(1, 12):
        full = min(0.5 * 2 ** (attempt - 1), 8.0)
        pauses = [patience.pause(attempt, 0.5, None) for _ in range(50)]
        assert all(full / 2 <= pause <= full for pause in pauses)
        assert len(set(pauses)) > 1
    assert 3.0 <= patience.pause(1, 0.5, 3.0) <= 3.25


def unreachable(name: str = "gone", **more: Any) -> Provider:
    base = f"http://127.0.0.1:{closed_port()}/v1"
    return Provider(name, name, "openai", base, f"{base}/models", **more)


def unresolvable(name: str = "lost") -> Provider:
    base = "https://no-such-host.invalid/v1"
    return Provider(name, name, "openai", base, f"{base}/models")


def attempts(questions: list[Question], limits: Limits = QUICK) -> tuple[dict[str, Outcome], list[str]]:
    waits: list[str] = []

    def watch(step: Step) -> None:
        if step.event == "waiting":
            waits.append(step.provider)

    return fetch_all(questions, limits=limits, progress=watch), waits


def test_without_a_network_nothing_is_tried_again() -> None:
    providers = [unreachable("gone"), unresolvable("lost"), unresolvable("lost2")]
    found, waits = attempts([Question(p, p.models_url or "", KEY) for p in providers])
    assert waits == []
    assert all(failed(outcome).network for outcome in found.values())
    assert str(failed(found["lost"]).error) == (
        "lost: the name no-such-host.invalid does not resolve; is there a network?"
    )
    assert re.fullmatch(r"gone: 127\.0\.0\.1:\d+ refuses connections", str(failed(found["gone"]).error))


def test_with_a_network_a_dead_address_is_tried_once_more(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    gone = unreachable()
    found, waits = attempts([Question(gone, gone.models_url or ""), question(shop)])
    assert failed(found["gone"]).network
    assert waits == ["gone"]
    assert isinstance(found[shop.name], Fetched)


def test_more_questions_than_slots_and_no_network() -> None:
    providers = [unresolvable(f"lost{n}") for n in range(12)]
    limits = replace(QUICK, backoff=30.0, timeout=60.0)
    found = fetch_all([Question(p, p.models_url or "") for p in providers], max_concurrency=2, limits=limits)
    assert len(found) == 12
    assert all(failed(outcome).network for outcome in found.values())


def test_local_server_that_does_not_run_is_no_failure(simulator: Simulator) -> None:
    local = unreachable("ollama", local=True)
    shop = simulator.open(count=2)
    found = fetch_all([Question(local, local.models_url or ""), question(shop)], limits=QUICK)
    assert found["ollama"] == Skipped("ollama", f"not running at {words.host(local.base_url)}")


def test_local_server_without_models_is_no_failure(simulator: Simulator) -> None:
    shop = simulator.open(count=2, always="empty list")
    found = ask(shop, provider=replace(shop.provider, local=True))
    assert found == Skipped(shop.name, "it has no models yet")


def test_local_server_says_nothing_about_the_network(simulator: Simulator) -> None:
    shop = simulator.open(count=2)
    lost = unresolvable()
    local = replace(shop.provider, local=True)
    found, waits = attempts([Question(local, local.models_url or ""), Question(lost, lost.models_url or "")])
    assert waits == []
    assert isinstance(found[shop.name], Fetched)
    assert failed(found["lost"]).network


def test_host_that_drops_packets_ends_with_the_connect_timeout() -> None:
    with socket.socket() as deaf:
        # A full backlog drops what comes, as a firewall does.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        fill = [socket.socket() for _ in range(3)]
        for one in fill:
            one.setblocking(False)
            one.connect_ex(address)
        time.sleep(0.1)
        base = f"http://127.0.0.1:{address[1]}/v1"
        provider = Provider("deaf", "deaf", "openai", base, f"{base}/models")
        found = failed(
            fetch_all(
                [Question(provider, provider.models_url or "")], limits=replace(QUICK, connect_timeout=0.5)
            )["deaf"]
        )
        for one in fill:
            one.close()
    assert found.network
    assert "no connection to 127.0.0.1" in str(found.error)
    assert "within 0.5 s" in str(found.error)


def test_names_that_hang_do_not_hold_the_process_back(monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
        import socket, time
        from modelcat.catalog import Provider
        from modelcat.fetch import Limits, Question, fetch_all
        def hang(*args, **kwargs):
            time.sleep(600)
        socket.getaddrinfo = hang
        hosts = [f"https://h{n}.invalid" for n in range(60)]
        ask = [Question(Provider(host[8:], "P", "openai", host), f"{host}/models") for host in hosts]
        found = fetch_all(ask, limits=Limits(timeout=20, connect_timeout=0.5))
        print(sum(outcome.network for outcome in found.values()))
    """
    begun = time.monotonic()
    assert _python(script).stdout == "60\n"
    assert time.monotonic() - begun < 25


def test_interrupt_ends_it_at_once(simulator: Simulator) -> None:
    shops = [simulator.open(count=2, always="never answers") for _ in range(5)]
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fetch_all([question(shop) for shop in shops], timeout=60)
    assert time.monotonic() - begun < 20


def test_deadline_counts_from_the_turn(simulator: Simulator) -> None:
    shops = [simulator.open(count=2, latency=0.4) for _ in range(5)]
    limits = replace(QUICK, timeout=1.5)
    found = fetch_all([question(shop) for shop in shops], max_concurrency=1, limits=limits)
    assert all(isinstance(outcome, Fetched) for outcome in found.values())


def test_waiting_for_a_retry_lends_the_slot(simulator: Simulator) -> None:
    sick = simulator.open(count=2, faults=["429 after 1"])
    shop = simulator.open(count=2)
    order: list[str] = []

    def watch(step: Step) -> None:
        if step.event == "done":
            order.append(step.provider)

    fetch_all([question(sick), question(shop)], max_concurrency=1, limits=QUICK, progress=watch)
    assert order == [shop.name, sick.name]


# --- TLS, proxies ------------------------------------------------------------------------------------------


def test_certificate_that_nobody_vouches_for(simulator: Simulator) -> None:
    with Simulator(tls=True) as guarded:
        shop = guarded.open(count=2)
        found = failed(ask(shop, key=KEY))
        assert "certificate of 127.0.0.1" in str(found.error)
        assert "SSL_CERT_FILE" in str(found.error)
        assert not found.network
        assert guarded.log == []
        # Also where only a redirect leads to https: nothing is ever accepted unverified.
        plain = simulator.open(count=2)
        plain.away = guarded.origin
        plain.faults.append("redirect away")
        guarded.shops[plain.name] = plain
        assert "certificate" in str(failed(ask(plain)).error)
        assert guarded.log == []


def test_certificate_of_ones_own_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.simulator.server import CERTIFICATE

    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Simulator(tls=True) as guarded:
        shop = guarded.open(count=20)
        assert ids_of(shop, ask(shop)) == shop.ids


def test_no_authority_is_loaded_where_nobody_speaks_https(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[bool] = []
    monkeypatch.setattr(wire.Wire, "_trust", lambda _self: loaded.append(True))
    ask(simulator.open(count=2))
    assert loaded == []


def test_proxy_is_used_but_not_for_this_machine(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The simulator is the proxy: it sees the whole URL as the path.
    monkeypatch.setenv("HTTP_PROXY", simulator.origin)
    shop = simulator.open(count=20)
    assert ids_of(shop, ask(shop)) == shop.ids
    assert simulator.log[0].path.startswith(f"/{shop.name}/")
    provider = replace(
        shop.provider, base_url="http://server.lan/v1", models_url="http://server.lan/v1/models"
    )
    failed(ask(shop, provider=provider))
    assert simulator.log[-1].path == "http://server.lan/v1/models"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x"])
def test_proxy_that_cannot_be_used(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    found = failed(ask(simulator.open(count=2)))
    assert "ALL_PROXY cannot be used" in str(found.error)
    assert found.network


def test_proxy_that_is_not_there(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://someone:hunter2@127.0.0.1:{closed_port()}")
    lost = Provider(
        "lost", "lost", "openai", "https://api.example.invalid/v1", "https://api.example.invalid/v1/models"
    )
    found = failed(fetch_all([Question(lost, lost.models_url or "", KEY)], limits=QUICK)["lost"])
    assert found.network
    assert "hunter2" not in str(found.error)


# --- ETags, hashes, fallbacks, details ---------------------------------------------------------------------


def test_not_modified(simulator: Simulator) -> None:
    shop = simulator.open(count=20, etags=True)
    first = ask(shop)
    assert isinstance(first, Fetched)
    assert first.etag
    again = ask(shop, etag=first.etag)
    assert isinstance(again, Fetched)
    assert again.rows is None
    assert again.etag == first.etag
    shop.rows.pop()
    shop.refresh()
    changed = ask(shop, etag=first.etag)
    assert ids_of(shop, changed) == shop.ids
    assert isinstance(changed, Fetched)
    assert changed.etag != first.etag


def test_last_modified_is_sent_back(simulator: Simulator) -> None:
    ask(simulator.open(count=2), last_modified="Wed, 21 Oct 2015 07:28:00 GMT")
    assert simulator.log[0].headers["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT"


def test_etag_of_a_page_is_not_one_of_the_list(simulator: Simulator) -> None:
    shop = simulator.open("anthropic", count=25, page_size=10, etags=True)
    found = ask(shop, key=KEY, etag='"old"')
    assert isinstance(found, Fetched)
    assert (found.etag, found.pages) == (None, 3)
    assert [("if-none-match" in asked.headers) for asked in simulator.log] == [True, False, False]
    for like in ("chutes", "ollama"):
        joined = ask(simulator.open(like, count=5, etags=True))
        assert isinstance(joined, Fetched)
        assert joined.etag is None


def test_hash_is_of_the_bodies(simulator: Simulator) -> None:
    shop = simulator.open(count=20)
    found = ask(shop)
    assert isinstance(found, Fetched)
    body = shop.body({})[0]
    assert found.body_hash == hashlib.sha256(body).hexdigest()
    assert found.size == len(body)


@pytest.mark.parametrize("fault", ["404", "405", "html", "wrong shape", "400"])
def test_fallback_where_the_list_is_not_there(simulator: Simulator, fault: str) -> None:
    new, old = simulator.open(count=20, always=fault), simulator.open(count=20, etags=True)
    provider = replace(new.provider, models_url_fallbacks=(old.url,))
    found = ask(new, provider=provider)
    assert ids_of(old, found) == old.ids
    assert isinstance(found, Fetched)
    assert found.etag is None, "it is not the ETag of the URL that will be asked first"


@pytest.mark.parametrize("fault", ["503", "401", "never answers"])
def test_no_fallback_for_trouble_of_another_kind(simulator: Simulator, fault: str) -> None:
    new, old = simulator.open(count=20, always=fault), simulator.open(count=20)
    provider = replace(new.provider, models_url_fallbacks=(old.url,))
    assert not isinstance(ask(new, replace(QUICK, timeout=1.0), provider=provider), Fetched)
    assert simulator.asked(old) == []


def test_no_fallback_once_half_of_a_list_is_there(simulator: Simulator) -> None:
    new = simulator.open("anthropic", count=25, page_size=10, faults=["", "404"])
    old = simulator.open("anthropic", count=3)
    provider = replace(new.provider, models_url_fallbacks=(old.url,))
    assert "(404)" in str(failed(ask(new, provider=provider, key=KEY)).error)
    assert simulator.asked(old) == []


def test_what_is_said_is_what_came_of_the_first_url(simulator: Simulator) -> None:
    new, old = simulator.open(count=2, always="404"), simulator.open(count=2, always="html")
    found = failed(ask(new, provider=replace(new.provider, models_url_fallbacks=(old.url,))))
    assert f"no list of models at {new.url} (404)" in str(found.error)


def test_no_fallback_where_the_person_says_the_url(simulator: Simulator) -> None:
    new, old = simulator.open(count=2, always="404"), simulator.open(count=2)
    provider = replace(new.provider, models_url="https://elsewhere.invalid", models_url_fallbacks=(old.url,))
    failed(fetch_all([Question(provider, new.url)], limits=QUICK)[new.name])
    assert simulator.asked(old) == []


def test_all_pages_of_the_second_list_are_joined_by_name(simulator: Simulator) -> None:
    shop = simulator.open("chutes", count=60, page_size=7)
    shop.items = [
        {
            "name": row["id"],
            "chute_id": f"id-{row['id']}",
            "node_selector": {"gpu_count": n},
            "instances": [{"active": True}],
        }
        for n, row in enumerate(shop.rows)
    ]
    found = ask(shop)
    assert isinstance(found, Fetched)
    assert found.rows is not None
    assert {row["chute_id"] for row in found.rows} == {f"id-{row['id']}" for row in shop.rows}
    assert [row["gpu_count"] for row in found.rows] == list(range(60))
    assert found.rows[0]["active_instances"] == 1
    assert found.pages == 1 + 9
    assert [asked.query.get("page") for asked in simulator.log[1:]] == [None, *map(str, range(1, 9))]


def test_list_is_whole_without_the_second_one(simulator: Simulator) -> None:
    shop = simulator.open("chutes", count=20)
    provider = replace(shop.provider, details_url=f"{simulator.origin}/nobody/details")
    found = ask(shop, provider=provider)
    assert ids_of(shop, found) == shop.ids
    assert isinstance(found, Fetched)
    assert found.notes == ("1 of 1 questions about details had no answer",)


def test_details_that_take_too_long_are_left_out(simulator: Simulator) -> None:
    shop, slow = simulator.open("chutes", count=20), simulator.open(count=2, always="never answers")
    provider = replace(shop.provider, details_url=slow.url)
    found = ask(shop, replace(QUICK, timeout=2.0), provider=provider)
    assert ids_of(shop, found) == shop.ids
    assert isinstance(found, Fetched)
    assert found.notes == ("there was no time to ask for all details",)


def test_details_of_each_model(simulator: Simulator) -> None:
    shop = simulator.open("ollama", count=11)
    found = ask(shop)
    assert isinstance(found, Fetched)
    assert found.rows is not None
    windows = {model.context_window for model in normalise(shop.provider, found.rows).models}
    assert windows == {40960, 2048}
    assert [asked.method for asked in simulator.log] == ["GET", *["POST"] * 11]
    before = found.body_hash
    shop.rows = shop.rows[:]
    shop.like = replace(
        shop.like, details={**shop.like.details, "falcon9:8b": {"capabilities": ["completion"]}}
    )
    changed = ask(shop)
    assert isinstance(changed, Fetched)
    assert changed.body_hash != before, "what the details say is part of the answer"


# --- what is shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/v1/models?key=secret#x", "https://a.example/v1/models"),
        ("https://user:pass@a.example:8443/v1", "https://a.example:8443/v1"),
    ],
)
def test_place(url: str, shown: str) -> None:
    assert words.place(url) == shown


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/v2/models", "https://a.example/v2/models"),
        ("https://b.example/models", "https://b.example/models"),
        ("//b.example/models", "https://b.example/models"),
    ],
)
def test_redirect_targets(target: str, expected: str) -> None:
    assert wire._redirected("https://a.example/v1/models", target) == expected


@pytest.mark.parametrize(
    "target",
    [
        "http://a.example/models",
        "ftp://a.example",
        "javascript:x",
        "https://x:y@a.example",
        "https://a.example/" + "x" * 9000,
    ],
)
def test_redirects_that_are_not_followed(target: str) -> None:
    with pytest.raises(wire.WireError):
        wire._redirected("https://a.example/v1/models", target)


def test_importing_it_loads_no_client() -> None:
    script = """
        import sys, modelcat.fetch
        modelcat.fetch.fetch_all([])
        print(sorted({"httpx", "asyncio", "ssl", "socket"} & set(sys.modules)))
    """
    assert _python(script).stdout == "[]\n"


def test_what_is_kept_of_an_answer_is_decided_once_when_it_is_whole(simulator: Simulator) -> None:
    good = simulator.open("openrouter", "good", count=7)
    bad = simulator.open("openrouter", "bad", always="404")
    seen: list[Fetched] = []
    told: list[Outcome | None] = []

    def taken(found: Fetched) -> Fetched:
        seen.append(found)
        return replace(found, rows=(), answers=())

    found = fetch_all(
        [question(good), question(bad)], progress=lambda step: told.append(step.outcome), taken=taken
    )
    assert [(one.provider, len(one.rows or ())) for one in seen] == [("good", 7)]
    assert found["good"] == replace(seen[0], rows=(), answers=())
    assert found["good"] in told
    assert isinstance(found["bad"], Failed)
