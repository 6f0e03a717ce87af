"""The words of `modelcat diff` and `modelcat apply`: what changes in the person's own configs.

Numbers first, then a few lines a provider; long lists are folded. Secrets of the person's are never shown.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from modelcat.output import plain
from modelcat.output.tables import counted
from modelcat.output.values import value_text
from modelcat.rules.secrets import masked
from modelcat.tally import Tally, by_provider, entry_of, inside, told, total
from modelcat.tree import MISSING, Item, key_of, pointer_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelcat.commands.apply import ApplyResult
    from modelcat.commands.diff import DiffResult
    from modelcat.merge import Decision
    from modelcat.output import Screen
    from modelcat.plan import FilePlan, ToolPlan
    from modelcat.planning import Planned
    from modelcat.tree import Pointer, Tree

FOLD = 8
"""Things of one kind that are named; -v names all."""
_GREEN, _RED, _CYAN = "32", "31", "36"


def show(result: DiffResult, screen: Screen, *, patch: bool = False) -> None:
    """What would change; with `patch` also the texts."""
    _plan(result.planned, screen)
    if patch:
        for file in result.planned.plan.files:
            _patch(file, screen)
    if result.planned.plan.changes:
        screen.say("`modelcat apply` writes this; it makes a backup first")
    _ends(result.planned, screen)


def show_applied(result: ApplyResult, screen: Screen) -> None:
    """What was written, and how to undo it."""
    _plan(result.planned, screen)
    if result.planned.plan.errors and not result.dry:
        screen.say("nothing was written; --tool leaves out the tool whose file is not sound")
    elif result.dry:
        screen.say("nothing was written (--dry-run)")
    elif result.backup is None:
        known = result.planned.synced and result.planned.plan.tools
        screen.say("your configs are up to date" if known else "nothing was written")
    else:
        screen.say(f"{counted(len(result.written), 'file')} written")
        screen.say(f"the state before is {result.backup}; `modelcat restore {result.backup}` undoes this")
    _ends(result.planned, screen)


def numbers(tally: Tally) -> str:
    """A tally in words: "3 to add, 1 to change, 2 held"; "nothing to change" where all is as it should be."""
    words = [
        f"{count:,} {word}"
        for count, word in (
            (tally.add, "to add"),
            (tally.change, "to change"),
            (tally.remove, "to remove"),
            (tally.kept, "kept as you have them"),
            (tally.conflicts, "new conflicts" if tally.conflicts > 1 else "new conflict"),
            (tally.held, "held"),
        )
        if count
    ]
    return ", ".join(words) or "nothing to change"


def _plan(planned: Planned, screen: Screen) -> None:
    if not planned.plan.tools:
        screen.say("no tool's config and no tool's program was found; --tool T plans for one all the same")
        return
    if not planned.synced:
        screen.say("the catalog is empty; `modelcat sync` fills it")
    tallies = [tally for file in planned.plan.files for tally in by_provider(file).values()]
    if planned.synced:
        screen.line(_headline(total(tallies), len(planned.plan.errors)))
    for tool in planned.plan.tools:
        _tool(tool, screen)


def _headline(tally: Tally, errors: int) -> str:
    """The numbers of all tools. Where a file is not sound, nobody knows that there is nothing to change."""
    words = [numbers(tally)] if tally != Tally() or not errors else []
    if errors:
        words.append(f"{counted(errors, 'file')} cannot be planned")
    return ", ".join(words)


def _tool(tool: ToolPlan, screen: Screen) -> None:
    screen.line()
    sound = [file for file in tool.files if file.error is None]
    tallies = [tally for file in sound for tally in by_provider(file).values()]
    unread = bool(tool.files) and not sound
    screen.line(f"{tool.tool}: {'its config cannot be read' if unread else numbers(total(tallies))}")
    for file in tool.files:
        if file.error is not None:
            screen.say(f"error: {file.error}")
        elif file.decisions or file.notes:
            _file(file, screen)
    for note in tool.notes:
        screen.line(f"  {note}")
    shown = tool.left_out if screen.verbose else tool.left_out[:FOLD]
    for line in shown:
        screen.line(f"  {line}")
    if len(shown) < len(tool.left_out):
        screen.line(f"  … and {len(tool.left_out) - len(shown)} more reasons for leaving out; -v shows all")


def _file(file: FilePlan, screen: Screen) -> None:
    verb = {"create": " (new)", "remove": " (goes)", "change": "", "none": " (stays as it is)"}[file.action]
    screen.line(f"  {file.path}{verb}")
    for note in file.notes:
        screen.line(f"    {pointer_text(note.pointer)} is left alone: {note.text}")
    if file.owned:
        return
    groups: dict[str, list[Decision]] = {}
    for decision in told(file):
        groups.setdefault(file.provider_of(decision.pointer) or file.name, []).append(decision)
    for provider, decisions in groups.items():
        _provider(provider, decisions, file, screen)


def _provider(provider: str, decisions: Sequence[Decision], file: FilePlan, screen: Screen) -> None:
    gone = _of(decisions, file, "remove")
    lines = [
        *_additions(decisions, file, screen),
        *_changes(decisions, file, screen),
        *_named("-", "goes" if len(gone) == 1 else "go", gone, screen),
        *_kept(decisions, file, screen),
    ]
    for number, line in enumerate(lines):
        screen.line(f"    {provider if number == 0 else ' ' * len(provider)}  {line}")


def _of(decisions: Iterable[Decision], file: FilePlan, action: str) -> list[str]:
    """The entries of decisions that are about whole ones."""
    return [
        _name(decision.pointer)
        for decision in decisions
        if decision.action == action and entry_of(decision.pointer, file.layout)[1]
    ]


def _additions(decisions: Sequence[Decision], file: FilePlan, screen: Screen) -> list[str]:
    lines, models = [], []
    for decision in decisions:
        if decision.action != "add" or not entry_of(decision.pointer, file.layout)[1]:
            continue
        count = inside(decision.pointer, decision.theirs, file.layout)
        if count > 1 and not file.provider:
            lines.append(f"+ new, with {counted(count - 1, 'model')}")
        elif len(entry_of(decision.pointer, file.layout)[0]) <= _first_size(file, decision.pointer):
            lines.append("+ new")
        else:
            models.append(_name(decision.pointer))
    return [*lines, *_named("+", "", models, screen)]


def _first_size(file: FilePlan, pointer: Pointer) -> int:
    """How many steps lead to the outermost entry on the way to `pointer`."""
    layout = file.layout
    for number, step in enumerate(pointer, 1):
        layout = layout.below(step)
        if layout.entry:
            return number
    return 0


def _changes(decisions: Sequence[Decision], file: FilePlan, screen: Screen) -> list[str]:
    fields: dict[Pointer, list[str]] = {}
    for decision in decisions:
        entry, whole = entry_of(decision.pointer, file.layout)
        if decision.action == "change" or (decision.changes and not whole):
            fields.setdefault(entry, []).append(_field(decision, len(entry)))
    lines = [
        f"~ {_name(entry)}: {'; '.join(changes)}" if entry else f"~ {'; '.join(changes)}"
        for entry, changes in fields.items()
    ]
    return _folded(lines, screen, "changed")


def _field(decision: Decision, size: int) -> str:
    name = pointer_text(decision.pointer[size:]) or "all of it"
    if decision.action == "add":
        return f"{name} {_value(decision.theirs, decision)} is new"
    if decision.action == "remove":
        return f"{name} {_value(decision.ours, decision)} goes"
    return f"{name} {_value(decision.ours, decision)} -> {_value(decision.theirs, decision)}"


def _kept(decisions: Sequence[Decision], file: FilePlan, screen: Screen) -> list[str]:
    lines = [
        f"! {_place(decision)}: {decision.conflict}: yours is {_value(decision.ours, decision)}, "
        f"modelcat's {_value(decision.theirs, decision)}"
        for decision in decisions
        if decision.conflict and decision.new
    ]
    lines = _folded(lines, screen, "in conflict")
    yours = [d for d in decisions if d.held and d.new and not d.conflict and d.case == "yours"]
    lines += _folded([_differs(decision) for decision in yours], screen, "that are yours")
    deleted = [_place(d) for d in decisions if d.held and d.new and d.case == "deleted"]
    lines += _named("=", "you deleted, stays deleted", deleted, screen)
    edited = [_place(d) for d in decisions if d.case == "dropped-edited"]
    lines += _named("=", "gone, kept because you edited it", edited, screen)
    lacking = {_name(entry_of(d.pointer, file.layout)[0]): None for d in decisions if d.action == "none"}
    lines += _named("=", "yours, without fields modelcat would add (--adopt)", list(lacking), screen)
    return lines


def _differs(decision: Decision) -> str:
    ours, theirs = _value(decision.ours, decision), _value(decision.theirs, decision)
    return f"= {_place(decision)}: yours, stays {ours}; modelcat would write {theirs}"


def _named(sign: str, what: str, names: Sequence[str], screen: Screen) -> list[str]:
    """One line for things of one kind: how many, and the first of them."""
    if not names:
        return []
    shown = names if screen.verbose else names[:FOLD]
    more = f" and {len(names) - len(shown):,} more" if len(shown) < len(names) else ""
    number = f"{len(names):,}" if len(names) > 1 else ""
    head = " ".join(word for word in (sign, number, what) if word)
    return [f"{head}: {', '.join(shown)}{more}" if what or number else f"{head} {shown[0]}"]


def _folded(lines: list[str], screen: Screen, what: str) -> list[str]:
    if screen.verbose or len(lines) <= FOLD:
        return lines
    return [*lines[:FOLD], f"… and {len(lines) - FOLD:,} more {what}; -v shows all"]


def _name(pointer: Pointer) -> str:
    return key_of(pointer[-1]) if pointer else "the file"


def _place(decision: Decision) -> str:
    """A place in a few words: from the last named entry on."""
    pointer = decision.pointer
    named = [number for number, step in enumerate(pointer) if isinstance(step, Item)]
    start = named[-1] if named else max(len(pointer) - 2, 0)
    return pointer_text((key_of(pointer[start]), *pointer[start + 1 :])) if pointer else "the file"


def _value(value: Tree, decision: Decision) -> str:
    if value is MISSING:
        return "nothing"
    name = key_of(decision.pointer[-1]) if decision.pointer else ""
    return value_text(value, name)


def _patch(file: FilePlan, screen: Screen) -> None:
    if not file.changes or file.owned:
        return
    before, after = ((data or b"").decode("utf-8", "replace") for data in (file.before, file.after))
    names = (file.path if file.before is not None else "/dev/null", file.path)
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    screen.line()
    for line in lines:
        _paint(masked(line), screen)


def _paint(line: str, screen: Screen) -> None:
    colour = {"+": _GREEN, "-": _RED, "@": _CYAN}.get(line[:1])
    # plain() first: what stands in a file must not steer the terminal, our own colour may.
    print(f"\x1b[{colour}m{plain(line)}\x1b[0m" if colour and screen.colour else plain(line))


def _ends(planned: Planned, screen: Screen) -> None:
    """The ways out of what is held, where something new is."""
    new = [
        d for file in planned.plan.files for d in file.decisions if d.held and d.new and d.case != "deleted"
    ]
    if new:
        screen.say(
            "held means: yours stays. To settle it, `modelcat apply --prefer theirs` takes modelcat's values "
            "and `--prefer ours` keeps yours until modelcat's change again; or exclude the entry in "
            "modelcat.toml, or edit it"
        )
