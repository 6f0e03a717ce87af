"""The catalog's repository: what is committed, when nothing is, what is said when it cannot be."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcat.errors import RepoError, StorageError
from modelcat.repo import git as git_module
from modelcat.repo.catalog import CatalogRepo
from tests.real_git import clean, git, sound

TEXTS = {f"catalog/p{n}.json": f'{{"provider": {n}}}\n' for n in range(5)} | {
    "config/json/models_p0.json": "[]\n"
}
WHEN = "sync/2026-11-24T14-30-00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "managed" / "catalog"


@pytest.fixture
def repo(folder: Path) -> CatalogRepo:
    made = CatalogRepo.open(folder)
    made.commit(TEXTS, "sync: first", "p0: +1", WHEN)
    return made


class NoGit:
    """Counts the git processes that are started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[str] = []
        start = git_module.Git.start

        def counted(git: git_module.Git, *words: str) -> Any:
            self.started.append(words[0])
            return start(git, *words)

        monkeypatch.setattr(git_module.Git, "start", counted)


def commits(folder: Path) -> list[str]:
    return git(folder, "log", "--format=%s").splitlines()


def test_a_commit_holds_what_was_given_and_nothing_else(repo: CatalogRepo, folder: Path) -> None:
    assert set(git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines()) == set(TEXTS)
    assert git(folder, "log", "--format=%B%D") == f"sync: first\n\np0: +1\nHEAD -> main, tag: {WHEN}\n"
    for path, text in TEXTS.items():
        assert git(folder, "show", f"HEAD:{path}") == text
        assert (folder / path).read_text() == text
    assert clean(folder)
    assert sound(folder)


def test_everything_is_for_its_owner_only(repo: CatalogRepo, folder: Path) -> None:
    repo.commit({"catalog/p0.json": None, "config/new/x.txt": "x\n"}, "second")
    for place in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0, place
    assert stat.S_IMODE((folder / "config/new/x.txt").stat().st_mode) == 0o600


def test_no_difference_makes_no_commit_and_starts_no_git(
    repo: CatalogRepo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = NoGit(monkeypatch)
    times = {path: (folder / path).stat().st_mtime_ns for path in TEXTS}
    assert CatalogRepo.open(folder).commit(TEXTS, "again", tag=WHEN) is None
    assert count.started == []
    assert {path: (folder / path).stat().st_mtime_ns for path in TEXTS} == times
    assert git(folder, "tag") == f"{WHEN}\n"


def test_only_files_that_differ_are_touched(repo: CatalogRepo, folder: Path) -> None:
    before = {path: (folder / path).stat().st_ino for path in TEXTS}
    repo.commit({**TEXTS, "catalog/p1.json": "changed\n"}, "second")
    changed = [path for path in TEXTS if (folder / path).stat().st_ino != before[path]]
    assert changed == ["catalog/p1.json"]
    assert git(folder, "show", "--name-only", "--format=").splitlines() == ["catalog/p1.json"]


def test_files_not_spoken_of_stay(repo: CatalogRepo, folder: Path) -> None:
    (folder / "catalog" / "notes.md").write_text("mine\n")
    repo.commit({"catalog/p1.json": None}, "second")
    assert not (folder / "catalog/p1.json").exists()
    assert repo.read("catalog/p2.json") == TEXTS["catalog/p2.json"]
    assert (folder / "catalog" / "notes.md").read_text() == "mine\n"
    assert git(folder, "status", "--porcelain") == "?? catalog/notes.md\n"


def test_what_a_person_staged_is_not_committed(repo: CatalogRepo, folder: Path) -> None:
    (folder / "README.md").write_text("mine\n")
    git(folder, "add", "README.md")
    repo.commit({"catalog/p1.json": "new\n"}, "second")
    assert git(folder, "show", "--name-only", "--format=").splitlines() == ["catalog/p1.json"]
    assert git(folder, "status", "--porcelain") == "A  README.md\n"


def test_the_last_file_of_a_folder_takes_the_folder_with_it(repo: CatalogRepo, folder: Path) -> None:
    repo.commit({"config/json/models_p0.json": None}, "second")
    assert not (folder / "config").exists()
    assert (folder / "catalog").is_dir()


def test_the_persons_settings_are_committed_as_they_are(repo: CatalogRepo, folder: Path) -> None:
    (folder / "modelcat.toml").write_bytes(b"# mine\r\nmax_models = 5\r\n")
    assert repo.commit(TEXTS, "sync: nothing", "", "sync/2026-11-25T00-00-00Z") is not None
    assert commits(folder) == ["settings: modelcat.toml", "sync: first"]
    assert repo.commit(TEXTS, "sync: nothing") is None
    (folder / "providers.toml").write_text("x\n")
    (folder / "modelcat.toml").unlink()
    repo.commit({**TEXTS, "catalog/p1.json": "new\n"}, "sync: second")
    assert commits(folder)[0] == "sync: second"
    assert git(folder, "show", "--name-status", "--format=").split() == [
        *("M", "catalog/p1.json"),
        *("D", "modelcat.toml"),
        *("A", "providers.toml"),
    ]
    assert clean(folder)


def test_local_state_stays_out_of_git(repo: CatalogRepo, folder: Path) -> None:
    (folder / "models" / "extra").mkdir(parents=True)
    (folder / "models" / "extra" / "state.json").write_text("{}")
    assert clean(folder)


def test_two_syncs_in_one_second_have_tags_of_their_own(repo: CatalogRepo, folder: Path) -> None:
    assert repo.free_tag(WHEN) == f"{WHEN}-2"
    repo.commit({"catalog/p1.json": "2\n"}, "second", "", WHEN)
    git(folder, "pack-refs", "--all")
    for n in range(3, 12):
        repo.commit({"catalog/p1.json": f"{n}\n"}, f"sync {n}", "", WHEN)
    assert [tag.name for tag in repo.tags()] == [*(f"{WHEN}-{n}" for n in range(11, 1, -1)), WHEN]
    assert [repo.read("catalog/p1.json", f"{WHEN}-{n}") for n in (2, 7)] == ["2\n", "7\n"]


@pytest.mark.parametrize(
    "name", ["-d", "x", "sync/../../x", "sync/2026", f"{WHEN};rm", f"{WHEN} ", "sync/\n"]
)
def test_a_tag_of_another_shape_is_refused(name: str, repo: CatalogRepo) -> None:
    with pytest.raises(ValueError, match="not the name of a tag"):
        repo.commit({"catalog/p1.json": "new\n"}, "second", "", name)


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", ".git/config", "a//b", "a/.", "a\nb", "", ".git", "a\\b"]
)
def test_a_path_that_leads_elsewhere_is_refused(path: str, repo: CatalogRepo, folder: Path) -> None:
    with pytest.raises(ValueError, match="not a path"):
        repo.commit({path: "evil\n", "catalog/p1.json": "new\n"}, "second")
    assert commits(folder) == ["sync: first"]
    assert clean(folder)
    assert not (folder.parent / "x").exists()


def test_a_folder_that_is_a_symlink_is_refused(repo: CatalogRepo, folder: Path, tmp_path: Path) -> None:
    """A shared catalog may hold links: they must not lead our writes out of the folder."""
    (tmp_path / "secret").mkdir()
    (folder / "config" / "aichat").symlink_to(tmp_path / "secret")
    with pytest.raises(RepoError, match="symlink"):
        repo.commit({"config/aichat/config.yaml": "x\n", "catalog/p1.json": "new\n"}, "second")
    assert list((tmp_path / "secret").iterdir()) == []
    assert commits(folder) == ["sync: first"]
    assert repo.commit({"catalog/p1.json": "new\n"}, "second") is not None


def test_a_file_that_is_a_symlink_is_replaced_not_followed(
    repo: CatalogRepo, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret\n")
    (folder / "catalog/p1.json").unlink()
    (folder / "catalog/p1.json").symlink_to(tmp_path / "secret")
    assert repo.commit(TEXTS, "again") is None
    assert (folder / "catalog/p1.json").read_text() == TEXTS["catalog/p1.json"]
    assert (tmp_path / "secret").read_text() == "secret\n"


def test_files_somebody_spoiled_are_put_back(repo: CatalogRepo, folder: Path) -> None:
    (folder / "catalog/p1.json").write_text("spoiled\n")
    (folder / "catalog/p2.json").unlink()
    same_size = TEXTS["catalog/p3.json"].replace("3", "4")
    (folder / "catalog/p3.json").write_text(same_size)
    assert repo.commit(TEXTS, "again") is None
    assert {path: (folder / path).read_text() for path in TEXTS} == TEXTS
    assert clean(folder)


def test_what_modelcat_made_is_put_right_and_nothing_else(repo: CatalogRepo, folder: Path) -> None:
    for name in ("README.md", "catalog/p0.json", "modelcat.toml"):
        (folder / name).write_text("committed\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "by hand")
    for name in ("README.md", "catalog/p0.json", "modelcat.toml"):
        (folder / name).write_text("edited\n")
    (folder / "catalog/p1.json").unlink()
    repo.put_right()
    assert (folder / "catalog/p0.json").read_text() == "committed\n"
    assert git(folder, "status", "--porcelain").split() == ["M", "README.md", "M", "modelcat.toml"]


def test_nothing_is_put_right_in_the_middle_of_a_merge_nor_by_git(
    repo: CatalogRepo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"catalog/p1.json": "{}\n"}, "sync: second")
    counted = NoGit(monkeypatch)
    repo.put_right()
    assert counted.started == []
    monkeypatch.undo()
    (folder / ".git" / "MERGE_HEAD").write_text("0" * 40)
    (folder / "catalog/p1.json").write_text("<<<<<<<\n")
    repo.put_right()
    assert (folder / "catalog/p1.json").read_text() == "<<<<<<<\n"


def test_a_history_that_was_turned_back_is_noticed(repo: CatalogRepo, folder: Path) -> None:
    repo.commit({"catalog/p1.json": "new\n"}, "second")
    git(folder, "reset", "-q", "--soft", "HEAD~1")
    assert repo.commit({**TEXTS, "catalog/p1.json": "new\n"}, "again") is not None
    assert commits(folder) == ["again", "sync: first"]
    git(folder, "revert", "--no-edit", "HEAD")
    assert repo.commit({**TEXTS, "catalog/p1.json": "new\n"}, "third") is not None
    assert repo.read("catalog/p1.json") == "new\n"
    assert clean(folder)


def test_a_clone_works_and_goes_on(repo: CatalogRepo, folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs" / "catalog"
    theirs.parent.mkdir()
    git(tmp_path, "clone", "-q", str(folder), str(theirs))
    other = CatalogRepo.open(theirs)
    assert other.commit(TEXTS, "again") is None
    assert other.commit({"catalog/p1.json": "theirs\r\n"}, "theirs") is not None
    (theirs / "models" / "extra").mkdir(parents=True)
    (theirs / "models" / "extra" / "x").touch()
    assert clean(theirs)
    git(theirs, "push", "-q", "origin", "HEAD:shared", "--tags")
    git(folder, "merge", "-q", "--ff-only", "shared")
    assert repo.read("catalog/p1.json") == "theirs\r\n"
    assert repo.commit({"catalog/p1.json": "theirs\r\n"}, "again") is None


def test_a_shallow_clone_on_another_branch_works(repo: CatalogRepo, folder: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "--no-checkout", f"file://{folder}", str(tmp_path / "c"))
    git(tmp_path / "c", "switch", "-q", "-c", "team/eu")
    other = CatalogRepo.open(tmp_path / "c")
    assert other.commit({"catalog/p1.json": "new\n"}, "second") is not None
    assert git(tmp_path / "c", "log", "-1", "--format=%s", "team/eu") == "second\n"


def test_a_repository_with_sha256_works(folder: Path) -> None:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256")
    repo = CatalogRepo.open(folder)
    assert len(repo.commit(TEXTS, "first") or "") == 64
    assert repo.commit(TEXTS, "again") is None
    assert repo.commit({"catalog/p1.json": "new\n"}, "second") is not None
    assert clean(folder)


def test_many_commits_are_combined_and_stay_sound(repo: CatalogRepo, folder: Path) -> None:
    for n in range(70):
        repo.commit({"catalog/p1.json": f"{n}\n"}, f"sync {n}")
    assert len(list((folder / ".git/objects/pack").glob("*.pack"))) < 40
    assert sound(folder)
    assert repo.read("catalog/p1.json", "HEAD~40") == "29\n"
    repo.tidy()
    assert len(list((folder / ".git/objects/pack").glob("*.pack"))) == 1
    assert len(repo.log()) == 71
    assert repo.commit({"catalog/p1.json": "69\n"}, "again") is None


def test_reading_as_it_was(repo: CatalogRepo) -> None:
    first = repo.head()
    repo.commit({"catalog/p1.json": "new\n", "catalog/p2.json": None, "config/ä ö.txt": "ü\n"}, "second")
    assert first is not None
    assert repo.read_all("", WHEN) == TEXTS
    assert repo.read_all("catalog", first).keys() == {path for path in TEXTS if path.startswith("catalog/")}
    assert repo.read_all("config")["config/ä ö.txt"] == "ü\n"
    assert repo.read_many(["catalog/p1.json", "catalog/p2.json", "no/such"]) == {"catalog/p1.json": "new\n"}
    assert repo.read("catalog/p2.json") is None
    assert repo.read("catalog", "HEAD") is None
    assert repo.resolve("HEAD~1") == repo.resolve(WHEN) == repo.resolve(WHEN.removeprefix("sync/")) == first
    assert repo.resolve(first[:8]) == first
    assert [entry.subject for entry in repo.log()] == ["second", "sync: first"]
    [entry] = repo.log("catalog/p0.json")
    assert (entry.commit, entry.subject, entry.body, entry.tags) == (first, "sync: first", "p0: +1", (WHEN,))
    assert [entry.subject for entry in repo.log(limit=1)] == ["second"]


@pytest.mark.parametrize(
    "revision",
    ["sync/2026-11-24T14-31-00Z", "no such", "--all", "-1", "HEAD:catalog", "a\nb", "", "\x1b[31m", "@{x"],
)
def test_an_unknown_revision_is_an_error_that_names_the_nearest(revision: str, repo: CatalogRepo) -> None:
    with pytest.raises(RepoError, match="no revision") as caught:
        repo.resolve(revision)
    assert WHEN in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_new_repository_has_nothing_and_says_so(folder: Path) -> None:
    repo = CatalogRepo.open(folder)
    assert repo.head() is None
    assert repo.read("catalog/p1.json") is None
    assert repo.read_all() == {}
    assert repo.tags() == []
    assert repo.log() == []
    assert repo.changes(["catalog/p1.json"]) == []
    assert repo.commit({}, "nothing") is None
    assert repo.commit({"catalog/gone.json": None}, "nothing") is None
    with pytest.raises(RepoError, match="no commit yet"):
        repo.resolve("HEAD")


def damage_head(folder: Path) -> None:
    (folder / ".git/HEAD").write_text("")


def damage_branch(folder: Path) -> None:
    (folder / ".git/refs/heads/main").write_text("\0\0\0\0")


def lose_commit(folder: Path) -> None:
    for pack in (folder / ".git/objects/pack").iterdir():
        pack.unlink()
    (folder / ".git/modelcat/record").unlink()


def damage_pack(folder: Path) -> None:
    for pack in (folder / ".git/objects/pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(b"PACK" + bytes(len(pack.read_bytes()) - 4))
    (folder / ".git/modelcat/record").unlink()


def damage_config(folder: Path) -> None:
    (folder / ".git/config").write_text("[core\n")


def damage_index(folder: Path) -> None:
    (folder / ".git/index").write_text("nonsense")


@pytest.mark.parametrize(
    "damage", [damage_head, damage_branch, lose_commit, damage_pack, damage_config, damage_index]
)
def test_a_broken_repository_is_told_with_a_way_out(damage: object, repo: CatalogRepo, folder: Path) -> None:
    damage(folder)  # type: ignore[operator]
    before = {path: (folder / path).read_bytes() for path in TEXTS}
    with pytest.raises(RepoError) as caught:
        CatalogRepo.open(folder).commit({"catalog/p9.json": "new\n"}, "second")
    said = str(caught.value)
    assert str(folder) in said
    assert "\n" not in said
    assert any(hint in said for hint in ("fsck", "Write that line", "write that word"))
    assert {path: (folder / path).read_bytes() for path in TEXTS} == before


def test_a_head_that_is_lost_is_made_again(repo: CatalogRepo, folder: Path) -> None:
    (folder / ".git/HEAD").unlink()
    assert CatalogRepo.open(folder).commit({"catalog/p1.json": "new\n"}, "second") is not None
    assert commits(folder) == ["second", "sync: first"]


def test_a_repository_that_is_lost_is_made_again_from_the_files(repo: CatalogRepo, folder: Path) -> None:
    (folder / ".git").rename(folder.parent / "old")
    assert CatalogRepo.open(folder).commit(TEXTS, "anew") is not None
    assert commits(folder) == ["anew"]
    assert clean(folder)


def detached(folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")


def merging(folder: Path) -> None:
    git(folder, "switch", "-q", "-c", "other")
    (folder / "catalog/p1.json").write_text("theirs\n")
    git(folder, "commit", "-q", "-a", "-m", "theirs")
    git(folder, "switch", "-q", "main")
    (folder / "catalog/p1.json").write_text("ours\n")
    git(folder, "commit", "-q", "-a", "-m", "ours")
    git(folder, "merge", "-q", "other", check=False)


@pytest.mark.parametrize(
    ("state", "words"), [(detached, "on no branch"), (merging, "in the middle of a merge")]
)
def test_a_repository_that_a_person_is_working_in_is_left_alone(
    state: object, words: str, repo: CatalogRepo, folder: Path
) -> None:
    state(folder)  # type: ignore[operator]
    before = git(folder, "status", "--porcelain"), git(folder, "rev-parse", "HEAD")
    with pytest.raises(RepoError, match=words):
        repo.commit({"catalog/p2.json": "new\n"}, "second")
    assert (git(folder, "status", "--porcelain"), git(folder, "rev-parse", "HEAD")) == before


def test_a_worktree_of_another_repository_is_refused(repo: CatalogRepo, folder: Path, tmp_path: Path) -> None:
    git(folder, "worktree", "add", "-q", str(tmp_path / "tree"))
    with pytest.raises(RepoError, match="worktree or submodule"):
        CatalogRepo.open(tmp_path / "tree")
    with pytest.raises(RepoError, match="worktree or submodule"):
        CatalogRepo(tmp_path / "tree").settle()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file"):
        CatalogRepo.open(tmp_path / "file" / "catalog")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(repo: CatalogRepo, folder: Path) -> None:
    (folder / "catalog").chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        repo.commit({"catalog/p1.json": "new\n"}, "second")
    (folder / "catalog").chmod(0o700)
    assert commits(folder) == ["sync: first"]
    assert clean(folder)


paths = st.sampled_from(
    ["catalog/a.json", "catalog/b.json", "config/x/a.txt", "config/x/b.txt", "config/y.txt"]
)
texts = st.dictionaries(
    paths, st.none() | st.sampled_from(["", "one\n", "two\r\n", "no end", "ünï\n"]), max_size=5
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(texts, min_size=1, max_size=5))
def test_the_repository_is_a_map_with_history(
    steps: list[dict[str, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Model: a dict. After each commit HEAD, index and folder are that dict; None if nothing changed."""
    folder = tmp_path_factory.mktemp("repo") / "catalog"
    model: dict[str, str] = {}
    past = []
    for step in steps:
        repo = CatalogRepo.open(folder)
        after = {path: text for path, text in {**model, **step}.items() if text is not None}
        commit = repo.commit(step, "step")
        assert (commit is None) == (after == model)
        model = after
        if commit is not None:
            past.append((commit, model))
        assert clean(folder)
        found = {
            str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts
        }
        assert found == model.keys()
    for commit, then in past:
        assert CatalogRepo.open(folder).read_all("", commit) == then
    assert not past or sound(folder)
