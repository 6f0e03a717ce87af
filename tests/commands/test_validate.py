"""`modelcat validate`: the command line, the three outputs, --fix on real files, and what no input can do."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelcat import registry, settings
from modelcat.checkup import ASKED, Shipped, Surroundings, surroundings
from modelcat.commands import validate
from modelcat.errors import ExitCode, SettingsError
from modelcat.repo.private import PrivateRepo
from modelcat.rules import urls_of

if TYPE_CHECKING:
    from collections.abc import Callable

CHAT = (
    '[model_providers.groq]\nname = "Groq"\nbase_url = "https://api.groq.com/openai/v1"\nwire_api = "chat"\n'
)
MENDED = CHAT.replace('"chat"', '"responses"')
KEY = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"


@pytest.fixture
def codex(home: Path) -> Path:
    """The person's own config.toml, not there yet."""
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    return path


def run(*words: str) -> int:
    return validate.main(list(words), "modelcat-validate")


class TestCommandLine:
    def test_a_sound_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "mods.yml"
        path.write_text(
            "default-model: a\nmax-input-chars: 9\nmax-retries: 1\nword-wrap: 80\n"
            "apis: {ollama: {models: {a: }}}\n"
        )
        assert run(str(path)) == 0
        out = capsys.readouterr()
        assert out.out == ""
        assert "1 file checked: nothing wrong" in out.err

    def test_errors_end_in_1_and_are_shown_as_a_compiler_would(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text("# mine\n" + CHAT)
        assert run(str(codex)) == 1
        out = capsys.readouterr()
        lines = out.out.splitlines()
        assert lines[0].startswith(f"{codex}:5:12: error [codex/wire-api-chat] ")
        assert lines[1] == '  5 | wire_api = "chat"'
        assert lines[2] == "    |            ^"
        assert "--fix" in lines[3]
        assert "1 file checked: 1 error" in out.err

    def test_warnings_count_only_under_strict(self, codex: Path) -> None:
        codex.write_text('[profiles.x]\nmodel = "y"\n')
        assert run(str(codex)) == 0
        assert run(str(codex), "--strict") == 1

    def test_no_file_means_ones_own(
        self, codex: Path, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text(CHAT)
        (codex.parent / "fast.config.toml").write_text('model_provider = "nowhere"\n')
        mods = home / ".config" / "mods" / "mods.yml"
        mods.parent.mkdir(parents=True)
        mods.write_text("apis: 3\n")
        assert run() == 1
        out = capsys.readouterr().out
        assert f"{codex}:4:12: error [codex/wire-api-chat]" in out
        assert "fast.config.toml:1:18: error [codex/unknown-provider]" in out
        assert f"{mods}:1:7: error [schema/type]" in out
        assert run("--tool", "mods") == 1
        assert "codex" not in capsys.readouterr().out

    def test_nothing_at_all_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run() == 3
        assert "no config of aichat, Codex or mods was found" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "words", [["--tool"], ["--tool", "emacs"], ["--format", "xml"], ["--nonsense"], ["-x"]]
    )
    def test_words_that_mean_nothing_end_in_2(
        self, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(*words) == 2
        assert "--help" in capsys.readouterr().err

    def test_help_and_rules(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("--help") == 0
        text = capsys.readouterr().out
        for word in ("--tool", "--format", "--fix", "--strict", "--list-rules", "--home", "Exit code"):
            assert word in text
        assert run("--list-rules") == 0
        assert "codex/wire-api-chat  error" in capsys.readouterr().out

    def test_rules_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("--list-rules", "--json") == 0
        rows = {row["rule"]: row for row in json.loads(capsys.readouterr().out)["rules"]}
        assert rows["codex/wire-api-chat"]["severity"] == "error"
        assert all(row["what"] and row["mend"] for row in rows.values())

    def test_standard_input(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHAT.encode())))
        assert run("-", "--tool", "codex") == 1
        assert capsys.readouterr().out.startswith("-:4:12: error")

    def test_after_two_dashes_everything_is_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("--strict").write_text("a: 1\n")
        assert run("--", "--strict") == 0

    def test_the_same_file_twice_is_checked_once(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text(CHAT)
        run(str(codex), str(codex))
        assert capsys.readouterr().out.count("codex/wire-api-chat") == 1


class TestFormats:
    def test_json(self, codex: Path, capsys: pytest.CaptureFixture[str]) -> None:
        codex.write_text(CHAT)
        assert run("--format=json", str(codex), str(codex.parent / "none.toml")) == 3
        out = capsys.readouterr()
        said = json.loads(out.out)
        assert out.err == ""
        assert said["errors"] == 1
        assert said["warnings"] == 0
        assert said["fixed"] == {}
        first, second = said["files"]
        assert first["findings"][0] == {
            "rule": "codex/wire-api-chat",
            "severity": "error",
            "path": str(codex),
            "line": 4,
            "column": 12,
            "pointer": "model_providers.groq.wire_api",
            "message": 'groq has wire_api = "chat", which Codex no longer supports',
            "hint": 'Groq serves the Responses API: wire_api = "responses" works.',
            "fixable": True,
        }
        assert second["findings"] == []
        assert "No such file" in second["unread"]

    def test_github(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "a,b:c%.toml"
        path.write_text(CHAT)
        assert run("--format", "github", "--tool", "codex", str(path)) == 1
        (line,) = capsys.readouterr().out.splitlines()
        name = str(path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        assert line.startswith(
            f"::error file={name},line=4,col=12,title=modelcat codex/wire-api-chat::groq has"
        )
        assert "%0AGroq serves" in line

    def test_control_characters_do_not_reach_the_terminal(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "mods.yml"
        path.write_text('apis: {"\\e[31mred\\n": 3}\n')
        assert run(str(path)) == 1
        out = capsys.readouterr()
        assert "\x1b" not in out.out + out.err
        assert "\\x1b[31mred" in out.out

    def test_a_long_line_is_cut_around_the_place(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "mods.yml"
        path.write_text("apis: {" + ", ".join(f"name{n}: {{}}" for n in range(60)) + ", here: 3}\n")
        assert run(str(path)) == 1
        lines = capsys.readouterr().out.splitlines()
        at = next(n for n, line in enumerate(lines) if "schema/type" in line)
        assert len(lines[at + 1]) < 120
        assert lines[at + 1][lines[at + 2].index("^") :].startswith("3}")

    @pytest.mark.parametrize("form", validate.FORMATS)
    def test_no_secret_is_shown(self, form: str, codex: Path, capsys: pytest.CaptureFixture[str]) -> None:
        codex.write_text(f'model = 3\n[model_providers.a]\nname = "A"\nbase_url = 3\nenv_key = "{KEY}"\n')
        assert run("--format", form, str(codex)) == 1
        out = capsys.readouterr()
        assert "secret/in-clear" in out.out
        assert KEY[4:] not in out.out + out.err

    def test_colour_only_where_asked(self, codex: Path) -> None:
        from modelcat.output.findings import text

        codex.write_text(CHAT)
        finding = Surroundings(settings.load()).check(str(codex), None).findings[0]
        assert "\x1b[31merror\x1b[0m" in text(finding, colour=True)
        assert "\x1b" not in text(finding)


class TestCatalog:
    def test_without_a_sync_the_embedded_facts_are_used_and_that_is_said(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text('model_provider = "groq"\nmodel = "no-such-model"\n' + MENDED)
        assert run(str(codex)) == 0
        out = capsys.readouterr()
        assert "info [catalog/model-unknown]" in out.out
        assert "models of groq were checked against the embedded snapshot of 20" in out.err
        assert run(str(codex), "--quiet") == 0
        assert capsys.readouterr().err == ""

    def test_with_a_synced_listing_a_model_that_is_gone_is_an_error(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from modelcat.catalog import Model, listing, listing_path, listing_text

        stored = settings.load().catalog / listing_path("groq")
        stored.parent.mkdir(parents=True)
        stored.write_text(listing_text(listing("groq", [Model("no-such-model-2")], "fetched")))
        codex.write_text('model_provider = "groq"\nmodel = "no-such-model"\n' + MENDED)
        assert run(str(codex), "--json") == 1
        said = json.loads(capsys.readouterr().out)
        assert said["catalog"] == {"synced": ["groq"], "embedded": [], "as_of": None}
        (finding,) = said["files"][0]["findings"]
        assert finding["rule"] == "catalog/model-gone"
        assert finding["hint"] == "Nearest still offered: no-such-model-2."

    def test_a_listing_that_cannot_be_read_is_as_good_as_none(self, codex: Path) -> None:
        from modelcat.catalog import listing_path

        stored = settings.load().catalog / listing_path("groq")
        stored.parent.mkdir(parents=True)
        stored.write_text("{")
        codex.write_text('model_provider = "groq"\nmodel = "no-such-model"\n' + MENDED)
        assert run(str(codex)) == 0

    def test_the_plain_reading_of_the_registry_is_the_strict_one(self) -> None:
        text = settings.data_file("providers.toml").read_text(encoding="utf-8")
        strict, plain = registry.load(text).providers, Shipped(text)
        assert set(plain) == set(strict)
        assert len(plain) == len(strict)
        assert sorted(plain.urls()) == sorted(urls_of(strict))
        for ident, provider in strict.items():
            for name in ASKED:
                assert getattr(plain[ident], name) == getattr(provider, name), (ident, name)

    def test_ones_own_providers_are_known(self) -> None:
        own = settings.load().catalog / "providers.toml"
        own.parent.mkdir(parents=True)
        own.write_text(
            '[providers.mine]\nbase_url = "https://mine.example/v1"\nserves_responses_api = true\n'
        )
        assert "mine" in Surroundings(settings.load()).providers


class TestIgnoring:
    def test_modelcat_toml_of_the_managed_folder(self, codex: Path) -> None:
        codex.write_text(CHAT)
        own = settings.load().catalog / "modelcat.toml"
        own.parent.mkdir(parents=True)
        own.write_text('[validate]\nignore = ["codex/*"]\n')
        assert run(str(codex)) == 0

    def test_modelcat_toml_of_this_folder_goes_before(
        self, codex: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        codex.write_text(CHAT)
        own = settings.load().catalog / "modelcat.toml"
        own.parent.mkdir(parents=True)
        own.write_text('[validate]\nignore = ["codex/*"]\n')
        (tmp_path / "modelcat.toml").write_text('[validate]\nignore = ["mods/*"]\n')
        monkeypatch.chdir(tmp_path)
        assert run(str(codex)) == 1

    def test_a_rule_that_does_not_exist(self, tmp_path: Path) -> None:
        (tmp_path / "modelcat.toml").write_text('[validate]\nignore = ["codex/wire"]\n')
        with pytest.raises(
            SettingsError, match=r"modelcat\.toml: validate\.ignore: there is no rule 'codex/wire'"
        ):
            surroundings(settings.load(), here=tmp_path)

    def test_a_broken_modelcat_toml_ends_in_3(
        self, codex: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text(CHAT)
        (tmp_path / "modelcat.toml").write_text("[validate\n")
        monkeypatch.chdir(tmp_path)
        assert run(str(codex)) == 3
        assert "modelcat.toml:1" in capsys.readouterr().err


class TestFix:
    def test_ones_own_config_is_mended_after_a_backup(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text(CHAT)
        codex.chmod(0o640)
        assert run(str(codex), "--fix") == 0
        assert codex.read_text() == MENDED
        assert stat.S_IMODE(codex.stat().st_mode) == 0o640
        said = capsys.readouterr().err
        assert "fixed 1 finding" in said
        (tag,) = PrivateRepo(settings.load().private).tags()
        assert tag.name in said
        manifest = PrivateRepo(settings.load().private).manifest(tag.name)
        index = next(n for n, kept in enumerate(manifest.files) if kept.path == str(codex))
        assert PrivateRepo(settings.load().private).content(tag.name, index).decode() == CHAT

    def test_any_other_file_is_mended_without_one(self, tmp_path: Path) -> None:
        path = tmp_path / "codex" / "config.toml"
        path.parent.mkdir()
        path.write_bytes(CHAT.replace("\n", "\r\n").encode())
        assert run(str(path), "--fix") == 0
        assert path.read_bytes() == MENDED.replace("\n", "\r\n").encode()
        assert not settings.load().home.exists()
        assert [item.name for item in path.parent.iterdir()] == ["config.toml"]

    def test_a_symlink_stays_one(self, codex: Path, tmp_path: Path) -> None:
        real = tmp_path / "dotfiles.toml"
        real.write_text(CHAT)
        codex.symlink_to(real)
        assert run("--fix") == 0
        assert codex.is_symlink()
        assert real.read_text() == MENDED

    def test_what_cannot_be_mended_is_still_told(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text('profile = "x"\n' + CHAT)
        assert run("--fix") == 1
        out = capsys.readouterr()
        assert "codex/legacy-profile" in out.out
        assert "codex/wire-api-chat" not in out.out
        assert codex.read_text() == 'profile = "x"\n' + MENDED

    def test_nothing_to_mend_touches_nothing(self, codex: Path) -> None:
        codex.write_text('model = "x"\n')
        os.utime(codex, ns=(1, 1))
        assert run("--fix") == 0
        assert codex.stat().st_mtime_ns == 1
        assert not settings.load().home.exists()

    def test_a_file_that_cannot_be_written_stays(
        self, codex: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        codex.write_text(CHAT)
        codex.parent.chmod(0o500)
        try:
            assert run("--fix") == 3
        finally:
            codex.parent.chmod(0o700)
        assert codex.read_text() == CHAT
        assert "error:" in capsys.readouterr().err

    def test_standard_input_cannot_be_mended(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHAT.encode())))
        assert run("-", "--tool", "codex", "--fix") == 3
        assert "standard input cannot be fixed" in capsys.readouterr().err


class TestWhatIsNoFile:
    """One line and exit 3, at once; the other files are still checked."""

    def _said(self, path: Path | str, capsys: pytest.CaptureFixture[str]) -> str:
        assert run(str(path)) == ExitCode.ERROR
        out = capsys.readouterr()
        assert out.out == ""
        lines = out.err.splitlines()
        assert lines[0].startswith(f"error: {path}: ")
        return lines[0]

    def test_missing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "No such file" in self._said(tmp_path / "none.toml", capsys)

    def test_a_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "this is a folder" in self._said(tmp_path, capsys)

    def test_a_pipe(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        os.mkfifo(tmp_path / "pipe.toml")
        assert "no plain file" in self._said(tmp_path / "pipe.toml", capsys)

    @pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
    def test_a_device(self, device: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._said(device, capsys)

    def test_a_loop_of_symlinks(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.toml").symlink_to("b.toml")
        (tmp_path / "b.toml").symlink_to("a.toml")
        assert "symbolic links" in self._said(tmp_path / "a.toml", capsys)

    def test_a_name_no_file_can_have(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("a\0b") == ExitCode.ERROR
        assert "\\x00" in capsys.readouterr().err
        assert run("x" * 5000) == ExitCode.ERROR

    def test_the_other_files_are_checked(
        self, codex: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        codex.write_text(CHAT)
        assert run(str(tmp_path / "none.toml"), str(codex)) == 3
        assert "codex/wire-api-chat" in capsys.readouterr().out


# As a process of its own: what it loads, how long it may take, how much memory.

_MEASURED = """
import sys
from modelcat.commands.validate import main
code = main(sys.argv[1:], "modelcat-validate")
# Not getrusage: its peak begins with that of the process which started this one.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print("PEAK", peak // 1024, file=sys.stderr)
sys.exit(code)
"""
_LOADED = """
import sys
from modelcat.commands.validate import main
main(sys.argv[1:], "modelcat-validate")
print("LOADED", *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
HEAVY = {
    "httpx",
    "git",
    "rich",
    "typer",
    "click",
    "tomlkit",
    "deepdiff",
    "platformdirs",
    "fastjsonschema",
    "argparse",
}


def process(script: str, *words: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=timeout, check=False
    )


def test_a_hook_loads_nothing_heavy(codex: Path, home: Path) -> None:
    codex.write_text('model_provider = "groq"\nmodel = "x"\n' + CHAT)
    aichat = home / ".config" / "aichat" / "config.yaml"
    aichat.parent.mkdir(parents=True)
    aichat.write_text("clients:\n- type: openai\n  models: [{name: gpt-5}]\n")
    done = process(_LOADED)
    loaded = set(done.stderr.split("LOADED")[1].split())
    assert "modelcat" in loaded
    assert not loaded & HEAVY


def _fill(path: Path, line: Callable[[int], str], number: int, head: str = "") -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        file.writelines(line(n) for n in range(number))


_LARGE: dict[str, tuple[Callable[[int], str], int, str]] = {
    "fifty.yaml": (lambda _: "a: b\n", 10_000_000, ""),
    "fifty.toml": (lambda n: f"k{n} = 1\n", 4_000_000, ""),
    "fifty.json": (lambda _: '"aaaaaaaa",', 4_500_000, "["),
    "one-line.yaml": (lambda _: "x" * 1000, 9_900, "a: "),
    "flow.yaml": (lambda n: f"- {{type: openai, name: n{n}, models: [{{name: m}}]}}\n", 29_000, "clients:\n"),
    "block.yml": (lambda n: f"      m{n}:\n        aliases: [a]\n", 36_000, "apis:\n  x:\n    models:\n"),
    "tables.toml": (lambda n: f'[model_providers.p{n}]\nname = "N"\nwire_api = "chat"\n', 29_000, ""),
    "models.json": (lambda n: f'{{"slug":"m{n}","display_name":3}},', 70_000, '{"models":['),
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak")
@pytest.mark.parametrize("name", _LARGE)
def test_large_files_end_within_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    line, number, head = _LARGE[name]
    _fill(path, line, number, head)
    tool = {".toml": "codex", ".json": "codex", ".yml": "mods"}.get(path.suffix, "aichat")
    done = process(_MEASURED, str(path), "--tool", tool)
    assert done.returncode in {0, 1}
    assert int(done.stderr.split("PEAK")[1]) < 200


@pytest.mark.slow
def test_the_console_script_and_the_module_are_the_command(codex: Path) -> None:
    codex.write_text(CHAT)
    script = Path(sys.executable).with_name("modelcat-validate")
    for words in ([str(script)], [sys.executable, "-m", "modelcat", "validate"]):
        done = subprocess.run([*words, str(codex)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert "codex/wire-api-chat" in done.stdout
