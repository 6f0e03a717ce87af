"""The person's own providers.toml, and config.toml's word that this machine trusts a provider of it, changed.

Both are edited in place and never written anew (overlay.py). What a row may say is in registry.py, which row
somebody wants in commands/providers.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat import overlay, workspace
from modelcat import settings as machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelcat.catalog import Provider
    from modelcat.registry import Registry
    from modelcat.settings import Settings

FILE = "providers.toml"


def path(settings: Settings) -> Path:
    """Where the file is, or will be."""
    return settings.catalog / FILE


def write(settings: Settings, name: str, row: Mapping[str, Any] | None, subject: str) -> Registry:
    """Commit the file with `row` for `name`, or with none (None), and give the registry as it counts then.

    A row's keys are put over those that are there. The caller holds the lock. Raises RegistryError or
    DocumentError for what would not load; then nothing was written.
    """
    from modelcat import registry as rows

    place = path(settings)
    before = machine.own_text(place) or ""
    shipped = machine.data_file(FILE).read_text("utf-8")
    if row is None:
        after = overlay.without(before, str(place), "providers", name)
    else:
        # By itself first: what is wrong with it has no line in a file yet.
        rows.load(shipped, overlay.with_row("", "", "providers", name, row), overlay_path="")
        after = overlay.with_row(before, str(place), "providers", name, row)
    registry = rows.load(shipped, after, overlay_path=str(place))
    workspace.repo(settings).commit({FILE: after}, subject)
    return registry


def trust(settings: Settings, provider: Provider) -> bool:
    """Note in config.toml of this machine that its person added `provider`; False: it was trusted already."""
    from modelcat.urls import origin

    resolved = machine.resolve(settings, provider)
    if machine.is_trusted(settings, resolved):
        return False
    there = origin(resolved.base_url)
    return _change(settings, lambda text, place: overlay.with_value(text, place, "trust", provider.id, there))


def distrust(settings: Settings, name: str) -> bool:
    """Take that note out again; False: there was none."""
    return _change(settings, lambda text, place: overlay.without(text, place, "trust", name))


def _change(settings: Settings, change: Callable[[str, str], str]) -> bool:
    """Write this machine's config.toml with `change` (text, path -> text) made; False: it changes nothing."""
    from modelcat.files.disk import make_folder
    from modelcat.repo import worktree

    # People keep such files elsewhere and link them here; the link stays.
    place = settings.config_file.resolve()
    before = machine.own_text(place) or ""
    after = change(before, str(place))
    if after == before:
        return False
    make_folder(place.parent)
    worktree.write(place, after.encode())
    return True
