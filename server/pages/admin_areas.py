"""Areas as administrators keep them: the tree, and one with its facts, what lies right below, and its end."""

from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import Conflict, InputError, ServerError
from server.pages.admin_parts import Around, around, done, refusal
from server.pages.frame import render
from server.services import area_edits
from server.services.area_edits import AreaFacts, AreaWish, level_below
from server.translate import status_of
from server.words import level_name
from server.words.scopes import area_kind_name
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("admin_areas", __name__)


@dataclass(frozen=True)
class AreaLine:
    """An area as a line.

    Attributes
    ----------
    view : AreaFacts
        The area.
    level, kind : str
        Its level and kind in words.
    depth : int
        0 for the topmost in view.
    """

    view: AreaFacts
    level: str
    kind: str
    depth: int


@dataclass(frozen=True)
class AreaTreePage:
    """``admin/areas.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of AreaLine
        In tree order, without cells.
    cells : int
        Cells in all.
    """

    around: Around
    rows: tuple[AreaLine, ...]
    cells: int


@dataclass(frozen=True)
class AreaPage:
    """``admin/area.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    view : AreaFacts
        The area.
    level : str
        Its level in words.
    wish : AreaWish
        What its fields hold.
    below : tuple of AreaLine
        What lies right below.
    adds : str
        Level of what can be added, in words; empty for none.
    new : AreaWish
        What the fields of the new one hold.
    new_code : str
        Its code as typed.
    may_retire : bool
        Whether it can be retired when empty.
    """

    around: Around
    view: AreaFacts
    level: str
    wish: AreaWish
    below: tuple[AreaLine, ...]
    adds: str
    new: AreaWish
    new_code: str
    may_retire: bool


@blueprint.get("/admin/areas")
@allow(Role.ADMIN)
def index() -> str:
    """Show the tree of the areas that this administrator keeps, without cells."""
    with current_store().read() as tx:
        found = area_edits.tree(tx, current_actor())
        top = min((one.path.count("/") for one in found), default=0)
        rows = tuple(_line(one, one.path.count("/") - top) for one in found)
        cells = sum(row.view.cells for row in rows if not row.depth)
        return render("admin/areas.html", AreaTreePage(around(tx, "areas"), rows, cells))


@blueprint.get("/admin/areas/<code>")
@allow(Role.ADMIN)
def one(code: str) -> str:
    """Show one area, to be changed."""
    with current_store().read() as tx:
        return _page(tx, code)


@blueprint.post("/admin/areas/<code>")
@allow(Role.ADMIN)
def change(code: str) -> Response | tuple[str, int]:
    """Change an area, add one below it, or retire it, by the button pressed."""
    actor, form, press = current_actor(), request.form, request.form.get("press", "")
    try:
        with current_store().write() as tx:
            if press == "retire":
                key: int | None = area_edits.retire(tx, actor, code)
            elif press == "add":
                key = area_edits.add(tx, actor, code, form.get("code", ""), _wish())
            else:
                key = area_edits.change(tx, actor, code, _wish())
    except (InputError, Conflict) as error:
        with current_store().read() as tx:
            return _page(tx, code, error, press), status_of(error)
    return done("admin_areas.index", key) if press == "retire" else done("admin_areas.one", key, code=code)


def _wish() -> AreaWish:
    fields = ("name", "kind", "households", "population")
    return AreaWish(*(request.form.get(name, "") for name in fields))


def _as_it_is(view: AreaFacts) -> AreaWish:
    numbers = ("" if value is None else str(value) for value in (view.households, view.population))
    return AreaWish(view.name, view.kind, *numbers)


def _line(view: AreaFacts, depth: int = 0) -> AreaLine:
    return AreaLine(view, level_name(view.level), area_kind_name(view.kind), depth)


def _page(tx: Tx, code: str, error: ServerError | None = None, press: str = "") -> str:
    actor = current_actor()
    view = area_edits.facts(tx, actor, code)
    adds = level_below(view.level)
    page = AreaPage(
        around(tx, "areas", refusal(error) if error else ""),
        view,
        level_name(view.level),
        _wish() if error and not press else _as_it_is(view),
        tuple(_line(one) for one in area_edits.tree(tx, actor, code)),
        level_name(adds) if adds else "",
        _wish() if press == "add" else AreaWish(""),
        request.form.get("code", "") if press == "add" else "",
        view.level != "cell" and bool(view.above),
    )
    return render("admin/area.html", page)
