"""Which cells are somebody's, and why: by duty, as a substitute, as leader, or by a role over the area."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.services.areas import below
from server.services.people import Actor
from server.services.roster import in_force
from server.workflow import Role

__all__ = ["CAUSES", "FIELD_ROLES", "Mine", "Own", "mine"]

CAUSES = ("A", "B", "substitute", "leader", "area")
"""Why a cell is somebody's; of several the first counts."""
FIELD_ROLES = frozenset({Role.WORKER, Role.LEADER})
"""Roles of those who are out in the cells."""


@dataclass(frozen=True)
class Own:
    """A cell that is somebody's.

    Attributes
    ----------
    cause : str
        One of :data:`CAUSES`.
    whom : str
        For whom they stand in; "" where they do not.
    """

    cause: str
    whom: str = ""


@dataclass(frozen=True)
class Mine:
    """What is somebody's in the field.

    Attributes
    ----------
    cells : Mapping[int, Own]
        By key of the cell, in order of its code.
    posts : frozenset of int
        Keys of areas above cells that they answer for: what waits there is theirs to see as well.
    """

    cells: Mapping[int, Own]
    posts: frozenset[int]


def mine(tx: Tx, actor: Actor) -> Mine:
    """Read what is somebody's now, in three statements at most.

    Parameters
    ----------
    tx : Tx
        Any transaction; duties and leave are asked at its instant.
    actor : Actor
        Whose.
    """
    posts = [(path, cause, whom) for path, cause, whom in _duties(tx, actor)]
    posts += [(grant.path, "area", "") for grant in actor.grants if grant.role in FIELD_ROLES]
    if not posts:
        return Mine({}, frozenset())
    posts.sort(key=lambda post: CAUSES.index(post[1]))
    paths = tuple(dict.fromkeys(path for path, _cause, _whom in posts))
    rows = tx.rows(
        select(Area.id, Area.level, Area.path)
        .where(Area.retired_grid_id.is_(None), or_(*(below(path) for path in paths)))
        .order_by(Area.code)
    )
    cells = {}
    for key, level, path in rows:
        if level == "cell":
            cells[key] = next(Own(cause, whom) for post, cause, whom in posts if path.startswith(post))
    return Mine(cells, frozenset(key for key, level, _path in rows if level != "cell"))


def _duties(tx: Tx, actor: Actor) -> list[tuple[str, str, str]]:
    """List duties as path, cause and for whom: their own, and those of whom they stand in for now."""
    absent = dict(
        tx.rows(
            select(Person.id, Person.name)
            .join(Leave, Leave.person_id == Person.id)
            .where(Leave.substitute_id == actor.person_id, Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
        )
    )
    rows = tx.rows(
        select(Area.path, Duty.kind, Duty.person_id)
        .join(Area, Area.id == Duty.area_id)
        .where(Duty.person_id.in_([actor.person_id, *absent]), in_force(tx.now))
        .where(Area.retired_grid_id.is_(None))
        .order_by(Area.path)
    )
    return [
        (path, kind, "") if who == actor.person_id else (path, "substitute", absent[who])
        for path, kind, who in rows
    ]
