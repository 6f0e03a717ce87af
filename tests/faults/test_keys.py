"""Where keys go: each in a header to its own provider's origin, and nowhere else that can be looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from modelcat import registry
from modelcat import settings as machine
from modelcat.catalog import Provider
from modelcat.settings import Settings
from tests.faults import ground
from tests.real_git import git
from tests.simulator import Asked, Simulator

MARK = "sk-recognised-"


def shipped() -> dict[str, Provider]:
    rows = registry.load(machine.data_file("providers.toml").read_text("utf-8")).providers
    return {
        name: row for name, row in rows.items() if row.enabled and row.kind == "provider" and row.models_url
    }


def key(variable: str) -> str:
    return f"{MARK}{variable.lower().replace('_', '-')}-0123456789abcdef"


@pytest.fixture
def servers() -> Iterator[list[Simulator]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Simulator()) for _ in range(3)]


@pytest.fixture
def settings(servers: list[Simulator], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """All shipped providers at origins on loopback, which this machine trusts, and all their keys set.

    A third of them answers, a third redirects elsewhere, a third refuses the key.
    """
    overlay, trust = [], ["[trust]"]
    for number, (name, row) in enumerate(shipped().items()):
        at = servers[number % len(servers)]
        always = (None, "redirect away", "401")[number // len(servers) % 3]
        shop = at.open("openrouter", name, count=2, latency=0.2)
        if always == "redirect away":
            shop.faults.append(always)
        else:
            shop.always = always
        overlay += [
            f"[providers.{name}]",
            'dialect = "openai"',
            f'base_url = "{shop.base_url}"',
            f'models_url = "{shop.url}"',
        ]
        trust.append(f'{json.dumps(name)} = "{at.origin}"')
        for variable in (*row.api_key_env, *row.optional_key_env):
            monkeypatch.setenv(variable, key(variable))
        for _, variable in row.url_env:
            monkeypatch.setenv(variable, "account")
    found = machine.load()
    found.catalog.mkdir(parents=True, mode=0o700)
    (found.catalog / "providers.toml").write_text("\n".join(overlay) + "\n", "utf-8")
    found.config_file.parent.mkdir(parents=True)
    found.config_file.write_text("\n".join(trust) + "\n", "utf-8")
    return machine.load()


def watched(*words: str) -> tuple[int, bytes, set[bytes]]:
    """Run modelcat; its code, all it said, and every command line that it and its children had."""
    seen: set[bytes] = set()
    with subprocess.Popen(
        [sys.executable, "-m", "modelcat", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        while process.poll() is None:
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError, ProcessLookupError):
                    if os.getsid(int(folder.name)) == process.pid:
                        seen.add((folder / "cmdline").read_bytes())
            time.sleep(0.002)
        assert process.stdout
        said = process.stdout.read()
    return process.returncode, said, seen


def test_a_key_goes_to_its_own_provider_and_is_to_be_found_nowhere(
    servers: list[Simulator], settings: Settings, tmp_path: Path
) -> None:
    names = list(shipped())
    assert len(names) > 60
    code, said, seen = watched("sync", *names, "-vv")
    assert code == 0, said
    asked = [(at, item) for at in servers for item in at.log]
    assert {item.shop for _, item in asked} == set(names)
    assert_own_keys_only(asked)
    assert sum(MARK in " ".join(item.headers.values()) for _, item in asked) > 20
    assert any(item.port == at.away_port for at, item in asked), "nobody was led elsewhere"
    assert MARK.encode() not in said
    # Not in `ps`: modelcat's own command line, and git's.
    assert any(b"fast-import" in line for line in seen)
    assert not any(MARK.encode() in line for line in seen)
    assert_in_no_file(tmp_path)
    for words in (
        ("sync", *names, "--force", "--json"),
        ("status", "--json"),
        ("doctor",),
        ("providers", "list", "-v"),
    ):
        _, said, seen = watched(*words)
        assert MARK.encode() not in said, words
        assert not any(MARK.encode() in line for line in seen), words
    assert_in_no_file(tmp_path)
    ground.assert_whole(settings)


def assert_own_keys_only(asked: list[tuple[Simulator, Asked]]) -> None:
    known = shipped()
    for at, item in asked:
        row = known[item.shop]
        own = {key(variable) for variable in (*row.api_key_env, *row.optional_key_env)}
        keys = [value.removeprefix("Bearer ") for value in item.headers.values() if MARK in value]
        assert MARK not in item.path + str(item.query)
        assert MARK.encode() not in item.body
        assert set(keys) <= own, (item.shop, keys)
        if item.port == at.away_port:
            assert keys == [], f"{item.shop}: a key at another origin"


def assert_in_no_file(folder: Path) -> None:
    """Neither in a file nor in anything that git has."""
    for path in folder.rglob("*"):
        # The settings of this test name the variables, never the values.
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path
    catalog = machine.load().catalog
    objects = git(catalog, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert len(objects) > 60
    assert MARK not in git(catalog, "log", "--all", "-p", "--format=%an %ae %s %b")


BUG = """
import sys
from modelcat.fetch import course
real = course._Course._secret
def broken(self, url):
    found = real(self, url)
    if found:
        raise RuntimeError(f"cannot send {found}")
    return found
course._Course._secret = broken
from modelcat.__main__ import main
sys.argv = ["modelcat", "sync", "-vv"]
main()
"""


def test_a_bug_that_has_a_key_in_its_words_does_not_tell_it(settings: Settings, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BUG], capture_output=True, check=False)
    assert done.returncode == 4
    assert done.stderr.count(b"\n") == 1
    assert MARK.encode() not in done.stdout + done.stderr
    [log] = settings.extra.glob("bug-*.log")
    assert "RuntimeError: cannot send" in log.read_text("utf-8")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path
