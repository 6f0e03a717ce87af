"""From a text to findings: kinds of file, lines and columns, ignores; and nothing else comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelcat import rules
from modelcat.check import Finding, check, examine, kind_of, syntax_of, unsound
from modelcat.rules import KINDS, Context
from tests.config_files import context, files

if TYPE_CHECKING:
    from collections.abc import Iterable

CODEX = ".codex/config.toml"
KEY = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"


def found(
    text: str, path: str = CODEX, tool: str | None = None, around: Context | None = None
) -> list[Finding]:
    return list(check(text.encode(), None, tool, path, around or context()))


def ids(findings: Iterable[Finding]) -> list[str]:
    return [item.rule for item in findings]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/.codex/config.toml", "codex"),
        ("/home/me/.codex/fast.config.toml", "codex-profile"),
        ("/home/me/.codex/modelcat/groq.json", "codex-models"),
        ("C:\\Users\\me\\.codex\\config.toml", "codex"),
        ("dotfiles/codex/config.toml", "codex"),
        ("dot_codex/private_config.toml", "codex"),
        ("catalog/config/codex/models_groq.toml", "codex-profile"),
        ("catalog/config/codex/models_groq.json", "codex-models"),
        ("/home/me/.config/aichat/config.yaml", "aichat"),
        ("/Users/me/Library/Application Support/aichat/config.yaml", "aichat"),
        ("private_dot_config/aichat/config.yaml", "aichat"),
        ("dot_config/private_aichat/private_readonly_config.yaml", "aichat"),
        ("catalog/config/aichat/models_groq.yaml", "aichat"),
        ("aichat/config.yaml##os.Linux", "aichat"),
        ("/home/me/.config/mods/mods.yml", "mods"),
        ("stow/mods/.config/mods/mods.yml", "mods"),
        ("mods.yml", "mods"),
        ("config.yaml", None),
        ("config.toml", None),
        ("/home/me/.config/alacritty/alacritty.toml", None),
    ],
)
def test_places_tell_the_kind(path: str, kind: str | None) -> None:
    got = kind_of(path, {}, None)
    assert (got and got.name) == kind


@pytest.mark.parametrize(
    ("tree", "kind"),
    [
        ({"clients": []}, "aichat"),
        ({"apis": {}}, "mods"),
        ({"model_providers": {}}, "codex"),
        ({"model_provider": "x"}, "codex"),
        ({"models": [{"slug": "x"}]}, "codex-models"),
        ({"models": [{"id": "x"}]}, None),
        ({"clients": {}}, None),
        ([], None),
        (None, None),
        ("text", None),
    ],
)
def test_content_tells_the_kind_of_a_file_anywhere(tree: Any, kind: str | None) -> None:
    got = kind_of("somewhere.txt", tree, None)
    assert (got and got.name) == kind


def test_a_named_tool_counts_more_than_place_and_content() -> None:
    got = kind_of("aichat/config.toml", {"apis": {}}, "codex")
    assert got == KINDS["codex"]


@pytest.mark.parametrize(
    ("path", "data", "tool", "syntax"),
    [
        ("a.yml", b"{}", None, "yaml"),
        ("a.TOML", b"", None, "toml"),
        ("-", b'\xef\xbb\xbf {"a": 1}', None, "json"),
        ("-", b"# x\n\n[table]\n", None, "toml"),
        ("-", b"model = 'x'\n", None, "toml"),
        ("-", b"model: x\n", None, "yaml"),
        ("-", b"a: b = c\n", None, "yaml"),
        ("-", b"- x\n", None, "yaml"),
        ("-", b"", None, "yaml"),
        ("-", b"", "codex", "toml"),
        ("-", b"\xff\xfe", "mods", "yaml"),
    ],
)
def test_name_content_and_tool_tell_the_syntax(path: str, data: bytes, tool: str | None, syntax: str) -> None:
    assert syntax_of(path, data, tool) == syntax


class TestPlaces:
    """Lines and columns, from 1, in all three syntaxes."""

    @pytest.mark.parametrize(
        ("path", "text", "rule", "line", "column"),
        [
            (CODEX, 'model = "x"\nhide_agent_reasoning = "yes"\n', "schema/type", 2, 24),
            (CODEX, "[tui]\n  animations = 3 # x\n", "schema/type", 2, 16),
            (CODEX, "tui = { animations = 3 }\n", "schema/type", 1, 22),
            (CODEX, "\ufeffmodel = 3\n", "schema/type", 1, 9),
            (CODEX, "# ünïcödé\r\nmodel = 3\r\n", "schema/type", 2, 9),
            (CODEX, 'notify = [\n  "a",\n  3,\n]\n', "schema/type", 3, 3),
            (
                CODEX,
                '[model_providers.ollama]\nname = "x"\nbase_url = "http://x/v1"\n',
                "codex/reserved-provider",
                1,
                18,
            ),
            (CODEX, "hide_agent_reasonin = true\n", "schema/unknown-key", 1, 1),
            ("mods.yml", "apis:\n  a:\n    models: [x]\n", "schema/type", 3, 5),
            (
                "mods.yml",
                'apis: {a: {base-url: "http://x/v1", models: {m: }}}\n',
                "mods/missing-max-input-chars",
                1,
                46,
            ),
            (
                "aichat/config.yaml",
                "clients:\n- type: openai\n  models:\n  -  max_input_tokens: 1\n",
                "schema/missing-key",
                4,
                6,
            ),
            ("aichat/config.yaml", "clients: [{type: openai, api_key: 3}]", "schema/type", 1, 35),
            ("x/codex/models.json", '{"models": [\n  {"slug": 3}\n]}', "schema/type", 2, 12),
        ],
    )
    def test_of_a_finding(self, path: str, text: str, rule: str, line: int, column: int) -> None:
        places = [(item.line, item.column) for item in found(text, path) if item.rule == rule]
        assert (line, column) in places

    def test_of_a_syntax_error(self) -> None:
        (only,) = found('model = "a"\nmodel = "b"\n')
        assert (only.rule, only.line, only.column) == ("syntax/invalid", 2, only.column)
        assert only.excerpt == 'model = "b"'

    def test_findings_come_in_the_order_of_their_places(self) -> None:
        text = 'profile = "x"\nmodel = 3\napproval_policy = "untrusted"\nnotify = 1\n'
        lines = [item.line for item in found(text)]
        assert lines == sorted(lines)
        assert len(lines) == 4

    @pytest.mark.parametrize("item", [item for item in files() if item.expected], ids=lambda item: item.name)
    def test_always_lie_in_the_file(self, item: Any) -> None:
        lines = item.path.read_bytes().decode().splitlines() or [""]
        for one in item.findings():
            assert 1 <= one.line <= len(lines) + 1
            if one.line <= len(lines):
                assert 1 <= one.column <= len(lines[one.line - 1]) + 1


class TestIgnores:
    """Comments and modelcat.toml that switch rules off."""

    @pytest.mark.parametrize(
        "text",
        [
            'approval_policy = "untrusted"  # modelcat: ignore[codex/approval-untrusted]\n',
            '# modelcat: ignore[codex/approval-untrusted]\napproval_policy = "untrusted"\n',
            '# modelcat: ignore[codex/approval-untrusted]\n# it is old\napproval_policy = "untrusted"\n',
            '# modelcat: ignore[schema/type, codex/approval-untrusted]\napproval_policy = "untrusted"\n',
            '# modelcat: ignore[codex/*]\napproval_policy = "untrusted"\n',
            '#modelcat:ignore\napproval_policy = "untrusted"\n',
            'approval_policy = "untrusted"\n# modelcat: ignore-file[codex/approval-untrusted]\n',
        ],
    )
    def test_these_do(self, text: str) -> None:
        assert found(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            'model = "x"  # modelcat: ignore[codex/approval-untrusted]\napproval_policy = "untrusted"\n',
            '# modelcat: ignore[codex/approval-untrusted]\n\napproval_policy = "untrusted"\n',
            'approval_policy = "untrusted"\n# modelcat: ignore[codex/approval-untrusted]\n',
            '# modelcat: ignore[schema/type]\napproval_policy = "untrusted"\n',
            'x = "# modelcat: ignore[codex/approval-untrusted]"\napproval_policy = "untrusted"\n',
        ],
    )
    def test_these_do_not(self, text: str) -> None:
        assert ids(found(text)) == ["codex/approval-untrusted"]

    def test_a_name_of_no_rule_is_told(self) -> None:
        (only,) = found("model = 'x'  # modelcat: ignore[codex/wire-api]\n")
        assert (only.rule, only.line, only.severity) == ("ignore/unknown-rule", 1, "warning")
        assert "codex/wire-api" in only.message

    def test_patterns_of_modelcat_toml(self) -> None:
        text = 'approval_policy = "untrusted"\nmodel = 3\n'
        assert ids(found(text, around=context(ignore=("codex/*",)))) == ["schema/type"]
        assert ids(found(text, around=context(ignore=("*",)))) == []


class TestSecretsStaySecret:
    """No finding shows more of a secret than four characters and its length."""

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            (CODEX, f'[model_providers.a]\nname = "{KEY}"\nbase_url = 3\n'),
            (CODEX, f'profile = "{KEY}"\n'),
            (CODEX, f'model_provider = "{KEY}"\n'),
            (CODEX, f'[model_providers."{KEY}"]\nwire_api = "chat"\n'),
            (CODEX, f'sandbox_mode = "{KEY}"\n'),
            (CODEX, f'approval_policy = "{KEY}\n'),
            (CODEX, 'model = "' + "".join(f"\\u{ord(letter):04x}" for letter in KEY) + '"\n'),
            (CODEX, f'model = """\n{KEY}\n"""\nprofile = "x"\n'),
            ("mods.yml", f"default-model: {KEY}\napis: {{{KEY}: {{api-key: {KEY}}}}}\n"),
            ("mods.yml", f"role: {KEY}\ntemp: {KEY}\n"),
            (
                "aichat/config.yaml",
                f"model: {KEY}:x\nclients: [{{type: {KEY}, name: '{KEY}:', api_key: {KEY}}}]\n",
            ),
            ("aichat/config.yaml", f"clients: [{{type: openai, api_key: {KEY}, models: 3}}]\n"),
            ("x/codex/models.json", f'{{"models": [{{"slug": "{KEY}"}}, {{"slug": "{KEY}"}}]}}'),
        ],
    )
    def test_in_what_is_said(self, path: str, text: str) -> None:
        findings = found(text, path)
        assert findings
        for item in findings:
            said = f"{item.message} {item.hint} {item.pointer} {item.excerpt}"
            assert KEY[5:] not in said
            assert KEY[4:12] not in said

    def test_a_line_that_cannot_be_masked_is_not_shown(self) -> None:
        spelled = "".join(f"\\x{ord(letter):02x}" for letter in KEY)
        findings = found(
            f'clients: [{{type: openai, models: 3, api_key: "{spelled}"}}]', "aichat/config.yaml"
        )
        assert {"secret/in-clear", "schema/type"} <= set(ids(findings))
        assert all(item.excerpt is None for item in findings)


def test_what_a_sync_wrote_names_files_that_apply_will_write() -> None:
    text = b'model_catalog_json = "modelcat/groq.json"\n'
    around = Context(exists=lambda _: False)
    assert not check(text, None, None, "catalog/config/codex/models_groq.toml", around)
    assert ids(check(text, None, None, ".codex/groq.config.toml", around)) == ["codex/missing-file"]


def test_a_key_in_a_comment_is_told_where_it_stands_and_not_shown() -> None:
    key = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"
    text = f'model = "{"x" * 3}"  # was {key}\n# modelcat: ignore[secret/in-clear]\n# {key}\n'
    (found,) = check(text.encode(), "toml", "codex", "config.toml", Context())
    assert (found.rule, found.line, found.column) == ("secret/in-clear", 1, 22)
    assert key not in f"{found}"


def test_a_file_of_nobody_is_checked_for_secrets_only() -> None:
    findings = found(f"token: {KEY}\nclients: 3\n", "compose.yaml")
    assert ids(findings) == ["syntax/unknown-file", "secret/in-clear"]


def test_without_surroundings_nothing_is_asked() -> None:
    for item in files():
        check(item.path.read_bytes(), None, None, str(item.path), Context())


def test_plain_data_is_judged_without_a_text() -> None:
    tree = {"model_providers": {"a": {"name": "A", "base_url": "https://a.example/v1", "wire_api": "chat"}}}
    got = [(rule.id, item.pointer) for rule, item in examine(tree, KINDS["codex"], "config.toml", context())]
    assert got == [("codex/wire-api-chat", ("model_providers", "a", "wire_api"))]


def test_the_first_error_of_data_that_is_about_to_be_written() -> None:
    tree = {"model_providers": {"a": {"name": "A", "base_url": "https://a.example/v1"}}}
    assert unsound("codex", "config/codex/models_a.toml", tree, context()) is None
    tree["model_providers"]["a"]["wire_api"] = "chat"
    said = unsound("codex", "config/codex/models_a.toml", tree, context())
    assert said is not None
    assert said.startswith("config/codex/models_a.toml: a has wire_api")
    assert said.endswith("[codex/wire-api-chat]")


def test_a_model_called_like_a_key_is_no_reason_to_write_nothing() -> None:
    name = "sk-aB3dE5fG7hJ9kL1mN3pQ5rS7"
    tree = {"apis": {"a": {"base-url": "https://a.example/v1", "models": {name: {"max-input-chars": 9}}}}}
    assert "secret/in-clear" in [rule.id for rule, _ in examine(tree, KINDS["mods"], "mods.yml", context())]
    assert unsound("mods", "config/mods/mods.yml", tree, context()) is None


def test_a_provider_s_part_needs_no_whole_around_it() -> None:
    text = (
        "apis: {a: {base-url: 'https://a.example/v1', api-key-env: A, models: {m: {max-input-chars: 1}}}}\n"
    )
    assert found(text, "config/mods/models_a.yml") == []
    assert ids(found(text, "config/mods/mods.yml")) == ["mods/missing-base-setting"]


# Nothing but findings comes out.

Syntax = Literal["yaml", "toml", "json"]
_SYNTAXES: tuple[Syntax, ...] = ("yaml", "toml", "json")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(_SYNTAXES), st.sampled_from([None, *rules.TOOLS]))
def test_of_arbitrary_bytes(data: bytes, syntax: Syntax, tool: str | None) -> None:
    for item in check(data, syntax, tool, "x", context()):
        assert item.line >= 1
        assert item.rule in IDS


IDS = {item.id for item in rules.every()}
_SOURCES = [item.path for item in files()]
_BITS = (
    b"",
    b"\x00",
    b"\xff",
    b"{",
    b"}",
    b"[[",
    b'"',
    b"'''",
    b":",
    b"- ",
    b"\n",
    b"\t",
    b"&a",
    b"*a",
    b"<<: *a",
    b"=",
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_of_mutated_configs(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_SOURCES))
    text = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        size = data.draw(st.integers(0, 20))
        text[start : start + size] = data.draw(st.sampled_from(_BITS) | st.binary(max_size=8))
    for item in check(bytes(text), None, None, str(path), context(path)):
        assert item.rule in IDS
        assert item.line >= 1
        assert item.column >= 1


_WORDS = sorted({word for path in _SOURCES for word in path.read_bytes().decode().split() if len(word) < 30})
_SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(_WORDS) | st.text(max_size=5)
)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        _SCALAR,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=5)
        ),
        max_leaves=25,
    ),
    st.sampled_from(sorted(KINDS)),
)
@example(2**63, "codex")
def test_rules_take_any_tree(tree: Any, kind: str) -> None:
    for rule, item in examine(tree, KINDS[kind], "x", context()):
        assert rule.id in IDS
        assert isinstance(item.message, str)


_TOP = {
    "aichat": ["clients", "model", "rag_embedding_model"],
    "codex": [
        "model_providers",
        "model_provider",
        "mcp_servers",
        "profiles",
        "permissions",
        "profile",
        "model",
    ],
    "codex-profile": ["model_provider", "model", "model_catalog_json"],
    "codex-models": ["models"],
    "mods": ["apis", "default-model", "default-api", "roles", "role"],
}
_INNER = [
    *(
        "type",
        "name",
        "models",
        "api_key",
        "api_base",
        "base-url",
        "base_url",
        "aliases",
        "fallback",
        "env_key",
    ),
    *(
        "wire_api",
        "max_input_tokens",
        "max-input-chars",
        "command",
        "url",
        "slug",
        "base_instructions",
        "openai",
    ),
]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_rules_take_trees_that_are_nearly_right(data: st.DataObject, kind: str) -> None:
    inner = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-2, 9)
        | st.sampled_from(["", "openai", "claude", "a:b", "$X", "${X}"]),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(_INNER), part, max_size=5),
        max_leaves=20,
    )
    tree = data.draw(st.dictionaries(st.sampled_from(_TOP[kind]), inner, max_size=5))
    for rule, _ in examine(tree, KINDS[kind], "x", context()):
        assert rule.id in IDS


BOMBS: dict[str, bytes] = {
    "doubling aliases": b"a0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
    "doubling merges": b"a0: &a0 {x: 1}\n"
    + b"".join(b"a%d: &a%d\n  p: *a%d\n  q: *a%d\n" % (n, n, n - 1, n - 1) for n in range(1, 60)),
    "an alias to itself": b"a: &a [*a]\n",
    "deep brackets": b"[" * 200_000,
    "deep braces": b"{a: " * 100_000,
    "deep dashes": b"- " * 100_000,
    "deep indents": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "deep keys": b"a." * 100_000 + b"a = 1\n",
    "deep arrays": b"a = " + b"[" * 100_000,
    "deep tables": b"[" + b".".join([b"a"] * 50_000) + b"]\n",
    "deep objects": b'{"a":' * 100_000,
    "many tables": b"".join(b"[a%d]\nx = 1\n" % n for n in range(10_000)),
    "many anchors": b"".join(b"a%d: &a%d 1\n" % (n, n) for n in range(10_000)),
    "a long line": b"a: " + b"x" * 3_000_000,
    "a long number": b"a = " + b"9" * 200_000,
    "a long hex number": b"a: 0x" + b"f" * 200_000,
    "nothing but quotes": b'"' * 500_000,
    "nothing but newlines": b"\n" * 300_000,
    "nothing but zeros": b"\x00" * 1_000_000,
}


@pytest.mark.parametrize("syntax", _SYNTAXES)
@pytest.mark.parametrize("name", BOMBS)
def test_of_bombs(name: str, syntax: Syntax) -> None:
    for tool in ("mods", None):
        for item in check(BOMBS[name], syntax, tool, "x", context()):
            assert len(item.message) < 2_000
            assert len(item.excerpt or "") <= len(BOMBS[name])
