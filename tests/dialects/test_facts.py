"""What single values say: the tables of limits, prices, days, flags, modalities and modes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcat.catalog import MODES
from modelcat.dialects import _facts, _modes
from modelcat.dialects.units import UNITS
from tests import arbitrary


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4096, 4096),
        (131072.0, 131072),
        ("131072", 131072),
        (" 8192 ", 8192),
        (0, None),
        (-1, None),
        (0.5, None),
        (True, None),
        (None, None),
        ("", None),
        ("lots", None),
        ("1_000", None),
        ("٣", 3),
        (10**9, 10**9),
        (10**9 + 1, None),
        (float("inf"), None),
        (float("nan"), None),
        ([4096], None),
        ("9" * 5000, None),
    ],
)
def test_limit(value: Any, expected: int | None) -> None:
    assert _facts.limit(value) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("0.0000003", "per_token", "0.3"),
        ("$0.00000055", "per_token", "0.55"),
        (3e-07, "per_token", "0.3"),
        (0.002, "per_thousand", "2"),
        (0.33000000000000007, "per_million", "0.33"),
        (2800, "ten_thousandths_per_million", "0.28"),
        (30000, "ten_thousandths_per_million", "3"),
        ("0", "per_token", "0"),
        (0, "per_million", "0"),
        (-0.0, "per_million", "0"),
        ("-0", "per_token", "0"),
        ("-1", "per_token", None),
        (-0.5, "per_million", None),
        ("", "per_token", None),
        ("$", "per_token", None),
        ("free", "per_token", None),
        ("NaN", "per_token", None),
        ("Infinity", "per_token", None),
        (float("nan"), "per_million", None),
        (float("inf"), "per_million", None),
        (True, "per_million", None),
        (None, "per_million", None),
        ({"usd": 1}, "per_million", None),
        ("1e99", "per_token", None),
        (10**40, "per_million", None),
        ("0.0000000000001", "per_token", "0"),
        ("1_0", "per_million", None),
        ("1,5", "per_million", None),
    ],
)
def test_price(value: Any, unit: str, expected: str | None) -> None:
    factor = UNITS[unit]
    assert factor is not None
    found = _facts.price(value, factor)
    assert found == (None if expected is None else Decimal(expected))
    assert found is None or not found.is_signed()


@settings(arbitrary.patient)
@given(st.integers(0, 10**9), st.sampled_from(["per_token", "per_million", "per_thousand"]))
def test_a_price_written_as_text_or_number_is_the_same(millionths: int, unit: str) -> None:
    factor = UNITS[unit]
    assert factor is not None
    listed = Decimal(millionths) / 1_000_000 / factor
    as_text = _facts.price(f"{listed:f}", factor)
    assert as_text == Decimal(millionths) / 1_000_000
    assert _facts.price(float(listed), factor) == as_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1750000000, "2025-06-15"),
        (1750000000000, "2025-06-15"),
        (1750000000000000, "2025-06-15"),
        (1750000000.5, "2025-06-15"),
        ("1750000000", "2025-06-15"),
        ("2025-08-05T00:00:00Z", "2025-08-05"),
        ("2025-08-05", "2025-08-05"),
        ("2025-08-05 10:00", "2025-08-05"),
        ("2025-02-30", None),
        ("2025-08", None),
        ("yesterday", None),
        (0, None),
        (-1, None),
        (1, None),
        (1677610602, None),
        (10**17, None),
        (99999999999999999, None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        ("9" * 30, None),
        ([], None),
    ],
)
def test_day(value: Any, expected: str | None) -> None:
    assert _facts.day(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("No", False),
        ("maybe", None),
        ({"supported": False}, False),
        ({"supported": True}, True),
        ({"mandatory": False}, True),
        ({}, False),
        (["low", "high"], True),
        ([], False),
        (1, None),
        (None, None),
    ],
)
def test_flag(value: Any, expected: bool | None) -> None:
    assert _facts.flag(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("2026-12-01", True),
        ("2026-12-01T00:00:00Z", True),
        ("deprecated", True),
        ("active", False),
        ("", None),
        ("whenever", None),
        (1796083200, True),
        (0, None),
        (None, None),
        ({"inference": 1796083200}, True),
    ],
)
def test_going(value: Any, expected: bool | None) -> None:
    assert _facts.going(value) == expected


@pytest.mark.parametrize(
    ("value", "side", "expected"),
    [
        ("text+image->text", 0, ("text", "image")),
        ("text+image->text", 1, ("text",)),
        (["Image", "TEXT", "file"], 0, ("text", "image", "pdf")),
        ("text,image", 0, ("text", "image")),
        ({"text": True, "audio": True, "image": False}, 0, ("text", "audio")),
        (["embeddings"], 1, ()),
        ("text->embedding", 1, ()),
        ([1, None, {"x": 1}], 0, ()),
        (None, 0, ()),
    ],
)
def test_modalities(value: Any, side: int, expected: tuple[str, ...]) -> None:
    assert _facts.modalities(value, side) == expected


@pytest.mark.parametrize(
    ("model_id", "outputs", "expected"),
    [
        ("text-embedding-3-large", (), "embedding"),
        ("BAAI/bge-m3", (), "embedding"),
        ("acme/bgenius", (), None),
        ("acme/Falcon-Reranker-8B", ("text",), "rerank"),
        ("meta-llama/Llama-Guard-4-12B", ("text",), "moderation"),
        ("black-forest-labs/FLUX.1-schnell", (), "image"),
        ("gemini-2.5-flash-image", ("text", "image"), None),
        ("gpt-4o-mini-tts", (), "audio"),
        ("sora-2", (), "video"),
        ("davinci-002", (), "other"),
        ("gpt-5", (), None),
    ],
)
def test_mode_by_id(model_id: str, outputs: tuple[str, ...], expected: str | None) -> None:
    assert _modes.mode_by_id(model_id, outputs) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("embed", "chat"), "chat"),
        (("embed", "rerank"), "embedding"),
        (("generate", "summarize"), None),
        (("image_generation",), "image"),
        ((), None),
    ],
)
def test_mode_by_words(words: tuple[str, ...], expected: str | None) -> None:
    assert _modes.mode_by_words(words) == expected


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        (("text",), ("image",), "image"),
        (("text",), ("audio", "video"), "video"),
        (("audio",), ("text",), "audio"),
        (("text", "audio"), ("text", "audio"), None),
        ((), (), None),
    ],
)
def test_mode_by_output(inputs: tuple[str, ...], outputs: tuple[str, ...], expected: str | None) -> None:
    assert _modes.mode_by_output(inputs, outputs) == expected


def test_all_words_name_modes_there_are() -> None:
    for table in (_modes._WORDS, _modes._ANY_OUTPUT, _modes._NO_TEXT):
        assert set(table.values()) <= set(MODES)
        assert all(word == word.lower() and "-" not in word for word in table)


@settings(arbitrary.patient, max_examples=300)
@given(arbitrary.values)
def test_no_value_is_too_strange(value: Any) -> None:
    _facts.limit(value)
    _facts.day(value)
    _facts.flag(value)
    _facts.going(value)
    for word in _facts.words(value):
        assert word
        assert word == word.lower()
    for side in (0, 1):
        assert set(_facts.modalities(value, side)) <= set(_facts.MODALITIES)
    for factor in UNITS.values():
        if factor is not None:
            found = _facts.price(value, factor)
            assert found is None or (found.is_finite() and found >= 0)
