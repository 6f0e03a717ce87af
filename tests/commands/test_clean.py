"""`modelcat clean`: what goes, and what never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcat import settings as machine
from modelcat.commands import backup, clean, restore
from modelcat.errors import ExitCode, UsageError
from modelcat.output import Screen
from modelcat.output import clean as words
from modelcat.repo.catalog import CatalogRepo
from modelcat.repo.private import PrivateRepo
from modelcat.settings import Settings
from tests.real_git import clean as is_clean
from tests.real_git import git, sound

TEXTS = {
    "catalog/a.json": "a\n",
    "config/txt/models_a.txt": "a\n",
    "config/aichat/config.yaml": "a\n",
    "config/codex/config.toml": "a\n",
}


@pytest.fixture
def settings(home: Path) -> Settings:
    """A catalog with a commit, a config, three backups of it."""
    config = home / ".config" / "aichat" / "config.yaml"
    config.parent.mkdir(parents=True)
    settings = machine.load()
    for n in range(3):
        config.write_text(f"{n}\n")
        backup.run(settings)
    repo = CatalogRepo.open(settings.catalog)
    (settings.catalog / "modelcat.toml").write_text("# mine\n")
    repo.commit(TEXTS, "sync: first", "", "sync/2026-11-24T08-00-00Z")
    return settings


LEFT = [
    "{home}/.config/aichat/.config.yaml.modelcat-0123abcd",
    "{home}/.codex/.config.toml.modelcat-0123abcd",
    "{managed}/catalog/catalog/.a.json.modelcat-new",
    "{managed}/catalog/config/aichat/.config.yaml.modelcat-new",
    "{managed}/catalog/.git/modelcat/.record.modelcat-new",
    "{managed}/catalog/.git/fast_import_crash_123",
    "{managed}/catalog/.git/objects/pack/tmp_pack_abc",
    "{managed}/private/objects/pack/tmp_pack_abc",
    "{managed}/catalog/models/extra/.state.json.abcdef",
    "{managed}/journal.json.new",
]
KEPT = [
    "{home}/.config/aichat/config.yaml",
    "{home}/.config/aichat/.config.yaml.swp",
    "{home}/.config/aichat/config.yaml.modelcat-mine",
    "{managed}/catalog/models/extra/state.json",
    "{managed}/catalog/catalog/notes.md",
]


def test_leftovers_go_and_nothing_else(
    settings: Settings, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left, kept = (
        [Path(text.format(home=home, managed=settings.home)) for text in texts] for texts in (LEFT, KEPT)
    )
    for path in (*left, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 1000)
    result = clean.run(settings)
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []
    # The journal's and the catalog's five are swept as every command starts, before anything is counted.
    counted = len(left) - 6
    assert (result.leftovers, result.configs, result.backups, result.everything) == (
        counted,
        None,
        None,
        False,
    )
    assert result.freed > 5000
    assert {path: (settings.catalog / path).read_text() for path in TEXTS} == TEXTS
    assert len(PrivateRepo(settings.private).tags()) == 3
    assert sound(settings.catalog)
    assert sound(settings.private)
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert out == f"{counted} leftovers removed, the repositories packed\n"
    assert "kB freed" in err
    assert clean.run(settings, temp=True).leftovers == 0


def test_generated_configs_go_as_a_commit(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    result = clean.run(settings, configs=True)
    assert (result.configs, result.leftovers) == (2, None)
    assert set(CatalogRepo.open(settings.catalog).read_all()) == {
        "catalog/a.json",
        "config/txt/models_a.txt",
        "modelcat.toml",
    }
    assert git(settings.catalog, "log", "-1", "--format=%s") == "clean: 2 generated configs\n"
    assert is_clean(settings.catalog)
    words.show(result, Screen())
    assert "`modelcat generate` makes them again" in capsys.readouterr().out
    assert clean.run(settings, configs=True).configs == 0


def test_old_backups_go_and_the_newest_stay(settings: Settings, home: Path) -> None:
    tags = [tag.name for tag in PrivateRepo(settings.private).tags()]
    assert clean.run(settings, backups=True).backups == 0, f"{clean.KEEP} stay unless another number is given"
    result = clean.run(settings, backups=True, keep=1)
    assert result.backups == 2
    assert [tag.name for tag in PrivateRepo(settings.private).tags()] == tags[:1]
    (home / ".config/aichat/config.yaml").write_text("changed\n")
    restore.run(settings, tags[0])
    assert (home / ".config/aichat/config.yaml").read_text() == "2\n"


def test_everything_leaves_backups_and_what_the_person_wrote(settings: Settings, home: Path) -> None:
    (settings.catalog / "providers.toml").write_text("# mine too\n")
    result = clean.run(settings, everything=True, configs=True)
    assert (result.everything, result.exit_code) == (True, ExitCode.OK)
    assert sorted(path.name for path in settings.catalog.iterdir()) == ["modelcat.toml", "providers.toml"]
    assert len(PrivateRepo(settings.private).tags()) == 3
    assert (home / ".config/aichat/config.yaml").read_text() == "2\n"
    repo = CatalogRepo.open(settings.catalog)
    assert repo.commit(TEXTS, "sync: anew") is not None
    assert (settings.catalog / "modelcat.toml").read_text() == "# mine\n"


def test_everything_follows_no_link(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine\n")
    (settings.catalog / "linked").symlink_to(tmp_path / "mine")
    clean.run(settings, everything=True)
    assert (tmp_path / "mine" / "file").read_text() == "mine\n"
    assert not (settings.catalog / "linked").is_symlink()


def test_a_fresh_machine_has_nothing_to_clean(home: Path) -> None:
    settings = machine.load()
    for asked in ({}, {"temp": True}, {"backups": True}, {"everything": True}):
        assert clean.run(settings, **asked).freed == 0
    assert not (settings.catalog / ".git").exists()


def test_keep_without_backups_is_a_usage_error(settings: Settings) -> None:
    with pytest.raises(UsageError, match="--backups"):
        clean.run(settings, keep=3)
    assert len(PrivateRepo(settings.private).tags()) == 3


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"), (9e12, "9,000.0 GB")],
)
def test_sizes(size: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    words.show(clean.CleanResult(freed=size), Screen())
    assert capsys.readouterr().err == f"{said} freed\n"
