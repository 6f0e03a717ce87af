"""`modelcat doctor`: what it finds on machines made for it; it changes nothing and shows no key."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from modelcat import settings as machine
from modelcat import state
from modelcat.commands import doctor, init
from modelcat.errors import ExitCode
from modelcat.output import Screen
from modelcat.output import doctor as words
from modelcat.repo.private import BackupFile, PrivateRepo

if TYPE_CHECKING:
    from pathlib import Path

KEY = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"
CODEX = '[model_providers.a]\nname = "A"\nbase_url = "https://a.example/v1"\nenv_key = "A_KEY"\n'
MODS = (
    "default-model: a\nmax-input-chars: 9\nmax-retries: 1\nword-wrap: 80\n"
    "apis:\n  one:\n    base-url: https://one.example/v1\n    api-key-env: ONE_KEY\n    models: {a: }\n"
)


def look() -> doctor.DoctorResult:
    return doctor.run(machine.load())


def said(result: doctor.DoctorResult, area: str | None = None) -> str:
    return "\n".join(f"{one.what} -> {one.do}" for one in result.problems if area in (None, one.area))


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture
def codex(home: Path) -> Path:
    return home / ".codex" / "config.toml"


@pytest.fixture
def mods(home: Path) -> Path:
    return home / ".config" / "mods" / "mods.yml"


def program(folder: Path, name: str, prints: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write(folder / name, f"#!/bin/sh\n{prints}\n", 0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return path


class TestNothingThere:
    def test_an_empty_machine_is_sound_and_stays_empty(self, home: Path) -> None:
        before = sorted(home.rglob("*"))
        result = look()
        assert result.exit_code is ExitCode.OK
        assert result.next_step == "modelcat sync"
        assert [tool.name for tool in result.tools] == ["aichat", "codex", "mods"]
        assert not any(tool.has_config or tool.program for tool in result.tools)
        assert sorted(home.rglob("*")) == before
        assert not machine.load().home.exists()


class TestTools:
    def test_versions_are_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = program(tmp_path / "bin", "codex", "echo codex-cli 0.140.1", monkeypatch)
        result = look()
        found = next(tool for tool in result.tools if tool.name == "codex")
        assert (found.program, found.version) == (str(path), "0.140.1")
        assert "codex" not in said(result)

    def test_a_codex_too_old_for_profiles(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program(tmp_path / "bin", "codex", "echo codex-cli 0.99.0", monkeypatch)
        result = look()
        assert "Codex 0.99.0 does not read profile files" in said(result, "tool")
        assert result.exit_code is ExitCode.NO

    @pytest.mark.parametrize("prints", ["exit 1", "echo hello", "printf '\\377\\376'", "kill -9 $$"])
    def test_a_program_that_says_nothing_useful(
        self, prints: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path / "bin", "mods", prints, monkeypatch)
        result = look()
        assert "does not say its version" in said(result, "tool")
        assert result.exit_code is ExitCode.OK

    def test_programs_do_not_get_the_keys(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = tmp_path / "seen"
        program(tmp_path / "bin", "mods", f"env > {seen}; echo 1.8.1", monkeypatch)
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        look()
        assert "PATH=" in seen.read_text()
        assert KEY not in seen.read_text()


class TestConfigs:
    def test_what_validate_finds_is_counted_and_the_first_told(self, codex: Path) -> None:
        write(codex, 'profile = "x"\nmodel = 3\n[profiles.x]\nmodel = "y"\n')
        result = look()
        found = next(tool for tool in result.tools if tool.name == "codex")
        assert (found.errors, found.warnings) == (2, 1)
        assert f"{codex}:1: profile =" in said(result, "config")
        assert "and 1 more" in said(result, "config")
        assert result.next_step == f"modelcat validate {codex}"
        assert result.exit_code is ExitCode.NO

    def test_a_path_with_spaces_can_be_copied_with_its_command(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CODEX_HOME", str(home / "my codex"))
        path = write(home / "my codex" / "config.toml", 'profile = "x"\n')
        assert look().next_step == f"modelcat validate '{path}'"

    def test_a_config_that_cannot_be_read(self, mods: Path) -> None:
        mods.mkdir(parents=True)
        assert "this is a folder" in said(look(), "config")

    def test_a_broken_modelcat_toml_hides_nothing_else(self, codex: Path) -> None:
        write(machine.load().catalog / "modelcat.toml", "= 1\n")
        write(codex, "model = 3\n")
        problems = said(look(), "config")
        assert "modelcat.toml:1" in problems
        assert "model should be text" in problems

    def test_a_broken_registry_hides_nothing_else(self, codex: Path) -> None:
        write(machine.load().catalog / "providers.toml", "= 1\n")
        write(codex, "model = 3\n")
        result = look()
        assert "providers.toml:1" in said(result)
        assert "model should be text" in said(result)


class TestKeys:
    def test_the_names_of_set_keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        result = look()
        assert doctor.KeySet("groq", "GROQ_API_KEY") in result.keys
        assert "openai" not in {key.provider for key in result.keys}

    @pytest.mark.parametrize("value", ["two words", "https://api.groq.com", " \t"])
    def test_a_variable_set_to_something_that_is_no_key(
        self, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GROQ_API_KEY", value)
        result = look()
        assert "GROQ_API_KEY is set, but to something that no key can be" in said(result, "key")
        assert value not in json.dumps(result.as_json())

    def test_a_shared_registry_that_sends_a_key_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        text = '[providers.mine]\nbase_url = "https://mine.example/v1"\napi_key_env = ["GROQ_API_KEY"]\n'
        write(machine.load().catalog / "providers.toml", text)
        found = look()
        assert "mine: providers.toml sends GROQ_API_KEY to https://mine.example/v1" in said(found, "key")
        # A line that can be copied: it writes what [trust] needs.
        (problem,) = (one for one in found.problems if one.area == "key")
        assert problem.do == "if that is right: modelcat providers add mine"


class TestLeaks:
    def test_a_key_in_a_file_and_who_may_read_it(self, home: Path) -> None:
        path = write(
            home / ".config" / "aichat" / "config.yaml",
            f"clients:\n- type: openai\n  api_key: {KEY}\n",
            0o644,
        )
        problems = said(look(), "leak")
        assert f"{path}: 1 key stands in the file in clear" in problems
        assert f"{path}: others on this machine may read it (0644)" in problems
        path.chmod(0o600)
        assert "others on this machine" not in said(look(), "leak")

    def test_mods_sends_the_openai_key_elsewhere_while_a_variable_is_unset(
        self, mods: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(mods, MODS)
        assert said(look(), "leak") == ""
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        problems = said(look(), "leak")
        assert "ONE_KEY is not set, so mods would send OPENAI_API_KEY to one.example (one)" in problems
        monkeypatch.setenv("ONE_KEY", "x")
        assert said(look(), "leak") == ""

    def test_codex_sends_the_openai_login_elsewhere(self, codex: Path) -> None:
        write(codex, CODEX.replace("A_KEY", "OPENAI_API_KEY"))
        assert "a sends your OpenAI credentials to a.example" in said(look(), "leak")

    def test_a_managed_folder_open_to_others(self) -> None:
        settings = machine.load()
        init.run(settings)
        assert said(look(), "leak") == ""
        settings.home.chmod(0o755)
        assert f"{settings.home}: others on this machine may look into it" in said(look(), "leak")

    def test_a_private_repository_with_a_remote(self, codex: Path) -> None:
        settings = machine.load()
        private = PrivateRepo.open(settings.private)
        private.backup(
            [BackupFile("codex", None, str(codex), False, b"", None, None)], "2026-11-24T14-30-00Z", "x"
        )
        assert said(look(), "leak") == ""
        subprocess.run(
            ["git", "--git-dir", str(settings.private), "remote", "add", "origin", "https://git.example/x"],
            check=True,
        )
        assert "has a remote (origin)" in said(look(), "leak")

    def test_no_key_is_ever_shown(
        self, home: Path, codex: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GROQ_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_API_KEY", f"{KEY} {KEY}")
        write(codex, f'profile = "{KEY}"\n')
        write(
            home / ".config" / "aichat" / "config.yaml",
            f"model: {KEY}:x\nclients: [{{type: openai, api_key: {KEY}}}]\n",
        )
        result = look()
        words.show(result, Screen(verbose=2))
        shown = capsys.readouterr().out + json.dumps(result.as_json())
        assert "GROQ_API_KEY" in shown
        assert KEY[4:] not in shown


class TestStale:
    def _synced(self, days: int, **providers: state.ProviderState) -> None:
        when = datetime.now(UTC) - timedelta(days=days)
        text = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        state.save(machine.load().extra, state.State(providers=providers, last_sync=text))

    def test_a_fresh_sync(self) -> None:
        self._synced(1)
        result = look()
        assert said(result) == ""
        assert result.next_step is None

    def test_an_old_sync(self) -> None:
        self._synced(30)
        result = look()
        assert "the last sync is 30 days old -> modelcat sync" in said(result, "catalog")
        assert result.exit_code is ExitCode.OK
        assert result.next_step == "modelcat sync"

    def test_providers_that_failed(self) -> None:
        self._synced(1, groq=state.ProviderState(outcome="failed", reason="no answer"))
        assert "1 provider could not be asked the last time: groq" in said(look(), "catalog")

    def test_with_a_tool_the_next_step_is_to_look_at_the_plan(self, codex: Path) -> None:
        self._synced(1)
        write(codex, CODEX)
        assert look().next_step == "modelcat diff"


class TestRepositories:
    def test_sound_ones(self) -> None:
        init.run(machine.load())
        assert said(look(), "repository") == ""

    def test_a_broken_one(self) -> None:
        settings = machine.load()
        init.run(settings)
        for path in (settings.catalog / ".git" / "objects").rglob("*"):
            if path.is_file():
                path.chmod(0o600)
                path.write_bytes(b"rubbish")
        result = look()
        assert f"move {settings.catalog / '.git'} away" in said(result, "repository")
        assert result.exit_code is ExitCode.NO

    def test_a_run_that_was_killed(self) -> None:
        settings = machine.load()
        init.run(settings)
        write(settings.home / "journal.json", "{}")
        assert "a run was killed" in said(look(), "repository")
        assert look().next_step == "modelcat apply"


def test_the_words_on_the_screen(codex: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(codex, "model = 3\n")
    words.show(look(), Screen())
    out = capsys.readouterr().out
    assert f"codex   not installed, {codex}: 1 error" in out
    assert "keys    none set" in out
    assert "wrong in your configs:\n  ! " in out
    assert out.endswith(f"1 problem to see to\nnext: modelcat validate {codex}\n")


def test_the_shape_of_json(codex: Path) -> None:
    write(codex, "model = 3\n")
    data = json.loads(json.dumps(look().as_json()))
    assert set(data) == {"home", "tools", "keys", "last_sync", "problems", "next"}
    assert data["tools"][1] == {
        "name": "codex",
        "program": None,
        "version": None,
        "config": str(codex),
        "has_config": True,
        "wanted": True,
        "errors": 1,
        "warnings": 0,
    }
    assert set(data["problems"][0]) == {"area", "what", "do", "grave"}
