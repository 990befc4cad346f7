"""The administration's first page: what is set, what is missing, what was changed lately."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from server.auth import allow, current_actor, current_store
from server.pages.admin_parts import Around, around
from server.pages.audit_said import said
from server.pages.frame import render
from server.services import (
    accounts,
    area_edits,
    audit,
    calendar_years,
    category_edits,
    departments,
    limits,
    tokens,
)
from server.services.accounts import AccountFilter
from server.services.audit_log import RULE_KINDS
from server.workflow import Role

__all__ = ["blueprint"]

CHANGES = 20
blueprint = Blueprint("admin", __name__)


@dataclass(frozen=True)
class ChangeRow:
    """A change as a line.

    Attributes
    ----------
    at : datetime
        When.
    who, said : str
        Name of who did it, and what.
    """

    at: datetime
    who: str
    said: str


@dataclass(frozen=True)
class AdminPage:
    """``admin/index.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    limits : int
        How many limits differ from what is shipped.
    categories, off : int
        Categories there are, and those switched off.
    departments, retired : int
        Departments in service, and retired ones.
    unpublished : tuple of int
        Years whose holidays are missed.
    years : tuple of int
        Years whose holidays are known.
    changes : tuple of ChangeRow
        The last ones, newest first.
    people, tokens : int
        People and valid tokens that this administrator looks after.
    areas, cells : int
        Areas above the cells, and cells.
    """

    around: Around
    limits: int
    categories: int
    off: int
    departments: int
    retired: int
    unpublished: tuple[int, ...]
    years: tuple[int, ...]
    changes: tuple[ChangeRow, ...]
    people: int
    tokens: int
    areas: int
    cells: int


@blueprint.get("/admin")
@allow(Role.ADMIN)
def index() -> str:
    """Show what is set, with ways to each part."""
    actor = current_actor()
    with current_store().read() as tx:
        tree = area_edits.tree(tx, actor)
        top = min((one.path.count("/") for one in tree), default=0)
        edits = sum(1 for one in limits.listed(tx) if one.edit is not None)
        kinds = category_edits.listed(tx)
        units = departments.listed(tx, actor)
        years = calendar_years.listed(tx)
        page = AdminPage(
            around(tx, "overview"),
            limits=edits,
            categories=len(kinds),
            off=sum(1 for one in kinds if not one.category.is_active),
            departments=sum(1 for one in units if one.is_active),
            retired=sum(1 for one in units if not one.is_active),
            unpublished=calendar_years.unpublished_now(tx),
            years=tuple(one.year for one in years if one.source != "unpublished"),
            changes=tuple(
                ChangeRow(one.at, one.who, said(one)) for one in audit.latest(tx, CHANGES, RULE_KINDS)
            ),
            people=accounts.listed(tx, actor, AccountFilter()).total,
            tokens=tokens.listed(tx, actor).total,
            areas=len(tree),
            cells=sum(one.cells for one in tree if one.path.count("/") == top),
        )
    return render("admin/index.html", page)
