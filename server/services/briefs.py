"""An issue in brief: what a list, a map or an export shows of it, and the colour of its clock.

Knows nothing of who may see what: :mod:`server.services.listing` decides that first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from server.db import Tx
from server.models import Department, Issue, Person
from server.services import areas
from server.services.areas import AreaView
from server.workflow import ENDED, State

__all__ = ["COLUMNS", "SCALARS", "Brief", "briefs_of", "by_ids", "clock_of"]

SCALARS = (
    "id", "uid", "number", "state", "category", "source", "summary", "place_text", "lon", "lat", "accuracy_m",
    "distance_m", "how", "reported_at", "due_at", "round", "version", "border", "needs_check", "urgent", "repeats",
    "review_at", "external_number", "satisfaction", "stage_due_at", "purged_at", "amber_at",
)  # fmt: skip
COLUMNS = [getattr(Issue, name) for name in (*SCALARS, "area_id", "holder_person_id", "holder_department_id")]


@dataclass(frozen=True)
class Brief:
    """An issue as a list shows it: codes, numbers and public words only.

    Attributes
    ----------
    id, uid, number :
        Key inside the program, client-made key, number for people.
    state, category, source : str
        Codes.
    summary, place_text : str
        Words without personal facts.
    lon, lat : float or None
        WGS 84 degrees.
    accuracy_m, distance_m : float or None
        Doubt of the position; distance to the cell.
    how : str
        How the position met its cell.
    area : AreaView
        Cell, else where the issue waits.
    holder : tuple of str or None
        ``("person" | "department", name)``.
    reported_at : datetime
        When it was reported.
    due_at : datetime or None
        Limit, if one runs.
    clock : str
        ``green amber red none``.
    round, version : int
        Times it was opened; changes so far.
    border, needs_check : bool
        Flags of its place.
    urgent : bool
        Whether somebody must be there day and night.
    repeats : int
        How many were merged into it.
    review_at : datetime or None
        When a suspended one is taken up again.
    external_number, satisfaction : str or None
        Number at the 12345 line; answer to the last call-back.
    stage_due_at : datetime or None
        When the present stage should be over.
    purged_at : datetime or None
        When its words were blanked at the end of their time.
    amber_at : datetime or None
        When three quarters of its time are used.
    """

    id: int
    uid: UUID
    number: str
    state: str
    category: str
    source: str
    summary: str
    place_text: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    distance_m: float | None
    how: str
    area: AreaView
    holder: tuple[str, str] | None
    reported_at: datetime
    due_at: datetime | None
    clock: str
    round: int
    version: int
    border: bool
    needs_check: bool
    urgent: bool
    repeats: int
    review_at: datetime | None
    external_number: str | None
    satisfaction: str | None
    stage_due_at: datetime | None
    purged_at: datetime | None
    amber_at: datetime | None

    @property
    def cell(self) -> AreaView | None:
        """The cell; None when it waits at an area of a higher level."""
        return self.area if self.area.level == "cell" else None


def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Brief]:
    """Read briefs by key; whether they may be seen was decided where the keys come from."""
    rows = tx.session.execute(select(*COLUMNS).where(Issue.id.in_(ids))).all() if ids else []
    return {brief.id: brief for brief in briefs_of(tx, rows)}


def briefs_of(tx: Tx, rows: Sequence[Row[Any]]) -> list[Brief]:
    """Make briefs of rows of :data:`COLUMNS`, in order."""
    where = areas.by_ids(tx, {row.area_id for row in rows}) if rows else {}
    people = _names(tx, Person, {row.holder_person_id for row in rows})
    units = _names(tx, Department, {row.holder_department_id for row in rows})
    briefs = []
    for row in rows:
        person, unit = people.get(row.holder_person_id), units.get(row.holder_department_id)
        holder = ("person", person) if person else ("department", unit) if unit else None
        facts = {name: getattr(row, name) for name in SCALARS}
        clock = clock_of(row.state, row.amber_at, row.due_at, tx.now)
        briefs.append(Brief(**facts, area=where[row.area_id], holder=holder, clock=clock))
    return briefs


def _names(tx: Tx, table: type[Person | Department], ids: set[int | None]) -> dict[int | None, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    rows = tx.session.execute(select(table.id, table.name).where(table.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def clock_of(state: str, amber_at: datetime | None, due_at: datetime | None, now: datetime) -> str:
    """Name a clock's colour.

    Parameters
    ----------
    state : str
        State of the issue.
    amber_at, due_at : datetime or None
        When three quarters of its own time are used, and when all of it is; None: no clock runs.
    now : datetime
        The instant asked about.

    Returns
    -------
    str
        ``none`` when no clock runs, while it is suspended and when it has ended; ``red`` from the due on;
        ``amber`` when 75 % of the time is used; else ``green``.
    """
    if due_at is None or state in ENDED or state == State.SUSPENDED:
        return "none"
    if now >= due_at:
        return "red"
    return "amber" if amber_at is not None and now >= amber_at else "green"
