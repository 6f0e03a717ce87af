"""What `validate` shows: findings as a compiler shows them, as JSON, as GitHub annotations. No rich here: a
hook runs on every commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output import plain, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcat.check import Finding
    from modelcat.commands.validate import ValidateResult
    from modelcat.output import Screen
    from modelcat.rules import Rule

WIDEST = 100
"""Characters of a source line that are shown, around the column."""
_COLOURS = {"error": "31", "warning": "33", "info": "36"}
_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


def usage(program: str) -> str:
    """The text of --help."""
    return f"""Usage: {program} [OPTIONS] [FILE…]

  Check configs of aichat, Codex and mods: syntax, what the tool itself
  refuses, references, secrets in clear, models that are no longer offered.
  Without FILE: your own configs. FILE can be - for standard input.

Options:
  -t, --tool TOOL  aichat, codex or mods; else told from place and content
  --format FORMAT  text (default), json, or github (workflow annotations)
  --json           The same as --format json.
  --fix            Put right what is mechanical and safe; backs up your own
                   configs first.
  --strict         Warnings count too.
  -q, --quiet      Nothing but findings.
  --list-rules     All rules, with their severity.
  --home DIR       The managed folder (else MODELCAT_HOME).
  -h, --help       Show this message and exit.

  Exit code: 0 fine, 1 errors found (or warnings, with --strict), 2 usage,
  3 a file could not be read.

  Ignore a rule with a comment on the line or above it:
    # modelcat: ignore[codex/profiles-table]
  or for good in modelcat.toml:
    [validate]
    ignore = ["catalog/*"]

  Examples:
    {program}
    {program} ~/.codex/config.toml --fix
    {program} --tool aichat - < config.yaml
    {program} --format github dotfiles/mods.yml"""


def show(result: ValidateResult, form: str, screen: Screen, *, colour: bool, quiet: bool) -> None:
    """Everything, in the form asked for; what could not be read and the summary go to stderr."""
    if form == "json":
        print_json(result.as_json())
        return
    for item in result.files:
        for finding in item.findings:
            print(annotation(finding) if form == "github" else text(finding, colour=colour))
        if item.unread:
            screen.say(f"error: {item.unread}")
    if not quiet:
        for line in summary(result):
            screen.say(line)


def text(finding: Finding, *, colour: bool = False) -> str:
    """A finding with its source line, a caret and a hint."""
    word = f"\x1b[{_COLOURS[finding.severity]}m{finding.severity}\x1b[0m" if colour else finding.severity
    place = plain(f"{finding.path}:{finding.line}:{finding.column}").replace("\n", "\\n")
    lines = [f"{place}: {word} [{finding.rule}] {one_line(finding.message)}"]
    if finding.excerpt is not None and finding.excerpt.strip():
        shown, caret = around(finding.excerpt, finding.column)
        margin = " " * len(str(finding.line))
        lines += [f"  {finding.line} | {shown}", f"  {margin} | {' ' * caret}^"]
    if finding.hint:
        ending = "  (--fix does this)" if finding.fix else ""
        lines.append(f"    {one_line(finding.hint)}{ending}")
    return "\n".join(lines)


def one_line(words: str) -> str:
    """Text for people on one line, with nothing that steers a terminal."""
    return plain(words).replace("\n", "\\n").replace("\t", " ")


def around(line: str, column: int) -> tuple[str, int]:
    """The part of a source line around a column, and the place of the caret in it (from 0)."""
    line = line.replace("\t", " ").replace("\n", " ")
    at = min(max(0, column - 1), len(line))
    start = 0 if len(line) <= WIDEST else max(0, min(at - WIDEST // 2, len(line) - WIDEST))
    before, after = plain(line[start:at]), plain(line[at : start + WIDEST])
    lead = "…" if start else ""
    tail = "…" if start + WIDEST < len(line) else ""
    return f"{lead}{before}{after}{tail}", len(lead) + len(before)


def annotation(finding: Finding) -> str:
    """A finding as a workflow command of GitHub Actions."""
    message = one_line(finding.message) + (f"\n{one_line(finding.hint)}" if finding.hint else "")
    fields = {
        "file": finding.path,
        "line": finding.line,
        "col": finding.column,
        "title": f"modelcat {finding.rule}",
    }
    given = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{_GITHUB[finding.severity]} {given}::{_escaped(message)}"


def _escaped(words: str) -> str:
    return plain(words).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _escaped(str(value)).replace(":", "%3A").replace(",", "%2C")


def summary(result: ValidateResult) -> list[str]:
    """What it comes to, in a few lines."""
    errors = sum(item.count("error") for item in result.files)
    warnings = sum(item.count("warning") for item in result.files)
    read = sum(item.unread is None for item in result.files)
    lines = []
    if result.fixed:
        number = sum(count for _, count in result.fixed)
        lines.append(f"fixed {_counted(number, 'finding')} in {', '.join(path for path, _ in result.fixed)}")
    if result.backup:
        lines.append(f"as it was: {result.backup} (modelcat restore {result.backup})")
    if read:
        found = ", ".join(
            _counted(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count
        )
        lines.append(f"{_counted(read, 'file')} checked: {found or 'nothing wrong'}")
    can = sum(bool(finding.fix) for item in result.files for finding in item.findings)
    if can:
        lines.append(f"{can} of these can be put right with --fix")
    if result.embedded:
        names = ", ".join(result.embedded[:5]) + (" …" if len(result.embedded) > 5 else "")
        lines.append(
            f"models of {names} were checked against the embedded snapshot of {result.as_of}; "
            "`modelcat sync` gets today's lists"
        )
    return lines


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def list_rules(rules: Sequence[Rule], form: str, screen: Screen) -> None:
    """Every rule: id, severity, what it finds, how to mend it.

    As JSON: {"rules": [{"rule", "severity", "what", "mend"}]}.
    """
    if form == "json":
        rows = [
            {"rule": item.id, "severity": item.severity, "what": item.what, "mend": item.mend}
            for item in rules
        ]
        print_json({"rules": rows})
        return
    for item in rules:
        screen.line(f"{item.id}  {item.severity}")
        screen.line(f"    {item.what}")
        screen.line(f"    {item.mend}")
