"""What every tool must keep, run over all of them: a new module in tools/ is tested by being there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcat import tools
from modelcat.catalog import Provider
from modelcat.documents import dump, parse
from modelcat.errors import UsageError
from modelcat.tool import Offer, Target, Tool
from modelcat.tree import Keyed, ScalarSet, same
from tests import sample_offers

ALL = [tools.load(name) for name in tools.names()]
_CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(params=ALL, ids=lambda tool: tool.name)
def tool(request: pytest.FixtureRequest) -> Tool:
    found: Tool = request.param
    return found


@pytest.fixture
def targets(tool: Tool) -> tuple[Target, ...]:
    return tool.render(sample_offers.offers(tool))


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            assert type(key) is str
            yield from _leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value)
    else:
        yield tree


def test_the_three_are_there() -> None:
    assert {"aichat", "codex", "mods"} <= set(tools.names())


def test_unknown_tool_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean aichat"):
        tools.load("aichta")


def test_private_modules_are_no_tools() -> None:
    assert not any(name.startswith("_") for name in tools.names())
    with pytest.raises(UsageError, match="there are aichat"):
        tools.load("_codex_prompt")


def test_main_file_first(tool: Tool, targets: tuple[Target, ...]) -> None:
    main, *rest = targets
    assert (main.repo_name, main.live_name, main.syntax) == (tool.main, tool.main, tool.syntax)
    assert main.provider is None
    assert all(target.provider is not None for target in rest)


def test_every_provider_has_its_file(tool: Tool, targets: tuple[Target, ...]) -> None:
    ids = {provider.id for provider in sample_offers.providers(tool)}
    assert len(ids) > 5
    assert {target.provider for target in targets[1:]} == ids
    for target in targets[1:]:
        assert re.fullmatch(rf"models_{re.escape(target.provider or '')}\.\w+", target.repo_name)


def test_names_are_unique_and_stay_inside(targets: tuple[Target, ...]) -> None:
    for names in ([t.repo_name for t in targets], [t.live_name for t in targets if t.live_name]):
        assert len(set(names)) == len(names)
        for name in names:
            assert not name.startswith(("/", "."))
            assert ".." not in name.split("/")
            assert "\\" not in name


def test_trees_are_plain(targets: tuple[Target, ...]) -> None:
    for target in targets:
        for leaf in _leaves(target.tree):
            assert leaf is None or type(leaf) in {str, int, bool, float}
            assert not isinstance(leaf, float) or math.isfinite(leaf)


def test_texts_mean_the_trees(targets: tuple[Target, ...]) -> None:
    for target in targets:
        text = dump(target.tree, target.syntax, target.heading)
        assert same(parse(text.encode(), target.syntax, target.repo_name).tree, target.tree)
        assert text.endswith("\n")
        assert "\r" not in text


def test_same_offers_same_targets(tool: Tool, targets: tuple[Target, ...]) -> None:
    again = tool.render(sample_offers.offers(tool))
    assert all(same(left.tree, right.tree) for left, right in zip(targets, again, strict=True))
    assert [t.heading for t in targets] == [t.heading for t in again]


def test_main_file_holds_what_each_provider_gets_alone(tool: Tool) -> None:
    every = sample_offers.offers(tool)
    main = tool.render(every)[0].tree
    for offer in every:
        for pattern in tool.entries[:1]:
            alone = tool.render([offer])[0].tree.get(pattern[0])
            if isinstance(alone, list):
                known = [e["name"] for e in main[pattern[0]]]
                assert all(entry in main[pattern[0]] or entry["name"] in known for entry in alone)
            elif alone is not None:
                assert set(alone) <= set(main[pattern[0]])


def test_no_offers_no_entries(tool: Tool) -> None:
    (main,) = tool.render([])
    assert not any(main.tree.values())


def test_every_entry_has_an_endpoint(tool: Tool, targets: tuple[Target, ...]) -> None:
    found = tool.endpoints(targets[0].tree)
    entries = targets[0].tree[tool.entries[0][0]]
    names = [entry["name"] for entry in entries] if isinstance(entries, list) else list(entries)
    assert list(found) == names
    assert all(value.startswith(("http://", "https://", "type:")) for value in found.values())
    assert not any(value.endswith("/") for value in found.values())


@pytest.mark.parametrize(
    "tree",
    [
        None,
        {},
        [],
        "x",
        {"clients": None},
        {"clients": 5},
        {"clients": {"type": "openai"}},
        {"clients": [1, None, {}, {"name": 3}]},
        {"apis": 3},
        {"apis": ["openai"]},
        {"apis": {"a": None, "b": {"base-url": 3}}},
        {"model_providers": 5},
        {"model_providers": {"a": 1, "b": {"base_url": 1}}},
    ],
)
def test_endpoints_and_needs_of_anything(tool: Tool, tree: Any) -> None:
    assert tool.endpoints(tree) == {}
    assert not tool.needs(tree)


def test_shape_matches_the_trees(tool: Tool) -> None:
    for pattern, kind in tool.shape.items():
        assert isinstance(kind, Keyed | ScalarSet)
        assert pattern[0] in {entry[0] for entry in tool.entries}


def test_data_sources_are_refused(tool: Tool) -> None:
    facts = Provider("facts", "Facts", "litellm", "https://facts.example", kind="data")
    assert "facts" in (tool.refuses(facts) or "")


def test_addresses_with_a_gap_are_refused(tool: Tool) -> None:
    gap = Provider(
        "acme",
        "Acme",
        "openai",
        "https://api.example/{account}/v1",
        url_env=(("account", "ACME_ACCOUNT"), ("other", "ACME_OTHER")),
        serves_responses_api=True,
    )
    assert tool.refuses(gap) == "its address is your own: set ACME_ACCOUNT"


def test_key_variables_are_variables(tool: Tool) -> None:
    for provider in sample_offers.providers(tool):
        variable = tool.key_variable(provider)
        assert variable is None or re.fullmatch(r"[A-Z_][A-Z0-9_]*", variable), provider.id


def test_no_two_providers_share_an_entry(tool: Tool) -> None:
    every = [offer for offer in sample_offers.offers(tool) if offer.provider.enabled]
    entries = tool.render(every)[0].tree[tool.entries[0][0]]
    assert len(entries) >= len(every) - 3  # Codex defines three itself


def test_starter_config_reads(tool: Tool) -> None:
    path = _CONFIG / tool.name / tool.main
    document = parse(path.read_bytes(), tool.syntax, str(path))
    assert tool.endpoints(document.tree) == {}
    assert "modelcat" in path.read_text("utf-8")


def test_defaults_name_what_is_offered(tool: Tool) -> None:
    offer = sample_offers.offers(tool)[0]
    values = tool.defaults([Offer(offer.provider, ()), offer])
    if values:
        assert any("vendor/reasoner-1" in str(value) for value in values.values())
    assert tool.defaults([]) == {}


def test_localise_without_an_answer_changes_nothing(tool: Tool, targets: tuple[Target, ...]) -> None:
    assert tool.localise(targets, "") == targets


def test_settings_are_read(tool: Tool) -> None:
    """What [provider.tools.<tool>] may hold is what the module looks for."""
    source = (_CONFIG.parent / "modelcat" / "tools" / f"{tool.name}.py").read_text("utf-8")
    looked_for = set(re.findall(r"tool_setting\(NAME, \"(\w+)\"", source))
    assert set(tool.settings) == looked_for
