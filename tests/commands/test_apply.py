"""apply on a whole machine: what is added, what is never touched, what goes and what never goes."""

from __future__ import annotations

import os
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from modelcat.commands import restore
from modelcat.errors import ExitCode, RegistryError, StaleFileError, UsageError
from modelcat.output import Screen
from modelcat.output import plan as words
from tests.world import World, as_json, changed, decisions, model

if TYPE_CHECKING:
    from pathlib import Path

    from modelcat.commands.apply import ApplyResult

SECRET = "sk-or-v1-" + "4f7a9c1e" * 8

HAND_AICHAT = f"""\
# my aichat
model: router:v/m1          # the one I like
temperature: ~
clients:
    # work account
    -   type: openai
        api_key: '{SECRET}'
    -   type: openai-compatible
        name: "router"      # my own name for it
        api_base: https://openrouter.ai/api/v1/
        api_key: {SECRET}
        models:
            -   name: v/m1
                max_input_tokens: 5     # enough for me
            -   {{ name: mine/own, max_input_tokens: 7 }}
rag_top_k: 5 # trailing"""

HAND_MODS = """\
default-model: m1
default-api: groq
apis:
  groq:
    base-url: 'https://api.groq.com/openai/v1'
    api-key-env: GROQ_API_KEY
    models: # https://console.groq.com
      m1:
        aliases: ["fast"]
        max-input-chars: 1000
  local: {base-url: "http://localhost:1/v1", api-key: none, models: {x: {max-input-chars: 1}}}
word-wrap: 80
"""

HAND_CODEX = """\
model = "gpt-5"   # mine
[model_providers.or]
name = "Mine"
base_url = "https://openrouter.ai/api/v1"
[projects."/x"]
trust_level = "trusted"
"""


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(home, monkeypatch)
    made.key("groq", "openrouter")
    made.listing("groq", ["m1", "m2"])
    made.listing("openrouter", ["v/m1", "v/m2", "v/m3"])
    return made


def lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def only_added(before: str, after: str) -> bool:
    """Whether every line of `before` stands in `after`, in the same order."""
    rest = iter(lines_of(after))
    return all(line in rest for line in lines_of(before))


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def clients(world: World) -> dict[str, Any]:
    return {client.get("name", client["type"]): client for client in yaml(world.text("aichat"))["clients"]}


def models(world: World, client: str) -> list[str]:
    return [entry["name"] for entry in clients(world)[client]["models"]]


# ---------------------------------------------------------------- first contact


def test_first_contact_changes_nothing_that_was_there(world: World) -> None:
    hand = {"aichat": HAND_AICHAT, "mods": HAND_MODS, "codex": HAND_CODEX}
    for tool, text in hand.items():
        world.write(tool, text)
    result = world.apply()
    assert result.exit_code == ExitCode.OK
    for tool, text in hand.items():
        assert only_added(text, world.text(tool)), tool
    assert models(world, "router") == ["v/m1", "mine/own", "v/m2", "v/m3"]
    assert set(clients(world)) == {"openai", "router", "groq"}
    apis = yaml(world.text("mods"))["apis"]
    assert set(apis) == {"groq", "local", "openrouter"}
    assert apis["groq"]["models"]["m1"] == {"aliases": ["fast"], "max-input-chars": 1000}
    assert "m2" in apis["groq"]["models"]
    assert "[model_providers.openrouter]" not in world.text("codex")
    assert 'model_provider = "or"' in world.text("codex", "openrouter.config.toml")


def test_no_models_are_put_where_the_person_has_no_list(world: World) -> None:
    world.key("openai")
    world.listing("openai", ["gpt-5"])
    world.write("aichat", HAND_AICHAT)
    world.apply("aichat")
    assert clients(world)["openai"] == {"type": "openai", "api_key": SECRET}


def test_a_second_apply_does_nothing_and_leaves_the_mtime(world: World) -> None:
    for tool, text in (("aichat", HAND_AICHAT), ("mods", HAND_MODS), ("codex", HAND_CODEX)):
        world.write(tool, text)
    first = world.apply()
    assert first.backup
    places = [file.path for file in first.planned.plan.files]
    for place in places:
        os.utime(place, ns=(10**18, 10**18))
    second = world.apply()
    assert not changed(second)
    assert second.backup is None
    assert second.exit_code == ExitCode.OK
    assert {os.stat(place).st_mtime_ns for place in places} == {10**18}  # noqa: PTH116


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_line_endings_and_marks_stay(world: World, ending: str, mark: str) -> None:
    text = mark + HAND_AICHAT.replace("\n", ending)
    world.write("aichat", text)
    world.apply("aichat")
    after = world.text("aichat")
    assert after.startswith(mark + "# my aichat" + ending)
    assert after.count("\n") == after.count(ending)
    assert not after.endswith("\n")


def test_the_names_that_stand_twice_are_both_left(world: World) -> None:
    text = HAND_MODS.replace("  local:", "  groq2:\n    base-url: https://api.groq.com/openai/v1\n  local:")
    world.write("mods", text)
    result = world.apply("mods")
    apis = yaml(world.text("mods"))["apis"]
    assert set(apis["groq"]["models"]) == {"m1"}
    assert "openrouter" in apis
    assert any("'groq' and 'groq2'" in note for tool in result.planned.plan.tools for note in tool.notes)


def test_a_list_with_an_element_twice_is_left_alone_and_said(world: World) -> None:
    text = "clients:\n- type: openai-compatible\n  name: a\n- type: openai-compatible\n  name: a\n"
    world.write("aichat", text)
    result = world.apply("aichat")
    assert world.text("aichat") == text
    assert [note.text for file in result.planned.plan.files for note in file.notes] == [
        "it has more than one 'a'"
    ]


# ---------------------------------------------------------------- the person's edits


def test_what_the_person_edits_survives(world: World) -> None:
    world.write("aichat", "model: groq:m1\n")
    world.apply("aichat")
    text = world.text("aichat")
    text = text.replace('- name: "v/m2"\n', '- name: "v/m2"\n        own_key: 5 # mine\n')
    text = text.replace("input_price: 0.5", "input_price: 0.25", 1)
    text = text.replace('    name: "groq"\n', f'    name: "groq"\n    api_key: {SECRET}\n')
    start, end = text.index('      - name: "v/m3"'), len(text)
    text = text[:start] + "      - name: my/own\n        max_input_tokens: 3\n" + text[end:]
    world.write("aichat", text)
    assert not changed(world.apply("aichat"))
    assert world.text("aichat") == text
    # A later sync changes and adds, but the edits stay.
    world.listing("openrouter", ["v/m1", model("v/m2", context_window=7), "v/m3", "v/m4"])
    world.apply("aichat")
    after = clients(world)
    assert after["groq"]["api_key"] == SECRET
    assert models(world, "openrouter") == ["v/m1", "v/m2", "v/m4", "my/own"]
    edited = after["openrouter"]["models"][1]
    assert (edited["own_key"], edited["max_input_tokens"]) == (5, 7)
    assert after["groq"]["models"][0]["input_price"] == 0.25


def test_the_order_of_the_person_stays(world: World) -> None:
    world.write("aichat", "model: groq:m1\n")
    world.apply("aichat")
    parts = world.text("aichat").split("  - type: ")
    world.write("aichat", "  - type: ".join([parts[0], parts[2], parts[1]]))
    world.listing("groq", ["m1", "m2", "m3"])
    world.apply("aichat")
    assert list(clients(world)) == ["openrouter", "groq"]
    assert models(world, "groq") == ["m1", "m2", "m3"]


def test_a_deleted_provider_stays_deleted_even_after_its_key_was_unset_for_a_while(world: World) -> None:
    world.write("mods", HAND_MODS)
    world.apply("mods")
    text = world.text("mods")
    world.write("mods", text[: text.index("  openrouter:")] + "word-wrap: 80\n")
    for is_set in (True, False, True):
        (world.key if is_set else world.no_key)("openrouter")
        world.apply("mods")
        assert "openrouter" not in yaml(world.text("mods"))["apis"]
    world.listing("openrouter", ["v/m1", "v/m9"])
    world.apply("mods")
    assert "openrouter" not in yaml(world.text("mods"))["apis"]


@pytest.mark.parametrize(
    ("toml", "first", "last"),
    [
        ('exclude_providers = ["openrouter"]\n', "  openrouter:", "word-wrap: 80\n"),
        ('exclude = ["m2"]\n', "      m2:", "  local:"),
    ],
)
def test_what_was_deleted_comes_back_when_it_was_excluded_for_a_while(
    toml: str, first: str, last: str, world: World
) -> None:
    world.write("mods", HAND_MODS)
    world.apply("mods")
    whole = world.text("mods")
    world.write("mods", whole[: whole.index(first)] + whole[whole.index(last) :])
    for text, there in (("", False), (toml, False), ("", True)):
        world.toml(text)
        world.apply("mods")
        assert (first in world.text("mods")) == there


def test_a_renamed_entry_is_kept_up_under_its_new_name(world: World) -> None:
    world.write("mods", "default-api: groq\n")
    world.apply("mods")
    world.write("mods", world.text("mods").replace("  openrouter:", "  or:"))
    world.listing("openrouter", [model("v/m1", context_window=10), "v/m2", "v/m3", "v/m4"])
    world.apply("mods")
    apis = yaml(world.text("mods"))["apis"]
    assert set(apis) == {"groq", "or"}
    assert apis["or"]["models"]["v/m1"] == {"max-input-chars": 40}
    assert "v/m4" in apis["or"]["models"]


# ---------------------------------------------------------------- what never removes anything


APPLIED = {"groq": {"m1", "m2"}, "openrouter": {"v/m1", "v/m2", "v/m3"}, "homeserver": {"llama"}}


def everything(world: World) -> str:
    return world.text("aichat") + world.text("mods") + world.text("codex")


@pytest.fixture
def applied(world: World) -> World:
    """Applied once, with a server on this machine that answers, and is stopped then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        world.providers(
            "[providers.homeserver]\nname = 'Home'\ndialect = 'openai'\nlocal = true\n"
            f"base_url = 'http://127.0.0.1:{server.getsockname()[1]}/v1'\n"
        )
        world.listing("homeserver", ["llama"])
        for tool, text in (("aichat", "model: x:y\n"), ("mods", "default-api: x\n"), ("codex", "")):
            world.write(tool, text)
        world.apply()
    return world


def test_a_server_that_does_not_answer_is_not_offered(world: World) -> None:
    world.providers(
        "[providers.homeserver]\nname = 'Home'\ndialect = 'openai'\nlocal = true\n"
        "base_url = 'http://127.0.0.1:9/v1'\n"
    )
    world.listing("homeserver", ["llama"])
    world.write("mods", "default-api: x\n")
    result = world.apply("mods")
    assert "homeserver" not in world.text("mods")
    assert any("1 more" in line for line in result.planned.plan.tools[0].left_out)


@pytest.mark.parametrize(
    "reason", ["keys", "server", "stale", "embedded", "max_models", "no listing", "no program"]
)
def test_nothing_is_removed_without_proof(applied: World, tmp_path: Path, reason: str) -> None:
    before = everything(applied)
    if reason == "keys":
        applied.no_key("groq", "openrouter")
    elif reason in {"stale", "embedded"}:
        for provider in APPLIED:
            applied.listing(provider, ["another"], reason)  # type: ignore[arg-type]
            applied.no_key("groq", "openrouter")
    elif reason == "max_models":
        applied.toml("max_models = 1\n")
    elif reason == "no listing":
        for file in (applied.settings.catalog / "catalog").glob("*.json"):
            file.unlink()
    elif reason == "no program":
        git = shutil.which("git")
        assert git
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "git").symlink_to(git)
        applied.patch.setenv("PATH", str(tmp_path / "bin"))
    result = applied.apply()
    assert not [d for d in decisions(result) if d.action == "remove"]
    if reason not in {"stale", "embedded"}:
        assert everything(applied) == before
    for provider, ids in APPLIED.items():
        assert ids <= set(yaml(applied.text("mods"))["apis"][provider]["models"])
        assert ids <= set(models(applied, provider))


def test_max_models_counts_additions(world: World) -> None:
    world.toml("max_models = 2\n")
    world.listing("openrouter", [model(f"v/m{n}", released=f"2025-01-0{n}") for n in (1, 2, 3)])
    world.write("mods", "default-api: x\n")
    result = world.apply("mods")
    assert set(yaml(world.text("mods"))["apis"]["openrouter"]["models"]) == {"v/m2", "v/m3"}
    assert any("raise max_models" in line for tool in result.planned.plan.tools for line in tool.left_out)
    world.listing("openrouter", [model(f"v/m{n}", released=f"2025-01-0{n}") for n in (1, 2, 3, 4)])
    world.apply("mods")
    assert set(yaml(world.text("mods"))["apis"]["openrouter"]["models"]) == {"v/m2", "v/m3", "v/m4"}


# ---------------------------------------------------------------- what does


def test_a_model_the_provider_dropped_goes(world: World) -> None:
    world.write("aichat", "model: groq:m1\n")
    world.apply("aichat")
    world.listing("openrouter", ["v/m1", "v/m3"])
    result = world.apply("aichat")
    assert models(world, "openrouter") == ["v/m1", "v/m3"]
    assert [d.case for d in decisions(result) if d.changes] == ["dropped"]


def test_a_model_the_person_edited_stays_when_it_is_dropped(world: World) -> None:
    world.write("aichat", "model: groq:m1\n")
    world.apply("aichat")
    text = world.text("aichat")
    at = text.index('- name: "v/m2"')
    world.write("aichat", text[:at] + text[at:].replace("output_price: 1.5", "output_price: 9", 1))
    world.listing("openrouter", ["v/m1", "v/m3"])
    result = world.apply("aichat")
    assert models(world, "openrouter") == ["v/m1", "v/m2", "v/m3"]
    assert [d.case for d in decisions(result)] == ["dropped-edited"]
    assert result.exit_code == ExitCode.OK


def test_the_default_and_what_it_needs_stay(world: World) -> None:
    world.write("aichat", "model: openrouter:v/m2\n")
    world.write("mods", "default-api: openrouter\ndefault-model: v/m2\n")
    world.apply("aichat", "mods")
    world.listing("openrouter", ["v/m1"])
    result = world.apply("aichat", "mods")
    assert models(world, "openrouter") == ["v/m1", "v/m2"]
    assert set(yaml(world.text("mods"))["apis"]["openrouter"]["models"]) == {"v/m1", "v/m2"}
    assert any("default needs it" in note for tool in result.planned.plan.tools for note in tool.notes)
    world.toml('exclude_providers = ["openrouter"]\n')
    world.apply("aichat", "mods")
    assert "openrouter" in clients(world)
    assert "openrouter" in yaml(world.text("mods"))["apis"]


def test_what_modelcat_toml_excludes_goes_even_without_a_list(world: World) -> None:
    for tool, text in (("aichat", "model: x:y\n"), ("mods", "default-api: x\n"), ("codex", "# mine\n")):
        world.write(tool, text)
    world.apply()
    assert world.path("codex", "openrouter.config.toml").exists()
    world.toml('exclude_providers = ["openrouter"]\n')
    world.no_key("openrouter")
    result = world.apply()
    assert "openrouter" not in everything(world)
    assert not world.path("codex", "openrouter.config.toml").exists()
    assert not world.path("codex", "modelcat/openrouter.json").exists()
    assert world.path("codex", "groq.config.toml").exists()
    assert result.backup
    # And comes back when it is wanted again.
    world.toml("")
    world.key("openrouter")
    world.apply()
    assert "openrouter" in world.text("mods")
    assert world.path("codex", "openrouter.config.toml").exists()


def test_one_tool_can_exclude(world: World) -> None:
    for tool, text in (("aichat", "model: x:y\n"), ("mods", "default-api: x\n")):
        world.write(tool, text)
    world.apply()
    world.toml('[tools.mods]\nexclude = ["v/m2"]\n')
    world.apply()
    assert "v/m2" not in world.text("mods")
    assert "v/m2" in world.text("aichat")


# ---------------------------------------------------------------- conflicts, prefer, adopt


def conflict(world: World) -> ApplyResult:
    world.write("mods", "default-api: x\n")
    world.apply("mods")
    world.write("mods", world.text("mods").replace("max-input-chars: 524288", "max-input-chars: 5", 1))
    world.listing("groq", [model("m1", context_window=10), "m2"])
    return world.apply("mods")


def m1(world: World) -> Any:
    return yaml(world.text("mods"))["apis"]["groq"]["models"]["m1"]["max-input-chars"]


def test_a_conflict_is_told_once_with_exit_1_then_counted(world: World) -> None:
    assert conflict(world).exit_code == ExitCode.NO
    assert m1(world) == 5
    again = world.apply("mods")
    assert again.exit_code == ExitCode.OK
    assert [(d.held, d.new) for d in decisions(again)] == [(True, False)]
    world.listing("groq", [model("m1", context_window=11), "m2"])
    assert world.apply("mods").exit_code == ExitCode.NO


@pytest.mark.parametrize(("side", "value"), [("theirs", 40), ("ours", 5)])
def test_a_side_can_be_preferred(world: World, side: str, value: int) -> None:
    conflict(world)
    result = world.apply("mods", prefer=side)
    assert result.exit_code == ExitCode.OK
    assert m1(world) == value
    assert not [d for d in decisions(world.apply("mods")) if d.held]


def test_adopting_completes_an_entry_and_overwrites_nothing(world: World) -> None:
    world.write("aichat", HAND_AICHAT)
    world.apply("aichat")
    world.apply("aichat", adopt=frozenset({"openrouter"}))
    first = clients(world)["router"]["models"][0]
    assert first["max_input_tokens"] == 5
    assert first["input_price"] == 0.5
    assert clients(world)["router"]["api_key"] == SECRET


def test_adopting_what_is_not_there_is_said(world: World) -> None:
    world.write("mods", HAND_MODS)
    result = world.apply("mods", adopt=frozenset({"deepseek"}))
    assert "deepseek: nothing to adopt here" in result.planned.plan.tools[0].notes


def test_adopting_an_unknown_provider_names_the_nearest(world: World) -> None:
    with pytest.raises(RegistryError, match="openrouter"):
        world.apply("mods", adopt=frozenset({"openrouterr"}))


# ---------------------------------------------------------------- files that are not sound


BROKEN = {
    "aichat": ("clients: [\n", 2),
    "mods": ("apis:\n  a: 1\n  a: 2\n", 3),
    "codex": ("x = 1\nx = 2\n", 2),
}


@pytest.mark.parametrize("tool", list(BROKEN))
def test_a_broken_file_stops_the_writing_but_not_the_planning(world: World, tool: str) -> None:
    for other in BROKEN:
        world.write(other, {"aichat": "model: x:y\n", "mods": "default-api: x\n", "codex": ""}[other])
    text, line = BROKEN[tool]
    path = world.write(tool, text)
    for result in (world.diff(), world.apply()):
        assert result.exit_code == ExitCode.ERROR
        errors = [file["error"] for one in as_json(result)["tools"] for file in one["files"] if file["error"]]
        assert len(errors) == 1
        assert errors[0].startswith(f"{path}:{line}:")
        assert {file.tool for file in changed(result)} == set(BROKEN) - {tool}
    assert world.text(tool) == text
    assert all("groq" not in world.text(other) for other in BROKEN)
    sound = sorted(set(BROKEN) - {tool})
    assert world.apply(*sound).exit_code == ExitCode.OK
    assert all("groq" in world.text(other) for other in sound)
    assert world.text(tool) == text


def test_a_config_that_is_a_folder_is_an_error_of_that_tool_only(world: World) -> None:
    world.path("mods").mkdir(parents=True)
    world.write("aichat", "model: x:y\n")
    result = world.apply()
    assert result.exit_code == ExitCode.ERROR
    assert "is a folder" in str(result.planned.plan.errors[0])
    assert [file.tool for file in changed(result)] == ["aichat"]
    assert world.text("aichat") == "model: x:y\n"


def test_a_section_left_empty_is_filled(world: World) -> None:
    world.write("aichat", "model: x:y\nclients: # here\nstream: true\n")
    world.apply("aichat")
    assert set(clients(world)) == {"groq", "openrouter"}
    assert "clients: # here\n" in world.text("aichat")
    assert world.text("aichat").endswith("stream: true\n")


def test_an_edit_through_an_alias_is_refused(world: World) -> None:
    text = "shared: &m\n  - name: m1\nclients:\n  - type: openai-compatible\n    name: groq\n    models: *m\n"
    world.write("aichat", text)
    result = world.apply("aichat")
    assert result.exit_code == ExitCode.ERROR
    assert ":6:" in str(result.planned.plan.errors[0])
    assert world.text("aichat") == text


def test_a_file_that_changes_after_the_plan_is_not_written(world: World) -> None:
    path = world.write("mods", HAND_MODS)

    def edit(step: str) -> None:
        if step.startswith("stage"):
            path.write_text("somebody: else\n")

    with pytest.raises(StaleFileError):
        world.apply("mods", watch=edit)
    assert path.read_text() == "somebody: else\n"
    assert world.apply("mods").exit_code == ExitCode.OK
    assert "somebody: else" in path.read_text()


def test_an_unknown_tool_is_named(world: World) -> None:
    with pytest.raises(UsageError, match="aichat"):
        world.apply("aichatt")


# ---------------------------------------------------------------- new files


@pytest.mark.parametrize("tool", ["aichat", "mods", "codex"])
def test_where_there_is_no_config_the_starter_is_the_beginning(world: World, tool: str) -> None:
    assert world.apply().planned.plan.tools == ()
    result = world.apply(tool)
    text = world.text(tool)
    assert "Made by modelcat because there was no config here" in text
    assert "groq" in text
    assert world.path(tool).stat().st_mode & 0o777 == 0o600
    assert result.exit_code == ExitCode.OK
    assert not changed(world.apply(tool))
    # The default it begins with is the person's from then on.
    for needed in {"aichat": "model:", "mods": "default-model:", "codex": ""}[tool].split():
        line = next(line for line in text.splitlines() if line.startswith(needed))
        world.listing("groq", ["z-new", "m1"])
        world.listing("openrouter", ["a-new", "v/m1"])
        world.apply(tool)
        assert line in world.text(tool).splitlines()


def test_no_config_is_made_when_nothing_is_ready(world: World) -> None:
    world.no_key("groq", "openrouter")
    result = world.apply("mods")
    assert not world.path("mods").exists()
    assert result.exit_code == ExitCode.OK
    assert any("no provider is ready" in note for note in result.planned.plan.tools[0].notes)


@pytest.mark.parametrize(
    ("tool", "text"), [("aichat", "model: x:y\n"), ("mods", "temp: 1\n"), ("codex", 'model = "x"\n')]
)
def test_where_nobody_is_ready_no_empty_section_is_written(world: World, tool: str, text: str) -> None:
    world.no_key("groq", "openrouter")
    world.write(tool, text)
    assert not changed(world.apply(tool))
    assert world.text(tool) == text
    world.key("groq")
    world.apply(tool)
    assert "groq" in world.text(tool)


@pytest.mark.parametrize("section", ["clients: []", "clients: # none so far", "clients: ~"])
def test_a_section_of_the_persons_outlives_what_stood_in_it(world: World, section: str) -> None:
    world.write("aichat", f"model: x:y\n{section}\n")
    world.apply("aichat")
    assert "groq" in world.text("aichat")
    world.toml('exclude_providers = ["*"]\n')
    world.apply("aichat")
    assert "groq" not in world.text("aichat")
    assert yaml(world.text("aichat")) == {"model": "x:y", "clients": []}
    assert "# none so far" in world.text("aichat") or "#" not in section
    assert not changed(world.apply("aichat"))


def test_a_config_that_was_removed_is_begun_anew(world: World) -> None:
    world.apply("mods")
    world.path("mods").unlink()
    world.apply("mods")
    assert set(yaml(world.text("mods"))["apis"]) == {"groq", "openrouter"}


def test_whoever_removed_all_of_codexs_files_gets_all_of_them_again(world: World) -> None:
    world.apply("codex")
    names = ("config.toml", "groq.config.toml", "openrouter.config.toml", "modelcat/groq.json")
    before = {name: world.text("codex", name) for name in names}
    shutil.rmtree(world.path("codex").parent)
    world.apply("codex")
    assert {name: world.text("codex", name) for name in names} == before
    assert not changed(world.diff("codex"))


def test_a_profile_that_stands_while_the_config_is_begun_anew_keeps_its_edits(world: World) -> None:
    world.apply("codex")
    edited = world.text("codex", "groq.config.toml").replace('web_search = "disabled"\n', "")
    world.write("codex", edited, "groq.config.toml")
    world.path("codex").unlink()
    world.apply("codex")
    assert world.path("codex").exists()
    assert world.text("codex", "groq.config.toml") == edited


def test_a_profile_deleted_where_there_never_was_a_config_stays_deleted(world: World) -> None:
    # Of Codex's own openai there is a profile alone: nothing for config.toml.
    world.no_key("groq", "openrouter")
    world.key("openai")
    world.listing("openai", ["gpt-5"])
    world.apply("codex")
    assert not world.path("codex").exists()
    world.path("codex", "openai.config.toml").unlink()
    for _ in range(2):
        world.apply("codex")
        assert not world.path("codex", "openai.config.toml").exists()


def test_an_empty_file_is_filled(world: World) -> None:
    world.write("mods", "")
    world.apply("mods")
    assert set(yaml(world.text("mods"))) == {"apis"}


# ---------------------------------------------------------------- codex and its files


def test_codex_files_are_merged_or_modelcats_own(world: World) -> None:
    world.write("codex", HAND_CODEX)
    world.apply("codex")
    profile = world.path("codex", "groq.config.toml")
    # Codex's /model writes into the active profile.
    profile.write_text(
        profile.read_text().replace('model = "m1"', 'model = "m2"') + 'model_reasoning_effort = "high"\n'
    )
    edited = profile.read_text()
    world.listing("groq", ["a-newer", "m1", "m2"])
    result = world.apply("codex")
    assert profile.read_text() == edited
    assert "a-newer" in world.text("codex", "modelcat/groq.json")
    assert [file.name for file in changed(result)] == ["modelcat/groq.json"]


def test_the_model_of_a_profile_is_chosen_once(world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    before = world.text("codex", "groq.config.toml")
    world.listing("groq", [model("m0", released="2026-11-01"), "m1", "m2"])
    world.apply("codex")
    assert world.text("codex", "groq.config.toml") == before


def test_files_somebody_else_made_are_kept_and_reported(world: World) -> None:
    world.write("codex", "")
    world.write("codex", 'model = "mine"\n', "groq.config.toml")
    world.write("codex", "{}", "modelcat/groq.json")
    result = world.apply("codex")
    assert world.text("codex", "groq.config.toml") == 'model = "mine"\n'
    assert world.text("codex", "modelcat/groq.json") == "{}"
    notes = " ".join(note for tool in result.planned.plan.tools for note in tool.notes)
    assert "groq.config.toml: you made this file" in notes
    assert "modelcat/groq.json: somebody else made this file" in notes
    world.apply("codex", adopt=frozenset({"groq"}))
    assert "model_catalog_json" in world.text("codex", "groq.config.toml")
    assert 'model = "mine"' in world.text("codex", "groq.config.toml")


def test_modelcats_own_file_is_written_anew_when_somebody_changed_it(world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    own = world.text("codex", "modelcat/groq.json")
    world.write("codex", own + "// hm", "modelcat/groq.json")
    result = world.apply("codex")
    assert world.text("codex", "modelcat/groq.json") == own
    assert any("changed by somebody" in note for tool in result.planned.plan.tools for note in tool.notes)


def test_a_profile_the_person_deleted_stays_deleted(world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    for name in ("groq.config.toml", "modelcat/groq.json"):
        world.path("codex", name).unlink()
    for _ in range(2):
        world.apply("codex")
        assert not world.path("codex", "groq.config.toml").exists()
        assert not world.path("codex", "modelcat/groq.json").exists()
    # The catalog alone is modelcat's own, and its profile needs it.
    world.path("codex", "modelcat/openrouter.json").unlink()
    world.apply("codex")
    assert world.path("codex", "modelcat/openrouter.json").exists()


def test_an_edited_profile_outlives_its_provider(world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    edited = world.text("codex", "groq.config.toml") + "# mine\nhide = true\n"
    world.write("codex", edited, "groq.config.toml")
    world.toml('exclude_providers = ["groq"]\n')
    result = world.apply("codex")
    assert world.text("codex", "groq.config.toml") == edited
    assert any("kept because you edited" in note for tool in result.planned.plan.tools for note in tool.notes)


@pytest.mark.parametrize("seen", [False, True])
def test_a_choice_of_model_does_not_keep_an_excluded_providers_profile(seen: bool, world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    chosen = world.text("codex", "groq.config.toml").replace('model = "m1"', 'model = "m2"')
    world.write("codex", chosen, "groq.config.toml")
    if seen:
        world.apply("codex")
    world.toml('exclude_providers = ["groq"]\n')
    world.apply("codex")
    assert not world.path("codex", "groq.config.toml").exists()


def test_a_table_that_a_profile_of_the_persons_needs_stays(world: World) -> None:
    world.write("codex", "")
    world.apply("codex")
    world.write("codex", 'model_provider = "groq"\nmodel = "m1"\n', "work.config.toml")
    world.write("codex", "x = [\n", "broken.config.toml")
    world.toml('exclude_providers = ["groq", "openrouter"]\n')
    result = world.apply("codex")
    assert "[model_providers.groq]" in world.text("codex")
    assert "openrouter" not in world.text("codex")
    assert not world.path("codex", "groq.config.toml").exists()
    assert any("default needs it" in note for tool in result.planned.plan.tools for note in tool.notes)


def test_a_broken_profile_is_an_error_of_its_own(world: World) -> None:
    world.write("codex", "")
    world.write("codex", "x = [\n", "groq.config.toml")
    result = world.apply("codex")
    assert result.exit_code == ExitCode.ERROR
    assert "groq.config.toml:" in str(result.planned.plan.errors[0])
    assert world.text("codex") == ""


# ---------------------------------------------------------------- backup, restore, secrets


def test_restore_gives_back_the_exact_bytes_and_the_base_of_the_day(world: World) -> None:
    before = {}
    for tool, text in (("aichat", HAND_AICHAT), ("mods", HAND_MODS), ("codex", HAND_CODEX)):
        path = world.write(tool, text)
        path.chmod(0o640)
        before[tool] = path.read_bytes()
    tag = world.apply().backup
    assert tag
    after = {tool: world.path(tool).read_bytes() for tool in before}
    restore.run(world.settings, tag, tools=())
    for tool, data in before.items():
        assert world.path(tool).read_bytes() == data
        assert world.path(tool).stat().st_mode & 0o777 == 0o640
    # It is first contact again: the same apply gives the same files.
    world.apply()
    assert {tool: world.path(tool).read_bytes() for tool in before} == after


def test_a_symlink_stays_one(world: World, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "mods.yml"
    real.parent.mkdir()
    real.write_text(HAND_MODS)
    link = world.path("mods")
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    world.apply("mods")
    assert link.is_symlink()
    assert "openrouter" in real.read_text()


def test_dry_run_shows_and_writes_nothing(world: World) -> None:
    world.write("mods", HAND_MODS)
    result = world.apply("mods", dry_run=True)
    assert changed(result)
    assert world.text("mods") == HAND_MODS
    assert not (world.settings.home / "private").exists()
    assert as_json(result)["dry_run"] is True


OLLAMA = f"""\
  ollama:
    base-url: http://localhost:11434
    api-key: {SECRET}
    models: {{}}
"""


def test_no_secret_of_the_persons_is_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.listing("ollama", ["llama"])
    world.write("aichat", HAND_AICHAT)
    world.write("mods", HAND_MODS + f"  # {SECRET}\n")
    world.write("mods", HAND_MODS.replace("  local: {", OLLAMA + "  local: {"))
    for verbose in (0, 1):
        words.show(world.diff(), Screen(verbose=verbose), patch=True)
    shown = capsys.readouterr()
    applied = world.apply()
    words.show_applied(applied, Screen(verbose=1))
    more = capsys.readouterr()
    for part in (shown.out, shown.err, more.out, more.err, str(as_json(applied))):
        assert SECRET not in part
        assert SECRET[:9] not in part
        assert "test-key-of" not in part


def test_json_has_the_documented_shape(world: World) -> None:
    world.write("mods", HAND_MODS)
    data = as_json(world.apply("mods"))
    assert set(data) == {"synced", "counts", "tools", "backup", "written", "dry_run"}
    assert set(data["counts"]) == {"add", "change", "remove", "kept", "conflicts", "held", "lacking"}
    assert data["written"] == [str(world.path("mods"))]
    [tool] = data["tools"]
    assert set(tool) == {"tool", "counts", "notes", "left_out", "files"}
    [file] = tool["files"]
    assert file["action"] == "change"
    added = next(
        item for item in file["decisions"] if item["action"] == "add" and item["provider"] == "openrouter"
    )
    assert added["pointer"] == "apis.openrouter"
    assert added["steps"] == ["apis", "openrouter"]
    assert "base" not in added
    assert added["theirs"]["models"]["v/m1"] == {"max-input-chars": 524288}
