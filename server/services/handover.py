"""Handing over: open issues of somebody go on to another, when asked and when their time has come.

:func:`run_due` is a step of the periodic job: leave that began, duties that ended, service that ended, issues
whose holder is gone. Each has a mark that is set with its last batch, so it is done once, goes on after a
break, and may be run by several processes. After leave nothing comes back by itself.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select

from server.db import Store, Tx
from server.errors import InputError
from server.models import Area, Duty, Issue, Leave, Person
from server.services import appointing, duties, leaving
from server.services.areas import below
from server.services.passing_on import (
    HELD,
    HandedOver,
    Item,
    Order,
    always,
    held,
    lies_in,
    listed,
    run,
    takers,
)
from server.services.people import Actor
from server.services.roster import serves
from server.services.staffing import Subject, check_may_hand_over, colleagues, managed, subject
from server.workflow import State

__all__ = ["HandedOver", "Item", "hand_over", "plan", "run_due", "stranded"]

MOST_LISTED = 500
IN_HAND = (State.DISPATCHED, State.HANDLING)
"""What a substitute can take over; what is suspended waits for its own day."""
_HELD = [str(state) for state in HELD]


def hand_over(
    store: Store,
    actor: Actor,
    uid: UUID | str,
    to: UUID | str | None = None,
    cells: Sequence[str] = (),
) -> HandedOver:
    """Hand over somebody's open issues now.

    Parameters
    ----------
    store : Store
        Where.
    actor : Actor
        A leader or supervisor over them, who hands over what lies in their own areas; never the person.
    uid : UUID or str
        Whose.
    to : UUID or str, optional
        Who takes them; by default whoever else is on duty in each issue's cell.
    cells : Sequence of str
        Codes of the areas whose issues go; all by default.

    Raises
    ------
    NotFound, NotPermitted, InputError
        Nothing was handed over.
    """
    with store.read() as tx:
        order = _order(tx, actor, uid, to, cells)
    return run(store, always(order))


def plan(
    tx: Tx, actor: Actor, uid: UUID | str, to: UUID | str | None = None, cells: Sequence[str] = ()
) -> list[Item]:
    """List what :func:`hand_over` would do at this instant; nothing is written.

    Returns
    -------
    list of Item
        By key; those that nobody could take have no ``to``.
    """
    order = _order(tx, actor, uid, to, cells)
    rows = tx.session.execute(held(order).limit(MOST_LISTED)).all()
    return listed(tx, rows, takers(tx, order, [row.area_id for row in rows]))


def stranded(tx: Tx, actor: Actor) -> list[Item]:
    """List issues whose holder is not there: out of service, or away before taking them.

    Only those in areas that the actor leads or supervises: administrators see no issues.
    """
    away = exists().where(Leave.person_id == Person.id, Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
    waits = (Issue.state == str(State.DISPATCHED)) & away
    query = (
        select(Issue.id, Issue.area_id, Issue.number)
        .join(Person, Person.id == Issue.holder_person_id)
        .where(Issue.state.in_(_HELD), or_(~Person.is_active, waits))
        .order_by(Issue.id)
    )
    paths = managed(actor)
    if paths is not None:
        query = query.where(lies_in(paths))
    return listed(tx, tx.session.execute(query.limit(MOST_LISTED)).all(), {})


def run_due(store: Store) -> HandedOver:
    """Hand over what is due at this instant.

    Parameters
    ----------
    store : Store
        Where; safe to be asked by several processes at once, and cheap when nothing is due.

    Returns
    -------
    HandedOver
        What went on; ``left`` names what nobody could take.
    """
    with store.read() as tx:
        begun = (Leave.starts_at <= tx.now) & (Leave.ends_at > tx.now) & Leave.handed_over_at.is_(None)
        away = tx.session.scalars(select(Leave.id).where(begun).order_by(Leave.starts_at, Leave.id)).all()
        ended = select(Duty.id).where(Duty.hand_over, Duty.ends_at <= tx.now).order_by(Duty.ends_at, Duty.id)
        posts = tx.session.scalars(ended).all()
        last_day = (Person.leaves_at <= tx.now) & Person.is_active
        leavers = tx.session.scalars(select(Person.id).where(last_day).order_by(Person.id)).all()
    for key in leavers:
        with store.write() as tx:
            leaving.depart(tx, key)
    done = HandedOver()
    for key in away:
        done += _leave_begun(store, key)
    for key in posts:
        done += _duty_ended(store, key)
    return done + _of_the_gone(store)


def _leave_begun(store: Store, leave_id: int) -> HandedOver:
    """Hand over at the beginning of a leave: to the substitute, where there is none to who is on duty."""

    def order(tx: Tx) -> Order | None:
        leave = tx.session.get(Leave, leave_id, with_for_update=True, populate_existing=True)
        if leave is None or leave.handed_over_at is not None or not leave.starts_at <= tx.now < leave.ends_at:
            return None
        states = IN_HAND if leave.everything else IN_HAND[:1]
        return Order(leave.person_id, "leave", _there(tx, leave.substitute_id), states)

    def finish(tx: Tx) -> None:
        tx.session.get_one(Leave, leave_id).handed_over_at = tx.now

    return run(store, order, finish)


def _there(tx: Tx, person_id: int | None) -> int | None:
    """Give a substitute who is in service and not away; None for none."""
    away = exists().where(Leave.person_id == Person.id, Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
    return tx.session.scalar(select(Person.id).where(Person.id == person_id, serves(Person, tx.now), ~away))


def _duty_ended(store: Store, duty_id: int) -> HandedOver:
    """Hand over at the end of a duty: what they have in its area goes to who is on duty there."""

    def order(tx: Tx) -> Order | None:
        duty = tx.session.get(Duty, duty_id, with_for_update=True, populate_existing=True)
        if duty is None or not duty.hand_over or duty.ends_at is None or duty.ends_at > tx.now:
            return None
        path = tx.session.scalar(select(Area.path).where(Area.id == duty.area_id)) or ""
        area_ids = tuple(tx.session.scalars(select(Area.id).where(below(path))))
        return Order(duty.person_id, "hand_over", area_ids=area_ids, keeps=True)

    def finish(tx: Tx) -> None:
        duty = tx.session.get_one(Duty, duty_id)
        duty.hand_over = False
        appointing.give_up(tx, duty)

    return run(store, order, finish)


def _of_the_gone(store: Store) -> HandedOver:
    """Hand over what people hold who are no longer in service, as soon as somebody can take it."""
    with store.read() as tx:
        rows = tx.session.execute(
            select(Issue.holder_person_id, Issue.area_id)
            .join(Person, Person.id == Issue.holder_person_id)
            .where(~Person.is_active, Issue.state.in_(_HELD))
            .distinct()
        ).all()
        answers = duties.on_duty_many(tx, {area_id for _, area_id in rows}, tx.now)
    left: dict[int, list[int]] = {}
    for person_id, area_id in rows:
        if person_id is not None and answers[area_id].person_id is not None:
            left.setdefault(person_id, []).append(area_id)
    done = HandedOver()
    for person_id, area_ids in left.items():
        done += run(store, always(Order(person_id, "left", area_ids=tuple(area_ids))))
    return done


def _order(tx: Tx, actor: Actor, uid: UUID | str, to: UUID | str | None, cells: Sequence[str]) -> Order:
    who = subject(tx, actor, uid)
    check_may_hand_over(actor, who)
    area_ids = None
    if cells:
        known = dict(tx.session.execute(select(Area.code, Area.path).where(Area.code.in_(cells))).all())
        unknown = sorted(set(cells) - known.keys())
        if unknown:
            raise InputError("area.unknown", field="cells", code=unknown[0][:64])
        within = or_(*(below(path) for path in known.values()))
        area_ids = tuple(tx.session.scalars(select(Area.id).where(within)))
    return Order(who.id, "hand_over", _taker(tx, who, to), area_ids=area_ids, paths=managed(actor))


def _taker(tx: Tx, who: Subject, to: UUID | str | None) -> int | None:
    if not to:
        return None
    if str(to) not in {str(one.uid) for one in colleagues(tx, who)}:
        raise InputError("leave.unknown", field="to", value=str(to)[:40])
    return tx.session.scalar(select(Person.id).where(Person.uid == UUID(str(to))))
