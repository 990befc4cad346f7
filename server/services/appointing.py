"""Appointing: who answers for which area from when until when, given by leaders and supervisors.

A and B are given for cells, by a leader or supervisor over them; leaders for areas above, by a supervisor
over the area or a leader of one further up. With a duty goes the role that it needs; it is taken back when
the duty ends.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted
from server.models import Area, Duty, Person, RoleGrant
from server.services import duties
from server.services.areas import visible_paths
from server.services.people import Actor, system_actor
from server.services.staffing import Subject, colleagues_of, runs, subject
from server.workflow import Role

__all__ = ["KINDS", "Post", "appoint", "area_for", "end_duty", "give_up", "may_appoint"]

KINDS = ("A", "B", "leader")


@dataclass(frozen=True)
class Post:
    """A duty to be given.

    Attributes
    ----------
    area : str
        Code of the area.
    kind : str
        ``A``, ``B`` (cells) or ``leader`` (areas above).
    starts_at, ends_at : datetime or None
        First instant on duty, now when None; first instant off duty, open end when None.
    replaces : bool
        Whether others of this kind there go off duty then, and their open issues go on.
    """

    area: str
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    replaces: bool = False


def may_appoint(actor: Actor, path: str, kind: str) -> bool:
    """Tell whether the actor gives duties of a kind for the area with this path."""
    if kind != "leader" or actor.is_system:
        return runs(actor, path)
    above = path.rstrip("/").rpartition("/")[0] + "/"
    return Role.SUPERVISOR in actor.roles_at(path) or Role.LEADER in actor.roles_at(above)


def appoint(tx: Tx, actor: Actor, uid: UUID | str, post: Post) -> None:
    """Give somebody a duty, or change the dates of one that it meets.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who decides; see :func:`may_appoint`.
    uid : UUID or str
        Who is to answer for it: somebody of the same subdistrict.
    post : Post
        For what, from when until when.

    Raises
    ------
    NotFound, NotPermitted
        No such area or person in the actor's areas; not theirs to decide.
    InputError
        The kind is not one for this level, the span cannot be, or they are not in service then.
    """
    area = area_for(tx, actor, post.area)
    _check_kind(area, post.kind)
    if not may_appoint(actor, area.path, post.kind):
        raise NotPermitted("duty.not_given", area=area.name)
    starts_at = max(post.starts_at or tx.now, tx.now)
    if post.ends_at is not None and post.ends_at <= starts_at:
        raise InputError("duty.span", field="until", area=area.name)
    who = _candidate(tx, actor, uid, area)
    if who.leaves_at is not None and who.leaves_at <= starts_at:
        raise InputError("duty.leaving", field="person", name=who.name)
    if post.replaces:
        _replace(tx, area.id, post.kind, who.id, starts_at)
    begun = _begun(tx, who.id, area.id, post.kind) if post.starts_at is None else None
    duties.assign(tx, who.id, area.id, post.kind, begun or starts_at, post.ends_at)
    _grant(tx, who, area, post.kind)
    tx.session.flush()


def end_duty(
    tx: Tx, actor: Actor, duty_id: int, at: datetime | None = None, *, hand_over: bool = True
) -> None:
    """End a duty, or cancel one that has not begun.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who decides; see :func:`may_appoint`.
    duty_id : int
        Which.
    at : datetime, optional
        First instant off duty; now by default.
    hand_over : bool
        Whether open issues they have there go to who is on duty then.

    Raises
    ------
    NotFound, NotPermitted, InputError
        As for :func:`appoint`; over already.
    """
    duty = tx.session.get(Duty, duty_id, with_for_update=True)
    area = tx.session.get(Area, duty.area_id) if duty is not None else None
    if duty is None or area is None or not _sees(actor, area.path):
        raise NotFound("duty.absent", id=duty_id)
    if not may_appoint(actor, area.path, duty.kind):
        raise NotPermitted("duty.not_given", area=area.name)
    if duty.ends_at is not None and duty.ends_at <= tx.now:
        raise InputError("duty.over", field="at", area=area.name)
    is_coming = duty.starts_at >= tx.now
    duty.ends_at = max(at or tx.now, duty.starts_at if is_coming else tx.now)
    duty.hand_over = hand_over and not is_coming
    tx.session.flush()
    if not duty.hand_over and duty.ends_at <= max(tx.now, duty.starts_at):
        give_up(tx, duty)


def give_up(tx: Tx, duty: Duty) -> None:
    """Take back the role that went with a duty, unless another of theirs there needs it."""
    kinds = ("leader",) if duty.kind == "leader" else ("A", "B")
    mine = (Duty.person_id == duty.person_id, Duty.area_id == duty.area_id, Duty.kind.in_(kinds))
    lasts = or_(Duty.ends_at.is_(None), (Duty.ends_at > tx.now) & (Duty.ends_at > Duty.starts_at))
    if tx.session.scalar(select(Duty.id).where(*mine, lasts).limit(1)) is not None:
        return
    grants = select(RoleGrant).where(
        RoleGrant.person_id == duty.person_id,
        RoleGrant.area_id == duty.area_id,
        RoleGrant.role == str(_role(duty.kind)),
    )
    for grant in tx.session.scalars(grants):
        tx.session.delete(grant)
    tx.session.flush()


def area_for(tx: Tx, actor: Actor, code: str) -> Area:
    """Find an area by code, to give its duties.

    Raises
    ------
    NotFound
        Absent, retired, or outside the actor's areas.
    """
    area = tx.session.scalar(select(Area).where(Area.code == code, Area.retired_grid_id.is_(None)))
    if area is None or not _sees(actor, area.path):
        raise NotFound("area.unknown", code=code[:64])
    return area


def _sees(actor: Actor, path: str) -> bool:
    return any(path.startswith(own) for own in visible_paths(actor))


def _check_kind(area: Area, kind: str) -> None:
    if kind not in KINDS:
        raise InputError("duty.kind", field="kind", value=kind[:16], known="、".join(KINDS))
    if (kind == "leader") == (area.level == "cell"):
        raise InputError("duty.level", field="kind", value=kind, area=area.name)


def _candidate(tx: Tx, actor: Actor, uid: UUID | str, area: Area) -> Subject:
    known = {str(one.uid) for one in colleagues_of(tx, (area.path,))}
    if str(uid) not in known and not actor.is_system:
        raise InputError("duty.person", field="person", value=str(uid)[:40])
    person = tx.session.scalar(select(Person).where(Person.uid == UUID(str(uid))))
    return subject(tx, system_actor(), person.uid if person else uid)


def _replace(tx: Tx, area_id: int, kind: str, person_id: int, at: datetime) -> None:
    others = select(Duty).where(Duty.area_id == area_id, Duty.kind == kind, Duty.person_id != person_id)
    for duty in tx.session.scalars(others.where(or_(Duty.ends_at.is_(None), Duty.ends_at > at))):
        duty.hand_over = duty.starts_at < at
        duty.ends_at = max(at, duty.starts_at)


def _begun(tx: Tx, person_id: int, area_id: int, kind: str) -> datetime | None:
    """Tell since when they have this duty; a change of its end does not move its beginning."""
    query = select(Duty.starts_at).where(
        Duty.person_id == person_id, Duty.area_id == area_id, Duty.kind == kind, Duty.starts_at <= tx.now
    )
    return tx.session.scalar(query.where(or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now)).limit(1))


def _grant(tx: Tx, who: Subject, area: Area, kind: str) -> None:
    role = _role(kind)
    covering = select(Area.path).join(RoleGrant, RoleGrant.area_id == Area.id)
    covering = covering.where(RoleGrant.person_id == who.id, RoleGrant.role == str(role))
    if not any(area.path.startswith(path) for path in tx.session.scalars(covering)):
        tx.session.add(RoleGrant(person_id=who.id, role=str(role), area_id=area.id))


def _role(kind: str) -> Role:
    return Role.LEADER if kind == "leader" else Role.WORKER
