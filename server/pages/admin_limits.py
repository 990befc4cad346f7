"""The table of limits, category by stage, and the form that changes those of one category."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.errors import InputError
from server.pages.admin_parts import Around, around, done, refusal
from server.pages.audit_said import category_said
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import limits
from server.services.administered import need_whole
from server.services.categories import categories
from server.services.category_edits import groups
from server.services.limits import LimitView, NewLimit, kinds_for
from server.services.rules import ALL, STAGES
from server.words.limits import limit_kind_name, limit_said, stage_name
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("admin_limits", __name__)


@dataclass(frozen=True)
class LimitCell:
    """One limit in words.

    Attributes
    ----------
    said, shipped : str
        As it counts, and as the program ships it (empty: as the row of all says).
    is_own, is_edited : bool
        Whether the category has its own, and whether it was changed here.
    """

    said: str
    shipped: str
    is_own: bool
    is_edited: bool


@dataclass(frozen=True)
class LimitRow:
    """The limits of one category.

    Attributes
    ----------
    code, name, group : str
        The category; the row of all has no group.
    cells : tuple of LimitCell
        One a stage.
    """

    code: str
    name: str
    group: str
    cells: tuple[LimitCell, ...]


@dataclass(frozen=True)
class LimitsPage:
    """``admin/limits.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    urgent : bool
        Which of the two tables.
    stages : tuple of str
        Headings.
    groups : tuple of (str, tuple of LimitRow)
        Heading and its rows; the first is the row of all, without heading.
    """

    around: Around
    urgent: bool
    stages: tuple[str, ...]
    groups: tuple[tuple[str, tuple[LimitRow, ...]], ...]


@dataclass(frozen=True)
class StageField:
    """One stage in the form.

    Attributes
    ----------
    code, name, amount : str
        Stage, and its amount as it counts or was typed.
    kinds : tuple of Choice
        Units.
    cell : LimitCell
        As it counts now.
    """

    code: str
    name: str
    amount: str
    kinds: tuple[Choice, ...]
    cell: LimitCell


@dataclass(frozen=True)
class LimitPage:
    """``admin/limit.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    code, name : str
        The category.
    urgent : bool
        Which of its two sets.
    fields : tuple of StageField
        One a stage.
    """

    around: Around
    code: str
    name: str
    urgent: bool
    fields: tuple[StageField, ...]


@blueprint.get("/admin/limits")
@allow(Role.ADMIN, Role.SUPERVISOR)
def index() -> str:
    """Show all limits, for ordinary or for urgent issues."""
    urgent = request.args.get("urgent") == "1"
    with current_store().read() as tx:
        rows = list(_rows(one for one in limits.listed(tx) if one.urgent == urgent))
        above = around(tx, "limits")
    groups = tuple((heading, tuple(found)) for heading, found in groupby(rows, lambda row: row.group))
    return render("admin/limits.html", LimitsPage(above, urgent, tuple(map(stage_name, STAGES)), groups))


@blueprint.get("/admin/limits/<category>")
@allow(Role.ADMIN)
def one(category: str) -> str:
    """Show the form of one category's limits."""
    return _form(category, urgent=request.args.get("urgent") == "1")


@blueprint.post("/admin/limits/<category>")
@allow(Role.ADMIN)
def change(category: str) -> Response | tuple[str, int]:
    """Change what differs from what counts now."""
    urgent, form = request.form.get("urgent") == "1", request.form
    wanted = [
        NewLimit(stage, form.get(f"{stage}_kind", ""), form[stage]) for stage in STAGES if stage in form
    ]
    try:
        with current_store().write() as tx:
            keys = limits.set_limits(tx, current_actor(), category, wanted, urgent=urgent)
    except InputError as error:
        return _form(category, urgent=urgent, error=refusal(error)), 422
    return done("admin_limits.index", keys, urgent=int(urgent))


@blueprint.post("/admin/limits/<category>/reset")
@allow(Role.ADMIN)
def reset(category: str) -> Response:
    """Let the shipped limit of one stage count again."""
    urgent = request.form.get("urgent") == "1"
    with current_store().write() as tx:
        key = limits.reset(tx, current_actor(), category, request.form.get("stage", ""), urgent=urgent)
    return done("admin_limits.one", key, category=category, urgent=int(urgent))


def _rows(found: Iterable[LimitView]) -> Iterator[LimitRow]:
    by_category = {code: tuple(own) for code, own in groupby(found, lambda one: one.category)}
    order = list(groups())
    codes = sorted(categories(), key=lambda code: order.index(categories()[code].group))
    for code in (ALL, *codes):
        known = categories().get(code)
        if known is None or known.is_active:
            cells = tuple(_cell(one) for one in by_category[code])
            yield LimitRow(code, category_said(code), known.group_label if known else "", cells)


def _cell(one: LimitView) -> LimitCell:
    said = limit_said(one.in_force.kind, one.in_force.amount, is_short=True)
    shipped = limit_said(one.shipped.kind, one.shipped.amount) if one.shipped else ""
    return LimitCell(said, shipped, one.is_own, one.edit is not None)


def _form(category: str, *, urgent: bool, error: str = "") -> str:
    with current_store().read() as tx:
        need_whole(tx, current_actor())
        found = [one for one in limits.listed(tx) if (one.category, one.urgent) == (category, urgent)]
        above = around(tx, "limits", error)
    if not found:
        abort(404)
    fields = tuple(_field(one) for one in found)
    return render("admin/limit.html", LimitPage(above, category, category_said(category), urgent, fields))


def _field(one: LimitView) -> StageField:
    amount = request.form.get(one.stage, f"{one.in_force.amount:g}")
    chosen = request.form.get(f"{one.stage}_kind", one.in_force.kind)
    kinds = tuple(
        Choice(kind, limit_kind_name(kind), kind == chosen) for kind in kinds_for(urgent=one.urgent)
    )
    return StageField(one.stage, stage_name(one.stage), amount, kinds, _cell(one))
