"""Every file of tests/configs comes to what its first line says, and every rule is shown broken and kept."""

from __future__ import annotations

from collections import Counter

import pytest

from modelcat import rules
from modelcat.check import kind_of, syntax_of
from modelcat.documents import parse
from modelcat.errors import DocumentError
from tests.config_files import ConfigFile, files

FILES = files()
IDS = [item.id for item in rules.every()]


@pytest.mark.parametrize("item", FILES, ids=[item.name for item in FILES])
def test_a_file_comes_to_what_it_says(item: ConfigFile) -> None:
    found = item.findings()
    assert sorted(f"{one.rule}@{one.line}" for one in found) == list(item.expected)
    grave = [one for one in found if one.severity == "error"]
    assert bool(grave) is not item.valid, "valid files have no error, invalid ones have at least one"


@pytest.mark.parametrize("tool", rules.TOOLS)
@pytest.mark.parametrize("valid", [True, False])
def test_there_are_enough_of_each(tool: str, valid: bool) -> None:
    assert sum(item.tool == tool and item.valid is valid for item in FILES) >= 15


def test_each_file_is_taken_for_its_tools() -> None:
    for item in FILES:
        data = item.path.read_bytes()
        try:
            tree = parse(data, syntax_of(item.name, data, None), item.name).tree
        except DocumentError:
            continue
        kind = kind_of(str(item.path), tree, None)
        assert kind is not None
        assert kind.tool == item.tool


@pytest.mark.parametrize("ident", [ident for ident in IDS if ident != "syntax/unknown-file"])
def test_every_rule_is_shown_broken_and_kept(ident: str) -> None:
    broken = [item.name for item in FILES if any(word.startswith(f"{ident}@") for word in item.expected)]
    assert broken, f"no file breaks {ident}"
    kept = [item for item in FILES if ident in item.shows]
    assert kept, f"no file shows {ident} kept"
    for item in kept:
        assert item.valid, item.name
        assert not any(word.startswith(f"{ident}@") for word in item.expected), item.name


def test_headers_name_rules_that_exist() -> None:
    for item in FILES:
        for word in (*item.shows, *(expected.partition("@")[0] for expected in item.expected)):
            assert word in IDS, f"{item.name}: {word}"


def test_rules_have_one_id_each_and_words() -> None:
    assert not [ident for ident, number in Counter(IDS).items() if number > 1]
    for item in rules.every():
        assert item.what.endswith("."), item.id
        assert item.mend.endswith("."), item.id
        assert item.severity in {"error", "warning", "info"}
