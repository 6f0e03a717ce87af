"""Rules for the provider tables of Codex's config.toml and profile files; the rest of them is in codex.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelcat.rules import Change, Found, rule
from modelcat.rules.codex_profiles import alone, laid_over
from modelcat.rules.common import VARIABLE, foreign_host, put
from modelcat.rules.schema import quoted
from modelcat.tools.codex import FORBIDDEN_NAMES, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.rules import Subject
    from modelcat.tree import Pointer

_BEDROCK = frozenset({"amazon-bedrock", "amazon-bedrock-runtime"})
BUILT_IN = RESERVED | _BEDROCK
"""Providers that are there without a table."""
_BEDROCK_KEYS = frozenset({"base_url", "auth", "http_headers", "aws"})
_UNSET: dict[str, Any] = {
    "name": "",
    "wire_api": "responses",
    "requires_openai_auth": False,
    "supports_websockets": False,
}
_PROVIDER_KEYS = frozenset(
    {
        *(
            "name",
            "base_url",
            "env_key",
            "env_key_instructions",
            "experimental_bearer_token",
            "auth",
            "aws",
            "wire_api",
        ),
        *("query_params", "http_headers", "env_http_headers", "request_max_retries", "stream_max_retries"),
        *(
            "stream_idle_timeout_ms",
            "websocket_connect_timeout_ms",
            "requires_openai_auth",
            "supports_websockets",
        ),
    }
)
BOTH = ("codex", "codex-profile")
"""The kinds of file with provider tables."""


def providers(subject: Subject) -> Iterator[tuple[Pointer, str, dict[str, Any]]]:
    """(where, id, table) of each provider table."""
    for ident, table in subject.table("model_providers").items():
        if isinstance(table, dict):
            yield ("model_providers", ident), ident, table


@rule(
    "codex/wire-api-chat",
    "error",
    'wire_api = "chat" is no longer supported: Codex refuses the whole config because of it.',
    'Use wire_api = "responses" if the provider serves POST /responses; else take the provider out.',
    BOTH,
)
def wire_api_chat(subject: Subject) -> Iterator[Found]:
    """Provider tables with the wire protocol that Codex dropped."""
    from modelcat.rules.catalog import provider_of

    for at, ident, table in providers(subject):
        if table.get("wire_api") != "chat":
            continue
        where = (*at, "wire_api")
        known = provider_of(subject, ident, table.get("base_url"))
        message = f'{ident} has wire_api = "chat", which Codex no longer supports'
        hint: str | None = None
        fix: tuple[Change, ...] = ()
        if known and known.serves_responses_api:
            hint = f'{known.name} serves the Responses API: wire_api = "responses" works.'
            fix = (Change(where, "set", value="responses"),)
        elif known:
            hint = f"{known.name} serves chat completions only, which Codex cannot use: take the table out."
        yield Found(where, message, hint, fix)


@rule(
    "codex/reserved-provider",
    "error",
    "A provider has an id that Codex keeps for its own: it refuses the whole config because of it.",
    "Give it another id, such as openai-custom, also where model_provider names it.",
    BOTH,
)
def reserved_provider(subject: Subject) -> Iterator[Found]:
    """Tables for openai, ollama and lmstudio."""
    for at, ident, table in providers(subject):
        # One of openai in which nothing is set is passed over.
        if ident in RESERVED and (ident != "openai" or any(_is_set(*item) for item in table.items())):
            hint = None
            if ident == "openai":
                hint = "For another address of OpenAI itself set openai_base_url; else use another id."
            yield Found(at, f"{ident} is Codex's own provider and cannot be defined", hint)


@rule(
    "codex/bedrock-table",
    "error",
    "Of amazon-bedrock, Codex's own provider, only base_url, auth, http_headers and aws can be set (0.134: "
    "only aws).",
    "Take the other keys out, or give the provider another id.",
    BOTH,
)
def bedrock_table(subject: Subject) -> Iterator[Found]:
    """Keys of [model_providers.amazon-bedrock] that Codex refuses."""
    for at, ident, table in providers(subject):
        for key, value in table.items() if ident in _BEDROCK else ():
            if key not in _BEDROCK_KEYS and _is_set(key, value):
                yield Found((*at, key), f"{key} cannot be set for {ident}")
            elif key == "aws" and "auth" in table:
                yield Found((*at, key), f"aws cannot be combined with auth for {ident}")


def _is_set(key: str, value: Any) -> bool:
    """Whether Codex knows a key of a provider table, and the value is not what counts without it."""
    return key in _PROVIDER_KEYS and value != _UNSET.get(key)


@rule(
    "codex/provider-name",
    "error",
    "A provider has no name, or an empty one: Codex refuses the whole config because of it.",
    "Add name with any text; it is what Codex shows.",
    BOTH,
)
def provider_name(subject: Subject) -> Iterator[Found]:
    """Provider tables without a display name."""
    own = subject.table("model_providers")
    for at, ident, table in laid_over(subject, "model_providers"):
        name = table.get("name", "")
        if "name" not in table and alone(subject):
            continue
        if ident not in BUILT_IN and isinstance(name, str) and not name.strip():
            yield Found(at, f"{ident} has no name", None, (put(at, own[ident], "name", ident),))


@rule(
    "codex/borrowed-name",
    "warning",
    'A provider is named exactly "OpenAI" or "Amazon Bedrock": Codex then treats it as that service.',
    "Use another display name.",
    BOTH,
)
def borrowed_name(subject: Subject) -> Iterator[Found]:
    """Display names that switch on special treatment."""
    for at, ident, table in providers(subject):
        name = table.get("name")
        if ident not in BUILT_IN and isinstance(name, str) and name in FORBIDDEN_NAMES:
            yield Found(
                (*at, "name"), f"{ident} is named {quoted(name)}, and Codex treats it as that service"
            )


@rule(
    "codex/env-key",
    "warning",
    "env_key is empty or is not the name of a variable, so Codex finds no key when it asks.",
    "Write the name of the variable that holds the key; for a server without keys take env_key out.",
    BOTH,
)
def env_key(subject: Subject) -> Iterator[Found]:
    """env_key that no environment can have."""
    for at, ident, table in providers(subject):
        value = table.get("env_key")
        if not isinstance(value, str) or re.fullmatch(VARIABLE, value):
            continue
        where = (*at, "env_key")
        if not value.strip():
            yield Found(where, f"{ident} has an empty env_key", None, (Change(where, "delete"),))
            continue
        match = re.fullmatch(rf"\$\{{?({VARIABLE})\}}?", value)
        fix = (Change(where, "set", value=match.group(1)),) if match else ()
        message = f"the env_key of {ident} is not the name of a variable"
        yield Found(where, message, None, fix)


@rule(
    "codex/missing-base-url",
    "warning",
    "A provider has no base_url, so its requests and its key go to OpenAI.",
    "Add base_url with the provider's address, up to and including /v1.",
    BOTH,
)
def missing_base_url(subject: Subject) -> Iterator[Found]:
    """Provider tables without an address."""
    for at, ident, table in laid_over(subject, "model_providers"):
        if ident not in BUILT_IN and not table.get("base_url") and not alone(subject):
            yield Found(at, f"{ident} has no base_url: its requests and its key go to OpenAI")


@rule(
    "codex/auth-conflict",
    "error",
    "A provider says in two ways how it is authenticated, or has aws settings: Codex refuses the whole "
    "config.",
    "Keep one of auth, env_key, experimental_bearer_token and requires_openai_auth; aws is for "
    "amazon-bedrock only.",
    BOTH,
)
def auth_conflict(subject: Subject) -> Iterator[Found]:
    """Settings of a provider table that exclude each other."""
    for at, ident, table in laid_over(subject, "model_providers"):
        if ident in BUILT_IN:
            continue
        if "aws" in table:
            yield Found((*at, "aws"), f"{ident} has aws settings, which only amazon-bedrock can have")
        elif "auth" in table:
            for key in ("env_key", "experimental_bearer_token", "requires_openai_auth"):
                if table.get(key) not in (None, False):
                    yield Found((*at, "auth"), f"{ident} has both auth and {key}")


@rule(
    "codex/key-leak",
    "warning",
    "A provider with requires_openai_auth has somebody else's address: Codex sends your OpenAI login there.",
    "Take requires_openai_auth out and set env_key to the provider's own variable.",
    BOTH,
)
def key_leak(subject: Subject) -> Iterator[Found]:
    """OpenAI's credentials on their way to another host."""
    for at, ident, table in laid_over(subject, "model_providers"):
        host = foreign_host(table.get("base_url"))
        login = table.get("requires_openai_auth") is True
        if host is not None and (login or table.get("env_key") == "OPENAI_API_KEY"):
            key = "requires_openai_auth" if login else "env_key"
            yield Found((*at, key), f"{ident} sends your OpenAI credentials to {host}")


RULES = (
    wire_api_chat,
    reserved_provider,
    bedrock_table,
    provider_name,
    borrowed_name,
    env_key,
    missing_base_url,
    auth_conflict,
    key_leak,
)
