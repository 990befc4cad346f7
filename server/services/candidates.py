"""Whom an issue can be given to: people on duty and present around it, then the departments that serve there."""

from dataclasses import dataclass
from itertools import islice

from sqlalchemy import exists, select

from server.db import Tx
from server.models import Area, Department, Duty, Leave, Person
from server.services.roster import in_force
from server.services.serving import serving

__all__ = ["Candidate", "candidates"]


@dataclass(frozen=True)
class Candidate:
    """Somebody an issue can be given to.

    Attributes
    ----------
    holder : str
        ``person:ID`` or ``department:ID``.
    name, what : str
        Name, and what they answer for; nothing for departments, whose names say it.
    """

    holder: str
    name: str
    what: str


def candidates(tx: Tx, path: str, most: int | None = None) -> list[Candidate]:
    """List whom an issue can be given to: those on duty around it and not away, then departments that serve there.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    path : str
        Path of the issue's area; the nearest come first.
    most : int, optional
        So many people at most, to be looked through; all by default.
    """
    codes = path.strip("/").split("/")
    root = "/" + "/".join(codes[:2]) + "/"
    is_away = exists().where(Leave.person_id == Person.id, Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
    rows = tx.session.execute(
        select(Person.id, Person.name, Area.name, Area.path)
        .join(Duty, Duty.person_id == Person.id)
        .join(Area, Area.id == Duty.area_id)
        .where(
            Person.is_active, Area.path >= root, Area.path < root[:-1] + "0", Area.retired_grid_id.is_(None)
        )
        .where(in_force(tx.now), ~is_away)
        .order_by(Area.path, Person.id)
    ).all()
    near = sorted(rows, key=lambda row: -_shared(row[3], path))
    people: dict[int, Candidate] = {}
    for person_id, name, area, _ in near:
        people.setdefault(person_id, Candidate(f"person:{person_id}", name, area))
    units = tx.session.execute(
        select(Department.id, Department.name).where(serving(path)).order_by(Department.id)
    )
    return [
        *islice(people.values(), most),
        *(Candidate(f"department:{key}", name, "") for key, name in units),
    ]


def _shared(one_path: str, other: str) -> int:
    steps = zip(one_path.strip("/").split("/"), other.strip("/").split("/"), strict=False)
    return sum(1 for mine, theirs in steps if mine == theirs)
