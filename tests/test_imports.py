"""Who may import whom. Reads the imports out of the source; nothing is imported here.

The house: cli -> commands -> edges and core; output <- cli. The core knows no client, no git, no screen,
opens no file and reads no clock or environment.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent / "modelcat"
MODULES = sorted(ROOT.rglob("*.py"))

# Which third-party package may be imported where: prefixes of module names.
HOMES = {
    "typer": ("modelcat.cli",),
    "rich": ("modelcat.output",),
    "httpx": ("modelcat.fetch",),
    "orjson": ("modelcat.payload",),
    "ruamel": ("modelcat.documents",),
    "_ruamel_yaml": ("modelcat.documents",),
    "tomlkit": ("modelcat.documents",),
    "filelock": ("modelcat.files",),
    "platformdirs": ("modelcat.settings",),
    "fastjsonschema": ("modelcat.check", "modelcat.rules"),
    "deepdiff": ("modelcat.commands.catalog_diff", "modelcat.query", "modelcat.catalog"),
}
EDGES = ("modelcat.fetch", "modelcat.repo", "modelcat.files", "modelcat.settings", "modelcat.state")
OUTER = ("modelcat.cli", "modelcat.commands", "modelcat.output", "modelcat.__main__", "modelcat.errors")
# Edges in the wider sense: they put edges together and are called by commands only.
JOINTS = (
    "modelcat.asking",
    "modelcat.checkup",
    "modelcat.first_seen",
    "modelcat.folders",
    "modelcat.git_hook",
    "modelcat.installed",
    "modelcat.legacy_output",
    "modelcat.live",
    "modelcat.meanwhile",
    "modelcat.mend",
    "modelcat.own_providers",
    "modelcat.planning",
    "modelcat.standing",
    "modelcat.transaction",
    "modelcat.update",
    "modelcat.workspace",
)
IO_CALLS = {"open", "print", "input"}
IO_MODULES = {
    "os",
    "subprocess",
    "socket",
    "time",
    "shutil",
    "tempfile",
    "sqlite3",
    "urllib",
    "http",
    "asyncio",
}


class Import(NamedTuple):
    module: str
    target: str
    line: int
    typing_only: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def in_house(name: str, houses: tuple[str, ...]) -> bool:
    return any(name == house or name.startswith(f"{house}.") for house in houses)


def is_core(name: str) -> bool:
    return name != "modelcat" and not in_house(name, EDGES + OUTER + JOINTS)


def imports(path: Path) -> list[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        quiet = id(node) in typing_only
        if isinstance(node, ast.Import):
            found += [Import(module_name(path), item.name, node.lineno, quiet) for item in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where things come from"
            base = node.module or ""
            for item in node.names:
                deeper = f"{base}.{item.name}"
                known = (ROOT.parent / Path(*deeper.split("."))).with_suffix(".py").exists() or (
                    ROOT.parent / Path(*deeper.split("."))
                ).is_dir()
                found.append(Import(module_name(path), deeper if known else base, node.lineno, quiet))
    return found


ALL = [item for path in MODULES for item in imports(path)]


def test_the_tree_is_read() -> None:
    assert len(MODULES) > 30
    assert len(ALL) > 200


@pytest.mark.parametrize("package", HOMES)
def test_each_library_has_one_home(package: str) -> None:
    for item in ALL:
        if item.target.split(".")[0] == package and not item.typing_only:
            assert in_house(item.module, HOMES[package]), f"{item.module}:{item.line} imports {package}"


def test_the_core_imports_no_edge_and_nothing_outer() -> None:
    for item in ALL:
        if is_core(item.module) and not item.typing_only:
            bad = in_house(item.target, tuple(set(EDGES + OUTER + JOINTS) - {"modelcat.errors"}))
            assert not bad, f"{item.module}:{item.line} (core) imports {item.target}"


def test_the_core_does_no_io() -> None:
    for item in ALL:
        if is_core(item.module):
            pure = item.target == "urllib.parse"
            assert pure or item.target.split(".")[0] not in IO_MODULES, (
                f"{item.module}:{item.line}: {item.target}"
            )
    for path in MODULES:
        if not is_core(module_name(path)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            assert called not in IO_CALLS, f"{path}:{getattr(node, 'lineno', 0)} (core) calls {called}"
            clock = isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "environ"}
            assert not clock, f"{path}:{getattr(node, 'lineno', 0)} (core) reads a clock or the environment"


def test_only_settings_reads_the_environment_and_home() -> None:
    for path in MODULES:
        if module_name(path) in {"modelcat.settings", "modelcat.repo"} or module_name(path).startswith(
            ("modelcat.repo.",)
        ):
            continue  # the repository scrubs GIT_* out of the environment of its children
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"environ", "getenv", "expanduser"}, (
                    f"{path}:{node.lineno}: {node.attr}"
                )
                is_home = node.attr == "home" and isinstance(node.value, ast.Name) and node.value.id == "Path"
                assert not is_home, f"{path}:{node.lineno}: Path.home"


def test_no_command_imports_another() -> None:
    for item in ALL:
        if in_house(item.module, ("modelcat.commands",)) and in_house(item.target, ("modelcat.commands",)):
            assert item.module == item.target, f"{item.module}:{item.line} imports {item.target}"


def test_commands_do_not_speak_and_output_does_not_act() -> None:
    for item in ALL:
        if item.typing_only:
            continue
        if in_house(item.module, ("modelcat.commands",)):
            allowed = item.module == "modelcat.commands.validate"  # its own front door, without the cli
            assert allowed or not in_house(item.target, ("modelcat.output", "modelcat.cli")), item
        if in_house(item.module, ("modelcat.output",)):
            assert not in_house(item.target, (*EDGES, "modelcat.commands", "modelcat.cli")), item


def test_tools_and_dialects_do_not_know_each_other() -> None:
    for item in ALL:
        if in_house(item.module, ("modelcat.tools", "modelcat.tool", "modelcat.rules")):
            assert not in_house(item.target, ("modelcat.dialects", "modelcat.dialect")), item
        if in_house(item.module, ("modelcat.dialects", "modelcat.dialect")):
            assert not in_house(item.target, ("modelcat.tools", "modelcat.tool")), item


def test_broad_except_stands_once() -> None:
    places = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = ast.dump(node.type) if node.type else "bare"
                if names == "bare" or "'Exception'" in names or "'BaseException'" in names:
                    places.append(module_name(path))
    assert places == ["modelcat.errors"]


LIGHT = ("httpx", "rich", "deepdiff", "tomlkit", "filelock", "platformdirs", "asyncio", "pydantic")


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--version"], ("typer", "dataclasses", "json", *LIGHT)),
        (["--help"], LIGHT),
        (["providers", "list"], ("httpx", "deepdiff", "asyncio", "modelcat.documents")),
        (["models", "gpt"], ("httpx", "deepdiff", "tomlkit", "asyncio")),
        (["validate", "--help"], ("typer", *LIGHT)),
    ],
)
def test_no_command_loads_what_it_does_not_use(
    words: list[str], heavy: tuple[str, ...], tmp_path: Path
) -> None:
    code = (
        "import sys, atexit\n"
        "sys.argv = ['modelcat', *sys.argv[1:]]\n"
        f"atexit.register(lambda: open({str(tmp_path / 'loaded')!r}, 'w').write('\\n'.join(sys.modules)))\n"
        "from modelcat.__main__ import main\n"
        "main()\n"
    )
    subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True)
    loaded = set((tmp_path / "loaded").read_text().splitlines())
    assert "modelcat.__main__" in loaded
    assert not loaded & set(heavy)
