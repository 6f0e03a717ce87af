"""The plan in memory, for every provider there is and models with awkward ids, in all three tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelcat import settings as machine
from modelcat import tools
from modelcat.catalog import listing
from modelcat.draft import Draft, draft, read_main
from modelcat.errors import VerifyError
from modelcat.finish import finish
from modelcat.memory import Memory, from_json, to_json
from modelcat.merge import Decision
from modelcat.plan import FilePlan, Live, Plan, ToolPlan, Wishes
from modelcat.proof import Known
from modelcat.tree import MISSING, Item, Layout, outermost, same
from tests import sample_offers
from tests.documents.edit_oracle import READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.tool import Offer, Tool

TOOLS = [tools.load(name) for name in tools.names()]
MINE = {
    "aichat": "model: mine:m # mine\nclients:\n  # my own\n  - type: openai-compatible\n    name: mine\n",
    "mods": "default-api: mine\napis:\n  # my own\n  mine: {models: {m: {max-input-chars: 5}}}\n",
    "codex": 'model = "gpt-5" # mine\n[model_providers.mine]\nname = "Mine"\n',
}


def planned(
    tool: Tool,
    offers: Sequence[Offer],
    files: dict[str, bytes],
    memory: Memory = Memory(),  # noqa: B008  it cannot be changed
    **more: Any,
) -> ToolPlan:
    """The plan for a machine that has `files`, by their names."""
    main = Live("/x/main", files.get(tool.main))
    starter = machine.data_file(f"{tool.name}/{tool.main}").read_text("utf-8")
    made = draft(tool, main, read_main(tool, main, starter), memory, offers)
    return finish(made, _live(made, files), _known(offers), **more)


def _live(made: Draft, files: dict[str, bytes]) -> dict[str, Live]:
    return {name: Live(f"/x/{name}", files.get(name)) for name in made.wanted}


def _known(offers: Sequence[Offer]) -> dict[str, Known]:
    return {
        offer.provider.id: Known(
            offer.provider, listing(offer.provider.id, offer.models, "fetched"), None, excluded=False
        )
        for offer in offers
    }


def written(plan: ToolPlan, files: dict[str, bytes]) -> dict[str, bytes]:
    after = dict(files)
    for file in plan.files:
        assert file.error is None, file.error
        if file.after is not None:
            after[file.name] = file.after
        else:
            after.pop(file.name, None)
    return after


@pytest.mark.parametrize("one_in", [12, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("begin", ["starter", "mine"])
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: str(tool.name))
def test_every_provider_and_every_awkward_id_arrives(tool: Tool, begin: str, one_in: int) -> None:
    offers = sample_offers.offers(tool)[::one_in]
    files = {tool.main: MINE[tool.name].encode()} if begin == "mine" else {}
    first = planned(tool, offers, files)
    after = written(first, files)
    main = READ[tool.syntax](after[tool.main].decode())
    layout = Layout(tool.shape, tool.entries)
    found = outermost(main, layout)
    wanted = outermost(tool.render(offers)[0].tree, layout)
    assert set(wanted) <= set(found)
    for pointer, entry in wanted.items():
        assert same(found[pointer], entry), pointer
    for name, data in after.items():
        if name != tool.main:
            READ["json" if name.endswith(".json") else tool.syntax](data.decode())
    # What is remembered survives its JSON, and then a second plan rests.
    memory = from_json(to_json(first.memory), tool.name)
    second = planned(tool, offers, after, memory)
    assert not [file.name for file in second.files if file.changes]
    assert to_json(second.memory) == to_json(first.memory)
    # Half of the models, half of the providers: what is not offered stays, dropped models go.
    fewer = [replace(offer, models=offer.models[::2]) for offer in offers[::2]]
    third = planned(tool, fewer, after, memory)
    shrunk = written(third, after)
    kept = outermost(READ[tool.syntax](shrunk[tool.main].decode()), layout)
    assert set(kept) == set(found)
    fourth = planned(tool, fewer, shrunk, third.memory)
    assert not [file.name for file in fourth.files if file.changes]


def test_verification_can_be_left_out_and_is_not_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelcat import verify

    def refuse(*_: object) -> bytes:
        raise VerifyError("no")

    monkeypatch.setattr(verify, "edited", refuse)
    tool = tools.load("mods")
    files = {tool.main: MINE["mods"].encode()}
    offers = sample_offers.offers(tool)[:2]
    assert isinstance(planned(tool, offers, files).files[0].error, VerifyError)
    assert planned(tool, offers, files, verified=False).files[0].changes


def test_what_was_applied_at_another_place_is_another_file() -> None:
    tool = tools.load("mods")
    offers = sample_offers.offers(tool)[:2]
    files = {tool.main: MINE["mods"].encode()}
    first = planned(tool, offers, files)
    moved = planned(tool, offers, files, replace(first.memory, path="/y/main"))
    assert moved.files[0].after == first.files[0].after
    assert moved.memory.path == "/x/main"


def test_a_preference_reaches_every_file() -> None:
    tool = tools.load("codex")
    offers = sample_offers.offers(tool)[:1]
    first = planned(tool, offers, {})
    after = written(first, {})
    name = f"{offers[0].provider.id}.config.toml"
    after[name] = after[name].replace(b'web_search = "disabled"', b'web_search = "live"')
    changed = planned(tool, offers, after, first.memory, wishes=Wishes(prefer="theirs"))
    assert not any(file.changes for file in changed.files), "an edit alone is nothing to settle"


def test_a_file_knows_whose_its_places_are() -> None:
    tool = tools.load("aichat")
    layout = Layout(tool.shape, tool.entries)
    file = FilePlan("aichat", "f", "/f", b"a", b"b", providers={"or": "openrouter"}, layout=layout)
    client = ("clients", Item("or"))
    assert file.provider_of((*client, "models", Item("m"), "max_input_tokens")) == "openrouter"
    assert file.provider_of(("clients", Item("other"))) == "other"
    assert file.provider_of(("clients",)) is None
    assert file.provider_of(("theme",)) is None
    assert replace(file, provider="p").provider_of(client) == "p"


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (b"a", b"a", "none"),
        (None, None, "none"),
        (None, b"", "create"),
        (b"a", b"b", "change"),
        (b"", None, "remove"),
    ],
)
def test_what_happens_to_a_file_as_a_whole(before: bytes | None, after: bytes | None, action: str) -> None:
    file = FilePlan("t", "f", "/f", before, after)
    assert file.action == action
    assert file.changes == (action != "none")


def test_a_plan_sums_up_its_files() -> None:
    conflict = Decision((), MISSING, 1, 2, "keep", "conflict", "why", held=True, new=True)
    quiet = replace(conflict, new=False)
    same_file = FilePlan("t", "f", "/f", b"a", b"a", (quiet,))
    plan = Plan((ToolPlan("t", (same_file,), Memory()),))
    assert not plan.conflicts
    assert not plan.changes
    assert not plan.errors
    loud = Plan((ToolPlan("t", (same_file, replace(same_file, decisions=(conflict,))), Memory()),))
    assert loud.conflicts
    broken = Plan((ToolPlan("t", (replace(same_file, error=VerifyError("x")),), Memory()),))
    assert [str(error) for error in broken.errors] == ["x"]
