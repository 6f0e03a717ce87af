"""`diff` and `apply` on files of the person's, beside what round-trip libraries take for the same files."""

from __future__ import annotations

import io
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Row, Sample, alternately, clocked, program
from benchmarks.world import place
from modelcat import tools
from modelcat.catalog import Catalog, Model, listing, listing_path, listing_text, model_json
from modelcat.compare import compare
from modelcat.documents import parse
from modelcat.merge import NO_BASE
from modelcat.normalise import normalise
from modelcat.registry import load
from modelcat.settings import data_file
from modelcat.tool import Offer
from modelcat.weave import Rules, woven

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelcat.catalog import Listing, Provider
    from modelcat.tool import Tool

PROVIDER = "openrouter"
KEY = {"OPENROUTER_API_KEY": "not-a-key"}
SIZES = (500, 2_000, 10_000)
SECONDS = {500: 1.0, 10_000: 4.0}
"""What is promised for a whole apply of so many models."""
PART = {500: 0.5, 10_000: 0.25}
"""The part of a round trip that is promised for the merge alone."""


def rows(folder: Path, env: Mapping[str, str], rounds: int) -> list[Row]:
    """The table's rows about the person's files."""
    found = []
    for size in SIZES:
        # A round trip of the largest file takes half a minute.
        found += _sized(folder / str(size), env, size, min(rounds, 3) if size < 5_000 else 1)
    return [*found, _long_files(folder / "long", env, rounds), _compared(rounds)]


def _sized(folder: Path, env: Mapping[str, str], size: int, rounds: int) -> list[Row]:
    """`apply` of `size` models to an aichat config, all of it and the merge alone."""
    models = _models(size)
    person = _Person(folder, env, listing(PROVIDER, models, "fetched"))
    config = person.config("aichat", "config.yaml")
    before = _aichat_config()

    def apply() -> Sample:
        person.reset()
        config.write_bytes(before)
        return person.run("apply", "--tool", "aichat")

    def merged() -> bytes:
        return _merged(tools.load("aichat"), before, models)

    apply()
    after = config.read_bytes()
    trip = partial(clocked, partial(_yaml_round_trip, after))
    whole, alone, peer = alternately([apply, partial(clocked, merged), trip], rounds)
    again = person.run("diff", "--tool", "aichat")
    name = f"ruamel of {len(after.splitlines()):,} lines"
    return [
        Row(f"apply, {size:,} models", whole, peer, name, seconds_limit=SECONDS.get(size)),
        Row("  merge, splice, verify", alone, peer, name, PART.get(size)),
        Row("  diff afterwards", again, peer, name),
    ]


def _long_files(folder: Path, env: Mapping[str, str], rounds: int) -> Row:
    """`diff` on a mods.yml of 700 lines and a config.toml of 5,000."""
    person = _Person(folder, env, listing(PROVIDER, _models(100), "fetched"))
    mods, codex = _mods_config(), _codex_config()
    person.config("mods", "mods.yml").write_bytes(mods)
    person.config("codex", "config.toml").write_bytes(codex)

    def trip() -> None:
        _yaml_round_trip(mods)
        _toml_round_trip(codex)

    run = partial(person.run, "diff", "--tool", "mods", "--tool", "codex")
    ours, peer = alternately([run, partial(clocked, trip)], rounds)
    return Row("diff, 700 and 5,000 lines", ours, peer, "ruamel and tomlkit", seconds_limit=0.4)


def _compared(rounds: int) -> Row:
    """What `diff REV` finds in 10,000 models, beside DeepDiff over the same rows."""
    from deepdiff import DeepDiff

    old = _models(10_000)
    new = [m._replace(context_window=1) if i % 50 == 0 else m for i, m in enumerate(old) if i % 97]

    def plain(models: Sequence[Model]) -> dict[str, Any]:
        return {model.id: model_json(model) for model in models}

    one, other = plain(old), plain(new)
    before, after = (Catalog((listing(PROVIDER, models, "fetched"),)) for models in (old, new))
    cases = [partial(clocked, lambda: compare(before, after)), partial(clocked, lambda: DeepDiff(one, other))]
    ours, peer = alternately(cases, min(rounds, 3))
    return Row("diff REV, 10,000 models, alone", ours, peer, "DeepDiff")


class _Person:
    """Somebody with a catalog of one provider and a home folder."""

    def __init__(self, folder: Path, env: Mapping[str, str], stored: Listing) -> None:
        self.home, self.folder = folder / "home", folder / "managed"
        self.home.mkdir(parents=True)
        self.env = {
            **env,
            **KEY,
            "HOME": str(self.home),
            "CODEX_HOME": str(self.home / "codex"),
            "MODELCAT_HOME": str(self.folder),
        }
        catalog = self.folder / "catalog"
        path = catalog / listing_path(stored.provider)
        path.parent.mkdir(parents=True)
        path.write_text(listing_text(stored), encoding="utf-8")
        (catalog / "modelcat.toml").write_text('max_models = "all"\n', encoding="utf-8")

    def config(self, tool: str, name: str) -> Path:
        """Where the tool's config is in this home; its folder is there."""
        folder = self.home / "codex" if tool == "codex" else self.home / ".config" / tool
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def reset(self) -> None:
        """Forget what was applied."""
        shutil.rmtree(self.folder / "private", ignore_errors=True)

    def run(self, *words: str) -> Sample:
        """One run of modelcat."""
        return program([Path(sys.executable).with_name("modelcat"), *words], self.env, cwd=self.home)


def _merged(tool: Tool, before: bytes, models: Sequence[Model]) -> bytes:
    """The person's bytes with everything in them that `apply` would put there."""
    document = parse(before, tool.syntax, tool.main)
    theirs = tool.render([Offer(_provider(), tuple(models))])[0].tree
    return woven(document, NO_BASE, theirs, Rules(tool.shape, tool.entries))[1]


def _yaml_round_trip(data: bytes) -> bytes:
    from ruamel.yaml import YAML

    yaml, out = YAML(), io.BytesIO()
    yaml.dump(yaml.load(data), out)
    return out.getvalue()


def _toml_round_trip(data: bytes) -> str:
    import tomlkit

    return tomlkit.dumps(tomlkit.parse(data))


def _provider() -> Provider:
    return load(data_file("providers.toml").read_text(encoding="utf-8")).get(PROVIDER)


def _models(size: int) -> list[Model]:
    return list(normalise(_provider(), list(place("large", size, PROVIDER).rows)).models)


def _aichat_config() -> bytes:
    lines = [
        "# my settings, do not touch",
        "model: claude:claude-sonnet-4-5",
        "temperature: null",
        "save: true",
    ]
    lines += ["keybindings: emacs  # not vi", "wrap: 'auto'", "", "clients:", "- type: claude", "  models:"]
    for number in range(40):
        lines += [
            f"  - name: claude-{number}  # number {number}",
            f"    max_input_tokens: {200_000 + number}",
        ]
    return "\n".join([*lines, "", "# the end", ""]).encode()


def _mods_config() -> bytes:
    lines = ["# mods", "default-api: openai", "default-model: gpt-4o", "max-input-chars: 12250", "apis:"]
    for api in range(10):
        lines += [f"  api{api}:  # mine", f"    base-url: https://api{api}.example/v1", "    models:"]
        for model in range(22):
            lines += [
                f"      model-{api}-{model}:",
                f'        aliases: ["m{api}x{model}"]',
                "        max-input-chars: 24500",
            ]
    return "\n".join([*lines, ""]).encode()


def _codex_config() -> bytes:
    lines = ["# codex", 'model = "gpt-5"', 'approval_policy = "on-request"', ""]
    for number in range(830):
        lines += [
            f"[mcp_servers.server{number}]  # number {number}",
            'command = "npx"',
            'args = ["-y", "thing"]',
        ]
        lines += [f'env = {{ "A" = "{number}" }}', "enabled = true", ""]
    return "\n".join(lines).encode()
