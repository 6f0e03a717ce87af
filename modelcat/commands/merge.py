"""`modelcat merge`: the merge engine on two or three files of one format; also a git merge driver."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcat import files
from modelcat import tools as all_tools
from modelcat.documents import parse
from modelcat.errors import DocumentError, ExitCode, StorageError, UsageError
from modelcat.memory import pointer_to_json, tree_to_json
from modelcat.merge import NO_BASE, Base
from modelcat.repo.lines import merged_by_lines
from modelcat.tree import MISSING, key_of, pointer_text, same
from modelcat.veil import veiled
from modelcat.weave import Rules, woven

if TYPE_CHECKING:
    from modelcat.documents import Document
    from modelcat.merge import Decision, Merged
    from modelcat.tool import Syntax, Tool
    from modelcat.tree import Shape, Tree

STDOUT = "-"
SYNTAX: dict[str, Syntax] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".jsonc": "jsonc",
}
_UNSETTLED = frozenset({"conflict", "yours", "deleted", "dropped-edited"})


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What was merged into what."""

    target: Path
    output: str
    """Where the outcome was written; "-" for stdout."""
    merged: Merged
    written: bool
    three_way: bool
    name: str
    """What the file is called to people: git hands over copies with names of their own."""
    lost: tuple[int, ...] = ()
    """The lines of the source with comments that are new there and not in the outcome."""

    @property
    def conflicts(self) -> tuple[Decision, ...]:
        """Where both sides changed the same since the base: the target's side stands in the outcome."""
        if not self.three_way:
            return ()
        return tuple(decision for decision in self.merged.decisions if decision.case in _UNSETTLED)

    @property
    def exit_code(self) -> ExitCode:
        """1 if there are conflicts, which tells git that somebody has to look."""
        return ExitCode.NO if self.conflicts else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"target", "output", "written": bool, "conflicts": number, "notes": […], "lost_comments": [line],
        "decisions": […]}.

        A decision: {"pointer", "steps", "action", "case"}, and "base", "ours", "theirs" where something
        stands there; secrets are cut. ours is the target, theirs the source.
        """
        return {
            "target": str(self.target),
            "output": self.output,
            "written": self.written,
            "conflicts": len(self.conflicts),
            "notes": [f"{pointer_text(note.pointer)}: {note.text}" for note in self.merged.notes],
            "lost_comments": list(self.lost),
            "decisions": [_decision(decision) for decision in self.merged.decisions],
        }


def run(
    *,
    source: Path,
    target: Path,
    base: Path | None = None,
    output: Path | None = None,
    path: str | None = None,
    tool: str | None = None,
) -> MergeResult:
    """Bring the changes of `source` since `base` into `target`, and write the outcome to it or to `output`.

    Without a base only what is missing is added. `path` is the name the file has elsewhere (git's %P): it
    tells the format where the files' own names do not. Of a `tool`'s config, or one that its name shows to be
    one, the lists are merged by their elements' names. Raises UsageError, DocumentError, VerifyError,
    StorageError.
    """
    names = [Path(name) for name in (path, target, source, base) if name is not None]
    syntax = _syntax(names)
    shape = _shape(tool, names[0])
    shot = files.read(target)
    if not shot.existed:
        raise StorageError(f"{target}: there is no such file")
    ours = parse(shot.data, syntax, path or str(target))
    theirs = _read(source, syntax, f"{path} (source)" if path else str(source))
    before = None if base is None else _read(base, syntax, f"{path} (base)" if path else str(base))
    known = NO_BASE if before is None else Base(before.tree)
    merged, data = woven(ours, known, theirs.tree, Rules(shape))
    lost: tuple[int, ...] = ()
    if before is not None:
        data = _by_lines(before, ours, theirs, merged.tree) or data
        lost = _lost(theirs, before, parse(data, syntax, ours.path))
    written = _write(data, target if output is None else output, shot)
    place = str(output or target)
    name = "stdout" if place == STDOUT else path or place
    return MergeResult(target, place, merged, written, base is not None, name, lost)


def _by_lines(base: Document, ours: Document, theirs: Document, expected: Tree) -> bytes | None:
    """The merge by lines, where it is clean and says what the merge by keys says.

    It has the comments and the order of both sides. The merge by keys changes values in the target and can
    bring no comment along.
    """
    data = merged_by_lines(base.data, ours.data, theirs.data)
    if data is None:
        return None
    try:
        tree = parse(data, ours.syntax, ours.path).tree
    except DocumentError:
        return None
    return data if same(tree, expected) else None


def _lost(theirs: Document, base: Document, after: Document) -> tuple[int, ...]:
    """The lines of comments that the source has, the base had not and the outcome has not."""
    known, left = (Counter(text for _, text in document.comments()) for document in (base, after))
    there = known | left
    lines = []
    for line, text in theirs.comments():
        there[text] -= 1
        if there[text] < 0:
            lines.append(line)
    return tuple(lines)


def _read(path: Path, syntax: Syntax, name: str) -> Document:
    shot = files.read(path)
    if not shot.existed:
        raise StorageError(f"{path}: there is no such file")
    return parse(shot.data, syntax, name)


def _write(data: bytes, output: Path, target: files.Snapshot) -> bool:
    """Write the outcome; gives whether something had to be written."""
    if str(output) == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return True
    if not output.parent.is_dir():
        raise StorageError(f"{output.parent}: there is no such folder")
    shot = target if output == target.path else files.read(output)
    if shot.existed and shot.data == data:
        return False
    journal = shot.real.with_name(f".{shot.real.name}.modelcat-journal")
    mode = None if shot.existed else target.mode
    files.write_all([files.Write(shot, data, mode)], journal, refs={}, finish=lambda _: None)
    return True


def _syntax(names: list[Path]) -> Syntax:
    said = {name: SYNTAX[name.suffix.lower()] for name in names if name.suffix.lower() in SYNTAX}
    if not said:
        raise UsageError(
            f"{names[0]}: the name does not say which format it is; give --path NAME with a name that ends "
            f"in {', '.join(SYNTAX)}"
        )
    (first, syntax), *others = said.items()
    for name, other in others:
        if other != syntax and {other, syntax} != {"json", "jsonc"}:
            raise UsageError(f"{name} is not of the format of {first}; files of one format can be merged")
    return syntax


def _shape(tool: str | None, name: Path) -> Shape:
    """Which lists have named elements: of the tool that is named, else of the one whose config this is."""
    if tool is not None:
        return all_tools.load(tool).shape
    found = [known for known in map(all_tools.load, all_tools.names()) if _is_main(known, name)]
    return found[0].shape if found else {}


def _is_main(tool: Tool, name: Path) -> bool:
    return name.name == tool.main and name.parent.name.lstrip(".") == tool.name


def _decision(decision: Decision) -> dict[str, Any]:
    sides = {"base": decision.base, "ours": decision.ours, "theirs": decision.theirs}
    name = key_of(decision.pointer[-1]) if decision.pointer else ""
    return {
        "pointer": pointer_text(decision.pointer),
        "steps": pointer_to_json(decision.pointer),
        "action": decision.action,
        "case": decision.case,
        **{side: tree_to_json(veiled(value, name)) for side, value in sides.items() if value is not MISSING},
    }
