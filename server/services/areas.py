"""The area tree and its boundaries as others read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from server.db import Tx
from server.errors import NotFound
from server.models import Area, Boundary, Grid, Import, Mark
from server.services.extents import boxes
from server.services.marks import RULES_MARK, saw, set_mark
from server.services.people import Actor
from server.uids import uuid7

__all__ = [
    "AreaName",
    "AreaView",
    "Layout",
    "below",
    "by_code",
    "by_ids",
    "choosable",
    "current_grid",
    "edited",
    "find",
    "intake_area",
    "layout",
    "path_of",
    "pattern",
    "pinyin_of",
    "reaches",
    "visible_paths",
]

PATH_END = "0"  # the character after "/": paths below P are those from P to P[:-1] + "0"


@dataclass(frozen=True)
class AreaView:
    """An area as others see it.

    Attributes
    ----------
    id : int
        Key inside the program.
    code, level, name, kind : str
        As imported.
    path : str
        ``/district/…/code/``.
    path_names : tuple of str
        Names from the district down to itself.
    households, population : int or None
        As imported.
    bbox : tuple of float or None
        West, south, east, north in WGS 84 degrees; without a boundary that of those below, if any.
    """

    id: int
    code: str
    level: str
    name: str
    kind: str | None
    path: str
    path_names: tuple[str, ...]
    households: int | None
    population: int | None
    bbox: tuple[float, float, float, float] | None

    @property
    def parent(self) -> str | None:
        """Code of the parent; None at the top."""
        codes = self.path.strip("/").split("/")
        return codes[-2] if len(codes) > 1 else None


Layout = tuple[int | None, int | None, str | None]
AREAS = "areas"  # changes whenever somebody edits areas by hand
_LAYOUT = select(
    func.max(Grid.id),
    select(func.max(Import.id)).where(Import.kind == "cells").scalar_subquery(),
    select(Mark.value).where(Mark.name == AREAS).scalar_subquery(),
    RULES_MARK,
)  # made once: every position asked about asks this first


def current_grid(tx: Tx) -> int | None:
    """Tell the newest grid version; None before the first import."""
    return tx.session.scalar(select(func.max(Grid.id)))


def layout(tx: Tx) -> Layout:
    """Tell the state of the area tree: the newest grid version, the last import of areas, the last edit by hand.

    An import or an edit may rename areas or hang them elsewhere without a new grid; what a process keeps of
    names and paths is kept under this.
    """
    grid_id, import_id, edit, rules = tx.rows(_LAYOUT)[0]
    saw(tx, rules)
    return grid_id, import_id, edit


def edited(tx: Tx) -> None:
    """Tell every process that areas were edited by hand in this transaction."""
    set_mark(tx, AREAS, str(uuid7(tx.now)))


def below(path: str) -> Any:  # noqa: ANN401 - an SQL condition
    """Condition: an area's path is this one or below it."""
    return (Area.path >= path) & (Area.path < path[:-1] + PATH_END)


def visible_paths(actor: Actor) -> tuple[str, ...]:
    """Paths an actor may look into; the system sees all (``("/",)``)."""
    return ("/",) if actor.is_system else tuple(dict.fromkeys(grant.path for grant in actor.grants))


def _views(tx: Tx, query: Select[Any]) -> list[AreaView]:
    rows = tx.session.execute(
        query.add_columns(Boundary.west, Boundary.south, Boundary.east, Boundary.north).outerjoin(
            Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None)
        )
    ).all()
    codes = {code for area, *_ in rows for code in area.path.strip("/").split("/")}
    names = dict(tx.session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all())
    missing = any(bounds[0] is None for _, *bounds in rows)
    below_it = boxes(tx, layout(tx)) if missing else {}
    return [
        AreaView(
            area.id,
            area.code,
            area.level,
            area.name,
            area.kind,
            area.path,
            tuple(names.get(code, code) for code in area.path.strip("/").split("/")),
            area.households,
            area.population,
            (bounds[0], bounds[1], bounds[2], bounds[3])
            if bounds[0] is not None
            else below_it.get(area.code),
        )
        for area, *bounds in rows
    ]


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, AreaView]:
    """Read areas by key."""
    return {view.id: view for view in _views(tx, select(Area).where(Area.id.in_(set(ids))))}


def by_code(tx: Tx, code: str) -> AreaView:
    """Read an area by code, retired ones too.

    Raises
    ------
    NotFound
        There is none.
    """
    found = _views(tx, select(Area).where(Area.code == code))
    if not found:
        raise NotFound("area.unknown", code=code)
    return found[0]


def reaches(actor: Actor, path: str) -> bool:
    """Tell whether an area lies in one of the actor's, or holds one of them."""
    return any(path.startswith(own) or own.startswith(path) for own in visible_paths(actor))


def path_of(tx: Tx, actor: Actor, code: str) -> str:
    """Read an area's path by code.

    Raises
    ------
    NotFound
        There is none, or none that the actor's areas reach.
    """
    path = tx.session.scalar(select(Area.path).where(Area.code == code))
    if path is None or not reaches(actor, path):
        raise NotFound("area.unknown", code=code[:64])
    return path


def find(
    tx: Tx,
    actor: Actor,
    *,
    q: str = "",
    level: str | None = None,
    parent: str | None = None,
    limit: int = 1000,
) -> list[AreaView]:
    """Find areas in the actor's own areas by code, name or pinyin.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what lies in their areas.
    q : str
        Part of code, name or pinyin (full or initials); empty finds all.
    level, parent : str, optional
        Only this level; only below the area with this code.
    limit : int
        At most so many.

    Returns
    -------
    list of AreaView
        By path.
    """
    query = select(Area).where(Area.retired_grid_id.is_(None))
    query = query.where(or_(*(below(path) for path in visible_paths(actor)), Area.id == -1))
    if q.strip():
        like = pattern(q.strip().lower())
        columns = (Area.code, Area.name, Area.pinyin)
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    if level:
        query = query.where(Area.level == level)
    if parent:
        query = query.where(below(path_of(tx, actor, parent)), Area.code != parent)
    return _views(tx, query.order_by(Area.path).limit(limit))


@dataclass(frozen=True)
class AreaName:
    """An area to choose from.

    Attributes
    ----------
    code, name, level : str
        As imported.
    """

    code: str
    name: str
    level: str


CHOOSABLE = ("subdistrict", "community", "cell")
CHOICES_MOST = 200


def choosable(tx: Tx, actor: Actor) -> list[AreaName]:
    """List areas to choose from, in tree order; cells only where they are few enough to be looked through.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Chooses among their own.
    """
    mine = or_(*(below(path) for path in visible_paths(actor)), Area.id == -1)
    query = select(Area.code, Area.name, Area.level).where(Area.retired_grid_id.is_(None), mine)
    for levels in (CHOOSABLE, CHOOSABLE[:2], CHOOSABLE[:1]):
        rows = tx.rows(query.where(Area.level.in_(levels)).order_by(Area.path).limit(CHOICES_MOST + 1))
        if len(rows) <= CHOICES_MOST:
            break
    return [AreaName(*row) for row in rows[:CHOICES_MOST]]


def pattern(words: str) -> str:
    """Make a LIKE pattern that finds the words anywhere, taken as they are; its escape is a backslash."""
    plain = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def intake_area(tx: Tx) -> AreaView | None:
    """Where issues wait that lie in no cell: the intake desk's area, else the root.

    Returns
    -------
    AreaView or None
        None when there is no area at all.
    """
    code = tx.config.intake_area
    if code:
        return by_code(tx, code)
    roots = _views(tx, select(Area).where(Area.parent_id.is_(None)).order_by(Area.id).limit(1))
    return roots[0] if roots else None


def pinyin_of(name: str) -> str:
    """Spell a name for search: whole syllables and initials, lower case, e.g. ``wenfeng wf``."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - takes 0.3 s, and few processes name an area

    syllables = [one.lower() for one in lazy_pinyin(name)]
    return f"{''.join(syllables)} {''.join(one[:1] for one in syllables)}"[:400]
