"""mods (1.8.1, read in its source): one api a provider in mods.yml, its models by id.

- A model that is not listed cannot be used; its key in the map is its id, the same key twice ends the start.
- max-input-chars counts characters, about four to a token; the prompt is cut to it, so every model gets one.
- An api without a key of its own falls back to OPENAI_API_KEY and sends that to its base-url. So a server
  that needs no key is given a word that is none.
- Some names make mods speak another protocol than OpenAI's: SPECIAL.
- No aliases: the same model stands at several providers, and of two equal aliases only the first is found.
  `mods -a groq -m llama` always works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.tool import WRITTEN_BY, Place, Target, Tool, newest_first, nowhere, writes_text
from modelcat.tree import ScalarSet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import PurePath

    from modelcat.catalog import Model, Provider
    from modelcat.tool import Offer
    from modelcat.tree import Tree

NAME = "mods"
MAIN = "mods.yml"
CHARS_PER_TOKEN = 4
UNKNOWN_WINDOW = 8192
"""Tokens taken for a model whose window is unknown: hardly any model in use has less."""
NO_KEY = "none"
"""The api-key of a server that needs none: it keeps mods from sending OPENAI_API_KEY there."""
SPECIAL = frozenset(
    {"anthropic", "google", "cohere", "ollama", "azure", "azure-ad", "copilot", "openai", "perplexity"}
)
"""Names that mods treats in a way of their own."""
OWN_NAMES: Mapping[str, str] = {
    "https://api.anthropic.com/v1": "anthropic",
    "https://generativelanguage.googleapis.com/v1beta/openai": "google",
    "https://api.cohere.com/compatibility/v1": "cohere",
    "https://api.githubcopilot.com": "copilot",
    "https://api.openai.com/v1": "openai",
    "https://api.perplexity.ai": "perplexity",
    "https://api.perplexity.ai/v1": "perplexity",
}
"""The registry's base URL of the services mods has a name for -> that name."""
OWN_BASES: Mapping[str, str] = {
    "anthropic": "https://api.anthropic.com/v1",
    "openai": "https://api.openai.com/v1",
    "ollama": "http://localhost:11434",
}
"""Name -> where mods asks when the file gives no base-url."""
FIXED = frozenset({"google", "cohere", "copilot"})
"""Names whose base-url mods does not use: it knows one address only."""


def api_name(provider: Provider) -> str:
    """The api's name, the word after `mods -a`: the provider's id, or mods' own name for that service.

    An id that mods would take for another service gets "-api" at its end.
    """
    chosen = provider.tool_setting(NAME, "name")
    if chosen:
        return str(chosen)
    own = OWN_NAMES.get(provider.base_url.rstrip("/"))
    if own:
        return own
    if provider.id == "ollama":
        return "ollama"
    return f"{provider.id}-api" if provider.id in SPECIAL else provider.id


def key_variable(provider: Provider) -> str | None:
    """What we write as api-key-env; None: a server without keys, or copilot's own sign-in."""
    if provider.local or api_name(provider) == "copilot" or not provider.api_key_env:
        return None
    return provider.api_key_env[0]


def path(place: Place) -> PurePath:
    """mods.yml under XDG_CONFIG_HOME (if absolute), else under the platform's config folder."""
    xdg = place.env.get("XDG_CONFIG_HOME")
    if xdg and place.pure(xdg).is_absolute():
        return place.pure(xdg) / NAME / MAIN
    return place.config_folder("LOCALAPPDATA", "Local") / NAME / MAIN


def unfit(model: Model) -> str | None:
    """Only models that chat in text."""
    if model.mode != "chat":
        return "are no chat models"
    return None if writes_text(model) else "do not answer in text"


def _base_url(provider: Provider, name: str) -> str:
    chosen = provider.tool_setting(NAME, "base_url")
    if chosen:
        return str(chosen)
    # The native client adds /api/chat itself.
    return provider.base_url.rstrip("/").removesuffix("/v1") if name == "ollama" else provider.base_url


def _api(offer: Offer) -> Tree:
    provider = offer.provider
    name, variable = api_name(provider), key_variable(provider)
    api: dict[str, Any] = {}
    if name not in FIXED:
        api["base-url"] = _base_url(provider, name)
    if variable:
        api["api-key-env"] = variable
    elif name not in {"ollama", "copilot"}:
        api["api-key"] = NO_KEY
    api["models"] = {
        model.id: {"max-input-chars": CHARS_PER_TOKEN * (model.context_window or UNKNOWN_WINDOW)}
        for model in offer.models
    }
    return api


def render(offers: Sequence[Offer]) -> tuple[Target, ...]:
    """mods.yml with an api per offer, then each api as a file of its own."""
    heading = (WRITTEN_BY,)
    apis: dict[str, Tree] = {}
    files = []
    for offer in offers:
        name = api_name(offer.provider)
        if name in apis:
            name = offer.provider.id
        apis[name] = _api(offer)
        files.append(
            Target(
                repo_name=f"models_{offer.provider.id}.yml",
                live_name=None,
                syntax="yaml",
                tree={"apis": {name: apis[name]}},
                provider=offer.provider.id,
                heading=heading,
            )
        )
    return Target(MAIN, MAIN, "yaml", {"apis": apis}, heading=heading), *files


def endpoints(tree: Tree) -> Mapping[str, str]:
    """Api name -> its address; its name where mods knows one address only."""
    apis = tree.get("apis") if isinstance(tree, dict) else None
    found = {}
    for name, api in apis.items() if isinstance(apis, dict) else ():
        base = api.get("base-url") if isinstance(api, dict) else None
        base = base or OWN_BASES.get(name)
        if name in FIXED:
            found[name] = f"type:{name}"
        elif isinstance(base, str):
            found[name] = base.rstrip("/")
    return found


def defaults(offers: Sequence[Offer]) -> Mapping[str, Tree]:
    """The default api and model of a new config: the newest model of the first provider."""
    for offer in offers:
        for model in newest_first(offer.models):
            return {"default-api": api_name(offer.provider), "default-model": model.id}
    return {}


def needs(tree: Tree) -> Collection[tuple[str, str | None]]:
    """The default api and model. mods looks for a model without an api in every api."""
    api, model = (tree.get("default-api"), tree.get("default-model")) if isinstance(tree, dict) else ("", "")
    named = model if isinstance(model, str) else None
    if isinstance(api, str) and api:
        return [(api, named)]
    apis = tree.get("apis") if isinstance(tree, dict) else None
    return [(name, named) for name in apis] if named and isinstance(apis, dict) else []


TOOL = Tool(
    name=NAME,
    program="mods",
    main=MAIN,
    syntax="yaml",
    shape={("apis", "*", "models", "*", "aliases"): ScalarSet()},
    entries=(("apis", "*"), ("apis", "*", "models", "*")),
    path=path,
    refuses=nowhere,
    unfit=unfit,
    render=render,
    endpoints=endpoints,
    key_variable=key_variable,
    settings={
        "name": ("text", "the api's name, the word after mods -a"),
        "base_url": ("text", "base-url, where it differs from base_url"),
    },
    defaults=defaults,
    needs=needs,
)
