"""`modelcat generate`: from the stored catalog to commits, without network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelcat import settings as machine
from modelcat import state, workspace
from modelcat.catalog import Model, listing, listing_path, listing_text
from modelcat.commands import generate
from modelcat.errors import ExitCode, RegistryError, UsageError
from modelcat.output import Screen
from modelcat.output import generate as words
from modelcat.state import ProviderState, State

if TYPE_CHECKING:
    from modelcat.settings import Settings

_MODELS = [
    Model("vendor/a", context_window=1000, tool_call=True),
    Model("b", tool_call=False),
    Model("c", mode="image"),
]


def _store(settings: Settings, *providers: str) -> None:
    found = {listing_path(name): listing_text(listing(name, _MODELS, "fetched")) for name in providers}
    with workspace.locked(settings, "test"):
        workspace.repo(settings).commit(found, "sync: a test")


@pytest.fixture
def settings() -> Settings:
    settings = machine.load()
    _store(settings, "groq", "mistral")
    return settings


def _files(settings: Settings) -> dict[str, str]:
    folder = settings.catalog / "config"
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def test_all_tools(settings: Settings) -> None:
    result = generate.run(settings)
    assert result.exit_code is ExitCode.OK
    assert sorted(_files(settings)) == [
        "aichat/config.yaml",
        "aichat/models_groq.yaml",
        "aichat/models_mistral.yaml",
        "codex/config.toml",
        "codex/models_groq.json",
        "codex/models_groq.toml",
        "mods/models_groq.yml",
        "mods/models_mistral.yml",
        "mods/mods.yml",
    ]
    repo = workspace.repo(settings)
    assert result.commit == repo.head()
    assert repo.read_all("config") == {f"config/{path}": text for path, text in _files(settings).items()}
    (entry, *_) = repo.log()
    assert entry.subject == "generate: 9 config files"


def test_a_second_time_changes_nothing(settings: Settings) -> None:
    first = generate.run(settings)
    again = generate.run(settings)
    assert again.commit is None
    assert again.changed == ()
    assert workspace.repo(settings).head() == first.commit


def test_one_tool(settings: Settings) -> None:
    generate.run(settings, tools=("mods",))
    assert {path.split("/")[0] for path in _files(settings)} == {"mods"}


def test_one_provider_leaves_the_rest(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    generate.run(settings)
    before = _files(settings)
    (settings.catalog / "modelcat.toml").write_text('exclude = ["vendor/*"]\n')
    result = generate.run(settings, providers=("groq",))
    after = _files(settings)
    assert result.changed == ("config/aichat/models_groq.yaml", "config/mods/models_groq.yml")
    words.show(result, Screen())
    assert capsys.readouterr().out.splitlines() == [
        "aichat: 1 model of 1 provider in 1 file",
        "codex: 0 models of 0 providers in 0 files",
        "mods: 1 model of 1 provider in 1 file",
    ]
    assert all(row["providers"].keys() <= {"groq"} for row in result.as_json()["tools"])
    assert {path for path in before if before[path] != after[path]} == {
        path.removeprefix("config/") for path in result.changed
    }


def test_what_is_no_longer_rendered_goes(settings: Settings) -> None:
    generate.run(settings)
    (settings.catalog / "modelcat.toml").write_text('exclude_providers = ["mistral"]\n')
    result = generate.run(settings)
    assert not any("mistral" in path for path in _files(settings))
    assert "config/mods/models_mistral.yml" in result.changed
    assert workspace.repo(settings).read("config/mods/models_mistral.yml") is None


def test_an_edit_in_the_generated_folder_is_mended(settings: Settings) -> None:
    generate.run(settings)
    path = settings.catalog / "config" / "mods" / "mods.yml"
    text = path.read_text("utf-8")
    path.write_text("broken")
    assert generate.run(settings).exit_code is ExitCode.OK
    assert path.read_text("utf-8") == text


def test_an_empty_catalog(home: object) -> None:
    settings = machine.load()
    result = generate.run(settings)
    assert result.empty
    assert result.as_json() == {"commit": None, "changed": [], "tools": []}


def test_unknown_names(settings: Settings) -> None:
    with pytest.raises(UsageError, match="did you mean mods"):
        generate.run(settings, tools=("mod",))
    with pytest.raises(RegistryError, match="groq"):
        generate.run(settings, providers=("grok",))


@pytest.mark.parametrize(
    ("tools", "provider", "why"),
    [
        (("codex",), "mistral", "codex: Codex needs the Responses API"),
        ((), "openrouter", "the catalog holds no models of it"),
        (("mods",), "litellm", "the catalog holds no models of it"),
    ],
)
def test_nothing_to_generate_is_said(
    settings: Settings, tools: tuple[str, ...], provider: str, why: str
) -> None:
    with pytest.raises(UsageError, match=f"nothing to generate for {provider}: {why}"):
        generate.run(settings, tools=tools, providers=(provider,))
    assert _files(settings) == {}


def test_the_next_sync_still_knows_what_it_knew(settings: Settings) -> None:
    head = workspace.repo(settings).head()
    state.save(settings.extra, State({"groq": ProviderState(etag="x")}, head=head, rendered="y"))
    commit = generate.run(settings).commit
    memory = state.load(settings.extra)
    assert (memory.head, memory.rendered, memory.providers["groq"].etag) == (commit, "y", "x")


def test_a_state_about_another_commit_stays_so(settings: Settings) -> None:
    state.save(settings.extra, State(head="0" * 40))
    generate.run(settings)
    assert state.load(settings.extra).head == "0" * 40


def test_json(settings: Settings) -> None:
    data = generate.run(settings).as_json()
    assert json.loads(json.dumps(data)) == data
    codex = next(row for row in data["tools"] if row["tool"] == "codex")
    assert codex["providers"] == {"groq": 1}
    assert list(codex["refused"]) == ["mistral"]
    assert "groq: 1 of 3 models left out: codex takes none that cannot call tools" in codex["left_out"]


def test_words(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(generate.run(settings), Screen())
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "aichat: 4 models of 2 providers in 3 files",
        "codex: 1 model of 1 provider in 3 files",
        "  without mistral: Codex needs the Responses API, and it serves chat completions only",
        "mods: 4 models of 2 providers in 3 files",
    ]
    assert "9 files changed, commit " in shown.err
    words.show(generate.run(settings), Screen(verbose=1))
    shown = capsys.readouterr()
    assert "  groq: 1 of 3 models left out: for image" in shown.out.splitlines()
    assert "nothing is different from what was there" in shown.err


def test_words_of_an_empty_catalog(capsys: pytest.CaptureFixture[str]) -> None:
    words.show(generate.run(machine.load()), Screen())
    assert "`modelcat sync` fills it" in capsys.readouterr().err
