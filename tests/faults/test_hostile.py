"""Answers made to do harm, from the wire through sync, generate, models, show and diff to files and screen.

What a provider sends may be shown, stored and written into configs, and in none of these places may it be
more than text.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from modelcat import workspace
from modelcat.settings import Settings
from tests.faults import ground
from tests.simulator import Shop, Simulator
from tests.simulator.fixtures import simulator

__all__ = ["simulator"]

# Ids that are no ids: left out, counted, told.
REFUSED = {
    "escape": "acme/\x1b[31mred",
    "title": "acme/\x1b]0;owned\x07",
    "c1": "acme/\x9b31mred",
    "bell": "acme/\x07",
    "null": "acme/\x00",
    "newline": "acme/one\nacme/two",
    "return": "acme/\rmodels",
    "delete": "acme/\x7f",
    "reversed": "acme/\u202egpj.exe",
    "isolate": "acme/\u2066x\u2069",
    "line separator": "acme/\u2028x",
    "zero width": "acme/\u200bx",
    "half a pair": "acme/\ud800",
    "byte order mark": "\ufeffacme/x",
    "megabyte": "a" * 2**20,
    "blank": "   ",
}
# Ids that are odd and must come through as they are, in every format.
KEPT = (
    "../../../../etc/passwd",
    "..",
    ".git/hooks/post-commit",
    "/etc/shadow",
    "C:\\Windows\\system32",
    "$(touch owned)",
    "`touch owned`",
    "${IFS}owned",
    "; touch owned #",
    "| touch owned",
    "--upload-pack=touch owned",
    "-rf",
    "%s%n%x",
    "{{7*7}}",
    "*anchor",
    "&anchor",
    "!!python/object/apply:os.system ['touch owned']",
    "<<",
    "- item",
    "? key",
    "key: value",
    "a #comment",
    "@cf/meta/x",
    "[table]",
    '"""',
    "'''",
    '\\"',
    "\\u0000",
    "a = 1",
    "yes",
    "null",
    "~",
    "0755",
    "1e3",
    ".inf",
    "2024-08-06",
    "=1+1",
    "[bold red]markup[/]",
    ":smile:",
    "模型/ü",
    "a" * 512,
)
# The bytes that may never reach a terminal as they are.
RAW = tuple(
    REFUSED[name].encode("utf-8", "surrogatepass") for name in REFUSED if name not in {"megabyte", "blank"}
)
MADE_VISIBLE = re.compile(
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)


NO_ROWS: tuple[Any, ...] = (
    None,
    7,
    "text\x1b[31m",
    [],
    {"id": 10**400},
    {"id": None},
    {"id": {"id": "x"}},
    {},
)


def hostile_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"id": value, "context_length": 8192} for value in (*REFUSED.values(), *KEPT)
    ]
    worst = "\x1b]0;owned\x07\x9b31m\u202e\n\r\x00<!--$(touch owned)"
    odd: dict[str, Any] = {
        "name": f"A name {worst}",
        "description": worst,
        "context_length": 10**400,
        "top_provider": {"max_completion_tokens": -(10**400), "context_length": "9" * 5000},
        "pricing": {"prompt": "1e999999", "completion": float("nan"), "input_cache_read": "-1e-999999"},
        "architecture": {"input_modalities": [worst, "text", None, 10**30], "modality": worst},
        "created": 10**300,
        "expiration_date": worst,
        "supported_parameters": [worst, {"a": 1}, None],
        worst: {worst: worst},
        "__proto__": {"id": "x"},
        "half": "\ud800\udfff\udc00",
    }
    rows += [{"id": f"odd/{number}", key: value} for number, (key, value) in enumerate(odd.items())]
    rows.append({**odd, "id": "odd/all"})
    return [*rows, *NO_ROWS]


@pytest.fixture
def synced(simulator: Simulator) -> tuple[Settings, Shop]:
    """A catalog of hostile answers, of three providers: one list twice, so that one id has several offers."""
    shop, other = (simulator.open("openrouter", name) for name in ("acme", "other"))
    shop.rows = other.rows = hostile_rows()
    simulator.open("groq", "healthy", count=3)
    settings = ground.prepare(simulator)
    code, out, err = modelcat("sync", "-v")
    assert code == 0, err
    assert_harmless(out + err)
    # Two of them are left out for other reasons, and the bare text among NO_ROWS comes to them.
    count = len(REFUSED) - 2 + 1
    assert f"{count} entries left out: its id holds control or invisible characters".encode() in out
    return settings, shop


def modelcat(*words: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "modelcat", *words], capture_output=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def assert_harmless(shown: bytes) -> None:
    """Nothing that steers a terminal; and every byte is text."""
    shown.decode("utf-8")
    found = MADE_VISIBLE.search(shown)
    assert found is None, shown[max(0, found.start() - 60) : found.end() + 60]
    assert b"Traceback" not in shown


def test_ids_come_through_as_text_or_not_at_all(synced: tuple[Settings, Shop]) -> None:
    settings, _ = synced
    kept = {*KEPT, *(name for name in ground.ids(settings)["acme"] if name.startswith("odd/"))}
    assert ground.ids(settings)["acme"] == kept == ground.ids(settings)["other"]
    for listing in workspace.catalog(settings).listings:
        for model in listing.models:
            assert model.context_window is None or 0 < model.context_window < 10**12, model
            assert model.max_output_tokens is None or 0 < model.max_output_tokens < 10**12, model
            assert model.name is None or model.name.isprintable()
            for price in (model.cost.input, model.cost.output, model.cost.cache_read, model.cost.cache_write):
                assert price is None or (price.is_finite() and 0 <= price < 10**9), model


def test_no_name_became_a_path_or_a_command(synced: tuple[Settings, Shop], tmp_path: Path) -> None:
    settings, _ = synced
    for path in tmp_path.rglob("*"):
        assert "owned" not in path.name
        assert "passwd" not in path.name
    names = {path.name for path in (settings.catalog / "config").rglob("*") if path.is_file()}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in names), names
    assert {path.name for path in settings.catalog.iterdir()} == {
        ".git",
        "catalog",
        "config",
        "models",
        "providers.toml",
    }
    assert not any((settings.catalog / ".git" / "hooks").glob("*"))
    ground.assert_whole(settings)


def test_what_is_written_is_read_by_others_as_it_was_meant(synced: tuple[Settings, Shop]) -> None:
    """json, tomllib and pure ruamel.yaml, none of which wrote it."""
    settings, _ = synced
    code, out, err = modelcat("generate")
    assert code == 0, err
    assert_harmless(out + err)
    config = settings.catalog / "config"
    parsed = {path: read(path) for path in sorted(config.rglob("*")) if path.suffix in READERS}
    assert len(parsed) > 8
    meant = {name for name in KEPT if len(name) < 512}
    mods = parsed[config / "mods" / "models_acme.yml"]
    [api] = mods["apis"].values()
    assert meant <= api["models"].keys()
    aichat = parsed[config / "aichat" / "models_acme.yaml"]
    assert meant <= {model["name"] for client in aichat["clients"] for model in client["models"]}
    ids = (config / "txt" / "models_acme.txt").read_text("utf-8").split("\n")
    assert set(ids) - {""} == ground.ids(settings)["acme"]
    rows = parsed[config / "json" / "models_acme.json"]["data"]
    assert {row["id"] for row in rows} == ground.ids(settings)["acme"]


READERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yml": lambda text: YAML(typ="safe", pure=True).load(text),
    ".yaml": lambda text: YAML(typ="safe", pure=True).load(text),
}


def read(path: Path) -> Any:
    return READERS[path.suffix](path.read_bytes().decode("utf-8"))


SHOWING = [
    ("models",),
    ("models", "-v"),
    ("models", "--json"),
    ("models", "odd", "--sort", "context"),
    ("show", "odd/all"),
    ("show", "acme:odd/0"),
    ("show", "$(touch owned)", "--json"),
    ("show", "acme/\x1b[31mred\x9b\u202e"),
    ("models", "\x1b]0;owned\x07"),
    ("diff", "HEAD~1", "HEAD"),
    ("diff", "HEAD~1", "HEAD", "--json"),
    ("diff", "HEAD~1\x1b[31m\x9b"),
    ("diff",),
    ("diff", "--patch"),
    ("diff", "--json"),
    ("log",),
    ("log", "acme"),
    ("log", "$(touch owned)"),
    ("log", "odd/all", "--json"),
    ("stats",),
    ("status",),
    ("status", "--json"),
    ("providers", "list"),
]


def second_day(shop: Shop) -> None:
    """Some are gone and some have changed, so that a difference has something to show."""
    shop.rows = [{**row, "context_length": 4096} for row in hostile_rows()[5 : -len(NO_ROWS)]]
    shop.refresh()
    assert modelcat("sync")[0] == 0


def test_nothing_of_it_steers_a_terminal(synced: tuple[Settings, Shop], home: Path) -> None:
    settings, shop = synced
    second_day(shop)
    (home / ".config" / "mods").mkdir(parents=True)
    (home / ".config" / "mods" / "mods.yml").write_text("apis: {}\n", "utf-8")
    for words in SHOWING:
        code, out, err = modelcat(*words)
        assert code in {0, 1, 2, 3}, (words, err)
        assert_harmless(out + err)
        if "--json" in words and code in {0, 1}:
            json.loads(out)
    ground.assert_whole(settings)


@pytest.mark.parametrize(
    "words", [("sync", "-v"), ("models",), ("show", "odd/all"), ("diff", "HEAD~1"), ("diff", "--patch")]
)
def test_nothing_of_it_steers_a_real_terminal(synced: tuple[Settings, Shop], words: tuple[str, ...]) -> None:
    """A terminal gets colours and bars of ours; what came from a provider is told apart by its own bytes."""
    _, shop = synced
    second_day(shop)
    shown = on_a_terminal(*words)
    assert shown
    for raw in RAW:
        payload = raw.removeprefix(b"acme/")
        # One control character alone may be one of our own.
        assert len(payload) < 3 or payload not in shown, payload
    assert b"\x1b]0;owned" not in shown
    assert b"\x9b31m" not in shown
    assert b"Traceback" not in shown


def on_a_terminal(*words: str) -> bytes:
    """What modelcat writes where stdout and stderr are a terminal."""
    parent, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "modelcat", *words],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
    ) as process:
        os.close(child)
        shown = b""
        while select.select([parent], [], [], 60)[0]:
            try:
                data = os.read(parent, 65536)
            except OSError:  # how Linux says that nobody writes any more
                break
            if not data:
                break
            shown += data
    os.close(parent)
    assert process.returncode in {0, 1}, shown
    return shown


LARGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million tiny rows": (
        lambda: b'{"data":[' + b",".join(b'{"id":"m%d"}' % number for number in range(10**6)) + b"]}",
        "a list of more than 200,000 models",
    ),
    "a million empty rows": (
        lambda: b'{"data":[' + b"{}," * (10**6 - 1) + b"{}]}",
        "a list of more than 200,000 models",
    ),
    "one row of a million fields": (
        lambda: b'{"data":[{"id":"m",' + b",".join(b'"f%d":0' % number for number in range(10**6)) + b"}]}",
        "",
    ),
    "an integer of a million digits": (
        lambda: b'{"data":[{"id":"m","n":' + b"9" * 10**6 + b"}]}",
        "not JSON",
    ),
    "ten thousand ids of a kilobyte": (
        lambda: b'{"data":[' + b",".join(b'{"id":"%d%s"}' % (n, b"a" * 1000) for n in range(10**4)) + b"]}",
        "no usable model",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", LARGE)
def test_too_much_of_everything_ends_in_a_word(
    simulator: Simulator, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, said = LARGE[what]
    shop = simulator.open("openrouter", "acme", count=3)
    healthy = simulator.open("groq", "healthy", count=3)
    settings = ground.prepare(simulator)
    assert modelcat("sync")[0] == 0
    body = make()
    monkeypatch.setattr(shop, "body", lambda *_, **__: (body, '"x"'))
    healthy.rows.pop()
    healthy.refresh()
    peak, done = measured("sync", "-v")
    assert done.returncode == 0, done.stderr
    assert_harmless(done.stdout + done.stderr)
    assert said.encode() in done.stdout
    if said:
        assert ground.ids(settings)["acme"] == shop.ids
    assert ground.ids(settings)["healthy"] == healthy.ids, "it held up another provider"
    # Bodies are bounded at 64 MB; what Python makes of these is several times their size, and no more.
    assert peak < 1_000 * 2**20
    ground.assert_whole(settings)


def measured(*words: str) -> tuple[int, subprocess.CompletedProcess[bytes]]:
    """The peak of the process in bytes, and what it said."""
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'modelcat', *sys.argv[1:]], timeout=200)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=sys.stderr)\n"
        "sys.exit(done.returncode)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False)
    said, _, peak = done.stderr.rstrip(b"\n").rpartition(b"\n")
    return int(peak), subprocess.CompletedProcess(words, done.returncode, done.stdout, said)
