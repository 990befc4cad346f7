"""The table of duties: community by community who has which post, who is away, what is to change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.services import duties
from server.services.areas import below, path_of, visible_paths
from server.services.duties import OnDuty
from server.services.people import Actor

__all__ = ["AreaDuties", "Away", "HeldPost", "board", "posts_of"]


@dataclass(frozen=True)
class Away:
    """A leave beside a post.

    Attributes
    ----------
    id : int
        Key of the leave.
    starts_at, ends_at : datetime
        First instant away; first instant back.
    substitute : str
        Who stands in; empty for nobody.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    substitute: str


@dataclass(frozen=True)
class HeldPost:
    """A duty, now or to come.

    Attributes
    ----------
    id : int
        Key of the duty.
    uid, name :
        Who has it.
    kind : str
        ``A B leader``.
    area, area_name, path : str
        For what.
    starts_at, ends_at : datetime or None
        First instant on duty; first instant off duty, if an end is set.
    leaves_at : datetime or None
        Announced end of their service.
    is_coming : bool
        Whether it has not begun.
    leave : tuple of Away
        Their leave now and to come, the earliest first.
    away : Away or None
        The leave they are on now.
    """

    id: int
    uid: UUID
    name: str
    kind: str
    area: str
    area_name: str
    path: str
    starts_at: datetime
    ends_at: datetime | None
    leaves_at: datetime | None
    is_coming: bool
    leave: tuple[Away, ...] = ()
    away: Away | None = None


@dataclass(frozen=True)
class AreaDuties:
    """An area with its posts.

    Attributes
    ----------
    code, name, level, path : str
        The area.
    posts : tuple of HeldPost
        Now and to come: A, B, leaders; the one on duty longest first.
    now : OnDuty
        Who answers for it at this instant.
    """

    code: str
    name: str
    level: str
    path: str
    posts: tuple[HeldPost, ...]
    now: OnDuty

    def of(self, kind: str) -> tuple[HeldPost, ...]:
        """Give the posts of one kind."""
        return tuple(one for one in self.posts if one.kind == kind)


def board(tx: Tx, actor: Actor, area: str | None = None) -> list[AreaDuties]:
    """List the areas of the actor with who answers for them.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant counts.
    actor : Actor
        Sees their areas.
    area : str, optional
        Only the area with this code and below.

    Returns
    -------
    list of AreaDuties
        In tree order.

    Raises
    ------
    NotFound
        There is no such area.
    """
    query = select(Area.id, Area.code, Area.name, Area.level, Area.path)
    query = query.where(Area.retired_grid_id.is_(None))
    query = query.where(or_(*(below(path) for path in visible_paths(actor)), Area.id == -1))
    if area:
        query = query.where(below(path_of(tx, actor, area)))
    rows = tx.session.execute(query.order_by(Area.path)).all()
    posts: dict[str, list[HeldPost]] = {}
    for post in _posts(tx, query.with_only_columns(Area.id)):
        posts.setdefault(post.area, []).append(post)
    now = duties.on_duty_many(tx, (row.id for row in rows), tx.now)
    return [
        AreaDuties(row.code, row.name, row.level, row.path, tuple(posts.get(row.code, ())), now[row.id])
        for row in rows
    ]


def posts_of(tx: Tx, person_id: int) -> list[HeldPost]:
    """List a person's duties, now and to come."""
    mine = select(Duty.area_id).where(Duty.person_id == person_id)
    return list(_posts(tx, mine, person_id))


def _posts(tx: Tx, area_ids: object, person_id: int | None = None) -> Iterable[HeldPost]:
    query = (
        select(Duty.id, Person.uid, Person.name, Duty.kind, Area.code, Area.name.label("area_name"), Area.path,
               Duty.starts_at, Duty.ends_at, Person.leaves_at, Person.id.label("person_id"))
        .join(Person, Person.id == Duty.person_id)
        .join(Area, Area.id == Duty.area_id)
        .where(Person.is_active, Duty.area_id.in_(area_ids))  # type: ignore[arg-type] # a query
        .where(or_(Duty.ends_at.is_(None), (Duty.ends_at > tx.now) & (Duty.ends_at > Duty.starts_at)))
        .order_by(Area.path, Duty.kind, Duty.starts_at, Duty.id)
    )  # fmt: skip
    if person_id is not None:
        query = query.where(Duty.person_id == person_id)
    away = _leave(tx)
    for row in tx.session.execute(query):
        leave = tuple(away.get(row.person_id, ()))
        present = next((one for one in leave if one.starts_at <= tx.now), None)
        yield HeldPost(*row[:10], is_coming=row.starts_at > tx.now, leave=leave, away=present)


def _leave(tx: Tx) -> dict[int, list[Away]]:
    stand_in = aliased(Person)
    rows = tx.session.execute(
        select(Leave.person_id, Leave.id, Leave.starts_at, Leave.ends_at, stand_in.name)
        .outerjoin(stand_in, (stand_in.id == Leave.substitute_id) & stand_in.is_active)
        .where(Leave.ends_at > tx.now)
        .order_by(Leave.starts_at, Leave.id)
    )
    found: dict[int, list[Away]] = {}
    for person_id, key, starts_at, ends_at, name in rows:
        found.setdefault(person_id, []).append(Away(key, starts_at, ends_at, name or ""))
    return found
