"""Duties: who answers for an area at an instant.

The rule: the cell's A; else his substitute; else B; else the leader of the community, then
of the subdistrict, then of the district; else nobody, and the issue waits for a dispatcher.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Executable, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.models.types import Instant

__all__ = ["OnDuty", "assign", "cells_of", "on_duty", "on_duty_many", "release"]


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


@dataclass(frozen=True)
class _Roster:
    """Duties and leave in force at one instant, for some areas and all above them."""

    areas: dict[int, tuple[str, int | None]]  # id -> name, parent id
    duties: dict[tuple[int, str], list[tuple[int, str]]]  # (area, kind) -> [(person, name)]
    leave: dict[int, tuple[int, str] | None]  # absent person -> substitute


def in_force(at: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an instant, or a parameter that stands for one
    """Condition: a duty holds at an instant."""
    return (Duty.starts_at <= at) & or_(Duty.ends_at.is_(None), Duty.ends_at > at)


def above(tx: Tx, area_id: int, holder_id: int | None) -> int | None:
    """Find who answers for the nearest area above, other than the present holder.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    area_id : int
        Where the issue lies.
    holder_id : int or None
        Who holds it now.

    Returns
    -------
    int or None
        A person; None at the top.
    """
    area = tx.session.get(Area, area_id)
    while area is not None and area.parent_id is not None:
        answer = on_duty(tx, area.parent_id, tx.now)
        if answer.person_id not in (None, holder_id):
            return answer.person_id
        area = tx.session.get(Area, area.parent_id)
    return None


def on_duty(tx: Tx, area_id: int, at: datetime) -> OnDuty:
    """Find who answers for one area; see :func:`on_duty_many`."""
    return on_duty_many(tx, [area_id], at)[area_id]


def on_duty_many(tx: Tx, area_ids: Iterable[int], at: datetime) -> dict[int, OnDuty]:
    """Find who answers for areas of any level at an instant.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    area_ids : Iterable of int
        Areas asked about.
    at : datetime
        Aware instant.

    Returns
    -------
    dict[int, OnDuty]
        Area id -> answer; among several A (or B) of one cell the one on duty longest.
    """
    wanted = sorted(set(area_ids))
    if not wanted:
        return {}
    roster = _roster(tx, wanted, at)
    return {area_id: _answer(roster, area_id) for area_id in wanted}


def _roster(tx: Tx, wanted: list[int], at: datetime) -> _Roster:
    keys = orjson.dumps(wanted).decode() if tx.on_sqlite else wanted
    areas: dict[int, tuple[str, int | None]] = {}
    duties: dict[tuple[int, str], list[tuple[int, str]]] = {}
    leave: dict[int, tuple[int, str] | None] = {}
    rows = tx.session.execute(_roster_query(tx.on_sqlite), {"asked": keys, "at": at})
    for area_id, name, parent, kind, person_id, person, is_away, substitute, stand_in in rows:
        areas[area_id] = (name, parent)
        if person_id is None:
            continue
        duties.setdefault((area_id, kind), []).append((person_id, person))
        if is_away:
            leave[person_id] = leave.get(person_id) or ((substitute, stand_in) if substitute else None)
    return _Roster(areas, duties, leave)


@cache
def _roster_query(on_sqlite: bool) -> Executable:
    """Ask for areas and all above them, each with its duties, their people, and who stands in for those away.

    One statement, made once: the areas asked about are one parameter, however many they are.
    """
    given = bindparam("asked", type_=None if on_sqlite else ARRAY(BigInteger))
    asked = (
        select(func.json_each(given).table_valued("value").c.value)
        if on_sqlite
        else select(func.unnest(given))
    )
    at: Any = bindparam("at", type_=Instant)
    up = select(Area.id, Area.parent_id).where(Area.id.in_(asked)).cte("up", recursive=True)
    up = up.union(select(Area.id, Area.parent_id).join(up, Area.id == up.c.parent_id))
    stand_in, theirs = aliased(Person), aliased(Leave)
    is_there = ~exists().where(theirs.person_id == stand_in.id, theirs.starts_at <= at, theirs.ends_at > at)
    return (
        select(Area.id, Area.name, Area.parent_id, Duty.kind, Person.id, Person.name, Leave.id.is_not(None),
               stand_in.id, stand_in.name)
        .join(up, up.c.id == Area.id)
        .outerjoin(Duty, (Duty.area_id == Area.id) & in_force(at))
        .outerjoin(Person, (Person.id == Duty.person_id) & Person.is_active)
        .outerjoin(Leave, (Leave.person_id == Person.id) & (Leave.starts_at <= at) & (Leave.ends_at > at))
        .outerjoin(stand_in, (stand_in.id == Leave.substitute_id) & stand_in.is_active & is_there)
        .order_by(Duty.starts_at, Duty.id, Leave.starts_at, Leave.id)
    )  # fmt: skip


def _answer(roster: _Roster, area_id: int) -> OnDuty:
    name = roster.areas[area_id][0] if area_id in roster.areas else ""
    main = roster.duties.get((area_id, "A"), [])
    for person_id, who in main:
        if person_id not in roster.leave:
            return OnDuty(area_id, person_id, who, "duty.A", {"cell": name, "name": who})
    for person_id, who in main:
        substitute = roster.leave[person_id]
        if substitute:
            facts = {"cell": name, "absent": who, "name": substitute[1]}
            return OnDuty(area_id, substitute[0], substitute[1], "duty.substitute", facts)
    for person_id, who in roster.duties.get((area_id, "B"), []):
        if person_id not in roster.leave:
            return OnDuty(area_id, person_id, who, "duty.B", {"cell": name, "name": who})
    return _leader(roster, area_id, name)


def _leader(roster: _Roster, area_id: int, cell: str) -> OnDuty:
    current: int | None = area_id
    while current is not None and current in roster.areas:
        area, parent = roster.areas[current]
        for person_id, who in roster.duties.get((current, "leader"), []):
            stands_in = roster.leave.get(person_id, (person_id, who))
            if stands_in:
                facts = {"cell": cell, "area": area, "name": stands_in[1]}
                return OnDuty(area_id, stands_in[0], stands_in[1], "duty.leader", facts)
        current = parent
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


def release(tx: Tx, person_id: int, kept: Iterable[int], at: datetime) -> list[int]:
    """End a person's duties for cells other than those kept.

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

    Returns
    -------
    list of int
        Areas released.
    """
    query = select(Duty).where(Duty.person_id == person_id, Duty.kind.in_(("A", "B")))
    query = query.where(or_(Duty.ends_at.is_(None), Duty.ends_at > at), Duty.area_id.not_in(set(kept)))
    released = list(tx.session.scalars(query))
    for duty in released:
        duty.ends_at = max(at, duty.starts_at)
    return [duty.area_id for duty in released]
