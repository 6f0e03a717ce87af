"""Something else is done while all providers are waited for, and only then."""

from __future__ import annotations

import asyncio
import gc
import selectors
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from modelcat.fetch import Fetched, Question, fetch_all
from modelcat.fetch.loop import _Selector, run
from tests.simulator import Simulator


def steps(taken: list[int], number: int) -> Iterator[None]:
    for step in range(number):
        taken.append(step)
        yield


def test_all_of_it_is_done_where_there_is_time() -> None:
    taken: list[int] = []
    with Simulator() as simulator:
        shops = [simulator.open("groq", f"shop{i}", latency=0.5) for i in range(5)]
        questions = [Question(shop.provider, shop.url, None) for shop in shops]
        outcomes = fetch_all(questions, meanwhile=steps(taken, 20))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes.values())
    assert taken == list(range(20))


def test_a_step_is_taken_only_where_nothing_has_come() -> None:
    taken: list[int] = []
    ours, theirs = socket.socketpair()
    with ours, theirs, _Selector(steps(taken, 3)) as selector:
        selector.register(ours, selectors.EVENT_READ)
        theirs.send(b"x")
        assert [key.fileobj for key, _ in selector.select(5)] == [ours]
        assert taken == []
        ours.recv(1)
        assert selector.select(0) == []
        assert taken == [], "who asks without waiting is not kept"
        assert selector.select(5) == []
        assert taken == [0], "then it is time to look whether a timer is due"
        theirs.send(b"x")
        assert selector.select(None) != []
        assert taken == [0]


def test_once_all_is_done_it_waits_as_long_as_it_should() -> None:
    taken: list[int] = []
    with _Selector(steps(taken, 1)) as selector:
        assert selector.select(5) == []
        begun = time.monotonic()
        assert selector.select(0.05) == []
        assert time.monotonic() - begun >= 0.05
    assert taken == [0]


def test_a_loop_that_an_interrupt_left_half_made_goes_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "__init__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(asyncio.sleep(0), iter(()))
    gc.collect()
    assert said == []
    assert capsys.readouterr() == ("", "")
