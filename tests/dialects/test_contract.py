"""What must hold of every dialect, whatever a provider answers."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modelcat.dialects
from modelcat import dialects
from modelcat.catalog import Provider
from modelcat.dialect import Dialect, Fields, NotAListError, Page
from tests import arbitrary
from tests.simulator import sample, sample_names
from tests.simulator.server import shipped

URL = "https://api.example.invalid/v1/models?limit=100"
every_dialect = pytest.mark.parametrize("name", dialects.names())
FOLDER = Path(modelcat.dialects.__file__).parent


def test_names_are_the_modules_of_the_folder() -> None:
    there = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")} - {"units"}
    assert set(dialects.names()) == there
    assert list(dialects.names()) == sorted(dialects.names())


def test_field_names_are_the_fields_of_the_table() -> None:
    assert dialects.field_names() == tuple(item.name for item in fields(Fields))


def test_unknown_name() -> None:
    with pytest.raises(KeyError):
        dialects.load("os")


@every_dialect
def test_is_a_dialect_of_its_own_name(name: str) -> None:
    dialect = dialects.load(name)
    assert isinstance(dialect, Dialect)
    assert dialect.name == name
    assert dialect.version >= 1
    assert all(
        path and not path.startswith(".") for f in fields(Fields) for path in getattr(dialect.fields, f.name)
    )
    # Only the key goes into headers that may be secret, and that is fetch's business.
    assert not {"authorization", "x-api-key", "x-goog-api-key", "cookie"} & set(dialect.headers)


@every_dialect
@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        7,
        "text",
        {},
        {"message": "hello"},
        {"error": {"message": "no"}},
        {"error": "no", "data": None},
        {"code": 500, "msg": "no", "data": None},
        {"detail": "Not Found"},
        {"models": "many"},
        {"data": {"models": 3}},
    ],
)
def test_what_is_no_list_is_said_to_be_none(name: str, answer: Any) -> None:
    with pytest.raises(NotAListError) as caught:
        dialects.load(name).page(answer, URL)
    assert "\n" not in str(caught.value)


@every_dialect
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"code": 401, "msg": "secret-ish text"}, 401),
        ({"error": {"code": "429", "message": "secret-ish text"}}, 429),
        ({"error": {"status": 503}}, 503),
        ({"statusCode": 403}, 403),
        ({"error": {"code": "invalid_api_key"}}, None),
        ({"code": 200, "msg": "ok"}, None),
        ({"code": True}, None),
    ],
)
def test_error_bodies_name_their_status_and_are_not_repeated(
    name: str, answer: Any, status: int | None
) -> None:
    with pytest.raises(NotAListError) as caught:
        dialects.load(name).page(answer, URL)
    assert caught.value.status == status
    assert "secret-ish" not in str(caught.value)


@every_dialect
@settings(arbitrary.patient, max_examples=25)
@given(answer=arbitrary.answers)
def test_any_answer_is_a_page_or_no_list(name: str, answer: Any) -> None:
    before = copy.deepcopy(answer)
    with suppress(NotAListError):
        page = dialects.load(name).page(answer, URL)
        assert isinstance(page, Page)
        assert all(type(row) is dict for row in page.rows)
        assert page.next_url is None or page.next_url.startswith("https://api.example.invalid/v1/models?")
    assert repr(answer) == repr(before), "an answer must not be changed: it is kept"


@every_dialect
@settings(arbitrary.patient, max_examples=25)
@given(rows=st.lists(arbitrary.rows, max_size=4), answers=st.lists(arbitrary.values, max_size=4))
def test_joining_anything_keeps_every_row(name: str, rows: list[dict[str, Any]], answers: list[Any]) -> None:
    provider = Provider(
        "p", "P", name, "https://api.example.invalid/v1", details_url="https://d.example.invalid/x"
    )
    dialect = dialects.load(name)
    asks = dialect.further(rows, provider, URL)
    given_answers: list[Any] = [None] * len(asks)
    for number, ask in enumerate(asks):
        if number < len(answers):
            # A list in pages arrives as rows, anything else as it is.
            some = answers[number]
            given_answers[number] = rows if ask.page is not None else some
    joined = dialect.joined(rows, given_answers)
    assert len(joined) == len(rows)
    for row, more in zip(rows, joined, strict=True):
        assert set(row) <= set(more)


def _samples_in_pages() -> list[str]:
    return [name for name in sample_names() if sample(name).paging]


@pytest.mark.parametrize("name", _samples_in_pages())
def test_last_page_has_no_next(name: str) -> None:
    like = sample(name)
    provider = shipped().get(like.provider)
    assert dialects.load(provider.dialect).page(like.answer, provider.models_url or "").next_url is None


@pytest.mark.parametrize(
    ("dialect", "answer", "expected"),
    [
        (
            "anthropic",
            {"data": [{"id": "a"}], "has_more": True, "last_id": "a/b c"},
            "limit=100&after_id=a%2Fb+c",
        ),
        ("gemini", {"models": [], "nextPageToken": "t="}, "limit=100&pageToken=t%3D"),
        ("cohere", {"models": [], "next_page_token": "x"}, "limit=100&page_token=x"),
        ("cloudflare", {"result": [], "result_info": {"page": 2, "total_pages": 3}}, "limit=100&page=3"),
        ("openai", {"data": [{"id": "a"}], "has_more": True}, "limit=100&after=a"),
        ("openai", {"data": [], "pagination": {"current_page": 1, "total_pages": 4}}, "limit=100&page=2"),
    ],
)
def test_next_page(dialect: str, answer: Any, expected: str) -> None:
    assert (
        dialects.load(dialect).page(answer, URL).next_url
        == f"https://api.example.invalid/v1/models?{expected}"
    )


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        ("anthropic", {"data": [{"id": "a"}], "has_more": False, "last_id": "a"}),
        ("anthropic", {"data": [{"id": "a"}], "has_more": True, "last_id": None}),
        ("anthropic", {"data": [{"id": "a"}], "has_more": "yes", "last_id": "a"}),
        ("gemini", {"models": [], "nextPageToken": ""}),
        ("gemini", {"models": [], "nextPageToken": {"x": 1}}),
        ("cohere", {"models": [], "next_page_token": "x" * 5000}),
        ("cloudflare", {"result": [], "result_info": {"page": 3, "total_pages": 3}}),
        ("cloudflare", {"result": [], "result_info": {"page": "1", "total_pages": 3}}),
        ("openai", {"data": [], "has_more": True}),
        ("openai", {"data": [], "pagination": {"current_page": True, "total_pages": 4}}),
    ],
)
def test_no_next_page(dialect: str, answer: Any) -> None:
    assert dialects.load(dialect).page(answer, URL).next_url is None


def test_an_alias_chain_that_is_a_circle_ends() -> None:
    answer = {
        "a": {"alias_of": "b", "litellm_provider": "x"},
        "b": {"alias_of": "a"},
        "c": {"alias_of": "gone"},
    }
    rows = dialects.load("litellm").page(answer, URL).rows
    assert [row["id"] for row in rows] == ["a", "b", "c"]


def test_go_servers_say_null_for_an_empty_list() -> None:
    assert dialects.load("openai").page({"object": "list", "data": None}, URL).rows == []
