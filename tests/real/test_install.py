"""modelcat as people install it: wheel and sdist, fresh environments, other folders, no network at import.

Each Python that can be found is tried; those that cannot are skipped with the reason. Packages come from
where pip is set up to find them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.11", "3.12", "3.13")
TOO_OLD = "3.10"
_PIP = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_CERT"))}
_NOTHING: Mapping[str, str] = {}
_PATH = os.environ["PATH"]
# As a person who develops would have them; looked up before a test's home folder is another one.
_PYENV = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
# Forbids every socket; or, for commands that look whether a local server is up, all that lead elsewhere.
NO_SOCKETS = """
import os, sys
def guard(event, args):
    if not event.startswith("socket."):
        return
    host = args[1][0] if event == "socket.connect" else args[0] if event == "socket.getaddrinfo" else ""
    if "LOOPBACK" not in os.environ or host not in ("", "127.0.0.1", "::1", "localhost"):
        raise RuntimeError(f"a socket was wanted: {event} {args!r}")
sys.addaudithook(guard)
"""
IMPORT_ALL = """
import importlib, pkgutil, modelcat
names = [m.name for m in pkgutil.walk_packages(modelcat.__path__, "modelcat.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


@cache
def python(version: str) -> Path | None:
    """A Python of this version that can make environments, None if none is found."""
    program = f"python{version}"
    places = [*sorted(_PYENV.glob(f"{version}.*/bin/{program}"), reverse=True)]
    on_path = shutil.which(program, path=_PATH)
    for place in [*places, *([Path(on_path)] if on_path else [])]:
        asked = [str(place), "-c", "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return place
    return None


PYTHONS = {version: python(version) for version in (*VERSIONS, TOO_OLD)}


class Environment(NamedTuple):
    """A virtual environment, and a home folder in which nobody has ever been."""

    folder: Path
    home: Path

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": _PATH, "HOME": str(self.home), "LANG": "C.UTF-8"}

    def run(self, program: str, *words: str, env: Mapping[str, str] = _NOTHING, code: int = 0) -> str:
        """What a program of the environment prints, run from a folder that has nothing to do with it."""
        return run([self.folder / "bin" / program, *words], self.home, {**self.env, **env}, code)

    def pip(self, *words: str) -> str:
        cache = self.folder.parent.parent / "pip-cache"
        return self.run("python", "-m", "pip", *words, env={**_PIP, "PIP_CACHE_DIR": str(cache)})


def run(command: list[str | Path], folder: Path, env: Mapping[str, str], code: int = 0) -> str:
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == code, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(folder: Path, version: str) -> Environment:
    program = PYTHONS[version]
    if program is None:
        pytest.skip(f"there is no Python {version} with ensurepip on this machine")
    home = folder / "home"
    home.mkdir(parents=True)
    run([program, "-m", "venv", folder / "venv"], folder, {"PATH": _PATH, "HOME": str(home)})
    return Environment(folder / "venv", home)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="module")
def built(work: Path) -> Path:
    """dist/ with an sdist and a wheel made from it, of what the working tree has and git does not ignore."""
    source = work / "source"
    words: list[str | Path] = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = run(words, ROOT, {"PATH": _PATH, "GIT_CONFIG_GLOBAL": os.devnull})
    for name in listed.split("\0")[:-1]:
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    builder = environment(work / "builder", ".".join(map(str, sys.version_info[:2])))
    builder.pip("install", "--quiet", "build")
    for kind, place in (((), "dist"), (("--wheel",), "dist-of-tree")):
        builder.run("python", "-m", "build", *kind, "--outdir", str(work / place), str(source), env=_PIP)
    return work / "dist"


def only(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


@pytest.fixture(scope="module", params=VERSIONS)
def installed(request: pytest.FixtureRequest, work: Path, built: Path) -> Environment:
    """The wheel in a fresh environment of one Python."""
    version = str(request.param)
    found = environment(work / version, version)
    found.pip("install", "--quiet", str(only(built, "*.whl")))
    return found


def test_the_wheel_of_the_sdist_is_that_of_the_tree(built: Path, work: Path) -> None:
    wheels = [zipfile.ZipFile(only(folder, "*.whl")) for folder in (built, work / "dist-of-tree")]
    of_sdist, of_tree = ({name: wheel.read(name) for name in wheel.namelist()} for wheel in wheels)
    assert of_sdist == of_tree


def test_what_is_in_the_wheel(built: Path) -> None:
    names = set(zipfile.ZipFile(only(built, "*.whl")).namelist())
    parts = {name.split("/")[0] for name in names}
    assert len(parts) == 2, parts
    assert all(part.startswith("modelcat") for part in parts)
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "modelcat").rglob("*.py")}
    assert {name for name in names if name.endswith(".py") and "/config/" not in name} <= code
    shipped = {"modelcat/py.typed", "modelcat/config/providers.toml", "modelcat/config/modelcat.toml"}
    shipped |= {
        f"modelcat/config/{name}" for name in ("facts/facts.bin", "facts/NOTICE", "schemas/codex.json")
    }
    shipped |= {
        f"modelcat/config/{name}" for name in ("aichat/config.yaml", "codex/config.toml", "mods/mods.yml")
    }
    assert shipped | {"modelcat/hooks/pre-commit"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_what_is_in_the_sdist(built: Path) -> None:
    with tarfile.open(only(built, "*.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "pyproject.toml",
        "tests/conftest.py",
        "docs/commands.md",
    }
    wanted |= {
        "config/providers.toml",
        "hooks/pre-commit",
        ".pre-commit-hooks.yaml",
        "benchmarks/__main__.py",
    }
    assert wanted <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".clients"))]


def test_an_older_python_is_told_so(built: Path, work: Path) -> None:
    old = environment(work / TOO_OLD, TOO_OLD)
    command = [str(old.folder / "bin" / "python"), "-m", "pip", "install", str(only(built, "*.whl"))]
    done = subprocess.run(command, env={**old.env, **_PIP}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "requires a different Python" in done.stderr


def test_pip_finds_nothing_amiss(installed: Environment) -> None:
    assert "No broken requirements" in installed.pip("check")


def test_only_what_is_needed_comes_along(installed: Environment) -> None:
    """No package that modelcat does not import, or that something it imports needs."""
    found = {line.split("==")[0].lower() for line in installed.pip("freeze").splitlines()}
    assert not found & {"pydantic", "numpy", "pytest", "ruamel.yaml", "deepdiff", "tomlkit", "jsonschema"}


def test_it_works_where_it_was_never_run(installed: Environment) -> None:
    smoke(installed)


def smoke(installed: Environment) -> None:
    """The ways in, the offline catalog, a merge into real files and back, the hook's program."""
    from modelcat import __version__

    version = f"modelcat {__version__}\n"
    assert installed.run("modelcat", "--version") == version
    assert installed.run("python", "-m", "modelcat", "--version") == version
    assert "Fill the catalog" in installed.run("modelcat", "--help")
    told = installed.run("modelcat", "sync", "--offline")
    assert "embedded snapshot" in told
    assert (installed.home / ".local/share/modelcat/catalog/catalog/openrouter.json").is_file()
    assert "gpt-5" in installed.run("modelcat", "models", "gpt-5")
    key = {"OPENROUTER_API_KEY": "sk-or-none"}
    own = [installed.home / path for path in (".config/aichat/config.yaml", ".config/mods/mods.yml")]
    for path, text in zip(own, ("save: true  # mine\n", "# mine\napis: {}\n"), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (installed.home / ".codex").mkdir(exist_ok=True)
    words = ("apply", "--tool", "aichat", "--tool", "mods", "--tool", "codex")
    assert "openrouter" in installed.run("modelcat", *words, env=key)
    assert own[0].read_text().startswith("save: true  # mine\n")
    assert "openrouter" in own[0].read_text()
    assert "openrouter" in (installed.home / ".codex" / "config.toml").read_text()
    assert installed.run("modelcat", "diff", env=key).startswith("nothing to change")
    [backup] = json.loads(installed.run("modelcat", "restore", "--list", "--json"))["backups"]
    installed.run("modelcat", "restore", backup["tag"])
    assert own[0].read_text() == "save: true  # mine\n"
    bad = installed.home / "config.toml"
    bad.write_text('profile = "x"\n')
    installed.run("modelcat-validate", "--tool", "codex", str(bad), code=1)
    bad.write_text('model = "gpt-5"\n')
    installed.run("modelcat-validate", "--tool", "codex", str(bad))
    for word in ("status", "doctor", "log", "stats", "providers list", "clean"):
        installed.run("modelcat", *word.split())


def test_the_git_hook_is_there(installed: Environment) -> None:
    repo = installed.home / "dotfiles"
    env = {**installed.env, "GIT_CONFIG_GLOBAL": os.devnull, "PATH": f"{installed.folder / 'bin'}:{_PATH}"}
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    run(["git", "init", "-q", repo], installed.home, env)
    run([installed.folder / "bin" / "modelcat", "init", "--git-hook"], repo, env)
    (repo / ".codex").mkdir()
    (repo / ".codex" / "config.toml").write_text('[model_providers.x]\nwire_api = "chat"\n')
    run([*git, "add", "."], repo, env)
    run([*git, "commit", "-q", "-m", "bad"], repo, env, code=1)
    (repo / ".codex" / "config.toml").write_text('model = "gpt-5"\n')
    run([*git, "commit", "-q", "-a", "-m", "good"], repo, env)


def test_importing_it_opens_no_socket(installed: Environment, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_SOCKETS)
    guard = {"PYTHONPATH": str(tmp_path)}
    installed.run("python", "-c", "import socket; socket.socket()", code=1, env=guard)
    assert int(installed.run("python", "-c", IMPORT_ALL, env=guard)) > 100
    for words in ("--version", "--help", "sync --offline", "providers list", "models", "log", "doctor"):
        installed.run("modelcat", *words.split(), env=guard)
    for words in ("status", "diff"):
        installed.run("modelcat", *words.split(), env={**guard, "LOOPBACK": "1"})


def test_only_the_script_is_on_path(installed: Environment, tmp_path: Path) -> None:
    """As pipx and uv do it: the environment hides somewhere, its scripts are linked into a folder on PATH."""
    links = tmp_path / "bin"
    links.mkdir()
    for name in ("modelcat", "modelcat-validate"):
        (links / name).symlink_to(installed.folder / "bin" / name)
    git = shutil.which("git", path=_PATH)
    assert git is not None
    (links / "git").symlink_to(git)
    home = tmp_path / "elsewhere"
    home.mkdir()
    env = {"PATH": str(links), "HOME": str(home)}
    assert "embedded snapshot" in run([links / "modelcat", "sync", "--offline"], home, env)
    (home / "mods.yml").write_text("apis: [\n")
    run([links / "modelcat-validate", "mods.yml"], home, env, code=1)
    env["PATH"] = str(home)
    done = subprocess.run(
        [links / "modelcat", "log"], cwd=home, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "install git" in done.stderr


def test_the_sdist_installs(built: Path, work: Path) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    found = environment(work / "from-sdist", version)
    found.pip("install", "--quiet", str(only(built, "*.tar.gz")))
    assert "embedded snapshot" in found.run("modelcat", "sync", "--offline")


def test_the_oldest_packages_that_are_allowed(built: Path, work: Path) -> None:
    """With every dependency at the lower bound that pyproject.toml names, on the oldest Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = [line.replace(" ", "").split(",")[0].replace(">=", "==") for line in project["dependencies"]]
    assert all("==" in line for line in lowest), lowest
    found = environment(work / "oldest", VERSIONS[0])
    found.pip("install", "--quiet", str(only(built, "*.whl")), *lowest)
    frozen = {line.split("==")[0].lower(): line.split("==")[-1] for line in found.pip("freeze").splitlines()}
    for line in lowest:
        name, _, bound = line.partition("==")
        # A bound may be shorter than the version: 4 is 4.0.0.
        assert (frozen[name.lower()] + ".0.0").startswith(bound), (line, frozen)
    assert "No broken requirements" in found.pip("check")
    smoke(found)
    assert "complete_zsh" in found.run("modelcat", "--show-completion", "zsh")
    asked = {"_MODELCAT_COMPLETE": "complete_bash", "COMP_WORDS": "modelcat providers sh", "COMP_CWORD": "2"}
    assert found.run("modelcat", env=asked).split() == ["show"]
