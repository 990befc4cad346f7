"""The kinds of issues: the list, and the form that adds or changes one."""

from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import Conflict, InputError, ServerError
from server.pages.admin_parts import Around, around, done, kind_choices, refusal
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import category_edits
from server.services.administered import need_whole
from server.services.category_edits import CategoryView, CategoryWish, groups
from server.translate import status_of
from server.words.limits import department_kind_name
from server.workflow import Role

__all__ = ["blueprint"]

WORDS = ("name", "name_en", "group", "department")
FLAGS = ("urgent", "self_check")
blueprint = Blueprint("admin_categories", __name__)


@dataclass(frozen=True)
class CategoryRow:
    """A category as a line.

    Attributes
    ----------
    view : CategoryView
        The category.
    department : str
        Name of the kind of department that usually handles it.
    """

    view: CategoryView
    department: str


@dataclass(frozen=True)
class CategoriesPage:
    """``admin/categories.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of CategoryRow
        Group by group.
    """

    around: Around
    rows: tuple[CategoryRow, ...]


@dataclass(frozen=True)
class CategoryPage:
    """``admin/category.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    view : CategoryView or None
        What is changed; None when one is added.
    code : str
        As typed, when one is added.
    wish : CategoryWish
        What the fields hold.
    groups, departments : tuple of Choice
        Options.
    """

    around: Around
    view: CategoryView | None
    code: str
    wish: CategoryWish
    groups: tuple[Choice, ...]
    departments: tuple[Choice, ...]


@blueprint.get("/admin/categories")
@allow(Role.ADMIN)
def index() -> str:
    """List all categories."""
    with current_store().read() as tx:
        rows = tuple(
            CategoryRow(one, department_kind_name(one.category.row["department"]))
            for one in category_edits.listed(tx)
        )
        return render("admin/categories.html", CategoriesPage(around(tx, "categories"), rows))


@blueprint.get("/admin/new-category")
@allow(Role.ADMIN)
def new() -> str:
    """Show the form of a new category."""
    with current_store().read() as tx:
        return _form(tx, None, CategoryWish("", "", next(iter(groups()))))


@blueprint.post("/admin/new-category")
@allow(Role.ADMIN)
def add() -> Response | tuple[str, int]:
    """Add a category."""
    wish, code = _wish(), request.form.get("code", "")
    try:
        with current_store().write() as tx:
            key = category_edits.add(tx, current_actor(), code, wish)
    except InputError as error:
        with current_store().read() as tx:
            return _form(tx, None, wish, error), status_of(error)
    return done("admin_categories.index", key)


@blueprint.get("/admin/categories/<code>")
@allow(Role.ADMIN)
def one(code: str) -> str:
    """Show the form of a category."""
    with current_store().read() as tx:
        found = category_edits.view(tx, code)
        return _form(tx, found, _as_it_is(found))


@blueprint.post("/admin/categories/<code>")
@allow(Role.ADMIN)
def change(code: str) -> Response | tuple[str, int]:
    """Change a category, switch it on or off, or take all changes back, by the button pressed."""
    actor, press, wish = current_actor(), request.form.get("press", ""), _wish()
    try:
        with current_store().write() as tx:
            if press in ("on", "off"):
                key = category_edits.switch(tx, actor, code, on=press == "on")
            elif press == "reset":
                key = category_edits.reset(tx, actor, code)
            else:
                key = category_edits.change(tx, actor, code, wish)
    except (InputError, Conflict) as error:
        with current_store().read() as tx:
            found = category_edits.view(tx, code)
            return _form(tx, found, _as_it_is(found) if press else wish, error), status_of(error)
    return done("admin_categories.index", key)


def _wish() -> CategoryWish:
    form = request.form
    name, name_en, group, department = (form.get(one, "") for one in WORDS)
    urgent, self_check = (form.get(one) == "1" for one in FLAGS)
    return CategoryWish(name, name_en, group, department, urgent, self_check)


def _as_it_is(found: CategoryView) -> CategoryWish:
    row = found.category.row
    name, name_en, group, department = (row[one] for one in WORDS)
    urgent, self_check = (row[one] == "yes" for one in FLAGS)
    return CategoryWish(name, name_en, group, department, urgent, self_check)


def _form(tx: Tx, found: CategoryView | None, wish: CategoryWish, error: ServerError | None = None) -> str:
    need_whole(tx, current_actor())
    above = around(tx, "categories", refusal(error) if error else "")
    choices = tuple(Choice(code, one.group_label, code == wish.group) for code, one in groups().items())
    code = "" if found else request.form.get("code", "")
    page = CategoryPage(above, found, code, wish, choices, kind_choices(wish.department))
    return render("admin/category.html", page)
