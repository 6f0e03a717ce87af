"""docs/validate.md against the code: every rule with its severity and words, and examples that are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from modelcat import rules
from modelcat.check import check
from tests.config_files import context, files

PAGE = (Path(__file__).parents[2] / "docs" / "validate.md").read_text(encoding="utf-8")
_SECTION = re.compile(
    r"^### `(?P<id>[^`]+)`: (?P<severity>\w+)(?P<fix>, `--fix`)?\n\n(?P<what>[^\n]+)\n\n"
    r"```\w+\n(?:#|//) (?P<path>[^\n]+)\n(?P<bad>.*?)\n```\n\n(?P<mend>[^\n]+)\n\n"
    r"```\w+\n(?P<good>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


class Section(NamedTuple):
    id: str
    severity: str
    fix: str | None
    what: str
    path: str
    bad: str
    mend: str
    good: str


SECTIONS = [Section(**match.groupdict()) for match in _SECTION.finditer(PAGE)]
RULES = {item.id: item for item in rules.every()}


def _found(text: str, path: str, folder: Path) -> set[str]:
    return {item.rule for item in check(text.encode(), None, None, path, context(folder / "x"))}


def test_every_rule_has_its_section_and_no_other_has() -> None:
    assert sorted(section.id for section in SECTIONS) == sorted(RULES)
    assert PAGE.count("\n### ") == len(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=[section.id for section in SECTIONS])
def test_a_section_says_what_the_rule_says(section: Section) -> None:
    rule = RULES[section.id]
    assert (section.severity, section.what, section.mend) == (rule.severity, rule.what, rule.mend)


@pytest.mark.parametrize("section", SECTIONS, ids=[section.id for section in SECTIONS])
def test_examples_are_true(section: Section, tmp_path: Path) -> None:
    assert section.id in _found(section.bad, section.path, tmp_path)
    assert section.id not in _found(section.good, _better_path(section), tmp_path)


def _better_path(section: Section) -> str:
    """Where the good example stands: its last comment may name another file."""
    match = re.search(r"# in (\S+\.(?:toml|yml))$|and model_catalog_json in", section.good)
    if match and match.group(1):
        return str(Path(section.path).with_name(match.group(1)))
    return section.path


def test_what_can_be_mended_is_marked() -> None:
    can = {one.rule for item in files() for one in item.findings() if one.fix}
    assert {section.id for section in SECTIONS if section.fix} == can


def test_the_options_on_the_page_are_those_of_the_command() -> None:
    from modelcat.commands.validate import parse
    from modelcat.output.findings import usage

    for option in re.findall(r"`(--[a-z-]+)", PAGE.split("**Exit code**")[0]):
        assert option in usage("modelcat-validate")
        parse([option] if option not in {"--tool", "--format", "--home"} else [option, _value(option)])


def _value(option: str) -> str:
    return {"--tool": "codex", "--format": "json", "--home": "x"}[option]
