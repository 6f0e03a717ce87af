"""What stands in a config of aichat, mods or Codex, read by other parsers than modelcat's."""

from __future__ import annotations

import io
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str, ...]
SECTIONS = {"aichat": "clients", "mods": "apis", "codex": "model_providers"}
"""Tool -> the key that its providers stand under."""


@lru_cache(64)
def read(name: str, data: bytes) -> Any:
    """The values of a config, not to be changed; its file name says the syntax."""
    text = data.decode("utf-8-sig")
    if name.endswith(".toml"):
        return tomllib.loads(text)
    return YAML(typ="safe", pure=True).load(io.StringIO(text)) or {}


def named(items: list[Any]) -> Iterator[tuple[str, Any]]:
    """The elements of a list by name, else by place."""
    seen: set[str] = set()
    for number, item in enumerate(items):
        key = str(item.get("name", item.get("type", number))) if isinstance(item, dict) else str(number)
        yield (f"{key} at {number}" if key in seen else key), item
        seen.add(key)


def leaves(tree: Any, at: Path = ()) -> dict[Path, Any]:
    """Every value that is no map and no list, by where it stands."""
    if isinstance(tree, dict):
        pairs: Any = [(str(key), value) for key, value in tree.items()]
    elif isinstance(tree, list):
        pairs = named(tree)
    else:
        return {at: tree}
    return {path: value for key, item in pairs for path, value in leaves(item, (*at, key)).items()}


def entries(tool: str, tree: Any) -> set[Path]:
    """The providers and models of a main config: (provider,) and (provider, model)."""
    found: set[Path] = set()
    section = tree.get(SECTIONS[tool]) if isinstance(tree, dict) else None
    for key, entry in named(section) if isinstance(section, list) else (section or {}).items():
        found.add((key,))
        models = entry.get("models") if isinstance(entry, dict) and tool != "codex" else None
        inside = named(models) if isinstance(models, list) else (models or {}).items()
        found |= {(key, str(model)) for model, _ in inside}
    return found


def default(tool: str, tree: Any) -> Path:
    """The entry that the config's own default is."""
    if tool == "aichat":
        return tuple(str(tree.get("model")).split(":", 1))
    if tool == "mods":
        return str(tree.get("default-api")), str(tree.get("default-model"))
    return (str(tree.get("model_provider")),)


def yaml_lines(text: str) -> dict[Path, tuple[int, int]]:
    """First and last line of everything in a YAML text, from 0; a collection ends with its last leaf."""
    spans: dict[Path, tuple[int, int]] = {}

    def walk(node: Any, at: Path, start: int) -> int:
        last = node.end_mark.line if node.value == [] or isinstance(node.value, str) else start
        if isinstance(node.value, str) and node.end_mark.column == 0 and node.style in ("|", ">"):
            last -= 1
        if isinstance(node, MappingNode):
            for key, value in node.value:
                last = max(last, walk(value, (*at, str(key.value)), key.start_mark.line))
        elif isinstance(node, SequenceNode):
            for number, item in enumerate(node.value):
                last = max(last, walk(item, (*at, _name(item, number)), item.start_mark.line))
        if getattr(node, "flow_style", None):
            last = max(last, node.end_mark.line)
        spans[at] = (start, last)
        return last

    node = YAML(typ="safe", pure=True).compose(io.StringIO(text.removeprefix("\ufeff")))
    if node is not None:
        walk(node, (), 0)
    return spans


def _name(item: Any, number: int) -> str:
    fields = {key.value: value.value for key, value in item.value} if item.id == "mapping" else {}
    return str(fields.get("name", fields.get("type", number)))
