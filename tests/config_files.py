"""The config files of tests/configs: what each is expected to come to, and the world around them.

A file in valid/<tool>/ or invalid/<tool>/ is a test by being there. The comments it begins with (JSON: a file
beside it that ends in .expect) may say `# expect: rule@line, rule@line` (valid: warnings only, or nothing)
and `# shows: rule, rule`, the rules that it shows kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcat import registry
from modelcat.catalog import listing_from_text
from modelcat.check import Finding, check
from modelcat.documents import parse
from modelcat.rules import Context

if TYPE_CHECKING:
    from modelcat.catalog import Listing

ROOT = Path(__file__).parent
CONFIGS = ROOT / "configs"
SCHEMAS = ROOT.parent / "config" / "schemas"
REGISTRY = registry.load((ROOT.parent / "config" / "providers.toml").read_text(encoding="utf-8"))
_HEADER = re.compile(r"^(?:#\s*)?(expect|shows):(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class ConfigFile:
    """One file of tests/configs."""

    path: Path
    valid: bool
    expected: tuple[str, ...]
    """rule@line, sorted."""
    shows: tuple[str, ...]

    @property
    def tool(self) -> str:
        return self.path.parent.name

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CONFIGS))

    def findings(self) -> tuple[Finding, ...]:
        return check(self.path.read_bytes(), None, None, str(self.path), context(self.path))


def files() -> list[ConfigFile]:
    """All of them."""
    found = []
    for path in sorted(CONFIGS.glob("*valid/*/*")):
        if path.suffix != ".expect":
            said = _header(path)
            found.append(ConfigFile(path, path.parts[-3] == "valid", said["expect"], said["shows"]))
    return found


def _header(path: Path) -> dict[str, tuple[str, ...]]:
    beside = path.with_name(path.name + ".expect")
    text = beside.read_text(encoding="utf-8") if beside.exists() else _comments(path)
    said = dict.fromkeys(("expect", "shows"), "")
    said.update({match[1]: match[2] for match in _HEADER.finditer(text)})
    return {key: tuple(sorted(filter(None, re.split(r"[,\s]+", value)))) for key, value in said.items()}


def _comments(path: Path) -> str:
    """The comment lines that a file begins with."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(line)
    return "\n".join(head)


@cache
def schema(kind: str) -> Any:
    return json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))


@cache
def listing(provider: str) -> Listing | None:
    path = CONFIGS / "catalog" / f"{provider}.json"
    return listing_from_text(path.read_text(encoding="utf-8")) if path.exists() else None


def context(path: Path | None = None, *, ignore: tuple[str, ...] = ()) -> Context:
    """The shipped registry and schemas, the small catalog of tests/configs, and what is beside `path`."""

    def neighbour(name: str) -> Any:
        beside = path.with_name(name) if path else None
        return parse(beside.read_bytes(), "toml", name).tree if beside and beside.exists() else None

    return Context(
        schemas=schema,
        providers=lambda: REGISTRY.providers,
        listing=listing,
        neighbour=neighbour,
        exists=(lambda name: (path.parent / name).is_file()) if path else None,
        ignore=ignore,
    )
