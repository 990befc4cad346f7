"""``wangge regrid``: open issues that lie elsewhere since the grid was changed."""

from collections.abc import Iterator
from typing import Any

import click
import orjson

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.output import progress, say
from server.cli.program import Command, Option
from server.db import Store
from server.services.moving import Moved, move_all
from server.services.people import Actor, system_actor
from server.services.regrid import Page, Shift, misplaced, page
from server.words import cell_said, sentence

__all__ = ["regrid", "say_elsewhere"]

MOST_SHOWN = 20


@click.command(
    "regrid",
    cls=Command,
    help="cli.regrid",
    params=[
        Option(["--move", "is_moving"], is_flag=True, help="cli.regrid.move"),
        Option(["--reassign"], is_flag=True, help="cli.regrid.reassign"),
        Option(["--json", "is_json"], is_flag=True, help="cli.regrid.json"),
        Option(["--as", "login"], metavar="LOGIN", help="cli.regrid.as"),
    ],
)
@pass_environment
def regrid(
    environment: Environment, is_moving: bool, reassign: bool, is_json: bool, login: str | None
) -> None:
    """List what lies elsewhere; on confirmation move it."""
    with environment.store() as store:
        with store.read() as tx:
            actor = acting_as(tx, login)
            found = page(tx, actor, limit=0)
        moved = _move(store, actor, found.total, reassign=reassign) if is_moving else None
    if is_json:
        click.echo(orjson.dumps(_told(found, moved)).decode())
        return
    for line in _lines(found, moved):
        click.echo(line)


def say_elsewhere(store: Store) -> None:
    """Say how many open issues lie elsewhere after an import of cells, and what to do; silent when none does."""
    with store.read() as tx:
        count = len(misplaced(tx, system_actor()))
    if count:
        say("cli.regrid.elsewhere", count=f"{count:,}")
        say("cli.regrid.how")


def _move(store: Store, actor: Actor, total: int, *, reassign: bool) -> Moved:
    with progress(sentence("cli.regrid.title")) as show:
        return move_all(
            store, actor, reassign=reassign, on_progress=lambda now: show(now.moved, max(total, now.moved))
        )


def _lines(found: Page, moved: Moved | None) -> Iterator[str]:
    if moved is not None:
        yield sentence("cli.regrid.moved", {"count": f"{moved.moved:,}"})
        for name in ("dispatched", "reassigned", "flagged"):
            if getattr(moved, name):
                yield sentence(f"cli.regrid.{name}", {"count": f"{getattr(moved, name):,}"})
        return
    if not found.total:
        yield sentence("cli.regrid.none")
        return
    yield sentence("cli.regrid.found", {"count": f"{found.total:,}"})
    for shift in found.shifts[:MOST_SHOWN]:
        yield sentence("cli.regrid.shift", _named(shift))
    rest = found.shifts[MOST_SHOWN:]
    if rest:
        yield sentence("cli.regrid.more", {"kinds": len(rest), "count": sum(one.count for one in rest)})
    yield sentence("cli.regrid.how")


def _named(shift: Shift) -> dict[str, Any]:
    return {
        "source": cell_said(shift.source.name),
        "target": cell_said(shift.target.name),
        "count": f"{shift.count:,}",
    }


def _told(found: Page, moved: Moved | None) -> dict[str, Any]:
    shifts = [
        {"from": one.source.code or None, "to": one.target.code or None, "count": one.count}
        for one in found.shifts
    ]
    return {"elsewhere": found.total, "shifts": shifts, "moved": vars(moved) if moved else None}
