"""What the tools' own loaders insist on, written down again, so that rendering is not judged by itself.

Each function reads a text as strictly as the tool does, or more, and returns the models by provider entry.
They share no code with modelcat: YAML by ruamel's pure parser in its 1.2 reading, TOML by tomllib.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from ruamel.yaml import YAML

Loaded = dict[str, list[str]]


class RefusedError(Exception):
    """The tool would not start, or would do something else than meant."""


def _insist(condition: object, why: str) -> None:
    if not condition:
        raise RefusedError(why)


def yaml_tree(text: str) -> Any:
    """The data of a YAML text; duplicate keys, tabs and non-printing characters are refused."""
    reader = YAML(typ="safe", pure=True)
    reader.allow_duplicate_keys = False
    try:
        return reader.load(text)
    except Exception as error:
        raise RefusedError(str(error)) from error


def _whole(value: object) -> bool:
    return type(value) is int and value >= 0


def _number(value: object) -> bool:
    return type(value) in {int, float}


_AICHAT_CLIENT = {
    "type": lambda v: isinstance(v, str),
    "name": lambda v: isinstance(v, str),
    "api_base": lambda v: isinstance(v, str),
    "models": lambda v: isinstance(v, list),
}
_AICHAT_MODEL = {
    "name": lambda v: isinstance(v, str),
    "type": lambda v: v in {"chat", "embedding", "reranker"},
    "real_name": lambda v: isinstance(v, str),
    "max_input_tokens": _whole,
    "max_output_tokens": _whole,
    "input_price": _number,
    "output_price": _number,
    "require_max_tokens": lambda v: isinstance(v, bool),
    "supports_vision": lambda v: isinstance(v, bool),
    "supports_function_calling": lambda v: isinstance(v, bool),
    "max_tokens_per_chunk": _whole,
}
_AICHAT_TYPES = {"openai", "openai-compatible", "gemini", "claude", "cohere"}


def _fields(row: Any, types: dict[str, Any], where: str) -> None:
    _insist(isinstance(row, dict), f"{where} is no map")
    for key, value in row.items():
        _insist(key in types, f"{where}: {key} is not a field")
        _insist(types[key](value), f"{where}: {key} = {value!r} has the wrong type")


def aichat(text: str) -> Loaded:
    """aichat 0.30.0. Client name -> model names."""
    tree = yaml_tree(text)
    _insist(isinstance(tree, dict), "no map")
    found: Loaded = {}
    for client in tree["clients"]:
        name = client.get("name", client.get("type"))
        _fields(client, _AICHAT_CLIENT, str(name))
        _insist(client["type"] in _AICHAT_TYPES, f"{name}: aichat ignores type {client['type']}")
        _insist(re.fullmatch(r"[a-z0-9_]+", name), f"{name}: the key variable would be no variable")
        _insist(name not in found, f"{name}: aichat finds the first client of a name only")
        _insist(client["type"] != "openai-compatible" or "://" in client["api_base"], f"{name}: no address")
        _insist(client["models"], f"{name}: aichat would use its own list")
        for model in client["models"]:
            _fields(model, _AICHAT_MODEL, f"{name}:{model.get('name')}")
            needs_limit = client["type"] == "claude"
            _insist(
                not needs_limit or (model["require_max_tokens"] and model["max_output_tokens"] > 0),
                f"{name}: Claude's API refuses a request without max_tokens",
            )
        found[name] = [model["name"] for model in client["models"]]
        _insist(len(set(found[name])) == len(found[name]), f"{name}: a model twice")
    return found


_MODS_API = {
    "base-url": lambda v: isinstance(v, str) and "://" in v,
    "api-key": lambda v: isinstance(v, str) and v != "",
    "api-key-env": lambda v: isinstance(v, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]*", v) is not None,
    "models": lambda v: isinstance(v, dict) and len(v) > 0,
}
_MODS_MODEL = {
    "max-input-chars": lambda v: type(v) is int and v > 0,
    "aliases": lambda v: isinstance(v, list) and all(isinstance(alias, str) for alias in v),
}
_MODS_NO_OPENAI_KEY = {"ollama", "copilot", "anthropic", "google", "cohere", "azure", "azure-ad"}


def mods(text: str) -> Loaded:
    """mods 1.8.1. Api name -> model names."""
    tree = yaml_tree(text)
    found: Loaded = {}
    aliases: set[str] = set()
    for name, api in tree["apis"].items():
        _insist(isinstance(name, str), f"{name!r} is no string")
        _fields(api, _MODS_API, name)
        own_key = "api-key" in api or "api-key-env" in api
        _insist(own_key or name in _MODS_NO_OPENAI_KEY, f"{name}: would be sent OPENAI_API_KEY")
        _insist("base-url" in api or name in {"google", "cohere", "copilot"}, f"{name}: would ask OpenAI")
        for model, row in api["models"].items():
            _insist(isinstance(model, str), f"{name}: {model!r} is no string")
            _fields(row, _MODS_MODEL, f"{name}/{model}")
            _insist("max-input-chars" in row, f"{name}/{model}: the prompt would be cut to nothing")
            for alias in row.get("aliases", ()):
                _insist(alias not in aliases, f"{alias}: an alias twice")
                aliases.add(alias)
        found[name] = list(api["models"])
    return found


_CODEX_PROVIDER = {
    "name": lambda v: isinstance(v, str) and v not in {"", "OpenAI", "Amazon Bedrock"},
    "base_url": lambda v: isinstance(v, str) and "://" in v and "{" not in v,
    "env_key": lambda v: isinstance(v, str) and v != "",
    "env_key_instructions": lambda v: isinstance(v, str),
    "wire_api": lambda v: v == "responses",
}
_CODEX_PROFILE = {
    "model_provider": lambda v: isinstance(v, str),
    "model": lambda v: isinstance(v, str),
    "model_catalog_json": lambda v: isinstance(v, str),
    "web_search": lambda v: v in {"disabled", "cached", "live"},
}
_CODEX_REQUIRED = {
    "slug": lambda v: isinstance(v, str) and v != "",
    "display_name": lambda v: isinstance(v, str),
    "supported_reasoning_levels": lambda v: (
        isinstance(v, list) and all(set(level) == {"effort", "description"} for level in v)
    ),
    "shell_type": lambda v: v == "shell_command",
    "visibility": lambda v: v == "list",
    "supported_in_api": lambda v: v is True,
    "priority": lambda v: type(v) is int and -(2**31) <= v < 2**31,
    "base_instructions": lambda v: isinstance(v, str) and len(v) > 500,
    "support_verbosity": lambda v: isinstance(v, bool),
    "truncation_policy": lambda v: v == {"mode": "bytes", "limit": 10000},
    "experimental_supported_tools": lambda v: v == [],
    "supports_reasoning_summaries": lambda v: isinstance(v, bool),
    "supports_parallel_tool_calls": lambda v: isinstance(v, bool),
}
_CODEX_OPTIONAL = {
    "description": lambda v: isinstance(v, str),
    "context_window": lambda v: type(v) is int and v > 0,
    "input_modalities": lambda v: v in (["text"], ["text", "image"]),
    "apply_patch_tool_type": lambda v: v in (None, "freeform"),
    "default_reasoning_level": lambda v: isinstance(v, str),
}


def codex_config(text: str) -> list[str]:
    """config.toml of Codex 0.134 to 0.169 under --strict-config. The provider ids."""
    tree = tomllib.loads(text)
    _insist(set(tree) <= {"model_providers"}, f"more than provider tables: {set(tree)}")
    tables: dict[str, Any] = tree.get("model_providers", {})
    for key, table in tables.items():
        _insist(key not in {"openai", "ollama", "lmstudio", "amazon-bedrock"}, f"{key} is reserved")
        _fields(table, _CODEX_PROVIDER, key)
        _insist({"name", "base_url"} <= table.keys(), f"{key}: incomplete")
    return list(tables)


def codex_profile(text: str) -> dict[str, Any]:
    """A profile file under --strict-config; its values."""
    tree = tomllib.loads(text)
    _fields(tree, _CODEX_PROFILE, "profile")
    return tree


def codex_catalog(text: str) -> list[str]:
    """A model catalog of Codex 0.134 to 0.169. The slugs."""
    tree = json.loads(text)
    _insist(set(tree) == {"models"}, "more than models")
    for model in tree["models"]:
        _fields(model, _CODEX_REQUIRED | _CODEX_OPTIONAL, str(model.get("slug")))
        missing = _CODEX_REQUIRED.keys() - model.keys()
        _insist(not missing, f"{model['slug']}: {missing} missing")
        levels = [level["effort"] for level in model["supported_reasoning_levels"]]
        _insist(
            model.get("default_reasoning_level") in (levels or [None]), f"{model['slug']}: no such default"
        )
    slugs = [model["slug"] for model in tree["models"]]
    _insist(len(set(slugs)) == len(slugs), "a slug twice")
    return slugs
