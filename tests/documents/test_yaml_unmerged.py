"""What a YAML text says to a tool that does not know `<<`."""

from __future__ import annotations

import pytest

from modelcat.documents import parse
from modelcat.tree import Tree


def _unmerged(text: str) -> Tree:
    return parse(text.encode(), "yaml", "c.yaml").unmerged()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: {b: 1}\n", {"a": {"b": 1}}),
        ("a: &a {b: 1}\nc: {<<: *a, d: 2}\n", {"a": {"b": 1}, "c": {"<<": {"b": 1}, "d": 2}}),
        ("a: &a {b: 1}\nc: {<<: [*a], d: 2}\n", {"a": {"b": 1}, "c": {"<<": {"b": 1}, "d": 2}}),
        ("- <<: {b: 1}\n  b: 2\n", [{"<<": {"b": 2}, "b": 2}]),
        ("<<: {b: [1]}\n", {"<<": {"b": [1]}}),
        (
            "a: &a {b: 1}\nc: &c\n  <<: *a\nd: *c\ne: [*c]\n",
            {"a": {"b": 1}, "c": {"<<": {"b": 1}}, "d": {"<<": {"b": 1}}, "e": [{"<<": {"b": 1}}]},
        ),
        ('"<<": 3\na: {<<: {b: 1}}\n', {"<<": 3, "a": {"<<": {"b": 1}}}),
        ("", {}),
    ],
)
def test_what_a_merge_brings_in_stands_under_its_key(text: str, tree: Tree) -> None:
    assert _unmerged(text) == tree


def test_a_text_without_merges_is_what_it_is() -> None:
    document = parse(b"a: &a {b: 1}\nc: *a\n", "yaml", "c.yaml")
    assert document.unmerged() is document.tree
    toml = parse(b"a = 1\n", "toml", "c.toml")
    assert toml.unmerged() is toml.tree


def test_a_merge_key_has_a_place() -> None:
    document = parse(b"a:\n  b: 1\n  <<: {c: 1}\n", "yaml", "c.yaml")
    place = document.position(("a", "<<"))
    assert (place.line, place.column) == (3, 3)
    assert (document.position(("a", "c")).line, document.position(("a", "c")).column) == (3, 3)
    with pytest.raises(KeyError):
        document.position(("a", "d"))
    with pytest.raises(KeyError):
        document.position(("b", "<<"))
