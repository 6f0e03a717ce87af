"""Who is believed about what: precedence, base names, prices that stay where they are, doubt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcat.catalog import NO_COST, Cost, Listing, Model, Provider, listing
from modelcat.enrich import LiveSource, agreed, enrich
from tests.made import made

PROVIDER = Provider("here", "Here", "openai", "https://here.example/v1")
FULL = Model(
    "m",
    name="M",
    mode="chat",
    context_window=1000,
    max_output_tokens=100,
    input_modalities=("text", "image"),
    output_modalities=("text",),
    reasoning=True,
    tool_call=False,
    cost=Cost(Decimal(1), Decimal(2), Decimal("0.1"), Decimal("0.2")),
    released="2026-01-01",
    deprecated=False,
)
FILLED = (
    "name",
    "context_window",
    "max_output_tokens",
    "input_modalities",
    "output_modalities",
    "reasoning",
    "tool_call",
    "released",
    "deprecated",
)


def models_dev(*rows: tuple[str, Model]) -> LiveSource:
    return source("models.dev", *rows)


def source(kind: Any, *rows: tuple[str, Model]) -> LiveSource:
    tables: dict[str, dict[str, Model]] = {}
    for provider, model in rows:
        tables.setdefault(provider, {})[model.id] = model
    return LiveSource(kind, tables)


def one(own: Model, *sources: LiveSource, provider: Provider = PROVIDER) -> Model:
    (model,) = enrich(listing(provider.id, [own], "fetched"), provider, sources).models
    return model


def changed(model: Model, **values: Any) -> Model:
    fields = {name: getattr(model, name) for name in (*FILLED, "id", "mode", "cost", "sources")}
    return Model(**(fields | values))


@pytest.mark.parametrize("field", FILLED)
def test_what_is_missing_is_filled_and_its_source_kept(field: str) -> None:
    own = changed(FULL, **{field: () if field.endswith("modalities") else None})
    found = one(own, models_dev(("here", FULL)))
    assert getattr(found, field) == getattr(FULL, field)
    assert found.sources == ((field, "models.dev"),)


def test_the_providers_own_word_stands() -> None:
    other = Model(
        "m",
        name="Other",
        context_window=5,
        max_output_tokens=5,
        input_modalities=("audio",),
        output_modalities=("audio",),
        reasoning=False,
        tool_call=True,
        cost=Cost(Decimal(9), Decimal(9), Decimal(9), Decimal(9)),
        released="2020-01-01",
        deprecated=True,
    )
    assert one(FULL, models_dev(("here", other)), source("litellm", ("here", other))) is FULL


def test_models_dev_before_litellm_before_a_namesake() -> None:
    theirs = models_dev(
        ("here", Model("m", context_window=10)),
        ("there", Model("maker/m", context_window=30, tool_call=True, reasoning=True)),
    )
    prices = source("litellm", ("here", Model("m", context_window=20, tool_call=False)))
    for order in ((theirs, prices), (prices, theirs)):
        found = one(Model("m"), *order)
        assert (found.context_window, found.tool_call, found.reasoning) == (10, False, True)
        assert found.sources == (
            ("context_window", "models.dev"),
            ("reasoning", "models.dev, by name"),
            ("tool_call", "litellm"),
        )


def test_prices_names_and_dates_never_come_from_a_namesake() -> None:
    found = one(Model("m"), models_dev(("there", FULL), ("elsewhere", FULL)))
    assert (found.cost, found.name, found.released, found.deprecated) == (NO_COST, None, None, None)
    assert (found.context_window, found.max_output_tokens) == (1000, 100)
    assert {label for _, label in found.sources} == {"models.dev, by name"}


def test_litellm_lends_nothing_by_name() -> None:
    assert one(Model("m"), source("litellm", ("there", FULL))) == Model("m")


def test_a_provider_goes_by_its_names_at_the_source_best_first() -> None:
    provider = Provider("here", "Here", "openai", "https://x.example", models_dev=("first", "second"))
    rows = models_dev(
        ("first", Model("m", context_window=1)),
        ("second", Model("m", context_window=2, tool_call=True)),
        ("here", Model("m", context_window=3, reasoning=True, released="2026-01-01")),
    )
    found = one(Model("m"), rows, provider=provider)
    assert (found.context_window, found.tool_call, found.released) == (1, True, None)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Claude-Sonnet-4.5", "anthropic/claude-sonnet-4.5", True),
        ("anthropic/Claude-Sonnet-4.5", "anthropic/claude-sonnet-4-5", True),
        ("other/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", False),
        ("m:free", "m", False),
        ("m", "m:free", False),
        ("m-2025-01-01", "m", False),
        ("m-fp8", "m", False),
    ],
)
def test_at_one_provider_spelling_may_differ_but_not_route_date_or_format(
    ours: str, theirs: str, same: bool
) -> None:
    found = one(Model(ours), models_dev(("here", Model(theirs, cost=Cost(Decimal(1), Decimal(2))))))
    assert (found.cost != NO_COST) is same


def test_two_rows_of_one_spelling_are_nobodys() -> None:
    rows = models_dev(("here", changed(FULL, id="a/m")), ("here", changed(FULL, id="b/m")))
    assert one(Model("M"), rows).cost == NO_COST


def test_an_exact_id_wins_over_a_spelling() -> None:
    rows = models_dev(
        ("here", Model("M", released="2026-01-01")), ("here", Model("m", released="2026-02-02"))
    )
    assert one(Model("m"), rows).released == "2026-02-02"


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        (NO_COST, Cost(Decimal(1), Decimal(2)), Cost(Decimal(1), Decimal(2))),
        (Cost(), Cost(Decimal(1), Decimal(2)), Cost(Decimal(1), Decimal(2))),
        (
            Cost(Decimal(1), Decimal(2)),
            Cost(Decimal(1), Decimal("2.0"), Decimal("0.1"), Decimal(3)),
            Cost(Decimal(1), Decimal(2), Decimal("0.1"), Decimal(3)),
        ),
        (
            Cost(Decimal(1), Decimal(2), Decimal("0.5")),
            Cost(Decimal(1), Decimal(2), Decimal("0.1"), Decimal(3)),
            Cost(Decimal(1), Decimal(2), Decimal("0.5"), Decimal(3)),
        ),
        (
            Cost(Decimal(1), Decimal(3)),
            Cost(Decimal(1), Decimal(2), Decimal("0.1")),
            Cost(Decimal(1), Decimal(3)),
        ),
        (Cost(Decimal(1)), Cost(Decimal(1), Decimal(2)), Cost(Decimal(1))),
        (Cost(Decimal(0), Decimal(0)), Cost(Decimal(1), Decimal(2)), Cost(Decimal(0), Decimal(0))),
    ],
)
def test_price_lists_are_not_mixed(own: Cost, theirs: Cost, expected: Cost) -> None:
    found = one(Model("m", cost=own), models_dev(("here", Model("m", cost=theirs))))
    assert found.cost == expected
    assert (("cost", "models.dev") in found.sources) is (own != expected)


def test_an_output_limit_above_the_window_is_cut_whoever_said_it() -> None:
    own = one(Model("m", context_window=100, max_output_tokens=500))
    assert own.max_output_tokens == 100
    lent = one(Model("m", context_window=100), models_dev(("here", Model("m", max_output_tokens=500))))
    assert lent.max_output_tokens == 100


def test_a_window_below_the_providers_own_output_limit_is_not_believed() -> None:
    rows = models_dev(("here", Model("m", context_window=100)), ("there", Model("m", context_window=800)))
    found = one(Model("m", max_output_tokens=500), rows)
    assert (found.context_window, found.max_output_tokens) == (None, 500)


def test_a_source_may_know_what_a_bare_id_is_for() -> None:
    rows = models_dev(("here", Model("m", mode="image")))
    assert one(Model("m"), rows).mode == "image"
    assert ("mode", "models.dev") in one(Model("m"), rows).sources
    assert one(Model("m", output_modalities=("text",)), rows).mode == "chat"
    assert one(Model("m", mode="embedding"), rows).mode == "embedding"


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([128000], 128000),
        ([128000, 131072, 131000], 128000),
        ([128000, 131072, 64000], 128000),
        ([128000, 64000], None),
        ([128000, 64000, 32000], None),
        ([1000, 1000, 1000, 1000, 64000, 32000], 1000),
        ([1000, 1000, 1000, 64000, 32000], None),
        ([None, 200000, None], 200000),
    ],
)
def test_two_thirds_must_agree_on_a_window(windows: list[int | None], expected: int | None) -> None:
    rows = [(f"p{i}", Model("m", context_window=window)) for i, window in enumerate(windows)]
    assert agreed("m", rows).context_window == expected


def test_one_voice_a_provider_and_none_for_who_contradicts_himself() -> None:
    loud = [("loud", Model("a/m", context_window=5000)), ("loud", Model("b/m", context_window=5000))]
    rest = [("x", Model("m", context_window=100)), ("y", Model("m", context_window=100))]
    assert agreed("m", loud + rest).context_window == 100
    torn = [("torn", Model("a/m", context_window=100)), ("torn", Model("b/m", context_window=9999))]
    assert agreed("m", torn + rest[:1]).context_window is None


def test_one_providers_output_limit_is_not_repeated() -> None:
    assert agreed("m", [("x", Model("m", max_output_tokens=100))]).max_output_tokens is None
    two = [("x", Model("m", max_output_tokens=100)), ("y", Model("m", max_output_tokens=100))]
    assert agreed("m", two).max_output_tokens == 100


def test_an_unknown_date_falls_back_to_all_dates_of_the_model() -> None:
    rows = models_dev(
        ("x", Model("gpt-9-2026-01-01", context_window=100, tool_call=True)),
        ("y", Model("gpt-9-2026-02-02", context_window=900, tool_call=True)),
    )
    found = one(Model("gpt-9-2026-03-03"), rows)
    assert (found.context_window, found.tool_call) == (None, True)
    assert one(Model("gpt-9-2026-02-02"), rows).context_window == 900


def test_names_without_letters_are_nobodys_namesake() -> None:
    assert one(Model("模型"), models_dev(("there", Model("другая", context_window=9)))).context_window is None


def test_an_embedded_listing_stays_embedded_with_its_date() -> None:
    given_ = listing("here", [Model("m")], "embedded", "2026-08-18")
    found = enrich(given_, PROVIDER, [source("litellm", ("here", FULL))])
    assert (found.origin, found.as_of) == ("embedded", "2026-08-18")
    assert found.models[0].context_window == 1000


ids = st.sampled_from(["a/m", "m", "M", "m:free", "m-2025-01-01", "n", "x-fp8", "模型"])
limits = st.none() | st.integers(1, 10**6)
prices = st.none() | st.decimals(0, 100, places=3)
models = made(
    Model,
    ids,
    name=st.none() | st.just("N"),
    mode=st.sampled_from(["chat", "image"]),
    context_window=limits,
    max_output_tokens=limits,
    input_modalities=st.sampled_from([(), ("text",), ("text", "image")]),
    output_modalities=st.sampled_from([(), ("text",)]),
    reasoning=st.none() | st.booleans(),
    tool_call=st.none() | st.booleans(),
    cost=made(Cost, prices, prices, prices, prices),
    released=st.none() | st.just("2026-01-01"),
    deprecated=st.none() | st.booleans(),
)
rows = st.lists(st.tuples(st.sampled_from(["here", "there", "far"]), models), max_size=8)


@given(st.lists(models, max_size=6, unique_by=lambda model: model.id), rows, rows)
def test_nothing_is_lost_and_nothing_said_is_unsaid(
    own: list[Model], dev: list[tuple[str, Model]], lite: list[tuple[str, Model]]
) -> None:
    before = listing("here", own, "fetched")
    sources = [models_dev(*dev), source("litellm", *lite)]
    after = enrich(before, PROVIDER, sources)
    assert [model.id for model in after.models] == [model.id for model in before.models]
    for old, new in zip(before.models, after.models, strict=True):
        told = dict(new.sources)
        for field in FILLED:
            value = getattr(old, field)
            if field == "max_output_tokens" and value is not None and new.context_window is not None:
                assert new.max_output_tokens == min(value, new.context_window)
            elif value is not None and value != ():
                assert getattr(new, field) == value
            assert (field in told) == (value in (None, ()) and getattr(new, field) not in (None, ()))
        if any(getattr(old.cost, part) is not None for part in ("input", "output")):
            assert (old.cost.input, old.cost.output) == (new.cost.input, new.cost.output)
        # A price is only ever one that this provider has in one of the sources.
        mine = [row.cost for who, row in (*dev, *lite) if who == "here"]
        for part in ("input", "output", "cache_read", "cache_write"):
            price = getattr(new.cost, part)
            assert price is None or price in {getattr(cost, part) for cost in (old.cost, *mine)}
    assert enrich(after, PROVIDER, sources) == after


def test_a_listing_without_models_is_no_trouble() -> None:
    assert enrich(Listing("here", (), "fetched"), PROVIDER, []) == Listing("here", (), "fetched")
