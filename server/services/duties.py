"""Duties: who answers for an area at an instant.

The rule: the cell's A; else his substitute; else B; else the leader of the community, then
of the subdistrict, then of the district; else nobody, and the issue waits for a dispatcher.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from server.db import Tx
from server.models import Area, Duty, Leave
from server.services.roster import Roster, Tree, in_force, roster_of

__all__ = ["OnDuty", "above", "answer_of", "assign", "cells_of", "on_duty", "on_duty_many", "release"]


@dataclass(frozen=True)
class OnDuty:
    """Who answers for an area, and why.

    Attributes
    ----------
    area_id : int
        The area asked about.
    person_id : int or None
        None: nobody.
    name : str
        Their name.
    reason : str
        ``duty.A duty.substitute duty.B duty.leader duty.nobody``.
    values : dict
        Names for the reason's sentence.
    """

    area_id: int
    person_id: int | None
    name: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


def above(
    tx: Tx, area_id: int, holder_id: int | None, *, itself: bool = False, roster: Roster | None = None
) -> int | None:
    """Find who answers for the nearest area above whatever the present holder answers for.

    It never comes back down: whoever leads the subdistrict is followed by the district, not by a community of his.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    area_id : int
        Where the issue lies.
    holder_id : int or None
        Who holds it now.
    itself : bool, optional
        Whether the area itself counts, where the holder answers for none of those that it lies in.
    roster : Roster, optional
        Duties and leave of this area and others, where the caller has read them.

    Returns
    -------
    int or None
        A person; None at the top.
    """
    roster = roster or roster_of(tx, [area_id], tx.now)
    upwards = list(_upwards(roster.tree, area_id))
    answers = [answer_of(roster, key).person_id for key in upwards]
    theirs = [
        place
        for place, key in enumerate(upwards)
        if holder_id is not None and (answers[place] == holder_id or _leads(roster, key, holder_id))
    ]
    first = max(theirs) + 1 if theirs else int(not itself)
    return next((one for one in answers[first:] if one is not None), None)


def _upwards(tree: Tree, area_id: int) -> Iterator[int]:
    """List an area and all above it."""
    current: int | None = area_id
    while current is not None and current in tree:
        yield current
        current = tree[current][1]


def _leads(roster: Roster, area_id: int, person_id: int) -> bool:
    return any(key == person_id for key, _name in roster.on(area_id, "leader"))


def on_duty(tx: Tx, area_id: int, at: datetime, tree: Tree | None = None) -> OnDuty:
    """Find who answers for one area; see :func:`on_duty_many`."""
    return on_duty_many(tx, [area_id], at, tree)[area_id]


def on_duty_many(
    tx: Tx, area_ids: Iterable[int], at: datetime, tree: Tree | None = None, without: int | None = None
) -> dict[int, OnDuty]:
    """Find who answers for areas of any level at an instant.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    area_ids : Iterable of int
        Areas asked about.
    at : datetime
        Aware instant.
    tree : Mapping, optional
        Those areas and all above them, and maybe others, where the caller knows them: id -> name, parent id.
    without : int, optional
        A person who does not count: how it would be if they were not there.

    Returns
    -------
    dict[int, OnDuty]
        Area id -> answer; among several A (or B) of one cell the one on duty longest.
    """
    wanted = sorted(set(area_ids))
    if not wanted:
        return {}
    roster = roster_of(tx, wanted, at, tree)
    if without is not None:
        roster = roster.without(without)
    return {area_id: answer_of(roster, area_id) for area_id in wanted}


def answer_of(roster: Roster, area_id: int) -> OnDuty:
    """Apply the rule to one area of a roster; knows no database.

    Parameters
    ----------
    roster : Roster
        Duties and leave in force, for the area and all above it.
    area_id : int
        The area asked about.
    """
    name = roster.tree[area_id][0] if area_id in roster.tree else ""
    main = roster.on(area_id, "A")
    for person_id, who in main:
        if person_id not in roster.leave:
            return OnDuty(area_id, person_id, who, "duty.A", {"cell": name, "name": who})
    for person_id, who in main:
        substitute = roster.leave[person_id]
        if substitute:
            facts = {"cell": name, "absent": who, "name": substitute[1]}
            return OnDuty(area_id, substitute[0], substitute[1], "duty.substitute", facts)
    for person_id, who in roster.on(area_id, "B"):
        if person_id not in roster.leave:
            return OnDuty(area_id, person_id, who, "duty.B", {"cell": name, "name": who})
    return _leader(roster, area_id, name)


def _leader(roster: Roster, area_id: int, cell: str) -> OnDuty:
    """Go up: at each level a leader who is there, else one who stands in for a leader."""
    for current in _upwards(roster.tree, area_id):
        area = roster.tree[current][0]
        leaders = roster.on(current, "leader")
        there = [one for one in leaders if one[0] not in roster.leave]
        stand_ins = (roster.leave.get(person_id) for person_id, _ in leaders)
        for person_id, who in (*there, *filter(None, stand_ins)):
            facts = {"cell": cell, "area": area, "name": who}
            return OnDuty(area_id, person_id, who, "duty.leader", facts)
    return OnDuty(area_id, None, "", "duty.nobody", {"cell": cell})


def cells_of(tx: Tx, person_id: int, at: datetime) -> list[int]:
    """List the cells a person answers for at an instant, those they stand in for included.

    Returns
    -------
    list of int
        Area ids, sorted by code.
    """
    absent = select(Leave.person_id).where(
        Leave.substitute_id == person_id, Leave.starts_at <= at, Leave.ends_at > at
    )
    return list(
        tx.session.scalars(
            select(Area.id)
            .join(Duty, Duty.area_id == Area.id)
            .where(or_(Duty.person_id == person_id, Duty.person_id.in_(absent)))
            .where(Duty.kind.in_(("A", "B")), in_force(at), Area.retired_grid_id.is_(None))
            .group_by(Area.id, Area.code)
            .order_by(Area.code)
        )
    )


def assign(
    tx: Tx, person_id: int, area_id: int, kind: str, starts_at: datetime | None, ends_at: datetime | None
) -> bool:
    """Give a person a duty; one of theirs of the same kind that it meets in time is changed instead.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    person_id, area_id : int
        Who, for what.
    kind : str
        ``A B leader``.
    starts_at, ends_at : datetime or None
        First instant on duty, the transaction's own when None; first instant off duty, open end when None.

    Returns
    -------
    bool
        False when the duty was there just so.
    """
    begins = starts_at or tx.now
    query = select(Duty).where(Duty.person_id == person_id, Duty.area_id == area_id, Duty.kind == kind)
    query = query.where(or_(Duty.ends_at.is_(None), Duty.ends_at > begins))
    if ends_at is not None:
        query = query.where(Duty.starts_at < ends_at)
    there = tx.session.scalars(query.order_by(Duty.starts_at)).first()
    if there is None:
        tx.session.add(
            Duty(person_id=person_id, area_id=area_id, kind=kind, starts_at=begins, ends_at=ends_at)
        )
        return True
    wanted = (starts_at or there.starts_at, ends_at)
    if (there.starts_at, there.ends_at) == wanted:
        return False
    there.starts_at, there.ends_at = wanted
    return True


def release(
    tx: Tx, person_id: int, kept: Iterable[int], at: datetime, kinds: tuple[str, ...] = ("A", "B")
) -> list[int]:
    """End a person's duties for areas other than those kept.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    person_id : int
        Whose.
    kept : Iterable of int
        Areas they go on answering for.
    at : datetime
        First instant off duty.
    kinds : tuple of str
        Which duties; those for cells by default.

    Returns
    -------
    list of int
        Areas released.
    """
    query = select(Duty).where(Duty.person_id == person_id, Duty.kind.in_(kinds))
    query = query.where(or_(Duty.ends_at.is_(None), Duty.ends_at > at), Duty.area_id.not_in(set(kept)))
    released = list(tx.session.scalars(query))
    for duty in released:
        duty.ends_at = max(at, duty.starts_at)
    return [duty.area_id for duty in released]
