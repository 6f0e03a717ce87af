"""How help looks: the commands under headings that say what they are for, usage lines as people know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS: Final = {
    "Fill the catalog": ("init", "sync", "generate", "providers"),
    "Your own configs": ("diff", "apply", "backup", "restore", "validate", "merge"),
    "Look into the catalog": ("models", "show", "log", "stats"),
    "Look after things": ("status", "doctor", "clean", "version"),
}
"""Of the commands right behind `modelcat`."""


class Command(TyperCommand):
    """A command whose usage says NAME where one must stand; typer would say {NAME}."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The pieces behind the command's name."""
        return [piece.removeprefix("{").removesuffix("}") for piece in super().collect_usage_pieces(ctx)]


class Group(TyperGroup):
    """A group whose help lists its commands by section."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help; completion offers them so too."""
        del ctx
        order = [name for _, names in self._sections() for name in names if name in self.commands]
        return [*order, *(name for name in self.commands if name not in order)]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the sections."""
        del ctx
        room = formatter.width - 6 - max(len(name) for _, names in self._sections() for name in names)
        for heading, names in self._sections():
            rows = [(name, self.commands[name].get_short_help_str(room)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(rows)

    def _sections(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.name == "modelcat":
            yield from SECTIONS.items()
        else:
            yield "Commands", tuple(self.commands)
