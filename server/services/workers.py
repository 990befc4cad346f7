"""Workers and leaders: who has which duty now, who is away, who stands in."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.services.areas import below, path_of, visible_paths
from server.services.people import Actor

__all__ = ["Worker", "on_duty_now"]


@dataclass(frozen=True)
class Worker:
    """Somebody with a duty.

    Attributes
    ----------
    uid, name :
        The person.
    duties : tuple of (kind, code, name)
        ``A``, ``B`` or ``leader``, and the area, by path.
    is_away : bool
        On leave now.
    substitute : str or None
        Who stands in meanwhile.
    """

    uid: UUID
    name: str
    duties: tuple[tuple[str, str, str], ...]
    is_away: bool = False
    substitute: str | None = None


def on_duty_now(tx: Tx, actor: Actor, area: str | None = None) -> list[Worker]:
    """List who has a duty at this instant in the actor's areas.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant counts.
    actor : Actor
        Sees duties in their areas.
    area : str, optional
        Only duties in the area with this code and below.

    Returns
    -------
    list of Worker
        By the path of their first duty; only people whose account is active.

    Raises
    ------
    NotFound
        There is no such area.
    """
    query = (
        select(Person.id, Person.uid, Person.name, Duty.kind, Area.code, Area.name.label("area"))
        .join(Duty, Duty.person_id == Person.id)
        .join(Area, Area.id == Duty.area_id)
        .where(Person.is_active, Area.retired_grid_id.is_(None), Duty.starts_at <= tx.now)
        .where(or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now))
        .where(or_(*(below(path) for path in visible_paths(actor)), Area.id == -1))
        .order_by(Area.path, Duty.kind, Person.id)
    )
    if area:
        query = query.where(below(path_of(tx, actor, area)))
    duties: dict[tuple[int, UUID, str], list[tuple[str, str, str]]] = {}
    for row in tx.session.execute(query):
        duties.setdefault((row.id, row.uid, row.name), []).append((row.kind, row.code, row.area))
    away = _away(tx)
    return [
        Worker(uid, name, tuple(held), key in away, away.get(key))
        for (key, uid, name), held in duties.items()
    ]


def _away(tx: Tx) -> dict[int, str | None]:
    substitute = aliased(Person)
    rows = tx.session.execute(
        select(Leave.person_id, substitute.name)
        .outerjoin(substitute, (substitute.id == Leave.substitute_id) & substitute.is_active)
        .where(Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
        .order_by(Leave.starts_at, Leave.id)
    )
    away: dict[int, str | None] = {}
    for key, name in rows:
        away[key] = away.get(key) or name
    return away
