"""Every sample of tests/samples, read by the dialect and the registry's row of its provider.

Dropping a sample into the folder adds a test. What it must give was worked out by hand.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from modelcat import dialects
from modelcat.catalog import Provider, model_json
from modelcat.normalise import Normalised, answer_text, ids_text, normalise
from tests.simulator import Sample, sample, sample_names
from tests.simulator.server import shipped


def provider_of(like: Sample) -> Provider:
    return shipped().get(like.provider)


def rows_of(like: Sample) -> list[dict[str, Any]]:
    provider = provider_of(like)
    dialect = dialects.load(provider.dialect)
    rows = dialect.page(like.answer, provider.models_url or "").rows
    if like.details is None:
        return list(rows)
    if provider.dialect == "ollama":
        asks = dialect.further(rows, provider, "http://127.0.0.1:11434/api/tags")
        return list(dialect.joined(rows, [like.details.get((ask.body or {})["model"]) for ask in asks]))
    return list(dialect.joined(rows, [like.details["items"]]))


def read(name: str) -> tuple[Sample, list[dict[str, Any]], Normalised]:
    like = sample(name)
    rows = rows_of(like)
    return like, rows, normalise(provider_of(like), rows)


@pytest.mark.parametrize("name", sample_names())
def test_sample_is_read_as_a_person_would(name: str) -> None:
    like, _, found = read(name)
    assert [model_json(model) for model in found.models] == list(like.models)
    assert {item.why: item.count for item in found.unusable} == like.unusable
    assert found.repeated == like.repeated
    assert [doubt.partition(": ")[0] for doubt in found.doubts] == list(like.doubts)


@pytest.mark.parametrize("name", sample_names())
def test_no_row_is_lost_without_a_word(name: str) -> None:
    _, rows, found = read(name)
    assert len(rows) == len(found.models) + found.repeated + found.lost


@pytest.mark.parametrize("name", sample_names())
def test_order_of_the_answer_means_nothing(name: str) -> None:
    like, rows, found = read(name)
    provider = provider_of(like)
    turned = normalise(provider, rows[::-1])
    assert turned.models == found.models
    assert answer_text(provider, rows[::-1]) == answer_text(provider, rows)


@pytest.mark.parametrize("name", sample_names())
def test_texts_hold_exactly_the_ids(name: str) -> None:
    like, rows, found = read(name)
    provider = provider_of(like)
    stored = json.loads(answer_text(provider, rows))["data"]
    ids = [model.id for model in found.models]
    assert ids_text(found.models).splitlines() == ids
    again = normalise(provider, stored)
    # What was stored reads as the same models, so nothing that counts was left out of it.
    released = {"released": None} if "created" in provider.volatile else {}
    assert [model_json(m) for m in again.models] == [
        {k: v for k, v in model_json(m).items() if k not in released} for m in found.models
    ]


def test_every_dialect_has_a_sample() -> None:
    served = {provider_of(sample(name)).dialect for name in sample_names()}
    assert served == set(dialects.names())


@pytest.mark.parametrize("name", [name for name in sample_names() if sample(name).joined])
def test_second_list_adds_its_fields(name: str) -> None:
    like = sample(name)
    rows = {row["id"]: row for row in rows_of(like)}
    first = dialects.load(provider_of(like).dialect).page(like.answer, "").rows
    for row in first:
        added = like.joined.get(row["id"], {})
        assert rows[row["id"]] == {**row, **added}


def test_prices_of_all_samples_are_decimals_to_six_places() -> None:
    prices = [
        price
        for name in sample_names()
        for model in read(name)[2].models
        for price in (model.cost.input, model.cost.output, model.cost.cache_read, model.cost.cache_write)
        if price is not None
    ]
    assert len(prices) > 60
    for price in prices:
        assert isinstance(price, Decimal)
        assert price == price.quantize(Decimal("0.000001"))
