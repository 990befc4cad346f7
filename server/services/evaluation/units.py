"""The units that are judged: which there are in an area, and which unit an issue counts for."""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from server.db import Tx
from server.models import Area, Department, Issue, Person, RoleGrant
from server.services.areas import below
from server.workflow import Role

__all__ = ["Split", "Unit", "split"]


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes
    ----------
    code, name : str
        Code of the area or department; uid and name of a worker.
    path : str
        Of the area; of a worker the part that all their areas share; of a department the area judged.
    query : dict
        Filters that say it; empty where filters cannot.
    households : int or None
        Of an area, where known.
    """

    code: str
    name: str
    path: str
    query: dict[str, str]
    households: int | None = None


@dataclass(frozen=True)
class Split:
    """How issues are told apart.

    Attributes
    ----------
    column : ColumnElement
        What a list of issues is read by.
    unit_of : Mapping
        Its value -> code of the unit; what is not there belongs to none.
    units : Callable
        Codes that were counted -> the units in order, those without issues too.
    """

    column: ColumnElement[Any]
    unit_of: Mapping[Any, str]
    units: Callable[[frozenset[str]], list[Unit]]


def split(tx: Tx, kind: str, path: str) -> Split:
    """Split the issues of an area into units.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    kind : str
        ``cell community worker department``.
    path : str
        Of the area.
    """
    return _SPLITS[kind](tx, path)


def _areas(level: str) -> Callable[[Tx, str], Split]:
    def by_area(tx: Tx, path: str) -> Split:
        columns = (
            Area.id,
            Area.code,
            Area.name,
            Area.level,
            Area.path,
            Area.households,
            Area.retired_grid_id,
        )
        rows = tx.rows(select(*columns).where(below(path)).order_by(Area.path))
        known = {row.code: row for row in rows if row.level == level}
        unit_of, homes = {}, defaultdict(list)
        for row in rows:
            above = next((code for code in row.path.strip("/").split("/") if code in known), None)
            if above:
                unit_of[row.id] = above
                if row.level == "cell" and row.households is not None and row.retired_grid_id is None:
                    homes[above].append(row.households)

        def units(seen: frozenset[str]) -> list[Unit]:
            return [
                Unit(row.code, row.name, row.path, {"area": row.code}, row.households or sum(homes[row.code]) or None)
                for row in known.values()
                if row.retired_grid_id is None or row.code in seen
            ]  # fmt: skip

        return Split(Issue.area_id.expression, unit_of, units)

    return by_area


def _workers(tx: Tx, path: str) -> Split:
    columns = (Person.id, Person.uid, Person.name, Person.is_active, Area.path)
    query = select(*columns).join(RoleGrant, RoleGrant.person_id == Person.id)
    query = query.join(Area, Area.id == RoleGrant.area_id).where(
        RoleGrant.role == str(Role.WORKER), below(path)
    )
    rows = tx.rows(query.order_by(Person.name, Person.id))
    paths: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        paths[str(row.uid)].append(row.path)
    people = {str(row.uid): row for row in rows}

    def units(seen: frozenset[str]) -> list[Unit]:
        return [
            Unit(code, row.name, _shared(paths[code]), {"holder": code})
            for code, row in people.items()
            if row.is_active or code in seen
        ]

    return Split(Issue.holder_person_id.expression, {row.id: str(row.uid) for row in rows}, units)


def _shared(paths: Iterable[str]) -> str:
    """Give the path of the smallest area that holds all of these."""
    return f"{posixpath.commonpath(list(paths))}/"


def _departments(tx: Tx, path: str) -> Split:
    columns = (Department.id, Department.code, Department.name, Department.is_active, Area.path)
    rows = tx.rows(
        select(*columns)
        .outerjoin(Area, Area.id == Department.area_id)
        .order_by(Department.name, Department.id)
    )
    near = [row for row in rows if row.path is None or row.path.startswith(path) or path.startswith(row.path)]
    # Once a handler has taken it, an issue is held by that person: it is the department's all the same.
    of_person = select(Person.department_id).where(Person.id == Issue.holder_person_id).correlate(Issue)
    column = func.coalesce(Issue.holder_department_id, of_person.scalar_subquery())

    def units(seen: frozenset[str]) -> list[Unit]:
        return [Unit(row.code, row.name, path, {}) for row in near if row.is_active or row.code in seen]

    return Split(column, {row.id: row.code for row in near}, units)


_SPLITS: Mapping[str, Callable[[Tx, str], Split]] = {
    "cell": _areas("cell"),
    "community": _areas("community"),
    "worker": _workers,
    "department": _departments,
}
