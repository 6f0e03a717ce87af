"""Random block scalars of YAML as people write them, and as only a parser's author would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.documents.messy_texts import Writer

LINES = ["text", "# no comment", "k: v", "- x", "text", "|2", "a\ttab", "'", "..."]


def block_scalar(writer: Writer, indent: int) -> list[str]:
    """Header and lines, the header without indentation; indent: the column of the key or dash it belongs to.

    Comments below are with it, where they are indented less than its text.
    """
    random = writer.random
    deep = random.choice([1, 2, 2, 4])
    inner = " " * (indent + deep)
    told = writer.chance(5)
    lines = _lines(writer, inner, told=told)
    blank = not any(line.strip() for line in lines)
    chomping = random.choice(["", "", "-", "+"])
    signs = [chomping, str(deep) if told else ""]
    header = random.choice("|>") + "".join(random.sample(signs, 2))
    header += random.choice([" ", "   "]) + writer.comment() if writer.chance(5) else " " * writer.chance(12)
    # Where nothing but its lines tells how far a text is indented, a comment must not be the first of them.
    below = _below(writer, indent + 1 if blank and not told else len(inner))
    return [header, *lines, *below]


def _lines(writer: Writer, inner: str, *, told: bool) -> list[str]:
    """The text; told: the header says how far it is indented, so any line may be indented more."""
    random = writer.random
    count = random.randrange(4)
    lines: list[str] = []
    for position in range(count):
        while writer.chance(6):
            lines.append(_blank(writer, inner, beyond=told or position > 0))
        more = random.choice([" ", "  ", "\t"]) if (told or position) and writer.chance(5) else ""
        lines.append(inner + more + random.choice(LINES) + random.choice(["", "", "", " "]))
        if writer.chance(8):
            lines.append(inner + "  more")
    while writer.chance(4):
        lines.append(_blank(writer, inner, beyond=told or count > 0))
    return lines


def _blank(writer: Writer, inner: str, *, beyond: bool) -> str:
    """An empty line of it; beyond: it may hold blanks that are text."""
    if not writer.chance(3):
        return ""
    if beyond and writer.chance(3):
        return inner + writer.random.choice([" ", "   ", "\t", " \t"])
    return " " * writer.random.randint(0, len(inner))


def _below(writer: Writer, less_than: int) -> list[str]:
    """Comments that end a text, by their indentation; behind the first of them any other is none either."""
    if not writer.chance(6):
        return []
    lines = [" " * writer.random.randrange(less_than) + writer.comment()]
    while writer.chance(3):
        lines.append(" " * writer.random.choice([0, less_than, less_than + 2]))
        lines[-1] += writer.comment() if writer.chance(2) else ""
    return lines
