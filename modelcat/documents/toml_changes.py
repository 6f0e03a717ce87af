"""Changes of a TOML document: statements, sections, arrays of tables, and what keeps a table alive.

A table that is only implied by longer headers or by dotted keys would vanish with its last entry: then a
header, or `= {}`, stands for it. An array of tables without elements becomes `= []`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelcat.documents.edits import Change, Insert, Unreachable
from modelcat.documents.flow import Bracketed, Flow
from modelcat.documents.plain import is_array_of_tables, section
from modelcat.documents.render import DEFAULT, Look, inline, key_text
from modelcat.documents.splice import Splice, Tidying
from modelcat.documents.tables import Owners, Places, is_inline, levels, sections_of, statements_of
from modelcat.documents.toml import TRIVIA, Section, Table

if TYPE_CHECKING:
    from modelcat.documents.edits import Changes, Replacement
    from modelcat.documents.node import Node
    from modelcat.documents.splice import Source
    from modelcat.documents.toml import Statement, Toml
    from modelcat.tree import Pointer, Tree


_BEFORE_SECTIONS: Final = 1_000


def splices(toml: Toml, source: Source, changes: Changes) -> list[Splice]:
    """What to put where. Raises Unreachable for a change that TOML has no words for."""
    changer = _Changer(toml, source)
    _widen(changes)
    for change in changes.collections.values():
        changer.change(change)
    for replacement in changes.values:
        changer.replace(replacement)
    changer.settle()
    return Tidying(source, changer.flow.splices).splices()


def _widen(changes: Changes) -> None:
    """Make changes of the parent of what cannot be changed in its place."""
    emptied = [
        change
        for change in changes.collections.values()
        if isinstance(change.nodes[-1].children, list)
        and not is_inline(change.nodes[-1])
        and not change.inserted
        and len(change.deleted) == len(change.nodes[-1].children)
    ]
    for change in emptied:
        del changes.collections[change.pointer]
        _renew(changes, change.pointer, change.nodes, [])
    for replacement in [value for value in changes.values if not is_inline(value.nodes[-1])]:
        changes.values.remove(replacement)
        _renew(changes, replacement.pointer, replacement.nodes, replacement.value)


def _renew(changes: Changes, pointer: Pointer, nodes: list[Node], value: Tree) -> None:
    parent, key = pointer[:-1], pointer[-1]
    if not isinstance(key, str):
        raise Unreachable(nodes[-1], "an array of tables holds nothing but tables")
    change = changes.collections.setdefault(parent, Change(parent, nodes[:-1]))
    change.deleted.add(key)
    change.inserted.append(Insert(parent, key, value, key))


class _Changer:
    def __init__(self, toml: Toml, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.places = Places(toml, source)
        self.owners = Owners(toml)
        self.flow = Flow(source, TRIVIA)
        self._as_sections: dict[tuple[Table, type], bool] = {}
        self._families: dict[Table, list[Section]] = {}
        self._numbers: dict[tuple[int, int], dict[str, int]] = {}
        self._top_apart = False
        """New statements at the top want a blank line below them."""
        self.braces: dict[Table, tuple[int, set[int], dict[int, list[str]]]] = {}

    def put(self, start: int, end: int, text: str, depth: int) -> None:
        if text or end > start:
            self.flow.splices.append(Splice(start, end, text, depth))

    def put_statement(self, at: int, text: str) -> None:
        """A line of a section comes before any section that is put in at the same place."""
        self.flow.splices.append(Splice(at, at, text + self.source.ending(at), _BEFORE_SECTIONS))

    def replace(self, replacement: Replacement) -> None:
        nodes = replacement.nodes
        node = nodes[-1]
        look = Look(sign="'") if node.style == "'" else DEFAULT
        text = inline(replacement.value, "toml", look, levels(nodes))
        self.put(node.start, node.end, text, len(nodes))

    def change(self, change: Change) -> None:
        node = change.nodes[-1]
        if isinstance(node, Table):
            self._change_table(change, node)
        elif is_inline(node):
            self._change_array(change)
        else:
            self._change_tables(change)

    def _change_array(self, change: Change) -> None:
        node = change.nodes[-1]
        entries = [(child.start, child.end) for child in node.children or () if not isinstance(child, str)]
        deleted, inserted = change.by_position()
        literal = bool(node.children) and all(
            child.style == "'" for child in node.children or () if not isinstance(child, str)
        )
        look = Look(sign="'") if literal else DEFAULT
        deep = levels(change.nodes) + 1
        self.flow.change(
            Bracketed(node.start + 1, node.end - 1, entries, len(change.nodes)),
            deleted,
            {
                at: [inline(insert.value, "toml", look, deep) for insert in inserts]
                for at, inserts in inserted.items()
            },
        )

    # Arrays of tables

    def _change_tables(self, change: Change) -> None:
        node, depth = change.nodes[-1], len(change.nodes)
        elements = node.children if isinstance(node.children, list) else []
        deleted, inserted = change.by_position()
        for position in deleted:
            self._take_out_sections(sections_of(elements[position]))
        pointer, alone = change.pointer, 0 in deleted
        like = sections_of(elements[-1])[0]
        for position, inserts in inserted.items():
            around = sections_of(elements[max(position, 0)])
            for value in [insert.value for insert in inserts]:
                if not isinstance(value, dict):
                    raise Unreachable(node, "an array of tables holds nothing but tables")
                if position >= 0:
                    self._put_section(value, pointer, around[-1], depth, like=like, array=True)
                else:
                    self._put_section_above(value, pointer, around[0], depth, alone=alone, array=True)

    def _put_section(
        self, value: Tree, pointer: Pointer, after: Section, depth: int, *, like: Section, array: bool
    ) -> None:
        """A new section with those below it, behind another; below a blank line if `like` is."""
        at = self.places.behind(after)
        ending = self.source.ending(at)
        spaced = self.places.spaced(like)
        lines = _section(value, pointer, array=array, spaced=spaced)
        text = ending.join(lines) + ending
        if spaced and at and not self.source.blank_line_before(at):
            text = ending + text
        if spaced and not self.source.blank(at, self.source.line_end(at)):
            text += ending
        self.put(at, at, text, depth)

    def _put_section_above(
        self, value: Tree, pointer: Pointer, before: Section, depth: int, *, alone: bool, array: bool = False
    ) -> None:
        """A new section above another one; alone: which goes."""
        at = self.source.line_start(before.start) if alone else self.places.above(before)
        ending = self.source.ending(at)
        lines = _section(value, pointer, array=array)
        apart = not alone and self.places.spaced(before)
        self.put(at, at, ending.join(lines) + ending + (ending if apart else ""), depth)

    def _take_out_sections(self, sections: list[Section]) -> None:
        self.flow.splices += [self.places.lines(gone) for gone in sections]

    # Tables

    def _change_table(self, change: Change, table: Table) -> None:
        depth = len(change.nodes)
        for key in change.deleted:
            self._take_out(table.children[str(key)], depth)
        if not change.inserted:
            if len(change.deleted) == len(table.children):
                self._keep_alive(change, table)
            return
        implied = table.section is None and not table.statements and not is_inline(table)
        if implied:
            self._declare(change, table)
        for insert in change.inserted:
            if self._wants_section(table, insert.value):
                self._insert_section(change, table, insert)
            elif not implied:
                self._insert_statement(change, table, insert)

    def _take_out(self, node: Node, depth: int) -> None:
        if is_inline(node):
            self._take_out_statement(node, depth)
            return
        for statement in statements_of(node):
            self._take_out_statement(statement.value, depth)
        self._take_out_sections(sections_of(node))

    def _take_out_statement(self, value: Node, depth: int) -> None:
        owner, index = self.owners.of(value)
        if isinstance(owner, Table):
            self._of_braces(owner, depth)[1].add(index)
        else:
            self.flow.splices.append(self.places.lines(owner.statements[index]))

    def _keep_alive(self, change: Change, table: Table) -> None:
        """An empty table that nothing else would declare."""
        depth = len(change.nodes)
        if table.section is not None or is_inline(table):
            return
        if table.statements:
            statement = table.statements[0]
            owner, index = self.owners.of(statement.value)
            text = self._prefix(change.nodes, statement) + " = {}"
            if isinstance(owner, Table):
                # It stays where it was, as another text.
                self._of_braces(owner, depth)[1].discard(index)
                self.put(statement.start, statement.end, text, depth)
            else:
                self.put_statement(self.source.line_start(statement.start), self._indent(statement) + text)
            return
        at = self.source.line_start(sections_of(table)[0].start)
        self.put(at, at, f"[{_name(change.pointer)}]{self.source.ending(at)}", depth)

    def _wants_section(self, table: Table, value: Tree) -> bool:
        """Is a new table written as a section? As its neighbours are; alone: yes."""
        if is_inline(table) or (table.section is None and table.statements):
            return False
        if not isinstance(value, dict) and not is_array_of_tables(value):
            return False
        kind = type(value)
        if (table, kind) not in self._as_sections:
            alike = [child for child in table.children.values() if _is_like(child, value)]
            plain = bool(alike) and (is_inline(alike[-1]) or bool(statements_of(alike[-1])))
            self._as_sections[table, kind] = not plain
        return self._as_sections[table, kind]

    def _sections_of(self, table: Table) -> list[Section]:
        if table not in self._families:
            self._families[table] = sections_of(table)
        return self._families[table]

    def _last_of(self, statements: list[Statement], level: int, key: str | int | None) -> int:
        """The last statement with `key` at `level`; the last one at all where there is none."""
        if key is None:
            return len(statements) - 1
        if (id(statements), level) not in self._numbers:
            self._numbers[id(statements), level] = {
                statement.parts[level].name: index for index, statement in enumerate(statements)
            }
        return self._numbers[id(statements), level].get(str(key), len(statements) - 1)

    def _declare(self, change: Change, table: Table) -> None:
        """A header for a table that had none, above the first of those that implied it."""
        own = {
            insert.key or "": insert.value
            for insert in change.inserted
            if not self._wants_section(table, insert.value)
        }
        if own:
            first = sections_of(table)[0]
            alone = any(first in sections_of(table.children[str(key)]) for key in change.deleted)
            self._put_section_above(own, change.pointer, first, len(change.nodes), alone=alone)

    def _insert_section(self, change: Change, table: Table, insert: Insert) -> None:
        sibling = table.children.get(str(insert.after)) if insert.after is not None else None
        family = (sections_of(sibling) if sibling else []) or self._sections_of(table)
        pointer = (*change.pointer, insert.key or "")
        depth = len(change.nodes)
        for value in insert.value if isinstance(insert.value, list) else [insert.value]:
            array = isinstance(insert.value, list)
            self._put_section(value, pointer, family[-1], depth, like=family[-1], array=array)

    def _insert_statement(self, change: Change, table: Table, insert: Insert) -> None:
        key = key_text(insert.key or "", "toml")
        value = inline(insert.value, "toml", None, levels(change.nodes) + 1)
        depth = len(change.nodes)
        if is_inline(table):
            held = self._of_braces(table, depth)
            statements = table.statements
            index = self._last_of(statements, 0, insert.after)
            held[2].setdefault(index, []).append(f"{key} = {value}")
        elif table.section is not None:
            self._put_in_section(table.section, insert, key, value)
        else:
            self._put_by_dots(change, table, insert, key, value)

    def _put_in_section(self, held: Section, insert: Insert, key: str, value: str) -> None:
        if held.statements:
            after = held.statements[self._last_of(held.statements, 0, insert.after)]
            at = self.source.line_end(after.end)
            text = self._indent(after) + key + self._equals(after) + value
            self.put_statement(at, text)
        elif held.parts:
            self.put_statement(self.source.line_end(held.header_end), f"{key} = {value}")
        else:
            at = self.places.top()
            self.put_statement(at, f"{key} = {value}")
            self._top_apart = at < len(self.text)

    def _put_by_dots(self, change: Change, table: Table, insert: Insert, key: str, value: str) -> None:
        level = _level(change.nodes)
        after = table.statements[self._last_of(table.statements, level, insert.after)]
        owner, index = self.owners.of(after.value)
        text = f"{self._prefix(change.nodes, after)}.{key}{self._equals(after)}{value}"
        depth = len(change.nodes)
        if isinstance(owner, Table):
            self._of_braces(owner, depth)[2].setdefault(index, []).append(text)
            return
        self.put_statement(self.source.line_end(after.end), self._indent(after) + text)

    def _prefix(self, nodes: list[Node], statement: Statement) -> str:
        """The keys that lead to a dotted table, as one of its statements has them."""
        return self.text[statement.start : statement.parts[_level(nodes) - 1].end]

    def _equals(self, statement: Statement) -> str:
        return "=" if self.text.startswith("=", statement.parts[-1].end) else " = "

    def _indent(self, statement: Statement) -> str:
        return self.source.before(statement.start)

    # Inline tables

    def _of_braces(self, table: Table, depth: int) -> tuple[int, set[int], dict[int, list[str]]]:
        return self.braces.setdefault(table, (depth, set(), {}))

    def settle(self) -> None:
        """Make what several changes may have added to."""
        if self._top_apart:
            at = self.places.top()
            self.put(at, at, self.source.ending(at), _BEFORE_SECTIONS - 1)
        for table, (depth, deleted, inserted) in self.braces.items():
            entries = [(statement.start, statement.end) for statement in table.statements]
            anchored: dict[int, list[str]] = {}
            for index in sorted(inserted):
                at = index
                while at in deleted:
                    at -= 1
                anchored.setdefault(at, []).extend(inserted[index])
            padded = " " if self.text.startswith(" ", table.start + 1) else ""
            held = Bracketed(table.start + 1, table.end - 1, entries, depth, padded)
            self.flow.change(held, deleted, anchored)


def _section(value: Tree, pointer: Pointer, *, array: bool, spaced: bool = True) -> list[str]:
    """The lines of a new table at `pointer`, with those below it."""
    lines: list[str] = []
    depth = 2 * sum(isinstance(step, str) for step in pointer)
    section(value, _name(pointer), lines, array=array, spaced=spaced, depth=depth)
    return lines


def _name(pointer: Pointer) -> str:
    """The header of a table; positions in arrays of tables are not part of it."""
    return ".".join(key_text(step, "toml") for step in pointer if isinstance(step, str))


def _is_like(child: Node, value: Tree) -> bool:
    """Is `child` a table, or an array of tables, as `value` is?"""
    if isinstance(value, dict):
        return isinstance(child, Table) and bool(child.children)
    return isinstance(child.children, list) and bool(child.children) and isinstance(child.children[0], Table)


def _level(nodes: list[Node]) -> int:
    """How many keys of a statement lead to the dotted table at the end of `nodes`."""
    level = 0
    for node in reversed(nodes):
        if isinstance(node, Table) and (node.section is not None or is_inline(node)):
            break
        level += 1
    return level
