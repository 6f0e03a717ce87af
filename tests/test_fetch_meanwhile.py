"""Something else is done while all providers are waited for, and only then."""

from __future__ import annotations

import pytest

from modelcat.fetch import Fetched, Question, fetch_all
from tests.simulator import Simulator


@pytest.mark.parametrize(("latency", "times"), [(0.4, 1), (0.0, 0)])
def test_there_is_time_for_something_else_only_while_nobody_answers(latency: float, times: int) -> None:
    called: list[int] = []
    with Simulator() as simulator:
        shops = [simulator.open("groq", f"shop{i}", latency=latency) for i in range(5)]
        questions = [Question(shop.provider, shop.url, None) for shop in shops]
        # A busy machine may take the moment it needs before the first byte; it never takes it every time.
        for _ in range(20):
            called.clear()
            outcomes = fetch_all(questions, meanwhile=lambda: called.append(1))
            assert all(isinstance(outcome, Fetched) for outcome in outcomes.values())
            if len(called) == times:
                return
    pytest.fail(f"called {len(called)} times")
