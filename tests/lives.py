"""How state machines that live a life are run: at their own pace, alone with their chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

if TYPE_CHECKING:
    from collections.abc import Collection


def live(
    machine: type[RuleBasedStateMachine],
    lives: int,
    steps: int,
    *,
    random: bool,
    phases: Collection[Phase] = tuple(Phase),
) -> None:
    """`lives` of `machine`, each of up to `steps`; without `random` they are the same every time."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            derandomize=not random,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
