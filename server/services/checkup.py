"""Examining a store: chains, issues against their entries, what is derived, placements against the locator."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import numpy as np
from sqlalchemy import func, select

from server.db import Tx
from server.models import Area, Entry, Issue, Person
from server.services.derived import EXAMINATIONS, Complaint
from server.services.evaluation.examined import altered
from server.services.field_boxes import examined
from server.services.ledger import broken_chains
from server.services.locating import open_locator
from server.services.photo_checks import damaged, strays
from server.services.retold import COLUMNS, Said, retell
from server.workflow import Folded, State, fold

__all__ = ["Checkup", "Complaint", "examine", "is_empty"]

MOST_NAMED = 50
AT_ONCE = 5000
_KEPT = (
    "due_at",
    "round",
    "hand_offs",
    "final",
    "attempts",
    "category",
    "urgent",
    "satisfaction",
)
_SAID = ("action", "from_state", "to_state", "given", "happened_at", "received_at", "stage_used_s")


@dataclass(frozen=True)
class Checkup:
    """What an examination found.

    Attributes
    ----------
    issues, entries, places : int
        Looked at.
    complaints : tuple of Complaint
        At most 50 of each kind.
    """

    issues: int
    entries: int
    places: int
    complaints: tuple[Complaint, ...]


def is_empty(tx: Tx) -> bool:
    """Whether a store holds no people, areas or issues yet."""
    return all(tx.session.scalar(select(key).limit(1)) is None for key in (Person.id, Area.id, Issue.id))


def examine(tx: Tx, sample: int) -> Checkup:
    """Examine a store.

    Parameters
    ----------
    tx : Tx
        Reading transaction.
    sample : int
        So many issues, spread evenly, are placed anew, and the files of so many photos read.

    Returns
    -------
    Checkup
        No complaints when all is well.
    """
    numbers = dict(tx.session.execute(select(Issue.id, Issue.number)).all())
    broken = [
        Complaint("doctor.chain", {"number": numbers.get(key, key), "seq": seq})
        for key, seq in broken_chains(tx)[:MOST_NAMED]
    ]
    unfolded = list(_unfolded(tx))[:MOST_NAMED]
    misplaced, places = _misplaced(tx, sample)
    entries = tx.session.scalar(select(func.count()).select_from(Entry)) or 0
    derived = [one for ask in (*EXAMINATIONS, altered, examined) for one in islice(ask(tx), MOST_NAMED)]
    photos = [one for found in (strays(tx), damaged(tx, sample)) for one in islice(found, MOST_NAMED)]
    found = (*broken, *unfolded, *derived, *photos, *misplaced[:MOST_NAMED])
    return Checkup(len(numbers), entries, places, found)


def _unfolded(tx: Tx) -> Iterator[Complaint]:
    """Find issues whose columns are not what their entries add up to."""
    steps = tx.session.execute(
        select(Entry.issue_id, *(getattr(Entry, name) for name in _SAID))
        .order_by(Entry.issue_id, Entry.seq)
        .execution_options(yield_per=AT_ONCE)
    )
    names = dict.fromkeys(
        ("id", "number", "state", "holder_person_id", "holder_department_id", *_KEPT, *COLUMNS)
    )
    issues = tx.session.execute(
        select(*(getattr(Issue, name) for name in names))
        .order_by(Issue.id)
        .execution_options(yield_per=AT_ONCE)
    )
    with closing(steps), closing(issues):  # either may end before the other is read to its end
        yield from _unlike(steps, issues)


def _unlike(steps: Iterable[Any], issues: Iterable[Any]) -> Iterator[Complaint]:
    told = groupby(steps, key=lambda step: step.issue_id)
    waiting = next(told, None)
    for row in issues:
        entries: list[Said] = []
        while waiting is not None and waiting[0] <= row.id:
            if waiting[0] == row.id:
                entries = [Said(*step[1:]) for step in waiting[1]]
            waiting = next(told, None)
        if differing := _differing(row, entries):
            yield Complaint("doctor.fold", {"number": row.number, "fields": "、".join(differing)})


def _differing(row: Any, entries: list[Said]) -> list[str]:  # noqa: ANN401 - a row of the store
    """Name the columns of an issue that its entries tell otherwise."""
    kept = {name: getattr(row, name) for name in _KEPT}
    stands = Folded(state=State(row.state), holder=_holder(row), **kept)
    said = fold((one.action, State(one.to_state), one.given) for one in entries)
    told = retell(entries)
    return [
        *(name for name in Folded.__dataclass_fields__ if getattr(said, name) != getattr(stands, name)),
        *(name for name, possible in told.items() if getattr(row, name) not in possible),
    ]


def _holder(row: Any) -> tuple[str, int] | None:  # noqa: ANN401 - a row of the store
    if row.holder_person_id is not None:
        return "person", row.holder_person_id
    return ("department", row.holder_department_id) if row.holder_department_id is not None else None


def _misplaced(tx: Tx, sample: int) -> tuple[list[Complaint], int]:
    """Place a sample of the issues of the newest grid anew."""
    grid = open_locator(tx)
    if grid is None:
        return [], 0
    mine = (Issue.grid_id == grid.grid_id, Issue.lon.is_not(None))
    count = tx.session.scalar(select(func.count()).select_from(Issue).where(*mine)) or 0
    every = max(count // sample, 1)
    rows = tx.session.execute(
        select(Issue.number, Issue.lon, Issue.lat, Issue.boundary_id, Issue.how)
        .where(*mine, Issue.id % every == 0)
        .order_by(Issue.id)
    ).all()
    if not rows:
        return [], 0
    lon, lat = np.array([row.lon for row in rows]), np.array([row.lat for row in rows])
    found = grid.locator.place(lon, lat, nearest_m=tx.config.nearest_m)
    complaints = []
    for row, cell, how in zip(rows, found.row.tolist(), found.how.tolist(), strict=True):
        boundary = int(grid.boundary_ids[cell]) if cell >= 0 else None
        if (boundary, how) != (row.boundary_id, row.how):
            code = grid.codes[cell] if cell >= 0 else "—"
            complaints.append(Complaint("doctor.place", {"number": row.number, "cell": code, "how": how}))
    return complaints, len(rows)
