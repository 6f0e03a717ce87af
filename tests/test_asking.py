"""Which question a provider gets, and what is not asked because something must be set first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelcat import asking
from modelcat import settings as machine
from modelcat.catalog import Provider
from modelcat.errors import SettingsError
from modelcat.fetch import Question, Skipped
from modelcat.state import ProviderState, State

ACME = Provider(
    id="acme",
    name="Acme",
    dialect="openai",
    base_url="https://acme.example/v1",
    models_url="https://acme.example/v1/models",
    api_key_env=("ACME_API_KEY", "ACME_TOKEN"),
    base_url_env=("ACME_API_OPENAI",),
)
NEVER_ASKED = ProviderState()
KNOWN = ProviderState(
    url=ACME.models_url,
    etag='"e"',
    last_modified="Tue, 24 Nov 2026 10:00:00 GMT",
    answer="00ff",
    parser=asking.parser(ACME),
)


def asked(provider: Provider, memory: ProviderState = NEVER_ASKED) -> Question | Skipped | None:
    return asking.question(machine.load(), provider, memory)


def test_a_question_without_a_key_has_none() -> None:
    assert asked(ACME) == Question(ACME, "https://acme.example/v1/models", None)


@pytest.mark.parametrize("variable", ["ACME_API_KEY", "ACME_TOKEN"])
def test_a_question_takes_the_key_that_is_set(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "k" * 20)
    found = asked(ACME)
    assert isinstance(found, Question)
    assert found.key == (variable, "k" * 20)
    assert "kkkk" not in repr(found)


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        (replace(ACME, needs_key_for_list=True), "needs a key: set ACME_API_KEY or ACME_TOKEN"),
        (replace(ACME, needs_key_for_list=True, api_key_env=()), "needs a key"),
        (replace(ACME, base_url="", models_url=None), "needs ACME_API_OPENAI to be set"),
        (
            replace(
                ACME,
                base_url="https://{resource}.acme.example",
                models_url="https://{resource}.acme.example/models",
                url_env=(("resource", "ACME_RESOURCE"),),
            ),
            "needs ACME_RESOURCE to be set",
        ),
    ],
)
def test_what_must_be_set_first_is_said(provider: Provider, reason: str) -> None:
    assert asked(provider) == Skipped("acme", reason)


def test_a_published_key_makes_a_list_askable() -> None:
    assert isinstance(asked(replace(ACME, needs_key_for_list=True, anonymous_key="0000")), Question)


def test_a_provider_without_a_list_is_not_asked() -> None:
    assert asked(replace(ACME, models_url=None)) is None
    outcomes = asking.ask(
        machine.load(), [replace(ACME, models_url=None)], State(), max_concurrency=2, timeout=1.0
    )
    assert outcomes == {}


def test_a_key_a_shared_file_would_send_elsewhere_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "k" * 20)
    found = asked(replace(ACME, trusted=False, needs_key_for_list=True))
    assert isinstance(found, Skipped)
    # A line that can be copied: it writes what [trust] needs.
    assert found.reason.endswith(": modelcat providers add acme")
    assert asked(replace(ACME, trusted=False)) == Question(
        replace(ACME, trusted=False), ACME.models_url or "", None
    )


def test_a_known_answer_is_asked_for_conditionally() -> None:
    found = asked(ACME, KNOWN)
    assert isinstance(found, Question)
    assert (found.etag, found.last_modified) == (KNOWN.etag, KNOWN.last_modified)


@pytest.mark.parametrize(
    "memory",
    [
        NEVER_ASKED,
        replace(KNOWN, answer=None),
        replace(KNOWN, url="https://acme.example/v2/models"),
        replace(KNOWN, parser="openai 0"),
        replace(KNOWN, parser=None),
    ],
)
def test_any_doubt_asks_unconditionally(memory: ProviderState) -> None:
    found = asked(ACME, memory)
    assert isinstance(found, Question)
    assert (found.etag, found.last_modified) == (None, None)


def test_a_base_url_variable_that_is_no_url_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACME_API_OPENAI", "sk-this-is-a-key-0123456789")
    with pytest.raises(SettingsError, match="ACME_API_OPENAI") as caught:
        asked(ACME)
    assert "sk-this" not in str(caught.value)
