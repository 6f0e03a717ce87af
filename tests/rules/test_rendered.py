"""What modelcat renders itself validates clean: every provider, every tool, as data and as text."""

from __future__ import annotations

from functools import cache

import pytest

from modelcat import tools
from modelcat.catalog import Listing, listing
from modelcat.check import check, examine, kind_of
from modelcat.documents import dump
from modelcat.rules import TOOLS, Context
from modelcat.tool import Offer, Target
from tests import sample_offers
from tests.config_files import context


@cache
def _offers(name: str) -> tuple[Offer, ...]:
    return tuple(sample_offers.offers(tools.load(name)))


RENDERED = [
    pytest.param(name, target, id=f"{name}/{target.repo_name}")
    for name in TOOLS
    for target in tools.load(name).render(_offers(name))
]


@cache
def _context(name: str) -> Context:
    """The catalog that it was rendered from."""
    offered = {
        offer.provider.id: listing(offer.provider.id, offer.models, "fetched") for offer in _offers(name)
    }

    def stored(provider: str) -> Listing | None:
        return offered.get(provider)

    known = {offer.provider.id: offer.provider for offer in _offers(name)}
    return context()._replace(providers=lambda: known, listing=stored)


@pytest.mark.parametrize(("name", "target"), RENDERED)
def test_as_text(name: str, target: Target) -> None:
    text = dump(target.tree, target.syntax, target.heading)
    path = f"catalog/config/{name}/{target.repo_name}"
    found = check(text.encode(), None, None, path, _context(name))
    assert [(one.rule, one.line, one.message) for one in found if one.severity != "info"] == []


@pytest.mark.parametrize(("name", "target"), RENDERED)
def test_as_data(name: str, target: Target) -> None:
    path = f"catalog/config/{name}/{target.repo_name}"
    kind = kind_of(path, target.tree, None)
    assert kind is not None
    assert kind.tool == name
    found = [(rule.id, one.message) for rule, one in examine(target.tree, kind, path, _context(name))]
    assert [item for item in found if item[0] != "aichat/other-variable"] == []


def test_there_is_much_to_look_at() -> None:
    assert len(RENDERED) > 100
