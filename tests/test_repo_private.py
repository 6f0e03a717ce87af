"""Backups and bases: what goes in comes out, for every tag, until it is pruned."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcat.errors import RepoError
from modelcat.repo.private import BackupFile, Kept, PrivateRepo
from tests.real_git import git, sound

WHEN = "2026-11-24T14-30-00Z"
SECRET = b"api_key: sk-secret\r\n\xff\x00"
FILES = (
    BackupFile("aichat", None, "/h/.config/aichat/config.yaml", True, SECRET, 0o640, "../dot/config.yaml"),
    BackupFile("codex", None, "/h/.codex/config.toml", False, b"", None, None),
    BackupFile("codex", "modelcat/x.json", "/h/.codex/modelcat/x.json", True, b"", 0o600, None),
)


@pytest.fixture
def private(tmp_path: Path) -> PrivateRepo:
    return PrivateRepo.open(tmp_path / "managed" / "private")


def test_nothing_is_there_and_nothing_is_made_by_asking(private: PrivateRepo) -> None:
    assert private.tags() == []
    assert private.base("aichat") is None
    assert private.bases(["aichat", "codex"]) == {}
    assert private.prune(0) == 0
    assert private.tidy() == 0
    assert not private.folder.exists()


def test_a_backup_gives_back_what_it_was_given(private: PrivateRepo) -> None:
    tag = private.backup(FILES, WHEN, "apply")
    assert tag == f"backup/{WHEN}"
    manifest = private.manifest(tag)
    assert manifest.files == (
        Kept(0, "aichat", None, "/h/.config/aichat/config.yaml", True, 0o640, "../dot/config.yaml"),
        Kept(1, "codex", None, "/h/.codex/config.toml", False, None, None),
        Kept(2, "codex", "modelcat/x.json", "/h/.codex/modelcat/x.json", True, 0o600, None),
    )
    assert (manifest.when, manifest.kind, manifest.tools, manifest.bases) == (
        WHEN,
        "apply",
        ("aichat", "codex"),
        {},
    )
    assert private.contents(tag, [0, 2]) == {0: SECRET, 2: b""}
    with pytest.raises(RepoError, match="incomplete"):
        private.content(tag, 1)
    [only] = private.tags()
    assert (only.name, only.subject) == (tag, "before apply: aichat, codex (3 files)")


def test_packs_stay_few_and_every_backup_stays(private: PrivateRepo) -> None:
    private.set_refs(private.write_bases({"aichat": {"kept": True}}))
    made = [
        private.backup([replace(FILES[0], data=b"# %d" % n)], f"2026-11-24T14-{n:02}-00Z", "apply")
        for n in range(40)
    ]
    assert len(list((private.folder / "objects" / "pack").glob("*.pack"))) < 40
    assert [private.content(tag, 0) for tag in made] == [b"# %d" % n for n in range(40)]
    assert [item.name for item in private.tags()] == made[::-1]
    assert private.base("aichat") == {"kept": True}
    for place in private.folder.rglob("*"):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0, place
    assert sound(private.folder)


def test_it_is_bare_private_and_without_a_remote(private: PrivateRepo) -> None:
    private.backup(FILES, WHEN, "backup")
    private.set_refs(private.write_bases({"aichat": {"a": 1}}))
    assert git(private.folder, "rev-parse", "--is-bare-repository") == "true\n"
    assert git(private.folder, "remote") == ""
    for place in (private.folder, *private.folder.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0, place
    assert sound(private.folder)


def test_the_base_of_the_day_is_kept_with_the_backup(private: PrivateRepo) -> None:
    private.set_refs(private.write_bases({"aichat": {"files": {"config.yaml": [1, "ü", None]}}, "mods": 2}))
    first = private.backup(FILES, WHEN, "apply")
    private.set_refs(
        {"aichat": private.write_base("aichat", "changed"), "codex": private.write_base("codex", 5)}
    )
    second = private.backup(FILES, WHEN, "apply")
    assert (first, second) == (f"backup/{WHEN}", f"backup/{WHEN}-2")
    old, new = private.manifest(first), private.manifest(second)
    assert private.base_at(old, "aichat") == {"files": {"config.yaml": [1, "ü", None]}}
    assert private.base_at(old, "codex") is None
    assert private.base_at(old, "mods") is None, "mods has no file in this backup"
    assert private.base_at(new, "codex") == 5
    private.set_refs({"aichat": old.bases["aichat"], "codex": ""})
    assert private.bases(["aichat", "codex", "mods"]) == {
        "aichat": {"files": {"config.yaml": [1, "ü", None]}},
        "mods": 2,
    }
    private.set_refs({"codex": ""})
    assert private.base("codex") is None


def test_a_base_is_not_current_before_it_is_set(private: PrivateRepo) -> None:
    blob = private.write_base("aichat", [1])
    assert private.base("aichat") is None
    private.set_refs({"aichat": blob})
    assert private.base("aichat") == [1]
    assert git(private.folder, "cat-file", "blob", "refs/modelcat/base/aichat") == "[\n  1\n]\n"


def test_references_move_all_or_none(private: PrivateRepo) -> None:
    private.set_refs(private.write_bases({"aichat": 1, "codex": 1}))
    with pytest.raises(RepoError):
        private.set_refs({"aichat": private.write_base("aichat", 2), "codex": "1" * 40})
    assert private.bases(["aichat", "codex"]) == {"aichat": 1, "codex": 1}


def test_pruning_forgets_the_oldest_for_good(private: PrivateRepo) -> None:
    secrets = [f"secret number {n}" for n in range(5)]
    for n, secret in enumerate(secrets):
        file = BackupFile("aichat", None, "/x", True, secret.encode(), 0o600, None)
        private.backup([file], f"2026-11-2{n}T00-00-00Z", "apply")
    private.set_refs(private.write_bases({"aichat": "base"}))
    assert private.prune(2) == 3
    assert [tag.name for tag in private.tags()] == [
        "backup/2026-11-24T00-00-00Z",
        "backup/2026-11-23T00-00-00Z",
    ]
    assert private.content("backup/2026-11-23T00-00-00Z", 0) == b"secret number 3"
    assert private.base("aichat") == "base"
    everything = git(private.folder, "cat-file", "--batch-all-objects", "--batch")
    assert [secret in everything for secret in secrets] == [False, False, False, True, True]
    assert private.prune(2) == 0
    assert private.prune(0) == 2
    assert private.tags() == []
    assert sound(private.folder)


@pytest.mark.parametrize("packed", [False, True])
def test_the_newest_of_one_second_has_the_highest_number(packed: bool, private: PrivateRepo) -> None:
    for _ in range(3):
        private.backup(FILES, WHEN, "backup")
    private.prune(2)
    if packed:
        git(private.folder, "pack-refs", "--all")
    # The name without a number is free again, and would be the oldest.
    assert private.backup(FILES, WHEN, "apply") == f"backup/{WHEN}-4"
    assert [tag.name.removeprefix(f"backup/{WHEN}") for tag in private.tags()] == ["-4", "-3", "-2"]


@pytest.mark.parametrize(
    "tag", ["backup/2026-11-24T14-31-00Z", "backup/x", "x", "--all", "backup/../../x", ""]
)
def test_an_unknown_backup_is_an_error_that_names_the_nearest(tag: str, private: PrivateRepo) -> None:
    with pytest.raises(RepoError, match="there is none yet"):
        private.manifest(tag)
    private.backup(FILES, WHEN, "backup")
    with pytest.raises(RepoError, match=f"nearest: backup/{WHEN}"):
        private.manifest(tag)


def hand_made(private: PrivateRepo, manifest: str, tag: str) -> None:
    blob = git(private.folder, "hash-object", "-w", "--stdin-paths", "--no-filters", check=False)
    (private.folder / "m").write_text(manifest)
    blob = git(private.folder, "hash-object", "-w", "m").strip()
    (private.folder / "tree").write_text(f"100644 blob {blob}\tmanifest.json\n")
    git(private.folder, "init", "-q", "--bare", ".")
    git(private.folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},manifest.json")
    tree = git(private.folder, "write-tree").strip()
    commit = git(private.folder, "commit-tree", "-m", "x", tree).strip()
    git(private.folder, "tag", tag, commit)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        (json.dumps({"version": 1, "when": WHEN, "kind": "x", "files": [{"odd": 1}]}), "damaged"),
        (json.dumps({"version": 2}), "newer modelcat"),
    ],
)
def test_a_manifest_that_cannot_be_read(manifest: str, words: str, private: PrivateRepo) -> None:
    private.backup(FILES, WHEN, "backup")
    hand_made(private, manifest, "backup/2026-01-01T00-00-00Z")
    with pytest.raises(RepoError, match=words):
        private.manifest("backup/2026-01-01T00-00-00Z")


backup_files = st.builds(
    BackupFile,
    tool=st.sampled_from(["aichat", "codex"]),
    name=st.none() | st.sampled_from(["a.toml", "modelcat/b.json"]),
    path=st.sampled_from(["/h/ü", "/h/a b", "C:\\x", "/h/\ud800"]),
    existed=st.just(True),
    data=st.binary(max_size=50) | st.sampled_from([b"data 5\n", b"\ndone\n", b"blob\nmark :1\n"]),
    mode=st.integers(0, 0o777),
    link=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(backup_files, min_size=1, max_size=5))
def test_whatever_bytes_and_names(files: list[BackupFile], tmp_path_factory: pytest.TempPathFactory) -> None:
    private = PrivateRepo.open(tmp_path_factory.mktemp("p") / "private")
    tag = private.backup(files, WHEN, "backup")
    kept = private.manifest(tag).files
    found = private.contents(tag, range(len(files)))
    for n, file in enumerate(files):
        assert kept[n] == Kept(n, file.tool, file.name, file.path, True, file.mode, file.link)
        assert found[n] == file.data
