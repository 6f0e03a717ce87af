"""aichat (0.30.0, read in its source and tried on its binary): one client a provider in config.yaml.

- A client's name is the part before the colon in `aichat -m name:model`, and upper(name) + "_API_KEY" is the
  variable its key comes from. A key in the file beats the environment, and `${…}` is not expanded: we never
  write api_key.
- `models` given replaces aichat's own list for that client; max_input_tokens is a whole number and enforced.
- max_output_tokens is sent only with require_max_tokens, which the claude type needs: its API refuses a
  request without max_tokens.
- aichat ignores keys it does not know, but one value of a wrong type ends its start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelcat.tool import WRITTEN_BY, Place, Target, Tool, newest_first, nowhere, writes_text
from modelcat.tree import Keyed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal
    from pathlib import PurePath

    from modelcat.catalog import Model, Provider
    from modelcat.tool import Offer
    from modelcat.tree import Tree

NAME = "aichat"
MAIN = "config.yaml"
TYPES = ("openai", "openai-compatible", "gemini", "claude", "cohere", "azure-openai", "vertexai", "bedrock")
"""The client types aichat knows; it ignores a client of any other."""
OWN_TYPES: Mapping[str, str] = {
    "https://api.openai.com/v1": "openai",
    "https://api.anthropic.com/v1": "claude",
    "https://generativelanguage.googleapis.com/v1beta/openai": "gemini",
    "https://api.cohere.com/compatibility/v1": "cohere",
}
"""The registry's base URL of the services aichat speaks natively -> client type (it knows their address)."""
OWN_BASES: Mapping[str, str] = {
    "openai": "https://api.openai.com/v1",
    "claude": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "cohere": "https://api.cohere.ai/v2",
}
"""Client type -> the api_base aichat uses where the file gives none."""
NAMED_BASES: Mapping[str, str] = {
    "ai21": "https://api.ai21.com/studio/v1",
    "deepinfra": "https://api.deepinfra.com/v1/openai",
    "deepseek": "https://api.deepseek.com",
    "ernie": "https://qianfan.baidubce.com/v2",
    "github": "https://models.inference.ai.azure.com",
    "groq": "https://api.groq.com/openai/v1",
    "hunyuan": "https://api.hunyuan.cloud.tencent.com/v1",
    "jina": "https://api.jina.ai/v1",
    "minimax": "https://api.minimax.chat/v1",
    "mistral": "https://api.mistral.ai/v1",
    "moonshot": "https://api.moonshot.cn/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "perplexity": "https://api.perplexity.ai",
    "qianwen": "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "voyageai": "https://api.voyageai.com/v1",
    "xai": "https://api.x.ai/v1",
    "zhipuai": "https://open.bigmodel.cn/api/paas/v4",
}
"""Names that give an openai-compatible client an api_base of its own (aichat 0.30.0)."""
MODEL_TYPES = {"chat": "chat", "embedding": "embedding", "rerank": "reranker"}
CLAUDE_OUTPUT = 4096
"""max_tokens for a Claude model whose limit is unknown: every one of them allows that much."""

_KEY_SUFFIX = "_API_KEY"
_NAME = re.compile(r"[a-z0-9_]+")


def client_type(provider: Provider) -> str:
    """The client type: aichat's own for the services it speaks natively, else openai-compatible."""
    chosen = provider.tool_setting(NAME, "type")
    return str(chosen) if chosen else OWN_TYPES.get(provider.base_url.rstrip("/"), "openai-compatible")


def client_name(provider: Provider) -> str:
    """The client's name, chosen so that aichat looks for the key where the provider's users have it.

    [a-z0-9_] only, because aichat makes a variable's name of it and keeps hyphens, which no shell can set.
    """
    chosen = provider.tool_setting(NAME, "name")
    if chosen:
        return str(chosen)
    for variable in provider.api_key_env:
        name = variable.removesuffix(_KEY_SUFFIX).lower()
        if variable.endswith(_KEY_SUFFIX) and _NAME.fullmatch(name):
            return name
    return _plain_name(provider)


def _plain_name(provider: Provider) -> str:
    return re.sub(r"[^a-z0-9_]", "_", provider.id.lower())


def key_variable(provider: Provider) -> str | None:
    """The variable aichat takes the key from; None: a server that needs none."""
    return None if provider.local or not provider.api_key_env else client_name(provider).upper() + _KEY_SUFFIX


def path(place: Place) -> PurePath:
    """AICHAT_CONFIG_FILE, else config.yaml in AICHAT_CONFIG_DIR, XDG_CONFIG_HOME/aichat or the system's.

    XDG_CONFIG_HOME counts on every system.
    """
    pure = place.pure
    if file := place.env.get("AICHAT_CONFIG_FILE"):
        return pure(file)
    if folder := place.env.get("AICHAT_CONFIG_DIR"):
        return pure(folder) / MAIN
    if xdg := place.env.get("XDG_CONFIG_HOME"):
        return pure(xdg) / NAME / MAIN
    return place.config_folder("APPDATA", "Roaming") / NAME / MAIN


def unfit(model: Model) -> str | None:
    """Chat, embedding and reranker models."""
    if model.mode == "chat":
        return None if writes_text(model) else "do not answer in text"
    return None if model.mode in MODEL_TYPES else "are neither chat, embedding nor reranker models"


def _number(price: Decimal) -> int | float:
    # 3, as people write it, and not 3.0, which a merge would call another value.
    return int(price) if price == price.to_integral_value() else float(price)


def _model(model: Model, *, claude: bool) -> Tree:
    entry: dict[str, Any] = {"name": model.id}
    if model.mode != "chat":
        entry["type"] = MODEL_TYPES[model.mode]
    if model.context_window and model.mode == "chat":
        entry["max_input_tokens"] = model.context_window
    if claude:
        entry["max_output_tokens"] = model.max_output_tokens or CLAUDE_OUTPUT
        entry["require_max_tokens"] = True
    elif model.max_output_tokens and model.mode == "chat":
        entry["max_output_tokens"] = model.max_output_tokens
    if model.cost.input is not None:
        entry["input_price"] = _number(model.cost.input)
    if model.cost.output is not None:
        entry["output_price"] = _number(model.cost.output)
    if "image" in model.input_modalities:
        entry["supports_vision"] = True
    if model.tool_call:
        entry["supports_function_calling"] = True
    if model.mode == "embedding" and model.context_window:
        entry["max_tokens_per_chunk"] = model.context_window
    return entry


def _client(offer: Offer, name: str) -> Tree:
    provider = offer.provider
    kind = client_type(provider)
    client: dict[str, Any] = {"type": kind, "name": name}
    base = provider.tool_setting(NAME, "base_url")
    if base or OWN_TYPES.get(provider.base_url.rstrip("/")) != kind:
        client["api_base"] = str(base or provider.base_url)
    client["models"] = [_model(model, claude=kind == "claude") for model in offer.models]
    return client


def _heading(offers: Sequence[Offer]) -> tuple[str, ...]:
    lines = [WRITTEN_BY]
    for offer in offers:
        usual, looked_up = offer.provider.api_key_env[:1], key_variable(offer.provider)
        if looked_up and (looked_up,) != usual:
            lines.append(f"{offer.provider.id}: aichat takes the key from {looked_up}, not from {usual[0]}.")
    return tuple(lines)


def render(offers: Sequence[Offer]) -> tuple[Target, ...]:
    """config.yaml with a client per offer, then each client as a file of its own."""
    clients: dict[str, Tree] = {}
    files = []
    for offer in offers:
        name = client_name(offer.provider)
        if name in clients:
            # Two providers that share a key variable: aichat takes the first client of a name only.
            name = _plain_name(offer.provider)
        clients[name] = _client(offer, name)
        files.append(
            Target(
                repo_name=f"models_{offer.provider.id}.yaml",
                live_name=None,
                syntax="yaml",
                tree={"clients": [clients[name]]},
                provider=offer.provider.id,
                heading=_heading([offer]),
            )
        )
    main = Target(MAIN, MAIN, "yaml", {"clients": list(clients.values())}, heading=_heading(offers))
    return main, *files


def endpoints(tree: Tree) -> Mapping[str, str]:
    """Client key (name, else type) -> its address; the service's type where it is aichat's own address."""
    found = {}
    clients = tree.get("clients") if isinstance(tree, dict) else None
    for client in clients if isinstance(clients, list) else ():
        if isinstance(client, dict):
            kind, name = client.get("type"), client.get("name")
            base = client.get("api_base") or OWN_BASES.get(str(kind)) or NAMED_BASES.get(str(name))
            key = name if isinstance(name, str) else kind
            if isinstance(key, str) and isinstance(base, str):
                base = base.rstrip("/")
                found[key] = f"type:{kind}" if base == OWN_BASES.get(str(kind)) else base
    return found


def defaults(offers: Sequence[Offer]) -> Mapping[str, Tree]:
    """The default model of a new config: the newest chat model of the first provider that has one."""
    for offer in offers:
        for model in newest_first(offer.models):
            if model.mode == "chat":
                return {"model": f"{client_name(offer.provider)}:{model.id}"}
    return {}


DEFAULTS = ("model", "rag_embedding_model", "rag_reranker_model")
"""Keys that name a model as client:model. aichat does not start where one names none that is listed."""


def needs(tree: Tree) -> Collection[tuple[str, str | None]]:
    """The models the config's defaults name; a client alone means its first model."""
    found = []
    for key in DEFAULTS if isinstance(tree, dict) else ():
        if isinstance(value := tree.get(key), str):
            client, _, model = value.partition(":")
            found.append((client, model or None))
    return found


TOOL = Tool(
    name=NAME,
    program="aichat",
    main=MAIN,
    syntax="yaml",
    shape={("clients",): Keyed(("name", "type")), ("clients", "*", "models"): Keyed(("name",))},
    entries=(("clients", "*"), ("clients", "*", "models", "*")),
    path=path,
    refuses=nowhere,
    unfit=unfit,
    render=render,
    endpoints=endpoints,
    key_variable=key_variable,
    settings={
        "name": ("text", "the client's name, as in name:model; upper(name)_API_KEY is its key variable"),
        "type": ("text", "the client type, where it is not what the address says"),
        "base_url": ("text", "api_base, where it differs from base_url"),
    },
    defaults=defaults,
    needs=needs,
)
