"""apply into files as people have them: tests/apply/<tool>/, one config a file; one more is a test more."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from deepdiff import DeepDiff
from ruamel.yaml import YAML

from modelcat import tools
from modelcat.commands import restore
from modelcat.errors import ExitCode
from tests.world import World, changed, decisions, model

FOLDER = Path(__file__).parent.parent / "apply"
FILES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.*"))


def load(path: Path, data: bytes) -> Any:
    """By another parser than ours."""
    text = data.decode("utf-8-sig")
    loaded = (
        tomllib.loads(text) if path.suffix == ".toml" else YAML(typ="safe", pure=True).load(io.StringIO(text))
    )
    return {} if loaded is None else loaded


def words(data: bytes) -> list[str]:
    """A text without what may move when something is added: blanks, brackets and commas."""
    return [character for character in data.decode() if not character.isspace() and character not in "[]{},"]


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(home, monkeypatch)
    made.key("groq", "openrouter")
    made.listing("groq", ["m1", "m2"])
    made.listing("openrouter", ["v/m1"])
    return made


def large(lines: int) -> bytes:
    """A Codex config that has grown for years."""
    text = 'model = "x"\n'
    for number in range(lines // 5):
        text += (
            f'\n# project {number}\n[projects."/me/p{number}"]\ntrust_level = "trusted" # ok\nn = {number}\n'
        )
    return (
        text + '[model_providers.groq]\nname = "G"\nbase_url = "https://api.groq.com/openai/v1"\n'
    ).encode()


@pytest.mark.parametrize("file", [*FILES, Path("codex/5000_lines.toml")], ids=str)
def test_only_the_entries_concerned_change(file: Path, world: World) -> None:
    tool = tools.load(file.parts[0])
    before = (FOLDER / file).read_bytes() if file in FILES else large(5000)
    place = world.write(tool.name, before)
    was = load(file, before)

    first = world.apply(tool.name)
    assert first.exit_code == ExitCode.OK, first.planned.plan.errors
    after = place.read_bytes()
    # Nothing that was there has changed, in the values and in the text.
    difference = DeepDiff(was, load(file, after), threshold_to_diff_deeper=0)
    assert set(difference) <= {"dictionary_item_added", "iterable_item_added"}, difference
    rest = iter(words(after))
    assert all(character in rest for character in words(before))
    assert b"openrouter" in after
    lines = before.split(b"\n")
    untouched = [line for line in lines if line in set(after.split(b"\n"))]
    assert len(untouched) >= len(lines) - 2, "more than the ends of a bracket were rewritten"

    # A second apply rests.
    second = world.apply(tool.name)
    assert not changed(second)
    assert second.backup is None

    # A model that changes, one that goes and one that comes touch their own lines only.
    world.listing("groq", ["m1", model("m3", context_window=10)])
    world.listing("openrouter", [model("v/m1", context_window=11), "v/m2"])
    assert world.apply(tool.name).exit_code == ExitCode.OK
    third = load(file, place.read_bytes())
    assert not DeepDiff(was, without_ours(third, was), threshold_to_diff_deeper=0)
    rest = iter(words(place.read_bytes()))
    assert all(character in rest for character in words(before))

    # An excluded provider takes its entry with it and leaves the person's as it was.
    world.toml('exclude_providers = ["openrouter", "groq"]\n')
    world.apply(tool.name)
    last = place.read_bytes()
    assert b"openrouter" not in last
    assert not DeepDiff(was, without_ours(load(file, last), was), threshold_to_diff_deeper=0)
    assert not [d for d in decisions(world.diff(tool.name)) if d.changes]

    # And the first backup has every byte.
    assert first.backup
    restore.run(world.settings, first.backup, tools=(tool.name,))
    assert place.read_bytes() == before


def without_ours(tree: Any, was: Any) -> Any:
    """`tree` less what `was` had not: keys of maps, and elements of lists by their names."""
    if isinstance(tree, dict) and isinstance(was, dict):
        return {key: without_ours(value, was[key]) for key, value in tree.items() if key in was}
    if isinstance(tree, list) and isinstance(was, list) and all(isinstance(item, dict) for item in tree):
        known = {name_of(item): item for item in was}
        return [without_ours(item, known[name_of(item)]) for item in tree if name_of(item) in known]
    return tree


def name_of(item: dict[str, Any]) -> str:
    return str(item.get("name", item.get("type", item)))
