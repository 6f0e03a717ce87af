"""The words of `modelcat sync`: an honest account. The bars while it runs are in progress.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelcat.errors import ExitCode
from modelcat.output.tables import Column, counted, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcat.commands.sync import Account, SyncResult
    from modelcat.output import Screen

_COLUMNS = (
    Column("provider", long=True),
    Column("models", right=True),
    Column("change"),
    Column("seconds", right=True),
)
_FOLD = 8


def show(result: SyncResult, screen: Screen, *, applied: bool = False) -> None:
    """The table, who was skipped or failed and why, what stands now; and what is next, unless `applied`."""
    _table(result, screen)
    _skipped([a for a in result.accounts if a.outcome == "skipped"], screen)
    _failed(result, screen)
    _unusable(result, screen)
    _left_out(result, screen)
    _sum(result, screen, applied=applied)


def _table(result: SyncResult, screen: Screen) -> None:
    rows = [
        (account.provider, f"{account.models:,}", _change(account), f"{account.seconds:.1f}")
        for account in result.accounts
        if account.outcome in {"fetched", "unchanged"}
    ]
    if rows:
        draw(screen, _COLUMNS, rows)
        screen.line()


def _change(account: Account) -> str:
    return account.change.counts() if account.change else "as before"


def _skipped(skipped: Sequence[Account], screen: Screen) -> None:
    if not skipped:
        return
    screen.line(f"{counted(len(skipped), 'provider')} skipped:")
    shown = skipped if screen.verbose else skipped[:_FOLD]
    for account in shown:
        screen.line(f"  {account.provider}: {_reason(account)}")
    if len(shown) < len(skipped):
        rest = ", ".join(account.provider for account in skipped[_FOLD:])
        screen.line(f"  and {rest} (-v tells why)")


def _failed(result: SyncResult, screen: Screen) -> None:
    failed = result.failed()
    if result.no_network:
        screen.line("no network: none of the providers could be reached; what is stored stands")
        failed = failed if screen.verbose else ()
    if not failed:
        return
    whose = "it" if len(failed) == 1 else "them"
    screen.line(f"{counted(len(failed), 'provider')} failed; what was stored of {whose} stays:")
    unreached = [account for account in failed if account.network]
    if len(unreached) <= _FOLD or screen.verbose:
        unreached = []
    for account in failed:
        if account not in unreached:
            screen.line(f"  {account.provider}: {_reason(account)}")
    if unreached:
        names = ", ".join(account.provider for account in unreached)
        screen.line(f"  no connection to {len(unreached)} (-v tells why): {names}")


def _reason(account: Account) -> str:
    return (account.reason or "no reason was given").removeprefix(f"{account.provider}: ")


def _unusable(result: SyncResult, screen: Screen) -> None:
    for account in result.accounts:
        for item in account.unusable:
            examples = f" ({', '.join(item.examples)})" if item.examples else ""
            entries = counted(item.count, "entry", "entries")
            screen.line(f"{account.provider}: {entries} left out: {item.why}{examples}")


def _left_out(result: SyncResult, screen: Screen) -> None:
    if screen.verbose:
        for one in result.rendered:
            for line in one.offered.words():
                screen.line(f"{one.offered.tool.name}: {line}")


def _sum(result: SyncResult, screen: Screen, *, applied: bool) -> None:
    screen.line(
        f"{counted(result.models, 'model')} of {counted(result.providers, 'provider')} in the catalog"
    )
    if result.embedded:
        stand = "stands" if len(result.embedded) == 1 else "stand"
        screen.line(
            f"{counted(len(result.embedded), 'provider')} of these {stand} on the embedded snapshot "
            f"of {result.embedded_as_of}"
        )
    if result.commit:
        where = f", tag {result.tag}" if result.tag else ""
        screen.line(f"commit {result.commit[:10]}{where}")
    else:
        screen.line("nothing new, no commit")
    if result.legacy:
        screen.line(f"{counted(len(result.legacy), 'file')} written to {result.legacy_output}")
    screen.line(f"{result.seconds:.1f} s{'' if applied else '. Next: modelcat diff'}")


@dataclass(frozen=True, slots=True)
class Both:
    """`sync --apply`: a sync, then an apply."""

    synced: SyncResult
    applied: Any
    show_applied: Callable[[Any, Screen], None]

    @property
    def exit_code(self) -> ExitCode:
        """The worse of the two."""
        return ExitCode(max(self.synced.exit_code, self.applied.exit_code))

    def as_json(self) -> dict[str, Any]:
        """{"sync": as of sync, "apply": as of apply}."""
        return {"sync": self.synced.as_json(), "apply": self.applied.as_json()}


def show_both(both: Both, screen: Screen) -> None:
    """One after the other."""
    show(both.synced, screen, applied=True)
    screen.line()
    both.show_applied(both.applied, screen)
