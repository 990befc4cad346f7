"""Leaving service: somebody signs in no more, answers for nothing, and their open issues go on.

The account stays, because the ledger speaks of it. What they asked for stays with the issues.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update

from server.db import Store, Tx
from server.errors import Conflict, InputError, NotPermitted
from server.models import Area, Duty, Person, Token
from server.services import audit, duties, sessions
from server.services.appointing import KINDS
from server.services.grants import is_last_admin
from server.services.passing_on import HandedOver, Item, Order, always, counted, held, listed, run, takers
from server.services.people import Actor, system_actor
from server.services.staffing import MANAGERS, Subject, managed, subject
from server.services.turns import alone
from server.workflow import Role

__all__ = ["Leaving", "depart", "leave_service", "preview", "stay"]

MOST_LISTED = 500


@dataclass(frozen=True)
class Leaving:
    """What leaving service would mean; nothing is written.

    Attributes
    ----------
    uid, name :
        The person.
    duties : tuple of (str, str)
        Kind and area of each duty that ends.
    tokens : int
        Tokens that are revoked.
    items : tuple of Item
        Open issues in areas that the actor leads or supervises, and who gets each; no ``to``: nobody can take it.
    open, stuck : int
        All their open issues, wherever they lie; those that nobody can take.
    uncovered : tuple of str
        Cells that nobody would answer for.
    """

    uid: UUID
    name: str
    duties: tuple[tuple[str, str], ...]
    tokens: int
    items: tuple[Item, ...]
    open: int
    stuck: int
    uncovered: tuple[str, ...]


def preview(tx: Tx, actor: Actor, uid: UUID | str) -> Leaving:
    """Tell what :func:`leave_service` would do now.

    Raises
    ------
    NotFound, NotPermitted, InputError, Conflict
        As for :func:`leave_service`.
    """
    who = _checked(tx, actor, uid)
    order = Order(who.id, "left", paths=managed(actor))
    rows = tx.session.execute(held(order).limit(MOST_LISTED)).all()
    counts = counted(tx, Order(who.id, "left"))
    taken_by = takers(tx, order, list(counts))
    posts = tx.session.execute(
        select(Duty.kind, Area.name, Area.id)
        .join(Area, Area.id == Duty.area_id)
        .where(Duty.person_id == who.id, or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now))
        .order_by(Area.path, Duty.kind)
    ).all()
    after = duties.on_duty_many(tx, {row.id for row in posts}, tx.now, without=who.id)
    alive = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > tx.now))
    tokens = select(func.count()).select_from(Token).where(Token.person_id == who.id, *alive)
    return Leaving(
        who.uid,
        who.name,
        tuple((row.kind, row.name) for row in posts),
        tx.session.scalar(tokens) or 0,
        tuple(listed(tx, rows, taken_by)),
        sum(counts.values()),
        sum(count for area_id, count in counts.items() if taken_by.get(area_id) is None),
        tuple(dict.fromkeys(row.name for row in posts if after[row.id].person_id is None)),
    )


def leave_service(store: Store, actor: Actor, uid: UUID | str, at: datetime | None = None) -> HandedOver:
    """Let somebody leave service now, or announce it for later.

    Parameters
    ----------
    store : Store
        Where.
    actor : Actor
        An administrator, or a leader or supervisor over all their areas; never the person themselves.
    uid : UUID or str
        Who.
    at : datetime, optional
        First instant out of service; now by default. Later ones are carried out by the periodic job.

    Returns
    -------
    HandedOver
        What was handed over, and what nobody could take; empty when it was only announced.

    Raises
    ------
    NotFound, NotPermitted
        No such person in the actor's areas; not theirs to decide.
    InputError
        Out of service already.
    Conflict
        The last administrator.
    """
    with store.write() as tx:
        alone(tx)  # two administrators who let each other go would both find the other there
        who = _checked(tx, actor, uid)
        if at is not None and at > tx.now:
            tx.session.get_one(Person, who.id).leaves_at = at
            return HandedOver()
        depart(tx, who.id, actor)
    return run(store, always(Order(who.id, "left")))


def stay(tx: Tx, actor: Actor, uid: UUID | str) -> None:
    """Take back an announced leaving.

    Raises
    ------
    NotFound, NotPermitted, InputError
        As for :func:`leave_service`.
    """
    who = _checked(tx, actor, uid)
    tx.session.get_one(Person, who.id).leaves_at = None


def depart(tx: Tx, person_id: int, actor: Actor | None = None) -> None:
    """Put somebody out of service: no sign-in, no session, no token, no duty; harmless when they are already.

    The last administrator stays, and is asked again at the next occasion.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    person_id : int
        Whom.
    actor : Actor, optional
        Who lets them go; the system, whose job carries out what was announced, by default.
    """
    alone(tx)
    person = tx.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or not person.is_active or is_last_admin(tx, person.id):
        return
    at = min(person.leaves_at or tx.now, tx.now)
    duties.release(tx, person.id, (), at, KINDS)
    valid = (Token.person_id == person.id, Token.revoked_at.is_(None))
    tx.session.execute(update(Token).where(*valid).values(revoked_at=tx.now))
    person.is_active, person.leaves_at = False, None
    tx.session.flush()
    who = actor or system_actor()
    audit.record(tx, who, "person.off", subject_id=person.id)
    sessions.end_all(tx, who, person.id)


def _checked(tx: Tx, actor: Actor, uid: UUID | str) -> Subject:
    who = subject(tx, actor, uid)
    if not _may(actor, who):
        raise NotPermitted("leaving.not_yours", name=who.name)
    if not who.is_active:
        raise InputError("leave.gone", field="person", name=who.name)
    if is_last_admin(tx, who.id):
        raise Conflict("leaving.last_admin", name=who.name)
    return who


def _may(actor: Actor, who: Subject) -> bool:
    """Tell whether the actor may put somebody out of service: never themselves or who is above them."""
    if actor.is_system:
        return True
    if actor.person_id == who.id or not who.paths:
        return False
    over = [actor.roles_at(path) for path in who.paths]
    if all(Role.ADMIN in roles for roles in over):
        return True
    higher = {Role.ADMIN} if all(Role.SUPERVISOR in roles for roles in over) else {Role.ADMIN, *MANAGERS}
    return all(roles & MANAGERS for roles in over) and not who.roles & higher
