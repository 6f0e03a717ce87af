"""A person's machine for tests of diff, apply, restore and status: keys, a stored catalog, configs.

Everything is real but the network: the managed folder with its git repositories, the shipped registry, the
person's files. `World.listing` stores what a sync would have stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from modelcat import settings as machine
from modelcat import state, tools
from modelcat.catalog import Cost, Model, listing, listing_path, listing_text
from modelcat.commands import apply, diff
from modelcat.state import ProviderState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from modelcat.catalog import Origin
    from modelcat.commands.apply import ApplyResult
    from modelcat.commands.diff import DiffResult
    from modelcat.merge import Decision
    from modelcat.plan import FilePlan
    from modelcat.settings import Settings


def model(name: str, **facts: Any) -> Model:
    """A chat model with the facts a provider usually gives."""
    known: dict[str, Any] = {
        "context_window": 131072,
        "max_output_tokens": 8192,
        "tool_call": True,
        "cost": Cost(Decimal("0.5"), Decimal("1.5")),
    }
    return Model(name, **{**known, **facts})


@dataclass
class World:
    """One machine."""

    home: Path
    patch: pytest.MonkeyPatch

    @property
    def settings(self) -> Settings:
        return machine.load()

    def key(self, *providers: str) -> None:
        for provider in providers:
            self.patch.setenv(f"{provider.upper()}_API_KEY", f"test-key-of-{provider}")

    def no_key(self, *providers: str) -> None:
        for provider in providers:
            self.patch.delenv(f"{provider.upper()}_API_KEY", raising=False)

    def listing(self, provider: str, models: Iterable[str | Model], origin: Origin = "fetched") -> None:
        """Store what a sync would have stored of this provider."""
        found = [item if isinstance(item, Model) else model(item) for item in models]
        path = self.settings.catalog / listing_path(provider)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(listing_text(listing(provider, found, origin)), encoding="utf-8")
        self.outcome(provider, "failed" if origin == "stale" else "fetched")

    def outcome(self, provider: str, outcome: Any) -> None:
        """Note how the last question to a provider ended."""
        before = state.load(self.settings.extra)
        row = ProviderState(
            outcome=outcome, reason=f"{provider}: asked in vain" if outcome == "failed" else None
        )
        state.save(self.settings.extra, replace(before, providers={**before.providers, provider: row}))

    def toml(self, text: str) -> None:
        """Write modelcat.toml."""
        self.settings.catalog.mkdir(parents=True, exist_ok=True)
        (self.settings.catalog / "modelcat.toml").write_text(text, encoding="utf-8")

    def providers(self, text: str) -> None:
        """Write the person's providers.toml."""
        self.settings.catalog.mkdir(parents=True, exist_ok=True)
        (self.settings.catalog / "providers.toml").write_text(text, encoding="utf-8")

    def path(self, tool: str, name: str | None = None) -> Path:
        main = self.settings.tool_path(tools.load(tool))
        return main if name is None else main.parent / name

    def write(self, tool: str, text: str | bytes, name: str | None = None) -> Path:
        path = self.path(tool, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def text(self, tool: str, name: str | None = None) -> str:
        return self.path(tool, name).read_bytes().decode()

    def apply(self, *names: str, **options: Any) -> ApplyResult:
        return apply.run(self.settings, tools=names, **options)

    def diff(self, *names: str, **options: Any) -> DiffResult:
        return diff.run(self.settings, tools=names, **options)


def decisions(result: ApplyResult | DiffResult) -> list[Decision]:
    """All decisions about all files."""
    return [decision for file in result.planned.plan.files for decision in file.decisions]


def changed(result: ApplyResult | DiffResult) -> list[FilePlan]:
    """The files that are, or would be, written."""
    return [file for file in result.planned.plan.files if file.changes]


def as_json(result: Any) -> Any:
    """What --json prints, read back."""
    return json.loads(json.dumps(result.as_json()))
