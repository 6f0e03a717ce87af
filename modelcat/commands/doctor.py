"""`modelcat doctor`: what is installed and set, what is wrong, leaks or is stale, and what to do about it.

It looks and says; nothing is written, no provider is asked. Each part stands for itself: what is broken is a
problem in the list and keeps no other part from being looked at.
"""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modelcat import checkup, state, tools
from modelcat import settings as machine
from modelcat.errors import DocumentError, ExitCode, ModelcatError, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.checkup import Checked
    from modelcat.settings import Settings
    from modelcat.tool import Tool

Area = Literal["leak", "config", "key", "catalog", "repository", "tool"]
OLD = 7
"""Days after which a sync is old."""
OLDEST_CODEX = (0, 134)
"""The first version that reads the profile files modelcat writes."""
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Installed:
    """One tool."""

    name: str
    program: str | None
    """Where its program is; None: not on PATH."""
    version: str | None
    """As it says itself; None: it is not there or does not say."""
    config: Path
    has_config: bool
    wanted: bool
    """`diff` and `apply` write for it unasked."""
    errors: int
    warnings: int
    """Findings of `validate` in its files."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """A provider whose key is set; the key itself stays where it is."""

    provider: str
    variable: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to see to."""

    area: Area
    what: str
    do: str
    grave: bool = True
    """It breaks something or gives something away; else it is only good to know."""


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Everything that was found, the gravest problems first."""

    home: Path
    tools: tuple[Installed, ...]
    keys: tuple[KeySet, ...]
    last_sync: str | None
    """UTC, as 2026-11-24T14:30:00Z; None: never."""
    problems: tuple[Problem, ...]
    next_step: str | None
    """The command to run now; None: nothing is left to do."""

    @property
    def exit_code(self) -> ExitCode:
        """1 if anything grave was found."""
        return ExitCode.NO if any(problem.grave for problem in self.problems) else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """The findings as data.

        {"home", "tools": [{"name", "program", "version", "config", "has_config", "wanted", "errors",
        "warnings"}], "keys": [{"provider", "variable"}], "last_sync",
        "problems": [{"area", "what", "do", "grave"}], "next": command or null}.
        """
        plain = ("name", "program", "version", "has_config", "wanted", "errors", "warnings")
        return {
            "home": str(self.home),
            "tools": [
                {**{key: getattr(tool, key) for key in plain}, "config": str(tool.config)}
                for tool in self.tools
            ],
            "keys": [{"provider": key.provider, "variable": key.variable} for key in self.keys],
            "last_sync": self.last_sync,
            "problems": [
                {"area": one.area, "what": one.what, "do": one.do, "grave": one.grave}
                for one in self.problems
            ],
            "next": self.next_step,
        }


def run(settings: Settings) -> DoctorResult:
    """Look at everything. Raises nothing that a part of it could be told as."""
    checked, problems = _configs(settings)
    found = tuple(_installed(settings, tools.load(name), checked) for name in tools.names())
    keys, key_problems = _keys(settings)
    memory = state.load(settings.extra)
    problems += key_problems
    problems += _leaks(settings, checked)
    problems += _versions(found)
    problems += _catalog(settings, memory)
    problems += _repositories(settings)
    problems.sort(key=lambda one: (not one.grave, one.area != "leak"))
    return DoctorResult(
        home=settings.home,
        tools=found,
        keys=keys,
        last_sync=memory.last_sync,
        problems=tuple(problems),
        next_step=_next(problems, memory, found),
    )


def _configs(settings: Settings) -> tuple[list[tuple[str, Path, Checked]], list[Problem]]:
    """(tool, path, what validate says) of the person's own files; and what is wrong with them."""
    problems: list[Problem] = []
    try:
        around = checkup.surroundings(settings)
    except ModelcatError as error:
        problems.append(Problem("config", str(error), "mend the file; until then nothing in it counts"))
        around = checkup.Surroundings(settings)
    checked = []
    for path, (tool, _) in checkup.own_files(settings).items():
        try:
            seen = around.check(str(path), tool)
        except ModelcatError as error:
            problems.append(Problem("config", str(error), "mend it, then run `modelcat doctor` again"))
            continue
        checked.append((tool, path, seen))
        if seen.unread:
            problems.append(Problem("config", seen.unread, "see that it can be read"))
        errors = seen.count("error")
        if errors:
            first = next(item for item in seen.findings if item.severity == "error")
            more = f", and {errors - 1} more" if errors > 1 else ""
            what = f"{path}:{first.line}: {first.message}{more}"
            problems.append(Problem("config", what, f"modelcat validate {typed(path)}"))
    return checked, problems


def _installed(settings: Settings, tool: Tool, checked: list[tuple[str, Path, Checked]]) -> Installed:
    program = shutil.which(tool.program, path=settings.env.get("PATH", ""))
    mine = [seen for name, _, seen in checked if name == tool.name]
    config = settings.tool_path(tool)
    return Installed(
        name=tool.name,
        program=program,
        version=_version(program, settings) if program else None,
        config=config,
        has_config=config.exists(),
        wanted=settings.tool_wanted(tool),
        errors=sum(seen.count("error") for seen in mine),
        warnings=sum(seen.count("warning") for seen in mine),
    )


def _version(program: str, settings: Settings) -> str | None:
    """What `program --version` says; it gets none of the keys that are set."""
    plain = {
        name: settings.env[name] for name in ("PATH", "HOME", "SYSTEMROOT", "LANG") if name in settings.env
    }
    try:
        done = subprocess.run(
            [program, "--version"],
            env=plain,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout[:1000].decode("utf-8", "replace"))
    return found.group() if found else None


def _versions(found: tuple[Installed, ...]) -> Iterator[Problem]:
    for tool in found:
        if tool.program and tool.version is None:
            yield Problem(
                "tool", f"{tool.program} does not say its version", "see that it starts", grave=False
            )
        if tool.name == "codex" and tool.version:
            number = tuple(int(part) for part in tool.version.split(".")[:2])
            if number < OLDEST_CODEX:
                what = f"Codex {tool.version} does not read profile files, which came with 0.134"
                yield Problem("tool", what, "update it: npm install -g @openai/codex")


def _keys(settings: Settings) -> tuple[tuple[KeySet, ...], list[Problem]]:
    problems: list[Problem] = []
    found = []
    try:
        providers = machine.registry(settings).providers.values()
    except ModelcatError as error:
        return (), [Problem("catalog", str(error), "mend providers.toml")]
    told: set[str] = set()
    for provider in providers:
        if not provider.enabled:
            continue
        key = machine.key_of(settings, provider)
        if key is not None:
            found.append(KeySet(provider.id, key.variable))
            continue
        for variable in provider.api_key_env:
            if not settings.env.get(variable) or variable in told:
                continue
            told.add(variable)
            if machine.is_trusted(settings, provider):
                what = f"{variable} is set, but to something that no key can be (blank, spaces, a URL)"
                problems.append(Problem("key", what, f"set it to your {provider.name} key, or unset it"))
            else:
                what = f"{provider.id}: providers.toml sends {variable} to {provider.base_url}"
                do = f"if that is right: modelcat providers add {provider.id}"
                problems.append(Problem("key", what, do, grave=False))
    return tuple(found), problems


def _leaks(settings: Settings, checked: list[tuple[str, Path, Checked]]) -> Iterator[Problem]:
    """What gives a key away: in a file, to others on this machine, to another provider."""
    for tool, path, seen in checked:
        secrets = [item for item in seen.findings if item.rule.startswith("secret/")]
        for item in (item for item in seen.findings if item.rule.endswith("/key-leak")):
            yield Problem("leak", f"{path}:{item.line}: {item.message}", item.hint or "")
        if secrets:
            number = len(secrets)
            what = f"{path}: {number} {'key stands' if number == 1 else 'keys stand'} in the file in clear"
            yield Problem("leak", what, f"modelcat validate {typed(path)}")
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 and settings.platform != "win32":
                what = f"{path}: others on this machine may read it ({mode:04o}), and a key stands in it"
                yield Problem("leak", what, f"chmod 600 {typed(path)}")
        if tool == "mods":
            yield from _openai_key_elsewhere(settings, path)


def _openai_key_elsewhere(settings: Settings, path: Path) -> Iterator[Problem]:
    from modelcat.documents import parse
    from modelcat.rules.mods import leaks_while_unset

    try:
        tree = parse(checkup.read(str(path)), "yaml", str(path)).tree
    except (DocumentError, ModelcatError):
        return
    for api, host, variable in leaks_while_unset(tree, lambda name: bool(settings.env.get(name))):
        what = f"{path}: {variable} is not set, so mods would send OPENAI_API_KEY to {host} ({api})"
        yield Problem("leak", what, f"set {variable}, or take {api} out")


def _catalog(settings: Settings, memory: state.State) -> Iterator[Problem]:
    if memory.last_sync is None:
        yield Problem("catalog", "no provider was ever asked here", "modelcat sync", grave=False)
    else:
        days = (datetime.now(UTC) - _when(memory.last_sync)).days
        if days > OLD:
            yield Problem("catalog", f"the last sync is {days} days old", "modelcat sync", grave=False)
    failed = [name for name, row in sorted(memory.providers.items()) if row.outcome == "failed"]
    if failed:
        names = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
        number = f"{len(failed)} provider{'s' if len(failed) > 1 else ''}"
        what = f"{number} could not be asked the last time: {names}"
        yield Problem("catalog", what, "modelcat providers test", grave=False)
    if (settings.home / "journal.json").exists():
        what = "a run was killed while it wrote your configs; the next one finishes it"
        yield Problem("repository", what, "modelcat apply")
    home = settings.home
    if home.is_dir() and settings.platform != "win32" and stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Problem("leak", f"{home}: others on this machine may look into it", f"chmod 700 {typed(home)}")


def _when(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)


def _repositories(settings: Settings) -> Iterator[Problem]:
    """Whether the managed repositories are sound. They are not made where they are not there."""
    from modelcat.repo.git import Git

    places = ((settings.catalog / ".git", settings.catalog), (settings.private, None))
    for git_dir, tree in places:
        if not git_dir.is_dir():
            continue
        git = Git(git_dir, tree)
        try:
            git.run("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
            remotes = git.text("remote") if tree is None else ""
        except ModelcatError as error:
            yield Problem("repository", str(error), f"move {git_dir} away; the next sync makes it anew")
            continue
        if remotes:
            name = remotes.split()[0]
            what = f"{settings.private} has a remote ({name}), and it holds your configs with their keys"
            yield Problem("leak", what, f"git -C {typed(settings.private)} remote remove {name}")


def _next(problems: list[Problem], memory: state.State, found: tuple[Installed, ...]) -> str | None:
    for problem in problems:
        if problem.grave and problem.do.startswith("modelcat "):
            return problem.do
    if memory.last_sync is None or any(one.do == "modelcat sync" for one in problems):
        return "modelcat sync"
    return "modelcat diff" if any(tool.wanted for tool in found) else None
