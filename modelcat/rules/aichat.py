"""Rules for aichat's config.yaml (aichat 0.30.0, read in its source).

How it looks up `model:`: "client:model" is one of the models it lists; else, if the client is there, a chat
or reranker model is made of the name alone, without limits, and an embedding model is refused; "client"
alone is the client's first chat model; everything else ends its start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelcat.rules import Change, Found, rule
from modelcat.rules.common import VARIABLE, defined_here, did_you_mean, maps, nearest_there, put, sound
from modelcat.rules.schema import quoted
from modelcat.tools.aichat import NAMED_BASES, OWN_BASES, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.rules import Subject
    from modelcat.tree import Pointer

_PLACEHOLDER = rf"\$(?:\{{({VARIABLE})\}}|({VARIABLE})$)"
_EXPANDED_NOWHERE = ("api_key", "api_base", "organization_id", "access_token", "project_id", "location")
_MODEL_TYPES = ("chat", "embedding", "reranker")
_BUILT_IN_LISTS = frozenset({*NAMED_BASES, "cloudflare", "fireworks"})
"""Names an openai-compatible client may begin with to get aichat's own list of models."""


def clients(subject: Subject) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """(where, client) for each client that is a map with a type aichat knows."""
    for index, client in maps(subject.get("clients")):
        if client.get("type") in TYPES:
            yield ("clients", index), client


def name_of(client: dict[str, Any]) -> str:
    """What aichat calls a client: its name, else its type."""
    name = client.get("name")
    return name if isinstance(name, str) else str(client.get("type"))


def models(client: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(position, model) of a client's models that are maps with a name."""
    for index, model in maps(client.get("models")):
        if isinstance(model.get("name"), str):
            yield index, model


def _listed(subject: Subject) -> dict[str, dict[str, str] | None]:
    """Client name -> its models and their types; None: aichat's built-in list, which is not known here."""
    if "listed" not in subject.memo:
        listed: dict[str, dict[str, str] | None] = {}
        for _, client in clients(subject):
            own = {model["name"]: str(model.get("type", "chat")) for _, model in models(client)}
            # The first client of a name is the one that is used.
            listed.setdefault(name_of(client), own if own or not _has_built_in_list(client) else None)
        subject.memo["listed"] = listed
    found: dict[str, dict[str, str] | None] = subject.memo["listed"]
    return found


def _has_built_in_list(client: dict[str, Any]) -> bool:
    if client.get("type") != "openai-compatible":
        return True
    return any(name_of(client).startswith(name) for name in _BUILT_IN_LISTS)


def _references(subject: Subject) -> Iterator[tuple[str, str, str, str | None]]:
    """(key, type of model wanted, client, model) of each key that names a model."""
    wanted = {"model": "chat", "rag_embedding_model": "embedding", "rag_reranker_model": "reranker"}
    for key, kind in wanted.items():
        value = subject.get(key)
        if isinstance(value, str) and value:
            client, _, model = value.partition(":")
            yield key, kind, client, model or None


@rule(
    "aichat/unknown-client",
    "error",
    "`model:` (or rag_embedding_model, rag_reranker_model) names a client that the file does not define: "
    "aichat refuses to start, or to make a RAG.",
    "Write it as client:model with the name of a client of this file.",
    ("aichat",),
)
def unknown_client(subject: Subject) -> Iterator[Found]:
    """References to clients that are not there."""
    listed = _listed(subject)
    for key, _, client, _ in _references(subject):
        if subject.whole and client not in listed:
            hint = defined_here("client", client, sorted(listed))
            yield Found((key,), f"{key} names the client {quoted(client)}, which is not defined", hint)


@rule(
    "aichat/unknown-model",
    "warning",
    "`model:` names a chat or reranker model that its client does not list: aichat sends the name as it is, "
    "without limits, and the provider may refuse it.",
    "Add the model to the client's models, or name one that is there.",
    ("aichat",),
)
def unknown_model(subject: Subject) -> Iterator[Found]:
    """References to unlisted models of known clients."""
    for key, kind, client, model in _references(subject):
        known = _listed(subject).get(client)
        if kind != "embedding" and known is not None and model is not None and model not in known:
            yield Found((key,), f"{key}: {client} does not list {quoted(model)}", nearest_there(model, known))


@rule(
    "aichat/unusable-model",
    "error",
    "A key names a model of the wrong type, or an embedding model that is not listed, or only a client that "
    "lists no model of the type: aichat refuses to start, or to do that work.",
    "Name a model whose type fits the key.",
    ("aichat",),
)
def unusable_model(subject: Subject) -> Iterator[Found]:
    """References that aichat cannot resolve although the client is there."""
    for key, kind, client, model in _references(subject):
        known = _listed(subject).get(client)
        if known is None:
            continue
        if model is None:
            if kind not in known.values():
                yield Found(
                    (key,), f"{key} names only the client {quoted(client)}, which lists no {kind} model"
                )
        elif model in known and known[model] != kind:
            yield Found((key,), f"{key} wants a {kind} model; {quoted(model)} is listed as {known[model]}")
        elif model not in known and kind == "embedding":
            yield Found((key,), f"{key}: {client} does not list {quoted(model)}", nearest_there(model, known))


@rule(
    "aichat/unknown-model-type",
    "warning",
    "A model's type is neither chat, embedding nor reranker: aichat offers it nowhere.",
    "Use one of the three; without a type it is a chat model.",
    ("aichat",),
)
def unknown_model_type(subject: Subject) -> Iterator[Found]:
    """Models whose `type` aichat has no use for."""
    for at, client in clients(subject):
        for index, model in models(client):
            kind = model.get("type")
            if isinstance(kind, str) and kind not in _MODEL_TYPES:
                where = (*at, "models", index, "type")
                message = f"{quoted(model['name'])} is of the type {quoted(kind)}"
                yield Found(where, message, did_you_mean(kind, _MODEL_TYPES))


@rule(
    "aichat/no-chat-model",
    "warning",
    "No client lists a chat model and `model:` names none: aichat answers no question.",
    "Add a client with models.",
    ("aichat",),
)
def no_chat_model(subject: Subject) -> Iterator[Found]:
    """Files that leave aichat without any model to talk to."""
    if not subject.whole or subject.get("model") or not sound(subject):
        return
    if all(known is not None and "chat" not in known.values() for known in _listed(subject).values()):
        where = ("clients",) if subject.get("clients") else ()
        yield Found(where, "there is no chat model to ask")


@rule(
    "aichat/unknown-type",
    "warning",
    "A client's type is none that aichat knows: it ignores the client, with all its models.",
    f"Use one of {', '.join(TYPES)}.",
    ("aichat",),
)
def unknown_type(subject: Subject) -> Iterator[Found]:
    """Clients whose `type` aichat does not know."""
    for index, client in maps(subject.get("clients")):
        kind = client.get("type")
        if isinstance(kind, str) and kind not in TYPES:
            message = f"aichat knows no client type {quoted(kind)}"
            yield Found(("clients", index, "type"), message, did_you_mean(kind, TYPES))


@rule(
    "aichat/client-name",
    "error",
    "A client's name contains a colon, which aichat takes for the end of the name: its models cannot be "
    "reached.",
    "Take the colon out of the name.",
    ("aichat",),
)
def client_name(subject: Subject) -> Iterator[Found]:
    """Client names with a colon."""
    for at, client in clients(subject):
        if ":" in name_of(client):
            yield Found((*at, "name"), f"the client name {quoted(name_of(client))} contains a colon")


@rule(
    "aichat/duplicate-client",
    "warning",
    "Two clients have the same name: aichat lists the models of both and asks the first one for all of them.",
    "Give each client its own name, or put the models into one.",
    ("aichat",),
)
def duplicate_client(subject: Subject) -> Iterator[Found]:
    """The second and later clients of a name."""
    seen: set[str] = set()
    for at, client in clients(subject):
        name = name_of(client)
        if name in seen:
            yield Found(at, f"a client named {quoted(name)} is already defined above")
        seen.add(name)


@rule(
    "aichat/duplicate-model",
    "warning",
    "A client lists the same model twice: aichat uses the first and never the second.",
    "Take one of them out.",
    ("aichat",),
)
def duplicate_model(subject: Subject) -> Iterator[Found]:
    """The second and later models of a name in one client."""
    for at, client in clients(subject):
        seen: set[str] = set()
        for index, model in models(client):
            if model["name"] in seen:
                yield Found((*at, "models", index), f"{name_of(client)} lists {quoted(model['name'])} twice")
            seen.add(model["name"])


@rule(
    "aichat/env-placeholder",
    "error",
    "A value is written as ${VARIABLE}, which aichat does not expand: the text itself is sent as the key or "
    "address.",
    "Take the line out and set the variable that aichat looks up: the client's name in capitals and "
    "_API_KEY.",
    ("aichat",),
)
def env_placeholder(subject: Subject) -> Iterator[Found]:
    """Fields of a client that are nothing but the name of a variable."""
    for at, client in clients(subject):
        for key in _EXPANDED_NOWHERE:
            value = client.get(key)
            match = re.search(_PLACEHOLDER, value) if isinstance(value, str) else None
            if match is None:
                continue
            wanted = f"{name_of(client)}_{key}".upper()
            # Where the variable is the one aichat reads anyway, the line only stands in its way.
            same = (match.group(1) or match.group(2)) == wanted and match.group() == value
            where = (*at, key)
            yield Found(
                where,
                f"aichat does not expand {match.group()} in {key}",
                f"Take the line out: without it aichat reads {wanted} by itself.",
                (Change(where, "delete"),) if same else (),
            )


@rule(
    "aichat/key-variable",
    "warning",
    "The client's name makes a variable that no shell can set, and the file gives no key: aichat will find "
    "none.",
    "Name the client with small letters, digits and _ only.",
    ("aichat",),
)
def key_variable(subject: Subject) -> Iterator[Found]:
    """Names that are no part of a variable's name, in clients without api_key."""
    for at, client in clients(subject):
        name = name_of(client)
        explicit = isinstance(client.get("name"), str)
        if explicit and not client.get("api_key") and not re.fullmatch(VARIABLE, name) and _wants_key(client):
            variable = f"{name.upper()}_API_KEY"
            yield Found((*at, "name"), f"aichat looks for the key in {variable}, which no shell can set")


@rule(
    "aichat/other-variable",
    "info",
    "The variable that aichat looks up for this client is another than the one the provider's users set.",
    "Set the variable shown, or rename the client so that the names agree.",
    ("aichat",),
)
def other_variable(subject: Subject) -> Iterator[Found]:
    """Clients recognised by address whose provider has its key in another variable."""
    from modelcat.rules.catalog import provider_of

    for at, client in clients(subject):
        variable = f"{name_of(client)}_API_KEY".upper()
        if client.get("api_key") or not re.fullmatch(VARIABLE, variable):
            continue
        provider = provider_of(subject, name_of(client), address(client))
        if provider and provider.api_key_env and variable not in provider.api_key_env:
            usual = provider.api_key_env[0]
            yield Found(at, f"aichat takes the key of {name_of(client)} from {variable}, not from {usual}")


def address(client: dict[str, Any]) -> str | None:
    base = (
        client.get("api_base") or OWN_BASES.get(str(client.get("type"))) or NAMED_BASES.get(name_of(client))
    )
    return base if isinstance(base, str) else None


def _wants_key(client: dict[str, Any]) -> bool:
    base = client.get("api_base")
    local = isinstance(base, str) and re.match(
        r"https?://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker)", base
    )
    return not local and client.get("type") not in {"vertexai", "bedrock"}


@rule(
    "aichat/missing-api-base",
    "error",
    "An openai-compatible client has no api_base, and its name is none whose address aichat knows: every "
    "request fails.",
    "Add api_base with the provider's address, up to and including /v1.",
    ("aichat",),
)
def missing_api_base(subject: Subject) -> Iterator[Found]:
    """openai-compatible clients without an address."""
    for at, client in clients(subject):
        known = client.get("api_base") or name_of(client) in NAMED_BASES
        if client.get("type") == "openai-compatible" and not known:
            yield Found(at, f"{name_of(client)} is openai-compatible and has no api_base")


@rule(
    "aichat/no-models",
    "warning",
    "An openai-compatible client lists no models, and aichat has no list of its own for its name: none is "
    "offered.",
    "Add models, or begin the client's name with that of a provider aichat knows.",
    ("aichat",),
)
def no_models(subject: Subject) -> Iterator[Found]:
    """Clients that end up without any model."""
    for at, client in clients(subject):
        if not _has_built_in_list(client) and not client.get("models"):
            yield Found(at, f"{name_of(client)} lists no models and aichat has none for that name")


@rule(
    "aichat/claude-max-tokens",
    "error",
    "A model of a claude client has no require_max_tokens: true with max_output_tokens: Anthropic's API "
    "refuses requests without max_tokens.",
    "Add require_max_tokens: true, and max_output_tokens.",
    ("aichat",),
)
def claude_max_tokens(subject: Subject) -> Iterator[Found]:
    """Chat models of claude clients for which aichat sends no max_tokens."""
    for at, client in clients(subject):
        for index, model in models(client) if client.get("type") == "claude" else ():
            if model.get("type", "chat") != "chat" or _patches_max_tokens(model):
                continue
            where, what = (*at, "models", index), f"{quoted(model['name'])} sends no max_tokens"
            if not model.get("max_output_tokens"):
                yield Found(where, f"{what}: max_output_tokens is not given")
            elif model.get("require_max_tokens") is not True:
                fix = (put(where, model, "require_max_tokens", value=True),)
                yield Found(where, f"{what}: require_max_tokens is not true", None, fix)


def _patches_max_tokens(model: dict[str, Any]) -> bool:
    patch = model.get("patch")
    body = patch.get("body") if isinstance(patch, dict) else None
    return isinstance(body, dict) and "max_tokens" in body


@rule(
    "aichat/merge-key",
    "warning",
    "YAML's << is a key like any other to aichat, which it ignores: what it would bring in is not there.",
    "Write the keys out; an alias in the place of a whole value works.",
    ("aichat",),
)
def merge_key(subject: Subject) -> Iterator[Found]:
    """`<<` at the top, in clients and in their models."""
    here: list[tuple[Pointer, Any]] = [((), subject.tree)]
    for index, client in maps(subject.get("clients")):
        here.append((("clients", index), client))
        here += [(("clients", index, "models", at), model) for at, model in maps(client.get("models"))]
    for where, table in here:
        if isinstance(table, dict) and "<<" in table:
            keys = ", ".join(table["<<"]) if isinstance(table["<<"], dict) else ""
            lost = f", which would set {keys}" if keys else ""
            yield Found((*where, "<<"), f"aichat ignores <<{lost}", on_key=True)


RULES = (
    merge_key,
    unknown_client,
    unknown_model,
    unusable_model,
    unknown_model_type,
    no_chat_model,
    unknown_type,
    client_name,
    duplicate_client,
    duplicate_model,
    env_placeholder,
    key_variable,
    other_variable,
    missing_api_base,
    no_models,
    claude_max_tokens,
)
