"""The hooks under the real pre-commit, from a clean clone: they pass on good files and stop bad ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelcat.documents import parse
from tests.config_files import files

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
HOOKS = parse((ROOT / ".pre-commit-hooks.yaml").read_bytes(), "yaml", "hooks").tree
# Read now: inside a test the environment is emptied, and pip needs what it says of the package index.
_ENVIRONMENT = dict(os.environ)
_PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
PLACES = (
    *("aichat/config.yaml", ".config/aichat/config.yml", "dot_config/aichat/private_config.yaml"),
    *("aichat/config.yaml##os.Linux", "private_dot_config/private_aichat/config.yaml"),
    *(".codex/config.toml", "codex/config.toml", "dot_codex/private_config.toml", ".codex/fast.config.toml"),
    *("x/y/.codex/config.toml", ".codex/modelcat/groq.json"),
    *("mods.yml", ".config/mods/mods.yml", "dot_config/mods/private_mods.yml"),
)
NO_PLACES = (
    *(
        "config.yaml",
        "config.toml",
        "aichat.yaml",
        "myaichat/config.yaml",
        "aichat/roles.yaml",
        "aichat/config.yaml.md",
    ),
    *(
        ".codex/auth.json",
        "codex/src/config.rs",
        "notcodex/config.toml",
        "mymods.yml",
        "mods.yml/readme",
        "mods.txt",
    ),
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody who clones the project gets."""
    folder = tmp_path_factory.mktemp("clone") / "modelcat"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installs: once for all tests here."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A person's dotfiles."""
    folder = tmp_path / "dotfiles"
    folder.mkdir()
    for words in (["init", "-q"], ["config", "user.name", "me"], ["config", "user.email", "me@example.org"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def _pre_commit(repository: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**_ENVIRONMENT, "PRE_COMMIT_HOME": str(cache), "HOME": os.environ["HOME"]}
    env["MODELCAT_HOME"] = os.environ["MODELCAT_HOME"]
    return subprocess.run(
        [str(_PRE_COMMIT), *words],
        cwd=repository,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _use(repository: Path, clone: Path) -> None:
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout.strip()
    ids = "".join(f"\n      - id: {hook['id']}" for hook in HOOKS)
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {clone}\n    rev: {revision}\n    hooks:{ids}\n", "utf-8"
    )
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)


def _write(repository: Path, name: str, data: bytes) -> None:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    subprocess.run(["git", "add", "--", name], cwd=repository, check=True)


GOOD = {
    ".codex/config.toml": b'[model_providers.a]\nname = "A"\nbase_url = "https://a.example/v1"\n',
    "dot_config/aichat/config.yaml": b"clients:\n- type: openai\n  models: [{name: gpt-5}]\n",
    ".config/mods/mods.yml": b"default-model: a\nmax-input-chars: 9\nmax-retries: 1\nword-wrap: 8\n"
    b"apis: {ollama: {models: {a: }}}\n",
}
BAD = {
    ".codex/config.toml": (b'profile = "x"\n', "codex/legacy-profile"),
    "dot_config/aichat/config.yaml": (b"clients: 3\n", "schema/type"),
    ".config/mods/mods.yml": (b"apis: 3\n", "schema/type"),
}


def test_there_is_a_hook_a_tool_and_one_for_all() -> None:
    ids = [hook["id"] for hook in HOOKS]
    assert ids == [
        "modelcat-validate",
        *(f"modelcat-validate-{tool}" for tool in ("aichat", "codex", "mods")),
    ]
    for hook in HOOKS:
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] == "modelcat-validate"


@pytest.mark.parametrize("name", PLACES)
def test_the_patterns_match_where_people_keep_these_files(name: str) -> None:
    matching = [hook["id"] for hook in HOOKS if re.search(hook["files"], name)]
    assert matching[0] == "modelcat-validate"
    assert len(matching) == 2, "the one for all and the one of its tool"


@pytest.mark.parametrize("name", NO_PLACES)
def test_the_patterns_match_nothing_else(name: str) -> None:
    assert not [hook["id"] for hook in HOOKS if re.search(hook["files"], name)]


def test_pre_commit_takes_the_manifest(clone: Path, cache: Path, repository: Path) -> None:
    done = _pre_commit(repository, cache, "validate-manifest", str(clone / ".pre-commit-hooks.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_try_repo_from_a_clean_clone(clone: Path, cache: Path, repository: Path) -> None:
    for name, data in GOOD.items():
        _write(repository, name, data)
    done = _pre_commit(repository, cache, "try-repo", str(clone), "--all-files", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == len(HOOKS)
    for name, (data, rule) in BAD.items():
        _write(repository, name, data)
        done = _pre_commit(repository, cache, "try-repo", str(clone), "modelcat-validate", "--all-files")
        assert done.returncode == 1
        assert f"{name}:1:" in done.stdout
        assert rule in done.stdout
        _write(repository, name, GOOD[name])


@pytest.fixture
def configured(clone: Path, repository: Path) -> Path:
    _use(repository, clone)
    return repository


def test_installed_hooks_stop_a_commit(configured: Path, cache: Path) -> None:
    assert _pre_commit(configured, cache, "install").returncode == 0
    env = {**_ENVIRONMENT, "PRE_COMMIT_HOME": str(cache), "HOME": os.environ["HOME"]}

    def commit() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", "commit", "-qm", "x"],
            cwd=configured,
            env=env,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    _write(configured, ".codex/config.toml", BAD[".codex/config.toml"][0])
    stopped = commit()
    assert stopped.returncode == 1
    assert "codex/legacy-profile" in stopped.stdout + stopped.stderr
    _write(configured, ".codex/config.toml", GOOD[".codex/config.toml"])
    through = commit()
    assert through.returncode == 0, through.stdout + through.stderr


@pytest.mark.parametrize("tool", ["aichat", "codex", "mods"])
def test_every_config_file_of_the_tests_under_its_hook(tool: str, configured: Path, cache: Path) -> None:
    """All files at once: the hook names each invalid one, and no valid one with an error."""
    place = {"aichat": "{}/aichat/config.yaml", "codex": "{}/codex/config.toml", "mods": "{}/mods/mods.yml"}[
        tool
    ]
    names = {}
    for number, item in enumerate(files()):
        usual = item.path.suffix in place and not item.path.name.startswith("models_")
        if item.tool == tool and usual and not item.path.name.endswith(".config.toml"):
            names[place.format(f"{number:03}")] = item
            _write(configured, place.format(f"{number:03}"), item.path.read_bytes())
    assert len(names) > 25
    done = _pre_commit(configured, cache, "run", f"modelcat-validate-{tool}", "--all-files")
    assert done.returncode == 1
    wrong = {line.split(":")[0] for line in done.stdout.splitlines() if ": error [" in line}
    # Without the small catalog of the tests nothing is gone, and without its neighbours a file may lack one.
    outside = ("catalog/", "codex/missing-file", "mods/file-name")
    for name, item in names.items():
        errors = [one.rule for one in item.findings() if one.severity == "error"]
        if item.valid and "missing-file" not in str(item.shows):
            assert name not in wrong, item.name
        elif any(not rule.startswith(outside) for rule in errors):
            assert name in wrong, item.name
