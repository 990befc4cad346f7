"""Departments: the units that issues are given to, how much they hold, and who works for them."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Area, Department
from server.services import audit
from server.services import department_loads as loads
from server.services.administered import acting, decides_on
from server.services.areas import path_of, reaches
from server.services.lines import line
from server.services.people import Actor
from server.words import NAMES

__all__ = ["DepartmentView", "DepartmentWish", "change", "create", "listed", "one", "switch"]

CODE_FORM = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
CODE_MOST, NAME_MOST = 64, 100


@dataclass(frozen=True)
class DepartmentView:
    """A department.

    Attributes
    ----------
    id : int
        Key inside the program.
    code, name, kind : str
        As stored; ``kind`` is what categories name, or words of an import.
    area, area_name, path : str
        The area it serves; empty for everywhere.
    is_active : bool
        Whether issues can be given to it.
    sees_private : bool
        Whether its handlers may ask who reported what they hold.
    handlers : int
        Active accounts that handle issues for it.
    open : int
        Open issues that it or one of its handlers holds.
    whistles : int
        Whistles it has not answered, of open issues.
    """

    id: int
    code: str
    name: str
    kind: str
    area: str
    area_name: str
    path: str
    is_active: bool
    sees_private: bool
    handlers: int = 0
    open: int = 0
    whistles: int = 0


@dataclass(frozen=True)
class DepartmentWish:
    """A department as somebody wants it.

    Attributes
    ----------
    name : str
        Full name.
    kind : str
        One of the kinds that categories name; empty for none.
    area : str
        Code of the area it serves.
    sees_private : bool
        Whether its handlers may ask who reported what they hold.
    """

    name: str
    kind: str
    area: str
    sees_private: bool = False


def listed(tx: Tx, actor: Actor, *, is_active: bool | None = None) -> tuple[DepartmentView, ...]:
    """List the departments that serve an actor's areas, by name.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees those of their areas, of what lies above, and those that serve everywhere.
    is_active : bool, optional
        Only those in service, or only those retired.
    """
    query = (
        select(Department, Area.code, Area.name, Area.path)
        .outerjoin(Area, Area.id == Department.area_id)
        .order_by(Department.is_active.desc(), Department.name, Department.id)
    )
    if is_active is not None:
        query = query.where(Department.is_active.is_(is_active))
    rows = [row for row in tx.session.execute(query).all() if not row[3] or reaches(actor, row[3])]
    handlers, issues, whistles = (count(tx) for count in (loads.handlers, loads.issues, loads.whistles))
    return tuple(
        DepartmentView(
            department.id,
            department.code,
            department.name,
            department.kind,
            code or "",
            name or "",
            path or "",
            department.is_active,
            department.sees_private,
            handlers.get(department.id, 0),
            issues.get(department.id, 0),
            whistles.get(department.id, 0),
        )
        for department, code, name, path in rows
    )


def one(tx: Tx, actor: Actor, code: str) -> DepartmentView:
    """Show one department.

    Raises
    ------
    NotFound
        Absent, or of areas that are none of the actor's.
    """
    found = next((each for each in listed(tx, actor) if each.code == code), None)
    if found is None:
        raise NotFound("department.none", code=code[:CODE_MOST])
    return found


def create(tx: Tx, actor: Actor, code: str, wish: DepartmentWish) -> int:
    """Add a department.

    Returns
    -------
    int
        Key of the act in the record.

    Raises
    ------
    InputError
        Malformed or taken code, name taken, no such kind or area; nothing is written.
    NotPermitted
        The actor does not administer the area.
    """
    actor = acting(tx, actor)
    code = code.strip()
    if len(code) > CODE_MOST or not CODE_FORM.fullmatch(code):
        raise InputError("department.code", field="code", value=code[:CODE_MOST])
    if tx.session.scalar(select(Department.id).where(Department.code == code)):
        raise InputError("department.taken", field="code", value=code)
    row = Department(code=code, name=_name(tx, wish.name, code), kind=_kind(wish.kind), is_active=True)
    row.area_id, row.sees_private = _area(tx, actor, wish.area), wish.sees_private
    tx.session.add(row)
    tx.session.flush()
    private = {"sees_private": True} if row.sees_private else {}
    return audit.record(tx, actor, "department.create", department=code, name=row.name, **private)


def change(tx: Tx, actor: Actor, code: str, wish: DepartmentWish) -> int | None:
    """Rename a department, or change its kind or area; what it holds stays with it.

    Returns
    -------
    int or None
        Key of the act in the record; None when nothing differed.

    Raises
    ------
    NotFound, InputError, NotPermitted
        As :func:`one` and :func:`create`.
    """
    actor = acting(tx, actor)
    found = one(tx, actor, code)
    _check_own(tx, actor, found.path)
    row = tx.session.get_one(Department, found.id)
    wanted = {
        "name": _name(tx, wish.name, code),
        "kind": found.kind if wish.kind == found.kind else _kind(wish.kind),
        "area_id": row.area_id if wish.area == found.area else _area(tx, actor, wish.area),
        "sees_private": wish.sees_private,
    }
    differing = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not differing:
        return None
    before = row.name
    for name, value in wanted.items():
        setattr(row, name, value)
    tx.session.flush()
    shown = [name.removesuffix("_id") for name in differing]
    private = {"sees_private": row.sees_private} if "sees_private" in differing else {}
    return audit.record(
        tx, actor, "department.change", department=code, name=row.name, before=before, fields=shown, **private
    )


def switch(tx: Tx, actor: Actor, code: str, *, on: bool) -> int | None:
    """Retire a department, so that nothing more is given to it, or take it back into service.

    Returns
    -------
    int or None
        Key of the act in the record; None when it was so already.

    Raises
    ------
    NotFound, NotPermitted
        As :func:`change`.
    Conflict
        It still holds open issues, or has not answered whistles; the error counts them.
    """
    actor = acting(tx, actor)
    tx.session.execute(select(Department.id).where(Department.code == code).with_for_update())
    found = one(tx, actor, code)
    _check_own(tx, actor, found.path)
    if found.is_active == on:
        return None
    if not on and (found.open or found.whistles):
        raise Conflict("department.busy", name=found.name, issues=found.open, whistles=found.whistles)
    tx.session.get_one(Department, found.id).is_active = on
    tx.session.flush()
    what = "department.revive" if on else "department.retire"
    return audit.record(tx, actor, what, department=code, name=found.name)


def _check_own(tx: Tx, actor: Actor, path: str) -> None:
    """Refuse to change what serves more than the areas that the actor administers."""
    if not decides_on(tx, actor, path):
        raise NotPermitted("department.foreign")


def _area(tx: Tx, actor: Actor, code: str) -> int:
    try:
        path = path_of(tx, actor, code.strip())
    except NotFound as error:
        raise InputError("area.unknown", field="area", code=code[:CODE_MOST]) from error
    _check_own(tx, actor, path)
    return tx.session.execute(select(Area.id).where(Area.path == path)).scalar_one()


def _kind(given: str) -> str:
    kinds = NAMES["department_kind"]
    if given and given not in kinds:
        raise InputError("department.kind", field="kind", value=given[:40], known="、".join(kinds))
    return given


def _name(tx: Tx, given: str, code: str) -> str:
    name = line("name", given, NAME_MOST)
    other = tx.session.scalar(
        select(Department.code).where(Department.name == name, Department.code != code).limit(1)
    )
    if other:
        raise InputError("department.name_taken", field="name", value=name, other=other)
    return name
