"""Random texts as people write them, one class a syntax. What they mean is for an independent parser to say.

Every comment is unique (c0, c1, …), so a test can tell which of them are still there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documents.messy_scalars import block_scalar

if TYPE_CHECKING:
    from random import Random

WORDS = [
    "openai",
    "gpt-4o",
    "x",
    "name",
    "models",
    "max-input-chars",
    "v",
    "a b",
    "ä",
    "😀",
    "on",
    "4.1",
    "null",
    "k",
]
PLAIN_KEYS = ["openai", "gpt-4o", "name", "models", "x", "ä", "k1", "k2", "v/m", "a.b", "base-url"]
ODD_KEYS = ["on", "4.1", "a b", "a: b", "#x", "@cf/m", "", "true", "'", '"', "{", "- x", "~", "é\\n"]


class Writer:
    """What all syntaxes share: chance, comments, fresh keys."""

    def text(self) -> str:
        raise NotImplementedError

    sign = "#"

    def __init__(self, random: Random, size: int) -> None:
        self.random = random
        self.left = size
        self.comments = 0
        self.names = 0

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def comment(self) -> str:
        self.comments += 1
        tail = self.random.choice(["", " x: 1", " - y", ' "', " [", " 'it''s", " {a", " = 1", " |"])
        return f"{self.sign} c{self.comments - 1}c{tail}"

    def keys(self, count: int) -> list[str]:
        keys: list[str] = []
        while len(keys) < count:
            key = self.random.choice(ODD_KEYS if self.chance(4) else PLAIN_KEYS)
            if key in keys:
                self.names += 1
                key = f"n{self.names}"
            keys.append(key)
        return keys

    def spend(self) -> bool:
        self.left -= 1
        return self.left > 0


def double_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class YamlWriter(Writer):
    """YAML: block and flow, both indents of lists, block scalars, nulls, anchors, comments everywhere."""

    def __init__(self, random: Random, size: int) -> None:
        super().__init__(random, size)
        self.anchors: list[str] = []
        self.pending: list[str] = []
        self.fancy = self.chance(5)
        """With anchors, aliases, merge keys, keys after a question mark, pairs without braces."""
        self.wordy = self.chance(5)
        """With many block scalars."""

    def text(self) -> str:
        lines: list[str] = []
        if self.chance(4):
            lines += [self.comment(), ""][: self.random.randint(1, 2)]
        if self.chance(6):
            lines += ["%YAML 1.2", "---"]
        elif self.chance(5):
            lines.append(self.random.choice(["---", "--- # c900c"]))
        lines += self.root(empty=bool(lines) and lines[-1].startswith("---"))
        if self.chance(4):
            lines += [" " * self.random.randrange(5) + self.comment()]
        ended = self.chance(8)
        if ended:
            lines += ["..."] + ([self.comment()] if self.chance(3) else [])
        text = "\n".join(lines)
        if not self.chance(4):
            text += "\n" * self.random.choice([1, 1, 1, 2, 3])
        if self.chance(5):
            text = text.replace("\n", "\r\n")
        return text

    def root(self, *, empty: bool) -> list[str]:
        kind = self.random.randrange(12)
        if kind == 0:
            return self.block_list(0, 0)
        if kind == 1:
            return [self.flow(0, "", 0)]
        return [] if kind == 2 and empty else self.block_map(0, 0)

    def clutter(self, lines: list[str], indent: int) -> None:
        """Comments and blank lines between entries."""
        while self.chance(4):
            lines.append(self.random.choice(["", "", "  "]))
        while self.chance(4):
            lines.append(" " * max(0, indent + self.random.choice([0, 0, 0, -1, 2, 4])) + self.comment())

    def end_of_line(self) -> str:
        if self.chance(5):
            return self.random.choice([" ", "   "]) + self.comment()
        return "" if not self.chance(12) else "  "

    def key(self, key: str) -> str:
        if key in ODD_KEYS or key.startswith("é"):
            return double_quoted(key) if self.chance(2) or "\n" in key else "'" + key.replace("'", "''") + "'"
        style = self.random.randrange(4)
        text = f'"{key}"' if style == 0 else f"'{key}'" if style == 1 else key
        return text + " " * (self.random.randrange(8) == 0)

    def scalar(self, flow: bool = False) -> str:
        kind = self.random.randrange(9)
        word = self.random.choice(WORDS)
        if kind == 0:
            return self.random.choice(["1", "-3", "0", "128000", "0x1F", "0o17"])
        if kind == 1:
            return self.random.choice(["1.5", "-0.25", "1e3", ".inf", "2.0"])
        if kind == 2:
            return self.random.choice(["true", "false", "True"])
        if kind == 3:
            return self.random.choice(["null", "~", "Null"])
        if kind == 4:
            return "'" + self.random.choice([word, "it''s", "", "# no", "a: b"]) + "'"
        if kind == 5:
            return '"' + self.random.choice([word, 'q\\"q', "", "# no", "tab\\t", "\\u00e9", "a: b"]) + '"'
        if kind == 6:
            return self.random.choice(["!!str 1", "!!int 3", "! x"])
        return self.random.choice(
            ["plain text", "a#b", "http://x/y", "gpt-4o", "vendor/model:free", "é😀"][flow:5]
        )

    def flow(self, depth: int, indent: str, level: int) -> str:
        """A collection in brackets, on one line or several."""
        a_map = self.chance(2)
        count = 0 if self.chance(5) else self.random.randint(1, 3)
        several = self.chance(4)
        parts = []
        for key in self.keys(count):
            value = (
                self.flow(depth + 1, indent + "  ", level + 1)
                if self.spend() and level < 3 and self.chance(4)
                else (self.scalar(flow=True))
            )
            if self.fancy and self.chance(6):
                value = self.alias() or ("a pair: 1" if not a_map else value)
            if a_map:
                value = (
                    f"{self.key(key).strip()}: {value}" if not self.chance(9) else f"{double_quoted(key)}: "
                )
            parts.append(value)
        opening, closing = ("{", "}") if a_map else ("[", "]")
        trailing = "," if parts and self.chance(4) else ""
        if not several:
            pad = self.random.choice(["", "", " "])
            return opening + pad + ", ".join(parts) + trailing + pad + closing
        text = opening + self.flow_lines(parts, trailing, "\n" + indent + "  ")
        return text + "\n" + indent + self.random.choice(["", "  "]) + " " + closing

    def flow_lines(self, parts: list[str], trailing: str, inner: str) -> str:
        """What is between brackets in several lines; an entry has one of its own, or shares it."""
        text = " " + self.comment() if self.chance(3) else ""
        sharing = self.random.choice([8, 8, 2])
        for i, part in enumerate(parts):
            if i and self.chance(sharing) and text.endswith(","):
                text += self.random.choice([" ", "", "  "])
            else:
                text += inner + (self.comment() + inner if self.chance(5) else "")
            comma = "," if i < len(parts) - 1 else trailing
            if comma and self.chance(12):
                comma = self.random.choice([" ", inner, " " + self.comment() + inner]) + comma
            text += part + comma + (" " + self.comment() if self.chance(4) else "")
        return text + (inner + self.comment() if self.chance(5) else "")

    def value(self, indent: int, depth: int) -> list[str]:
        """What follows a colon: the rest of the line and the lines below."""
        before = len(self.pending)
        lines = self.any_value(indent, depth)
        self.anchors += self.pending[before:]
        del self.pending[before:]
        return lines

    def any_value(self, indent: int, depth: int) -> list[str]:
        kind = 6 if self.wordy and self.chance(3) else self.random.randrange(12)
        room = self.spend() and depth < 5
        if kind < 3 and room:
            inner = indent + self.random.choice([1, 2, 2, 2, 4])
            return [self.named() + self.end_of_line(), *self.block_map(inner, depth + 1)]
        if kind < 5 and room:
            inner = indent + self.random.choice([0, 0, 2, 2, 4])
            return [self.named() + self.end_of_line(), *self.block_list(inner, depth + 1)]
        if kind == 7:
            return [self.end_of_line()]
        if self.fancy and self.chance(6) and self.anchors:
            return [" " + self.alias() + self.end_of_line()]
        name = self.named()
        head, *rest = self.leaf(indent, kind, room=room)
        if self.chance(12):
            # In a line of its own.
            head = " " * (indent + self.random.choice([1, 2, 2, 4])) + head
            return [name + self.end_of_line(), head, *rest]
        return [name + " " * (1 + self.chance(9)) + head, *rest]

    def leaf(self, indent: int, kind: int, *, room: bool) -> list[str]:
        """A value that may begin anywhere in a line, and the lines below."""
        if kind == 5 and room:
            return (self.flow(0, " " * (indent + 1), 0) + self.end_of_line()).split("\n")
        if kind == 6:
            return block_scalar(self, indent)
        if kind == 8 and self.chance(2):
            quote = self.random.choice(["", '"', "'"])
            return [quote + "folded", " " * (indent + 1) + "second" + quote + self.end_of_line()]
        return [self.scalar() + self.end_of_line()]

    def named(self) -> str:
        """Perhaps an anchor, in front of a value; aliases may follow once that is complete."""
        if not self.fancy or not self.chance(4):
            return ""
        self.names += 1
        self.pending.append(f"a{self.names}")
        return f" &{self.pending[-1]}"

    def alias(self) -> str:
        """Perhaps an alias."""
        return f"*{self.random.choice(self.anchors)}" if self.anchors and self.fancy else ""

    def block_map(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for key in self.keys(self.random.randint(1, 4)):
            self.clutter(lines, indent)
            if self.fancy and self.anchors and self.chance(5) and not any("<<" in line for line in lines):
                lines.append(" " * indent + "<<: " + self.alias())
            head, *rest = self.value(indent, depth)
            if self.fancy and self.chance(12):
                lines += [" " * indent + "? " + self.key(key), " " * indent + ":" + head, *rest]
            else:
                lines += [" " * indent + self.key(key) + ":" + head, *rest]
        return lines

    def block_list(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            self.clutter(lines, indent)
            dash = " " * indent + "-"
            kind = self.random.randrange(8)
            gap = self.random.choice([1, 1, 1, 3])
            room = self.spend() and depth < 5
            if kind < 3 and room:
                body = self.block_map(indent + 1 + gap, depth + 1)
            elif kind == 3 and room:
                body = self.block_list(indent + 1 + gap, depth + 1)
            else:
                head, *rest = self.value(indent, 9)
                lines += [dash + head, *rest]
                continue
            first = next(
                i for i, line in enumerate(body) if line.strip() and not line.strip().startswith("#")
            )
            if self.chance(5) or first:
                lines += [dash + self.end_of_line(), *body]
            else:
                lines += [dash + " " * gap + body[0].lstrip(" "), *body[1:]]
        return lines


class TomlWriter(Writer):
    """TOML: headers in any order, dotted keys, inline tables, arrays of tables, arrays over several lines."""

    def text(self) -> str:
        lines: list[str] = []
        if self.chance(3):
            lines += [self.comment(), ""][: self.random.randint(1, 2)]
        tree: dict[str, object] = {}
        lines += self.statements(tree, 0)
        for _ in range(self.random.randrange(6)):
            self.clutter(lines)
            lines += self.section(tree)
        if self.chance(4):
            lines.append(self.comment())
        text = "\n".join(lines)
        if not self.chance(4):
            text += "\n" * self.random.choice([1, 1, 1, 2])
        if self.chance(5):
            text = text.replace("\n", "\r\n")
        return text

    def clutter(self, lines: list[str]) -> None:
        while self.chance(3):
            lines.append("")
        while self.chance(4):
            lines.append(" " * self.random.choice([0, 0, 2]) + self.comment())

    def end_of_line(self) -> str:
        return (" " + self.comment()) if self.chance(5) else " " * self.chance(9)

    def key(self, key: str) -> str:
        if key not in PLAIN_KEYS or key in {"ä", "v/m", "a.b"} or self.chance(6):
            return double_quoted(key) if self.chance(2) or "'" in key else f"'{key}'"
        return key

    def section(self, tree: dict[str, object]) -> list[str]:
        """A header that may stand there, and statements; none where chance finds no place."""
        table, names = tree, []
        while True:
            key = self.random.choice([*table, self.keys(1)[0]] if self.chance(2) else self.keys(1))
            names.append(key)
            found = table.get(key)
            last = not self.chance(3) or len(names) == 3
            if (
                isinstance(found, list)
                and found
                and isinstance(found[-1], dict)
                and not (last and self.chance(2))
            ):
                if last:
                    found.append({})
                    return self.under("[[{}]]", names, found[-1])
                table = found[-1]
            elif isinstance(found, dict) and not last and "=" not in found:
                table = found
            elif found is None and last:
                if self.chance(3):
                    table[key] = [{}]
                    return self.under("[[{}]]", names, table[key][0])  # type: ignore[index]
                new: dict[str, object] = {}
                table[key] = new
                return self.under("[{}]", names, new)
            elif found is None:
                # Implied by a longer header.
                implied: dict[str, object] = {}
                table[key] = implied
                table = implied
            else:
                return []

    def under(self, header: str, names: list[str], table: dict[str, object]) -> list[str]:
        dot = self.random.choice([".", ".", " . "])
        pad = self.random.choice(["", "", " "])
        line = header.format(pad + dot.join(map(self.key, names)) + pad)
        return [
            " " * self.chance(8) + line + self.end_of_line(),
            *self.statements(table, self.random.randrange(3)),
        ]

    def statements(self, table: dict[str, object], indent: int) -> list[str]:
        lines: list[str] = []
        for key in self.keys(self.random.randrange(5)):
            self.clutter(lines)
            names = [key]
            if self.chance(4):
                names += self.keys(self.random.randint(1, 2))
            if not self.declare(table, names):
                continue
            dot = self.random.choice([".", ".", " . "])
            equals = self.random.choice([" = ", " = ", "=", "   = "])
            line = dot.join(map(self.key, names)) + equals + self.value(0) + self.end_of_line()
            lines.append(" " * indent + line)
        return lines

    def declare(self, table: dict[str, object], names: list[str]) -> bool:
        for name in names[:-1]:
            inner = table.setdefault(name, {"=": True})
            if not isinstance(inner, dict) or "=" not in inner:
                return False
            table = inner
        if names[-1] in table:
            return False
        table[names[-1]] = 0
        return True

    def value(self, depth: int, *, one_line: bool = False) -> str:
        kind = self.random.randrange(10)
        if kind == 0 and depth < 3:
            return self.inline(depth)
        if kind == 1 and depth < 3:
            return self.array(depth, one_line=one_line)
        if kind == 2 and not one_line:
            return self.random.choice(
                ['"""\n# no\n[x]\n"""', "'''a = 1\n\n'''", '"""q""\\\n  x"""', '""""""']
            )
        if kind == 3:
            return self.random.choice(
                ["1979-05-27", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "07:32:00.5"]
            )
        return self.random.choice(
            [
                "1",
                "-3",
                "0x1F",
                "1_000",
                "0.5",
                "1e3",
                "inf",
                "nan",
                "true",
                "false",
                '"text"',
                '""',
                '"a #b"',
                '"q\\"q"',
                "'lit # x'",
                "'C:\\x'",
                '"\\u00e9😀"',
                '"[x]"',
            ]
        )

    def inline(self, depth: int) -> str:
        table: dict[str, object] = {}
        parts = []
        for key in self.keys(self.random.randrange(4)):
            names = [key, *(self.keys(1) if self.chance(4) else [])]
            if self.declare(table, names):
                parts.append(".".join(map(self.key, names)) + " = " + self.value(depth + 1, one_line=True))
        pad = self.random.choice(["", " "]) if parts else ""
        return "{" + pad + ", ".join(parts) + pad + "}"

    def array(self, depth: int, *, one_line: bool) -> str:
        parts = [self.value(depth + 1, one_line=one_line) for _ in range(self.random.randrange(4))]
        trailing = "," if parts and self.chance(3) else ""
        if one_line or not self.chance(2):
            pad = self.random.choice(["", "", " "])
            return "[" + pad + ", ".join(parts) + trailing + pad + "]"
        text = "[" + (" " + self.comment() if self.chance(4) else "")
        inner = "\n" + " " * self.random.choice([1, 2, 4])
        for i, part in enumerate(parts):
            text += inner + (self.comment() + inner if self.chance(5) else "") + part
            text += ("," if i < len(parts) - 1 else trailing) + (
                " " + self.comment() if self.chance(4) else ""
            )
        if self.chance(5):
            text += inner + self.comment()
        return text + "\n" + "]"


class JsonWriter(Writer):
    """JSON as people and programs write it: pretty, compact, in between."""

    lenient = False

    def text(self) -> str:
        self.unit = self.random.choice(["  ", "  ", "    ", "\t"])
        text = self.remark("\n") + self.value("", 0)
        if not self.chance(4):
            text += "\n" * self.random.choice([1, 1, 2])
        text += self.remark("\n")
        if self.chance(5):
            text = text.replace("\n", "\r\n")
        return text

    def remark(self, after: str = "") -> str:  # noqa: ARG002  JSONC has use for it
        return ""

    def value(self, pad: str, depth: int) -> str:
        kind = self.random.randrange(8)
        if depth == 0 or (kind < 3 and depth < 4 and self.spend()):
            return self.collection(pad, depth)
        return self.random.choice(
            [
                "1",
                "-3",
                "0.5",
                "1e3",
                "1E+2",
                "true",
                "false",
                "null",
                "-0",
                "12345678901234567890",
                '"text"',
                '""',
                '"a, b"',
                '"q\\"q"',
                '"// no"',
                '"\\u00e9😀"',
                '"{"',
                '"]"',
                '"\\ud83d\\ude00"',
            ]
        )

    def collection(self, pad: str, depth: int) -> str:
        a_map = not self.chance(3)
        inner = pad + self.unit
        parts = []
        for key in self.keys(self.random.randrange(5)):
            value = self.value(inner, depth + 1)
            parts.append(
                double_quoted(key) + self.random.choice([": ", ": ", ":", " : "]) + value if a_map else value
            )
        opening, closing = ("{", "}") if a_map else ("[", "]")
        if not self.chance(3):
            return self.pretty(opening, closing, parts, pad, inner)
        space = self.random.choice(["", " "])
        text = opening + space
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            text += self.inner_remark() + part + self.inner_remark() + (self.trailing() if last else ", ")
        return text + self.inner_remark() + space + closing

    def pretty(self, opening: str, closing: str, parts: list[str], pad: str, inner: str) -> str:
        text = opening + self.remark()
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            text += "\n" + (inner + self.remark() + "\n" if self.chance(6) else "") + inner + part
            text += (self.trailing() if last else ",") + self.remark()
        return text + "\n" + pad + closing

    def trailing(self) -> str:
        return ""

    def inner_remark(self) -> str:
        return ""


class JsoncWriter(JsonWriter):
    """JSON with comments of both kinds and trailing commas."""

    sign = "//"

    def remark(self, after: str = "") -> str:
        kind = self.random.randrange(12)
        if kind == 0:
            return " " + self.comment() + after
        if kind == 1:
            return self.block_comment() + after
        return ""

    def inner_remark(self) -> str:
        return self.block_comment() if self.chance(9) else ""

    def block_comment(self) -> str:
        self.comments += 1
        return f" /* c{self.comments - 1}c" + self.random.choice([" ", ", ", "\n  ", " // "]) + "*/ "

    def trailing(self) -> str:
        return "," if self.chance(3) else ""
