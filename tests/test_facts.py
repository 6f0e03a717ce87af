"""The facts that come with modelcat: the packed form, and the file that is shipped."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat import registry
from modelcat.catalog import MODES, Cost, Model, Provider
from modelcat.enrich import KINDS, Kind, LiveSource
from modelcat.errors import StorageError
from modelcat.facts import Facts, pack
from modelcat.settings import data_file
from tests.made import made

DAYS: dict[Kind, str] = {"models.dev": "2026-08-18", "litellm": "2026-11-20"}
ROWS: dict[Kind, dict[str, list[Model]]] = {
    "models.dev": {
        "one": [
            Model(
                "a/gpt-9",
                name="GPT 9",
                context_window=1000,
                max_output_tokens=100,
                input_modalities=("text", "pdf"),
                output_modalities=("text",),
                reasoning=True,
                tool_call=False,
                cost=Cost(Decimal("0.25"), Decimal(2), None, Decimal(0)),
                released="2026-01-02",
                deprecated=True,
            ),
            Model("überlang-模型", mode="image"),
        ],
        "two": [Model("gpt-9", context_window=1000)],
        "none": [],
    },
    "litellm": {"one": [Model("gpt-9", mode="embedding")], "three": [Model("x")]},
}


def packed() -> Facts:
    return Facts.load(pack(ROWS, DAYS))


@cache
def shipped() -> bytes:
    return data_file("facts/facts.bin").read_bytes()


@cache
def providers() -> registry.Registry:
    return registry.load(data_file("providers.toml").read_text(encoding="utf-8"))


def test_what_is_packed_comes_out() -> None:
    facts = packed()
    for kind in KINDS:
        assert list(facts.providers(kind)) == sorted(ROWS[kind])
        for provider, models in ROWS[kind].items():
            table = facts.table(kind, provider)
            assert table is not None
            assert sorted(table.models(), key=lambda m: m.id) == sorted(models, key=lambda m: m.id)
    assert facts.day("models.dev") == "2026-08-18"
    assert facts.day("litellm") == "2026-11-20"


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    turned = {
        kind: {name: models[::-1] for name, models in reversed(tables.items())}
        for kind, tables in ROWS.items()
    }
    assert pack(turned, DAYS) == pack(ROWS, DAYS)


prices = st.none() | st.decimals(0, 1000, places=6, allow_nan=False).map(
    lambda d: d.quantize(Decimal("0.000001"))
)
models = made(
    Model,
    st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()),
    name=st.none() | st.text(min_size=1, max_size=20),
    mode=st.sampled_from(MODES),
    context_window=st.none() | st.integers(1, 10**8),
    max_output_tokens=st.none() | st.integers(1, 10**8),
    input_modalities=st.lists(st.sampled_from(["text", "image", "audio", "video", "pdf"]), unique=True).map(
        tuple
    ),
    output_modalities=st.lists(st.sampled_from(["text", "image"]), unique=True).map(tuple),
    reasoning=st.none() | st.booleans(),
    tool_call=st.none() | st.booleans(),
    cost=made(Cost, prices, prices, prices, prices),
    released=st.none() | st.dates().map(str),
    deprecated=st.none() | st.booleans(),
)


@given(st.lists(models, max_size=8, unique_by=lambda model: model.id))
def test_any_model_survives_packing(given_: list[Model]) -> None:
    facts = Facts.load(pack({"models.dev": {"p": given_}, "litellm": {}}, DAYS))
    table = facts.table("models.dev", "p")
    assert table is not None
    for model in given_:
        assert table.get(model.id) == model


ids = st.sampled_from(["m", "a/m", "m-fp8", "m-2030-01-01", "M:free", "n_q4_k_m"])
named = made(Model, ids, context_window=st.sampled_from([None, 1000, 5000]), tool_call=st.booleans())


@given(st.lists(st.tuples(st.sampled_from("pqr"), models | named), max_size=8), models | named)
def test_names_are_found_packed_as_they_are_live(rows: list[tuple[str, Model]], asked: Model) -> None:
    tables: dict[str, dict[str, Model]] = {}
    for provider, model in rows:
        tables.setdefault(provider, {})[model.id] = model
    lists = {provider: list(table.values()) for provider, table in tables.items()}
    snapshot, _ = Facts.load(pack({"models.dev": lists, "litellm": {}}, DAYS)).sources()
    live = LiveSource("models.dev", tables)
    for model in (asked, *(model for _, model in rows)):
        plain = model.id.removesuffix("-2030-01-01")
        for model_id in (model.id, plain, f"{plain}-2031-01-01", f"maker/{model.id}:free"):
            assert snapshot.named(model_id) == live.named(model_id)


def test_an_embedded_listing_is_of_models_dev_else_of_litellm() -> None:
    facts = packed()
    both = facts.embedded(Provider("one", "One", "openai", "https://x.example"))
    assert both is not None
    assert (both.provider, both.origin, both.as_of) == ("one", "embedded", "2026-08-18")
    assert [model.id for model in both.models] == ["a/gpt-9", "überlang-模型"]
    other = facts.embedded(Provider("mine", "Mine", "openai", "https://x.example", litellm=("none", "three")))
    assert other is not None
    assert (other.provider, other.as_of, len(other.models)) == ("mine", "2026-11-20", 1)
    assert facts.embedded(Provider("four", "Four", "openai", "https://x.example")) is None


def test_the_day_of_an_embedded_listing_is_known_without_it() -> None:
    facts = Facts.load(data_file("facts/facts.bin").read_bytes())
    for provider in registry.load(data_file("providers.toml").read_text("utf-8")).providers.values():
        found = facts.embedded(provider)
        assert facts.embedded_day(provider) == (None if found is None else found.as_of), provider.id


def test_live_answers_stand_in_for_their_half_of_the_snapshot() -> None:
    live = LiveSource("litellm", {})
    first, second = packed().sources([live])
    assert (first.kind, first.label) == ("models.dev", "models.dev 2026-08-18")
    assert second is live
    assert [source.label for source in packed().sources()] == ["models.dev 2026-08-18", "litellm 2026-11-20"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04" + shipped(),
        shipped()[:30],
        shipped()[:17] + b"\xff\xff\xff\xff" + shipped()[21:],
        shipped()[:21] + b"\x00" * 40 + shipped()[61:],
        shipped()[:21] + zlib.compress(b"[]") + shipped()[21:],
    ],
    ids=["empty", "zip", "cut", "length", "zeros", "list"],
)
def test_a_damaged_index_is_a_clear_error(data: bytes) -> None:
    with pytest.raises(StorageError, match="install modelcat again"):
        Facts.load(data)


def test_a_damaged_member_is_a_clear_error() -> None:
    data = pack(ROWS, DAYS)
    facts = Facts.load(data[:-300] + bytes(300))
    with pytest.raises(StorageError, match="install modelcat again"):
        facts.sources()[0].named("gpt-9")


def test_the_shipped_file_is_small_and_dated() -> None:
    assert 70_000 <= len(shipped()) <= 250_000
    facts = Facts.load(shipped())
    assert facts.day("models.dev") >= "2026-08-18"
    assert facts.day("litellm") >= "2026-11-20"
    notice = data_file("facts/NOTICE").read_text(encoding="utf-8")
    for words in (
        facts.day("models.dev"),
        facts.day("litellm"),
        "models.dev",
        "litellm",
        "Permission is hereby granted",
    ):
        assert words in notice


def test_every_shipped_fact_is_sane() -> None:
    facts = Facts.load(shipped())
    count = 0
    for kind in KINDS:
        for provider in facts.providers(kind):
            table = facts.table(kind, provider)
            assert table is not None
            for model in table.models():
                count += 1
                assert model.id.isprintable(), (provider, model.id)
                assert model.mode in MODES
                assert model.context_window is None or 0 < model.context_window <= 10**9
                assert model.max_output_tokens is None or 0 < model.max_output_tokens <= 10**9
                assert model.released is None or "2015-01-01" <= model.released <= "2027-12-31"
                for price in (
                    model.cost.input,
                    model.cost.output,
                    model.cost.cache_read,
                    model.cost.cache_write,
                ):
                    assert price is None or 0 <= price < 100_000
    assert count > 9000


def test_the_shipped_file_knows_the_models_people_ask_for() -> None:
    # Written from the makers' own pages, not from the file.
    facts = Facts.load(shipped())
    listed = facts.embedded(providers().get("openai"))
    assert listed is not None
    gpt = next(model for model in listed.models if model.id == "gpt-4o-mini")
    assert (gpt.context_window, gpt.max_output_tokens) == (128_000, 16_384)
    assert (gpt.cost.input, gpt.cost.output) == (Decimal("0.15"), Decimal("0.6"))
    assert gpt.released == "2024-07-18"
    assert gpt.tool_call is True
    assert "image" in gpt.input_modalities


def test_most_enabled_providers_have_an_embedded_listing() -> None:
    facts = Facts.load(shipped())
    enabled = [p for p in providers().providers.values() if p.enabled and p.kind == "provider"]
    listed = [found for p in enabled if (found := facts.embedded(p)) is not None]
    assert len(listed) >= 0.75 * len(enabled)
    assert sum(len(found.models) for found in listed) > 3500


LATER = {"phala", "inference-net"}
"""Names that models.dev gave after the day of the snapshot."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_that_the_registry_gives_a_provider_there_is_known(kind: Kind) -> None:
    known = Facts.load(shipped()).providers(kind)
    given_ = {
        name
        for p in providers().providers.values()
        for name in (p.models_dev if kind == "models.dev" else p.litellm)
    }
    assert given_ - LATER <= set(known)


def test_the_index_holds_nothing_but_places_and_days() -> None:
    data = shipped()
    start = len(b"modelcat facts 1\n") + 4
    index = json.loads(zlib.decompressobj().decompress(data[start:]))
    assert set(index) == {"as_of", "members"}
    assert set(index["members"]) == {*KINDS, "names"}
    assert Path(data_file("facts/README.md")).is_file()
