"""diff: the plan in words and as data, exit codes, and that nothing is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import plan as words
from tests.world import World, as_json, changed, model

if TYPE_CHECKING:
    from pathlib import Path

    from modelcat.commands.diff import DiffResult


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(home, monkeypatch)
    made.key("groq", "openrouter")
    made.listing("groq", ["m1", "m2"])
    made.listing("openrouter", [f"v/m{n:02}" for n in range(20)])
    return made


def shown(
    result: DiffResult, capsys: pytest.CaptureFixture[str], *, patch: bool = False, **screen: int
) -> str:
    words.show(result, Screen(**screen), patch=patch)  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_counts_come_first_then_tools_and_providers(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("mods", "default-api: x\n")
    world.write(
        "aichat", "model: x:y\nclients:\n  - {type: openai-compatible, name: groq, models: [{name: m1}]}\n"
    )
    lines = shown(world.diff(), capsys).splitlines()
    # aichat: m2, and openrouter with 20 models; mods: two apis with 2 and 20 models
    assert lines[0] == "46 to add"
    assert "aichat: 22 to add" in lines
    assert "mods: 24 to add" in lines
    assert any(re.match(r" +groq +\+ m2$", line) for line in lines)
    assert any(re.match(r" +openrouter +\+ new, with 20 models$", line) for line in lines)
    assert any("without fields modelcat would add (--adopt): m1" in line for line in lines)


def test_long_lists_are_folded_and_unfolded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write(
        "mods",
        "default-api: x\napis:\n  openrouter:\n    base-url: https://openrouter.ai/api/v1\n    models: {}\n",
    )
    text = shown(world.diff(), capsys)
    assert "+ 20: v/m00, v/m01" in text
    assert "and 12 more" in text
    assert "v/m19" not in text
    assert "v/m19" in shown(world.diff(), capsys, verbose=1)


def test_changes_show_both_values(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("mods", "default-api: x\n")
    world.apply("mods")
    world.listing("groq", [model("m1", context_window=10)])
    text = shown(world.diff("mods"), capsys)
    assert "1 to change, 1 to remove" in text.splitlines()[0]
    assert "~ m1: max-input-chars 524288 -> 40" in text
    assert "- goes: m2" in text


def test_conflicts_name_both_sides_and_the_ways_out(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("mods", "default-api: x\n")
    world.apply("mods")
    world.write("mods", world.text("mods").replace("max-input-chars: 524288", "max-input-chars: 7", 1))
    world.listing("groq", [model("m1", context_window=10), "m2"])
    words.show(world.diff("mods"), Screen())
    out, err = capsys.readouterr()
    assert "1 new conflict" in out
    assert re.search(r"! m1\.max-input-chars: .* yours is 7, modelcat's 40", out)
    assert "--prefer theirs" in err
    assert "modelcat.toml" in err


def test_the_patch_is_a_unified_diff_and_coloured_only_where_wanted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world.write("mods", "default-api: x # \u202ered\n")
    plain = shown(world.diff("mods"), capsys, patch=True)
    assert f"--- {path}" in plain
    assert '+    base-url: "https://api.groq.com/openai/v1"' in plain
    assert "\x1b" not in plain
    coloured = shown(world.diff("mods"), capsys, patch=True, colour=True)
    assert "\x1b[32m+  groq:\x1b[0m" in coloured
    # What stands in the file steers no terminal, whatever the colours.
    assert "\u202e" not in plain + coloured
    assert "\\u202ered" in plain


def test_it_says_why_something_is_left_out(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.toml("max_models = 5\n")
    world.listing("deepseek", ["chat-only"])
    world.write("mods", "default-api: x\n")
    text = shown(world.diff(), capsys)
    assert "openrouter: 20 models, 5 newest shown; raise max_models or include globs" in text
    assert "1 more" in text
    world.key("deepseek")
    world.write("codex", "")
    assert "deepseek: left out: Codex needs the Responses API" in shown(
        world.diff("codex"), capsys, verbose=1
    )


@pytest.mark.parametrize("wanted", [True, False])
def test_exit_codes(world: World, wanted: bool) -> None:
    world.write("mods", "default-api: x\n")
    assert world.diff(exit_on_changes=wanted).exit_code == (ExitCode.NO if wanted else ExitCode.OK)
    world.apply()
    assert world.diff(exit_on_changes=wanted).exit_code == ExitCode.OK
    world.write("mods", "a: [\n")
    assert world.diff(exit_on_changes=wanted).exit_code == ExitCode.ERROR


def test_nothing_is_written(world: World) -> None:
    path = world.write("mods", "default-api: x\n")
    before = sorted(world.home.parent.rglob("*"))
    assert changed(world.diff())
    assert path.read_text() == "default-api: x\n"
    assert [p for p in sorted(world.home.parent.rglob("*")) if p not in before] == []


def test_an_empty_machine_is_told_what_to_do(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(world.diff(), Screen())
    assert "no tool's config" in capsys.readouterr().err
    for file in (world.settings.catalog / "catalog").glob("*.json"):
        file.unlink()
    world.write("mods", "default-api: x\n")
    words.show(world.diff(), Screen())
    assert "`modelcat sync`" in capsys.readouterr().err
    assert as_json(world.diff())["synced"] is False


def test_a_catalog_of_which_nothing_is_selected_is_not_empty(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write("mods", "default-api: x\n")
    world.apply("mods")
    world.toml('exclude_providers = ["*"]\n')
    words.show(world.diff("mods"), Screen())
    out, err = capsys.readouterr()
    assert out.startswith("24 to remove\n")
    assert "the catalog is empty" not in err
    assert as_json(world.diff("mods"))["synced"] is True


@pytest.mark.parametrize(
    ("providers", "line"),
    [
        (("deepseek",), "1 more provider is left out until it is ready: a key set, a server running"),
        (("deepseek", "xai"), "2 more are left out until they are ready: a key set, a server running"),
    ],
)
def test_providers_that_are_not_ready_are_counted(
    world: World, capsys: pytest.CaptureFixture[str], providers: tuple[str, ...], line: str
) -> None:
    for provider in providers:
        world.listing(provider, ["a"])
    world.write("mods", "default-api: x\n")
    assert f"  {line}" in shown(world.diff("mods"), capsys).splitlines()


def test_the_plan_is_told_as_data(world: World) -> None:
    world.write("mods", "default-api: x\n")
    data = as_json(world.diff("mods"))
    assert data["counts"]["add"] == 24
    [file] = data["tools"][0]["files"]
    assert [item["provider"] for item in file["decisions"]] == ["groq", "openrouter"]
    assert {item["case"] for item in file["decisions"]} == {"new"}


def test_what_is_kept_is_told_by_its_reason(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.listing("groq", ["m1", "m2", "m3", "m4"])
    world.write("aichat", "model: x:y\n")
    world.apply("aichat")
    lines = world.text("aichat").splitlines(keepends=True)
    at = {name: lines.index(f'      - name: "{name}"\n') for name in ("m1", "m2", "m3", "m4")}
    lines[at["m3"] + 1] = "        max_input_tokens: 3\n"
    del lines[at["m1"] : at["m2"]]
    world.write("aichat", "".join(lines))
    world.listing("groq", [model("m1", context_window=1), "m2", "m4"])
    text = shown(world.diff("aichat"), capsys)
    assert "= you deleted, stays deleted: m1" in text
    assert "= gone, kept because you edited it: m3" in text
    assert "1 kept as you have them, 1 held" in text


def test_fields_that_come_and_go_are_named(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("aichat", "model: x:y\n")
    world.apply("aichat")
    world.listing("groq", [model("m1", tool_call=False, input_modalities=("text", "image")), "m2"])
    text = shown(world.diff("aichat"), capsys)
    assert "supports_vision true is new" in text
    assert "supports_function_calling true goes" in text


def test_a_file_that_cannot_be_planned_is_told_apart(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write("mods", "default-api: x\n")
    world.write("aichat", "a: [\n")
    words.show(world.diff(), Screen())
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "24 to add, 1 file cannot be planned"
    assert "aichat: its config cannot be read" in out
    assert "mods: 24 to add" in out
    assert "config.yaml:2:" in err
    words.show_applied(world.apply(), Screen())
    assert "nothing was written; --tool leaves out" in capsys.readouterr().err


def test_a_file_beside_a_config_that_cannot_be_read_stops_only_its_tool(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write("mods", "default-api: x\n")
    world.write("codex", "")
    world.path("codex", "groq.config.toml").mkdir()
    words.show(world.diff(), Screen())
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "24 to add, 1 file cannot be planned"
    assert "mods: 24 to add" in out
    assert "groq.config.toml: is a folder" in err
    world.path("codex", "groq.config.toml").rmdir()
    world.write("codex", "", "modelcat")
    words.show(world.diff(), Screen())
    assert "a part of this path is a file, and a folder should be there" in capsys.readouterr().err


def test_where_nothing_can_be_planned_nobody_says_there_is_nothing_to_do(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write("mods", "a: [\n")
    world.write("aichat", "a: [\n")
    out = shown(world.diff(), capsys)
    assert out.splitlines()[0] == "2 files cannot be planned"
    assert "nothing to change" not in out


def test_no_tools_is_not_up_to_date(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    words.show_applied(world.apply(), Screen())
    err = capsys.readouterr().err
    assert "no tool's config" in err
    assert "nothing was written" in err
    assert "up to date" not in err


def test_values_are_shown_as_the_formats_write_them(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write(
        "mods",
        "apis:\n  groq:\n    base-url: 'https://api.groq.com/openai/v1'\n"
        "    models: {m1: ~, m2: {max-input-chars: yes}}\n"
        "  openrouter: {base-url: 'https://openrouter.ai/api/v1', api-key-env: it's, models: {}}\n",
    )
    text = shown(world.diff("mods"), capsys)
    assert 'm1: yours, stays null; modelcat would write {"max-input-chars": 524288}' in text
    assert 'max-input-chars: yours, stays "yes"' in text
    assert 'api-key-env: yours, stays "it\'s"; modelcat would write "OPENROUTER_API_KEY"' in text


def test_what_goes_is_told_in_words_that_fit_the_number(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.listing("groq", ["m1", "m2", "m3"])
    world.write("mods", "default-api: x\n")
    world.apply("mods")
    world.listing("groq", ["m3"])
    assert "- 2 go: m1, m2" in shown(world.diff("mods"), capsys)


def test_apply_says_what_became_of_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("mods", "default-api: x\n")
    words.show_applied(world.apply(dry_run=True), Screen())
    assert "(--dry-run)" in capsys.readouterr().err
    done = world.apply()
    words.show_applied(done, Screen())
    assert f"`modelcat restore {done.backup}` undoes this" in capsys.readouterr().err
    words.show_applied(world.apply(), Screen())
    assert "up to date" in capsys.readouterr().err


def test_reasons_for_leaving_out_are_folded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.toml("max_models = 1\n")
    many = ["deepseek", "mistral", "xai", "cerebras", "deepinfra", "fireworks", "novita", "nebius", "groq"]
    for provider in many:
        world.key(provider)
        world.listing(provider, ["a", "b"])
    world.write("mods", "default-api: x\n")
    text = shown(world.diff("mods"), capsys)
    assert "more reasons for leaving out; -v shows all" in text
    assert "more reasons" not in shown(world.diff("mods"), capsys, verbose=1)


def test_no_config_because_nobody_is_ready_is_no_config_that_cannot_be_read(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GROQ_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    text = shown(world.diff("mods"), capsys)
    assert "mods: nothing to change" in text
    assert "no provider is ready" in text
    assert "cannot be read" not in text
