"""What a person wrote and what providers offer, and what the catalog must then hold: the oracle of lives.

It reads no module of modelcat's that decides anything: files as bytes and JSON, git by the git program. What
people and providers do is in catalog_life.py.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.real_git import git
from tests.simulator import Shop, Simulator
from tests.simulator.server import shipped

Ids = frozenset[str]

OFF = "".join(f"[providers.{name}]\nenabled = false\n" for name in shipped().providers)
"""Whoever is shipped is asked nothing."""
DATA = "models_dev"
"""The sample of a source of facts, which has no list of its own in the catalog."""
FACT = {"openrouter": "context_length", "groq": "context_window", "anthropic": "display_name", DATA: "cost"}
"""A field of a row that shows in the catalog, by sample."""
HOLLOW = "\x1b[0m"
"""An id that makes no model."""


@dataclass(frozen=True)
class Table:
    """One provider as providers.toml has it."""

    shop: str
    enabled: bool = True
    unit: str | None = None
    """Another price unit than the sample's."""
    path: str = "v1"
    """A part of its base URL."""

    def text(self, name: str, made: str) -> str:
        """As a table called `name`; `made` is the simulator's."""
        body = made.partition("\n")[2].replace("/v1", f"/{self.path}")
        if self.unit is not None:
            body = re.sub(r"^price_unit = .*$", f'price_unit = "{self.unit}"', body, flags=re.MULTILINE)
        return f"[providers.{name}]\n{body}" + ("" if self.enabled else "enabled = false\n")


@dataclass(frozen=True)
class Written:
    """providers.toml and modelcat.toml, as the person left them."""

    tables: dict[str, Table]
    excluded: str = ""
    """A glob of providers that a plain sync leaves out."""
    limit: int | None = None
    modes: str | None = None

    def enabled(self) -> list[str]:
        return sorted(name for name, table in self.tables.items() if table.enabled)

    def asked(self, data: set[str]) -> list[str]:
        """Those that a plain sync asks: the shops in `data`, sources of facts, whatever is excluded."""
        return [
            name
            for name in self.enabled()
            if self.tables[name].shop in data or not fnmatch.fnmatchcase(name, self.excluded)
        ]

    def texts(self, simulator: Simulator) -> tuple[str, str]:
        """providers.toml and modelcat.toml."""
        made = re.split(r"^(?=\[providers\.)", simulator.registry_text(), flags=re.MULTILINE)[1:]
        shops = dict(zip(simulator.shops, made, strict=True))
        tables = [table.text(name, shops[table.shop]) for name, table in self.tables.items()]
        return "".join(tables) + OFF, self._selection()

    def _selection(self) -> str:
        lines = [f'exclude_providers = ["{self.excluded}"]'] if self.excluded else []
        lines += [f"max_models = {self.limit}"] if self.limit else []
        lines += [f'modes = ["{self.modes}"]'] if self.modes else []
        return "".join(f"{line}\n" for line in lines)


@dataclass
class World:
    """What must be true now."""

    written: Written
    stored: dict[str, Ids] = field(default_factory=dict)
    """Provider -> ids of its last good list."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Provider -> what is remembered of the last question."""

    def put(self, name: str, table: Table | None) -> None:
        """The person writes a provider's table, or takes it out."""
        rest = {other: row for other, row in self.written.tables.items() if other != name}
        self.written = replace(self.written, tables={**rest, **({name: table} if table else {})})

    def models(self) -> int:
        return sum(map(len, self.stored.values()))

    def failed(self) -> set[str]:
        return {name for name, came in self.outcomes.items() if came == "failed"}

    def synced(self, asked: Iterable[str], shops: dict[str, Shop], tagged: set[str]) -> None:
        """A sync asked these; the shops in `tagged` were sent an ETag."""
        enabled = self.written.enabled()
        self.stored = {name: ids for name, ids in self.stored.items() if name in enabled}
        self.outcomes = {name: came for name, came in self.outcomes.items() if name in enabled}
        for name in asked:
            shop = shops[self.written.tables[name].shop]
            self.outcomes[name] = outcome(shop, tagged=shop.name in tagged)
            if healthy(shop) and shop.like.name != DATA:
                self.stored[name] = frozenset(shop.ids)


def healthy(shop: Shop) -> bool:
    """Whether it gives a list that can replace the stored one."""
    return shop.always is None and HOLLOW not in shop.ids


def outcome(shop: Shop, *, tagged: bool) -> str:
    """What is to be remembered of a question to it; `tagged`: with the ETag of a list that was good."""
    if healthy(shop) or (tagged and shop.always == "304 unasked"):
        return "fetched"
    return "skipped" if shop.always == "401" else "failed"


def turn(shop: Shop, how: str, number: int) -> None:
    """Change what a shop offers: drop a model, bring one, change one, all of these, or nothing usable."""
    name = shop.like.id or "id"
    if HOLLOW in shop.ids:
        shop.rows = [{**shop.rows[0], name: f"back-{number}"}]
    if how in {"drop", "all"} and len(shop.rows) > 1:
        shop.rows = shop.rows[1:]
    if how in {"bring", "all"}:
        shop.rows = [*shop.rows, {**shop.rows[-1], name: f"new-{number}"}]
    if how in {"change", "all"}:
        fact = FACT[shop.like.name]
        values = {"display_name": f"n {number}", "cost": {"input": number, "output": number}}
        shop.rows = [{**shop.rows[0], fact: values.get(fact, 4096 + number)}, *shop.rows[1:]]
    if how == "hollow" and shop.like.name != DATA:
        shop.rows = [{**shop.rows[0], name: HOLLOW}]
    shop.refresh()


def tell_of(source: Shop, shop: Shop) -> None:
    """Let a source of facts know what the models of a shop cost."""
    ids = [row[shop.like.id or "id"] for row in shop.rows]
    source.rows = [{**source.rows[0], "id": name} for name in ids]
    source.refresh()


def head(folder: Path) -> str | None:
    """The commit that is checked out, None before the first."""
    if not (folder / ".git").exists():
        return None
    return git(folder, "rev-parse", "--verify", "--quiet", "HEAD", check=False).strip() or None


def listings(folder: Path) -> dict[str, Ids]:
    """Provider -> ids, of the files in the catalog's folder."""
    return {path.stem: _ids(path.read_text("utf-8")) for path in (folder / "catalog").glob("*.json")}


def listings_at(folder: Path, revision: str | None) -> dict[str, Ids]:
    """The same of a commit; ValueError if one of them cannot be read."""
    if revision is None:
        return {}
    names = git(folder, "ls-tree", "-r", "--name-only", revision, "catalog").split()
    return {Path(name).stem: _ids(git(folder, "show", f"{revision}:{name}")) for name in names}


def _ids(text: str) -> Ids:
    return frozenset(row["id"] for row in json.loads(text)["models"])


def files(folder: Path, *below: str) -> dict[str, bytes]:
    """What stands below these paths of the catalog's folder, by path."""
    paths = [path for name in below for path in (folder / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
