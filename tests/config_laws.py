"""The laws of docs/merging.md for one file that a person wrote in: before and after an apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat import tools as all_tools
from tests.config_life import NOTHING, Name, Shot
from tests.config_parsers import SECTIONS, Path, default, entries, leaves, named, read, yaml_lines
from tests.person import FIRST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def stays(name: Name, was: Shot, now: Shot, actions: Collection[str], prefer: str | None) -> None:
    """What the person wrote is there: values, text, comments, mode and link.

    `actions` is what the decisions about the file say is done.
    """
    assert was.data is not None
    if now == NOTHING:
        # The whole file was an entry: comments go with it, and the model that was chosen in Codex.
        assert marked(read(name[1], was.data)).keys() <= {("model",)}, f"{name}, edited, was removed"
        return
    assert now.data is not None
    assert (now.link, now.mode) == (was.link, was.mode)
    before, after = read(name[1], was.data), read(name[1], now.data)
    said = f"{name}\n{was.data.decode()}\n---- after:\n{now.data.decode()}"
    if prefer != "theirs":
        lost = marked(before).items() - leaves(after).items()
        assert not lost, f"{lost}\n{said}"
    default_stays(name, before, after, said)
    if not {"change", "remove"} & set(actions):
        rest = iter(signs(now.data))
        assert all(sign in rest for sign in signs(was.data)), said
    comments_stay(name[1], was.data.decode(), now.data.decode(), said)


def nothing_changes(name: Name, was: Shot, now: Shot) -> None:
    """Where nothing was applied before, every value that stands there stays."""
    assert was.data is not None
    assert now.data is not None
    values = leaves(read(name[1], was.data)).items()
    # A key without a value is a place to write to.
    lost = {(path, value) for path, value in values if value is not None}
    lost -= leaves(read(name[1], now.data)).items()
    assert not lost, f"{lost}\n{was.data.decode()}\n---- after:\n{now.data.decode()}"


def nothing_is_completed(tool: str, was: Mapping[Name, Shot], now: Mapping[Name, Shot]) -> None:
    """Where nothing was applied before, an entry gets models into a list it has, and nothing else."""
    file = all_tools.load(tool).main
    before, after = (read(file, shots.get((tool, file), NOTHING).data or b"") for shots in (was, now))
    there, lists = entries(tool, before), models_of(tool, before)
    for path in leaves(after).keys() - leaves(before).keys():
        if path[0] == SECTIONS[tool] and (path[1],) in there:
            assert path[2] == "models", path
            assert path[1] in lists, path
            assert (path[1], path[3]) not in there, path


def models_of(tool: str, tree: Any) -> set[str]:
    """The providers whose entries have a list or map of models."""
    section = (tree.get(SECTIONS[tool]) if isinstance(tree, dict) else None) or {}
    pairs = named(section) if isinstance(section, list) else section.items()
    return {key for key, entry in pairs if isinstance(entry, dict) and "models" in entry}


def marked(tree: Any) -> dict[Path, Any]:
    """The values that bear a mark of the person's; a provider they renamed may still be modelcat's, and what
    names it in a profile follows.
    """
    return {
        path: value
        for path, value in leaves(tree).items()
        if path != ("model_provider",)
        and path[1:] != (value, "name")
        and ("mine" in f"{path[2:]}{value}" or (isinstance(value, int) and value > FIRST_NUMBER))
    }


def default_stays(name: Name, before: Any, after: Any, said: str) -> None:
    """The default model is what it was, and if it could be used it still can."""
    tool, file = name
    if file != all_tools.load(tool).main:
        return
    used = default(tool, before)
    assert default(tool, after) == used, said
    if used in entries(tool, before):
        assert used in entries(tool, after), said


def signs(data: bytes) -> list[str]:
    """A text without what may move when something is added: blanks, brackets and commas."""
    return [sign for sign in data.decode() if not sign.isspace() and sign not in "[]{},"]


def comments_stay(file: str, before: str, after: str, said: str) -> None:
    """Every comment of the person's is there, but for those inside of what went."""
    lost = [
        number
        for number, line in enumerate(before.split("\n"))
        if "# mine" in line and line[line.index("# mine") :].strip() not in after
    ]
    if not lost:
        return
    here = set(leaves(read(file, after.encode())))
    out = [path for path in leaves(read(file, before.encode())) if path not in here]
    assert out, said
    if not file.endswith(".toml"):
        spans = yaml_lines(before)
        tops = {path[:size] for path in out for size in range(1, len(path) + 1)}
        tops = {path for path in tops if not any(leaf[: len(path)] == path for leaf in here)}
        lines = before.split("\n")
        for number in lost:
            assert any(inside(lines, number, *spans[top]) for top in tops), said


def inside(lines: list[str], number: int, first: int, last: int) -> bool:
    """Whether a comment stands in the lines `first` to `last`, or behind them and is indented like them."""
    between = [line.strip() for line in lines[last + 1 : number]]
    indents = [len(lines[one]) - len(lines[one].lstrip()) for one in (first, number)]
    behind = number > last and all(not line or line.startswith("#") for line in between)
    return first <= number <= last or (behind and indents[1] > indents[0])
