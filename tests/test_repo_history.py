"""Lines that came and went, as `git log` tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcat.repo.catalog import CatalogRepo
from tests.real_git import git

HOSTILE = "@@ -1 +1 @@\n--- a/x\n+++ b/x\ndiff --git a/x b/x\n-minus\n+plus\n\\ No newline\n"


@pytest.fixture
def repo(tmp_path: Path) -> CatalogRepo:
    made = CatalogRepo.open(tmp_path / "catalog")
    made.commit(
        {"catalog/a.json": "1\n2\n3\n", "catalog/b.json": "x\n", "config/txt/a.txt": "one\ntwo\n"}, "first"
    )
    made.commit({"catalog/a.json": "1\ntwo\n3\nno end"}, "second")
    made.commit({"catalog/b.json": None, "catalog/c.json": HOSTILE}, "third")
    made.commit({"config/txt/a.txt": "one\ntwo.x\n"}, "fourth")
    return made


def told(
    repo: CatalogRepo, *paths: str, limit: int | None = None
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(item.path, item.removed, item.added) for item in repo.changes(paths, limit)]


def test_newest_first_and_every_line(repo: CatalogRepo) -> None:
    assert told(repo, "catalog/a.json") == [
        ("catalog/a.json", ("2",), ("two", "no end")),
        ("catalog/a.json", (), ("1", "2", "3")),
    ]
    assert told(repo, "catalog/b.json") == [("catalog/b.json", ("x",), ()), ("catalog/b.json", (), ("x",))]
    assert told(repo, "catalog/a.json", limit=1) == [("catalog/a.json", ("2",), ("two", "no end"))]
    assert told(repo, "no/such") == []


def test_lines_that_look_like_a_patch(repo: CatalogRepo) -> None:
    """They are told, and never taken for the patch's own: a clone's listing may hold anything."""
    [(path, removed, added)] = told(repo, "catalog/c.json")
    assert (path, removed) == ("catalog/c.json", ())
    assert added == tuple(HOSTILE.splitlines())


def test_commits_and_times_are_those_of_git(repo: CatalogRepo) -> None:
    found = repo.changes(["catalog/a.json"])
    lines = [f"{item.commit} {item.when}" for item in found]
    assert lines == git(repo.folder, "log", "--format=%H %ct", "--", "catalog/a.json").splitlines()


def test_settings_of_the_repository_change_no_form(repo: CatalogRepo) -> None:
    before = told(repo, "catalog/a.json", "catalog/b.json")
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.renames": "copies",
        "color.ui": "always",
        "diff.context": "5",
        "diff.algorithm": "patience",
        "log.decorate": "full",
        "log.follow": "true",
        "format.pretty": "oneline",
        "log.date": "iso",
    }.items():
        git(repo.folder, "config", name, value)
    assert told(repo, "catalog/a.json", "catalog/b.json") == before
    assert repo.log()[0].subject == "fourth"


@pytest.mark.parametrize(
    ("ending", "found"),
    [
        ("two", {"config/txt/a.txt"}),
        ("two.x", {"config/txt/a.txt"}),
        ("twoxx", set()),
        ("one", {"config/txt/a.txt"}),
        ("o.x", {"config/txt/a.txt"}),
        ("tw", set()),
        ("two.", set()),
        (".wo", set()),
        ("-S", set()),
    ],
)
def test_files_in_which_a_line_came_or_went(ending: str, found: set[str], repo: CatalogRepo) -> None:
    assert repo.files_with(ending, "config/txt") == found
    assert repo.files_with(ending, "catalog") == ({"catalog/a.json"} if ending == "two" else set())
