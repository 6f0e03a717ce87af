"""`modelcat providers`: what it says, what it writes, what it asks."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from modelcat import settings, state
from modelcat.catalog import Provider
from modelcat.commands import providers as command
from modelcat.commands.providers import Tried
from modelcat.errors import ExitCode, RegistryError, SettingsError, StorageError, UsageError
from modelcat.output import Screen
from modelcat.output import providers as words
from modelcat.standing import Standing
from tests.simulator.fixtures import running_simulator  # noqa: F401  the fixture "simulator"

if TYPE_CHECKING:
    from pathlib import Path

    from modelcat.settings import Settings
    from tests.simulator import Simulator


SECRET = "sk-topsecret-4242424242"
NAMES = sorted(tomllib.loads(settings.data_file("providers.toml").read_text("utf-8"))["providers"])


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    return settings.load(tmp_path / "managed")


def own(machine: Settings, text: str) -> Path:
    path = machine.catalog / "providers.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def config(machine: Settings) -> str:
    return machine.config_file.read_text("utf-8") if machine.config_file.exists() else ""


def row(result: command.ListResult, name: str) -> Standing:
    return next(one for one in result.standings if one.provider.id == name)


# --- list and show


def test_list_has_every_provider_once(machine: Settings) -> None:
    found = command.list_all(machine)
    assert [one.provider.id for one in found.standings] == NAMES
    assert found.exit_code == ExitCode.OK
    assert not machine.home.exists()


def test_list_says_what_counts_here(
    machine: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", SECRET)
    own(machine, "[providers.groq]\nenabled = false\n")
    state.save(
        machine.extra,
        state.State(
            {
                "xai": state.ProviderState("failed", "xai: the key was refused (403)"),
                "openrouter": state.ProviderState("fetched", fetched="2026-11-20T10:00:00Z", models=340),
            }
        ),
    )
    found = command.list_all(settings.load(machine.home))
    gemini = row(found, "gemini").as_json()
    assert (gemini["key_set"], gemini["ready"], gemini["missing"]) == ("GOOGLE_API_KEY", True, [])
    groq = row(found, "groq").as_json()
    assert (groq["enabled"], groq["selected"], groq["own"]) == (False, False, True)
    assert row(found, "xai").as_json()["reason"] == "xai: the key was refused (403)"
    words.show_list(found, Screen())
    assert "failed: the key was refused (403)\n" in capsys.readouterr().out
    assert row(found, "openrouter").as_json()["models"] == 340
    assert row(found, "litellm").as_json()["ready"] is False
    assert SECRET not in json.dumps(found.as_json())


def test_list_follows_modelcat_toml(machine: Settings) -> None:
    machine.catalog.mkdir(parents=True)
    (machine.catalog / "modelcat.toml").write_text('include_providers = ["groq"]\n')
    found = command.list_all(machine)
    assert [one.provider.id for one in found.standings if one.selected] == [
        "catwalk",
        "groq",
        "litellm",
        "models-dev",
    ]


def test_list_in_words(
    machine: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", SECRET)
    own(machine, '[providers.acme]\nbase_url = "https://acme.example"\napi_key_env = ["ACME_KEY"]\n')
    words.show_list(command.list_all(settings.load(machine.home)), Screen())
    told = capsys.readouterr()
    lines = {line.split()[0]: line for line in told.out.splitlines()}
    assert "GROQ_API_KEY" in lines["groq"]
    assert lines["groq"].endswith("ready")
    assert lines["openrouter"].endswith("set OPENROUTER_API_KEY (lists without)")
    assert lines["gemini"].endswith("set GEMINI_API_KEY")
    assert "off: retired by GitHub" in lines["github-models"]
    assert lines["github-copilot"].endswith("only asked by name")
    assert "published" in lines["aihorde"]
    assert lines["acme"].endswith("its key stays here until: modelcat providers add acme")
    assert "95 providers" in told.err
    assert "1 key set" in told.err
    assert SECRET not in told.out + told.err


def test_show_says_everything(machine: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    found = command.show(machine, "chutes")
    fields = found.as_json()["registry"]
    assert fields["dialect"] == "chutes"
    assert fields["details_url"].startswith("https://api.chutes.ai/")
    assert "invocation_count" in fields["volatile"]
    assert "local" not in fields
    words.show_one(found, Screen())
    told = capsys.readouterr().out
    assert "chutes: Chutes" in told
    assert "second list" in told
    assert "fetched             never" in told


@pytest.mark.parametrize(
    "name", sorted(tomllib.loads(settings.data_file("providers.toml").read_text())["providers"])
)
def test_every_provider_can_be_shown(
    machine: Settings, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = command.show(machine, name)
    json.dumps(found.as_json())
    words.show_one(found, Screen())
    assert capsys.readouterr().out.startswith(f"{name}: ")


def test_show_tells_tables_in_tables_apart(machine: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    table = '{ aichat = { name = "one", type = "claude" }, mods = { name = "two" } }'
    own(machine, f'[providers.acme]\nbase_url = "https://acme.example"\ntools = {table}\n')
    words.show_one(command.show(settings.load(machine.home), "acme"), Screen())
    told = capsys.readouterr().out
    assert "tools               aichat: name = one, type = claude; mods: name = two" in told


def test_show_of_nobody_names_the_nearest(machine: Settings) -> None:
    with pytest.raises(RegistryError, match="did you mean openrouter"):
        command.show(machine, "openroute")


def test_a_bad_base_url_variable_is_named(machine: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_OPENAI", SECRET)
    with pytest.raises(SettingsError, match="GROQ_API_OPENAI") as error:
        command.list_all(settings.load(machine.home))
    assert SECRET not in str(error.value)


# --- add


def test_add_makes_a_file_that_means_it(machine: Settings) -> None:
    found = command.add(
        machine, "acme", kind="openai", base_url="https://acme.example/v1/", api_key_env="ACME_KEY"
    )
    text = (machine.catalog / "providers.toml").read_text()
    assert tomllib.loads(text) == {
        "providers": {
            "acme": {"dialect": "openai", "base_url": "https://acme.example/v1", "api_key_env": ["ACME_KEY"]}
        }
    }
    assert found.action == "added"
    assert found.standing is not None
    assert found.standing.missing == ("ACME_KEY",)
    assert command.show(machine, "acme").standing.provider.models_url == "https://acme.example/v1/models"


def test_what_is_added_by_this_person_is_trusted_on_this_machine(
    machine: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_KEY", SECRET)
    command.add(machine, "acme", kind="openai", base_url="https://acme.example/v1", api_key_env="ACME_KEY")
    assert tomllib.loads(config(machine)) == {"trust": {"acme": "https://acme.example:443"}}
    again = settings.load(machine.home)
    standing = command.show(again, "acme").standing
    assert standing.trusted
    assert standing.key is not None
    assert SECRET not in config(machine) + (machine.catalog / "providers.toml").read_text()
    assert machine.config_file.stat().st_mode & 0o777 == 0o600


def test_what_needs_no_trust_gets_no_line(machine: Settings) -> None:
    command.add(machine, "box", kind="openai", base_url="http://127.0.0.1:8000/v1", api_key_env="BOX_KEY")
    command.add(machine, "open", kind="openai", base_url="https://open.example/v1")
    assert config(machine) == ""


def test_add_keeps_what_the_person_wrote(machine: Settings) -> None:
    text = (
        "# mine\r\n\r\n[providers.groq]   # the fast one\r\nname = 'Groq!'\r\n\r\n"
        '[providers.zed]\r\nbase_url = "https://z.example"  # last\r\n# the end'
    )
    path = own(machine, text)
    machine.config_file.parent.mkdir(parents=True)
    machine.config_file.write_text("# here\n[tools.mods]\nenabled = false # no\n")
    command.add(machine, "acme", kind="openai", base_url="https://acme.example/v1", api_key_env="ACME_KEY")
    after = path.read_bytes().decode()
    for line in text.split("\r\n"):
        assert line in after
    assert tomllib.loads(after)["providers"].keys() == {"groq", "zed", "acme"}
    assert "\n" not in after.replace("\r\n", "")
    assert "# here\n[tools.mods]\nenabled = false # no\n" in config(machine)
    assert tomllib.loads(config(machine))["trust"] == {"acme": "https://acme.example:443"}


@pytest.mark.parametrize(
    ("kind", "dialect", "models_url"),
    [
        ("openai", "openai", "https://acme.example/v1/models"),
        ("oai", "openai", "https://acme.example/v1/models"),
        ("ant", "anthropic", "https://acme.example/v1/models"),
        ("google", "gemini", "https://acme.example/v1/models"),
        ("url", "openai", "https://acme.example/v1"),
    ],
)
def test_kinds_by_their_older_names(machine: Settings, kind: str, dialect: str, models_url: str) -> None:
    command.add(machine, "acme", kind=kind, base_url="https://acme.example/v1")
    found = command.show(machine, "acme").standing.provider
    assert (found.dialect, found.models_url) == (dialect, models_url)


def test_add_with_a_variable_for_the_url(machine: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    command.add(machine, "acme", kind="openai", base_url_env="ACME_URL", api_key_env="ACME_KEY|ACME_TOKEN")
    assert command.show(machine, "acme").standing.missing == ("ACME_KEY or ACME_TOKEN", "ACME_URL")
    monkeypatch.setenv("ACME_URL", "https://acme.example/v1")
    now = command.show(settings.load(machine.home), "acme").standing.provider
    assert now.models_url == "https://acme.example/v1/models"


@pytest.mark.parametrize(
    ("name", "options", "error", "what"),
    [
        ("acme", {"kind": "openai"}, UsageError, "Give --base-url"),
        ("acme", {"kind": "openai", "base_url": "http://a.example"}, RegistryError, "expected https"),
        ("acme", {"kind": "openai", "base_url": "a.example"}, RegistryError, "expected a URL"),
        ("Acme", {"kind": "openai", "base_url": "https://a.example"}, RegistryError, "lower-case letters"),
        ("../up", {"kind": "openai", "base_url": "https://a.example"}, RegistryError, "lower-case letters"),
        (
            "acme",
            {"kind": "openai", "base_url": "https://a.example", "api_key_env": SECRET},
            RegistryError,
            "never a key itself",
        ),
        (
            "acme",
            {"kind": "openai", "base_url": f"https://a.example?key={SECRET}"},
            RegistryError,
            "must not stand in a URL",
        ),
    ],
)
def test_add_writes_nothing_that_would_not_load(
    machine: Settings, name: str, options: dict[str, str], error: type[Exception], what: str
) -> None:
    path = own(machine, "# mine\n")
    with pytest.raises(error, match=what) as raised:
        command.add(machine, name, **options)
    assert path.read_text() == "# mine\n"
    assert config(machine) == ""
    assert ".toml" not in str(raised.value)
    assert SECRET not in str(raised.value)


def test_add_does_not_touch_a_file_it_cannot_read(machine: Settings) -> None:
    path = own(machine, "[providers.x\n")
    with pytest.raises(RegistryError, match=r"providers.toml:1:13: not valid TOML"):
        command.add(machine, "acme", kind="openai", base_url="https://a.example")
    assert path.read_text() == "[providers.x\n"


def test_add_of_an_own_one_again(machine: Settings) -> None:
    def add(url: str) -> command.EditResult:
        return command.add(machine, "acme", kind="openai", base_url=url, api_key_env="ACME_KEY")

    add("https://acme.example/v1")
    before = (machine.catalog / "providers.toml").read_bytes()
    assert add("https://acme.example/v1").action == "unchanged"
    with pytest.raises(UsageError, match=r"is in .*providers\.toml already"):
        add("https://other.example/v1")
    assert (machine.catalog / "providers.toml").read_bytes() == before


def test_add_trusts_what_a_shared_file_brought(machine: Settings) -> None:
    path = own(machine, '[providers.acme]\nbase_url = "https://acme.example"\napi_key_env = ["ACME_KEY"]\n')
    before = path.read_bytes()
    assert not command.show(machine, "acme").standing.trusted
    assert command.add(machine, "acme", kind="openai").action == "trusted"
    assert path.read_bytes() == before
    assert command.show(settings.load(machine.home), "acme").standing.trusted


@pytest.mark.parametrize(
    ("kind", "told"), [("opnai", "did you mean openai"), ("xyz", "it takes anthropic, .*, or url")]
)
def test_add_of_a_kind_that_is_none(kind: str, told: str, machine: Settings) -> None:
    with pytest.raises(UsageError, match=f"--kind {kind} is not known; {told}"):
        command.add(machine, "acme", kind=kind, base_url="https://acme.example/v1")
    assert not (machine.catalog / "providers.toml").exists()


def test_add_switches_a_shipped_one_on(machine: Settings) -> None:
    assert command.add(machine, "hyperbolic", kind="openai").action == "enabled"
    text = (machine.catalog / "providers.toml").read_text()
    assert tomllib.loads(text) == {"providers": {"hyperbolic": {"enabled": True}}}
    assert command.add(machine, "hyperbolic", kind="openai").action == "unchanged"
    assert command.add(machine, "groq", kind="openai").action == "unchanged"


def test_add_puts_a_shipped_one_elsewhere(machine: Settings) -> None:
    command.add(machine, "moonshot", kind="openai", base_url="https://api.moonshot.cn/v1")
    text = (machine.catalog / "providers.toml").read_text()
    assert tomllib.loads(text)["providers"]["moonshot"] == {
        "enabled": True,
        "base_url": "https://api.moonshot.cn/v1",
    }
    assert tomllib.loads(config(machine))["trust"] == {"moonshot": "https://api.moonshot.cn:443"}


def test_a_config_toml_that_is_a_link_stays_one(machine: Settings, tmp_path: Path) -> None:
    dotfile = tmp_path / "dots" / "modelcat.toml"
    dotfile.parent.mkdir()
    dotfile.write_text("# dots\n")
    machine.config_file.parent.mkdir(parents=True)
    machine.config_file.symlink_to(dotfile)
    command.add(machine, "acme", kind="openai", base_url="https://acme.example", api_key_env="ACME_KEY")
    assert machine.config_file.is_symlink()
    assert "acme" in dotfile.read_text()


def test_what_is_added_is_committed(machine: Settings) -> None:
    command.add(machine, "acme", kind="openai", base_url="https://acme.example")
    command.remove(machine, "acme")
    log = subprocess.run(
        ["git", "log", "--format=%s", "--", "providers.toml"],
        cwd=machine.catalog,
        capture_output=True,
        text=True,
        check=True,
    )
    assert log.stdout.split("\n")[:2] == ["providers: acme removed", "providers: acme added"]


# --- remove


def test_remove_of_an_own_one_takes_its_table_and_nothing_else(machine: Settings) -> None:
    keep = '# mine\n[providers.groq]\nname = "G"  # !\n\n'
    path = own(machine, keep)
    command.add(machine, "acme", kind="openai", base_url="https://acme.example", api_key_env="ACME_KEY")
    found = command.remove(settings.load(machine.home), "acme")
    assert (found.action, found.standing) == ("removed", None)
    assert tomllib.loads(path.read_text()) == {"providers": {"groq": {"name": "G"}}}
    assert path.read_text().startswith(keep.rstrip())
    assert tomllib.loads(config(machine)).get("trust", {}) == {}
    with pytest.raises(RegistryError, match="no provider is called 'acme'"):
        command.show(machine, "acme")


def test_remove_takes_the_tables_below_too(machine: Settings) -> None:
    path = own(
        machine,
        '[providers.acme]\nbase_url = "https://a.example"\n[providers.acme.tools.aichat]\nname = "a"\n'
        '[providers.zed]\nbase_url = "https://z.example"\n',
    )
    command.remove(machine, "acme")
    assert tomllib.loads(path.read_text()) == {"providers": {"zed": {"base_url": "https://z.example"}}}


def test_remove_of_a_shipped_one_switches_it_off(
    machine: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = own(machine, '[providers.groq]\nname = "G"  # mine\n')
    found = command.remove(machine, "groq")
    assert found.action == "disabled"
    assert tomllib.loads(path.read_text()) == {"providers": {"groq": {"name": "G", "enabled": False}}}
    assert 'name = "G"  # mine' in path.read_text()
    again = command.remove(machine, "groq")
    assert again.action == "unchanged"
    words.show_edit(again, Screen())
    assert capsys.readouterr() == ("groq is off; `modelcat providers add groq` switches it on\n", "")
    assert command.add(machine, "groq", kind="openai").action == "enabled"
    assert command.show(machine, "groq").standing.provider.enabled


def test_remove_of_nobody(machine: Settings) -> None:
    with pytest.raises(RegistryError, match="did you mean groq"):
        command.remove(machine, "grok")
    assert not (machine.catalog / "providers.toml").exists()


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("added", "acme added to"),
        ("enabled", "acme switched on in"),
        ("removed", "acme removed from"),
        ("disabled", "acme switched off in"),
        ("trusted", "this machine now sends it its key"),
        ("unchanged", "nothing to change"),
    ],
)
def test_edits_in_words(
    machine: Settings, action: Any, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = command.EditResult("acme", action, machine.catalog / "providers.toml", None)
    words.show_edit(result, Screen())
    assert expected in capsys.readouterr().out
    assert result.as_json()["action"] == action
    assert result.exit_code == ExitCode.OK


# --- test


def with_shops(machine: Settings, simulator: Simulator) -> Settings:
    own(machine, simulator.registry_text())
    return settings.load(machine.home)


def test_test_asks_and_stores_nothing(
    machine: Settings,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good = simulator.open("openrouter", "good", count=30)
    keyed = simulator.open("openrouter", "keyed", count=3, key=SECRET)
    simulator.open("openrouter", "bad", always="404")
    monkeypatch.setenv("KEYED_API_KEY", SECRET)
    machine = with_shops(machine, simulator)
    before = sorted(path for path in machine.home.rglob("*"))
    found = command.test(machine, ("good,keyed", "bad"))
    by_name = {one.standing.provider.id: one for one in found.tried}
    assert (by_name["good"].outcome, by_name["good"].models) == ("fetched", len(good.ids))
    assert (by_name["keyed"].outcome, by_name["keyed"].models) == ("fetched", len(keyed.ids))
    assert by_name["bad"].outcome == "failed"
    assert "404" in (by_name["bad"].reason or "")
    assert found.exit_code == ExitCode.NO
    assert sorted(path for path in machine.home.rglob("*")) == before
    assert SECRET in simulator.asked(keyed)[-1].headers["authorization"]
    assert all("authorization" not in asked.headers for asked in simulator.asked(good))
    words.show_test(found, Screen())
    told = capsys.readouterr()
    assert told.out.splitlines()[1].startswith("bad")
    assert "bad: " not in told.out, "the row says already whose reason it is"
    assert "2 answered with 33 models, 1 failed, 0 skipped" in told.err
    assert SECRET not in told.out + told.err + json.dumps(found.as_json())


def test_test_skips_what_needs_a_key(machine: Settings, simulator: Simulator) -> None:
    simulator.open("openrouter", "keyed", count=3, key=SECRET)
    found = command.test(with_shops(machine, simulator), ("keyed",))
    assert found.tried[0].outcome == "skipped"
    assert "KEYED_API_KEY" in (found.tried[0].reason or "")
    assert found.exit_code == ExitCode.OK
    assert simulator.log == []


def test_test_says_who_has_no_list(machine: Settings) -> None:
    found = command.test(machine, ("jina", "vertex"))
    assert [one.outcome for one in found.tried] == ["no list", "no list"]
    assert found.exit_code == ExitCode.OK


def test_test_of_nobody(machine: Settings) -> None:
    with pytest.raises(RegistryError, match="did you mean groq"):
        command.test(machine, ("grok",))


def test_test_without_names_asks_what_a_sync_would(machine: Settings, simulator: Simulator) -> None:
    simulator.open("openrouter", "good", count=2)
    machine = with_shops(machine, simulator)
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in ("catwalk", "litellm", "models-dev"))
    own(machine, simulator.registry_text() + off)
    (machine.catalog / "modelcat.toml").write_text('include_providers = ["good"]\n')
    found = command.test(machine, ())
    assert [one.standing.provider.id for one in found.tried] == ["good"]


def tried(*outcomes: Any) -> tuple[Tried, ...]:
    standing = Standing(
        Provider("a", "a", "openai", "https://a.example"),
        None,
        (),
        selected=True,
        changed=False,
        trusted=True,
        memory=state.ProviderState(),
    )
    return tuple(Tried(standing, outcome) for outcome in outcomes)


@pytest.mark.parametrize(
    ("outcomes", "named", "code"),
    [
        (("fetched", "failed"), True, ExitCode.NO),
        (("fetched", "failed"), False, ExitCode.OK),
        (("failed", "skipped"), False, ExitCode.NO),
        (("skipped",), True, ExitCode.OK),
        ((), False, ExitCode.OK),
    ],
)
def test_exit_code_of_test(outcomes: tuple[str, ...], named: bool, code: ExitCode) -> None:
    assert command.TryResult(tried(*outcomes), named).exit_code == code


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(machine: Settings) -> None:
    path = own(machine, "# mine\n")
    path.parent.chmod(0o500)
    try:
        with pytest.raises((StorageError, PermissionError)):
            command.add(machine, "acme", kind="openai", base_url="https://acme.example")
    finally:
        path.parent.chmod(0o700)
    assert path.read_text() == "# mine\n"
