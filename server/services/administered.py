"""What an administrator looks after: people whose roles all lie in areas they administer, and those areas.

Whoever has no role is nobody's by area, and may get any role from others at any moment; so they are looked after by
those who administer the whole, and by whoever decided last about their roles or added them.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted
from server.models import Area, Audit, Person, RoleGrant
from server.services.areas import below
from server.services.people import Actor, actor_of
from server.services.permissions import administers, over
from server.services.turns import alone
from server.workflow import Role

__all__ = [
    "Place",
    "acting",
    "acting_for_all",
    "answers_for",
    "area_named",
    "areas_of",
    "decides_on",
    "is_whole",
    "looked_after",
    "need_session",
    "need_whole",
    "people_of",
    "places",
]

MOST_PLACES = 3000
LONGEST = 64
_DECIDED = (
    "person.add",
    "grant.add",
    "grant.remove",
)  # acts that make whoever did the last one answer for somebody
_WITH_CODE = re.compile(r".*[（(]([^（()）]+)[）)]")


@dataclass(frozen=True)
class Place:
    """An area to choose from.

    Attributes
    ----------
    code, name, level : str
        The area.
    above : str
        Name of the one it lies in; empty at the top.
    """

    code: str
    name: str
    level: str
    above: str


def acting(tx: Tx, actor: Actor) -> Actor:
    """Wait for one's turn, and read anew what the actor may do: another may just have taken it from them.

    Raises
    ------
    NotPermitted
        No administrator any more, or a request that came with a token.
    """
    alone(tx)
    if actor.is_system:
        return actor
    need_session(actor)
    now = actor_of(tx, actor.person_id or 0)
    if now is None or Role.ADMIN not in now.roles:
        raise NotPermitted("auth.not_permitted")
    return replace(now, address=actor.address, session_id=actor.session_id, token_id=actor.token_id)


def need_session(actor: Actor) -> None:
    """Refuse what a stolen token shall not do: make others, or change accounts and rules.

    Raises
    ------
    NotPermitted
        ``account.by_token``: the request came with a token.
    """
    if actor.token_id is not None:
        raise NotPermitted("account.by_token")


def is_whole(tx: Tx, actor: Actor) -> bool:
    """Tell whether an actor administers all there is: every area at the top."""
    return actor.is_system or bool(tx.session.scalar(select(_whole(actor))))


def _whole(actor: Actor) -> ColumnElement[bool]:
    elsewhere = Area.path.not_in(over(actor, Role.ADMIN))
    return ~select(Area.id).where(Area.parent_id.is_(None), elsewhere).correlate(None).exists()


def decides_on(tx: Tx, actor: Actor, path: str | None) -> bool:
    """Tell whether an actor administers all that something serves: an area, or everything without a path."""
    return administers(actor, path) if path else is_whole(tx, actor)


def need_whole(tx: Tx, actor: Actor) -> None:
    """Refuse whoever administers a part alone what holds for everybody.

    Raises
    ------
    NotPermitted
        ``rules.whole``.
    """
    if not is_whole(tx, actor):
        raise NotPermitted("rules.whole")


def acting_for_all(tx: Tx, actor: Actor) -> Actor:
    """Do as :func:`acting` for rules that hold everywhere.

    Raises
    ------
    NotPermitted
        As there, or an administrator of a part alone.
    """
    actor = acting(tx, actor)
    need_whole(tx, actor)
    return actor


def areas_of(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor administers this area."""
    paths = over(actor, Role.ADMIN)
    return true() if actor.is_system else or_(false(), *(below(path) for path in paths))


def people_of(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor looks after this person.

    All their roles lie in the actor's areas; without any role, the actor administers the whole or decided last.
    """
    if actor.is_system:
        return true()
    if not over(actor, Role.ADMIN):
        return false()
    own = select(Area.id).where(areas_of(actor))
    outside = RoleGrant.area_id.not_in(own.correlate(None))
    held = select(RoleGrant.id).where(RoleGrant.person_id == Person.id)
    decided = select(Audit.person_id).where(Audit.subject_id == Person.id, Audit.kind.in_(_DECIDED))
    last = decided.order_by(Audit.id.desc()).limit(1).scalar_subquery()
    return and_(~held.where(outside).exists(), or_(held.exists(), _whole(actor), last == actor.person_id))


def answers_for(tx: Tx, by_id: int | None, person_id: int) -> bool:
    """Tell whether somebody is an administrator still, and looks after a person still; the command line always does."""
    if by_id is None:
        return True
    by = actor_of(tx, by_id)
    query = select(Person.id).where(Person.id == person_id, people_of(by)) if by is not None else None
    return query is not None and tx.session.scalar(query) is not None


def looked_after(tx: Tx, actor: Actor, login: str) -> Person:
    """Find a person whom the actor looks after.

    Raises
    ------
    NotFound
        Absent, or somebody else's to look after.
    """
    spelled = login.strip().lower()[:LONGEST]
    found = tx.session.scalar(select(Person).where(Person.login == spelled, people_of(actor)))
    if found is None:
        raise NotFound("person.unknown", login=login[:LONGEST])
    return found


def area_named(tx: Tx, actor: Actor, typed: str, field: str = "area") -> Area:
    """Find an area that the actor administers as it was chosen or typed: by code, by name, by 名称（编码）.

    Raises
    ------
    InputError
        None, retired, somebody else's, or several of that name.
    """
    words = typed.strip()
    coded = _WITH_CODE.fullmatch(words)
    code = (coded[1] if coded else words).strip()
    current = select(Area).where(areas_of(actor), Area.retired_grid_id.is_(None))
    found = list(tx.session.scalars(current.where(Area.code == code)))
    if not found and words:
        found = list(tx.session.scalars(current.where(Area.name == words).limit(2)))
    if not words:
        raise InputError("field.missing", field=field)
    if len(found) != 1:
        error = "area.several" if found else "area.unknown"
        raise InputError(error, field=field, code=words[:LONGEST], value=words[:LONGEST])
    return found[0]


def places(tx: Tx, actor: Actor) -> tuple[Place, ...]:
    """List the areas that an actor administers, in tree order; cells only where they are few enough."""
    upper: Any = aliased(Area)
    query = (
        select(Area.code, Area.name, Area.level, upper.name)
        .outerjoin(upper, upper.id == Area.parent_id)
        .where(areas_of(actor), Area.retired_grid_id.is_(None))
        .order_by(Area.path)
    )
    rows = tx.session.execute(query.limit(MOST_PLACES + 1)).all()
    if len(rows) > MOST_PLACES:
        rows = tx.session.execute(query.where(Area.level != "cell").limit(MOST_PLACES)).all()
    return tuple(Place(code, name, level, above or "") for code, name, level, above in rows)
