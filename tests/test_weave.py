"""Random merges into random messy texts, judged by other parsers than ours.

DOCUMENTS says how many merges a format gets: a few hundred on every run, 5,000 in CI (slow), 100,000 by
hand (long). A failure names the seed that made it.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from deepdiff import DeepDiff
from ruamel.yaml.error import YAMLError

from modelcat import tools
from modelcat.documents import parse
from modelcat.errors import DocumentError, VerifyError
from modelcat.merge import NO_BASE, Base, merge
from modelcat.weave import Rules, edits_of, woven
from tests.documents.edit_oracle import READ, read_yaml
from tests.documents.messy_texts import JsoncWriter, JsonWriter, TomlWriter, YamlWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.tool import Syntax
    from modelcat.tree import Tree

SOME, MANY, ALL = 250, 5_000, 100_000
SIZES = [SOME, pytest.param(MANY, marks=pytest.mark.slow), pytest.param(ALL, marks=pytest.mark.long)]


WRITERS: dict[Syntax, Any] = {
    "yaml": YamlWriter,
    "toml": TomlWriter,
    "json": JsonWriter,
    "jsonc": JsoncWriter,
}


def equal(expected: Tree, found: Any) -> bool:
    """Typed, by another program than ours; a text without values is an empty map here and null elsewhere."""
    return not DeepDiff(expected, {} if found is None else found, ignore_nan_inequality=True)


def readable(text: str, load: Callable[[str], Any]) -> bool:
    """Whether the other parser takes the text at all (ruamel refuses some blank lines in block scalars)."""
    try:
        load(text)
    except (YAMLError, ValueError):
        return False
    return True


class Mutator:
    """Another version of a tree: something changed, something gone, something new."""

    def __init__(self, random: Random, *, null: bool) -> None:
        self.random = random
        self.values: list[Any] = [
            1,
            2,
            1.0,
            True,
            False,
            "x",
            "a: b",
            "on",
            "4.1",
            "é",
            "",
            [1, "y"],
            {"n": 1},
        ]
        if null:
            self.values.append(None)

    def other(self, tree: Tree, depth: int = 0) -> Tree:
        if not isinstance(tree, dict) or (depth and self.random.randrange(4) == 0):
            return copy.deepcopy(self.random.choice(self.values))
        changed = copy.deepcopy(tree)
        for key in list(changed):
            chance = self.random.randrange(6)
            if chance == 0:
                del changed[key]
            elif chance == 1:
                changed[key] = self.other(changed[key], depth + 1)
        if self.random.randrange(2):
            changed[self.random.choice(["new", "a b", "v/m", "x"])] = copy.deepcopy(
                self.random.choice(self.values)
            )
        return changed


@pytest.mark.parametrize("documents", SIZES)
@pytest.mark.parametrize("syntax", list(WRITERS))
def test_random_merges_into_random_texts(syntax: Syntax, documents: int) -> None:
    writer, load = WRITERS[syntax], READ[syntax]
    outcomes: Counter[str] = Counter()
    for seed in range(documents):
        random = Random(f"{syntax} {seed}")  # noqa: S311
        text = writer(random, random.choice([5, 15, 40])).text()
        try:
            document = parse(text.encode(), syntax, "f")
        except DocumentError:
            outcomes["unreadable"] += 1
            continue
        if not isinstance(document.tree, dict) or not readable(text, load):
            outcomes["no map, or not for every parser"] += 1
            continue
        mutator = Mutator(random, null=syntax != "toml")
        theirs = mutator.other(document.tree)
        known = random.choice([None, document.tree, mutator.other(document.tree)])
        base = NO_BASE if known is None else Base(copy.deepcopy(known))
        rules = Rules({}, prefer=random.choice([None, None, "ours", "theirs"]))
        before = copy.deepcopy(document.tree)
        try:
            merged, data = woven(document, base, theirs, rules)
        except VerifyError as error:
            pytest.fail(f"seed {seed}: {error}")
        except DocumentError:
            # Through an alias, or a value that the place cannot hold in one edit: refused, nothing lost.
            outcomes["refused"] += 1
            continue
        after = data.decode()
        told = "\n".join((f"seed {seed}", text, repr(theirs), after))
        assert equal(before, document.tree), told
        assert equal(merged.tree, load(after.removeprefix("\ufeff"))), told
        assert_others_are_there(text, after, merged.decisions, told)
        changes = [decision for decision in merged.decisions if decision.changes]
        outcomes["changed" if changes else "unchanged"] += 1
        assert (after == text) == (not changes), told
    assert outcomes["changed"] > documents // 4, outcomes
    assert outcomes["refused"] < documents // 10, outcomes


def assert_others_are_there(before: str, after: str, decisions: Any, told: str) -> None:
    """With additions only, all that was there is there, in order.

    Not so brackets and commas, and the sign after | and > that says whether blank lines belong to the text.
    """
    if any(decision.action in {"change", "remove"} for decision in decisions):
        return
    rest = iter(after)
    kept = [character for character in before if not character.isspace() and character not in "[]{},+-"]
    assert all(character in rest for character in kept), told


# ---------------------------------------------------------------- configs as people write them


class Person:
    """Writes one aichat config in a hundred ways."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.step = random.choice(["  ", "    "])
        self.dash = random.choice(["- ", "-   "])
        self.hang = random.choice(["", self.step])

    def text(self, clients: list[dict[str, Any]]) -> str:
        lines = [
            self.remark(),
            "model: a:m1",
            *(["theme: ~"] if self.random.randrange(2) else []),
            "clients:",
        ]
        for client in clients:
            lines += self.client(client)
        lines += ["stream: true", *([self.remark()] if self.random.randrange(2) else [])]
        text = "\n".join(lines) + self.random.choice(["\n", "", "\n\n"])
        text = text.replace("\n", "\r\n") if self.random.randrange(4) == 0 else text
        return ("\ufeff" if self.random.randrange(6) == 0 else "") + text

    def remark(self) -> str:
        return f"# remark {self.random.randrange(10**6)}"

    def scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        return self.random.choice([f'"{value}"', f"'{value}'", value])

    def pair(self, key: str, value: Any) -> str:
        tail = f"  {self.remark()}" if self.random.randrange(5) == 0 else ""
        return f"{key}: {self.scalar(value)}{tail}"

    def client(self, client: dict[str, Any]) -> list[str]:
        lines = [f"{self.hang}{self.remark()}"] if self.random.randrange(3) == 0 else []
        inner = self.hang + " " * len(self.dash)
        body: list[str] = [self.pair(key, value) for key, value in client.items() if key != "models"]
        if "models" in client:
            if self.random.randrange(4) == 0:
                models = ", ".join(json.dumps(model) for model in client["models"])
                body.append(f"models: [{models}]")
            else:
                body.append("models:" if client["models"] else "models: []")
                for model in client["models"]:
                    fields = [self.pair(key, value) for key, value in model.items()]
                    body.append(f"{self.step}{self.dash}{fields[0]}")
                    body += [f"{self.step}{' ' * len(self.dash)}{field}" for field in fields[1:]]
        lines.append(f"{self.hang}{self.dash}{body[0]}")
        return lines + [f"{inner}{line}" for line in body[1:]]


def some_clients(random: Random) -> list[dict[str, Any]]:
    clients = []
    for name in random.sample(["a", "b", "c", "d"], random.randint(1, 3)):
        client: dict[str, Any] = {"type": "openai-compatible", "name": name}
        if random.randrange(2):
            client["api_base"] = f"https://{random.choice(['x', 'y'])}.example/v1"
        if random.randrange(5):
            names = random.sample(["m1", "m2", "m3", "v/m4"], random.randint(0, 4))
            fields = [random.sample(["max", "price", "own"], 2) for _ in names]
            client["models"] = [
                {"name": name, **{key: random.randrange(3) for key in keys}}
                for name, keys in zip(names, fields, strict=True)
            ]
        clients.append(client)
    return clients


@pytest.mark.parametrize("documents", SIZES)
def test_random_configs_go_through_several_rounds(documents: int) -> None:
    """First contact, then edits of the person's and new versions of ours; each round rests."""
    tool = tools.load("aichat")
    for seed in range(documents // 5):
        random = Random(f"person {seed}")  # noqa: S311
        document = parse(Person(random).text(some_clients(random)).encode(), "yaml", "f")
        base = NO_BASE
        for _ in range(5):
            theirs = {"clients": some_clients(random)}
            rules = Rules(
                tool.shape,
                tool.entries,
                proof=random.choice([lambda _: True, lambda _: False]),
                prefer=random.choice([None, None, "theirs"]),
            )
            before = document.data.decode()
            merged, data = woven(document, base, theirs, rules)
            told = "\n".join((f"seed {seed}", before, repr(theirs), data.decode()))
            assert equal(merged.tree, read_yaml(data.decode().removeprefix("\ufeff"))), told
            remarks = {line.partition("#")[2] for line in before.splitlines() if line.strip().startswith("#")}
            assert remarks <= {line.partition("#")[2] for line in data.decode().splitlines()}, told
            document, base = parse(data, "yaml", "f"), merged.base
            again, same_data = woven(document, base, theirs, rules)
            assert same_data == data, told
            assert again.base == base, told


def test_edits_name_places_of_the_document() -> None:
    tool = tools.load("aichat")
    ours = {"clients": [{"name": "x"}, {"name": "a", "models": [{"name": "m"}, {"name": "n"}]}]}
    base = {"clients": [{"name": "a", "models": [{"name": "m"}, {"name": "n"}]}]}
    theirs = {"clients": [{"name": "a", "models": [{"name": "n", "max": 1}, {"name": "o"}]}, {"name": "b"}]}
    from modelcat.documents import Delete, Insert
    from modelcat.tree import Layout

    merged = merge(Base(base), ours, theirs, shape=tool.shape, entries=tool.entries)
    edits = edits_of(merged.decisions, ours, Layout(tool.shape, tool.entries))
    assert set(map(repr, edits)) == {
        repr(Delete(("clients", 1, "models", 0))),
        repr(Insert(("clients", 1, "models", 1), "max", 1, "name")),
        repr(Insert(("clients", 1, "models"), None, {"name": "o"}, 1)),
        repr(Insert(("clients",), None, {"name": "b"}, 1)),
    }
