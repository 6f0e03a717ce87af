"""`modelcat validate` and `modelcat-validate`: which files, in which order, fixed or not, and the exit code.

An own small reader of the words on the command line: a hook runs on every commit, and the library the other
commands use takes longer to load than all that is done here.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat.catalog import snapshot_day
from modelcat.checkup import STDIN, Checked, own_files, surroundings
from modelcat.errors import ExitCode, StorageError, ended
from modelcat.output import Screen
from modelcat.rules import TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.settings import Settings

FORMATS = ("text", "json", "github")
_FLAGS = {"--fix", "--strict", "--json", "--list-rules", "--help", "-h", "-v", "--verbose", "-q", "--quiet"}
_VALUES = {"--tool": "--tool", "-t": "--tool", "--format": "--format", "--home": "--home"}


class UsageError(Exception):
    """Words that cannot be understood; its text says which."""


class Options(NamedTuple):
    """What the command line says."""

    files: tuple[str, ...] = ()
    tool: str | None = None
    format: str = "text"
    home: Path | None = None
    fix: bool = False
    strict: bool = False
    quiet: bool = False
    list_rules: bool = False
    help: bool = False


class ValidateResult(NamedTuple):
    """What was looked at and found."""

    files: tuple[Checked, ...]
    fixed: tuple[tuple[str, int], ...] = ()
    """(path, how many findings were put right) of the files that were changed."""
    strict: bool = False
    embedded: tuple[str, ...] = ()
    """Providers that were checked against the embedded facts."""
    synced: tuple[str, ...] = ()
    """Providers that were checked against their stored listing."""
    as_of: str | None = None
    """The date of the embedded facts, where they were used."""
    backup: str | None = None
    """The tag of the backup that was taken before the person's own files were mended."""

    @property
    def exit_code(self) -> ExitCode:
        """3 where a file could not be read, 1 with errors (and warnings under --strict), else 0."""
        if any(item.unread for item in self.files):
            return ExitCode.ERROR
        grave = ("error", "warning") if self.strict else ("error",)
        return ExitCode.NO if any(item.count(word) for item in self.files for word in grave) else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """The stable shape of --json.

        {files: [{path, unread (or null), findings: [Finding.as_json]}], errors, warnings,
        fixed: {path: count}, backup (or null),
        catalog: {synced: [provider], embedded: [provider], as_of (or null)}}
        """
        return {
            "files": [
                {
                    "path": item.path,
                    "unread": item.unread,
                    "findings": [one.as_json() for one in item.findings],
                }
                for item in self.files
            ],
            "errors": sum(item.count("error") for item in self.files),
            "warnings": sum(item.count("warning") for item in self.files),
            "fixed": dict(self.fixed),
            "backup": self.backup,
            "catalog": {"synced": list(self.synced), "embedded": list(self.embedded), "as_of": self.as_of},
        }


def main(words: list[str], program: str) -> int:
    """Do what the words say; the exit code."""
    screen = Screen()
    try:
        options = parse(words)
    except UsageError as error:
        screen.say(f"{program}: {error}\nSee {program} --help.")
        return ExitCode.USAGE
    from modelcat.output import findings

    if options.help:
        print(findings.usage(program))
        return ExitCode.OK
    if options.list_rules:
        return ended(lambda: _list_rules(options, screen), Path, screen.say)
    code = ended(lambda: _answer(options, screen), lambda: _log_folder(options), screen.say, _veil)
    # The process ends now; without this the collector would walk through everything once more first.
    gc.freeze()
    return code


def _list_rules(options: Options, screen: Screen) -> int:
    from modelcat.output import findings
    from modelcat.rules import every

    findings.list_rules(every(), options.format, screen)
    return ExitCode.OK


def _answer(options: Options, screen: Screen) -> int:
    from modelcat import settings as machine
    from modelcat.output import findings

    settings = machine.load(options.home)
    result = run(settings, options)
    findings.show(result, options.format, screen, colour=settings.colour, quiet=options.quiet)
    return result.exit_code


def _veil(text: str) -> str:
    from modelcat import settings as machine

    return machine.without_secrets(text)


def _log_folder(options: Options) -> Path:
    from modelcat import settings as machine

    return machine.load(options.home).extra


def run(settings: Settings, options: Options) -> ValidateResult:
    """Look at the files (the person's own configs if none is named), and mend them under --fix."""
    around = surroundings(settings, here=Path.cwd())
    paths = options.files or tuple(map(str, own_files(settings, options.tool)))
    if not paths:
        raise StorageError("no config of aichat, Codex or mods was found; name the files to check")
    files = [around.check(path, options.tool) for path in dict.fromkeys(paths)]
    fixed: tuple[tuple[str, int], ...] = ()
    backup = None
    if options.fix:
        fixed, backup = _fix(settings, files, options.tool)
        changed = {path for path, _ in fixed}
        files = [around.check(item.path, options.tool) if item.path in changed else item for item in files]
    return ValidateResult(
        tuple(files),
        fixed,
        options.strict,
        tuple(sorted(around.embedded)),
        tuple(sorted(around.synced)),
        snapshot_day(around.embedded.values()),
        backup,
    )


def _fix(
    settings: Settings, files: Sequence[Checked], tool: str | None
) -> tuple[tuple[tuple[str, int], ...], str | None]:
    """Write what can be mended: (path, count) of each changed file, and the tag of the backup, if any."""
    from modelcat import mend
    from modelcat.output import recovery

    recovery.listen()
    wanted = []
    for item in files:
        if any(finding.fix for finding in item.findings):
            if item.path == STDIN:
                raise StorageError("standard input cannot be fixed; name a file")
            wanted.append((Path(item.path), item.findings))
    return mend.write(settings, wanted, own_files(settings), tool) if wanted else ((), None)


def parse(words: Sequence[str]) -> Options:
    """The command line as Options. Raises UsageError."""
    found: dict[str, Any] = {"files": []}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found["files"] += rest
            break
        name, is_joined, value = word.partition("=")
        if name in _VALUES and word.startswith("-"):
            if not is_joined:
                if not rest:
                    raise UsageError(f"{name} needs a value")
                value = rest.pop(0)
            found[_VALUES[name].lstrip("-")] = value
        elif word in _FLAGS:
            found[word] = True
        elif word.startswith("-") and word != STDIN:
            raise UsageError(f"unknown option {word}")
        else:
            found["files"].append(word)
    return _options(found)


def _options(found: dict[str, Any]) -> Options:
    tool, form = found.get("tool"), found.get("format", "json" if found.get("--json") else "text")
    if tool is not None and tool not in TOOLS:
        raise UsageError(f"--tool {tool} is not known; it can be {', '.join(TOOLS)}")
    if form not in FORMATS:
        raise UsageError(f"--format {form} is not known; it can be {', '.join(FORMATS)}")
    return Options(
        files=tuple(found["files"]),
        tool=tool,
        format=form,
        home=Path(found["home"]) if "home" in found else None,
        fix=bool(found.get("--fix")),
        strict=bool(found.get("--strict")),
        quiet=bool(found.get("-q") or found.get("--quiet")),
        list_rules=bool(found.get("--list-rules")),
        help=bool(found.get("--help") or found.get("-h")),
    )
