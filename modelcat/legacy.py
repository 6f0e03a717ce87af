"""What the script before modelcat wrote, for those who still read it: `sync --legacy-output DIR`.

Its questions and its texts; core: nothing is asked or written here. JSON and TXT are byte for byte what it
made of the same answer. In TOML it cut profile names at 20 characters, and of those that became equal only
the last was left: here such names are longer, the others as they were. Codex has since stopped reading that
TOML (`wire_api = "chat"` and `[profiles.…]` are refused); what it reads today is in tools/codex.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat.dialect import NotAListError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelcat.catalog import Provider
    from modelcat.registry import Registry

SLUG_LENGTH = 20
KEY_VARIABLES: Mapping[str, str] = {
    "gemini": "GOOGLE_API_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
    "inference": "INFERENCENET_API_KEY",
    "lmstudio": "LMSTUDIO_API_KEY",
    "morphllm": "MORPHLLM_API_KEY",
    "togetherai": "TOGETHERAI_API_KEY",
}
"""Provider -> the variable the script took its key from, where that is not the registry's first."""
CONTEXT_FIELDS = ("context_length", "context_window", "max_context_length", "max_tokens", "max_model_len")
OUTPUT_FIELDS = ("max_completion_tokens", "max_output_tokens", "max_tokens_output")

_SEPARATORS = str.maketrans({"/": "_", "-": "_", ".": "_"})
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SHORT_ESCAPES = {"\b": "\\b", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(r'[\x00-\x08\x0a-\x1f\x7f"\\]')


@dataclass(frozen=True, slots=True)
class LegacyQuestion:
    """One of the forty lists, as the script asked for it: one GET, no conditions, no pages."""

    provider: Provider
    base_url: str
    """Without a slash or /models at its end; for the kind `url` the list itself."""
    url: str
    key_variable: str | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What it sent besides the key."""
        return {"anthropic-version": "2023-06-01"} if self.provider.id == "anthropic" else {}


def questions(registry: Registry, env: Mapping[str, str]) -> tuple[LegacyQuestion, ...]:
    """Its forty questions, by provider; a base-URL variable that is set in `env` wins over its own table."""
    return tuple(
        _question(provider, _set_base(provider, env) or provider.legacy_base_url)
        for provider in registry.providers.values()
        if provider.legacy_base_url is not None
    )


def _set_base(provider: Provider, env: Mapping[str, str]) -> str | None:
    return next((env[name].strip() for name in provider.base_url_env if env.get(name, "").strip()), None)


def _question(provider: Provider, base: str) -> LegacyQuestion:
    first = next(iter((*provider.api_key_env, *provider.optional_key_env)), None)
    key = KEY_VARIABLES.get(provider.id, first)
    if provider.kind == "data":
        return LegacyQuestion(provider, base, base, None)
    base = base.rstrip("/").removesuffix("/models").rstrip("/")
    return LegacyQuestion(provider, base, f"{base}/models", key)


def texts(question: LegacyQuestion, answer: Any, details: Any = None) -> dict[str, str]:
    """File name -> text for one provider: models_<p>.json, .txt and .toml.

    `answer` is the whole parsed answer with every field it had. `details` is the whole answer of chutes'
    second list, which the script joined by name and also kept as chutes_chutes.json. Raises NotAListError.
    """
    name = question.provider.id
    files = {}
    if details is not None:
        files[f"{name}_chutes.json"] = json.dumps(details, indent=2)
        answer = _joined(answer, details)
    ordered = _sorted(answer)
    rows = _rows(ordered)
    ids = [model_id for model_id, _ in rows if model_id]
    files[f"models_{name}.json"] = json.dumps(ordered, indent=2)
    files[f"models_{name}.txt"] = _SURROGATES.sub("\ufffd", "\n".join(ids))
    files[f"models_{name}.toml"] = _SURROGATES.sub("\ufffd", _toml(question, rows))
    return files


def failed_text(
    previous: str | None, failures: Mapping[str, str], successes: Mapping[str, str], when: str
) -> str:
    """failed_models.json: provider -> failed, error, last_attempt, last_success.

    `previous` is its text of the last time (None, or unreadable: as if there was none), `failures` provider
    -> reason, `successes` provider -> the answer's Date header, `when` this run's time in ISO form.
    """
    table = _previous(previous)
    for provider, error in failures.items():
        old = table.get(provider, {})
        table[provider] = {"failed": True, "error": error, "last_attempt": when}
        if "last_success" in old:
            table[provider]["last_success"] = old["last_success"]
    for provider, date in successes.items():
        if provider in table:
            table[provider] |= {"failed": False, "last_success": date}
    return json.dumps(table, indent=2)


def _previous(text: str | None) -> dict[str, dict[str, Any]]:
    try:
        table = json.loads(text or "{}")
    except ValueError:
        return {}
    rows = table.items() if isinstance(table, dict) else ()
    return {name: row for name, row in rows if isinstance(row, dict)}


def _id(row: Any) -> str:
    value = row.get("id") if isinstance(row, dict) else row
    return value if isinstance(value, str) else ""


def _sorted(answer: Any) -> Any:
    if isinstance(answer, list):
        return sorted(answer, key=_id)
    if not isinstance(answer, dict):
        raise NotAListError("the answer is neither a list nor an object")
    if isinstance(answer.get("data"), list):
        return {**answer, "data": sorted(answer["data"], key=_id)}
    if answer and "data" not in answer and all(isinstance(value, dict) for value in answer.values()):
        return dict(sorted(answer.items()))
    raise NotAListError("the answer holds no list of models")


def _rows(ordered: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """(id, fields) in order; the fields of a repeated id are those of its first row."""
    if isinstance(ordered, dict) and not isinstance(ordered.get("data"), list):
        return [(key, row) for key, row in ordered.items() if key != "sample_spec"]
    items = ordered["data"] if isinstance(ordered, dict) else ordered
    return [(_id(row), row if isinstance(row, dict) else {}) for row in items]


def _joined(answer: Any, details: Any) -> Any:
    items = details.get("items") if isinstance(details, dict) else None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not isinstance(rows, list):
        return answer
    by_name = {item["name"]: item for item in items if isinstance(item, dict) and item.get("name")}
    data = [{**row, **_more(by_name[_id(row)])} if _id(row) in by_name else row for row in rows]
    return {**answer, "data": data}


def _more(item: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {
        "chute_id": item.get("chute_id"),
        "tagline": item.get("tagline", ""),
        "public": item.get("public", True),
        "invocation_count": item.get("invocation_count", 0),
        "hot": item.get("hot", False),
    }
    price = item.get("current_estimated_price")
    if isinstance(price, dict) and "per_million_tokens" in price:
        more["chutes_pricing"] = price["per_million_tokens"]
    if "supported_gpus" in item:
        more["supported_gpus"] = item["supported_gpus"]
    selector = item.get("node_selector")
    for name in ("gpu_count", "min_vram_gb_per_gpu"):
        if isinstance(selector, dict) and name in selector:
            more[name] = selector[name]
    instances = item.get("instances")
    if isinstance(instances, list):
        more["active_instances"] = sum(
            1 for one in instances if isinstance(one, dict) and one.get("active", False)
        )
        more["total_instances"] = len(instances)
    return more


def _toml(question: LegacyQuestion, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    name = question.provider.id
    head = [
        f"[model_providers.{name}]",
        f"base_url = {_quoted(question.base_url)}",
        f"name = {_quoted(name)}",
        'wire_api = "chat"',
    ]
    if question.key_variable:
        head.append(f"env_key = {_quoted(question.key_variable)}")
    first: dict[str, Mapping[str, Any]] = {}
    for model_id, row in rows:
        if model_id:
            first.setdefault(model_id, row)
    names = profile_names(name, first)
    tables = [_profile(names[model_id], name, model_id, row) for model_id, row in first.items()]
    return "\n\n".join(["\n".join(head), *(tables or ["[profiles]"])]) + "\n"


def _profile(name: str, provider: str, model_id: str, row: Mapping[str, Any]) -> str:
    lines = [
        f"[profiles.{name}]",
        'approval_policy = "never"',
        f"model = {_quoted(model_id)}",
        f"model_provider = {_quoted(provider)}",
        'model_reasoning_effort = "high"',
    ]
    context = _tokens(row, CONTEXT_FIELDS, "context_length")
    output = _tokens(row, OUTPUT_FIELDS, "max_completion_tokens")
    lines += [f"model_context_window = {context}"] if context is not None else []
    lines += [f"model_max_output_tokens = {output}"] if output is not None else []
    return "\n".join(lines)


def _tokens(row: Mapping[str, Any], names: Iterable[str], top_name: str) -> int | None:
    """The first of the fields that says something; a `top_provider`, even a silent one, goes before all."""
    value = next((row[name] for name in names if row.get(name)), None)
    if "top_provider" in row:
        top = row["top_provider"]
        value = top.get(top_name) if isinstance(top, dict) else None
    if not value or isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def profile_names(provider: str, ids: Iterable[str]) -> dict[str, str]:
    """Model id -> profile name: the provider's first three letters and the id, as short as the script made
    it where no other id gets the same name, else as long as it takes to tell them apart.
    """
    slugs = {model_id: _NOT_IN_NAMES.sub("", model_id.translate(_SEPARATORS)).lower() for model_id in ids}
    groups: dict[str, list[str]] = {}
    for model_id, slug in slugs.items():
        groups.setdefault(slug[:SLUG_LENGTH], []).append(model_id)
    names = {members[0]: short for short, members in groups.items() if len(members) == 1}
    taken = set(names.values())
    for _, members in sorted(groups.items()):
        if len(members) > 1:
            for model_id, name in _told_apart({model_id: slugs[model_id] for model_id in members}, taken):
                names[model_id] = name
                taken.add(name)
    return {model_id: f"{provider[:3]}_{names[model_id]}" for model_id in slugs}


def _told_apart(slugs: Mapping[str, str], taken: set[str]) -> Iterable[tuple[str, str]]:
    """(id, shortest start of its slug that no other of them has), numbered where whole slugs are equal."""
    order = sorted(slugs, key=lambda model_id: (slugs[model_id], model_id))
    for index, model_id in enumerate(order):
        slug = slugs[model_id]
        near = [slugs[order[i]] for i in (index - 1, index + 1) if 0 <= i < len(order)]
        length = max(SLUG_LENGTH, *(_shared(slug, other) + 1 for other in near))
        name, number = slug[:length], 1
        while name in taken:
            number += 1
            name = f"{slug}_{number}"
        yield model_id, name


def _shared(left: str, right: str) -> int:
    length = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    return min(len(left), len(right)) if length is None else length


def _quoted(text: str) -> str:
    """A TOML basic string as tomli-w writes it."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT_ESCAPES.get(char) or f"\\u{ord(char):04x}"
