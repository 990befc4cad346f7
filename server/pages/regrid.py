"""Open issues that lie elsewhere since the grid was changed: counts, list, confirmation, result."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.pages.contexts import RegridPage
from server.pages.frame import render
from server.pages.issue_rows import rows_of
from server.pages.parts import MovedCounts, ShiftRow
from server.services import areas, moving, regrid
from server.services.regrid import MOVERS, Page
from server.words import cell_said
from server.workflow import Role

__all__ = ["MOVE_ROLES", "blueprint"]

MOVE_ROLES = MOVERS - {Role.SYSTEM}
MOST_SHIFTS = 100
BATCHES = 20  # transactions in one answer; the rest waits for another click
LONGEST_KEY = 18  # digits
blueprint = Blueprint("regrid", __name__)


@blueprint.get("/regrid")
@allow(*MOVE_ROLES)
def index() -> str:
    """Show what lies elsewhere in the areas where this person may correct it."""
    with current_store().read() as tx:
        found = regrid.page(tx, current_actor(), _number("after"))
        rows = rows_of(tx, [brief for brief, _ in found.items])
        version = areas.current_grid(tx)
    targets = [cell_said(spot.name) for _, spot in found.items]
    following = url_for("regrid.index", after=found.next) if found.next is not None else ""
    result = None
    if request.args.get("moved"):
        result = MovedCounts(*(_number(name) for name in ("moved", "dispatched", "reassigned", "flagged")))
    return render(
        "regrid/index.html",
        RegridPage(
            version=str(version or ""),
            total=found.total,
            shifts=tuple(_shifts(found)),
            hidden=max(0, len(found.shifts) - MOST_SHIFTS),
            rows=tuple(replace(row, target=said) for row, said in zip(rows, targets, strict=True)),
            next_url=following,
            result=result,
        ),
    )


@blueprint.post("/regrid")
@allow(*MOVE_ROLES)
def move() -> Response:
    """Move what lies elsewhere, and tell what became of it."""
    done = moving.move_all(
        current_store(), current_actor(), reassign=request.form.get("reassign") == "1", batches=BATCHES
    )
    return redirect(url_for("regrid.index", **vars(done)), 303)


def _shifts(found: Page) -> Iterator[ShiftRow]:
    for one in found.shifts[:MOST_SHIFTS]:
        yield ShiftRow(cell_said(one.source.name), cell_said(one.target.name), one.count)


def _number(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) <= LONGEST_KEY else 0
