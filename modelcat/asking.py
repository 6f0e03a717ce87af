"""Who is asked, at which URL, with which key, and what need not be asked again.

Puts settings (keys, base URLs) and state (ETags) into questions for fetch.py; the answers are its outcomes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat import dialects
from modelcat import settings as machine
from modelcat.fetch import Question, Skipped, fetch_all
from modelcat.state import ProviderState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from modelcat.catalog import Provider
    from modelcat.fetch import Fetched, Outcome, Step
    from modelcat.settings import Settings
    from modelcat.state import State

_NEVER_ASKED = ProviderState()


def ask(
    settings: Settings,
    providers: Iterable[Provider],
    memory: State,
    *,
    max_concurrency: int,
    timeout: float,
    progress: Callable[[Step], None] | None = None,
    meanwhile: Iterator[None] | None = None,
    taken: Callable[[Fetched], Fetched] | None = None,
) -> dict[str, Outcome]:
    """Ask all of them at once; what came of each, by id. `timeout` in seconds for one provider in all.

    `progress`, `meanwhile` and `taken` as for `fetch_all`.

    A provider without a list to ask is in nobody's way: it is not in the result.
    """
    skipped: dict[str, Outcome] = {}
    questions = []
    for provider in providers:
        found = question(settings, provider, memory.providers.get(provider.id, _NEVER_ASKED))
        if isinstance(found, Skipped):
            skipped[provider.id] = found
        elif found is not None:
            questions.append(found)
    asked = fetch_all(
        questions,
        max_concurrency=max_concurrency,
        timeout=timeout,
        progress=progress,
        meanwhile=meanwhile,
        taken=taken,
    )
    return dict(sorted({**skipped, **asked}.items()))


def question(settings: Settings, provider: Provider, memory: ProviderState) -> Question | Skipped | None:
    """What to ask `provider`; Skipped where something must be set first, None where it has no list.

    Raises SettingsError for a base-URL variable that holds no URL.
    """
    resolved = machine.resolve(settings, provider)
    url = resolved.models_url
    if url is None and not resolved.base_url and resolved.base_url_env:
        return Skipped(provider.id, f"needs {' or '.join(resolved.base_url_env)} to be set")
    if url is None:
        return None
    unset = [name for placeholder, name in resolved.url_env if f"{{{placeholder}}}" in url]
    if unset:
        return Skipped(provider.id, f"needs {' and '.join(unset)} to be set")
    key = machine.key_of(settings, resolved)
    if key is None and resolved.needs_key_for_list and not resolved.anonymous_key:
        return Skipped(provider.id, _needs(settings, resolved))
    known = memory if memory.answer and memory.url == url and reads_alike(resolved, memory) else _NEVER_ASKED
    return Question(resolved, url, key, known.etag, known.last_modified)


def reads_alike(provider: Provider, memory: ProviderState) -> bool:
    """Whether the stored answer was read by the same version of the same dialect."""
    return memory.parser == parser(provider)


def parser(provider: Provider) -> str:
    """The dialect and version that read a provider's answers."""
    dialect = dialects.load(provider.dialect)
    return f"{dialect.name} {dialect.version}"


def _needs(settings: Settings, provider: Provider) -> str:
    if not machine.is_trusted(settings, provider):
        return (
            f"your providers.toml would send its key to {provider.base_url}; "
            f"if that is right: modelcat providers add {provider.id}"
        )
    variables = " or ".join(provider.api_key_env)
    return f"needs a key: set {variables}" if variables else "needs a key"
