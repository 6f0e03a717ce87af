"""The fixes that findings carry, made in a text."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

import pytest

from modelcat.check import Finding, check, syntax_of
from modelcat.documents import parse
from modelcat.errors import VerifyError
from modelcat.fixes import mended
from modelcat.rules import Change
from tests.config_files import ConfigFile, context, files

CODEX = ".codex/config.toml"


def found(text: str, path: str = CODEX) -> list[Finding]:
    return list(check(text.encode(), None, None, path, context()))


FIXABLE = [item for item in files() if any(one.fix for one in item.findings())]


def test_many_rules_can_be_mended() -> None:
    fixed = {one.rule for item in FIXABLE for one in item.findings() if one.fix}
    assert fixed >= {
        *("codex/wire-api-chat", "codex/provider-name", "codex/env-key", "aichat/env-placeholder"),
        *("aichat/claude-max-tokens", "mods/env-placeholder", "mods/ollama-v1"),
        *("mods/missing-max-input-chars", "catalog/limit-too-high"),
    }


@pytest.mark.parametrize("item", FIXABLE, ids=lambda item: item.name)
def test_what_was_mended_is_gone_and_nothing_new_is_wrong(item: ConfigFile) -> None:
    data, before = item.path.read_bytes(), item.findings()
    syntax = syntax_of(item.name, data, None)
    after, done = mended(parse(data, syntax, item.name), before)
    assert done
    left = Counter(one.rule for one in check(after, None, None, str(item.path), context(item.path)))
    was = Counter(one.rule for one in before)
    assert left <= was
    for rule, number in Counter(one.rule for one in done).items():
        assert left[rule] <= was[rule] - number


@pytest.mark.parametrize("item", FIXABLE, ids=lambda item: item.name)
def test_all_other_lines_stay_as_they_are(item: ConfigFile) -> None:
    data = item.path.read_bytes()
    document = parse(data, syntax_of(item.name, data, None), item.name)
    after, done = mended(document, item.findings())
    touched = sum(len(one.fix) for one in done)
    old, new = data.splitlines(keepends=True), after.splitlines(keepends=True)
    kept = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    assert len(old) - kept <= touched
    assert len(new) - kept <= 2 * touched


def test_a_second_time_there_is_nothing_to_do() -> None:
    def again(item: ConfigFile, data: bytes) -> bytes:
        findings = check(data, None, None, str(item.path), context(item.path))
        return mended(parse(data, syntax_of(item.name, data, None), item.name), findings)[0]

    for item in FIXABLE:
        twice = again(item, again(item, item.path.read_bytes()))
        assert again(item, twice) == twice


def test_comments_and_quotes_around_it_stay() -> None:
    text = (
        "# mine\n[model_providers.groq] # fast\nname = 'Groq'\n"
        'base_url = "https://api.groq.com/openai/v1"\nwire_api = "chat"   # was right once\n'
    )
    after, done = mended(parse(text.encode(), "toml", CODEX), found(text))
    assert len(done) == 1
    assert after.decode() == text.replace('"chat"', '"responses"')


def test_fixes_that_touch_the_same_wait() -> None:
    text = "apis:\n  ollama:\n    base-url: http://h/v1\n    models: {a: }\n"
    one = next(item for item in found(text, "mods.yml") if item.rule == "mods/ollama-v1")
    document = parse(text.encode(), "yaml", "mods.yml")
    _, done = mended(document, [one, one])
    assert done == (one,)


def test_what_stands_behind_an_alias_is_left_and_the_rest_is_mended() -> None:
    text = (
        "shared: &shared\n  base-url: http://h/v1\n  models: {a: {max-input-chars: 1}}\n"
        "default-model: b\nmax-retries: 1\nword-wrap: 80\nfanciness: 1\n"
        "apis:\n  ollama: *shared\n"
        "  x: {base-url: 'https://x.example', api-key: $X_KEY, models: {b: {max-input-chars: 9}}}\n"
    )
    document = parse(text.encode(), "yaml", "mods.yml")
    findings = found(text, "mods.yml")
    assert {one.rule for one in findings if one.fix} == {"mods/ollama-v1", "mods/env-placeholder"}
    after, done = mended(document, findings)
    assert [one.rule for one in done] == ["mods/env-placeholder"]
    assert b"http://h/v1" in after
    assert b"X_KEY" in after
    assert b"$X_KEY" not in after


def test_a_text_that_would_mean_something_else_is_not_given_out() -> None:
    document = parse(b"a = 1\n", "toml", CODEX)
    lie = Change(("a",), "set", value=1.0)
    wrong = Finding(CODEX, 1, 1, "a", "x/y", "error", "", fix=(lie,))
    assert mended(document, [wrong])[0] == b"a = 1.0\n"
    with pytest.raises((VerifyError, ValueError)):
        mended(document, [wrong._replace(fix=(Change(("nowhere",), "set", value=1),))])
