"""modelcat.toml: what it may say, and which models of a listing it lets through."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import registry, settings
from modelcat.catalog import MODES, Cost, Listing, Model, listing
from modelcat.errors import SettingsError
from modelcat.selection import CAPABILITIES, Globs, Rules, Selection, parse
from modelcat.sift import Selected, sift
from tests.made import made

TOOL = "aichat"


def chosen(found: Selected) -> list[str]:
    return [model.id for model in found.models]


def pick(text: str, *models: Model, keep: str = "", provider: str = "acme", tool: str = TOOL) -> Selected:
    sifted = sift(listing(provider, models, "fetched"), parse(text), tool, frozenset(keep.split()))
    return sifted.newest({"seen": "2026-05-01"})


def select(offered: Listing, selection: Selection, tool: str, keep: frozenset[str] = frozenset()) -> Selected:
    return sift(offered, selection, tool, keep).newest({})


# --- the file


def test_nothing_written_is_the_default() -> None:
    assert parse("") == Selection()
    assert parse("").rules("acme", TOOL) == Rules()
    assert Rules().modes == ("chat",)
    assert Rules().max_models == 100
    assert not Rules().deprecated


STARTER = settings.data_file("modelcat.toml").read_text("utf-8")
WRITTEN_OUT = re.sub(r"(?m)^#(?=[a-z]+(_[a-z]+)* =|\[)", "", STARTER)


def test_the_starter_file_says_nothing() -> None:
    assert tomllib.loads(STARTER) == {}
    assert parse(STARTER) == Selection()


def test_what_the_starter_file_says_is_default_is() -> None:
    general = tomllib.loads(WRITTEN_OUT)
    assert parse(WRITTEN_OUT).rules("acme", "none") == Rules()
    assert parse(WRITTEN_OUT).wants("acme")
    assert set(vars_of(Rules)) <= general.keys()
    assert {"include_providers", "exclude_providers", "providers", "tools", "validate"} <= general.keys()


def vars_of(kind: type) -> tuple[str, ...]:
    return tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]


def test_the_starter_file_names_every_mode_and_capability() -> None:
    line = next(line for line in STARTER.splitlines() if line.startswith("#modes"))
    assert set(MODES) == set(re.findall(r"[a-z]+", line.partition("# ")[2]))
    line = next(line for line in STARTER.splitlines() if line.startswith("#require"))
    assert all(name in line for name in CAPABILITIES)


def test_the_most_particular_word_counts_key_by_key() -> None:
    text = """
        max_models = 1
        min_context = 10
        exclude = ["a*"]
        [providers.acme]
        max_models = 2
        exclude = ["b*"]
        [tools.aichat]
        max_models = 3
        modes = ["embedding"]
        [tools.aichat.providers.acme]
        max_models = "all"
        exclude = ["c*"]
    """
    both = parse(text)
    assert both.rules("other", "mods") == Rules(max_models=1, min_context=10, exclude=Globs(("a*",)))
    assert both.rules("acme", "mods") == Rules(max_models=2, min_context=10, exclude=Globs(("a*", "b*")))
    assert both.rules("other", "aichat") == Rules(
        max_models=3, min_context=10, exclude=Globs(("a*",)), modes=("embedding",)
    )
    assert both.rules("acme", "aichat") == Rules(
        max_models=None, min_context=10, exclude=Globs(("a*", "b*", "c*")), modes=("embedding",)
    )


def test_prices_are_exact() -> None:
    assert parse("max_input_price = 0.1").rules("a", TOOL).max_input_price == Decimal("0.1")
    assert parse("max_output_price = 3").rules("a", TOOL).max_output_price == Decimal(3)


def test_limits_may_be_lifted_for_one_provider() -> None:
    general = "max_input_price = 1\nmax_output_price = 2\n"
    text = general + "[providers.a]\nmax_input_price = 'any'\nmax_models = 'all'\n"
    assert parse(text).rules("a", TOOL).max_input_price is None
    assert parse(text).rules("a", TOOL).max_output_price == 2
    assert parse(text).rules("a", TOOL).max_models is None


def test_rules_of_validate() -> None:
    assert parse("[validate]\nignore = ['codex/*']\n").ignore == ("codex/*",)


BAD = [
    ("max_models = ", "cat.toml:1:14", "not valid TOML"),
    ("\n\nmax_modles = 3", "cat.toml:3:1", "max_modles: unknown key; did you mean max_models"),
    ("max_models = -1", "cat.toml:1:1", "expected a whole number, 0 or more, found a number below 0"),
    ("max_models = 1.5", "cat.toml:1:1", "expected a whole number, 0 or more, found a number"),
    ("max_models = true", "cat.toml:1:1", "expected a whole number, 0 or more, found true or false"),
    ("max_models = 'any'", "cat.toml:1:1", "expected a whole number, 0 or more, found a string"),
    ("min_context = '32k'", "cat.toml:1:1", "expected a whole number, 0 or more, found a string"),
    ("max_input_price = -0.5", "cat.toml:1:1", "expected a price in USD per million tokens, 0 or more"),
    ("max_input_price = nan", "cat.toml:1:1", "or more, found no number"),
    ("max_input_price = inf", "cat.toml:1:1", "expected a price"),
    ("deprecated = 'no'", "cat.toml:1:1", "expected true or false, found a string"),
    ("modes = 'chat'", "cat.toml:1:1", "expected a list of strings, found a string"),
    ("modes = ['chat', 'embeddings']", "cat.toml:1:1", '"embeddings" is not known; did you mean embedding?'),
    ("require = ['tools']", "cat.toml:1:1", "expected one of tool_call, reasoning, vision"),
    ("include_providers = ['opnrouter']", "cat.toml:1:1", "did you mean openrouter?"),
    ("exclude_providers = ['zzzzz']", "cat.toml:1:1", 'no provider is called "zzzzz"'),
    ("[providers.opnrouter]", "cat.toml:1:12", "did you mean openrouter?"),
    (
        "[providers.groq]\ninclude_providers = []",
        "cat.toml:2:1",
        "providers.groq.include_providers: unknown key",
    ),
    ("[providers]\ngroq = 3", "cat.toml:2:1", "providers.groq: expected a table, found a whole number"),
    ("providers = ['groq']", "cat.toml:1:1", "expected a table, found a list"),
    ("[tools.codx]", "cat.toml:1:8", "tools.codx: unknown key; did you mean codex?"),
    ("[tools.codex]\nexclud = []", "cat.toml:2:1", "tools.codex.exclud: unknown key; did you mean exclude"),
    ("[tools.codex]\ninclude_providers = ['grog']", "cat.toml:2:1", "did you mean groq"),
    ("[tools.codex.providers.grog]", "cat.toml:1:24", "did you mean groq"),
    ("[tools.codex.providers.groq]\nx = 1", "cat.toml:2:1", "tools.codex.providers.groq.x: unknown key"),
    ("[validate]\nignored = []", "cat.toml:2:1", "validate.ignored: unknown key; did you mean ignore?"),
    ("[validate]\nignore = 'x'", "cat.toml:2:1", "expected a list of strings"),
    ("[sync]", "cat.toml:1:2", "sync: unknown key"),
]


@pytest.mark.parametrize(("text", "where", "what"), BAD, ids=[text.replace("\n", "|") for text, _, _ in BAD])
def test_refused(text: str, where: str, what: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse(text, "cat.toml", ["openrouter", "groq"])
    assert str(error.value).startswith(where + ": ")
    assert what in str(error.value)


def test_names_are_not_checked_where_nobody_knows_them() -> None:
    assert parse("[providers.anything]\nmax_models = 3").rules("anything", TOOL).max_models == 3


@examples(deadline=None)
@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_a_selection_or_its_error(text: str) -> None:
    said = "cat.toml"
    try:
        parse(text, "cat.toml")
    except SettingsError as error:
        said = str(error)
    assert said.startswith("cat.toml")


# --- providers


@pytest.mark.parametrize(
    ("text", "provider", "tool", "wanted"),
    [
        ("", "groq", None, True),
        ("include_providers = ['groq', 'open*']", "openrouter", None, True),
        ("include_providers = ['groq', 'open*']", "xai", None, False),
        ("exclude_providers = ['g*']", "groq", None, False),
        ("include_providers = ['groq']\nexclude_providers = ['g*']", "groq", None, False),
        ("include_providers = []", "groq", None, False),
        ("[tools.mods]\ninclude_providers = ['groq']", "xai", None, True),
        ("[tools.mods]\ninclude_providers = ['groq']", "xai", "mods", False),
        ("[tools.mods]\ninclude_providers = ['groq']", "groq", "mods", True),
        ("[tools.mods]\ninclude_providers = ['groq']", "xai", "codex", True),
        ("exclude_providers = ['xai']\n[tools.mods]\ninclude_providers = ['xai']", "xai", "mods", False),
        ("[tools.mods]\nmax_models = 3", "xai", "mods", True),
    ],
)
def test_wants(text: str, provider: str, tool: str | None, wanted: bool) -> None:
    assert parse(text).wants(provider, tool) is wanted


ROWS = registry.load(
    """
[providers.plain]
base_url = "https://plain.example"
[providers.off]
base_url = "https://off.example"
enabled = false
[providers.borrowed]
base_url = "https://borrowed.example"
opt_in = true
[providers.facts]
kind = "data"
models_url = "https://facts.example/api.json"
"""
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ["facts", "plain"]),
        ("include_providers = ['*']", ["facts", "plain"]),
        ("include_providers = ['borr*']", ["facts"]),
        ("include_providers = ['borrowed']", ["borrowed", "facts"]),
        ("include_providers = ['off']", ["facts"]),
        ("exclude_providers = ['*']", ["facts"]),
    ],
)
def test_asked(text: str, asked: list[str]) -> None:
    assert [provider.id for provider in parse(text).asked(ROWS)] == asked


# --- models, rule by rule


CHAT = Model("chat")


@pytest.mark.parametrize(
    ("text", "model", "reason", "hard"),
    [
        ("", CHAT, None, False),
        ("", Model("e", mode="embedding"), "for embedding", True),
        ("modes = ['embedding']", CHAT, "for chat", True),
        ("", Model("d", deprecated=True), "deprecated", False),
        ("deprecated = true", Model("d", deprecated=True), None, False),
        ("", Model("d", deprecated=False), None, False),
        ("exclude = ['c*']", CHAT, "excluded", True),
        ("include = ['x/*']", CHAT, "not included", True),
        ("include = ['[cx]hat']", CHAT, None, False),
        ("include = ['CHAT*']", CHAT, "not included", True),
        ("include = []", CHAT, "not included", True),
        ("min_context = 8000", Model("c", context_window=8000), None, False),
        ("min_context = 8000", Model("c", context_window=7999), "context below 8,000", True),
        ("min_context = 8000", CHAT, "context unknown", False),
        ("max_input_price = 0.5", Model("p", cost=Cost(Decimal("0.5"))), None, False),
        ("max_input_price = 0.5", Model("p", cost=Cost(Decimal("0.51"))), "input price above 0.5", True),
        ("max_input_price = 0.5", CHAT, "input price unknown", False),
        ("max_input_price = 0", Model("p", cost=Cost(Decimal(0))), None, False),
        ("max_output_price = 2", Model("p", cost=Cost(None, Decimal(3))), "output price above 2", True),
        ("max_output_price = 2", Model("p", cost=Cost(None, Decimal(2))), None, False),
        ("require = ['tool_call']", Model("t", tool_call=True), None, False),
        ("require = ['tool_call']", Model("t", tool_call=False), "no tool_call", True),
        ("require = ['tool_call']", CHAT, "tool_call unknown", False),
        ("require = ['reasoning']", Model("t", reasoning=False), "no reasoning", True),
        ("require = ['vision']", Model("t", input_modalities=("text", "image")), None, False),
        ("require = ['vision']", Model("t", input_modalities=("text",)), "no vision", True),
        ("require = ['vision']", CHAT, "vision unknown", False),
        ("max_models = 0", CHAT, "past max_models", False),
    ],
)
def test_a_rule(text: str, model: Model, reason: str | None, hard: bool) -> None:
    found = pick(text, model)
    assert chosen(found) == ([] if reason else [model.id])
    assert dict(found.left_out) == ({reason: 1} if reason else {})
    assert found.excluded == ({model.id} if hard else set())
    # What was applied before leaves by a rule that it is known to break, and by nothing else.
    assert chosen(pick(text, model, keep=model.id)) == ([] if hard else [model.id])


def test_an_id_written_in_full_is_in_whatever_the_other_rules_say() -> None:
    odd = Model("odd/one", mode="image", deprecated=True)
    text = "max_models = 0\nmin_context = 9\ninclude = ['*', 'odd/one']"
    assert chosen(pick(text, odd, CHAT)) == ["odd/one"]
    assert chosen(pick(text + "\nexclude = ['odd/*']", odd, CHAT)) == []


def test_newest_first_then_by_id_and_the_undated_last() -> None:
    models = [
        Model("b", released="2026-01-01"),
        Model("a", released="2026-01-01"),
        Model("new", released="2026-06-01"),
        Model("old", released="2020-01-01"),
        Model("seen"),
        Model("unknown"),
    ]
    order = [["new"], ["seen"], ["a"], ["b"], ["old"], ["unknown"]]
    found: list[str] = []
    for limit, more in enumerate(order, 1):
        found = sorted(found + more)
        assert chosen(pick(f"max_models = {limit}", *models)) == found


def test_what_is_left_out_is_told_in_words() -> None:
    models = [Model(f"m{n:03}") for n in range(340)] + [Model("e", mode="embedding")]
    found = pick("", *models, provider="openrouter")
    assert found.words() == (
        "openrouter: 1 of 341 models left out: for embedding",
        "openrouter: 341 models, 100 newest shown; raise max_models or include globs",
    )
    assert pick("", CHAT).words() == ()
    assert pick("max_models = 0", CHAT).words() == (
        "acme: 1 models, none shown; raise max_models or include globs",
    )


def test_what_is_kept_does_not_take_the_place_of_what_is_new() -> None:
    old = [Model(f"old{n}", released="2025-01-01") for n in range(5)]
    new = [Model(f"new{n}", released="2026-01-01") for n in range(5)]
    found = pick("max_models = 3", *old, *new, keep="old0 old1 old2 old3")
    assert chosen(found) == ["new0", "new1", "new2", "old0", "old1", "old2", "old3"]


# --- laws

_words = st.sampled_from(["alpha", "beta", "gamma"])
_models = made(
    Model,
    id=st.builds("{}/{}".format, _words, st.integers(0, 30)),
    mode=st.sampled_from(MODES[:3]),
    context_window=st.none() | st.integers(1, 200_000),
    deprecated=st.none() | st.booleans(),
    released=st.none() | st.dates().map(lambda day: day.isoformat()),
    tool_call=st.none() | st.booleans(),
    cost=made(Cost, st.none() | st.decimals(0, 100, places=2), st.none() | st.decimals(0, 100, places=2)),
)
_listings = st.lists(_models, max_size=40, unique_by=lambda model: model.id).map(
    lambda models: listing("acme", models, "fetched")
)
_rules = st.fixed_dictionaries(
    {},
    optional={
        "max_models": st.integers(0, 12) | st.just("all"),
        "min_context": st.integers(0, 100_000),
        "max_input_price": st.integers(0, 100) | st.just("any"),
        "max_output_price": st.integers(0, 100),
        "deprecated": st.booleans(),
        "modes": st.lists(st.sampled_from(MODES[:3]), unique=True),
        "include": st.lists(st.sampled_from(["*", "alpha/*", "*/1*", "beta/7"]), max_size=3),
        "exclude": st.lists(st.sampled_from(["gamma/*", "*/2?", "alpha/3"]), max_size=2),
        "require": st.lists(st.just("tool_call"), max_size=1),
    },
)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(repr, value))}]" if isinstance(value, list) else repr(value)


_selections = _rules.map(
    lambda rules: parse("".join(f"{key} = {_toml(value)}\n" for key, value in rules.items()))
)


def _ids(found: Selected) -> frozenset[str]:
    return frozenset(model.id for model in found.models)


@examples(deadline=None)
@given(_listings, _selections, st.data())
def test_laws(offered: Listing, selection: Selection, data: st.DataObject) -> None:
    keep = frozenset(data.draw(st.lists(st.sampled_from(sorted(offered.ids()) or ["none"]))))
    found = select(offered, selection, TOOL, keep)
    rules = selection.rules("acme", TOOL)
    # Sorted, each once, and everything is accounted for.
    assert chosen(found) == sorted(_ids(found))
    assert len(found.models) + sum(found.left_out.values()) == len(offered.models)
    assert all(number > 0 for number in found.left_out.values())
    # What was applied stays, but for what the rules keep out.
    assert (keep & offered.ids()) - found.excluded <= _ids(found)
    assert found.excluded.isdisjoint(_ids(found))
    # The limit counts what is new; ids written in full come on top.
    if rules.max_models is not None:
        assert len(_ids(found) - keep - rules.include.exact()) <= rules.max_models
    # To have applied it changes nothing.
    assert _ids(select(offered, selection, TOOL, _ids(found))) == _ids(found)
    # Keeping only ever adds, and what is kept keeps nothing else out.
    assert _ids(select(offered, selection, TOOL)) | (keep & offered.ids() - found.excluded) == _ids(found)


@examples(deadline=None)
@given(_listings, _selections, st.randoms())
def test_the_order_of_a_listing_does_not_matter(offered: Listing, selection: Selection, random: Any) -> None:
    shuffled = list(offered.models)
    random.shuffle(shuffled)
    other = Listing("acme", tuple(shuffled), "fetched")
    assert select(other, selection, TOOL).models == select(offered, selection, TOOL).models


@examples(deadline=None)
@given(_listings, st.integers(0, 12), st.integers(0, 12))
def test_a_higher_limit_only_adds(offered: Listing, one: int, two: int) -> None:
    low, high = sorted((one, two))
    few = select(offered, parse(f"max_models = {low}"), TOOL)
    many = select(offered, parse(f"max_models = {high}"), TOOL)
    assert _ids(few) <= _ids(many)


def test_globs_without_patterns_match_nothing() -> None:
    assert not Globs().matcher()("x")
    assert Globs(("a.c",)).matcher()("a.c")
    assert not Globs(("a.c",)).matcher()("abc")
    assert not Globs(("a",)).matcher()("ab")
    assert not Globs(("a",)).matcher()("a\n")
    assert Globs(("x*",)).matcher()("x/y/z")
    assert Globs(("a", "b*", "c?", "[d]")).exact() == {"a"}


def test_the_example_in_the_docs_says_what_it_means() -> None:
    docs = (settings.data_file("modelcat.toml").parent.parent / "docs" / "settings.md").read_text("utf-8")
    example = docs.split("## modelcat.toml")[1].split("```toml\n")[1].split("```")[0]
    shipped = registry.load(settings.data_file("providers.toml").read_text("utf-8"))
    found = parse(example, known=shipped.providers)
    assert not found.wants("poe")
    assert found.rules("groq", "codex").max_models == 5
    assert found.rules("groq", "codex").require == ("tool_call",)
    assert found.ignore
    table = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| ([^|]+) \|", docs, re.MULTILINE))))
    assert set(vars_of(Rules)) <= table
