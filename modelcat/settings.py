"""Where things are on this machine and what its environment says; the only reader of environment and home.

Also: this machine's config.toml (paths of tools, trust), keys, and what environment variables change about
a provider. What the catalog selects is in selection.py, which providers exist in registry.py.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat.errors import RegistryError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.catalog import Provider
    from modelcat.errors import ModelcatError
    from modelcat.registry import Registry
    from modelcat.selection import Selection
    from modelcat.strict import Source
    from modelcat.tool import Place, Tool

# What a person's own value may put into a URL: nothing that could end the host or begin another part.
_URL_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?")
_KEY = re.compile(r"[!-~]+")
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|AUTH|CREDENTIAL|BEARER|COOKIE", re.IGNORECASE)
"""In the names of variables that may hold one; those of every provider's key are among them."""


class Environment(dict[str, str]):
    """A copy of the environment that does not show its values: some are keys."""

    def __repr__(self) -> str:
        return f"<{len(self)} variables>"


class Key(NamedTuple):
    """A provider's key and the variable it came from. Never shown."""

    variable: str
    value: str

    def __repr__(self) -> str:
        return f"Key({self.variable})"


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """[tools.<name>] of config.toml. None: not said."""

    enabled: bool | None = None
    path: Path | None = None


_NO_TOOL = ToolSettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """What modelcat knows of the machine it runs on."""

    home: Path
    """The managed folder."""
    env: Mapping[str, str]
    user_home: Path
    platform: str
    config_file: Path
    tools: Mapping[str, ToolSettings] = field(default_factory=lambda: MappingProxyType({}))
    trust: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Provider -> the origin its key may go to, for providers of a providers.toml that may be shared."""
    colour: bool = False

    @property
    def catalog(self) -> Path:
        """The repository that can be shared."""
        return self.home / "catalog"

    @property
    def private(self) -> Path:
        """The repository that never is."""
        return self.home / "private"

    @property
    def extra(self) -> Path:
        """Local state: last runs, failures, ETags."""
        return self.catalog / "models" / "extra"

    def place(self) -> Place:
        """What the tools' own paths depend on."""
        from modelcat.tool import Place

        return Place(self.env, self.user_home, self.platform)

    def tool_path(self, tool: Tool) -> Path:
        """Where `tool` reads its main config: config.toml's word, else the tool's own rule."""
        return self.tools.get(tool.name, _NO_TOOL).path or Path(tool.path(self.place()))

    def tool_present(self, tool: Tool) -> bool:
        """Whether the tool's config file is there, or its program on PATH."""
        if os.path.lexists(self.tool_path(tool)):
            return True
        import shutil

        return shutil.which(tool.program, path=self.env.get("PATH", "")) is not None

    def tool_wanted(self, tool: Tool) -> bool:
        """Whether modelcat writes for `tool` unasked: as config.toml says, else where it is present."""
        enabled = self.tools.get(tool.name, _NO_TOOL).enabled
        return self.tool_present(tool) if enabled is None else enabled


def load(home: Path | None = None) -> Settings:
    """The settings of this process; `home` is the --home option.

    Raises SettingsError for a config.toml that cannot be used: file, line, column, what was expected.
    """
    env = Environment(os.environ)
    try:
        user_home = Path.home()
    except RuntimeError:
        raise SettingsError("the home folder cannot be found; set HOME") from None
    config_file = _user_folder("config", env, user_home) / "config.toml"
    text = own_text(config_file, SettingsError)
    tools, trust = _machine(text, config_file, user_home) if text is not None else ({}, {})
    return Settings(
        home=_managed_folder(home, env, user_home),
        env=env,
        user_home=user_home,
        platform=sys.platform,
        config_file=config_file,
        tools=MappingProxyType(tools),
        trust=MappingProxyType(trust),
        colour=not env.get("NO_COLOR") and env.get("TERM") != "dumb" and sys.stdout.isatty(),
    )


def data_file(name: str) -> Path:
    """The shipped file config/`name`: beside this module in a wheel, one folder up in a checkout."""
    here = Path(__file__).parent
    folder = here / "config"
    return (folder if folder.is_dir() else here.parent / "config") / name


def registry(settings: Settings) -> Registry:
    """The shipped providers with the person's providers.toml over them. Raises RegistryError."""
    from modelcat import registry as rows

    shipped = data_file("providers.toml")
    overlay = settings.catalog / "providers.toml"
    return rows.load(shipped.read_text("utf-8"), own_text(overlay, RegistryError), str(shipped), str(overlay))


def selection(settings: Settings, providers: Registry) -> Selection:
    """What modelcat.toml selects; the defaults where there is none. Raises SettingsError."""
    from modelcat import selection as rules

    path = settings.catalog / "modelcat.toml"
    return rules.parse(own_text(path, SettingsError) or "", str(path), providers.providers)


def key_of(settings: Settings, provider: Provider) -> Key | None:
    """The first of the provider's key variables that is set to something a key can be, else None.

    None also where a shared providers.toml would send the key to a place this machine has not agreed to.
    """
    if not is_trusted(settings, provider):
        return None
    for variable in provider.api_key_env:
        value = settings.env.get(variable, "").strip()
        # The older script read a URL from ATLASCLOUD_API_KEY; a URL is a key nowhere.
        if _KEY.fullmatch(value) and not value.lower().startswith(("http://", "https://")):
            return Key(variable, value)
    return None


def without_secrets(text: str) -> str:
    """A text for a log or a report, with the values of variables that may be keys, and what looks like one,
    cut to four characters at most.
    """
    from modelcat.rules.secrets import masked

    values = frozenset(
        value for name, value in os.environ.items() if len(value) >= 8 and _SECRET.search(name)
    )
    return "".join(masked(line, values) for line in text.splitlines(keepends=True))


def is_trusted(settings: Settings, provider: Provider) -> bool:
    """Whether this machine lets the provider's keys and other variables go to its base URL."""
    from modelcat.urls import origin

    return provider.trusted or settings.trust.get(provider.id) == origin(provider.base_url)


def missing(settings: Settings, provider: Provider) -> tuple[str, ...]:
    """What would have to be set before the provider's models can be used; alternatives as "A or B"."""
    wanted = []
    if provider.api_key_env and not provider.anonymous_key and key_of(settings, provider) is None:
        wanted.append(" or ".join(provider.api_key_env))
    if not provider.base_url:
        wanted.append(" or ".join(provider.base_url_env))
    urls = f"{provider.base_url} {provider.models_url}"
    wanted += [variable for name, variable in provider.url_env if f"{{{name}}}" in urls]
    wanted += [variable for variable in provider.also_needs if not settings.env.get(variable)]
    return tuple(wanted)


def resolve(settings: Settings, provider: Provider) -> Provider:
    """`provider` with the environment applied: a base-URL variable moves it, placeholders are filled.

    A placeholder whose variable is not set stays (`missing` names it). Raises SettingsError, which names the
    variable and never its value.
    """
    from modelcat.registry import moved
    from modelcat.urls import url_problem

    for variable in provider.base_url_env:
        url = settings.env.get(variable, "").strip()
        if url:
            problem = url_problem(url)
            if problem:
                raise SettingsError(f"{variable} (the base URL of {provider.id}): {problem}")
            # Who sets a variable on this machine has said where the key may go.
            keys = provider.api_key_env or provider.optional_key_env
            return replace(moved(provider, url), trusted=True, api_key_env=keys)
    return _filled(settings, provider) if provider.url_env and is_trusted(settings, provider) else provider


def _filled(settings: Settings, provider: Provider) -> Provider:
    values = {}
    for name, variable in provider.url_env:
        value = settings.env.get(variable, "").strip()
        if value and not _URL_PART.fullmatch(value):
            raise SettingsError(
                f"{variable} (part of the URL of {provider.id}): expected letters, digits, dots, hyphens"
            )
        values[f"{{{name}}}"] = value or f"{{{name}}}"

    def fill(url: str) -> str:
        for placeholder, value in values.items():
            url = url.replace(placeholder, value)
        return url

    return replace(
        provider,
        base_url=fill(provider.base_url),
        models_url=provider.models_url and fill(provider.models_url),
        models_url_fallbacks=tuple(map(fill, provider.models_url_fallbacks)),
        details_url=provider.details_url and fill(provider.details_url),
    )


def _managed_folder(home: Path | None, env: Mapping[str, str], user_home: Path) -> Path:
    chosen = str(home) if home is not None else env.get("MODELCAT_HOME", "")
    if not chosen:
        return _user_folder("data", env, user_home)
    # Not resolved: a folder that is a symlink is the person's way of saying where it is.
    folder = Path(os.path.abspath(_expanded(chosen, user_home)))  # noqa: PTH100
    there = next((place for place in (folder, *folder.parents) if os.path.lexists(place)), folder)
    if not there.is_dir():
        raise SettingsError(f"{there} is no folder; choose another one with --home or MODELCAT_HOME")
    return folder


def _user_folder(what: str, env: Mapping[str, str], user_home: Path) -> Path:
    if sys.platform in {"darwin", "win32"}:
        import platformdirs

        folders = platformdirs.PlatformDirs("modelcat", appauthor=False)
        return folders.user_data_path if what == "data" else folders.user_config_path
    # The XDG rule itself: platformdirs would take longer to load than `--version` takes in all.
    default = {"data": ".local/share", "config": ".config"}[what]
    folder = Path(env.get(f"XDG_{what.upper()}_HOME", ""))
    return (folder if folder.is_absolute() else user_home / default) / "modelcat"


def _expanded(path: str, user_home: Path) -> Path:
    if path == "~" or path.startswith(("~/", "~\\")):
        return user_home / path[2:]
    return Path(path)


def own_text(path: Path, error: type[ModelcatError] = SettingsError) -> str | None:
    """The text of one of modelcat's own files, None where it does not exist.

    Raises `error` if it is not UTF-8 or cannot be read.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as refused:
        raise error(f"{path}: cannot be read: {refused.strerror}") from refused
    try:
        return data.decode()
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        raise error(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None


def _machine(text: str, path: Path, user_home: Path) -> tuple[dict[str, ToolSettings], dict[str, str]]:
    from modelcat.strict import Source

    source = Source(text, str(path), SettingsError)
    data = source.load()
    source.allow((), data, ["tools", "trust"])
    tools = source.value(("tools",), data.get("tools", {}), "table")
    trust = source.value(("trust",), data.get("trust", {}), "table")
    return (
        {name: _tool(source, name, row, user_home) for name, row in tools.items()},
        {name: _origin(source, name, url) for name, url in trust.items()},
    )


def _tool(source: Source, name: str, row: Any, user_home: Path) -> ToolSettings:
    from modelcat import tools

    where = ("tools", name)
    if name not in tools.names():
        raise source.unknown(where, tools.names())
    source.value(where, row, "table")
    source.allow(where, row, ["enabled", "path"])
    enabled = source.value((*where, "enabled"), row["enabled"], "flag") if "enabled" in row else None
    path = None
    if "path" in row:
        path = _expanded(source.value((*where, "path"), row["path"], "text"), user_home)
        if not path.is_absolute():
            raise source.refuse((*where, "path"), "expected a whole path, or one that begins with ~/")
    return ToolSettings(enabled, path)


def _origin(source: Source, name: str, url: Any) -> str:
    from modelcat.urls import origin, url_problem

    problem = url_problem(source.value(("trust", name), url, "text"))
    if problem:
        raise source.refuse(("trust", name), problem)
    return origin(url)
