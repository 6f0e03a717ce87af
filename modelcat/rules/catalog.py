"""Rules that hold a config against the catalog: models gone or deprecated, limits above the provider's.

Which entry is which provider is decided by address first, then by name. Only listings of providers that the
config names are asked for. Nothing is said of local servers (their models are the machine's own), of lists
that show what is online this minute, and of models that belong to one account.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcat.rules import Change, Found, rule, urls_of
from modelcat.rules.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelcat.catalog import Listing, Model, Provider
    from modelcat.rules import Subject
    from modelcat.tree import Pointer

ALMOST = 1.1
"""How far above the provider's limit a limit in characters may be: four characters a token is an estimate."""


class Limit(NamedTuple):
    """A limit a config sets for a model."""

    at: Pointer
    value: int
    window: bool
    """It bounds the context window; else the output."""
    per_token: int = 1
    """Characters a token, where it counts characters."""


class Use(NamedTuple):
    """One place where a config names a model of a provider."""

    at: Pointer
    provider: str
    url: str | None
    model: str
    chosen: bool
    """The tool would use it by itself (a default, a fallback), not only offer it."""
    limits: tuple[Limit, ...] = ()


def provider_of(subject: Subject, name: str, url: object = None) -> Provider | None:
    """The registry's provider that an entry is: the one with its address (former ones too), else by its name.

    An entry with an address of nobody in the registry is nobody's, whatever it is called.
    """
    if not isinstance(url, str) or not url:
        return subject.context.providers().get(name)
    if "addresses" not in subject.memo:
        known: dict[str, str] = {}
        context = subject.context
        for address, ident in context.urls() if context.urls else urls_of(context.providers()):
            known.setdefault(_address(address), ident)
        subject.memo["addresses"] = known
    found = subject.memo["addresses"].get(_address(url))
    return subject.context.providers()[found] if found else None


def _address(url: str) -> str:
    bare = re.sub(r"^https?://", "", url.strip().lower()).rstrip("/")
    return re.sub(r"/v1(beta)?(/openai)?$", "", bare)


def window(subject: Subject, name: str, url: object, model: str) -> int | None:
    """The context window of a provider's model in tokens, if the catalog knows it."""
    provider = provider_of(subject, name, url)
    listing = subject.context.listing(provider.id) if provider and subject.context.listing else None
    found = _model(subject, listing, model) if listing else None
    return found.context_window if found else None


def _model(subject: Subject, listing: Listing, model: str) -> Model | None:
    """The model of an id, or of the id less what may follow it (":free", ":online", "@latest")."""
    indexes: dict[str, dict[str, Model]] = subject.memo.setdefault("indexes", {})
    if listing.provider not in indexes:
        indexes[listing.provider] = {item.id: item for item in listing.models}
    by_id = indexes[listing.provider]
    bare = (model, model.removeprefix("models/"), model.rpartition(":")[0], model.partition("@")[0])
    return next((by_id[item] for item in bare if item in by_id), None)


def uses(subject: Subject) -> tuple[Use, ...]:
    """Every model the config names, with the provider it belongs to."""
    if "uses" not in subject.memo:
        kind = subject.kind.name if subject.kind else ""
        read = {"aichat": _aichat, "mods": _mods, "codex": _codex, "codex-profile": _codex}
        subject.memo["uses"] = tuple(read[kind](subject)) if kind in read else ()
    found: tuple[Use, ...] = subject.memo["uses"]
    return found


def _limits(where: Pointer, entry: dict[str, Any], *keys: tuple[str, bool, int]) -> tuple[Limit, ...]:
    found = []
    for key, is_window, per_token in keys:
        value = entry.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            found.append(Limit((*where, key), value, is_window, per_token))
    return tuple(found)


def _aichat(subject: Subject) -> Iterator[Use]:
    from modelcat.rules import aichat

    addresses: dict[str, str | None] = {}
    for at, client in aichat.clients(subject):
        name, url = aichat.name_of(client), aichat.address(client)
        addresses.setdefault(name, url)
        for index, model in aichat.models(client):
            where = (*at, "models", index)
            real = model.get("real_name")
            ident = real if isinstance(real, str) else model["name"]
            keys = (("max_input_tokens", True, 1), ("max_output_tokens", False, 1))
            yield Use(where, name, url, ident, chosen=False, limits=_limits(where, model, *keys))
    for key in ("model", "rag_embedding_model", "rag_reranker_model"):
        value = subject.get(key)
        if isinstance(value, str) and ":" in value:
            name, _, model_id = value.partition(":")
            if model_id and name in addresses and not _renamed(subject, name, model_id):
                yield Use((key,), name, addresses[name], model_id, chosen=True)


def _renamed(subject: Subject, name: str, model_id: str) -> bool:
    """Whether `client:model` is a name of the person's own for a model called otherwise (real_name)."""
    from modelcat.rules import aichat

    return any(
        model["name"] == model_id and isinstance(model.get("real_name"), str)
        for _, client in aichat.clients(subject)
        if aichat.name_of(client) == name
        for _, model in aichat.models(client)
    )


def _mods(subject: Subject) -> Iterator[Use]:
    from modelcat.rules import mods
    from modelcat.tools.mods import CHARS_PER_TOKEN, FIXED

    chosen_api, chosen = subject.text("default-api"), subject.text("default-model")
    found = False
    for at, name, api in mods.apis(subject):
        base = api.get("base-url")
        url = base if isinstance(base, str) and name not in FIXED else None
        for ident, model in mods.models(api):
            where = (*at, "models", ident)
            limits = _limits(where, model, ("max-input-chars", True, CHARS_PER_TOKEN))
            yield Use(where, name, url, ident, chosen=False, limits=limits)
            if not found and chosen in (ident, *mods.aliases(model)) and chosen_api in (None, "", name):
                found = True
                yield Use(("default-model",), name, url, ident, chosen=True)


def _codex(subject: Subject) -> Iterator[Use]:
    from modelcat.rules import codex_profiles

    model, provider = subject.get("model"), subject.get("model_provider")
    if not isinstance(model, str) or not model:
        return
    below = codex_profiles.inherited(subject, "model_provider")
    name = provider if isinstance(provider, str) else below or "openai"
    table = codex_profiles.tables(subject, "model_providers").get(str(name), {})
    url = table.get("base_url") if isinstance(table, dict) else None
    limits = _limits((), subject.tree, ("model_context_window", True, 1))
    yield Use(("model",), str(name), url if isinstance(url, str) else None, model, chosen=True, limits=limits)


def _known(subject: Subject) -> Iterator[tuple[Use, Listing, Model | None]]:
    """Each use of a provider whose listing is known, with the model if it is there."""
    if "known" not in subject.memo:
        subject.memo["known"] = tuple(_looked_up(subject))
    yield from subject.memo["known"]


def _looked_up(subject: Subject) -> Iterator[tuple[Use, Listing, Model | None]]:
    context = subject.context
    if context.listing is None:
        return
    listings: dict[tuple[str, str | None], Listing | None] = {}
    private: dict[str, tuple[str, ...]] = {}
    for use in uses(subject):
        key = (use.provider, use.url)
        if key not in listings:
            provider = provider_of(subject, *key)
            silent = provider is None or provider.local or provider.unsteady or provider.kind == "data"
            listings[key] = None if provider is None or silent else context.listing(provider.id)
            if provider is not None:
                private[use.provider] = provider.private_ids
        listing = listings[key]
        if listing is None or not listing.models or _is_private(use.model, private[use.provider]):
            continue
        yield use, listing, _model(subject, listing, use.model)


def _is_private(model: str, patterns: tuple[str, ...]) -> bool:
    return model.startswith("ft:") or any(fnmatch.fnmatchcase(model, pattern) for pattern in patterns)


def living(model: str, listing: Listing, limit: int = 3) -> list[str]:
    """The models still offered whose names share most words with `model`, the newest first among equals."""
    wanted = set(_words(model))

    def rank(item: Model) -> tuple[float, str, str]:
        words = set(_words(item.id))
        return len(wanted & words) / max(1, len(wanted | words)), item.released or "", item.id

    ranked = sorted((rank(item), item.id) for item in listing.models if not item.deprecated)
    return [ident for (score, _, _), ident in reversed(ranked) if score >= 0.2][:limit]


def _words(model: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", model.lower())


def _instead(model: str, listing: Listing) -> str | None:
    near = living(model, listing)
    return f"Nearest still offered: {', '.join(near)}." if near else None


def _gone(subject: Subject, *, chosen: bool) -> Iterator[Found]:
    for use, listing, model in _known(subject):
        if model is None and listing.origin != "embedded" and use.chosen is chosen:
            message = f"{listing.provider} no longer offers {quoted(use.model)}"
            yield Found(use.at, message, _instead(use.model, listing))


@rule(
    "catalog/model-gone",
    "error",
    "A model that the tool would use by itself is not in the list its provider gave at the last sync.",
    "Choose one that is still offered; `modelcat models` lists them.",
)
def model_gone(subject: Subject) -> Iterator[Found]:
    """Default models that a fetched listing lacks."""
    return _gone(subject, chosen=True)


@rule(
    "catalog/listed-model-gone",
    "warning",
    "A model offered in the file is not in the list its provider gave at the last sync.",
    "Take it out, or let `modelcat apply` do it.",
)
def listed_model_gone(subject: Subject) -> Iterator[Found]:
    """Listed models that a fetched listing lacks."""
    return _gone(subject, chosen=False)


@rule(
    "catalog/model-unknown",
    "info",
    "Models are not among the embedded facts, which stand in because their provider was never asked here; "
    "they may be gone, or newer than the facts.",
    "Run `modelcat sync` to be sure.",
)
def model_unknown(subject: Subject) -> Iterator[Found]:
    """Models that an embedded listing lacks, one finding a provider: a snapshot ages all at once."""
    unknown: dict[str, tuple[Listing, Pointer, dict[str, None]]] = {}
    for use, listing, model in _known(subject):
        if model is None and listing.origin == "embedded":
            unknown.setdefault(listing.provider, (listing, use.at, {}))[2][use.model] = None
    for listing, at, names in unknown.values():
        day = f" of {listing.as_of}" if listing.as_of else ""
        some = ", ".join(map(quoted, list(names)[:3])) + (
            f" and {len(names) - 3} more" if len(names) > 3 else ""
        )
        verb = "is" if len(names) == 1 else "are"
        yield Found(at, f"{some} {verb} not among the embedded facts{day} about {listing.provider}")


@rule(
    "catalog/model-deprecated",
    "warning",
    "The provider has announced the end of a model that the file names.",
    "Choose another while this one still answers.",
)
def model_deprecated(subject: Subject) -> Iterator[Found]:
    """Models marked as deprecated."""
    for use, listing, model in _known(subject):
        if model is not None and model.deprecated:
            yield Found(
                use.at, f"{listing.provider} has deprecated {quoted(use.model)}", _instead(use.model, listing)
            )


@rule(
    "catalog/limit-too-high",
    "warning",
    "A limit is above what the provider allows for the model, so long requests fail there.",
    "Lower it to the provider's.",
)
def limit_too_high(subject: Subject) -> Iterator[Found]:
    """Context windows and output limits above the catalog's."""
    for use, listing, model in _known(subject):
        for limit in use.limits if model else ():
            most = _most(limit, model)
            slack = ALMOST if limit.per_token > 1 else 1
            if most and limit.value > most * limit.per_token * slack:
                allowed = most * limit.per_token
                unit = "characters" if limit.per_token > 1 else "tokens"
                message = f"{limit.at[-1]} is {limit.value}; {listing.provider} allows {allowed} {unit}"
                fix = (Change(limit.at, "set", value=allowed),)
                yield Found(limit.at, f"{message} for {use.model}", None, fix)


def _most(limit: Limit, model: Model | None) -> int | None:
    if model is None:
        return None
    return model.context_window if limit.window else model.max_output_tokens


RULES = (model_gone, listed_model_gone, model_unknown, model_deprecated, limit_too_high)
