"""Settings: where things are, what the environment says, what config.toml may say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import registry, settings, urls
from modelcat.catalog import Provider
from modelcat.errors import RegistryError, SettingsError
from modelcat.settings import Environment, Key, Settings
from modelcat.tool import Tool

REGISTRY = registry.load(settings.data_file("providers.toml").read_text("utf-8"))


def here(**env: str) -> Settings:
    """Settings of a machine with just these variables."""
    home = Path("/nowhere")
    return Settings(home / "managed", Environment(env), home, "linux", home / "config.toml")


def config(home: Path, text: str) -> Path:
    path = home / ".config" / "modelcat" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def tool(name: str = "aichat", program: str = "aichat", at: str = "aichat/config.yaml") -> Tool:
    class Bare:
        """Only what settings look at."""

    bare = Bare()
    bare.name, bare.program = name, program  # type: ignore[attr-defined]
    bare.path = lambda place: PurePosixPath(place.home) / at  # type: ignore[attr-defined]
    return bare  # type: ignore[return-value]


# --- where things are


def test_managed_folder_of_the_option_beats_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELCAT_HOME", str(tmp_path / "variable"))
    assert settings.load(tmp_path / "option").home == tmp_path / "option"
    assert settings.load().home == tmp_path / "variable"


def test_managed_folder_by_default(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELCAT_HOME")
    assert settings.load().home == home / ".local" / "share" / "modelcat"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    found = settings.load()
    assert found.home == home / ".local" / "share" / "modelcat"
    assert found.config_file == home / ".config" / "modelcat" / "config.toml"


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_xdg_folders_that_are_not_whole_paths_do_not_count(
    home: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("MODELCAT_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", value)
    assert settings.load().home == home / ".local" / "share" / "modelcat"


def test_managed_folder_may_be_relative_or_begin_at_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings.load(Path("here")).home == tmp_path / "here"
    monkeypatch.setenv("MODELCAT_HOME", "~/cat")
    assert settings.load().home == home / "cat"


@pytest.mark.parametrize("home", ["file", "file/below/it", "nowhere", "nowhere/below"])
def test_a_managed_folder_that_can_be_none_is_refused(home: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to("gone")
    with pytest.raises(SettingsError, match=f"{home.partition('/')[0]} is no folder; choose another one"):
        settings.load(tmp_path / home)


def test_folders_below_it(tmp_path: Path) -> None:
    found = settings.load(tmp_path)
    assert found.catalog == tmp_path / "catalog"
    assert found.private == tmp_path / "private"
    assert found.extra == tmp_path / "catalog" / "models" / "extra"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_ask_platformdirs(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    class Folders:
        def __init__(self, name: str, *, appauthor: bool) -> None:
            assert (name, appauthor) == ("modelcat", False)
            self.user_data_path = tmp_path / "data"
            self.user_config_path = tmp_path / "settings"

    monkeypatch.setattr(platformdirs, "PlatformDirs", Folders)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("MODELCAT_HOME")
    found = settings.load()
    assert (found.home, found.config_file.parent) == (tmp_path / "data", tmp_path / "settings")


def test_our_own_rule_for_folders_is_that_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    monkeypatch.delenv("MODELCAT_HOME")
    found = settings.load()
    theirs = platformdirs.PlatformDirs("modelcat", appauthor=False)
    assert found.home == theirs.user_data_path
    assert found.config_file.parent == theirs.user_config_path


def test_shipped_files_are_there() -> None:
    for name in ("providers.toml", "modelcat.toml"):
        assert settings.data_file(name).is_file()


def test_shipped_files_of_a_wheel_are_beside_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "modelcat" / "config").mkdir(parents=True)
    monkeypatch.setattr(settings, "__file__", str(tmp_path / "modelcat" / "settings.py"))
    assert settings.data_file("x.toml") == tmp_path / "modelcat" / "config" / "x.toml"
    (tmp_path / "modelcat" / "config").rmdir()
    assert settings.data_file("x.toml") == tmp_path / "config" / "x.toml"


@pytest.mark.parametrize(
    ("env", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour(env: dict[str, str], terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert settings.load().colour is colour


def test_no_home_folder_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", lost)
    with pytest.raises(SettingsError, match="set HOME"):
        settings.load()


def test_loading_settings_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from modelcat import settings; s = settings.load(); settings.registry(s);"
        "print([m for m in ('platformdirs', 'tomlkit', 'httpx', 'git', 'rich', 'typer',"
        " 'modelcat.dialects', 'modelcat.tools')"
        " if m in sys.modules])"
    )
    env = {**os.environ, "MODELCAT_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- config.toml


def test_config_toml(home: Path) -> None:
    config(
        home,
        '\ufeff[tools.aichat]\nenabled = false\npath = "~/dots/aichat.yaml"\n'
        '[tools.codex]\npath = "/etc/codex/config.toml"\n'
        '[trust]\nacme = "https://Acme.example/v1"\n',
    )
    found = settings.load()
    assert found.tools["aichat"] == settings.ToolSettings(enabled=False, path=home / "dots/aichat.yaml")
    assert found.tools["codex"] == settings.ToolSettings(path=Path("/etc/codex/config.toml"))
    assert found.trust == {"acme": "https://acme.example:443"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[tools.aichat]\nenabled = yes\n", "2:11", "not valid TOML"),
        ("[tool.aichat]\n", "1:2", "tool: unknown key; did you mean tools?"),
        ("[tools.aicha]\n", "1:8", "tools.aicha: unknown key; did you mean aichat?"),
        ("[tools.aichat]\nfile = 'x'\n", "2:1", "tools.aichat.file: unknown key"),
        ("[tools.aichat]\nenabled = 1\n", "2:1", "expected true or false, found a whole number"),
        ("[tools.aichat]\npath = 'dots/aichat.yaml'\n", "2:1", "expected a whole path"),
        ("[tools]\naichat = 'x'\n", "2:1", "tools.aichat: expected a table, found a string"),
        ("tools = 3\n", "1:1", "expected a table"),
        ("[trust]\nacme = 'http://acme.example'\n", "2:1", "trust.acme: expected https"),
        ("[trust]\nacme = true\n", "2:1", "expected a string"),
        ("x", "1:2", "not valid TOML"),
    ],
)
def test_config_toml_that_is_wrong(home: Path, text: str, where: str, what: str) -> None:
    path = config(home, text)
    with pytest.raises(SettingsError) as error:
        settings.load()
    assert str(error.value).startswith(f"{path}:{where}: ")
    assert what in str(error.value)
    assert path.read_text("utf-8") == text


def test_config_toml_that_is_not_utf8(home: Path) -> None:
    path = config(home, "")
    path.write_bytes(b"# fine\n# \xff\n")
    with pytest.raises(SettingsError, match=r"config.toml:2: not UTF-8"):
        settings.load()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows read everything")
def test_config_toml_that_may_not_be_read_is_not_taken_for_empty(home: Path) -> None:
    config(home, "").chmod(0)
    with pytest.raises(SettingsError, match=r"config.toml: cannot be read: Permission denied"):
        settings.load()


def test_config_toml_that_is_a_folder_is_not_taken_for_empty(home: Path) -> None:
    (home / ".config" / "modelcat" / "config.toml").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"config.toml: cannot be read: Is a directory"):
        settings.load()


# --- tools


def test_tool_path_is_the_tools_own_unless_said_otherwise(home: Path) -> None:
    assert settings.load().tool_path(tool()) == home / "aichat" / "config.yaml"
    config(home, '[tools.aichat]\npath = "~/x.yaml"\n')
    assert settings.load().tool_path(tool()) == home / "x.yaml"


def test_tool_is_present_by_its_file_or_its_program(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert not settings.load().tool_present(tool())
    (home / "aichat").mkdir()
    (home / "aichat" / "config.yaml").symlink_to("nowhere")
    assert settings.load().tool_present(tool())
    program = tmp_path / "bin" / "codex"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    assert not settings.load().tool_present(tool("codex", "codex", "c.toml"))
    program.chmod(0o755)
    assert settings.load().tool_present(tool("codex", "codex", "c.toml"))


@pytest.mark.parametrize(("enabled", "there", "wanted"), [("true", False, True), ("false", True, False)])
def test_a_tool_may_be_switched(home: Path, enabled: str, there: bool, wanted: bool) -> None:
    config(home, f"[tools.aichat]\nenabled = {enabled}\n")
    if there:
        (home / "aichat").mkdir()
        (home / "aichat" / "config.yaml").touch()
    assert settings.load().tool_wanted(tool()) is wanted


def test_a_tool_is_wanted_where_it_is_present(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not settings.load().tool_wanted(tool())
    (home / "aichat").mkdir()
    (home / "aichat" / "config.yaml").touch()
    assert settings.load().tool_wanted(tool())


# --- keys


def test_the_first_variable_that_is_set_counts() -> None:
    gemini = REGISTRY.get("gemini")
    both = here(GOOGLE_API_KEY="older", GEMINI_API_KEY="newer")
    assert settings.key_of(both, gemini) == ("GEMINI_API_KEY", "newer")
    assert settings.key_of(here(GOOGLE_API_KEY="older"), gemini) == ("GOOGLE_API_KEY", "older")
    assert settings.key_of(here(GEMINI_API_KEY=" "), gemini) is None
    assert settings.key_of(here(), gemini) is None


@pytest.mark.parametrize(
    "value", ["a b", "a\nb", "a\x00b", "schl\u00fcssel", "https://x.example", "HTTP://x"]
)
def test_what_cannot_be_a_key_is_none(value: str) -> None:
    assert settings.key_of(here(GROQ_API_KEY=value), REGISTRY.get("groq")) is None


def test_space_around_a_key_is_no_part_of_it() -> None:
    assert settings.key_of(here(GROQ_API_KEY=" gsk\n"), REGISTRY.get("groq")) == ("GROQ_API_KEY", "gsk")


@pytest.mark.parametrize("name", ["lmstudio", "vllm", "llamacpp"])
def test_local_servers_get_no_key(name: str) -> None:
    every = here(LMSTUDIO_API_KEY="k", VLLM_API_KEY="k", LLAMA_API_KEY="k", OPENAI_API_KEY="k")
    assert settings.key_of(every, REGISTRY.get(name)) is None
    assert settings.missing(every, REGISTRY.get(name)) == ()


def test_local_servers_get_the_key_the_persons_file_names() -> None:
    text = settings.data_file("providers.toml").read_text("utf-8")
    mine = registry.load(text, '[providers.vllm]\napi_key_env = ["VLLM_API_KEY"]\n').get("vllm")
    assert settings.key_of(here(VLLM_API_KEY="k"), mine) == ("VLLM_API_KEY", "k")


def test_keys_are_not_shown() -> None:
    env = here(GROQ_API_KEY="gsk-424242")
    key = settings.key_of(env, REGISTRY.get("groq"))
    for shown in (
        repr(env),
        str(env),
        repr(env.env),
        str(env.env),
        f"{env.env}",
        repr(key),
        str(key),
        f"{key}",
    ):
        assert "4242" not in shown
    assert repr(key) == "Key(GROQ_API_KEY)"


def test_a_shared_file_gets_no_key_until_this_machine_agrees() -> None:
    text = settings.data_file("providers.toml").read_text("utf-8")
    moved = registry.load(text, '[providers.groq]\nbase_url = "https://evil.example/v1"\n').get("groq")
    machine = here(GROQ_API_KEY="gsk")
    assert settings.key_of(machine, moved) is None
    agreed = replace(machine, trust={"groq": "https://evil.example:443"})
    assert settings.key_of(agreed, moved) == ("GROQ_API_KEY", "gsk")
    other = replace(machine, trust={"groq": "https://good.example:443"})
    assert settings.key_of(other, moved) is None
    another = replace(machine, trust={"openai": "https://evil.example:443"})
    assert settings.key_of(another, moved) is None


def test_nor_any_other_variable() -> None:
    row = '[providers.x]\nbase_url = "https://evil.example/{s}"\nurl_env = { s = "AWS_SECRET_ACCESS_KEY" }\n'
    provider = registry.load("", row).get("x")
    machine = here(AWS_SECRET_ACCESS_KEY="topsecret")
    assert "topsecret" not in str(settings.resolve(machine, provider))
    agreed = replace(machine, trust={"x": "https://evil.example:443"})
    assert settings.resolve(agreed, provider).base_url == "https://evil.example/topsecret"


# --- what is missing


@pytest.mark.parametrize(
    ("name", "env", "expected"),
    [
        ("groq", {}, ("GROQ_API_KEY",)),
        ("groq", {"GROQ_API_KEY": "k"}, ()),
        ("gemini", {}, ("GEMINI_API_KEY or GOOGLE_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY",)),
        ("cloudflare", {"CLOUDFLARE_API_TOKEN": "k"}, ("CLOUDFLARE_ACCOUNT_ID",)),
        ("cloudflare", {"CLOUDFLARE_API_KEY": "k", "CLOUDFLARE_ACCOUNT_ID": "a1"}, ()),
        ("azure", {}, ("AZURE_API_KEY or AZURE_OPENAI_API_KEY", "AZURE_RESOURCE_NAME")),
        ("bedrock", {"AWS_REGION": "eu-west-1"}, ("AWS_BEARER_TOKEN_BEDROCK",)),
        ("vertex", {"GOOGLE_VERTEX_PROJECT": "p"}, ("GOOGLE_APPLICATION_CREDENTIALS",)),
        ("ollama", {}, ()),
        ("aihorde", {}, ()),
    ],
)
def test_missing(name: str, env: dict[str, str], expected: tuple[str, ...]) -> None:
    machine = here(**env)
    assert settings.missing(machine, settings.resolve(machine, REGISTRY.get(name))) == expected


# --- base-URL variables


LEGACY_NAMES = [(p.id, p.base_url_env[0]) for p in REGISTRY.providers.values() if p.base_url_env]


@pytest.mark.parametrize(("name", "variable"), LEGACY_NAMES)
def test_a_base_url_variable_wins(name: str, variable: str) -> None:
    found = settings.resolve(here(**{variable: "https://proxy.example/v1/"}), REGISTRY.get(name))
    assert found.base_url == "https://proxy.example/v1"
    listed = "https://proxy.example/v1" + ("" if found.kind == "data" else "/models")
    assert found.models_url == listed
    assert found.dialect == {"anthropic": "anthropic", "litellm": "litellm"}.get(name, "openai")
    assert found.trusted


@pytest.mark.parametrize(("name", "variable"), LEGACY_NAMES)
def test_a_base_url_variable_with_what_the_registry_says_changes_nothing(name: str, variable: str) -> None:
    provider = REGISTRY.get(name)
    url = provider.base_url or provider.models_url or ""
    found = settings.resolve(here(**{variable: url}), provider)
    assert (found.models_url, found.dialect) == (provider.models_url, provider.dialect)


def test_a_server_on_the_local_network_gets_the_key_of_its_variable() -> None:
    machine = here(LMSTUDIO_API_OPENAI="http://othello.local:1234/v1", LMSTUDIO_API_KEY="lm")
    found = settings.resolve(machine, REGISTRY.get("lmstudio"))
    assert found.models_url == "http://othello.local:1234/v1/models"
    assert settings.key_of(machine, found) == ("LMSTUDIO_API_KEY", "lm")


def test_a_key_is_no_base_url() -> None:
    # The older script read both from this variable, so that the key became the URL.
    atlas = REGISTRY.get("atlascloud")
    machine = here(ATLASCLOUD_API_KEY="sk-atlas")
    assert settings.resolve(machine, atlas) == atlas
    assert settings.key_of(machine, atlas) == ("ATLASCLOUD_API_KEY", "sk-atlas")
    trapped = here(ATLASCLOUD_API_KEY="https://api.atlascloud.ai/v1")
    assert settings.resolve(trapped, atlas) == atlas
    assert settings.key_of(trapped, atlas) is None


@pytest.mark.parametrize(
    "value",
    ["sk-secret-4242", "http://api.example.com/4242", "https://u:4242@x.example", "https://x/?key=4242"],
)
def test_a_base_url_variable_that_holds_no_url_names_itself_and_not_its_value(value: str) -> None:
    with pytest.raises(SettingsError, match=r"GROQ_API_OPENAI \(the base URL of groq\): ") as error:
        settings.resolve(here(GROQ_API_OPENAI=value), REGISTRY.get("groq"))
    assert "4242" not in str(error.value)


def test_an_own_provider_may_be_a_variable_alone() -> None:
    row = 'base_url_env = ["X_URL"]\ndialect = "anthropic"\nauth = "x-api-key"\napi_key_env = ["X_KEY"]\n'
    provider = registry.load("", f"[providers.x]\n{row}").get("x")
    assert settings.missing(here(X_KEY="k"), provider) == ("X_URL",)
    machine = here(X_URL="https://x.example/v1", X_KEY="k")
    found = settings.resolve(machine, provider)
    assert (found.base_url, found.models_url) == ("https://x.example/v1", "https://x.example/v1/models")
    assert (found.dialect, found.auth) == ("anthropic", "x-api-key")
    assert settings.key_of(machine, found) == ("X_KEY", "k")


# --- placeholders


def test_placeholders_are_filled() -> None:
    machine = here(CLOUDFLARE_ACCOUNT_ID="0123abc")
    found = settings.resolve(machine, REGISTRY.get("cloudflare"))
    assert found.base_url == "https://api.cloudflare.com/client/v4/accounts/0123abc/ai/v1"
    assert "{" not in (found.models_url or "{")


def test_placeholders_stay_where_nothing_is_set() -> None:
    assert settings.resolve(here(), REGISTRY.get("azure")) == REGISTRY.get("azure")


@pytest.mark.parametrize(
    "value", ["evil.example/", "evil.example#", "a@evil.example", "..", "-a", "a\\b", "a?b", "x y"]
)
def test_placeholders_take_nothing_that_ends_a_host(value: str) -> None:
    with pytest.raises(SettingsError, match="AZURE_RESOURCE_NAME") as error:
        settings.resolve(here(AZURE_RESOURCE_NAME=value), REGISTRY.get("azure"))
    assert value not in str(error.value)


@examples(deadline=None)
@given(st.text(max_size=30))
def test_no_value_makes_a_placeholder_leave_its_host(value: str) -> None:
    azure = REGISTRY.get("azure")
    try:
        found = settings.resolve(here(AZURE_RESOURCE_NAME=value), azure)
    except SettingsError:
        return
    if found != azure:
        assert urls.origin(found.base_url).endswith(".openai.azure.com:443")


@examples(deadline=None)
@given(st.text(max_size=30))
def test_whatever_a_key_variable_holds_it_fits_into_a_header_or_is_no_key(value: str) -> None:
    key = settings.key_of(here(GROQ_API_KEY=value), REGISTRY.get("groq"))
    assert key is None or (key.value.isascii() and key.value.isprintable() and " " not in key.value)


# --- the files in the managed folder


def test_registry_and_selection_of_this_machine(tmp_path: Path) -> None:
    machine = settings.load(tmp_path)
    assert settings.registry(machine).providers == REGISTRY.providers
    machine.catalog.mkdir()
    (machine.catalog / "providers.toml").write_text('[providers.acme]\nbase_url = "https://acme.example"\n')
    (machine.catalog / "modelcat.toml").write_text("max_models = 7\n[providers.acme]\nmax_models = 3\n")
    providers = settings.registry(machine)
    assert providers.get("acme").base_url == "https://acme.example"
    chosen = settings.selection(machine, providers)
    assert chosen.rules("groq", "aichat").max_models == 7
    assert chosen.rules("acme", "aichat").max_models == 3


def test_their_errors_name_the_file(tmp_path: Path) -> None:
    machine = settings.load(tmp_path)
    machine.catalog.mkdir()
    (machine.catalog / "providers.toml").write_text("[providers.acme]\nname = 3\n")
    with pytest.raises(RegistryError, match=rf"^{machine.catalog / 'providers.toml'}:2:1: "):
        settings.registry(machine)
    (machine.catalog / "providers.toml").write_bytes(b"\xff")
    with pytest.raises(RegistryError, match=r"providers.toml:1: not UTF-8"):
        settings.registry(machine)
    (machine.catalog / "providers.toml").unlink()
    (machine.catalog / "providers.toml").mkdir()
    with pytest.raises(RegistryError, match=r"providers.toml: cannot be read: Is a directory"):
        settings.registry(machine)
    (machine.catalog / "providers.toml").rmdir()
    (machine.catalog / "modelcat.toml").write_text("[providers.opnrouter]\n")
    with pytest.raises(SettingsError, match=r"modelcat.toml:1:12: .* did you mean openrouter"):
        settings.selection(machine, settings.registry(machine))


def test_key_is_a_pair() -> None:
    variable, value = Key("A", "b")
    assert (variable, value) == ("A", "b")


def test_a_provider_without_placeholders_is_itself() -> None:
    plain = Provider("a", "a", "openai", "https://a.example")
    assert settings.resolve(here(), plain) is plain


def test_the_example_in_the_docs_is_taken(home: Path) -> None:
    docs = (settings.data_file("providers.toml").parent.parent / "docs" / "settings.md").read_text("utf-8")
    config(home, docs.split("## config.toml")[1].split("```toml\n")[1].split("```")[0])
    found = settings.load()
    assert found.tools["aichat"].enabled
    assert found.trust == {"acme": "https://llm.acme.example:443"}
