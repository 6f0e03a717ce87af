"""What the catalog is made of, and its canonical text.

Provider, Model, Cost, Listing, Catalog and the JSON they are stored as. How an answer is read stands in
dialects/, where missing facts come from in enrich.py, which providers exist in registry.py.

Units: context windows and output limits in tokens, prices in USD per million tokens. None always means
"the provider does not say"; a price of 0 means it says "free".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Mode = Literal["chat", "embedding", "rerank", "image", "audio", "video", "moderation", "other"]
MODES: tuple[str, ...] = get_args(Mode)
Origin = Literal["fetched", "stale", "embedded"]
Auth = Literal["bearer", "x-api-key", "x-goog-api-key", "api-key", "none"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One row of the registry. URLs carry no key; `{name}` placeholders are filled from `url_env`."""

    id: str
    name: str
    dialect: str
    base_url: str
    models_url: str | None = None
    """Where its list is asked; None: it has none (the embedded facts stand in)."""
    models_url_fallbacks: tuple[str, ...] = ()
    """Asked in this order where `models_url` answers 404 or with no list."""
    details_url: str | None = None
    """A second list of the same provider that says more of the same models (chutes)."""
    kind: Literal["provider", "data"] = "provider"
    enabled: bool = True
    disabled_reason: str | None = None
    opt_in: bool = False
    """Asked only where the person's providers.toml or the command line names it (borrowed keys)."""
    local: bool = False
    """A server on this machine or network: asked without a key unless our own settings name one."""
    api_key_env: tuple[str, ...] = ()
    """Variables that may hold the key; the first is the one to document and to write into configs."""
    optional_key_env: tuple[str, ...] = ()
    """Local servers: variables not read unless the person's own settings name them in `api_key_env`."""
    also_needs: tuple[str, ...] = ()
    """Variables needed besides the key and those of `url_env`."""
    trusted: bool = True
    """False: a providers.toml that may be shared sends the key where the shipped registry never would, so
    this machine's own settings must agree first. Set by registry.py, never written in a file."""
    base_url_env: tuple[str, ...] = ()
    legacy_base_url: str | None = None
    """Where the older script asked, for --legacy-output; None: not one of its forty."""
    url_env: tuple[tuple[str, str], ...] = ()
    """(placeholder, variable): parts of the URLs that are the person's, such as an account id."""
    needs_key_for_list: bool | None = None
    auth: Auth = "bearer"
    anonymous_key: str | None = None
    """A published key for people without one (aihorde), not a secret."""
    serves_responses_api: bool = False
    price_unit: str = "none"
    """How the list's prices are scaled; the names stand in dialects/units.py. Never guessed: with "none"
    prices are not read, whatever they look like."""
    zero_is_free: bool = False
    """A listed price of 0 means free here; elsewhere it is unknown unless the model's id says free."""
    mode: Mode | None = None
    """What every model of this list is, where it holds one kind only."""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Where this list has a fact that its dialect would look for elsewhere: name of the fact (as
    dialects.field_names() says) to dotted paths, the first that is there counts."""
    unsteady: bool = False
    """The list is what is online this minute: a model that is absent has not been dropped."""
    volatile: tuple[str, ...] = ()
    """Dotted fields of a row that change on every request and so stay out of git."""
    private_ids: tuple[str, ...] = ()
    """Globs of ids that belong to one account (fine-tunes): never committed."""
    former_base_urls: tuple[str, ...] = ()
    models_dev: tuple[str, ...] = ()
    """This provider's ids at models.dev, best first; empty: same as `id`."""
    litellm: tuple[str, ...] = ()
    """This provider's names in litellm's list, best first; empty: same as `id`."""
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """[provider.tools.<tool>]: what one tool needs otherwise, such as a name."""
    docs: str | None = None
    note: str | None = None
    """What a person who uses it should know, in one or two sentences."""

    def tool_setting(self, tool: str, key: str, default: Any = None) -> Any:
        """The value of `key` in this provider's table for `tool`, else `default`."""
        return self.tools.get(tool, {}).get(key, default)


class Cost(NamedTuple):
    """USD per million tokens. None: not said. 0: said to be free."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None


NO_COST = Cost()


class Model(NamedTuple):
    """One model of one provider, normalised. Limits in tokens; `released` as YYYY-MM-DD.

    A tuple, as ten thousand of them are made in a sync: a frozen dataclass takes four times as long.
    """

    id: str
    name: str | None = None
    mode: Mode = "chat"
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    reasoning: bool | None = None
    tool_call: bool | None = None
    cost: Cost = NO_COST
    released: str | None = None
    deprecated: bool | None = None
    sources: tuple[tuple[str, str], ...] = ()
    """(field, where from) of every field that is not the provider's own word, sorted by field."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One provider's models, sorted by id, each id once."""

    provider: str
    models: tuple[Model, ...]
    origin: Origin
    as_of: str | None = None
    """For an embedded listing the snapshot's date (YYYY-MM-DD); otherwise None: git knows when."""

    def ids(self) -> frozenset[str]:
        """The ids of all models."""
        return frozenset(model.id for model in self.models)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All listings, sorted by provider, each provider once."""

    listings: tuple[Listing, ...] = ()

    def listing(self, provider: str) -> Listing | None:
        """The listing of `provider`, if there is one."""
        return next((item for item in self.listings if item.provider == provider), None)


def listing(provider: str, models: Iterable[Model], origin: Origin, as_of: str | None = None) -> Listing:
    """A Listing with its models in canonical order."""
    return Listing(provider, tuple(sorted(models, key=lambda model: model.id)), origin, as_of)


def snapshot_day(days: Iterable[str | None]) -> str | None:
    """The one day that is told of embedded listings: their oldest, so that nobody is promised more."""
    return min(filter(None, days), default=None)


_COST_FIELDS = Cost._fields
_COSTS_SORTED = tuple(sorted(_COST_FIELDS))
_PLAIN_FIELDS = (
    "name",
    "mode",
    "context_window",
    "max_output_tokens",
    "reasoning",
    "tool_call",
    "released",
    "deprecated",
)


def canonical_json(value: Any) -> str:
    """The one text every JSON file in the managed folder has: sorted keys, two spaces, LF at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def price_text(price: Decimal) -> str:
    """A price as the shortest plain decimal: 0.3, never 0.30 or 3E-1."""
    text = format(price, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def model_json(model: Model) -> dict[str, Any]:
    """The stored form of a model: unknown fields are left out, prices are strings."""
    row: dict[str, Any] = {"id": model.id}
    for name in _PLAIN_FIELDS:
        value = getattr(model, name)
        if value is not None:
            row[name] = value
    if model.input_modalities:
        row["input_modalities"] = list(model.input_modalities)
    if model.output_modalities:
        row["output_modalities"] = list(model.output_modalities)
    cost = model.cost
    if cost is not NO_COST:
        prices = {n: price_text(p) for n in _COST_FIELDS if (p := getattr(cost, n)) is not None}
        if prices:
            row["cost"] = prices
    if model.sources:
        row["sources"] = dict(model.sources)
    return row


def model_from_json(row: Mapping[str, Any]) -> Model:
    """The model that `model_json` stored. KeyError, TypeError or ValueError if it is not one."""
    prices = row.get("cost")
    sources = row.get("sources")
    return Model(
        id=row["id"],
        name=row.get("name"),
        mode=row.get("mode", "chat"),
        context_window=row.get("context_window"),
        max_output_tokens=row.get("max_output_tokens"),
        input_modalities=tuple(row.get("input_modalities", ())),
        output_modalities=tuple(row.get("output_modalities", ())),
        reasoning=row.get("reasoning"),
        tool_call=row.get("tool_call"),
        cost=Cost(**{n: Decimal(p) for n, p in prices.items()}) if prices else NO_COST,
        released=row.get("released"),
        deprecated=row.get("deprecated"),
        sources=tuple(sorted(sources.items())) if sources else (),
    )


def listing_text(item: Listing) -> str:
    """The text of catalog/<provider>.json.

    One model a line, so that git shows a changed model as one changed line and a listing of 22,000
    models is written in a tenth of the time an indented one takes. "stale" is not stored: whether the
    last question failed is this machine's state, so a stored listing is either fetched or embedded.
    """
    head: dict[str, Any] = {"provider": item.provider}
    head["origin"] = "embedded" if item.origin == "embedded" else "fetched"
    if item.as_of is not None:
        head["as_of"] = item.as_of
    lines = [f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in sorted(head.items())]
    rows = ",\n".join([f"    {_model_line(model)}" for model in item.models])
    body = f"[\n{rows}\n  ]" if rows else "[]"
    return "{\n" + "".join(lines) + f'  "models": {body}\n' + "}\n"


def _model_line(model: Model) -> str:
    """The JSON of `model_json` with its keys sorted, in a third of the time json takes for it."""
    id_, name, mode, window, most, given, made, reasons, calls, cost, released, deprecated, sources = model
    parts = (
        window is not None and f'"context_window": {window}',
        cost is not NO_COST and _cost_line(cost),
        _DEPRECATED[deprecated],
        f'"id": {encode_basestring(id_)}',
        given and f'"input_modalities": {_texts_line(given)}',
        most is not None and f'"max_output_tokens": {most}',
        f'"mode": "{mode}"',
        name is not None and f'"name": {encode_basestring(name)}',
        made and f'"output_modalities": {_texts_line(made)}',
        _REASONING[reasons],
        released is not None and f'"released": {encode_basestring(released)}',
        sources and f'"sources": {_sources_line(sources)}',
        _TOOL_CALL[calls],
    )
    return f"{{{', '.join([part for part in parts if part])}}}"


def line_ids(lines: Iterable[str]) -> frozenset[str]:
    """The ids of the models among the lines of a `listing_text`; other lines are its frame."""
    found = [match[1] for line in lines if (match := _LINE_ID(line))]
    try:
        return frozenset(map(json.loads, found))
    except ValueError:
        return frozenset()  # a hand's work; nobody else writes escapes that are none


_LINE_ID = re.compile(r'"id": ("(?:[^"\\]|\\.)*")').search
"""Finds the model's own id: inside of a text the quotes would be escaped."""
FIRST_FETCHED = '  "origin": "fetched",'
"""The line that comes in where a fetched list takes the place of an embedded one."""


def _cost_line(cost: Cost) -> str:
    prices = [f'"{n}": "{price_text(p)}"' for n in _COSTS_SORTED if (p := getattr(cost, n)) is not None]
    return f'"cost": {{{", ".join(prices)}}}' if prices else ""


_DEPRECATED, _REASONING, _TOOL_CALL = (
    {None: "", True: f'"{field_name}": true', False: f'"{field_name}": false'}
    for field_name in ("deprecated", "reasoning", "tool_call")
)


@lru_cache(1024)
def _texts_line(texts: tuple[str, ...]) -> str:
    return json.dumps(texts, ensure_ascii=False)


@lru_cache(1024)
def _sources_line(sources: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(sources), ensure_ascii=False, sort_keys=True)


def listing_from_text(text: str) -> Listing:
    """The listing `listing_text` wrote. ValueError, KeyError or TypeError if it is not one."""
    data = json.loads(text)
    models = tuple(model_from_json(row) for row in data["models"])
    return Listing(data["provider"], models, data["origin"], data.get("as_of"))


FOLDER = "catalog"
"""Where the listings stand in the managed repository."""


def listing_path(provider: str) -> str:
    """Where the normalised listing stands in the managed repository."""
    return f"{FOLDER}/{provider}.json"


def answer_path(provider: str) -> str:
    """Where the provider's own answer stands."""
    return f"config/json/models_{provider}.json"


def ids_path(provider: str) -> str:
    """Where its ids stand, one a line."""
    return f"config/txt/models_{provider}.txt"
