"""The plain git hook, in real repositories: what it lets through, what it stops, where it is put."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelcat import git_hook
from modelcat.errors import RepoError
from tests.config_files import CONFIGS

BAD = '[model_providers.a]\nname = "A"\nbase_url = "https://a.example/v1"\nwire_api = "chat"\n'
GOOD = BAD.replace('"chat"', '"responses"')
KEY = "gsk_Rw8TzQ2kXvB5nM9cJ4pL7sD1fG6hY3aE"


class Repository:
    """A person's repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "-q")
        self.git("config", "user.name", "me")
        self.git("config", "user.email", "me@example.org")

    def git(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        beside = Path(sys.executable).parent
        env = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=env, capture_output=True, text=True, timeout=60, check=False
        )
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return done

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.git("add", "--", name)

    def commit(self, *, stopped: bool = False) -> str:
        done = self.git("commit", "-qm", "x", code=None)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is stopped, said
        return said


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "dot files")
    git_hook.install(found.folder)
    return found


def test_the_hook_is_where_git_looks_and_runs(repository: Repository) -> None:
    path = repository.folder / ".git" / "hooks" / "pre-commit"
    assert os.access(path, os.X_OK)
    assert path.read_bytes() == git_hook.shipped().read_bytes()


def test_good_configs_pass_and_bad_ones_do_not(repository: Repository) -> None:
    repository.write(".codex/config.toml", GOOD)
    repository.commit()
    repository.write(".codex/config.toml", BAD)
    said = repository.commit(stopped=True)
    assert ".codex/config.toml:4:12: error [codex/wire-api-chat]" in said
    repository.git("commit", "-qm", "so be it", "--no-verify")


@pytest.mark.parametrize(
    "name",
    [
        "codex/config.toml",
        "dot_codex/private_config.toml",
        "home/.codex/config.toml",
        ".codex/fast.config.toml",
    ],
)
def test_places_of_codex(repository: Repository, name: str) -> None:
    repository.write(name, BAD)
    assert "codex/wire-api-chat" in repository.commit(stopped=True)


@pytest.mark.parametrize(
    "name",
    ["aichat/config.yaml", ".config/aichat/config.yaml", "private_dot_config/aichat/private_config.yaml"],
)
def test_places_of_aichat(repository: Repository, name: str) -> None:
    repository.write(name, f"clients:\n- type: openai\n  api_key: {KEY}\n")
    said = repository.commit(stopped=True)
    assert "secret/in-clear" in said
    assert KEY[4:] not in said


@pytest.mark.parametrize("name", ["mods.yml", "a folder/mods.yml", ".config/mods/mods.yml", "x/ünï/mods.yml"])
def test_places_of_mods(repository: Repository, name: str) -> None:
    repository.write(name, "apis: 3\n")
    assert "schema/type" in repository.commit(stopped=True)


def test_other_files_are_nobodys_business(repository: Repository) -> None:
    repository.write("config.toml", "= 1\n")
    repository.write("notes.txt", KEY)
    repository.commit()


def test_what_is_staged_counts_and_not_what_lies_about(repository: Repository) -> None:
    repository.write(".codex/config.toml", GOOD)
    (repository.folder / ".codex" / "config.toml").write_text(BAD)
    repository.commit()
    repository.git("add", "-A")
    (repository.folder / ".codex" / "config.toml").write_text(GOOD)
    repository.commit(stopped=True)


def test_only_what_changes_is_judged(repository: Repository) -> None:
    repository.write(".codex/config.toml", BAD)
    repository.git("commit", "-qm", "x", "--no-verify")
    repository.write("mods.yml", "apis: {}\n")
    repository.commit()


def test_a_deleted_config_is_not_looked_at(repository: Repository) -> None:
    repository.write(".codex/config.toml", BAD)
    repository.git("commit", "-qm", "x", "--no-verify")
    repository.git("rm", "-q", ".codex/config.toml")
    repository.write("readme", "x")
    repository.commit()


def test_a_profile_finds_its_provider_in_the_config_beside_it(repository: Repository) -> None:
    repository.write(".codex/config.toml", GOOD)
    repository.commit()
    repository.write(
        ".codex/fast.config.toml", 'model_provider = "a"\nmodel_catalog_json = "modelcat/a.json"\n'
    )
    assert "codex/missing-file" in repository.commit(stopped=True)
    sound = CONFIGS / "valid" / "codex" / "catalog.json"
    repository.write(".codex/modelcat/a.json", sound.read_text(encoding="utf-8"))
    repository.commit()


def test_modelcat_toml_of_the_repository_counts(repository: Repository) -> None:
    repository.write("modelcat.toml", '[validate]\nignore = ["codex/*"]\n')
    repository.write(".codex/config.toml", BAD)
    repository.commit()


def test_a_commit_from_a_subfolder_and_of_paths(repository: Repository) -> None:
    repository.write(".codex/config.toml", BAD)
    done = subprocess.run(
        ["git", "commit", "-qm", "x", ".codex/config.toml"],
        cwd=repository.folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    inner = repository.folder / "sub"
    inner.mkdir()
    assert repository.git("-C", str(inner), "commit", "-qm", "x", code=None).returncode != 0


def test_without_the_program_the_commit_waits(repository: Repository, tmp_path: Path) -> None:
    repository.write(".codex/config.toml", GOOD)
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("git", "sh", "mktemp", "rm", "xargs"):
        found = next(p for p in os.environ["PATH"].split(os.pathsep) if (Path(p) / name).exists())
        (bare / name).symlink_to(Path(found) / name)
    done = subprocess.run(
        ["git", "commit", "-qm", "x"],
        cwd=repository.folder,
        env={**os.environ, "PATH": str(bare)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "modelcat-validate is not on PATH" in done.stderr


def test_no_temporary_folder_is_left(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    repository.write(".codex/config.toml", BAD)
    repository.commit(stopped=True)
    assert list(place.iterdir()) == []


class TestInstalling:
    def test_again_changes_nothing(self, repository: Repository) -> None:
        assert git_hook.install(repository.folder) == repository.folder / ".git" / "hooks" / "pre-commit"

    def test_an_older_one_of_ours_is_replaced(self, repository: Repository) -> None:
        path = repository.folder / ".git" / "hooks" / "pre-commit"
        path.write_bytes(b"#!/bin/sh\n# modelcat git hook 0\nexit 1\n")
        git_hook.install(repository.folder)
        assert path.read_bytes() == git_hook.shipped().read_bytes()

    @pytest.mark.parametrize("text", ["#!/bin/sh\necho mine\n", ""])
    def test_somebody_elses_stays(self, tmp_path: Path, text: str) -> None:
        other = Repository(tmp_path / "other")
        path = other.folder / ".git" / "hooks" / "pre-commit"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        with pytest.raises(RepoError, match="is there already and is not ours"):
            git_hook.install(other.folder)
        assert path.read_text() == text

    def test_a_symlink_stays(self, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        path = other.folder / ".git" / "hooks" / "pre-commit"
        path.parent.mkdir(exist_ok=True)
        path.symlink_to("nowhere")
        with pytest.raises(RepoError, match="not ours"):
            git_hook.install(other.folder)

    def test_outside_of_any_repository(self, tmp_path: Path) -> None:
        with pytest.raises(RepoError, match="no git repository"):
            git_hook.install(tmp_path)

    def test_in_a_bare_repository(self, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare")], check=True)
        with pytest.raises(RepoError, match="no git repository"):
            git_hook.install(tmp_path / "bare")

    def test_a_hooks_path_inside_the_repository_counts(self, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        other.git("config", "core.hooksPath", ".githooks")
        path = git_hook.install(other.folder)
        assert path == other.folder / ".githooks" / "pre-commit"
        other.write(".codex/config.toml", BAD)
        other.commit(stopped=True)

    def test_a_hooks_path_that_others_use_is_left_alone(self, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        shared = tmp_path / "shared hooks"
        other.git("config", "core.hooksPath", str(shared))
        with pytest.raises(RepoError, match=r"core\.hooksPath leads to .*shared hooks"):
            git_hook.install(other.folder)
        assert not shared.exists()

    def test_from_a_subfolder_and_in_a_worktree(self, tmp_path: Path) -> None:
        other = Repository(tmp_path / "other")
        inner = other.folder / "a" / "b"
        inner.mkdir(parents=True)
        assert git_hook.install(inner) == other.folder / ".git" / "hooks" / "pre-commit"
        other.write("x", "x")
        other.commit()
        other.git("worktree", "add", "-q", str(tmp_path / "tree"))
        assert git_hook.install(tmp_path / "tree") == other.folder / ".git" / "hooks" / "pre-commit"

    def test_the_current_folder_is_meant_by_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Repository(tmp_path / "other")
        monkeypatch.chdir(other.folder)
        assert git_hook.install().exists()
