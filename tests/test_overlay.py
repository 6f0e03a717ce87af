"""Changes to modelcat's own files: they mean what was asked and touch nothing else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from modelcat import overlay
from modelcat.errors import DocumentError

ROW = {"dialect": "openai", "api_key_env": ("A", "B"), "enabled": True}
MEANT = {"dialect": "openai", "api_key_env": ["A", "B"], "enabled": True}
TEXTS = [
    "",
    "# only this",
    "[providers]\n",
    "[providers.zed]\nname = 'z'\n",
    "[providers.zed]\nname = 'z'",
    "\n\n[providers.a]\nname = 'a' # a\n\n# about b\n[providers.b]\nname = 'b'\n\n"
    "[providers.b.tools.mods]\nname = 'm'\n# end\n",
    "providers.zed.name = 'z'\n",
    "providers = { zed = { name = 'z' } }\n",
    "[providers]\nzed = { name = 'z' }\n",
    "[providers.zed]\r\nname = 'z'\r\n",
    "\ufeff[providers.zed]\nname = 'z'\n",
]


def rows(text: str) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads(text.removeprefix("\ufeff")).get("providers", {})
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_row_is_added(text: str) -> None:
    after = overlay.with_row(text, "p.toml", "providers", "new", ROW)
    assert rows(after) == {**rows(text), "new": MEANT}
    for line in text.splitlines():
        assert line.strip() in after or "zed = {" in line
    assert after.startswith("\ufeff") == text.startswith("\ufeff")


@pytest.mark.parametrize("text", TEXTS)
def test_and_taken_out_again(text: str) -> None:
    after = overlay.with_row(text, "p.toml", "providers", "new", ROW)
    assert rows(overlay.without(after, "p.toml", "providers", "new")) == rows(text)
    assert overlay.without(text, "p.toml", "providers", "new") == text


@pytest.mark.parametrize("text", [text for text in TEXTS if "zed" in text])
def test_a_row_that_is_there_is_changed_key_by_key(text: str) -> None:
    after = overlay.with_row(text, "p.toml", "providers", "zed", {"name": "Zed", "enabled": False})
    assert rows(after) == {"zed": {"name": "Zed", "enabled": False}}


def test_a_value() -> None:
    once = overlay.with_value("# mine\n", "c.toml", "trust", "acme", "https://a.example:443")
    assert tomllib.loads(once) == {"trust": {"acme": "https://a.example:443"}}
    assert once.startswith("# mine\n")
    twice = overlay.with_value(once, "c.toml", "trust", "acme", "https://b.example:443")
    assert tomllib.loads(twice) == {"trust": {"acme": "https://b.example:443"}}
    third = overlay.with_value(twice, "c.toml", "trust", "beta", "https://c.example:443")
    assert tomllib.loads(third)["trust"].keys() == {"acme", "beta"}


def test_a_text_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"p\.toml:1:"):
        overlay.with_row("[x", "p.toml", "providers", "new", ROW)


_names = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True)
_comments = st.sampled_from(["", "# one\n", "\n# two words\n\n"])
_files = st.lists(st.tuples(_comments, _names, _names), max_size=6, unique_by=lambda item: item[1]).map(
    lambda items: "".join(
        f'{comment}[providers.{name}]\nname = "{title}" # !\n' for comment, name, title in items
    )
)


@examples(deadline=None)
@given(_files, st.lists(st.tuples(_names, st.booleans()), max_size=6))
def test_any_edits_mean_what_they_say_and_lose_no_comment(text: str, edits: list[tuple[str, bool]]) -> None:
    meant = dict(rows(text))
    comments = [line for line in text.splitlines() if line.startswith("#")]
    for name, adding in edits:
        if adding:
            text = overlay.with_row(text, "p.toml", "providers", name, ROW)
            meant[name] = {**dict(meant.get(name) or {}), **MEANT}  # type: ignore[call-overload]
        else:
            text = overlay.without(text, "p.toml", "providers", name)
            meant.pop(name, None)
        assert rows(text) == meant
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
