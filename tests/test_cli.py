"""The command line as people meet it: every command and alias as a real process, its words and exit codes.

What a command does is tested with the command; here it is what is common to all: help, --json, options
anywhere on the line, usage errors, pipes, ^C, completion.
"""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from modelcat import cli, settings
from modelcat.cli.frame import app
from modelcat.cli.looks import SECTIONS
from modelcat.commands import validate
from tests.simulator import Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

KEY = "sk-test-0123456789abcdefghijklmnop"
# Of no variable, but of a shape that is known. In two pieces, for those who look for keys in sources.
OTHER_KEY = "gsk_" + "q7Wm8Xz1Tn6Bv3Ld9Rp7Hc5Jg0Qe2Kf4"
cli.load()
SCRIPT = Path(sys.executable).with_name("modelcat")
ALIASES = {
    "fetch": "sync",
    "update-configs": "apply",
    "backup-configs": "backup",
    "restore-configs": "restore",
    "generate-configs": "generate",
    "merge-configs": "merge",
}
PARTS = ("list", "show", "add", "remove", "test")
COMMANDS = [
    *(name for names in SECTIONS.values() for name in names if name != "providers"),
    *ALIASES,
    *(f"providers {part}" for part in PARTS),
]


class Ended(NamedTuple):
    """What came of a process."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


def run(*words: str, code: int | None = 0, stdin: str = "", **env: str) -> Ended:
    """One run of the console script; it must end with `code`, and never with a traceback."""
    done = subprocess.run(
        [SCRIPT, *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **env},
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert code is None or done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return Ended(done.returncode, done.stdout, done.stderr)


def help_of(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run([*words.split(), "--help"]) == 0
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A managed folder after `sync --offline`; not to be changed."""
    folder = tmp_path_factory.mktemp("stocked") / "managed"
    env = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "MODELCAT_HOME": str(folder)}
    subprocess.run([SCRIPT, "sync", "--offline"], env=env, check=True, capture_output=True)
    return folder


@pytest.fixture
def stocked(catalog: Path, tmp_path: Path) -> Path:
    """The same, to be changed: the managed folder of this test."""
    shutil.copytree(catalog, tmp_path / "managed", symlinks=True)
    return tmp_path / "managed"


@pytest.fixture
def aichat(home: Path) -> Path:
    """A person's aichat config, and a key that makes a provider ready."""
    config = home / ".config" / "aichat" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("model: openai:gpt-5\nclients:\n- type: openai\n")
    return config


# Help


@pytest.mark.parametrize("words", ["", "providers", *COMMANDS])
def test_help_fits_and_gives_an_example(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    # validate has its own, which its file's name on the line would not reach through typer.
    text = run("validate", "--help").out if words == "validate" else help_of(words, capsys)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert re.search(rf"\n  +modelcat {ALIASES.get(words, words)}".rstrip(), text), text
    assert text.startswith(f"Usage: modelcat {words}".rstrip())


def test_every_command_that_is_shown_has_its_section() -> None:
    from typer.main import get_command

    commands = get_command(app).commands  # type: ignore[attr-defined]
    shown = {name for name, command in commands.items() if not command.hidden}
    assert shown == {name for names in SECTIONS.values() for name in names}
    assert {name for name, command in commands.items() if command.hidden} == set(ALIASES)
    assert set(commands["providers"].commands) == set(PARTS)


def test_summaries_are_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("", "providers"):
        assert "..." not in help_of(words, capsys)


def test_an_alias_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert "The older name of `modelcat sync`." in help_of("fetch", capsys)
    assert "fetch" not in help_of("", capsys)


@pytest.mark.parametrize("words", [[], ["providers"], ["--home", "x"]])
def test_a_group_alone_is_help_and_no_error(words: list[str]) -> None:
    ended = run(*words)
    assert ended.out.startswith("Usage: modelcat")
    assert ended.err == ""


def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("help", "log").out == help_of("log", capsys)


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "modelcat", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout == run("--help").out


# Machine output


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("init", {"home", "made", "tools", "keys", "next"}),
        ("sync --offline", {"providers", "models", "commit", "tag", "accounts", "embedded"}),
        ("fetch --offline", {"providers", "models", "commit", "tag", "accounts", "embedded"}),
        ("sync --offline --apply", {"sync", "apply"}),
        ("generate", {"commit", "changed", "tools"}),
        ("generate-configs", {"commit", "changed", "tools"}),
        ("diff", {"synced", "counts", "tools"}),
        ("diff HEAD", {"before", "after", "providers"}),
        ("apply", {"backup", "written", "dry_run", "counts", "tools"}),
        ("apply --dry-run", {"backup", "written", "dry_run", "counts", "tools"}),
        ("apply -n --adopt openrouter,groq", {"backup", "written", "dry_run", "counts", "tools"}),
        ("update-configs --backup", {"backup", "written", "dry_run", "counts", "tools"}),
        ("backup", {"tag", "files"}),
        ("backup-configs", {"tag", "files"}),
        ("restore --list", {"backups", "syncs"}),
        ("restore-configs --list", {"backups", "syncs"}),
        ("models claude sonnet", None),
        ("models -p openrouter,groq", None),
        ("show gpt-5", {"model", "offers", "nearest"}),
        ("log", {"name", "kind", "syncs", "events", "nearest"}),
        ("log openrouter", {"name", "kind", "syncs", "events", "nearest"}),
        ("stats", {"models", "modes", "known", "sources", "syncs", "bytes", "providers"}),
        ("status", {"last_sync", "models", "listings", "failed", "tools", "held", "backups"}),
        ("clean", {"leftovers", "configs", "backups", "everything", "freed"}),
        ("clean --configs", {"leftovers", "configs", "backups", "everything", "freed"}),
        ("clean --backups --keep 1", {"leftovers", "configs", "backups", "everything", "freed"}),
        ("version", {"modelcat", "python"}),
        ("validate", {"files", "errors", "warnings", "fixed", "backup", "catalog"}),
        ("doctor", None),
        ("providers list", {"providers"}),
        ("providers show groq", {"id", "name", "key_set", "registry"}),
        ("providers add targon", {"provider", "action", "path", "now"}),
        ("providers remove groq", {"provider", "action", "path", "now"}),
    ],
)
@pytest.mark.usefixtures("stocked", "aichat")
def test_json(words: str, keys: set[str] | None) -> None:
    ended = run(*words.split(), "--json")
    assert keys is None or keys <= set(ended.value)
    assert "\x1b" not in ended.out + ended.err


def test_json_of_merge(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / f"{name}.yaml").write_text(f"{name}: 1\n")
    files = ["--source", str(tmp_path / "theirs.yaml"), "--target", str(tmp_path / "ours.yaml")]
    for name in ("merge", "merge-configs"):
        assert run(name, *files, "--json").value["written"] == (name == "merge")
    assert (tmp_path / "ours.yaml").read_text() == "ours: 1\ntheirs: 1\n"


@pytest.mark.usefixtures("stocked")
def test_json_where_stdout_has_no_code_for_a_character(tmp_path: Path) -> None:
    (tmp_path / "managed" / "catalog" / "providers.toml").write_text(
        '[providers.umlaut]\nname = "Müller λ"\ndialect = "openai"\nbase_url = "https://a.example/v1"\n'
    )
    ended = run("providers", "show", "umlaut", "--json", PYTHONIOENCODING="ascii")
    assert ended.value["name"] == "Müller λ"
    assert ended.out.isascii()
    assert "Müller λ" in run("providers", "show", "umlaut", "--json").out
    assert "M\\xfcller" in run("providers", "show", "umlaut", PYTHONIOENCODING="ascii").out


@pytest.mark.usefixtures("stocked")
def test_tokens_as_people_say_them() -> None:
    for said, count in (("200000", 200_000), ("200k", 200_000), ("1.5M", 1_500_000), ("0", 0)):
        found = run("models", "--min-context", said, "--json").value
        assert found == run("models", "--min-context", str(count), "--json").value
        assert min(row.get("context_window", 0) for row in found) >= count


# Options anywhere on the line


@pytest.mark.parametrize(
    "words",
    [
        ["--home", "{}", "status", "--json"],
        ["--json", "status", "--home", "{}"],
        ["--json", "--home={}", "status"],
        ["status", "--json", "--home", "{}"],
        ["-v", "--home", "nowhere", "status", "--json", "--home", "{}"],
    ],
)
def test_the_folder_and_json_stand_anywhere(words: list[str], catalog: Path) -> None:
    ended = run(*(word.format(catalog) for word in words), MODELCAT_HOME="/nonexistent/managed")
    assert ended.value["models"] > 1000


def test_options_between_providers_and_its_command(catalog: Path) -> None:
    words = ("providers", "--home", str(catalog), "--json", "show", "groq")
    assert run(*words, MODELCAT_HOME="/nonexistent").value["models"] > 0


def test_what_stands_before_validate_reaches_it(catalog: Path, tmp_path: Path) -> None:
    config = tmp_path / "mods.yml"
    config.write_text("default-api: nowhere\n")
    after = run("validate", "--tool", "mods", str(config), "--json", "--home", str(catalog), code=1)
    before = run("--home", str(catalog), "--json", "validate", "-t", "mods", str(config), code=1)
    assert before.value == after.value
    assert run("-v", "validate", "-h").out == run("validate", "--help").out
    assert "--nonsense" in run("-v", "validate", "--nonsense", code=2).err


def test_both_readers_of_validate_know_the_same_options() -> None:
    from typer.main import get_command

    command = get_command(app).commands["validate"]  # type: ignore[attr-defined]
    options = {opt for p in command.params if p.param_type_name == "option" for opt in p.opts}
    assert options == validate._FLAGS | set(validate._VALUES)


@pytest.mark.usefixtures("stocked")
def test_verbose_says_more() -> None:
    short, more = (run(*words).out for words in (["sync", "--offline"], ["sync", "--offline", "-v"]))
    assert set(short.splitlines()[:-1]) <= set(more.splitlines())
    assert "Python" in run("-v", "version").out.splitlines()[1]


# Usage errors


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("synk", "No such command 'synk'. Did you mean 'sync'?"),
        ("providers lst", "Did you mean 'list'?"),
        ("sync --fore", "--force"),
        ("--hom x status", "--home"),
        ("sync --timeout abc", "expected a number from 0.1 to 3600, not 'abc'"),
        ("sync --timeout nan", "expected a number from 0.1 to 3600, not 'nan'"),
        ("sync --max-concurrency 0", "expected a whole number from 1 to 512, not '0'"),
        ("sync --max-concurrency 1.5", "expected a whole number"),
        ("log -n 0", "expected a whole number of 1 or more, not '0'"),
        ("models --min-context 20x", "expected tokens, such as 200000, 200k or 1M, not '20x'"),
        ("models --max-price free", "expected a number of 0 or more, not 'free'"),
        ("models --sort size", "id, price, context, released"),
        ("generate --tool codex,vim", "no tool is called 'vim'"),
        ("clean --keep 3", "--backups"),
        ("clean --all", "--yes"),
        ("apply --prefer mine", "ours or theirs"),
        ("diff a b c", "at most two revisions"),
        ("diff --patch HEAD", "do not go with a revision"),
        ("diff --tool codex HEAD", "do not go with a revision"),
        ("diff --tool vim", "aichat, codex, mods"),
        ("restore", "restore --list"),
        ("show", "MODEL"),
        ("merge --source x", "--target"),
        ("merge --source x --target", "--target"),
        ("sync groq --all", "not both"),
        ("providers add newone", "Give --kind: openai"),
        ("providers add grok", "groq"),
        ("providers add newone --kind openai", "--base-url"),
        ("validate --nonsense", "unknown option --nonsense"),
        ("validate --tool vim", "aichat, codex, mods"),
        ("--show-completion tcsh", "expected bash, zsh, fish"),
        ("status now", "now"),
    ],
)
def test_a_wrong_call(words: str, told: str) -> None:
    ended = run(*words.split(), code=2)
    assert told in ended.err
    assert ended.out == ""


def test_a_wrong_call_makes_nothing(tmp_path: Path) -> None:
    for words in (["synk"], ["sync", "--fore"], ["providers", "add", "newone"], ["show"]):
        run(*words, code=2)
    assert not (tmp_path / "managed").exists()


# Pipes, colours, ^C


def on_a_terminal(*words: str, **env: str) -> bytes:
    """What a terminal gets to see."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [SCRIPT, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **env},
    ) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not part:
                break
            seen += part
        assert process.wait(60) == 0
    os.close(master)
    return seen


COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-9]")
LOUD = ["models", "--provider", "openrouter"]


@pytest.fixture
def looking(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCAT_HOME", str(catalog))


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("words", [LOUD, ["providers", "list"], ["show", "gpt-5"], ["status"], ["stats"]])
def test_a_pipe_gets_no_escapes_and_whole_rows(words: list[str]) -> None:
    ended = run(*words, COLUMNS="20", FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b" not in ended.out + ended.err
    assert "…" not in ended.out


@pytest.mark.usefixtures("looking")
def test_colours_on_a_terminal_unless_they_are_not_wanted() -> None:
    assert b"\x1b[" in on_a_terminal(*LOUD)
    assert not COLOUR.search(on_a_terminal(*LOUD, NO_COLOR="1"))
    assert b"\x1b" not in on_a_terminal(*LOUD, TERM="dumb")


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("words", [["models"], ["models", "--json"], ["providers", "list", "--json"]])
def test_head_may_go_away(words: list[str]) -> None:
    with subprocess.Popen([SCRIPT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        assert process.wait(60) == 0
    assert "Broken pipe" not in errors
    assert "Traceback" not in errors
    assert "Exception" not in errors


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize(
    "words", [["models"], ["--help"], ["sync", "--help"], ["validate", "--help"], ["--version"]]
)
def test_nobody_need_read_at_all(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run([SCRIPT, *words], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("looking")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a thing of Linux")
@pytest.mark.parametrize("words", [["models"], ["--version"], ["--help"], ["validate", "--help"]])
def test_a_full_disk_behind_stdout(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([SCRIPT, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "error: No space left on device"


@pytest.mark.usefixtures("looking")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    done = subprocess.run(f'"{SCRIPT}" models {closed}', shell=True, capture_output=True, check=False)  # noqa: S602
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_closed_stdin_answers_no() -> None:
    done = subprocess.run(f'"{SCRIPT}" clean --all <&-', shell=True, capture_output=True, check=False)  # noqa: S602
    assert done.returncode == 2
    assert b"nothing was removed" in done.stderr


@pytest.fixture
def silent(simulator: Simulator, tmp_path: Path) -> Simulator:
    """One provider, which takes a question and never answers."""
    simulator.open("groq", "shop", always="never answers")
    write_registry(simulator, tmp_path)
    return simulator


def write_registry(simulator: Simulator, tmp_path: Path) -> None:
    """The simulator's shops and no other provider."""
    from modelcat import registry

    shipped = registry.load(settings.data_file("providers.toml").read_text("utf-8")).providers
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped)
    folder = tmp_path / "managed" / "catalog"
    folder.mkdir(parents=True)
    (folder / "providers.toml").write_text(simulator.registry_text() + off)


def test_interrupted(silent: Simulator) -> None:
    with subprocess.Popen([SCRIPT, "sync"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(600):
            if silent.log:
                break
            time.sleep(0.05)
        assert silent.log
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err.decode()) == (b"", "interrupted; nothing half-written is left behind\n")
    silent.shops["shop"].always = None
    assert run("sync", "--json").value["models"] > 0


def test_interrupted_while_the_line_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from modelcat import __main__ as start
    from modelcat.cli import frame

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(frame.Said, "and_then", interrupt)
    monkeypatch.setattr(sys, "argv", ["modelcat", "models"])
    with pytest.raises(SystemExit) as end:
        start.main()
    assert end.value.code == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_interrupted_while_loading(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from modelcat import __main__ as start

    def interrupt() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "_modelcat", interrupt)
    with pytest.raises(SystemExit) as end:
        start.main()
    assert end.value.code == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_interrupted_when_all_is_done() -> None:
    """While Python ends, in a hook of a library's, there is nothing left to cut short."""
    code = (
        "import atexit, os, signal, sys\n"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))\n"
        "from modelcat.__main__ import main\n"
        "sys.argv = ['modelcat', 'models', '--json']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == []


# Exit codes


def test_0_and_1_of_sync(simulator: Simulator, tmp_path: Path) -> None:
    simulator.open("groq", "good")
    simulator.open("groq", "bad", always="404")
    write_registry(simulator, tmp_path)
    assert "bad" in run("sync").out
    run("sync", "--strict", code=1)
    run("sync", "bad", code=1)


@pytest.mark.usefixtures("stocked")
def test_0_and_1_of_the_others(aichat: Path) -> None:
    run("diff", "--exit-code")
    assert run("diff", "--exit-code", "--json", code=1, GROQ_API_KEY=KEY).value["counts"]["add"] > 0
    run("show", "no-such-model-at-all", code=1)
    run("log", "no-such-model-at-all", code=1)
    run("diff", "HEAD", "HEAD", "--exit-code")
    aichat.write_text("clients: 3\n")
    run("validate", code=1)


def test_3_is_one_line_that_says_where_and_what(stocked: Path, aichat: Path) -> None:
    (stocked / "catalog" / "modelcat.toml").write_text("max_models = 100\nmax_prize = 3\n")
    for words in (["sync"], ["diff"], ["generate"], ["providers", "list"]):
        ended = run(*words, code=3)
        assert re.fullmatch(r"error: \S+/modelcat.toml:2:1: .*max_pri[zc]e.*\n", ended.err)
    (stocked / "catalog" / "modelcat.toml").unlink()
    aichat.write_text("clients: [\n")
    assert "config.yaml:2:1" in run("apply", code=3, GROQ_API_KEY=KEY).err
    assert run("restore", "backup/2020-01-01T00-00-00Z", code=3).err.count("\n") == 1


def test_4_is_a_bug_with_a_log_that_holds_no_key(tmp_path: Path, stocked: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, modelcat.commands.stats as stats\n"
        "def run(settings):\n"
        f"    raise RuntimeError('it broke at ' + os.environ['GROQ_API_KEY'] + ' and {OTHER_KEY} too')\n"
        "stats.run = run\n"
    )
    ended = run("stats", code=4, PYTHONPATH=str(tmp_path), GROQ_API_KEY=KEY)
    found = re.fullmatch(r"bug: RuntimeError: please report it with the log in (\S+)\n", ended.err)
    assert found is not None
    text = Path(found[1]).read_text()
    assert "it broke at" in text
    assert KEY not in text
    assert OTHER_KEY not in text
    assert Path(found[1]).stat().st_mode & 0o777 == 0o600
    assert run("stats").code == 0
    # Where no log can be written, the line itself has to do, and has no key either.
    shutil.rmtree(stocked / "catalog")
    (stocked / "catalog").write_text("a file where the folder should be")
    ended = run("stats", code=4, PYTHONPATH=str(tmp_path), GROQ_API_KEY=KEY)
    assert "it broke at" in ended.err
    assert KEY not in ended.err


def test_the_folder_of_a_first_bug_is_private(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import modelcat.commands.stats as s\ns.run = None\n")
    run("stats", code=4, PYTHONPATH=str(tmp_path))
    assert (tmp_path / "managed").stat().st_mode & 0o777 == 0o700


def test_every_key_variable_of_the_registry_is_kept_out_of_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in settings.registry(settings.load()).providers.values():
        for variable in (*provider.api_key_env, *provider.optional_key_env, *provider.also_needs):
            if variable in provider.also_needs and not re.search("KEY|TOKEN|SECRET", variable):
                continue
            with monkeypatch.context() as patch:
                patch.setenv(variable, KEY)
                assert KEY not in settings.without_secrets(f"what {KEY} said"), variable


# Version


def test_version() -> None:
    from modelcat import __version__

    for words in (["--version"], ["version"], ["--home", "x", "--version"], ["-v", "--version"]):
        assert run(*words).out == f"modelcat {__version__}\n"


# Older names, through what they did


@pytest.mark.usefixtures("stocked")
def test_the_older_names_from_backup_to_restore(aichat: Path) -> None:
    mine = aichat.read_bytes()
    tag = run("backup-configs", "--json").value["tag"]
    assert run("update-configs", "--backup", "--json", GROQ_API_KEY=KEY).value["written"] == [str(aichat)]
    assert b"groq" in aichat.read_bytes()
    run("restore-configs", "--timestamp", tag.removeprefix("backup/"))
    assert aichat.read_bytes() == mine
    run("update-configs", GROQ_API_KEY=KEY)
    run("restore-configs", tag)
    assert aichat.read_bytes() == mine


# Providers, from adding to removing


def test_a_provider_of_ones_own(simulator: Simulator, tmp_path: Path) -> None:
    shop = simulator.open("groq", "mine", key=KEY)
    write_registry(simulator, tmp_path)
    (tmp_path / "managed" / "catalog" / "providers.toml").write_text("")
    add = ("providers", "add", "mine", "--base-url", shop.base_url, "--api-key-env", "MINE_API_KEY")
    assert "--kind" in run(*add, code=2).err
    assert "mine added to" in run(*add, "--kind", "openai").out
    assert "ready" in run("providers", "list", MINE_API_KEY=KEY).out
    assert "refused" in run("providers", "test", "mine", code=1, MINE_API_KEY="wrong-key-altogether").out
    told = run("providers", "test", "mine", "--json", MINE_API_KEY=KEY).value["tried"]
    assert [(row["outcome"], row["models"], row["key_set"]) for row in told] == [
        ("fetched", len(shop.ids), "MINE_API_KEY")
    ]
    assert run("sync", "mine", "--json", MINE_API_KEY=KEY).value["accounts"][0]["outcome"] == "fetched"
    assert "mine removed from" in run("providers", "remove", "mine").out
    assert "no provider is called 'mine'" in run("providers", "show", "mine", code=3).err
    assert KEY not in "".join(
        path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()
    )


@pytest.mark.usefixtures("stocked")
def test_a_shipped_provider_off_and_on() -> None:
    assert "switched off" in run("providers", "remove", "groq").out
    assert "off: your providers.toml says so" in run("providers", "show", "groq").out
    assert "switched on" in run("providers", "add", "groq").out
    assert "nothing to change" in run("providers", "add", "groq").out


@pytest.mark.parametrize("words", [["sync"], ["providers", "test"]])
def test_bars_on_a_terminal(words: list[str], simulator: Simulator, tmp_path: Path) -> None:
    simulator.open("groq", "shop", latency=0.4)
    write_registry(simulator, tmp_path)
    assert b"all providers" in on_a_terminal(*words)


# Cleaning


@pytest.mark.usefixtures("aichat")
def test_clean_all_asks_and_leaves_backups(stocked: Path) -> None:
    tag = run("backup", "--json").value["tag"]
    for answer in ("", "n\n", "maybe\n"):
        ended = run("clean", "--all", stdin=answer, code=2)
        assert "[y/N]" in ended.err
        assert ended.err.splitlines()[-1].startswith("error: nothing was removed")
    assert (stocked / "catalog" / ".git").exists()
    assert run("clean", "--all", "--json", stdin="yes\n").value["everything"]
    assert not (stocked / "catalog" / ".git").exists()
    assert run("sync", "--offline", "--json").value["models"] > 1000
    run("clean", "--all", "--yes")
    assert tag in run("restore", "--list").out


# Completion


def completed(line: str, **env: str) -> list[str]:
    """What bash is offered for the last word of `line`."""
    words = line.split(" ")
    asked = {"_MODELCAT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    ended = run(code=0, stdin="", **asked, **env)
    assert ended.err == ""
    return ended.out.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("modelcat sy", ["sync"]),
        ("modelcat fet", []),
        ("modelcat providers te", ["test"]),
        ("modelcat sync --for", ["--force"]),
        ("modelcat validate --fo", ["--format"]),
        ("modelcat validate --format gi", ["github"]),
        ("modelcat diff --tool co", ["codex"]),
        ("modelcat providers show gro", ["groq"]),
        ("modelcat sync groq openr", ["openrouter"]),
        ("modelcat models -p anthr", ["anthropic"]),
        ("modelcat models --sort re", ["released"]),
        ("modelcat models -c rea", ["reasoning"]),
        ("modelcat models -c rer", ["rerank"]),
        ("modelcat apply --prefer th", ["theirs"]),
        ("modelcat providers add x --kind gem", ["gemini"]),
        ("modelcat --show-completion fi", ["fish"]),
        ("modelcat restore sync/2000", []),
    ],
)
def test_completion(line: str, offered: list[str], tmp_path: Path) -> None:
    assert completed(line) == offered
    assert not (tmp_path / "managed").exists()


def test_completion_of_all_commands_in_the_order_of_help() -> None:
    assert completed("modelcat ") == [name for names in SECTIONS.values() for name in names]


@pytest.mark.usefixtures("looking")
def test_completion_of_tags() -> None:
    [tag] = completed("modelcat restore sync/")
    assert tag in run("restore", "--list").out
    assert completed("modelcat diff sync/") == [tag]


def test_completion_heeds_the_folder_on_the_line(catalog: Path) -> None:
    assert len(completed(f"modelcat restore --home {catalog} sync/")) == 1
    assert len(completed(f"modelcat --home {catalog} restore sync/")) == 1


def test_completion_offers_nothing_where_something_is_amiss(stocked: Path) -> None:
    (stocked / "catalog" / "providers.toml").write_text("[providers")
    assert completed("modelcat providers show gro") == []
    (stocked / "catalog" / ".git" / "HEAD").write_text("nonsense")
    assert completed("modelcat restore sync/") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_as_other_shells_ask(shell: str) -> None:
    asked = {"_TYPER_COMPLETE_ARGS": "modelcat sy", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert "sync" in run(code=0, stdin="", _MODELCAT_COMPLETE=f"complete_{shell}", **asked).out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_a_shell(shell: str) -> None:
    text = run("--show-completion", shell).out
    assert f"complete_{shell}" in text
    program = shutil.which(shell)
    if program is not None and shell != "powershell":
        subprocess.run([program, "-n"], input=text, text=True, check=True)


def test_completion_in_a_real_bash(home: Path) -> None:
    """Install it, start a shell that reads its rc file, and press the key (as far as a script can)."""
    assert str(home) in run("--install-completion", "bash").err
    asked = """
    COMP_WORDS=(modelcat providers show gro) COMP_CWORD=3
    _modelcat_completion modelcat && printf '%s\\n' "${COMPREPLY[@]}"
    complete -p modelcat
    """
    done = subprocess.run(
        ["bash", "--rcfile", str(home / ".bashrc"), "-i", "-c", asked],
        env={**os.environ, "PATH": f"{SCRIPT.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "groq",
        "complete -o default -F _modelcat_completion modelcat",
    ], done.stderr


@pytest.fixture(autouse=True)
def _no_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
