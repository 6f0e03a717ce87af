"""Where each tool reads its config, by platform and environment, as each tool's own rules have it."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from modelcat import tools
from modelcat.tool import Place

_LINUX = PurePosixPath("/home/ada")
_MAC = PurePosixPath("/Users/ada")
_WINDOWS = PureWindowsPath("C:/Users/ada")
_ROAMING = {"APPDATA": r"C:\Users\ada\AppData\Roaming", "LOCALAPPDATA": r"C:\Users\ada\AppData\Local"}


@pytest.mark.parametrize(
    ("tool", "platform", "home", "env", "expected"),
    [
        ("aichat", "linux", _LINUX, {}, "/home/ada/.config/aichat/config.yaml"),
        ("aichat", "linux", _LINUX, {"XDG_CONFIG_HOME": "/x"}, "/x/aichat/config.yaml"),
        ("aichat", "darwin", _MAC, {}, "/Users/ada/Library/Application Support/aichat/config.yaml"),
        ("aichat", "darwin", _MAC, {"XDG_CONFIG_HOME": "/x"}, "/x/aichat/config.yaml"),
        ("aichat", "win32", _WINDOWS, _ROAMING, r"C:\Users\ada\AppData\Roaming\aichat\config.yaml"),
        ("aichat", "win32", _WINDOWS, {}, r"C:\Users\ada\AppData\Roaming\aichat\config.yaml"),
        ("aichat", "win32", _WINDOWS, {"XDG_CONFIG_HOME": "D:/x", **_ROAMING}, r"D:\x\aichat\config.yaml"),
        ("aichat", "linux", _LINUX, {"AICHAT_CONFIG_DIR": "/d", "XDG_CONFIG_HOME": "/x"}, "/d/config.yaml"),
        ("aichat", "linux", _LINUX, {"AICHAT_CONFIG_FILE": "/f.yaml", "AICHAT_CONFIG_DIR": "/d"}, "/f.yaml"),
        ("aichat", "linux", _LINUX, {"AICHAT_CONFIG_FILE": "", "XDG_CONFIG_HOME": ""}, None),
        ("codex", "linux", _LINUX, {}, "/home/ada/.codex/config.toml"),
        ("codex", "darwin", _MAC, {"XDG_CONFIG_HOME": "/x"}, "/Users/ada/.codex/config.toml"),
        ("codex", "win32", _WINDOWS, _ROAMING, r"C:\Users\ada\.codex\config.toml"),
        ("codex", "linux", _LINUX, {"CODEX_HOME": "/c"}, "/c/config.toml"),
        ("mods", "linux", _LINUX, {}, "/home/ada/.config/mods/mods.yml"),
        ("mods", "linux", _LINUX, {"XDG_CONFIG_HOME": "/x"}, "/x/mods/mods.yml"),
        ("mods", "linux", _LINUX, {"XDG_CONFIG_HOME": "relative"}, "/home/ada/.config/mods/mods.yml"),
        ("mods", "darwin", _MAC, {}, "/Users/ada/Library/Application Support/mods/mods.yml"),
        ("mods", "win32", _WINDOWS, _ROAMING, r"C:\Users\ada\AppData\Local\mods\mods.yml"),
        ("mods", "win32", _WINDOWS, {}, r"C:\Users\ada\AppData\Local\mods\mods.yml"),
    ],
)
def test_path(tool: str, platform: str, home: PurePath, env: dict[str, str], expected: str | None) -> None:
    place = Place(env, home, platform)
    assert str(tools.load(tool).path(place)) == (expected or "/home/ada/.config/aichat/config.yaml")
