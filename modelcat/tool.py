"""What a tool is: where its config lives, what modelcat renders for it, how its entries are recognised.

The tools themselves stand in tools/, one module each, ending in TOOL = Tool(…), found by `tools.load(name)`.
Rules that judge a person's config are in rules/ by the same name. Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Literal

from modelcat.catalog import price_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from modelcat.catalog import Model, Provider
    from modelcat.tree import Pattern, Shape, Tree

Syntax = Literal["yaml", "toml", "json", "jsonc"]

WRITTEN_BY = "Written by modelcat from its catalog; changes made here are lost."
"""The first comment line of what is rendered into the repository."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one provider puts before a tool: the models modelcat.toml selects, sorted by id."""

    provider: Provider
    models: tuple[Model, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One file a tool reads, as modelcat would have it."""

    repo_name: str
    """Its name in config/<tool>/ of the managed repository."""
    live_name: str | None
    """Its path relative to the folder of the tool's main config file; None: only in the repository."""
    syntax: Syntax
    tree: Tree
    provider: str | None = None
    """The provider it is about; None: all of them (the main file)."""
    owned: bool = False
    """The whole file is modelcat's (replaced, not merged); a namesake somebody else made is kept."""
    heading: tuple[str, ...] = ()
    """Comment lines for the top of the text in the repository, without the comment sign."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a tool's path depends on; settings.py fills it."""

    env: Mapping[str, str]
    home: PurePath
    platform: str
    """As sys.platform says: linux, darwin, win32."""

    @property
    def pure(self) -> type[PurePath]:
        """How paths are written there."""
        return PureWindowsPath if self.platform == "win32" else PurePosixPath

    def config_folder(self, variable: str, default: str) -> PurePath:
        """The folder for configs of the platform: ~/.config, ~/Library/Application Support, or on Windows
        what `variable` says, else AppData/`default`.
        """
        home = self.pure(self.home)
        if self.platform == "win32":
            named = self.env.get(variable)
            return self.pure(named) if named else home / "AppData" / default
        return home / "Library" / "Application Support" if self.platform == "darwin" else home / ".config"


@dataclass(frozen=True, slots=True)
class Tool:
    """One AI command-line tool."""

    name: str
    program: str
    """The executable whose presence on PATH says the tool is installed."""
    main: str
    """File name of the main config, also its name in config/<tool>/."""
    syntax: Syntax
    shape: Shape
    """Which lists of its files are keyed, and which are sets (tree.py)."""
    entries: tuple[Pattern, ...]
    """The units of the merge, outermost first: ("clients", "*"), ("clients", "*", "models", "*")."""
    path: Callable[[Place], PurePath]
    """Where the tool reads its main config."""
    refuses: Callable[[Provider], str | None]
    """Why nothing can be written for a provider, in the person's words; None: it can."""
    unfit: Callable[[Model], str | None]
    """Why a model cannot be offered, as words after a count ("12 cannot call tools"); None: it can."""
    render: Callable[[Sequence[Offer]], tuple[Target, ...]]
    """The main file first, then what is per provider. Providers it refuses must not be passed."""
    endpoints: Callable[[Tree], Mapping[str, str]]
    """Entry key -> base URL without a slash at its end (or "type:<built-in>") of the provider entries in a
    main config's tree, to recognise a provider that the person calls by another name."""
    key_variable: Callable[[Provider], str | None]
    """The environment variable the tool itself will look up for this provider's key."""
    settings: Mapping[str, tuple[Literal["text", "flag"], str]]
    """The keys it reads in [providers.<id>.tools.<tool>] of the registry: what each holds, and means."""
    defaults: Callable[[Sequence[Offer]], Mapping[str, Tree]] = field(default=lambda _: {})
    """Top-level values that a config made from the starter needs besides the entries, such as the default
    model. Never merged into a file that is there."""
    needs: Callable[[Tree], Collection[tuple[str, str | None]]] = field(default=lambda _: ())
    """What a main config's own defaults use: (entry key, model, or None for the entry alone). Such entries
    are never removed: the tool would not start."""
    siblings: str = ""
    """A glob of files beside the main config that may use its entries too, and are read with `needs`."""
    chosen: tuple[str, ...] = ()
    """Top-level keys whose value is the person's choice once one stands in a file, such as the model of a
    profile: written where there is none, then never changed."""
    ask: tuple[str, ...] = ()
    """Arguments that make the installed program print what `localise` takes; empty: nothing to ask."""
    localise: Callable[[Sequence[Target], str], tuple[Target, ...]] = field(
        default=lambda targets, _: tuple(targets)
    )
    """The targets as this machine's program wants them, given what `ask` printed: on `apply` only, because
    what is committed must not depend on the machine."""


def nowhere(provider: Provider) -> str | None:
    """Why no tool can use a provider: it runs no models, takes no key, or its address has a gap."""
    if provider.kind == "data":
        return "a source of facts, no place to run models"
    if provider.also_needs and not provider.api_key_env:
        return f"it is used with {' and '.join(provider.also_needs)}, not with a key"
    if provider.base_url and "{" not in provider.base_url:
        return None
    missing = [variable for part, variable in provider.url_env if f"{{{part}}}" in provider.base_url]
    wanted = " and ".join(missing) or " or ".join(provider.base_url_env) or "base_url in providers.toml"
    return f"its address is your own: set {wanted}"


def writes_text(model: Model) -> bool:
    """Whether a chat model answers in text (a model that does not say is taken to)."""
    return model.mode == "chat" and (not model.output_modalities or "text" in model.output_modalities)


def newest_first(models: Sequence[Model]) -> list[Model]:
    """Models by release date, newest first, unknown dates last, then by id."""
    return sorted(sorted(models, key=lambda m: m.id), key=lambda m: m.released or "", reverse=True)


def facts_line(model: Model) -> str:
    """The window and prices in a few words: "131072 tokens, $0.15 in, $0.6 out per million", or empty."""
    words = [] if model.context_window is None else [f"{model.context_window} tokens"]
    cost = model.cost
    if cost.input == 0 and cost.output == 0:
        words.append("free")
    else:
        prices = [
            f"${price_text(p)} {way}"
            for p, way in ((cost.input, "in"), (cost.output, "out"))
            if p is not None
        ]
        if prices:
            words.append(", ".join(prices) + " per million")
    return ", ".join(words)
