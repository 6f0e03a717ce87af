"""The managed catalog in the hands of the real git program: cloned, pushed, pulled, merged, packed, restored.

Two people's machines share it through a bare repository, as a team would; modelcat runs as a process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelcat import registry, settings
from tests.real_git import clean, git, sound
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

pytestmark = pytest.mark.real

KEY = "sk-test-0123456789abcdefghijklmnop"


@dataclass
class Machine:
    """Somebody's managed folder."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "managed" / "catalog"

    def run(self, *words: str, code: int = 0) -> Any:
        """What modelcat says as JSON."""
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "MODELCAT_HOME": str(self.folder / "managed")}
        done = subprocess.run(
            [Path(sys.executable).with_name("modelcat"), *words, "--json"],
            env={**env, "A_API_KEY": KEY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr

    def git(self, *words: str) -> str:
        return git(self.catalog, *words)

    def tree(self) -> str:
        return self.git("rev-parse", "HEAD^{tree}")


@pytest.fixture
def shops(simulator: Simulator) -> list[Shop]:
    return [simulator.open("openrouter", "a", count=40), simulator.open("groq", "b", count=20)]


@pytest.fixture
def one(tmp_path: Path, simulator: Simulator, shops: list[Shop]) -> Machine:
    """A machine that has synced twice."""
    machine = Machine(tmp_path / "one")
    machine.catalog.mkdir(parents=True)
    shipped = registry.load(settings.data_file("providers.toml").read_text("utf-8")).providers
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped)
    (machine.catalog / "providers.toml").write_text(simulator.registry_text() + off)
    machine.run("sync")
    drop(shops[0], 3)
    machine.run("sync")
    return machine


@pytest.fixture
def shared(tmp_path: Path, one: Machine) -> Path:
    """A bare repository with everything of the first machine's catalog in it."""
    bare = tmp_path / "shared.git"
    git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", str(bare))
    one.git("remote", "add", "origin", str(bare))
    one.git("push", "-q", "-u", "origin", "main", "--tags")
    return bare


@pytest.fixture
def two(tmp_path: Path, shared: Path) -> Machine:
    """Another machine whose catalog is a clone."""
    machine = Machine(tmp_path / "two")
    machine.catalog.parent.mkdir(parents=True)
    git(tmp_path, "clone", "-q", str(shared), str(machine.catalog))
    return machine


def drop(shop: Shop, count: int) -> None:
    """The provider no longer has its first models."""
    del shop.rows[:count]
    shop.refresh()


def tags(folder: Path) -> list[str]:
    return git(folder, "tag", "--list", "sync/*", "--sort=-creatordate", "--sort=-refname").split()


def test_git_finds_nothing_wrong(one: Machine) -> None:
    assert sound(one.catalog)
    assert clean(one.catalog)
    assert one.git("log", "--format=%s").splitlines()[0] == "sync: -3 models in a"
    assert len(tags(one.catalog)) == 2


def test_what_is_pushed_is_whole(one: Machine, shared: Path) -> None:
    assert sound(shared)
    assert git(shared, "rev-parse", "main") == one.git("rev-parse", "HEAD")
    assert tags(shared) == tags(one.catalog)


@pytest.mark.parametrize("how", [[], ["--depth=1"], ["--bare"], ["--filter=blob:none"], ["--mirror"]])
def test_it_clones_in_every_way(one: Machine, tmp_path: Path, how: list[str]) -> None:
    git(one.catalog, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", *how, f"file://{one.catalog}", str(tmp_path / "clone"))
    assert sound(tmp_path / "clone")
    assert git(tmp_path / "clone", "rev-parse", "HEAD^{tree}") == one.tree()


def test_a_clone_is_another_machines_catalog(one: Machine, two: Machine, shops: list[Shop]) -> None:
    first = two.run("sync")
    assert first["commit"] is None, "the same answers make the same tree"
    drop(shops[1], 2)
    second = two.run("sync")
    assert [account["removed"] != [] for account in second["accounts"]] == [False, True]
    two.git("push", "-q", "origin", "HEAD", "--tags")
    one.git("pull", "-q")
    assert one.run("sync")["commit"] is None
    assert one.tree() == two.tree()
    assert one.run("models") == two.run("models")
    assert sound(one.catalog)
    assert clean(one.catalog)


def test_both_sync_the_same_day_and_merge(
    one: Machine, two: Machine, shops: list[Shop], shared: Path
) -> None:
    drop(shops[0], 1)
    for machine in (one, two):
        assert machine.run("sync")["commit"]
    assert one.tree() == two.tree()
    two.git("push", "-q", "origin", "HEAD", "--tags")
    one.git("pull", "-q", "--no-rebase", "--no-edit")
    one.git("push", "-q", "origin", "HEAD", "--tags")
    assert one.run("sync")["commit"] is None
    two.git("pull", "-q")
    drop(shops[0], 1)
    assert two.run("sync")["commit"]
    assert "vanished" in {event["what"] for event in two.run("log", "a")["events"]}
    assert sound(two.catalog)
    assert sound(shared)


def test_a_conflict_left_behind_is_told(one: Machine, two: Machine, shops: list[Shop]) -> None:
    for machine, price in ((one, "0.000001"), (two, "0.000002")):
        shops[0].rows[0]["pricing"] = {"prompt": price, "completion": price}
        shops[0].refresh()
        assert machine.run("sync")["commit"]
    one.git("push", "-q", "origin", "HEAD")
    git(two.catalog, "pull", "-q", "--no-rebase", check=False)
    assert "both modified" in two.git("status")
    drop(shops[0], 1)
    said = two.run("sync", code=3)
    assert "in the middle of a merge" in said
    two.git("merge", "--abort")
    assert two.run("sync")["commit"]
    # What is in the catalog is made anew by any sync, so either side will do.
    two.git("merge", "-q", "-X", "ours", "-m", "merged", "origin/main")
    two.run("sync", "--force")
    assert {row["id"] for row in two.run("models", "--provider", "a")} == shops[0].ids
    assert sound(two.catalog)


def test_restore_by_sync_tag_in_a_clone(one: Machine, two: Machine) -> None:
    newest, oldest = tags(two.catalog)
    assert two.run("restore", oldest)["kind"] == "catalog"
    assert two.git("diff", "--stat", oldest, "HEAD") == ""
    assert two.git("rev-parse", f"{newest}^{{commit}}") == two.git("rev-parse", "HEAD~1")
    two.git("push", "-q", "origin", "HEAD")
    one.git("pull", "-q")
    assert len(one.run("models", "--provider", "a")) == 40
    assert one.run("sync")["accounts"][0]["models"] == 37
    assert sound(one.catalog)


def test_what_git_does_to_a_repository_by_itself(one: Machine, shops: list[Shop], tmp_path: Path) -> None:
    for words in (
        ["gc", "-q", "--prune=now"],
        ["pack-refs", "--all"],
        ["commit-graph", "write", "--reachable"],
        ["multi-pack-index", "write"],
        ["worktree", "add", "-q", "--detach", str(tmp_path / "another")],
        ["switch", "-q", "-c", "elsewhere"],
    ):
        one.git(*words)
        drop(shops[0], 1)
        assert one.run("sync")["commit"], words
        assert sound(one.catalog)
        assert clean(one.catalog)
    assert one.run("log")["syncs"][0]["subject"].startswith("sync: -1 model")
    assert one.run("clean", "--temp")["leftovers"] == 0
    assert sound(one.catalog)


def test_what_a_person_commits_beside_it_stays(one: Machine, shops: list[Shop]) -> None:
    (one.catalog / "README.md").write_text("our team's models\n")
    (one.catalog / "modelcat.toml").write_text("max_models = 10\n")
    one.git("add", "README.md", "modelcat.toml")
    one.git("commit", "-q", "-m", "ours")
    (one.catalog / "notes.txt").write_text("not committed\n")
    drop(shops[0], 1)
    assert one.run("sync")["commit"]
    assert one.git("show", "HEAD:README.md") == "our team's models\n"
    assert one.git("status", "--porcelain") == "?? notes.txt\n"


def test_nothing_private_is_in_what_is_shared(one: Machine, shared: Path) -> None:
    config = one.folder / "home" / ".config" / "aichat" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(f"clients:\n- type: openai\n  api_key: {KEY}  # mine\n")
    one.run("backup")
    one.run("apply")
    one.git("push", "-q", "origin", "main", "--tags")
    private = one.folder / "managed" / "private"
    assert git(private, "remote") == ""
    assert sound(private)
    assert git(private, "tag", "--list", "backup/*").split()
    assert git(shared, "tag", "--list", "backup/*") == ""
    copy = shared.parent / "copy"
    git(shared.parent, "clone", "-q", str(shared), str(copy))
    assert KEY not in git(copy, "log", "--all", "-p")
    assert str(one.folder) not in git(copy, "log", "--all", "-p")
    shutil.rmtree(copy)
