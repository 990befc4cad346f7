"""Editing the kinds of issues: names, group, what usually follows; adding one, offering it no longer.

The shipped table is never written; what differs stands in rows on top of it. A code is never changed or
removed, for issues keep it.
"""

import re
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import func, select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import CategoryEdit, Issue
from server.services import audit
from server.services.administered import acting_for_all
from server.services.categories import Category, categories, refresh, shipped_categories
from server.services.people import Actor
from server.services.rules import edited
from server.words import NAMES
from server.workflow import OPEN

__all__ = ["CategoryView", "CategoryWish", "add", "change", "groups", "listed", "reset", "switch", "view"]

NAME_MOST = 40
CODE_FORM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE_MOST = 64
FLAGS = ("urgent", "self_check")
ICON = "dots"


@dataclass(frozen=True)
class CategoryWish:
    """A category as somebody wants it.

    Attributes
    ----------
    name, name_en : str
        Chinese and English name.
    group : str
        Code of one of :func:`groups`.
    department : str
        Kind of the department that usually handles it; empty: the worker settles it.
    urgent, self_check : bool
        As in ``data/categories.csv``.
    """

    name: str
    name_en: str
    group: str
    department: str = ""
    urgent: bool = False
    self_check: bool = False


@dataclass(frozen=True)
class CategoryView:
    """A category with what the administration needs to know of it.

    Attributes
    ----------
    category : Category
        As it stands.
    is_shipped : bool
        Whether the program ships it; else it was added.
    is_edited : bool
        Whether anything differs from what is shipped.
    open : int
        Open issues of this kind.
    """

    category: Category
    is_shipped: bool
    is_edited: bool
    open: int


def groups() -> dict[str, Category]:
    """Give the groups there are: code -> one of its shipped categories, which names the group."""
    found: dict[str, Category] = {}
    for one in shipped_categories().values():
        found.setdefault(one.group, one)
    return found


def listed(tx: Tx) -> tuple[CategoryView, ...]:
    """List all categories, group by group; the added ones last in their group."""
    refresh(tx)
    edits = set(tx.session.scalars(select(CategoryEdit.code)))
    states = [str(state) for state in OPEN]
    counted = select(Issue.category, func.count()).where(Issue.state.in_(states)).group_by(Issue.category)
    counts = dict(tx.session.execute(counted).all())
    order = list(groups())
    known = sorted(categories().values(), key=lambda one: order.index(one.group))
    shipped = shipped_categories()
    return tuple(
        CategoryView(one, one.code in shipped, one.code in edits, counts.get(one.code, 0)) for one in known
    )


def view(tx: Tx, code: str) -> CategoryView:
    """Show one category.

    Raises
    ------
    NotFound
        There is none of this code.
    """
    found = next((one for one in listed(tx) if one.category.code == code), None)
    if found is None:
        raise NotFound("category.none", code=code[:CODE_MOST])
    return found


def add(tx: Tx, actor: Actor, code: str, wish: CategoryWish) -> int:
    """Add a category.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who adds it.
    code : str
        Stable English name, ``snake_case``.
    wish : CategoryWish
        The rest.

    Returns
    -------
    int
        Key of the act in the record.

    Raises
    ------
    InputError
        Malformed or taken code, name taken, no such group or kind of department; nothing is written.
    """
    actor = acting_for_all(tx, actor)
    refresh(tx)
    code = code.strip()
    if len(code) > CODE_MOST or not CODE_FORM.fullmatch(code):
        raise InputError("category.code", field="code", value=code[:CODE_MOST])
    if code in categories():
        raise InputError("category.taken", field="code", value=code)
    row = {"code": code, "icon": ICON, **_row(code, wish)}
    tx.session.add(CategoryEdit(code=code, row=row, is_active=True))
    return _written(tx, actor, "category.add", code)


def change(tx: Tx, actor: Actor, code: str, wish: CategoryWish) -> int | None:
    """Change a category; reports from now on follow it, issues that are there keep what they were given.

    Returns
    -------
    int or None
        Key of the act in the record; None when nothing differed.

    Raises
    ------
    NotFound, InputError
        As :func:`view` and :func:`add`.
    """
    actor = acting_for_all(tx, actor)
    before = view(tx, code).category
    row = _row(code, wish)
    differing = sorted(name for name, value in row.items() if before.row[name] != value)
    if not differing:
        return None
    base = shipped_categories().get(code)
    kept = row if base is None else {name: value for name, value in row.items() if base.row[name] != value}
    edit = _edit(tx, before)
    edit.row = {**({"code": code, "icon": before.row["icon"]} if base is None else {}), **kept}
    if not edit.row and edit.is_active:
        tx.session.delete(edit)
    shown = [name for name in differing if name in {field.name for field in fields(CategoryWish)}]
    return _written(tx, actor, "category.change", code, fields=shown)


def switch(tx: Tx, actor: Actor, code: str, *, on: bool) -> int | None:
    """Offer a category for new reports, or no longer; issues that are there keep it.

    Returns
    -------
    int or None
        Key of the act in the record; None when it was so already.

    Raises
    ------
    NotFound
        There is none of this code.
    Conflict
        It is the last one that is offered.
    """
    actor = acting_for_all(tx, actor)
    before = view(tx, code).category
    if before.is_active == on:
        return None
    if not on and sum(1 for one in categories().values() if one.is_active) == 1:
        raise Conflict("category.last", name=before.name)
    edit = _edit(tx, before)
    edit.is_active = on
    if on and not edit.row:
        tx.session.delete(edit)
    return _written(tx, actor, "category.on" if on else "category.off", code)


def reset(tx: Tx, actor: Actor, code: str) -> int | None:
    """Take back all that was changed about a shipped category.

    Returns
    -------
    int or None
        Key of the act in the record; None when there was nothing to take back.

    Raises
    ------
    NotFound
        There is none of this code.
    Conflict
        It was added, so there is nothing to go back to; or its shipped name now belongs to another.
    """
    actor = acting_for_all(tx, actor)
    found = view(tx, code)
    base = shipped_categories().get(code)
    if base is None:
        raise Conflict("category.added", name=found.category.name)
    if not found.is_edited:
        return None
    _check_free(code, base.name, base.name_en)
    tx.session.delete(_edit(tx, found.category))
    return _written(tx, actor, "category.reset", code)


def _written(tx: Tx, actor: Actor, what: str, code: str, **values: Any) -> int:  # noqa: ANN401 - codes and values
    tx.session.flush()
    edited(tx)
    refresh(tx)
    return audit.record(tx, actor, what, category=code, **values)


def _edit(tx: Tx, category: Category) -> CategoryEdit:
    edit = tx.session.get(CategoryEdit, category.code)
    if edit is None:
        edit = CategoryEdit(code=category.code, row={}, is_active=True)
        tx.session.add(edit)
    return edit


def _row(code: str, wish: CategoryWish) -> dict[str, str]:
    """Check a wish, and spell it as columns of the table."""
    name, name_en = _name("name", wish.name), _name("name_en", wish.name_en)
    _check_free(code, name, name_en)
    group = groups().get(wish.group)
    if group is None:
        raise InputError("category.group", field="group", value=wish.group[:40], known="、".join(groups()))
    kinds = NAMES["department_kind"]
    if wish.department not in kinds and wish.department:
        raise InputError(
            "department.kind", field="department", value=wish.department[:40], known="、".join(kinds)
        )
    return {
        "name": name,
        "name_en": name_en,
        **{column: group.row[column] for column in ("group", "group_name", "group_name_en")},
        "department": wish.department,
        **{flag: "yes" if getattr(wish, flag) else "no" for flag in FLAGS},
    }


def _name(field: str, given: str) -> str:
    name = " ".join(given.split())
    if not name:
        raise InputError("field.missing", field=field)
    if len(name) > NAME_MOST:
        raise InputError("field.too_long", field=field, length=len(name), limit=NAME_MOST)
    if not name.isprintable() or "," in name or "，" in name:  # filters take several names with commas
        raise InputError("field.unreadable", field=field, value=ascii(name)[:80])
    return name


def _check_free(code: str, *names: str) -> None:
    for one in categories().values():
        taken = {spelled.casefold() for spelled in (one.code, one.name, one.name_en)}
        for name in names:
            if one.code != code and name.casefold() in taken:
                raise InputError("category.name_taken", field="name", value=name, other=one.code)
