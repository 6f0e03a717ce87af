"""`validate` against the real Codex over the same files: an error exactly where Codex refuses to load.

The files are those of tests/configs/*/codex. Findings of the groups secret/ and catalog/ are not about
loading, so they are left out. The schema is held against the binary too, one value at a time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelcat.rules.schema import violations
from tests.config_files import ConfigFile, files, schema
from tests.real.real_clients import CODEX_VERSIONS, Program, codex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

OLDEST, NEWEST = CODEX_VERSIONS
FILES = [
    item
    for item in files()
    if item.tool == "codex"
    and item.path.suffix == ".toml"
    # A profile stands on a config.toml of its own.
    and not item.path.name.startswith("models_")
    and not item.path.name.endswith(".config.toml")
]
ONLY_NEWER = {"approval-untrusted.toml", "mcp-auth-for-command.toml"}
"""What 0.134.0 still took."""
NOT_YET = {"newer-settings.toml", "openai-table-left-empty.toml"}
"""Valid files with what 0.134.0 does not know yet."""
_NOT_ABOUT_LOADING = ("secret/", "catalog/")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "codex"
    folder.mkdir()
    return folder


def _refused(program: Program, text: bytes) -> str | None:
    """What Codex says when it refuses a config.toml; None if it loads it."""
    (program.home / "config.toml").write_bytes(text)
    ended = program.run("debug", "models", env={"CODEX_HOME": str(program.home)})
    return ended.err if ended.code else None


def test_the_corpus_is_large_enough() -> None:
    assert len(FILES) >= 60
    assert sum(item.valid for item in FILES) >= 25
    assert sum(not item.valid for item in FILES) >= 25


@pytest.mark.parametrize("version", CODEX_VERSIONS)
@pytest.mark.parametrize("item", FILES, ids=[item.name for item in FILES])
def test_an_error_is_what_codex_refuses(item: ConfigFile, version: str, home: Path) -> None:
    program = codex(version, home)
    for beside in item.path.parent.glob("*.json"):
        (home / beside.name).write_bytes(beside.read_bytes())
    said = _refused(program, item.path.read_bytes())
    errors = [one.rule for one in item.findings() if one.severity == "error"]
    about_loading = [ident for ident in errors if not ident.startswith(_NOT_ABOUT_LOADING)]
    if version == OLDEST and item.path.name in ONLY_NEWER:
        assert said is None, "then it no longer belongs to ONLY_NEWER"
        return
    if version == OLDEST and item.valid and item.path.name in NOT_YET:
        assert said is not None, "then it no longer belongs to NOT_YET"
        return
    assert bool(about_loading) is (said is not None), f"validate: {about_loading}; Codex: {said}"


_WRONG: dict[str, Any] = {
    "string": 3,
    "integer": "many",
    "number": "many",
    "boolean": "perhaps",
    "object": 3,
    "array": "one",
}
CATALOGS = [item for item in files() if item.tool == "codex" and item.path.suffix == ".json"]


@pytest.mark.parametrize("version", CODEX_VERSIONS)
@pytest.mark.parametrize("item", CATALOGS, ids=[item.name for item in CATALOGS])
def test_an_error_in_a_model_catalog_is_what_codex_refuses(
    item: ConfigFile, version: str, home: Path
) -> None:
    program = codex(version, home)
    (home / "catalog.json").write_bytes(item.path.read_bytes())
    said = _refused(program, b'model_catalog_json = "catalog.json"\n')
    errors = [one.rule for one in item.findings() if one.severity == "error"]
    assert bool(errors) is (said is not None), f"validate: {errors}; Codex: {said}"


def _catalogs() -> Iterator[tuple[str, Any]]:
    """(what was done to it, catalog) for a sound catalog with one field taken out or of a wrong kind."""
    text = next(item for item in CATALOGS if item.valid).path.read_text(encoding="utf-8")
    for key, node in schema("codex-models")["$defs"]["model"]["properties"].items():
        wanted = node.get("type", "anyOf")
        wrong = _WRONG[wanted[0] if isinstance(wanted, list) else wanted] if wanted != "anyOf" else 3
        for word, value in (("without", None), ("wrong", wrong), ("null", None)):
            tree = json.loads(text)
            if word == "without":
                tree["models"][0].pop(key, None)
            else:
                tree["models"][0][key] = value
            yield f"{word} {key}", tree


def test_the_schema_of_model_catalogs_is_codex_s_own(home: Path) -> None:
    program = codex(NEWEST, home)
    rules = schema("codex-models")
    for what, tree in _catalogs():
        (home / "catalog.json").write_text(json.dumps(tree), "utf-8")
        said = _refused(program, b'model_catalog_json = "catalog.json"\n')
        found = [one.word for one in violations(tree, rules) if one.word != "unknown"]
        # What the schema leaves to the rules, and what Codex no longer looks at.
        if what in {"without base_instructions", "null base_instructions"}:
            continue
        if what.endswith(("supports_reasoning_summaries", "supports_parallel_tool_calls")):
            continue
        assert bool(found) is (said is not None), f"{what}: schema {found}; Codex: {said}"


def test_a_profile_takes_its_provider_from_the_config_below(home: Path) -> None:
    program = codex(NEWEST, home)
    (home / "config.toml").write_text(
        '[model_providers.groq]\nname = "Groq"\nbase_url = "https://api.groq.com/openai/v1"\n', "utf-8"
    )
    (home / "fast.config.toml").write_text('model_provider = "groq"\nmodel = "x"\n', "utf-8")
    (home / "slow.config.toml").write_text('model_provider = "grok"\nmodel = "x"\n', "utf-8")
    env = {"CODEX_HOME": str(home)}
    assert program.run("--profile", "fast", "mcp", "list", env=env).code == 0
    assert program.run("--profile", "slow", "mcp", "list", env=env).code != 0


def test_a_profile_takes_what_its_tables_lack_from_the_config_below(home: Path) -> None:
    program = codex(NEWEST, home)
    (home / "config.toml").write_text(
        '[model_providers.acme]\nname = "Acme"\n[mcp_servers.docs]\ncommand = "docs"\n', "utf-8"
    )
    env = {"CODEX_HOME": str(home)}
    for text, loads in (
        ('[model_providers.acme]\nbase_url = "https://acme.example/v1"\n', True),
        ("[mcp_servers.docs]\nenabled = false\n", True),
        ('[mcp_servers.docs]\nurl = "https://docs.example/mcp"\n', False),
        ("[mcp_servers.other]\nenabled = false\n", False),
    ):
        (home / "fast.config.toml").write_text(text, "utf-8")
        assert (program.run("--profile", "fast", "mcp", "list", env=env).code == 0) is loads, text


# The schema, one value at a time.

_NEEDED: dict[str, dict[str, Any]] = {
    "model_providers.x": {"name": "X", "base_url": "https://x.example/v1"},
    "mcp_servers.x": {"command": "x"},
}
"""What a table must have before anything else in it is looked at."""


def _leaves(node: Any, root: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that the schema has a say on and that is not in a list: where, and its schema."""
    while isinstance(node, dict) and "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    if not isinstance(node, dict):
        return
    if at:
        yield at, node
    for key, inner in node.get("properties", {}).items():
        yield from _leaves(inner, root, (*at, key))
    if isinstance(node.get("additionalProperties"), dict):
        yield from _leaves(node["additionalProperties"], root, (*at, "x"))


def _toml(at: tuple[str, ...], value: Any) -> str:
    """A config.toml with one value, and what its table needs besides."""
    lines = []
    for table, needed in _NEEDED.items():
        parts = tuple(table.split("."))
        if at[: len(parts)] == parts and len(at) > len(parts):
            given = {key: item for key, item in needed.items() if key != at[len(parts)]}
            if parts[0] == "mcp_servers" and at[2] == "url":
                given = {}
            lines += [f"{table}.{key} = {json.dumps(item)}" for key, item in given.items()]
    key = ".".join(json.dumps(part) for part in at)
    return "\n".join([*lines, f"{key} = {json.dumps(value)}", ""])


SCHEMA = schema("codex")
LEAVES = list(_leaves(SCHEMA, SCHEMA))


def test_what_the_schema_calls_wrong_codex_refuses(home: Path) -> None:
    program = codex(NEWEST, home)
    loaded = []
    tried = 0
    for at, node in LEAVES:
        wanted = node.get("type")
        wrongs: list[Any] = [_WRONG[wanted]] if isinstance(wanted, str) else []
        if "enum" in node:
            wrongs.append("nonsense")
        if "minimum" in node:
            wrongs.append(node["minimum"] - 1)
        if "anyOf" in node:
            wrongs.append(3.5)
        for wrong in wrongs:
            tried += 1
            text = _toml(at, wrong)
            if _refused(program, text.encode()) is None:
                loaded.append(text)
    assert tried > 250
    assert not loaded


def test_what_the_schema_calls_right_codex_loads(home: Path) -> None:
    program = codex(NEWEST, home)
    elsewhere = {"profile", "model_provider", "default_permissions", "model_catalog_json"}
    elsewhere |= {"model_instructions_file", "experimental_compact_prompt_file", "permissions"}
    elsewhere.add("experimental_thread_store")
    refused = []
    for at, node in LEAVES:
        if at[0] in elsewhere or at[:2] == ("model_providers", "x") or at[:2] == ("mcp_servers", "x"):
            continue
        rights: list[Any] = {"boolean": [True], "integer": [max(1, node.get("minimum", 1))]}.get(
            node.get("type"), []
        )
        rights += [word for word in node.get("enum", []) if word != "untrusted" or at[0] == "projects"]
        for right in rights:
            tree: Any = right
            for key in reversed(at):
                tree = {key: tree}
            if list(violations(tree, SCHEMA)):
                continue
            text = _toml(at, right)
            said = _refused(program, text.encode())
            if said is not None:
                refused.append((text, said.splitlines()[-1:]))
    assert not refused
