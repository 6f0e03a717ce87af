"""Random edits of a tree, and what they make of it: written apart from the code that is tested."""

from __future__ import annotations

import codecs
import copy
import json
import re
from typing import TYPE_CHECKING, Any

from modelcat.documents import Delete, Edit, Insert, Set, parse
from modelcat.documents.edits import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from modelcat.documents import Edited
    from modelcat.tool import Syntax
    from modelcat.tree import Pointer

STRINGS = [
    "text",
    "",
    "on",
    "4.1",
    "a: b",
    "a #b",
    "it's",
    'say "x"',
    "@cf/m",
    "é😀",
    "- x",
    "a\nb",
    "\\",
    "{",
    "null",
]
KEYS = ["new", "a b", "on", "gpt-4.1", "x: y", "é", "'", "#k", "v/m"]


def canonical(tree: Any) -> str:
    """Equal for equal values of equal types only: 1, 1.0, true and "1" differ. Order of keys is nothing."""
    return json.dumps(tree, sort_keys=True, default=lambda value: f"{type(value).__name__} {value}")


def places(tree: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    yield at, tree
    items: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in items:
        yield from places(value, (*at, step))


class Editor:
    """Draws edits that do not touch each other."""

    def __init__(self, random: Random, *, null: bool = True) -> None:
        self.random = random
        self.null = null
        """Null may be drawn, which TOML has not."""

    def scalar(self) -> Any:
        kind = self.random.randrange(8)
        if kind < 4:
            return self.random.choice(STRINGS)
        if kind == 4:
            return self.random.choice([0, 1, -5, 128000])
        if kind == 5:
            return self.random.choice([0.5, 1.0, 2e-7, 1e22])
        if kind == 6 and self.null:
            return None
        return self.random.choice([True, False])

    def value(self, depth: int = 0) -> Any:
        kind = self.random.randrange(8)
        if kind > 2 or depth > 2:
            return self.scalar()
        count = self.random.randrange(4)
        if kind == 0:
            return [self.scalar() for _ in range(count)]
        if kind == 1:
            return {key: self.value(depth + 1) for key in self.random.sample(KEYS, count)}
        return [self.value(depth + 1) for _ in range(count)]

    def edits(self, tree: Any, wanted: int) -> list[Edit]:
        everything = [(at, value) for at, value in places(tree)]
        gone: list[Pointer] = []
        kept: list[Pointer] = []
        added: set[Pointer] = set()
        edits: list[Edit] = []
        for _ in range(wanted):
            at, value = self.random.choice(everything)
            if any(at[: len(path)] == path for path in gone):
                continue
            if isinstance(value, dict | list) and self.random.randrange(2):
                insert = self.insert(at, value)
                if insert.key is None or (*at, insert.key) not in added:
                    edits.append(insert)
                    kept.append(at)
                    if insert.key is not None:
                        added.add((*at, insert.key))
                continue
            if not at or any(path[: len(at)] == at for path in kept + gone):
                continue
            edits.append(Delete(at) if self.random.randrange(2) else Set(at, self.changed(value)))
            gone.append(at)
        return edits

    def changed(self, value: Any) -> Any:
        """Another value; of a collection often one that is like it."""
        if isinstance(value, list) and self.random.randrange(2):
            new = copy.deepcopy(value)
            for _ in range(2):
                if new and self.random.randrange(2):
                    del new[self.random.randrange(len(new))]
                if self.random.randrange(2):
                    new.insert(self.random.randrange(len(new) + 1), self.value(2))
            return new
        if isinstance(value, dict) and self.random.randrange(2):
            new_map = {key: item for key, item in value.items() if self.random.randrange(3)}
            for key in list(new_map):
                if not self.random.randrange(4):
                    new_map[key] = self.changed(new_map[key])
            if self.random.randrange(2):
                new_map[self.random.choice(KEYS)] = self.value(1)
            return new_map
        return self.value()

    def insert(self, at: Pointer, value: Any) -> Insert:
        if isinstance(value, list):
            after: Any = self.random.choice([None, *range(-1, len(value))])
            return Insert(at, None, self.value(), after)
        key = self.random.choice([name for name in KEYS if name not in value] or ["brand new"])
        if key in value:
            key = f"brand new {len(value)}"
        return Insert(at, key, self.value(), self.random.choice([None, *value]))


_GONE = object()
_TWO_BLANK = re.compile(rb"\n\r?\n\r?\n")
"""Lines of blanks do not count: they may be text of a block scalar, beside which a blank line may come."""


def applied(tree: Any, edits: list[Edit]) -> Any:
    """What `edits` make of `tree`, by marking first and sweeping after."""
    inserts: dict[Pointer, list[Insert]] = {}
    sets: dict[Pointer, Any] = {}
    for edit in edits:
        if isinstance(edit, Insert):
            inserts.setdefault(edit.parent, []).append(edit)
        else:
            sets[edit.pointer] = copy.deepcopy(edit.value) if isinstance(edit, Set) else _GONE
    return _swept(tree, (), sets, inserts)


def _swept(tree: Any, at: Pointer, sets: dict[Pointer, Any], inserts: dict[Pointer, list[Insert]]) -> Any:
    if at in sets:
        return sets[at]
    new = inserts.get(at, [])
    if isinstance(tree, dict):
        whole = {key: _swept(value, (*at, key), sets, inserts) for key, value in tree.items()}
        whole |= {insert.key: insert.value for insert in new if insert.key is not None}
        return {key: value for key, value in whole.items() if value is not _GONE}
    if isinstance(tree, list):
        if not tree:
            return [insert.value for insert in new]
        out = [insert.value for insert in new if insert.after == -1]
        for index, value in enumerate(tree):
            out.append(_swept(value, (*at, index), sets, inserts))
            out += [insert.value for insert in new if insert.after == index and index < len(tree) - 1]
        out += [insert.value for insert in new if insert.after in {None, len(tree) - 1}]
        return [value for value in out if value is not _GONE]
    return tree


def read_yaml(text: str) -> Any:
    """By ruamel's own parser, which shares nothing with ours.

    An empty document is an empty map here, and keys that are no strings are the text they stand there as.
    """
    from ruamel.yaml import YAML

    value = YAML(typ="safe", pure=True).load(text)
    return {} if value is None else _named(value)


def _named(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {_name(key): _named(value) for key, value in tree.items()}
    return [_named(value) for value in tree] if isinstance(tree, list) else tree


def _name(key: Any) -> str:
    return key if isinstance(key, str) else "~" if key is None else str(key).lower()


def read_toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def read_json(text: str) -> Any:
    return json.loads(text) if text.strip() else {}


def read_jsonc(text: str) -> Any:
    """By taking comments and trailing commas out, string by string."""

    def kept(match: re.Match[str]) -> str:
        return match[0] if match[0].startswith('"') else " "

    bare = re.sub(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', kept, text, flags=re.DOTALL)
    return read_json(re.sub(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])', kept, bare))


READ = {"yaml": read_yaml, "toml": read_toml, "json": read_json, "jsonc": read_jsonc}


def outside(data: bytes, spans: tuple[tuple[int, int], ...]) -> list[bytes]:
    """The stretches of `data` between the spans."""
    edges = [0, *(edge for span in spans for edge in span), len(data)]
    assert edges == sorted(edges), "spans out of order"
    return [data[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def assert_becomes(before: str, syntax: Syntax, edits: list[Edit], after: str) -> None:
    """The edits make this very text of it, and that one holds."""
    edited = parse(before.encode(), syntax, "f").edited(edits)
    got = edited.data.decode()
    assert got == after, f"{got!r}, and not {after!r}"
    assert_holds(before.encode(), syntax, edits, edited)


def assert_holds(data: bytes, syntax: Syntax, edits: list[Edit], edited: Edited) -> None:
    """The new bytes say what the edits say, and all that is not in the spans is still there in its order."""
    read = READ[syntax]
    before = data.decode("utf-8-sig")
    after = edited.data.decode("utf-8-sig")
    wanted, got = applied(read(before), edits), read(after)
    if canonical(wanted) != canonical(got):
        from deepdiff import DeepDiff

        raise AssertionError(f"{DeepDiff(wanted, got)}\n{edits}\n{before!r}\n{after!r}")
    ours = parse(edited.data, syntax, "edited").tree
    assert canonical(ours) == canonical(wanted), "our own reader takes it for something else"
    first, *others = outside(data, edited.spans)
    assert edited.data.startswith(first)
    place = len(first)
    for stretch in others:
        place = edited.data.find(stretch, place)
        assert place >= 0, "bytes outside of the spans are gone or moved"
        place += len(stretch)
    assert edited.data.endswith((others or [first])[-1])
    assert edits or edited.data == data
    kept = b"|".join([first, *others])
    assert data.startswith(codecs.BOM_UTF8) == edited.data.startswith(codecs.BOM_UTF8)
    if b"\r\n" in data and not re.search(rb"(?<!\r)\n", data):
        assert not re.search(rb"(?<!\r)\n", edited.data), "a line ending of the other kind"
    for mark in re.findall(rb"c\d+c", kept):
        assert edited.data.count(mark) >= kept.count(mark), f"the comment {mark!r} is lost"
    # Between entries in brackets blank lines stay as they are.
    if syntax in {"yaml", "toml"} and not _TWO_BLANK.search(b"\n" + data):
        assert not _TWO_BLANK.search(b"\n" + edited.data), f"two blank lines\n{edits}\n{before!r}\n{after!r}"
    if not any(_takes_out(read(before), edit) for edit in edits):
        there = {text for _, text in parse(edited.data, syntax, "edited").comments()}
        gone = [text for _, text in parse(data, syntax, "f").comments() if text not in there]
        assert not gone, f"lost {gone}\n{edits}\n{before!r}\n{after!r}"


def _takes_out(tree: Any, edit: Edit) -> bool:
    """Does an edit take out an entry, or a collection with all that is in it?"""
    if isinstance(edit, Insert):
        return False
    return isinstance(edit, Delete) or isinstance(value_at(tree, edit.pointer), dict | list)
