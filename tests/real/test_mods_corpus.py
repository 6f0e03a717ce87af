"""`validate` against mods' own YAML library and types over the same files: what they refuse is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.config_files import ConfigFile, files
from tests.real.real_clients import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

# mods reads a list of apis in pairs without looking whether there is a second: it panics, the reader
# does not.
PANICS = {"apis-as-list.yml"}
FILES = [item for item in files() if item.tool == "mods" and item.path.name not in PANICS]


@pytest.mark.parametrize("item", FILES, ids=[item.name for item in FILES])
def test_what_mods_cannot_read_is_found(item: ConfigFile, tmp_path: Path) -> None:
    reader = program("mods-reader/mods-reader", tmp_path, "tests/real/install_clients.sh --mods builds it")
    (tmp_path / "mods.yml").write_bytes(item.path.read_bytes())
    ended = reader.run(str(tmp_path / "mods.yml"), env={})
    found = [one for one in item.findings() if one.rule.startswith(("syntax/", "schema/"))]
    about_reading = [one.rule for one in found if one.severity == "error"]
    assert bool(about_reading) is (ended.code != 0), f"validate: {about_reading}; mods: {ended.err}"
