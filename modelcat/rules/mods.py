"""Rules for mods.yml (mods 1.8.1, read in its source).

A model is found by its key or one of its aliases, in default-api if that is set, else in the first api that
has it; without max-input-chars of its own it gets the file's, and without both the prompt is cut to nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelcat.rules import Change, Context, Found, Subject, rule
from modelcat.rules.common import VARIABLE, defined_here, did_you_mean, foreign_host, nearest_there, put
from modelcat.rules.schema import quoted
from modelcat.tools.mods import CHARS_PER_TOKEN, FIXED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelcat.tree import Pointer, Tree

_OWN_KEY = frozenset({"openai", "anthropic", "google", "cohere", "ollama", "azure", "azure-ad", "copilot"})
"""Names that never fall back to OPENAI_API_KEY for somebody else's address."""
_OWN_ADDRESS = frozenset({"openai", "anthropic", "google", "cohere", "ollama", "copilot"})
"""Names for which mods knows an address."""
_BASE_SETTINGS = ("default-model", "max-input-chars", "max-retries", "word-wrap", "fanciness", "status-text")
_PLACEHOLDER = rf"\$\{{?{VARIABLE}\}}?"


def apis(subject: Subject) -> Iterator[tuple[Pointer, str, dict[str, Any]]]:
    """(where, name, api) of each api that is a map."""
    for name, api in subject.table("apis").items():
        if isinstance(api, dict):
            yield ("apis", name), name, api


def models(api: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, model) of an api's models; a model written without a value is an empty map."""
    value = api.get("models")
    for name, model in value.items() if isinstance(value, dict) else ():
        if model is None or isinstance(model, dict):
            yield name, model or {}


def aliases(model: dict[str, Any]) -> list[str]:
    value = model.get("aliases")
    return [alias for alias in value if isinstance(alias, str)] if isinstance(value, list) else []


def _names(api: dict[str, Any]) -> set[str]:
    """Every word that finds a model of an api."""
    return {word for name, model in models(api) for word in (name, *aliases(model))}


def _reachable(subject: Subject) -> set[str]:
    """Every word that finds a model: in default-api, or in any api where none is set."""
    chosen = subject.text("default-api")
    return {word for _, name, api in apis(subject) if not chosen or name == chosen for word in _names(api)}


@rule(
    "mods/unknown-default-api",
    "error",
    "default-api names an api that the file does not define: mods refuses to ask anything.",
    "Name one of the apis of this file.",
    ("mods",),
)
def unknown_default_api(subject: Subject) -> Iterator[Found]:
    """default-api without its table in apis."""
    chosen = subject.text("default-api")
    if subject.whole and chosen and chosen not in subject.table("apis"):
        hint = defined_here("api", chosen, subject.table("apis"))
        yield Found(("default-api",), f"default-api is {quoted(chosen)}, which is not defined", hint)


@rule(
    "mods/unknown-default-model",
    "error",
    "default-model is neither a model nor an alias that mods would find: it cannot use models that are not "
    "listed.",
    "Name a listed model or an alias, in the default-api if there is one.",
    ("mods",),
)
def unknown_default_model(subject: Subject) -> Iterator[Found]:
    """default-model that nothing answers to."""
    chosen, api = subject.text("default-model"), subject.text("default-api")
    if not subject.whole or not chosen or (api and api not in subject.table("apis")):
        return
    words = _reachable(subject)
    if chosen not in words:
        where = f"the default-api {api} does not list" if api else "no api lists"
        yield Found(("default-model",), f"{where} {quoted(chosen)}", nearest_there(chosen, words))


@rule(
    "mods/unknown-fallback",
    "warning",
    "A model's fallback is neither a model nor an alias that mods would find, so there is nothing to fall "
    "back to.",
    "Name a listed model or an alias, in the default-api if there is one.",
    ("mods",),
)
def unknown_fallback(subject: Subject) -> Iterator[Found]:
    """`fallback` that nothing answers to."""
    words = _reachable(subject)
    for at, api_name, api in apis(subject):
        # Of an api that is not the default, `mods -a` makes the models reachable.
        here = words | _names(api)
        for name, model in models(api):
            fallback = model.get("fallback")
            if isinstance(fallback, str) and fallback and fallback not in here:
                where = (*at, "models", name, "fallback")
                message = f"{api_name}: {name} falls back to {quoted(fallback)}, which is not listed"
                yield Found(where, message, nearest_there(fallback, here))


@rule(
    "mods/fallback-loop",
    "warning",
    "Models fall back to each other in a circle, so mods asks the same ones again until its retries are "
    "used up.",
    "Let the last model of the chain have no fallback.",
    ("mods",),
)
def fallback_loop(subject: Subject) -> Iterator[Found]:
    """Circles of `fallback` within one api, told once, at the first model of the circle."""
    for at, api_name, api in apis(subject):
        by_word = {word: name for name, model in models(api) for word in (*aliases(model), name)}
        fallbacks = {name: model["fallback"] for name, model in models(api) if model.get("fallback")}
        after = {name: by_word.get(str(word)) for name, word in fallbacks.items()}
        told: set[str] = set()
        for first in after:
            chain: list[str] = []
            here: str | None = first
            while here is not None and here not in chain and here not in told:
                chain.append(here)
                here = after.get(here)
            if here in chain:
                circle = [*chain[chain.index(here) :], here]
                where = (*at, "models", here, "fallback")
                yield Found(where, f"{api_name}: fallbacks go in a circle: {' → '.join(map(str, circle))}")
            told.update(chain)


@rule(
    "mods/duplicate-alias",
    "warning",
    "Two models have the same alias, or an alias is another model's name: which one mods takes is left to "
    "chance.",
    "Give each model its own aliases.",
    ("mods",),
)
def duplicate_alias(subject: Subject) -> Iterator[Found]:
    """Words that would find more than one model; the same model id at two apis is not one."""
    owners: dict[str, tuple[str, str]] = {}
    for _, api_name, api in apis(subject):
        for name, _ in models(api):
            owners.setdefault(name, (api_name, name))
    for at, api_name, api in apis(subject):
        for name, model in models(api):
            for index, alias in enumerate(aliases(model)):
                owner = owners.setdefault(alias, (api_name, name))
                if owner != (api_name, name):
                    where = (*at, "models", name, "aliases", index)
                    message = f"the alias {quoted(alias)} of {name} already finds {owner[1]} of {owner[0]}"
                    yield Found(where, message)


@rule(
    "mods/missing-max-input-chars",
    "error",
    "A model has no max-input-chars and neither has the file: mods cuts the prompt to nothing.",
    "Add max-input-chars to the model: about four times its context window in tokens.",
    ("mods",),
)
def missing_max_input_chars(subject: Subject) -> Iterator[Found]:
    """Models whose limit is zero in the end."""
    if subject.get("max-input-chars") or subject.get("no-limit") is True:
        return
    from modelcat.rules.catalog import window

    for at, api_name, api in apis(subject):
        for name, model in models(api):
            if model.get("max-input-chars"):
                continue
            where = (*at, "models", name)
            size = window(subject, api_name, api.get("base-url"), name)
            fix = (_limit(where, api["models"][name], size * CHARS_PER_TOKEN),) if size else ()
            message = f"{api_name}: {name} has no max-input-chars, so mods cuts the prompt to nothing"
            yield Found(where, message, None, fix)


def _limit(where: Pointer, model: Any, chars: int) -> Change:
    if model is None:
        return Change(where, "set", value={"max-input-chars": chars})
    return put(where, model, "max-input-chars", chars)


@rule(
    "mods/missing-base-setting",
    "warning",
    "The file lacks settings that mods has no defaults for: what is missing counts as 0 or empty.",
    "Add them, or take them from the file that `mods --reset-settings` writes.",
    ("mods",),
)
def missing_base_setting(subject: Subject) -> Iterator[Found]:
    """A mods.yml of which more than half of the base settings are missing, or that has no default model."""
    if not subject.whole or not isinstance(subject.tree, dict) or not subject.tree:
        return
    absent = [name for name in _BASE_SETTINGS if name not in subject.tree]
    if "default-model" in absent or len(absent) > len(_BASE_SETTINGS) // 2:
        yield Found((), f"these settings are missing and so count as 0 or empty: {', '.join(absent)}")


@rule(
    "mods/key-leak",
    "warning",
    "An api has no key of its own, so mods sends OPENAI_API_KEY to its address.",
    "Add api-key-env with the provider's variable; for a server without keys add api-key: none.",
    ("mods",),
)
def key_leak(subject: Subject) -> Iterator[Found]:
    """Apis with somebody else's address and no source of a key."""
    for at, name, api in apis(subject):
        host = foreign_host(api.get("base-url"))
        keyed = any(api.get(key) for key in ("api-key", "api-key-env", "api-key-cmd"))
        if host is not None and not keyed and (name not in _OWN_KEY or name == "openai"):
            yield Found(at, f"{name} has no key of its own: mods sends OPENAI_API_KEY to {host}")


def leaks_while_unset(tree: Tree, is_set: Callable[[str], bool]) -> Iterator[tuple[str, str, str]]:
    """(api, host, its variable) of each api that gets OPENAI_API_KEY while its own variable is not set."""
    if not is_set("OPENAI_API_KEY"):
        return
    for _, name, api in apis(Subject(tree, None, "", Context())):
        host, variable = foreign_host(api.get("base-url")), api.get("api-key-env")
        keyed = name in _OWN_KEY or api.get("api-key") or api.get("api-key-cmd")
        if host is not None and not keyed and isinstance(variable, str) and not is_set(variable):
            yield name, host, variable


@rule(
    "mods/missing-base-url",
    "warning",
    "An api has no base-url and a name whose address mods does not know: requests, and the key, go to "
    "OpenAI.",
    "Add base-url.",
    ("mods",),
)
def missing_base_url(subject: Subject) -> Iterator[Found]:
    """Apis without an address."""
    for at, name, api in apis(subject):
        if not api.get("base-url") and name not in _OWN_ADDRESS:
            yield Found(at, f"{name} has no base-url: its requests and its key go to OpenAI")


@rule(
    "mods/ignored-base-url",
    "warning",
    "mods uses its own address for this api and never reads base-url.",
    "Give the api another name to use the address, or take it out.",
    ("mods",),
)
def ignored_base_url(subject: Subject) -> Iterator[Found]:
    """base-url of apis with a fixed address, unless it is that address."""
    own = {
        "google": "generativelanguage.googleapis.com",
        "cohere": "api.cohere",
        "copilot": "githubcopilot.com",
    }
    for at, name, api in apis(subject):
        base = api.get("base-url")
        if name in FIXED and isinstance(base, str) and base and own.get(name, "") not in base:
            yield Found((*at, "base-url"), f"mods never reads the base-url of {name}")


@rule(
    "mods/ollama-v1",
    "warning",
    "mods speaks Ollama's own protocol to the api named ollama, which has no /v1.",
    "Take /v1 off the address, or give the api another name.",
    ("mods",),
)
def ollama_v1(subject: Subject) -> Iterator[Found]:
    """The api named ollama with an OpenAI-style address."""
    for at, name, api in apis(subject):
        base = api.get("base-url")
        if name == "ollama" and isinstance(base, str) and re.search(r"/v1/?$", base):
            fix = Change((*at, "base-url"), "set", value=re.sub(r"/v1/?$", "", base))
            message = "ollama is asked in its own protocol, at an address without /v1"
            yield Found(fix.pointer, message, None, (fix,))


@rule(
    "mods/env-placeholder",
    "error",
    "A value is written as $VARIABLE, which mods does not expand: the text itself is sent as the key or "
    "address.",
    "Use api-key-env with the variable's name.",
    ("mods",),
)
def env_placeholder(subject: Subject) -> Iterator[Found]:
    """api-key and base-url that are the name of a variable, and api-key-env with a dollar sign."""
    for at, name, api in apis(subject):
        for key in ("api-key", "base-url", "api-key-env"):
            value = api.get(key)
            match = re.match(_PLACEHOLDER, value) if isinstance(value, str) else None
            if match is None:
                continue
            where, bare = (*at, key), match.group().strip("${}")
            fix: tuple[Change, ...] = ()
            if match.group() == value and key == "api-key-env":
                fix = (Change(where, "set", value=bare),)
            elif match.group() == value and key == "api-key" and "api-key-env" not in api:
                fix = (Change(where, "delete"), Change(at, "insert", "api-key-env", bare))
            yield Found(where, f"{name}: mods does not expand {match.group()} in {key}", None, fix)


@rule(
    "mods/ignored-key",
    "warning",
    "A model has max-tokens or max-completion-tokens, which mods reads only at the top of the file.",
    "Move it to the top level, or take it out.",
    ("mods",),
)
def ignored_key(subject: Subject) -> Iterator[Found]:
    """Settings that other generators write into models."""
    for at, api_name, api in apis(subject):
        for name, model in models(api):
            for key in ("max-completion-tokens", "max-tokens", "max-output-tokens"):
                if key in model:
                    where = (*at, "models", name, key)
                    yield Found(where, f"{api_name}: mods does not read {key} of a model")


@rule(
    "mods/unknown-role",
    "error",
    "`role` names a role that is not under roles: mods ends with an error at every question.",
    "Name one of the roles, or add it.",
    ("mods",),
)
def unknown_role(subject: Subject) -> Iterator[Found]:
    """The chosen role without its text."""
    chosen = subject.get("role")
    if subject.whole and isinstance(chosen, str) and chosen and chosen not in subject.table("roles"):
        hint = did_you_mean(chosen, subject.table("roles"))
        yield Found(("role",), f"role is {quoted(chosen)}, which is not under roles", hint)


@rule(
    "mods/file-name",
    "warning",
    "mods reads mods.yml only; a config.yml or mods.yaml beside it is never looked at.",
    "Rename the file to mods.yml.",
    ("mods",),
)
def file_name(subject: Subject) -> Iterator[Found]:
    """Files in a folder named mods with a name that mods does not read."""
    parts = re.split(r"[/\\]", subject.path)
    if parts[-1] in {"config.yml", "config.yaml", "mods.yaml"} and (len(parts) == 1 or parts[-2] == "mods"):
        yield Found((), f"mods does not read {parts[-1]}")


RULES = (
    unknown_default_api,
    unknown_default_model,
    unknown_fallback,
    fallback_loop,
    duplicate_alias,
    missing_max_input_chars,
    missing_base_setting,
    key_leak,
    missing_base_url,
    ignored_base_url,
    ollama_v1,
    env_placeholder,
    ignored_key,
    unknown_role,
    file_name,
)
