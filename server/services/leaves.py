"""Leave: announced, changed, ended early, cancelled; with a substitute who is there at that time, or none.

It takes effect at once. Issues not yet taken go to the substitute when it begins
(:mod:`server.services.handover`), those in work too where asked; they stay there afterwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted
from server.models import Leave, Person
from server.services.people import Actor
from server.services.staffing import Subject, check_may_manage, colleagues, may_hand_over, subject

__all__ = ["LONGEST", "Absence", "Wish", "announce", "change", "end", "leaves_of"]

LONGEST = timedelta(days=731)
"""Beyond two years it is a slip of the pen."""


@dataclass(frozen=True)
class Wish:
    """A leave as asked for.

    Attributes
    ----------
    starts_at, ends_at : datetime
        First instant away; first instant back.
    substitute : UUID or str or None
        Who stands in.
    everything : bool
        Whether issues in work are handed over too, not only those not yet taken; a leader or supervisor says so.
    """

    starts_at: datetime
    ends_at: datetime
    substitute: UUID | str | None = None
    everything: bool = False


@dataclass(frozen=True)
class Absence:
    """A leave as others see it.

    Attributes
    ----------
    id : int
        Key, to change it by.
    person, substitute : tuple of (UUID, str) or None
        Uid and name of who is away and who stands in.
    starts_at, ends_at : datetime
        First instant away; first instant back.
    everything : bool
        Whether issues in work go to the substitute too.
    handed_over_at : datetime or None
        When open issues were handed over.
    alone : tuple of str
        Names of those for whom this person was to stand in at that time.
    """

    id: int
    person: tuple[UUID, str]
    substitute: tuple[UUID, str] | None
    starts_at: datetime
    ends_at: datetime
    everything: bool
    handed_over_at: datetime | None
    alone: tuple[str, ...] = ()


def announce(tx: Tx, actor: Actor, uid: UUID | str, wish: Wish) -> Absence:
    """Announce somebody's leave.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        The person, or a leader or supervisor over them.
    uid : UUID or str
        Who is away.
    wish : Wish
        When, and who stands in.

    Returns
    -------
    Absence
        The leave.

    Raises
    ------
    NotFound, NotPermitted
        No such person in the actor's areas; not theirs to announce, or to say that issues in work go over.
    InputError
        The span cannot be, it meets another leave, or the substitute cannot stand in; names the clash.
    """
    who = subject(tx, actor, uid)
    check_may_manage(actor, who)
    if not who.is_active:
        raise InputError("leave.gone", field="person", name=who.name)
    if wish.everything and not may_hand_over(actor, who):
        raise NotPermitted("leave.everything")
    substitute_id = _checked(tx, who, wish)
    leave = Leave(
        person_id=who.id,
        substitute_id=substitute_id,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        everything=wish.everything,
    )
    tx.session.add(leave)
    tx.session.flush()
    return _view(tx, leave)


def change(tx: Tx, actor: Actor, leave_id: int, wish: Wish) -> Absence:
    """Change a leave that is not over; one under way keeps its beginning.

    With another substitute, or issues in work included, open issues are handed over anew.

    Raises
    ------
    NotFound, NotPermitted, InputError
        As for :func:`announce`; over already.
    """
    leave, who = _found(tx, actor, leave_id)
    starts_at = leave.starts_at if leave.starts_at <= tx.now else wish.starts_at
    wish = Wish(starts_at, wish.ends_at, wish.substitute, wish.everything)
    substitute_id = _checked(tx, who, wish, leave.id)
    is_new = substitute_id != leave.substitute_id or (wish.everything and not leave.everything)
    if wish.everything and is_new and not may_hand_over(actor, who):
        raise NotPermitted("leave.everything")
    if is_new or wish.starts_at > tx.now:
        leave.handed_over_at = None
    leave.substitute_id, leave.everything = substitute_id, wish.everything
    leave.starts_at, leave.ends_at = wish.starts_at, wish.ends_at
    tx.session.flush()
    return _view(tx, leave)


def end(tx: Tx, actor: Actor, leave_id: int) -> Absence:
    """End a leave now, or cancel it before it begins.

    Returns
    -------
    Absence
        The leave as it ended; one that was cancelled never began, and is kept no longer.

    Raises
    ------
    NotFound, NotPermitted, InputError
        As for :func:`change`.
    """
    leave, _who = _found(tx, actor, leave_id)
    if leave.starts_at >= tx.now:
        told = replace(_view(tx, leave), ends_at=leave.starts_at)
        tx.session.delete(leave)
        tx.session.flush()
        return told
    leave.ends_at = tx.now
    tx.session.flush()
    return _view(tx, leave)


def leaves_of(tx: Tx, person_id: int) -> list[Absence]:
    """List a person's leave now and to come, the earliest first."""
    query = select(Leave).where(Leave.person_id == person_id, Leave.ends_at > tx.now)
    return [_view(tx, one) for one in tx.session.scalars(query.order_by(Leave.starts_at, Leave.id))]


def _found(tx: Tx, actor: Actor, leave_id: int) -> tuple[Leave, Subject]:
    query = select(Leave, Person.uid).join(Person, Person.id == Leave.person_id).where(Leave.id == leave_id)
    row = tx.session.execute(query.with_for_update(of=Leave)).first()
    if row is None:
        raise NotFound("leave.absent", id=leave_id)
    try:
        who = subject(tx, actor, row[1])
    except NotFound as error:  # somebody elsewhere; told as if there were no such leave
        raise NotFound("leave.absent", id=leave_id) from error
    check_may_manage(actor, who)
    if row[0].ends_at <= tx.now:
        raise InputError("leave.over", field="until", value=_said(tx, row[0].ends_at))
    return row[0], who


def _checked(tx: Tx, who: Subject, wish: Wish, own: int | None = None) -> int | None:
    """Refuse a span or substitute that cannot be; give the substitute's key."""
    if wish.ends_at <= wish.starts_at:
        raise InputError("leave.span", field="until", value=_said(tx, wish.ends_at))
    if wish.ends_at <= tx.now:
        raise InputError("leave.over", field="until", value=_said(tx, wish.ends_at))
    if max(wish.ends_at - wish.starts_at, wish.starts_at - tx.now) > LONGEST:
        raise InputError("leave.long", field="until", days=LONGEST.days)
    stand_in = _stand_in(tx, who, wish.substitute)
    keys = sorted({who.id, *([stand_in.id] if stand_in else [])})
    tx.session.execute(select(Person.id).where(Person.id.in_(keys)).order_by(Person.id).with_for_update())
    clash = _meeting(tx, who.id, wish, own)
    if clash is not None:
        raise InputError("leave.overlaps", field="since", name=who.name, **_span(tx, clash))
    if stand_in is not None:
        _check_stand_in(tx, who, stand_in, wish)
    return stand_in.id if stand_in else None


def _stand_in(tx: Tx, who: Subject, uid: UUID | str | None) -> Person | None:
    if not uid:
        return None
    if str(uid) == str(who.uid):
        raise InputError("leave.self", field="substitute", name=who.name)
    if str(uid) not in {str(one.uid) for one in colleagues(tx, who)}:
        raise InputError("leave.unknown", field="substitute", value=str(uid)[:40])
    return tx.session.scalar(select(Person).where(Person.uid == UUID(str(uid))))


def _check_stand_in(tx: Tx, who: Subject, stand_in: Person, wish: Wish) -> None:
    clash = _meeting(tx, stand_in.id, wish, None)
    if clash is not None:
        code = "leave.circular" if clash.substitute_id == who.id else "leave.away"
        raise InputError(code, field="substitute", name=stand_in.name, other=who.name, **_span(tx, clash))
    if stand_in.leaves_at is not None and stand_in.leaves_at < wish.ends_at:
        last = _said(tx, stand_in.leaves_at)
        raise InputError("leave.leaving", field="substitute", name=stand_in.name, value=last)


def _meeting(tx: Tx, person_id: int, wish: Wish, own: int | None) -> Leave | None:
    """Find a person's other leave that shares an instant with the one wished for."""
    query = select(Leave).where(Leave.person_id == person_id, Leave.id != (own or 0))
    query = query.where(Leave.starts_at < wish.ends_at, Leave.ends_at > wish.starts_at)
    return tx.session.scalars(query.order_by(Leave.starts_at).limit(1)).first()


def _span(tx: Tx, leave: Leave) -> dict[str, Any]:
    return {"since": _said(tx, leave.starts_at), "until": _said(tx, leave.ends_at)}


def _said(tx: Tx, at: datetime) -> str:
    return at.astimezone(tx.config.zone).strftime("%Y-%m-%d %H:%M")


def _view(tx: Tx, leave: Leave) -> Absence:
    keys = {leave.person_id, leave.substitute_id}
    rows = tx.session.execute(select(Person.id, Person.uid, Person.name).where(Person.id.in_(keys - {None})))
    people = {key: (uid, name) for key, uid, name in rows}
    waiting = select(Person.name).join(Leave, Leave.person_id == Person.id)
    waiting = waiting.where(Leave.substitute_id == leave.person_id)
    waiting = waiting.where(Leave.starts_at < leave.ends_at, Leave.ends_at > leave.starts_at)
    return Absence(
        leave.id,
        people[leave.person_id],
        people.get(leave.substitute_id) if leave.substitute_id else None,
        leave.starts_at,
        leave.ends_at,
        leave.everything,
        leave.handed_over_at,
        tuple(tx.session.scalars(waiting.order_by(Leave.starts_at, Person.name))),
    )
