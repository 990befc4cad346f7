"""Filters as masks over columns: what :func:`server.services.conditions.asked` says to a database.

What the columns do not hold (words, what an issue waits for) the database is asked for by that very function, and its
keys are looked up here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import select

from server.db import Tx
from server.models import Department, Issue, Person
from server.models.types import to_micros
from server.services.columns.narrow import NEVER, Array
from server.services.columns.rows import Rows
from server.services.columns.tree import lies_below
from server.services.conditions import OPEN_STATES, asked
from server.services.filters import Bbox, Filters
from server.services.named import held_by, held_by_department, within
from server.services.people import Actor
from server.services.permissions import is_handler
from server.workflow import State

__all__ = ["Condition", "are_held", "conditions", "one_of"]

Condition = Callable[[Rows], Array]
"""Rows -> a mask over them."""
Codes = Mapping[str, Sequence[str]]


def are_held(filters: Filters) -> bool:
    """Tell whether the columns hold all that filters ask for, so that the database need not be asked."""
    return not (filters.q or filters.todo)


def conditions(tx: Tx, actor: Actor, filters: Filters, codes: Codes) -> Iterator[Condition]:
    """Give what filters ask for, as masks that must all hold; what must be looked up is looked up here, once.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is overdue.
    actor : Actor
        Who asks; ``me`` is they.
    filters : Filters
        What is asked for.
    codes : Mapping[str, Sequence of str]
        Of the columns.

    Raises
    ------
    InputError
        There is no area, person or department of that name, or none that the actor knows of.
    """
    for name, wanted in (
        ("state", filters.states),
        ("category", filters.categories),
        ("source", filters.sources),
        ("satisfaction", filters.satisfactions),
    ):
        if wanted:
            yield one_of(name, wanted, codes)
    for name, since, until in (
        ("reported_us", filters.since, filters.until),
        ("ended_us", filters.ended_since, filters.ended_until),
        ("due_us", filters.due_since, filters.due_until),
    ):
        yield from _between(name, since, until)
    now = to_micros(tx.now)
    yield from _judged(filters, codes, now)
    if filters.overdue:
        yield _red(codes, now)
    if filters.clocks:
        yield _either([_clock(colour, codes, now) for colour in filters.clocks])
    if filters.urgent:
        yield lambda rows: rows["urgent"]
    if filters.again:
        yield lambda rows: rows["round"] > 1
    yield from _named(tx, actor, filters)
    if not are_held(filters):
        yield _by_database(tx, actor, Filters(q=filters.q, todo=filters.todo, area=filters.area))


def one_of(name: str, wanted: Sequence[str], codes: Codes) -> Condition:
    """Condition: a column holds one of these codes."""
    known = [number for number, code in enumerate(codes[name]) if code in wanted]
    if len(known) == 1:
        return lambda rows: rows[name] == known[0]
    told = np.zeros(len(codes[name]) + 1, bool)  # the last place is that of -1: none
    told[known] = True
    return lambda rows: told[rows[name]]


def _between(name: str, since: datetime | None, until: datetime | None) -> Iterator[Condition]:
    if since:
        begin = to_micros(since)
        is_begun: Condition = lambda rows: rows[name] >= begin  # noqa: E731 - one of several of a kind
        yield is_begun if until else lambda rows: (rows[name] >= begin) & (rows[name] != NEVER)
    if until:
        end = to_micros(until)
        yield lambda rows: rows[name] < end


def _judged(filters: Filters, codes: Codes, now: int) -> Iterator[Condition]:
    """Whether it was done in time, and what its reporter said."""
    if filters.timely:
        told = {"on_time": _on_time(codes), "late": _late(codes, now)}
        yield _either([told[one] for one in filters.timely])
    if filters.replies:
        told = {"in_time": _finished_in_time, "late": lambda rows: ~_finished_in_time(rows)}
        yield _either([told[one] for one in filters.replies])
    if filters.verdicts:
        yield _either([_VERDICTS[one] for one in filters.verdicts])
    if filters.callback:
        yield lambda rows: rows["callback"]


def _either(any_of: Sequence[Condition]) -> Condition:
    if len(any_of) == 1:
        return any_of[0]

    def found(rows: Rows) -> Array:
        return np.logical_or.reduce([one(rows) for one in any_of])

    return found


def _red(codes: Codes, now: int) -> Condition:
    is_open = one_of("state", OPEN_STATES, codes)
    return lambda rows: (rows["due_us"] <= now) & is_open(rows)


def _on_time(codes: Codes) -> Condition:
    closed = one_of("state", [State.CLOSED], codes)
    # Without a due there is none to keep; without an end there is nothing that kept it.
    return lambda rows: closed(rows) & (rows["ended_us"] <= rows["due_us"]) & (rows["due_us"] != NEVER)


def _late(codes: Codes, now: int) -> Condition:
    closed, red = one_of("state", [State.CLOSED], codes), _red(codes, now)
    return lambda rows: (
        closed(rows) & (rows["ended_us"] > rows["due_us"]) & (rows["ended_us"] != NEVER) | red(rows)
    )


def _finished_in_time(rows: Rows) -> Array:
    return (rows["finished_us"] <= rows["due_us"]) & (rows["due_us"] != NEVER)


_VERDICTS: Mapping[str, Condition] = {
    "solved": lambda rows: (rows["satisfaction"] >= 0) & (rows["round"] == 1),
    "sent_back": lambda rows: rows["round"] > 1,
}


def _clock(colour: str, codes: Codes, now: int) -> Condition:
    is_open = one_of("state", OPEN_STATES, codes)
    if colour == "red":
        return _red(codes, now)
    if colour == "none":
        return lambda rows: (rows["due_us"] == NEVER) | ~is_open(rows)

    def runs(rows: Rows) -> Array:
        return (rows["due_us"] > now) & (rows["due_us"] != NEVER) & is_open(rows)

    if colour == "amber":
        return lambda rows: runs(rows) & (rows["amber_us"] <= now)
    return lambda rows: runs(rows) & (rows["amber_us"] > now)


def _named(tx: Tx, actor: Actor, filters: Filters) -> Iterator[Condition]:
    """Give what names areas, people and departments; the functions for the database refuse the unknown ones."""
    if filters.area:
        within(tx, actor, filters.area)
        lies = lies_below(tx, codes=(filters.area,))
        if lies is not None:
            yield lies
    if filters.bbox:
        yield _inside(filters.bbox)
    if filters.holder == "me":
        yield _mine(actor)
    elif filters.holder:
        held_by(tx, actor, str(filters.holder))
        person = tx.session.scalar(select(Person.id).where(Person.uid == UUID(str(filters.holder))))
        yield lambda rows: rows["holder_person"] == person
    if filters.department:
        held_by_department(tx, actor, filters.department)
        unit = tx.session.scalar(select(Department.id).where(Department.code == filters.department))
        yield lambda rows: rows["holder_department"] == unit


def _inside(bbox: Bbox) -> Condition:
    west, south, east, north = bbox

    def found(rows: Rows) -> Array:
        lon, lat = rows["lon"], rows["lat"]
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)

    return found


def _mine(actor: Actor) -> Condition:
    person = -1 if actor.person_id is None else actor.person_id
    if not is_handler(actor):
        return lambda rows: rows["holder_person"] == person
    unit = actor.department_id
    return lambda rows: (rows["holder_person"] == person) | (rows["holder_department"] == unit)


def _by_database(tx: Tx, actor: Actor, filters: Filters) -> Condition:
    found = tx.rows(select(Issue.id).where(*asked(tx, actor, filters)))
    ids = np.fromiter((key for (key,) in found), np.int64, len(found))
    return lambda rows: np.isin(rows["id"], ids)
