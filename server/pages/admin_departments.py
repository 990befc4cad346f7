"""The departments: the list, and the form that adds or changes one."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import Conflict, InputError, ServerError
from server.pages.admin_parts import Around, around, done, kind_choices, refusal
from server.pages.admin_sure import ask, is_sure
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import areas, departments
from server.services.departments import DepartmentView, DepartmentWish
from server.services.permissions import administers
from server.translate import status_of
from server.words import _
from server.words.limits import department_kind_name
from server.workflow import Role

__all__ = ["blueprint"]

LEVELS = ("district", "subdistrict", "community")
blueprint = Blueprint("admin_departments", __name__)


@dataclass(frozen=True)
class DepartmentRow:
    """A department as a line.

    Attributes
    ----------
    view : DepartmentView
        The department.
    kind : str
        Name of its kind.
    """

    view: DepartmentView
    kind: str


@dataclass(frozen=True)
class DepartmentsPage:
    """``admin/departments.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of DepartmentRow
        Those in service first.
    """

    around: Around
    rows: tuple[DepartmentRow, ...]


@dataclass(frozen=True)
class DepartmentPage:
    """``admin/department.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    view : DepartmentView or None
        What is changed; None when one is added.
    code, name, sees_private : str, str, bool
        As they are or were typed.
    kinds, areas : tuple of Choice
        Options.
    """

    around: Around
    view: DepartmentView | None
    code: str
    name: str
    kinds: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    sees_private: bool = False


@blueprint.get("/admin/departments")
@allow(Role.ADMIN)
def index() -> str:
    """List the departments that serve this person's areas."""
    with current_store().read() as tx:
        rows = tuple(
            DepartmentRow(one, department_kind_name(one.kind))
            for one in departments.listed(tx, current_actor())
        )
        return render("admin/departments.html", DepartmentsPage(around(tx, "departments"), rows))


@blueprint.get("/admin/new-department")
@allow(Role.ADMIN)
def new() -> str:
    """Show the form of a new department."""
    with current_store().read() as tx:
        return _form(tx, None, DepartmentWish("", "", ""))


@blueprint.post("/admin/new-department")
@allow(Role.ADMIN)
def add() -> Response | str | tuple[str, int]:
    """Add a department; one that shall see personal data after a question."""
    wish = _wish()
    if wish.sees_private and not is_sure():
        with current_store().read() as tx:
            return _asked(tx, wish.name, url_for("admin_departments.new"))
    try:
        with current_store().write() as tx:
            key = departments.create(tx, current_actor(), request.form.get("code", ""), wish)
    except InputError as error:
        with current_store().read() as tx:
            return _form(tx, None, wish, error), status_of(error)
    return done("admin_departments.index", key)


@blueprint.get("/admin/departments/<code>")
@allow(Role.ADMIN)
def one(code: str) -> str:
    """Show the form of a department."""
    with current_store().read() as tx:
        found = departments.one(tx, current_actor(), code)
        return _form(tx, found, _as_is(found))


@blueprint.post("/admin/departments/<code>")
@allow(Role.ADMIN)
def change(code: str) -> Response | str | tuple[str, int]:
    """Change a department, retire it or take it back into service; let it see personal data after a question."""
    actor, press, wish = current_actor(), request.form.get("press", ""), _wish()
    if wish.sees_private and not press and not is_sure():
        with current_store().read() as tx:
            if not departments.one(tx, actor, code).sees_private:
                return _asked(tx, wish.name, url_for("admin_departments.one", code=code))
    try:
        with current_store().write() as tx:
            if press in ("on", "off"):
                key = departments.switch(tx, actor, code, on=press == "on")
            else:
                key = departments.change(tx, actor, code, wish)
    except (InputError, Conflict) as error:
        with current_store().read() as tx:
            found = departments.one(tx, actor, code)
            shown = _as_is(found) if press else wish
            return _form(tx, found, shown, error), status_of(error)
    return done("admin_departments.index", key)


def _asked(tx: Tx, name: str, back: str) -> str:
    """Ask before a department's handlers may see personal data."""
    lines = (
        _("这个单位的承办人将能看到派给它的事件里反映人的姓名、电话和门牌；每次查看都要选理由，并记入审计。"),
        _("只准许确需上门的单位；以后可以随时收回。"),
    )
    return ask(tx, "departments", _("准许“{name}”查看个人信息", name=name[:100]), lines, _("确认准许"), back)


def _wish() -> DepartmentWish:
    name, kind, area, sees_private = (
        request.form.get(one, "") for one in ("name", "kind", "area", "sees_private")
    )
    return DepartmentWish(name, kind, area, sees_private == "1")


def _as_is(found: DepartmentView) -> DepartmentWish:
    return DepartmentWish(found.name, found.kind, found.area, found.sees_private)


def _form(
    tx: Tx, found: DepartmentView | None, wish: DepartmentWish, error: ServerError | None = None
) -> str:
    above = around(tx, "departments", refusal(error) if error else "")
    actor = current_actor()
    places = [one for one in areas.find(tx, actor) if one.level in LEVELS and administers(actor, one.path)]
    depth = min((len(one.path_names) for one in places), default=1)
    options = [
        Choice(one.code, "\u3000" * (len(one.path_names) - depth) + one.name, one.code == wish.area)
        for one in places
    ]
    if found and found.area not in {one.code for one in places}:
        options.insert(0, Choice(found.area, found.area_name or "—", wish.area == found.area))
    code = found.code if found else request.form.get("code", "")
    page = DepartmentPage(
        above, found, code, wish.name, kind_choices(wish.kind), tuple(options), wish.sees_private
    )
    return render("admin/department.html", page)
