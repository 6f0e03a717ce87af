"""`sync --legacy-output DIR`: ask the older script's forty lists as it did, write its files to DIR.

What it asked and what its files look like is in legacy.py. The catalog has no part in this.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from modelcat import legacy, state
from modelcat import settings as machine
from modelcat.dialect import NotAListError
from modelcat.fetch import Fetched, Question, Skipped, fetch_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from modelcat.catalog import Provider
    from modelcat.fetch import Outcome
    from modelcat.legacy import LegacyQuestion
    from modelcat.registry import Registry
    from modelcat.settings import Settings

_FAILURES = "failed_models.json"


def write(
    settings: Settings, registry: Registry, folder: Path, *, max_concurrency: int, timeout: float
) -> tuple[str, ...]:
    """Ask and write; the names of the files written. A provider that fails keeps its files of before.

    `timeout` in seconds for one provider. Raises OSError where `folder` cannot be written.
    """
    questions = legacy.questions(registry, settings.env)
    outcomes = _ask(settings, questions, max_concurrency=max_concurrency, timeout=timeout)
    details = _ask_details(questions, max_concurrency=max_concurrency, timeout=timeout)
    files: dict[str, str] = {}
    failures: dict[str, str] = {}
    for question in questions:
        name = question.provider.id
        made = _texts(question, outcomes[name], details.get(name))
        if isinstance(made, str):
            failures[name] = made
        else:
            files |= made
    files[_FAILURES] = _account(folder, failures, [q.provider.id for q in questions])
    for name, text in sorted(files.items()):
        state.put(folder / name, text.encode())
    return tuple(sorted(files))


def _ask(
    settings: Settings, questions: Iterable[LegacyQuestion], *, max_concurrency: int, timeout: float
) -> dict[str, Outcome]:
    asked = [Question(_as_asked(q), q.url, _key(settings, q), plain=True) for q in questions]
    return fetch_all(asked, max_concurrency=max_concurrency, timeout=timeout)


def _ask_details(
    questions: Iterable[LegacyQuestion], *, max_concurrency: int, timeout: float
) -> dict[str, Any]:
    """The answers of second lists, asked without a key because they stand on another origin."""
    asked = [
        Question(q.provider, q.provider.details_url, plain=True)
        for q in questions
        if q.provider.details_url is not None
    ]
    outcomes = fetch_all(asked, max_concurrency=max_concurrency, timeout=timeout)
    return {name: found.answers[0] for name, found in outcomes.items() if isinstance(found, Fetched)}


def _as_asked(question: LegacyQuestion) -> Provider:
    key = (question.key_variable,) if question.key_variable else ()
    return replace(question.provider, base_url=question.base_url, api_key_env=key, needs_key_for_list=None)


def _key(settings: Settings, question: LegacyQuestion) -> tuple[str, str] | None:
    return machine.key_of(settings, _as_asked(question))


def _texts(question: LegacyQuestion, outcome: Outcome, details: Any) -> Mapping[str, str] | str:
    """The files of one provider, or why there are none."""
    if isinstance(outcome, Skipped):
        return outcome.reason
    if not isinstance(outcome, Fetched):
        return str(outcome.error)
    try:
        return legacy.texts(question, outcome.answers[0], details)
    except NotAListError as error:
        return str(error)


def _account(folder: Path, failures: Mapping[str, str], asked: Iterable[str]) -> str:
    now = datetime.now(UTC)
    try:
        previous = (folder / _FAILURES).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        previous = None
    date = format_datetime(now, usegmt=True)
    successes = {name: date for name in asked if name not in failures}
    return legacy.failed_text(previous, failures, successes, now.isoformat())
