"""What a tool is: where its config lives, what modelcat renders for it, how its entries are recognised.

The tools themselves stand in tools/, one module each, ending in TOOL = Tool(…), found by `tools.load(name)`.
Rules that judge a person's config are in rules/ by the same name. Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import PurePath

    from modelcat.catalog import Model, Provider
    from modelcat.tree import Pattern, Shape, Tree

Syntax = Literal["yaml", "toml", "json"]


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
    render: Callable[[Sequence[Offer]], tuple[Target, ...]]
    """The main file first, then what is per provider. Providers it refuses must not be passed."""
    endpoints: Callable[[Tree], Mapping[str, str]]
    """Entry key -> base URL (or "type:<built-in>") of the provider entries in a main config's tree, to
    recognise a provider that the person calls by another name."""
    key_variable: Callable[[Provider], str | None]
    """The environment variable the tool itself will look up for this provider's key."""
