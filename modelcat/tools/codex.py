"""Codex CLI (tried on the binaries 0.134, 0.145, 0.157 and 0.169): provider tables, profiles, model catalogs.

- Codex asks `{base_url}/responses` and nothing else: a provider that serves only /chat/completions cannot
  be written, and one `wire_api = "chat"` anywhere ends the start with the whole config unread.
- The ids `openai`, `ollama` and `lmstudio` are Codex's own, with addresses of their own: a table for one is
  refused, a profile is fine. Its openai signs in by `codex login` and does not read OPENAI_API_KEY.
- A profile is a file `<name>.config.toml` beside config.toml (since 0.134; `[profiles.x]` is refused).
- A model is known only from the bundled list or from the file in `model_catalog_json`, which replaces that
  list. So one provider is one profile and one catalog file: `codex --profile groq -m llama-3.3-70b`.
- Every catalog entry must have base_instructions. They are Codex's whole system prompt: an empty text is
  accepted and sends none. `localise` takes the installed program's own.
- 0.134 sends `reasoning` only where supports_reasoning_summaries is true; 0.169 ignores that key and
  supports_parallel_tool_calls, which 0.134 needs.
- Both put OpenAI's hosted web_search tool into every request unless `web_search = "disabled"`; another
  provider's server may refuse a tool it does not know.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from modelcat.tool import WRITTEN_BY, Place, Target, Tool, facts_line, newest_first, nowhere, writes_text
from modelcat.tools._codex_prompt import INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import PurePath

    from modelcat.catalog import Model, Provider
    from modelcat.tool import Offer
    from modelcat.tree import Tree

NAME = "codex"
MAIN = "config.toml"
OWN_BASES: Mapping[str, tuple[str, ...]] = {
    "openai": ("https://api.openai.com/v1",),
    "ollama": ("http://localhost:11434/v1", "http://127.0.0.1:11434/v1"),
    "lmstudio": ("http://localhost:1234/v1", "http://127.0.0.1:1234/v1"),
}
"""Provider ids that Codex defines itself -> where it asks; a table for one makes it refuse the config."""
RESERVED = frozenset(OWN_BASES)
FORBIDDEN_NAMES = frozenset({"OpenAI", "Amazon Bedrock"})
"""Display names a table of ours must not have."""
CATALOG_FOLDER = "modelcat"
EFFORTS = (
    ("low", "Quick answers with little thought"),
    ("medium", "A balance of speed and thought"),
    ("high", "More thought for hard problems"),
)
_PROFILE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LAST_DAY = date(2200, 1, 1).toordinal()
_UNDATED = _LAST_DAY


def path(place: Place) -> PurePath:
    """config.toml in CODEX_HOME, else in ~/.codex, on every system."""
    pure = place.pure
    folder = place.env.get("CODEX_HOME")
    return (pure(folder) if folder else pure(place.home) / ".codex") / MAIN


def has_own(provider: Provider) -> bool:
    """Whether Codex defines this provider itself: id and address are its own, no other id is asked for."""
    bases = () if provider.tool_setting(NAME, "name") else OWN_BASES.get(provider.id, ())
    return provider.base_url.rstrip("/") in bases


def _is_openai(provider: Provider) -> bool:
    return provider.id == "openai" and has_own(provider)


def table_id(provider: Provider) -> str:
    """The id of the provider's table, which its profile names.

    A reserved id with an address that is not Codex's own gets "-server" at its end.
    """
    chosen = provider.tool_setting(NAME, "name")
    if chosen:
        return str(chosen)
    return f"{provider.id}-server" if provider.id in RESERVED and not has_own(provider) else provider.id


def key_variable(provider: Provider) -> str | None:
    """What we write as env_key; None: a server without keys, or Codex's own openai, which signs in itself."""
    if provider.local or has_own(provider) or not provider.api_key_env:
        return None
    return provider.api_key_env[0]


def refuses(provider: Provider) -> str | None:
    """Providers without POST /responses, and what Codex keeps for itself."""
    reason = nowhere(provider)
    if reason is not None:
        return reason
    if not provider.serves_responses_api:
        return "Codex needs the Responses API, and it serves chat completions only"
    if not _PROFILE_NAME.fullmatch(provider.id):
        return "a Codex profile is named with letters, digits, - and _ only"
    return "Codex has an amazon-bedrock of its own" if provider.id == "amazon-bedrock" else None


def unfit(model: Model) -> str | None:
    """Codex works by calling tools, so it needs chat models that can."""
    if model.mode != "chat":
        return "are no chat models"
    if not writes_text(model):
        return "do not answer in text"
    return "cannot call tools" if model.tool_call is False else None


def _table(provider: Provider) -> Tree:
    table: dict[str, Any] = {
        "name": provider.id if provider.name in FORBIDDEN_NAMES or not provider.name else provider.name,
        "base_url": str(provider.tool_setting(NAME, "base_url", provider.base_url)),
    }
    variable = key_variable(provider)
    if variable:
        table["env_key"] = variable
        if provider.docs:
            table["env_key_instructions"] = f"Set {variable} to your {provider.name} key; see {provider.docs}"
    table["wire_api"] = "responses"
    return table


def _profile(provider: Provider, models: Sequence[Model]) -> Tree:
    profile: dict[str, Any] = {
        "model_provider": table_id(provider),
        "model": models[0].id,
        "model_catalog_json": f"{CATALOG_FOLDER}/{provider.id}.json",
    }
    if not provider.tool_setting(NAME, "web_search", _is_openai(provider)):
        profile["web_search"] = "disabled"
    return profile


def _priority(model: Model) -> int:
    # Codex lists by ascending priority. Counted from a day far ahead, so that a new model moves no other.
    try:
        return _LAST_DAY - date.fromisoformat(model.released or "").toordinal()
    except ValueError:
        return _UNDATED


def _entry(provider: Provider, model: Model) -> Tree:
    ours = _is_openai(provider)
    entry: dict[str, Any] = {
        "slug": model.id,
        "display_name": model.name or model.id,
        "supported_reasoning_levels": [],
        "shell_type": "shell_command",
        "visibility": "list",
        "supported_in_api": True,
        "priority": _priority(model),
        "base_instructions": INSTRUCTIONS,
        "supports_reasoning_summaries": bool(model.reasoning),
        "support_verbosity": False,
        # A free-form tool is OpenAI's own kind; elsewhere patches go through the shell.
        "apply_patch_tool_type": "freeform" if ours else None,
        "truncation_policy": {"mode": "bytes", "limit": 10000},
        "supports_parallel_tool_calls": ours,
        "input_modalities": ["text", "image"] if "image" in model.input_modalities else ["text"],
        "experimental_supported_tools": [],
    }
    if model.reasoning:
        levels = [{"effort": effort, "description": words} for effort, words in EFFORTS]
        entry |= {"supported_reasoning_levels": levels, "default_reasoning_level": "medium"}
    if words := facts_line(model):
        entry["description"] = words
    if model.context_window:
        entry["context_window"] = model.context_window
    return entry


def _profile_heading(provider: Provider, models: Sequence[Model]) -> tuple[str, ...]:
    lines = [
        f"{provider.name}: codex --profile {provider.id} [-m MODEL]",
        WRITTEN_BY,
        f"{len(models)} models, newest first:",
    ]
    for model in models:
        words = facts_line(model)
        lines.append(f"  {model.id}: {words}" if words else f"  {model.id}")
    return tuple(lines)


def _files(offer: Offer) -> tuple[Target, Target]:
    provider, models = offer.provider, newest_first(offer.models)
    profile = Target(
        repo_name=f"models_{provider.id}.toml",
        live_name=f"{provider.id}.config.toml",
        syntax="toml",
        tree=_profile(provider, models),
        provider=provider.id,
        heading=_profile_heading(provider, models),
    )
    catalog = Target(
        repo_name=f"models_{provider.id}.json",
        live_name=f"{CATALOG_FOLDER}/{provider.id}.json",
        syntax="json",
        tree={"models": [_entry(provider, model) for model in models]},
        provider=provider.id,
        owned=True,
    )
    return profile, catalog


def render(offers: Sequence[Offer]) -> tuple[Target, ...]:
    """config.toml with a table per provider that Codex lacks; then profile and catalog of each."""
    tables = {table_id(o.provider): _table(o.provider) for o in offers if not has_own(o.provider)}
    heading = (WRITTEN_BY,)
    main = Target(MAIN, MAIN, "toml", {"model_providers": tables} if tables else {}, heading=heading)
    return main, *(file for offer in offers if offer.models for file in _files(offer))


def endpoints(tree: Tree) -> Mapping[str, str]:
    """Provider table -> base_url."""
    tables = tree.get("model_providers") if isinstance(tree, dict) else None
    return {
        key: table["base_url"].rstrip("/")
        for key, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict) and isinstance(table.get("base_url"), str)
    }


def own_instructions(bundled: str) -> str | None:
    """Codex's own system prompt from what `codex debug models --bundled` printed; None: not found in it.

    The first listed model that works with plain function tools, because the prompts of models with a
    tool_mode (0.169: code_mode_only) speak of tools that other models are not given. Without one, the first.
    """
    try:
        rows = json.loads(bundled)["models"]
        listed = [
            row
            for row in rows
            if row.get("visibility") == "list"
            and isinstance(row.get("base_instructions"), str)
            and row["base_instructions"]
        ]
        best = min(listed, key=lambda row: (row.get("tool_mode") is not None, row.get("priority", _UNDATED)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return str(best["base_instructions"])


def localise(targets: Sequence[Target], printed: str) -> tuple[Target, ...]:
    """The catalogs with the installed Codex's system prompt; unchanged where it could not be had."""
    text = own_instructions(printed)
    if text is None:
        return tuple(targets)
    return tuple(_with_instructions(target, text) if target.owned else target for target in targets)


def _with_instructions(target: Target, text: str) -> Target:
    models = [{**entry, "base_instructions": text} for entry in target.tree["models"]]
    return replace(target, tree={"models": models})


def needs(tree: Tree) -> Collection[tuple[str, str | None]]:
    """The provider of a config, and those of the profiles that stood in it before 0.134."""
    if not isinstance(tree, dict):
        return []
    profiles = tree.get("profiles")
    holders = [tree, *(profiles.values() if isinstance(profiles, dict) else ())]
    named = [holder.get("model_provider") for holder in holders if isinstance(holder, dict)]
    return [(name, None) for name in named if isinstance(name, str)]


TOOL = Tool(
    name=NAME,
    program="codex",
    main=MAIN,
    syntax="toml",
    shape={},
    entries=(("model_providers", "*"),),
    path=path,
    refuses=refuses,
    unfit=unfit,
    render=render,
    endpoints=endpoints,
    key_variable=key_variable,
    settings={
        "name": ("text", "the id of its table, which the profile names as model_provider"),
        "base_url": ("text", "base_url of its table, where it differs; requests go to {base_url}/responses"),
        "web_search": ("flag", "true: its server knows OpenAI's hosted web_search tool"),
    },
    needs=needs,
    siblings="*.config.toml",
    chosen=("model",),
    ask=("debug", "models", "--bundled"),
    localise=localise,
)
