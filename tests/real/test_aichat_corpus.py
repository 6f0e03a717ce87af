"""`validate` against the real aichat over the same files: what it refuses at the start is an error here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.config_files import ConfigFile, files
from tests.real.real_clients import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

FILES = [item for item in files() if item.tool == "aichat"]
AT_THE_START = (
    "syntax/",
    "schema/",
    "aichat/unknown-client",
    "aichat/unusable-model",
    "aichat/no-chat-model",
)
"""The rules whose findings end aichat's start; the others spoil requests, or leak."""
LATER = {"unlisted-embedding.yaml"}
"""Refused only when a RAG is made."""


@pytest.mark.parametrize("item", FILES, ids=[item.name for item in FILES])
def test_what_aichat_refuses_is_found(item: ConfigFile, tmp_path: Path) -> None:
    home = tmp_path / "aichat"
    home.mkdir()
    aichat = program("aichat/bin/aichat", home, "tests/real/install_clients.sh --aichat")
    (home / "config.yaml").write_bytes(item.path.read_bytes())
    ended = aichat.run("--dry-run", "hello", env={"AICHAT_CONFIG_DIR": str(home)})
    found = [one for one in item.findings() if one.rule.startswith(AT_THE_START) and one.severity != "info"]
    about_the_start = [one for one in found if one.rule != "schema/unknown-key"]
    if item.path.name in LATER:
        assert ended.code == 0, "then it no longer belongs to LATER"
        return
    assert bool(about_the_start) is (ended.code != 0), f"validate: {about_the_start}; aichat: {ended.err}"
