"""Random edits of random texts: the result says what it should to an independent parser, the rest stays."""

from __future__ import annotations

import codecs
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from modelcat.documents import parse
from modelcat.errors import DocumentError
from tests.documents.edit_oracle import READ, Editor, assert_holds, canonical
from tests.documents.messy_texts import JsoncWriter, JsonWriter, TomlWriter, Writer, YamlWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcat.documents import Document, Edit, Edited
    from modelcat.tool import Syntax

WRITERS: dict[Syntax, type[Writer]] = {
    "yaml": YamlWriter,
    "toml": TomlWriter,
    "json": JsonWriter,
    "jsonc": JsoncWriter,
}
SYNTAXES = pytest.mark.parametrize("syntax", list(WRITERS))
REFUSALS = (
    "an array of tables holds nothing but tables",
    "cannot be changed",
    "is used elsewhere as *",
    "elsewhere needs what stands here",
    "change it where it is written",
    "it would change what an alias stands for",
    "would bring",
    "end this text with a newline first",
)
# ruamel alone refuses an empty block scalar with blanks below it and something deeper after that.
RUAMEL_ALONE = "more indented follow up line than first"


def examples(count: int) -> Callable[[Any], Any]:
    """Seeds of texts and edits, with sizes that shrink."""

    def decorated(test: Any) -> Any:
        drawn = given(seed=st.integers(0, 2**40), size=st.integers(1, 40), wanted=st.integers(1, 8))(test)
        return settings(
            max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )(drawn)

    return decorated


def changed(document: Document, edits: list[Edit]) -> Edited | None:
    """None: it was refused, and may be."""
    try:
        return document.edited(edits)
    except DocumentError as error:
        refusal = error
    assert any(words in refusal.reason for words in REFUSALS), refusal
    assert refusal.line
    return None


def check(syntax: Syntax, seed: int, size: int, wanted: int) -> None:
    random = Random(seed)  # noqa: S311  no secret
    text = WRITERS[syntax](random, size).text()
    data = (codecs.BOM_UTF8 if random.randrange(6) == 0 else b"") + text.encode()
    try:
        tree = READ[syntax](text)
    except YAMLError as error:
        if RUAMEL_ALONE not in str(error):
            with pytest.raises(DocumentError):
                parse(data, syntax, "f")
        return
    document = parse(data, syntax, "f")
    assert canonical(document.tree) == canonical(tree)
    edits = Editor(random, null=syntax != "toml").edits(tree, wanted)
    edited = changed(document, edits)
    if edited is None:
        return
    try:
        assert_holds(data, syntax, edits, edited)
    except YAMLError as error:
        if RUAMEL_ALONE not in str(error):
            raise


@SYNTAXES
@examples(200)
def test_edits_do_what_they_say_and_nothing_else(syntax: Syntax, seed: int, size: int, wanted: int) -> None:
    check(syntax, seed, size, wanted)


@pytest.mark.slow
@SYNTAXES
@examples(5_000)
def test_edits_five_thousand_times(syntax: Syntax, seed: int, size: int, wanted: int) -> None:
    check(syntax, seed, size, wanted)


@pytest.mark.long
@SYNTAXES
@examples(100_000)
def test_edits_a_hundred_thousand_times(syntax: Syntax, seed: int, size: int, wanted: int) -> None:
    check(syntax, seed, size, wanted)
