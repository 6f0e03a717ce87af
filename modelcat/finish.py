"""The end of a plan: every file of a tool merged, replaced or removed, each on its own.

What comes before is in draft.py. A file that cannot be planned is an error in its FilePlan; the others are
planned all the same.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from modelcat.align import with_their_urls
from modelcat.catalog import Model
from modelcat.documents import Insert, Set, dump, parse
from modelcat.errors import DocumentError, VerifyError
from modelcat.memory import Memory
from modelcat.merge import NO_BASE, Base, Decision, merge
from modelcat.plan import NO_WISHES, FilePlan, Live, ToolPlan, Wishes
from modelcat.proof import Proof
from modelcat.tool import WRITTEN_BY, Offer
from modelcat.tree import MISSING, Layout, key_of, outermost
from modelcat.weave import Rules, woven

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelcat.documents import Document, Edit
    from modelcat.draft import Draft
    from modelcat.merge import Action
    from modelcat.proof import Known
    from modelcat.tool import Syntax, Target, Tool
    from modelcat.tree import Pointer, Tree

MADE: Final = "Made by modelcat because there was no such file. What you change here stays."


def finish(
    plan: Draft,
    live: Mapping[str, Live],
    known: Mapping[str, Known],
    *,
    wishes: Wishes = NO_WISHES,
    printed: str | None = None,
    left_out: Sequence[str] = (),
    verified: bool = True,
) -> ToolPlan:
    """Merge every file. `live` has at least those that `plan.wanted` names; `known` is by provider.

    `printed` is what the installed program said about itself (Tool.ask). Not `verified`: the plan is to be
    shown and not to be written. What cannot be planned is an error in its FilePlan.
    """
    targets = plan.targets if printed is None else plan.tool.localise(plan.targets, printed)
    return _Finish(plan, live, known, wishes, targets, verified).result(left_out)


@dataclass(slots=True)
class _Finish:
    plan: Draft
    live: Mapping[str, Live]
    known: Mapping[str, Known]
    wishes: Wishes
    targets: Sequence[Target]
    verified: bool
    files: list[FilePlan] = field(default_factory=list)
    bases: dict[str, Base] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    """Providers whose file the person has deleted."""

    def result(self, left_out: Sequence[str]) -> ToolPlan:
        tool, memory = self.plan.tool, self.plan.memory
        self.bases.update(memory.bases)
        self.digests.update(memory.digests)
        self.notes += [f"{provider}: {why}" for provider, why in sorted(self.plan.names.left.items())]
        offered = {offer.provider.id for offer in self.plan.offers}
        self.notes += [f"{name}: nothing to adopt here" for name in sorted(self.wishes.adopt - offered)]
        self.main()
        others = [target for target in self.targets[1:] if target.live_name is not None]
        for target in sorted(others, key=lambda target: target.owned):
            self.owned(target) if target.owned else self.merged(target)
        self.gone({target.live_name for target in self.targets})
        after = Memory(
            memory.path or self.plan.main.path,
            self.bases,
            self.digests,
            {**memory.names, **self.plan.names.keys},
            self.models(),
        )
        return ToolPlan(tool.name, tuple(self.files), after, tuple(self.notes), tuple(left_out))

    def models(self) -> dict[str, tuple[str, ...]]:
        """The ids that max_models is not to push out: those offered now, and earlier ones not known gone."""
        models = dict(self.plan.memory.models)
        for offer in self.plan.offers:
            known = self.known.get(offer.provider.id)
            before = models.get(offer.provider.id, ())
            gone = known.gone(before) if known else frozenset()
            models[offer.provider.id] = tuple(sorted({m.id for m in offer.models} | (set(before) - gone)))
        return models

    def main(self) -> None:
        """Merge the main config; where there is none, the starter is what is merged into."""
        plan, tool = self.plan, self.plan.tool
        layout = Layout(tool.shape, tool.entries)
        theirs = _without_empty(self.targets[0].tree, plan.document.tree, layout)
        theirs = with_their_urls(theirs, plan.document.tree, tool)
        if plan.main.data is None and not outermost(theirs, layout):
            if not plan.offers:
                self.notes.append("no provider is ready, so no config is made")
            return
        document = plan.document
        if plan.main.data is None:
            document = _started(document, tool.defaults(plan.offers))
        providers = {key: provider for provider, key in {**plan.memory.names, **plan.names.keys}.items()}
        proof = Proof(
            tool,
            plan.memory.bases.get(tool.main, NO_BASE).tree,
            theirs,
            {key: self.known[provider] for key, provider in providers.items() if provider in self.known},
            frozenset([*tool.needs(document.tree), *self.siblings_need()]),
        )
        adopt = _entries_called(theirs, layout, {plan.names.keys.get(name) for name in self.wishes.adopt})
        file = FilePlan(
            tool.name,
            tool.main,
            plan.main.path,
            plan.main.data,
            plan.main.data,
            providers=providers,
            layout=layout,
        )
        rules = Rules(tool.shape, tool.entries, proof, self.wishes.prefer, adopt)
        self.keep(file, document, theirs, rules)
        self.notes += [_needed(key, model) for key, model in sorted(proof.kept, key=str)]

    def siblings_need(self) -> list[tuple[str, str | None]]:
        """What other files of the person's need of the main config; one that cannot be read says nothing."""
        plan = self.plan
        needed: list[tuple[str, str | None]] = []
        ours = set(plan.memory.bases) | {target.live_name for target in self.targets}
        for name, live in self.live.items():
            if name not in ours and live.data is not None and fnmatch(name, plan.tool.siblings):
                with suppress(DocumentError):
                    needed += plan.tool.needs(parse(live.data, plan.tool.syntax, live.path).tree)
        return needed

    def merged(self, target: Target) -> None:
        """Merge a file about one provider: the whole of it is the entry."""
        name, live = self.named(target)
        file = self.file(target, name, live)
        whole: frozenset[Pointer] = frozenset({()} if target.provider in self.wishes.adopt else ())
        rules = Rules({}, ((),), prefer=self.wishes.prefer, adopt=whole)
        if live.data is not None:
            try:
                document = parse(live.data, target.syntax, live.path)
            except DocumentError as error:
                self.files.append(replace(file, error=error))
                return
            base = self.bases.get(name, NO_BASE)
            theirs = _with_choices(target.tree, document.tree, base.tree, self.plan.tool.chosen)
            self.keep(file, document, theirs, rules)
            if () in self.bases.get(name, NO_BASE).yours and not self.files[-1].changes:
                self.notes.append(f"{name}: you made this file, so it is left as it is")
            return
        base = NO_BASE if self.plan.anew else self.bases.get(name, NO_BASE)
        result = rules.merge(base, MISSING, target.tree)
        self.bases[name] = result.base
        if result.tree is MISSING:
            self.deleted.add(target.provider or "")
            self.files.append(replace(file, decisions=result.decisions))
            return
        text = dump(target.tree, target.syntax, _heading(target))
        self.files.append(replace(file, after=text.encode(), decisions=result.decisions))

    def owned(self, target: Target) -> None:
        """Replace a file that is modelcat's own; leave one that somebody else made."""
        name, live = self.named(target)
        if live.data is None and target.provider in self.deleted:
            return
        data = dump(target.tree, target.syntax, target.heading).encode()
        file = self.file(target, name, live)
        if live.data is not None and name not in self.digests and live.data != data:
            self.notes.append(f"{name}: somebody else made this file, so it is left as it is")
            return
        if live.data not in (None, data) and _digest(live.data) != self.digests[name]:
            self.notes.append(f"{name}: changed by somebody, but modelcat's own, so it is written anew")
        self.digests[name] = _digest(data)
        if live.data == data:
            self.files.append(file)
            return
        action: Action = "add" if live.data is None else "change"
        self.files.append(replace(file, after=data, decisions=(_whole(action),)))

    def gone(self, rendered: set[str | None]) -> None:
        """Remove files of providers that modelcat.toml has excluded since, where they are as written."""
        owners = _files_of(self.plan.tool, [known for known in self.known.values() if known.excluded])
        for name in sorted((self.bases.keys() | self.digests.keys()) - rendered):
            target, live = owners.get(name), self.live.get(name)
            if name == self.plan.tool.main or target is None or live is None:
                continue
            if live.data is None or self.is_as_written(name, live.data, target.syntax):
                self.bases.pop(name, None)
                self.digests.pop(name, None)
            if live.data is None:
                continue
            file = self.file(target, name, live)
            if name in self.bases or name in self.digests:
                self.notes.append(f"{name}: {target.provider} is excluded; kept because you edited the file")
                continue
            self.files.append(replace(file, after=None, decisions=(_whole("remove"),)))

    def is_as_written(self, name: str, data: bytes, syntax: Syntax) -> bool:
        """Whether a file still says what modelcat wrote."""
        if name in self.digests:
            return _digest(data) == self.digests[name]
        try:
            tree = parse(data, syntax, name).tree
        except DocumentError:
            return False
        base = self.bases[name]
        if isinstance(base.tree, dict):
            # A choice counts for nothing here, whether an apply has seen it or not.
            base = replace(base, tree=_with_choices(base.tree, tree, MISSING, self.plan.tool.chosen))
        result = merge(base, tree, MISSING, shape={}, entries=((),))
        return result.tree is MISSING

    def keep(self, file: FilePlan, document: Document, theirs: Tree, rules: Rules) -> None:
        """Merge `theirs` into a document that was read, and note the outcome."""
        try:
            base = self.bases.get(file.name, NO_BASE)
            merged, after = woven(document, base, theirs, rules, verified=self.verified)
        except (DocumentError, VerifyError) as error:
            self.files.append(replace(file, error=error))
            return
        self.bases[file.name] = merged.base
        self.files.append(replace(file, after=after, decisions=merged.decisions, notes=merged.notes))

    def named(self, target: Target) -> tuple[str, Live]:
        name = target.live_name or ""
        return name, self.live[name]

    def file(self, target: Target, name: str, live: Live) -> FilePlan:
        """The plan of a file about one provider, with nothing in it yet."""
        return FilePlan(
            self.plan.tool.name,
            name,
            live.path,
            live.data,
            live.data,
            provider=target.provider,
            owned=target.owned,
            layout=_WHOLE,
        )


def _started(document: Document, defaults: Mapping[str, Tree]) -> Document:
    """The starter with the values that the tool needs besides the entries."""
    edits: list[Edit] = [
        Set((key,), value) if key in document.tree else Insert((), key, value)
        for key, value in defaults.items()
    ]
    data = document.edited(edits).data if edits else document.data
    return parse(data, document.syntax, document.path)


def _without_empty(theirs: Tree, ours: Tree, layout: Layout) -> Tree:
    """`theirs` without a section that has nothing in it and that the person's config does not have."""
    there = ours if isinstance(ours, dict) else {}
    return {
        name: section
        for name, section in theirs.items()
        if name in there or outermost(section, layout.below(name))
    }


def _with_choices(theirs: Tree, ours: Tree, base: Tree, chosen: Sequence[str]) -> Tree:
    """`theirs` with the person's choice where one stands, or stood."""
    tree = dict(theirs)
    for key in chosen:
        for side in (ours, base):
            if key in tree and isinstance(side, dict) and key in side:
                tree[key] = side[key]
                break
    return tree


def _heading(target: Target) -> tuple[str, ...]:
    """The top of a new file of the person's: what it is for, and nothing that will not stay true."""
    first = [line for line in target.heading[:1] if line != WRITTEN_BY]
    return (*first, MADE)


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data or b"").hexdigest()


_WHOLE = Layout({}, ((),))


def _whole(action: Action) -> Decision:
    return Decision((), MISSING, MISSING, MISSING, action, "update" if action == "change" else "new")


def _entries_called(tree: Tree, layout: Layout, names: set[str | None]) -> frozenset[Pointer]:
    return frozenset(pointer for pointer in outermost(tree, layout) if key_of(pointer[-1]) in names)


def _files_of(tool: Tool, known: Sequence[Known]) -> dict[str, Target]:
    """File name -> target, of the files beside the main config that these providers have."""
    offers = [Offer(item.provider, (Model(id="any"),)) for item in known]
    targets = tool.render(offers)[1:] if offers else ()
    return {target.live_name: target for target in targets if target.live_name is not None}


def _needed(key: str, model: str | None) -> str:
    what = f"{key}:{model}" if model else key
    return f"{what}: no longer offered, but kept because your config's default needs it"
