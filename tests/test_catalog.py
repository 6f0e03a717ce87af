"""The catalog's canonical texts: what is stored comes back, in one form only."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.catalog import (
    MODES,
    NO_COST,
    Catalog,
    Cost,
    Listing,
    Model,
    canonical_json,
    listing,
    listing_from_text,
    listing_text,
    model_from_json,
    model_json,
    price_text,
)
from tests.made import made

prices = st.none() | st.decimals(0, 10_000, places=6)
words = st.lists(st.sampled_from(["text", "image", "audio", "video", "pdf"]), unique=True).map(tuple)
models = made(
    Model,
    st.text(max_size=30),
    name=st.none() | st.text(max_size=30),
    mode=st.sampled_from(MODES),
    context_window=st.none() | st.integers(1, 10**9),
    max_output_tokens=st.none() | st.integers(1, 10**9),
    input_modalities=words,
    output_modalities=words,
    reasoning=st.none() | st.booleans(),
    tool_call=st.none() | st.booleans(),
    cost=st.just(NO_COST) | made(Cost, prices, prices, prices, prices),
    released=st.none() | st.dates().map(str),
    deprecated=st.none() | st.booleans(),
    sources=st.dictionaries(st.sampled_from(["cost", "name", "mode"]), st.text(max_size=9)).map(
        lambda found: tuple(sorted(found.items()))
    ),
)


@given(
    st.lists(models, max_size=5, unique_by=lambda model: model.id), st.sampled_from(["fetched", "embedded"])
)
def test_a_stored_listing_comes_back(found: list[Model], origin: str) -> None:
    given_ = listing("p", found, origin, "2026-08-18" if origin == "embedded" else None)  # type: ignore[arg-type]
    text = listing_text(given_)
    assert listing_from_text(text) == given_
    assert listing_text(listing_from_text(text)) == text


@given(st.lists(models, max_size=5, unique_by=lambda model: model.id))
def test_a_listing_is_json_with_sorted_keys_and_one_model_a_line(found: list[Model]) -> None:
    item = listing("p", found, "fetched")
    text = listing_text(item)
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "provider": "p",
        "origin": "fetched",
        "models": [model_json(m) for m in item.models],
    }
    lines = [line.strip().rstrip(",") for line in text.split("\n") if line.startswith("    {")]
    # json itself is the oracle of how a model is written.
    assert lines == [json.dumps(model_json(m), ensure_ascii=False, sort_keys=True) for m in item.models]


@given(models)
def test_unknown_is_left_out_and_never_null(model: Model) -> None:
    row = model_json(model)
    assert None not in row.values()
    assert all(isinstance(price, str) for price in row.get("cost", {}).values())
    assert model_from_json(json.loads(json.dumps(row))) == model


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("0.30", "0.3"),
        ("3E-1", "0.3"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0", "0"),
        ("0.000001", "0.000001"),
        ("2.0", "2"),
    ],
)
def test_a_price_has_one_text(price: str, text: str) -> None:
    assert price_text(Decimal(price)) == text


def test_a_stale_listing_is_stored_as_what_it_is() -> None:
    stale = Listing("p", (Model("m"),), "stale")
    assert listing_from_text(listing_text(stale)).origin == "fetched"


def test_a_listing_of_nothing_is_a_listing() -> None:
    assert listing_from_text(listing_text(Listing("p", (), "fetched"))) == Listing("p", (), "fetched")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"provider": "p", "origin": "fetched", "models": [{}]}', "null"]
)
def test_what_is_no_listing_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        listing_from_text(text)


def test_a_catalog_finds_its_listings() -> None:
    one = listing("a", [Model("m"), Model("k")], "fetched")
    catalog = Catalog((one,))
    assert catalog.listing("a") is one
    assert catalog.listing("b") is None
    assert one.ids() == {"k", "m"}
    assert [model.id for model in one.models] == ["k", "m"]


def test_canonical_json_is_sorted_and_ends_in_a_newline() -> None:
    assert canonical_json({"b": 1, "a": ["ü"]}) == '{\n  "a": [\n    "ü"\n  ],\n  "b": 1\n}\n'
