"""Areas edited by hand: names and figures, new subdistricts and communities, empty ones retired.

Cells come and go with a layer, see :mod:`server.services.grids`; here only what is told of them changes. Paths
are made of codes, and codes never change, so a new name moves nothing.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select, update

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import LEVELS, Area, Boundary, Department, Duty, Grid, Issue, RoleGrant
from server.services import areas, audit
from server.services.administered import acting, areas_of
from server.services.area_codes import new_code
from server.services.areas import pinyin_of
from server.services.grids import digest_of_grid
from server.services.lines import line, whole
from server.services.people import Actor
from server.workflow import OPEN

__all__ = ["AreaFacts", "AreaWish", "add", "change", "facts", "level_below", "retire", "tree"]

NAME_MOST, KIND_MOST, PEOPLE_MOST = 200, 64, 10_000_000
ADDED = ("subdistrict", "community")
OPEN_STATES = tuple(str(state) for state in OPEN)


@dataclass(frozen=True)
class AreaFacts:
    """An area as it is edited.

    Attributes
    ----------
    code, level, name, kind, path : str
        As stored.
    above : str
        Code of the one it lies in; empty at the top.
    households, population : int or None
        As stored.
    cells : int
        Cells in it and below.
    """

    code: str
    level: str
    name: str
    kind: str
    path: str
    above: str
    households: int | None
    population: int | None
    cells: int = 0


@dataclass(frozen=True)
class AreaWish:
    """An area as somebody wants it; numbers as typed, empty when unknown.

    Attributes
    ----------
    name, kind, households, population : str
        As typed.
    """

    name: str
    kind: str = ""
    households: str = ""
    population: str = ""


def tree(tx: Tx, actor: Actor, above: str | None = None) -> tuple[AreaFacts, ...]:
    """List areas that an actor administers, in tree order, with their cells counted.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        An administrator.
    above : str, optional
        Only those right below this one, cells too; else all but cells.
    """
    mine = (areas_of(actor), Area.retired_grid_id.is_(None))
    query = select(Area).where(*mine).order_by(Area.path)
    if above is None:
        query = query.where(Area.level != "cell")
    else:
        parent = select(Area.id).where(Area.code == above).scalar_subquery()
        query = query.where(Area.parent_id == parent)
    found = list(tx.session.scalars(query))
    counts: dict[str, int] = {}
    for path in tx.session.scalars(select(Area.path).where(*mine, Area.level == "cell")):
        for code in path.strip("/").split("/"):
            counts[code] = counts.get(code, 0) + 1
    return tuple(_facts(one, counts.get(one.code, 0)) for one in found)


def facts(tx: Tx, actor: Actor, code: str) -> AreaFacts:
    """Show one area that the actor administers.

    Raises
    ------
    NotFound
        Absent, retired, or somebody else's.
    """
    found = _mine(tx, actor, code)
    cells = select(func.count()).where(areas.below(found.path), Area.level == "cell")
    return _facts(found, tx.session.scalar(cells.where(Area.retired_grid_id.is_(None))) or 0)


def level_below(level: str) -> str:
    """Name the level of what can be added right below an area; empty for none."""
    rank = LEVELS.index(level) + 1
    return LEVELS[rank] if rank < len(LEVELS) and LEVELS[rank] in ADDED else ""


def change(tx: Tx, actor: Actor, code: str, wish: AreaWish) -> int | None:
    """Rename an area, or change what is told of it.

    Returns
    -------
    int or None
        Key of the act in the record; None when nothing differed.

    Raises
    ------
    NotFound
        Absent, retired, or somebody else's.
    InputError
        A name that cannot be or is taken beside it, a number that cannot be.
    """
    actor = acting(tx, actor)
    area = _mine(tx, actor, code)
    wanted = _wanted(tx, wish, area.parent_id, area.id)
    differing = [field for field, value in wanted.items() if getattr(area, field) != value]
    if not differing:
        return None
    before = area.name
    _put(area, wanted)
    tx.session.flush()
    areas.edited(tx)
    return audit.record(tx, actor, "area.change", code=code, area=area.name, before=before, fields=differing)


def add(tx: Tx, actor: Actor, above: str, code: str, wish: AreaWish) -> int:
    """Add a subdistrict or community below an area; gives the key of the act in the record.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who administers the area above.
    above, code : str
        Code of the one it lies in, and its own: by the scheme in force, never one that was used before.
    wish : AreaWish
        The rest.

    Raises
    ------
    NotFound
        The one above is absent, retired, or somebody else's.
    InputError
        No such code can be, or it is or was taken; a name or number that cannot be.
    """
    actor = acting(tx, actor)
    parent = _mine(tx, actor, above)
    level = level_below(parent.level)
    if not level:
        raise InputError("area.no_below", field="code", area=parent.name)
    wanted = _wanted(tx, wish, parent.id, None)
    spelled = new_code(tx, code.strip(), level, parent)
    area = Area(code=spelled, level=level, parent_id=parent.id, path=f"{parent.path}{spelled}/")
    _put(area, wanted)
    tx.session.add(area)
    tx.session.flush()
    areas.edited(tx)
    return audit.record(tx, actor, "area.add", code=spelled, area=area.name, level=level)


def retire(tx: Tx, actor: Actor, code: str) -> int:
    """Retire an empty subdistrict or community; its code is never used again.

    Raises
    ------
    NotFound
        Absent, retired, or somebody else's.
    Conflict
        A cell, the top, where issues go that lie in no cell, or something still hangs on it.
    """
    actor = acting(tx, actor)
    area = _mine(tx, actor, code)
    if area.level == "cell":
        raise Conflict("area.cell", area=area.name)
    if area.parent_id is None:
        raise Conflict("area.at_top", area=area.name)
    if tx.config.intake_area == code:
        raise Conflict("area.intake", area=area.name)
    _check_empty(tx, area)
    area.retired_grid_id = _closed(tx, actor, area)
    tx.session.flush()
    areas.edited(tx)
    return audit.record(tx, actor, "area.retire", code=code, area=area.name, level=area.level)


def _mine(tx: Tx, actor: Actor, code: str) -> Area:
    query = select(Area).where(Area.code == code, areas_of(actor), Area.retired_grid_id.is_(None))
    found = tx.session.scalar(query)
    if found is None:
        raise NotFound("area.unknown", code=code[:64])
    return found


def _facts(area: Area, cells: int) -> AreaFacts:
    codes = area.path.strip("/").split("/")
    return AreaFacts(
        area.code, area.level, area.name, area.kind or "", area.path, codes[-2] if len(codes) > 1 else "",
        area.households, area.population, cells,
    )  # fmt: skip


def _wanted(tx: Tx, wish: AreaWish, parent_id: int | None, own_id: int | None) -> dict[str, str | int | None]:
    name = line("name", wish.name, NAME_MOST)
    beside = select(Area.id).where(Area.parent_id == parent_id, Area.name == name)
    beside = beside.where(Area.retired_grid_id.is_(None), Area.id != (own_id or 0))
    if parent_id is not None and tx.session.scalar(beside.limit(1)):
        above = tx.session.get_one(Area, parent_id).name
        raise InputError("area.name_taken", field="name", value=name, parent=above)
    kind = line("kind", wish.kind, KIND_MOST, is_needed=False) or None
    numbers = {field: _number(field, getattr(wish, field)) for field in ("households", "population")}
    return {"name": name, "kind": kind, **numbers}


def _number(field: str, given: str) -> int | None:
    number = whole(given, PEOPLE_MOST)
    if given.strip() and number is None:
        raise InputError("area.number", field=field, value=given.strip()[:20], most=PEOPLE_MOST)
    return number


def _put(area: Area, wanted: dict[str, str | int | None]) -> None:
    for field, value in wanted.items():
        setattr(area, field, value)
    area.pinyin = pinyin_of(area.name)


def _check_empty(tx: Tx, area: Area) -> None:
    def count(*conditions: object) -> int:
        return tx.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]

    below = count(Area.parent_id == area.id, Area.retired_grid_id.is_(None))
    if below:
        raise Conflict("area.not_empty", area=area.name, count=below)
    ties = {
        "issues": count(Issue.area_id == area.id, Issue.state.in_(OPEN_STATES)),
        "duties": count(Duty.area_id == area.id, or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now)),
        "roles": count(RoleGrant.area_id == area.id),
        "units": count(Department.area_id == area.id, Department.is_active),
    }
    if any(ties.values()):
        raise Conflict("area.busy", area=area.name, **ties)


def _closed(tx: Tx, actor: Actor, area: Area) -> int:
    """Give the grid from which on the area is gone: a new one, if it had an outline of its own."""
    last = areas.current_grid(tx)
    outline = tx.session.scalar(
        select(Boundary.id).where(Boundary.area_id == area.id, Boundary.last_grid_id.is_(None))
    )
    if outline is None and last is not None:
        return last
    grid = Grid(digest="", at=tx.now, by_id=actor.person_id)
    tx.session.add(grid)
    tx.session.flush()
    if outline is not None:
        tx.session.execute(update(Boundary).where(Boundary.id == outline).values(last_grid_id=last))
    grid.digest = digest_of_grid(tx)
    tx.session.flush()
    return grid.id
