"""`modelcat generate`: the tools' configs from the stored catalog, without network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat import settings as machine
from modelcat import tools as all_tools
from modelcat import workspace
from modelcat.errors import ExitCode, UsageError
from modelcat.render import folder_of, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelcat.render import Rendered
    from modelcat.repo import CatalogRepo
    from modelcat.settings import Settings


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What was rendered."""

    rendered: tuple[Rendered, ...]
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
    catalog = workspace.catalog(settings)
    if not catalog.listings:
        return GenerateResult((), (), None, empty=True)
    rendered = render(catalog, registry, machine.selection(settings, registry), wanted)
    missing = set(providers) - {target.provider for one in rendered for target in one.targets}
    if missing:
        raise UsageError(_nothing_for(sorted(missing), rendered))
    with workspace.locked(settings, "generate"):
        repo = workspace.repo(settings)
        texts = _texts(rendered, repo, frozenset(providers))
        changed = tuple(sorted(path for path, text in texts.items() if repo.read(path) != text))
        commit = repo.commit(texts, f"generate: {len(changed)} config files", "\n".join(changed), None)
    return GenerateResult(rendered, changed, commit, empty=False)


def _texts(
    rendered: tuple[Rendered, ...], repo: CatalogRepo, providers: frozenset[str]
) -> Mapping[str, str | None]:
    """Path -> text, None for a file that is no longer rendered."""
    texts: dict[str, str | None] = {}
    for one in rendered:
        mine: dict[str, str | None] = dict(one.texts())
        if providers:
            folder = folder_of(one.offered.tool.name)
            kept = {f"{folder}/{t.repo_name}" for t in one.targets if t.provider in providers}
            mine = {path: text for path, text in mine.items() if path in kept}
        else:
            old = repo.read_all(folder_of(one.offered.tool.name), "HEAD")
            mine |= {path: None for path in old if path not in mine}
        texts |= mine
    return texts


def _nothing_for(providers: list[str], rendered: tuple[Rendered, ...]) -> str:
    reasons = [
        f"{one.offered.tool.name}: {one.offered.refused[name]}"
        for name in providers
        for one in rendered
        if name in one.offered.refused
    ]
    why = "; ".join(reasons) or "the catalog holds no models of it that modelcat.toml selects"
    return f"nothing to generate for {', '.join(providers)}: {why}"
