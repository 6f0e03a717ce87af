"""Rows in, models and texts out: nothing lost without a word, nothing that depends on the order."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat import dialects
from modelcat.catalog import (
    MODES,
    NO_COST,
    Cost,
    Mode,
    Model,
    Provider,
    listing,
    listing_from_text,
    listing_text,
)
from modelcat.dialects._facts import MODALITIES
from modelcat.normalise import LONGEST_ID, _merged, answer_text, ids_text, normalise, unusable_id
from tests import arbitrary

Row = dict[str, Any]


def provider(dialect: str = "openai", **more: Any) -> Provider:
    return Provider("p", "P", dialect, "https://api.example.invalid/v1", price_unit="per_token", **more)


def cost(**prices: str) -> Cost:
    return Cost(**{name: Decimal(price) for name, price in prices.items()})


# --- ids -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "good",
    ["a", "acme/falcon-9", "hf:acme/Falcon", "@cf/x", "x*", "a b", "модель", "x" * LONGEST_ID, "../../etc"],
)
def test_usable_ids(good: str) -> None:
    assert unusable_id(good) is None


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (None, "it has no id"),
        (7, "its id is no text"),
        (["a"], "its id is no text"),
        ("", "its id is empty"),
        (" \t", "its id is empty"),
        ("a\nb", "its id holds control or invisible characters"),
        ("a\x1b[31mb", "its id holds control or invisible characters"),
        ("a\u200bb", "its id holds control or invisible characters"),
        ("a\u202eb", "its id holds control or invisible characters"),
        ("a\ud800b", "its id holds control or invisible characters"),
        ("x" * (LONGEST_ID + 1), "its id has more than 512 characters"),
    ],
)
def test_unusable_ids(bad: Any, why: str) -> None:
    assert unusable_id(bad) == why


def test_what_is_unusable_is_counted_and_shown_harmlessly() -> None:
    rows: list[Row] = [{"id": "good"}, *({"id": f"bad\x1b[{n}m"} for n in range(5)), {"id": None}]
    found = normalise(provider(), rows)
    assert [model.id for model in found.models] == ["good"]
    assert found.lost == 6
    by_reason = {item.why: item for item in found.unusable}
    shown = by_reason["its id holds control or invisible characters"]
    assert shown.count == 5
    assert shown.examples == ("bad\\x1b[0m", "bad\\x1b[1m", "bad\\x1b[2m")
    assert by_reason["it has no id"].examples == ()


def test_private_ids_reach_no_text() -> None:
    mine = provider(private_ids=("ft:*", "*-mine"))
    rows = [{"id": "a"}, {"id": "ft:a:me"}, {"id": "b-mine"}, {"id": "b-mine-not"}]
    found = normalise(mine, rows)
    assert [model.id for model in found.models] == ["a", "b-mine-not"]
    assert {item.why: item.count for item in found.unusable} == {"it belongs to one account": 2}
    assert "ft:a:me" not in answer_text(mine, rows)
    assert "b-mine-not" in answer_text(mine, rows)


# --- prices and limits that the registry decides about ----------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("per_token", cost(input="3000000", output="15000000")),
        ("per_million", cost(input="3", output="15")),
        ("per_thousand", cost(input="3000", output="15000")),
        ("ten_thousandths_per_million", cost(input="0.0003", output="0.0015")),
        ("none", NO_COST),
    ],
)
def test_unit_is_the_registrys(unit: str, expected: Cost) -> None:
    one = Provider("p", "P", "openai", "https://x.invalid", price_unit=unit)
    assert (
        normalise(one, [{"id": "a", "pricing": {"prompt": 3, "completion": 15}}]).models[0].cost == expected
    )


@pytest.mark.parametrize(
    ("row", "zero_is_free", "expected"),
    [
        ({"id": "a", "pricing": {"prompt": "0", "completion": "0"}}, False, NO_COST),
        ({"id": "a", "pricing": {"prompt": "0.000001", "completion": "0"}}, False, cost(input="1")),
        ({"id": "a:free", "pricing": {"prompt": "0", "completion": "0"}}, False, cost(input="0", output="0")),
        ({"id": "A-Free", "pricing": {"prompt": "0", "completion": "0"}}, False, cost(input="0", output="0")),
        ({"id": "freedom", "pricing": {"prompt": "0", "completion": "0"}}, False, NO_COST),
        ({"id": "a", "is_free": True, "pricing": {"prompt": "0"}}, False, cost(input="0")),
        ({"id": "a", "is_free": "yes", "pricing": {"prompt": "0"}}, False, NO_COST),
        ({"id": "a", "pricing": {"prompt": "0", "completion": "0"}}, True, cost(input="0", output="0")),
        ({"id": "a:free", "pricing": {"prompt": "-1", "completion": "0"}}, False, cost(output="0")),
    ],
)
def test_zero_is_free_only_where_it_is_said(row: Row, zero_is_free: bool, expected: Cost) -> None:
    assert normalise(provider(zero_is_free=zero_is_free), [row]).models[0].cost == expected


@pytest.mark.parametrize(
    ("price", "doubted"),
    [("0.0002", False), ("0.000200001", True), ("0.000000001", False), ("0.0000000009", True), ("0", False)],
)
def test_prices_nobody_believes_are_reported_and_kept(price: str, doubted: bool) -> None:
    found = normalise(provider(), [{"id": "a", "pricing": {"prompt": price}}])
    assert bool(found.doubts) is doubted
    if doubted:
        assert found.doubts[0].startswith("a: an input price of ")
        assert found.models[0].cost.input == Decimal(price) * 1_000_000


def test_registry_says_where_odd_fields_are() -> None:
    odd = provider(fields={"max_output_tokens": ("max_tokens",), "id": ("slug",)})
    model = normalise(odd, [{"slug": "a", "id": 5, "max_tokens": 100, "context_length": 1000}]).models[0]
    assert (model.id, model.context_window, model.max_output_tokens) == ("a", 1000, 100)
    assert normalise(provider(), [{"id": "a", "max_tokens": 100}]).models[0].max_output_tokens is None


def test_registry_says_what_all_models_are() -> None:
    rows = [{"id": "acme/flux-whisper-embedding"}]
    assert normalise(provider(mode="chat"), rows).models[0].mode == "chat"
    assert normalise(provider(), rows).models[0].mode == "embedding"


def test_output_is_never_above_the_window() -> None:
    row = {"id": "a", "context_length": 1000, "max_completion_tokens": 5000}
    assert normalise(provider(), [row]).models[0].max_output_tokens == 1000


def test_names() -> None:
    rows: list[Row] = [
        {"id": "a", "name": "a"},
        {"id": "b", "name": "B \x1b[31m\n  two"},
        {"id": "c", "name": "x" * 999},
        {"id": "d", "name": "\x00"},
        {"id": "e", "name": 5},
    ]
    names = [model.name for model in normalise(provider(), rows).models]
    assert names == [None, "B [31m two", "x" * 200, None, None]


# --- what changes with every request ----------------------------------------------------------------------


def test_created_that_all_share_is_the_time_of_the_request() -> None:
    def rows(now: int) -> list[Row]:
        return [{"id": name, "created": now} for name in "abc"]

    first, second = rows(1757327372), rows(1760000000)
    assert normalise(provider(), first) == normalise(provider(), second)
    assert answer_text(provider(), first) == answer_text(provider(), second)
    assert normalise(provider(), first[:2]).models[0].released == "2025-09-08"


def test_volatile_fields_reach_neither_text_nor_model() -> None:
    one = provider(volatile=("created", "stats.hits", "backends.latency"))
    row: Row = {
        "id": "a",
        "created": 1757327372,
        "stats": {"hits": 5, "kept": 1},
        "backends": [{"latency": 3, "name": "x"}, 7],
    }
    again = {
        **row,
        "created": 1,
        "stats": {"hits": 6, "kept": 1},
        "backends": [{"latency": 9, "name": "x"}, 7],
    }
    before = json.dumps(row)
    assert answer_text(one, [row]) == answer_text(one, [again])
    assert normalise(one, [row]).models[0].released is None
    assert json.loads(answer_text(one, [row]))["data"] == [
        {"id": "a", "stats": {"kept": 1}, "backends": [{"name": "x"}, 7]}
    ]
    assert json.dumps(row) == before


# --- texts -------------------------------------------------------------------------------------------------


def test_answer_text_is_a_row_a_line_sorted() -> None:
    rows: list[Row] = [{"id": "b", "z": 1, "a": "ü"}, {"id": "a"}, {"id": "b", "a": "ü", "z": 1}]
    assert answer_text(provider(), rows) == '{\n"data": [\n{"id":"a"},\n{"a":"ü","id":"b","z":1}\n]\n}\n'
    assert json.loads(answer_text(provider(), [])) == {"data": []}


def test_answer_text_is_json_in_utf8_whatever_comes() -> None:
    rows = json.loads('[{"id": "a", "x": 1e999, "y": ["\\ud800", -1e999], "z": "\\u001b"}]')
    text = answer_text(provider(), rows)
    text.encode()
    assert "Infinity" not in text
    assert "\x1b" not in text
    assert json.loads(text)["data"][0]["x"] is None


def test_ids_text() -> None:
    assert ids_text([Model("a"), Model("b/c")]) == "a\nb/c\n"
    assert ids_text([]) == ""


# --- duplicates --------------------------------------------------------------------------------------------


def test_duplicates_are_merged() -> None:
    rows: list[Row] = [
        {"id": "a", "context_length": 1000, "supports_tools": True, "pricing": {"prompt": "0.000001"}},
        {"id": "a", "context_length": 3000, "supports_vision": True, "pricing": {"prompt": "0.000002"}},
        {"id": "b"},
    ]
    found = normalise(provider(), rows)
    assert found.repeated == 1
    a = found.models[0]
    assert (a.context_window, a.tool_call, a.input_modalities) == (3000, True, ("text", "image"))
    assert a.cost == cost(input="2")


limits = st.none() | st.integers(1, 10_000)
flags = st.sampled_from([None, True, False])
prices = st.none() | st.integers(0, 10**7).map(lambda n: Decimal(n) / 1_000_000)
some = st.lists(st.sampled_from(MODALITIES), unique=True).map(
    lambda names: tuple(name for name in MODALITIES if name in names)
)
modes: st.SearchStrategy[Mode] = st.sampled_from(MODES)


@st.composite
def models(draw: st.DrawFn) -> Model:
    window, most = draw(limits), draw(limits)
    prices_drawn = Cost(draw(prices), draw(prices), draw(prices), draw(prices))
    return Model(
        "same",
        draw(st.none() | st.text(max_size=3)),
        draw(modes),
        window,
        min(window, most) if window and most else most,
        draw(some),
        draw(some),
        draw(flags),
        draw(flags),
        NO_COST if prices_drawn == NO_COST else prices_drawn,
        draw(st.none() | st.dates().map(str)),
        draw(flags),
    )


@settings(arbitrary.patient)
@given(st.lists(models(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_the_order(several: list[Model], random: Any) -> None:
    merged = _merged(several)
    shuffled = list(several)
    random.shuffle(shuffled)
    assert _merged(shuffled) == merged
    assert _merged([merged, merged]) == merged
    assert _merged([*several, *shuffled]) == merged
    windows = [model.context_window for model in several if model.context_window]
    assert merged.context_window == max(windows, default=None)
    if merged.context_window and merged.max_output_tokens:
        assert merged.max_output_tokens <= merged.context_window


# --- laws --------------------------------------------------------------------------------------------------


def as_rows(name: str, found: list[Row]) -> list[Row]:
    """Rows under the field that the dialect takes its id from."""
    field = dialects.load(name).fields.id[0]
    return [{**row, field: row["id"]} if "id" in row else row for row in found]


@pytest.mark.parametrize("name", dialects.names())
@settings(arbitrary.patient, max_examples=40)
@given(st.data())
def test_anything_is_normalised_and_every_row_accounted_for(name: str, data: st.DataObject) -> None:
    rows = as_rows(name, data.draw(st.lists(arbitrary.rows, max_size=6)))
    one = provider(name, private_ids=("ft:*",), volatile=("created", "stats.x"))
    found = normalise(one, rows)
    assert len(rows) == len(found.models) + found.repeated + found.lost
    ids = [model.id for model in found.models]
    assert ids == sorted(set(ids))
    assert all(unusable_id(model_id) is None for model_id in ids)
    text = answer_text(one, rows)
    stored = json.loads(text)["data"]
    assert len(stored) <= len(rows) - found.lost
    assert [model.id for model in normalise(one, stored).models] == ids
    kept = listing("p", found.models, "fetched")
    assert listing_from_text(listing_text(kept)) == kept
    text.encode()
    for model in found.models:
        assert model.context_window is None or model.context_window > 0
        assert model.mode in MODES
        for price in (model.cost.input, model.cost.output, model.cost.cache_read, model.cost.cache_write):
            assert price is None or price >= 0


@settings(arbitrary.patient, max_examples=60)
@given(st.lists(arbitrary.ids, max_size=30))
def test_ids_in_are_ids_out(ids: list[Any]) -> None:
    rows = [{"id": model_id} for model_id in ids]
    found = normalise(provider(), rows)
    usable = {model_id for model_id in ids if unusable_id(model_id) is None}
    assert {model.id for model in found.models} == usable
    bad = Counter(why for model_id in ids if (why := unusable_id(model_id)))
    assert {item.why: item.count for item in found.unusable} == bad


@settings(arbitrary.patient, max_examples=40)
@given(
    st.permutations(
        [{"id": name, "context_length": n} for n, name in enumerate(["a", "b", "b", "c", "a"], 5)]
    )
)
def test_order_of_rows_means_nothing(rows: list[Row]) -> None:
    found = normalise(provider(), rows)
    assert [(model.id, model.context_window) for model in found.models] == [("a", 9), ("b", 7), ("c", 8)]
