"""The words of `modelcat providers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcat.output.tables import Column, counted, draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelcat.commands.providers import EditResult, ListResult, OneResult, Tried, TryResult
    from modelcat.output import Screen
    from modelcat.standing import Standing

_LIST = (
    Column("provider"),
    Column("key"),
    Column("models", right=True),
    Column("fetched"),
    Column("state", long=True),
)
_TEST = (
    Column("provider"),
    Column("came"),
    Column("models", right=True),
    Column("seconds", right=True),
    Column("key"),
    Column("what", long=True),
)
_NAMES = {
    "api_key_env": "key variables",
    "base_url_env": "URL variables",
    "needs_key_for_list": "list needs key",
    "serves_responses_api": "Responses API",
    "models_url": "list",
    "models_url_fallbacks": "else list",
    "details_url": "second list",
}
_NOT_SHOWN = {"id", "name", "note", "docs", "legacy_base_url", "trusted", "enabled", "disabled_reason"}


def show_list(result: ListResult, screen: Screen) -> None:
    """Numbers first, then a line a provider."""
    standings = result.standings
    rows = [
        (
            standing.provider.id,
            _key(standing),
            f"{standing.memory.models:,}" if standing.memory.models else "",
            (standing.memory.fetched or "")[:10],
            _state(standing),
        )
        for standing in standings
    ]
    draw(screen, _LIST, rows)
    keys = sum(standing.key is not None for standing in standings)
    failed = sum(standing.memory.outcome == "failed" for standing in standings)
    parts = [
        counted(len(standings), "provider"),
        f"{sum(standing.selected for standing in standings)} asked by `modelcat sync`",
        f"{counted(keys, 'key')} set",
        *([f"{failed} failed the last time"] if failed else []),
    ]
    screen.say(", ".join(parts))


def show_one(result: OneResult, screen: Screen) -> None:
    """What a person wants to know, then the fields of the registry."""
    standing = result.standing
    provider = standing.provider
    screen.line(f"{provider.id}: {provider.name}")
    rows = [
        ("key", _key(standing) or "none needed"),
        ("state", _state(standing)),
        ("fetched", _fetched(standing)),
        ("docs", provider.docs or ""),
        ("note", provider.note or ""),
        *_fields(result.as_json()["registry"]),
    ]
    for word, text in rows:
        if text:
            screen.line(f"  {word:<20}{text}")


def show_edit(result: EditResult, screen: Screen) -> None:
    """What was done, and what is left to do."""
    words = {
        "added": f"{result.provider} added to {result.path}",
        "enabled": f"{result.provider} switched on in {result.path}",
        "removed": f"{result.provider} removed from {result.path}; its listing goes with the next sync",
        "disabled": f"{result.provider} switched off in {result.path}; its listing goes with the next sync",
        "trusted": f"{result.provider}: this machine now sends it its key",
        "unchanged": f"{result.provider}: nothing to change",
    }
    now = result.standing
    if now is not None and not now.provider.enabled and result.action == "unchanged":
        screen.line(f"{result.provider} is off; `modelcat providers add {result.provider}` switches it on")
        return
    screen.line(words[result.action])
    if now is None or result.action in {"disabled", "removed"}:
        return
    if now.missing:
        screen.say(f"before its models can be used, set {' and '.join(now.missing)}")
    screen.say(f"next: modelcat providers test {result.provider}")


def show_test(result: TryResult, screen: Screen) -> None:
    """A line a provider, those that failed first, then the numbers."""
    order = {"failed": 0, "skipped": 1, "no list": 2, "fetched": 3}
    tried = sorted(result.tried, key=lambda one: (order[one.outcome], one.standing.provider.id))
    rows = [
        (
            one.standing.provider.id,
            one.outcome,
            f"{one.models:,}" if one.outcome == "fetched" else "",
            f"{one.seconds:.1f}" if one.outcome == "fetched" else "",
            _key(one.standing),
            _what(one),
        )
        for one in tried
    ]
    draw(screen, _TEST, rows)
    counts = {word: sum(one.outcome == word for one in tried) for word in ("fetched", "failed", "skipped")}
    models = sum(one.models for one in tried)
    screen.say(
        f"{counts['fetched']} answered with {counted(models, 'model')}, {counts['failed']} failed, "
        f"{counts['skipped']} skipped; nothing was stored"
    )


def _key(standing: Standing) -> str:
    provider = standing.provider
    if standing.key is not None:
        return standing.key.variable
    if not provider.api_key_env:
        return ""
    if not standing.trusted:
        return "not trusted"
    return "published" if provider.anonymous_key else "not set"


def _state(standing: Standing) -> str:
    """The first thing that is in the way; else that nothing is."""
    return next(_states(standing))


def _states(standing: Standing) -> Iterator[str]:
    provider, memory = standing.provider, standing.memory
    if not provider.enabled:
        yield f"off: {provider.disabled_reason or 'your providers.toml says so'}"
    if memory.outcome == "failed":
        yield f"failed: {_without_name(provider.id, memory.reason or 'no reason was given')}"
    if provider.kind == "data":
        yield "facts about models, no provider"
    if not standing.selected:
        yield "only asked by name" if provider.opt_in else "not selected by modelcat.toml"
    if not standing.trusted:
        yield f"its key stays here until: modelcat providers add {provider.id}"
    if standing.missing:
        lists = " (lists without)" if provider.needs_key_for_list is False else ""
        # The first of several names is the one to document; `show` has them all.
        wanted = (names.split(" or ")[0] for names in standing.missing)
        yield f"set {' and '.join(wanted)}{lists}"
    yield "on this machine or network" if provider.local else "ready"


def _fetched(standing: Standing) -> str:
    memory = standing.memory
    if memory.fetched is None:
        return "never"
    return f"{memory.fetched} ({counted(memory.models, 'model')})"


def _what(one: Tried) -> str:
    parts = [_without_name(one.standing.provider.id, one.reason)] if one.reason else []
    if one.unusable:
        parts.append(f"{counted(one.unusable, 'row')} unusable")
    if one.doubts:
        parts.append(f"{counted(len(one.doubts), 'doubt')}: {one.doubts[0]}")
    return "; ".join(parts)


def _without_name(provider: str, reason: str) -> str:
    """A reason where the row says already whose it is."""
    return reason.removeprefix(f"{provider}: ")


def _fields(registry: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in registry.items():
        if name not in _NOT_SHOWN:
            yield _NAMES.get(name, name.replace("_", " ")), _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict) and any(isinstance(item, dict) for item in value.values()):
        return "; ".join(f"{key}: {_text(item)}" for key, item in value.items())
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_text(item)}" for key, item in value.items())
    return str(value)
