"""A managed folder fed by the simulator, and what must be true of it whatever befell the sync."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from modelcat import registry, state, workspace
from modelcat import settings as machine
from modelcat.files.disk import make_folder
from modelcat.settings import Settings
from tests.real_git import clean, git, sound
from tests.simulator import Shop, Simulator

LIKES = ("openrouter", "groq", "anthropic", "gemini", "cohere", "chutes", "togetherai", "mistral")


FEW = ("openrouter", "anthropic")


def shops(
    simulator: Simulator, likes: Iterable[str] = LIKES, count: int = 20, latency: float = 0.0
) -> list[Shop]:
    """A few providers of different kinds, some with pages; their models come and go (`turned`)."""
    return [simulator.open(like, f"p-{like}", count=count, page_size=8, latency=latency) for like in likes]


def turned(found: list[Shop]) -> None:
    """Another day: every provider has dropped some models and brought some others, or the reverse."""
    for shop in found:
        name = shop.like.id or "id"
        shop.rows = [
            {**row, name: _other(str(row[name]))} if n % 3 == 0 else row for n, row in enumerate(shop.rows)
        ]
        shop.refresh()


def _other(name: str) -> str:
    return name.removesuffix("-next") if name.endswith("-next") else f"{name}-next"


def registry_of(simulator: Simulator) -> str:
    """A providers.toml with the simulator's shops; the shipped providers are all off."""
    shipped = registry.load(machine.data_file("providers.toml").read_text("utf-8")).providers
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped if name not in simulator.shops)
    return simulator.registry_text() + off


def prepare(simulator: Simulator) -> Settings:
    """The managed folder of this test (MODELCAT_HOME) with that registry."""
    settings = machine.load()
    make_folder(settings.catalog)
    (settings.catalog / "providers.toml").write_text(registry_of(simulator), "utf-8")
    return settings


def tree(folder: Path) -> str:
    """The tree of the last commit."""
    return git(folder, "rev-parse", "HEAD^{tree}").strip()


def ids(settings: Settings) -> dict[str, frozenset[str]]:
    """Provider -> ids as every command reads them; also of a folder that a kill left unfinished."""
    return {item.provider: item.ids() for item in workspace.catalog(settings).listings}


def assert_whole(settings: Settings) -> None:
    """Nothing half-done: git content, folder, index and last commit alike, no leftovers, a state to read."""
    assert sound(settings.catalog)
    assert clean(settings.catalog)
    assert leftovers(settings.home) == []
    text = (settings.extra / "state.json").read_text("utf-8")
    assert json.loads(text)["head"] == git(settings.catalog, "rev-parse", "HEAD").strip()
    assert state.load(settings.extra).head


def leftovers(home: Path) -> list[str]:
    """What only a run at work has."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if _is_leftover(path))


def _is_leftover(path: Path) -> bool:
    name = path.name
    return (
        name.endswith((".modelcat-new", ".lock"))
        or name.startswith(
            ("tmp_", ".tmp-", "fast_import_crash_", ".state.json.", ".run_", ".summary_", ".failed_")
        )
        or name in {"pending", "journal.json", "lock.holder"}
    )


def written(home: Path) -> Iterator[Path]:
    """Everything in the managed folder, itself included."""
    yield home
    yield from home.rglob("*")
