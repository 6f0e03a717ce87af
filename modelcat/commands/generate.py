"""`modelcat generate`: the tools' configs from the stored catalog, without network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelcat import settings as machine
from modelcat import state, workspace
from modelcat import tools as all_tools
from modelcat.errors import ExitCode, UsageError
from modelcat.first_seen import History
from modelcat.render import check, folder_of, render

if TYPE_CHECKING:
    from modelcat.render import Rendered
    from modelcat.repo.catalog import CatalogRepo
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What was rendered."""

    rendered: tuple[Rendered, ...]
    """Of single providers, if some were named."""
    changed: tuple[str, ...]
    """Paths in the managed repository whose text is new, different or gone, sorted."""
    commit: str | None
    """The commit that holds them; None: nothing was different."""
    empty: bool
    """There is no stored catalog to render from."""

    @property
    def exit_code(self) -> ExitCode:
        """Rendering nothing is no failure."""
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """{"commit": hash or null, "changed": [path], "tools": [{"tool", "providers": {id: models}, …}]}.

        Each tool also has "refused": {provider: reason} and "left_out": [line], in words.
        """
        return {
            "commit": self.commit,
            "changed": list(self.changed),
            "tools": [
                {
                    "tool": one.offered.tool.name,
                    "providers": {offer.provider.id: len(offer.models) for offer in one.offered.offers},
                    "refused": dict(one.offered.refused),
                    "left_out": list(one.offered.words()),
                }
                for one in self.rendered
            ],
        }


def run(
    settings: Settings, *, tools: tuple[str, ...] = (), providers: tuple[str, ...] = ()
) -> GenerateResult:
    """Render for `tools` (default: all), commit what differs.

    With `providers` only the files of these are written; the main files, which hold all, stay. Raises
    UsageError for an unknown tool, RegistryError for an unknown provider.
    """
    wanted = [all_tools.load(name) for name in tools or all_tools.names()]
    registry = machine.registry(settings)
    for name in providers:
        registry.get(name)
    selection = machine.selection(settings, registry)
    with workspace.locked(settings, "generate"):
        repo = workspace.repo(settings)
        repo.put_right()
        catalog = workspace.catalog(settings)
        if not catalog.listings:
            return GenerateResult((), (), None, empty=True)
        rendered = render(catalog, registry, selection, wanted, first_seen=History(settings))
        missing = set(providers) - {target.provider for one in rendered for target in one.targets}
        if missing:
            raise UsageError(_nothing_for(sorted(missing), rendered))
        texts, changed = _texts(rendered, repo, frozenset(providers))
        context = workspace.judging(settings, registry)
        for one in rendered:
            check(one, texts, lambda path: workspace.text(settings, path), context)
        commit = _commit(settings, repo, texts, changed)
    if providers:
        rendered = tuple(one.of(frozenset(providers)) for one in rendered)
    return GenerateResult(rendered, changed, commit, empty=False)


def _texts(
    rendered: tuple[Rendered, ...], repo: CatalogRepo, providers: frozenset[str]
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Path -> text, None for a file no longer rendered; and the paths that are stored otherwise, sorted."""
    texts: dict[str, str | None] = {}
    changed = []
    for one in rendered:
        folder = folder_of(one.offered.tool.name)
        stored = repo.read_all(folder)
        made: dict[str, str | None] = dict(one.texts())
        if providers:
            kept = {f"{folder}/{target.repo_name}" for target in one.targets if target.provider in providers}
            made = {path: text for path, text in made.items() if path in kept}
        else:
            made = {**dict.fromkeys(stored), **made}
        texts |= made
        changed += [path for path, text in made.items() if stored.get(path) != text]
    return texts, tuple(sorted(changed))


def _commit(
    settings: Settings, repo: CatalogRepo, texts: dict[str, str | None], changed: tuple[str, ...]
) -> str | None:
    """Commit, and let what is remembered of the last sync go on being about the present commit."""
    memory, head = state.load(settings.extra), repo.head()
    files = "1 config file" if len(changed) == 1 else f"{len(changed)} config files"
    commit = repo.commit(texts, f"generate: {files}", "\n".join(changed))
    if commit and memory.head is not None and memory.head == head:
        state.save(settings.extra, replace(memory, head=commit))
    return commit


def _nothing_for(providers: list[str], rendered: tuple[Rendered, ...]) -> str:
    reasons = [
        f"{one.offered.tool.name}: {one.offered.refused[name]}"
        for name in providers
        for one in rendered
        if name in one.offered.refused
    ]
    why = "; ".join(reasons) or "the catalog holds no models of it that modelcat.toml selects"
    return f"nothing to generate for {', '.join(providers)}: {why}"
