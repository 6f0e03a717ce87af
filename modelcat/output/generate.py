"""The words of `modelcat generate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcat.output.tables import counted

if TYPE_CHECKING:
    from modelcat.commands.generate import GenerateResult
    from modelcat.output import Screen
    from modelcat.render import Rendered

_FOLD = 8


def show(result: GenerateResult, screen: Screen) -> None:
    """A line a tool, then the reasons for what is not in its config."""
    if result.empty:
        screen.say("the catalog is empty; `modelcat sync` fills it")
        return
    for one in result.rendered:
        _tool(one, screen)
    if result.commit is None:
        screen.say("nothing is different from what was there")
    else:
        screen.say(f"{counted(len(result.changed), 'file')} changed, commit {result.commit[:10]}")


def _tool(one: Rendered, screen: Screen) -> None:
    offers = one.offered.offers
    models = sum(len(offer.models) for offer in offers)
    screen.line(
        f"{one.offered.tool.name}: {counted(models, 'model')} of {counted(len(offers), 'provider')}"
        f" in {counted(len(one.targets), 'file')}"
    )
    lines = one.offered.words() if screen.verbose else _refusals(one)
    for line in lines:
        screen.line(f"  {line}")


def _refusals(one: Rendered) -> list[str]:
    """Providers by the reason they are left out for, the longest lists folded."""
    reasons: dict[str, list[str]] = {}
    for provider, reason in one.offered.refused.items():
        reasons.setdefault(reason, []).append(provider)
    lines = []
    for reason, providers in reasons.items():
        more = f" and {len(providers) - _FOLD} more (-v)" if len(providers) > _FOLD else ""
        lines.append(f"without {', '.join(providers[:_FOLD])}{more}: {reason}")
    return lines
