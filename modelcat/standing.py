"""How a provider stands on this machine: the registry, the environment, modelcat.toml, the last sync.

Nothing is asked and nothing is changed here. What the registry says is in registry.py, who is asked how in
asking.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import settings as machine
from modelcat import state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcat.catalog import Provider
    from modelcat.registry import Registry
    from modelcat.settings import Key, Settings
    from modelcat.state import ProviderState

_NEVER = state.ProviderState()


@dataclass(frozen=True, slots=True)
class Standing:
    """One provider as it counts here: the registry, the environment, the last sync."""

    provider: Provider
    """With the environment applied."""
    key: Key | None
    missing: tuple[str, ...]
    """Variables to set before its models can be used, alternatives as "A or B"."""
    selected: bool
    """A plain sync asks it."""
    changed: bool
    """The person's providers.toml has a table for it."""
    trusted: bool
    memory: ProviderState

    @property
    def ready(self) -> bool:
        """Nothing more needs to be set to use its models."""
        return self.provider.kind == "provider" and not self.missing

    def as_json(self) -> dict[str, Any]:
        """The key's variable is named, its value never; unknown is null."""
        return {
            "id": self.provider.id,
            "name": self.provider.name,
            "kind": self.provider.kind,
            "enabled": self.provider.enabled,
            "disabled_reason": self.provider.disabled_reason,
            "selected": self.selected,
            "local": self.provider.local,
            "own": self.changed,
            "trusted": self.trusted,
            "list_needs_key": self.provider.needs_key_for_list,
            "key_variables": list(self.provider.api_key_env),
            "key_set": self.key.variable if self.key else None,
            "ready": self.ready,
            "missing": list(self.missing),
            "outcome": self.memory.outcome,
            "reason": self.memory.reason,
            "asked": self.memory.asked,
            "fetched": self.memory.fetched,
            "models": self.memory.models,
        }


def standings_of(settings: Settings, registry: Registry, providers: Iterable[Provider]) -> list[Standing]:
    """How each of `providers` counts here, in their order. Raises SettingsError for a wrong modelcat.toml."""
    asked = {provider.id for provider in machine.selection(settings, registry).asked(registry)}
    memory = state.load(settings.extra).providers
    found = []
    for provider in providers:
        resolved = machine.resolve(settings, provider)
        found.append(
            Standing(
                provider=resolved,
                key=machine.key_of(settings, resolved),
                missing=machine.missing(settings, resolved),
                selected=provider.id in asked,
                changed=provider.id in registry.changed,
                trusted=machine.is_trusted(settings, resolved),
                memory=memory.get(provider.id, _NEVER),
            )
        )
    return found


def standing_of(settings: Settings, registry: Registry, provider: Provider) -> Standing:
    """The same of one."""
    return standings_of(settings, registry, [provider])[0]
