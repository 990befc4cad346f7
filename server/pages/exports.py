"""Files to take away: choose what and how, follow those being made, fetch them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.downloads import attached, download
from server.errors import NotFound
from server.formats import FORMATS
from server.pages.filters_said import filters_said
from server.pages.frame import inside, render
from server.pages.parts import Choice
from server.services import exporting
from server.services.exporting import AT_ONCE, KINDS, ExportView, Wish, wish_of
from server.services.exporting.wishes import table_of
from server.services.statistics import PRESETS
from server.translate import shown
from server.words import NAMES, _, sentence

__all__ = ["blueprint"]

KIBI = 1024
blueprint = Blueprint("exports", __name__)


@dataclass(frozen=True)
class ExportRow:
    """A file asked for.

    Attributes
    ----------
    job : ExportView
        The file.
    what, state, size, problem : str
        In words.
    percent : int
        How much is made.
    """

    job: ExportView
    what: str
    state: str
    size: str
    problem: str
    percent: int


@dataclass(frozen=True)
class ExportsPage:
    """``exports/index.html``.

    Attributes
    ----------
    rows : tuple of ExportRow
        Newest first.
    is_moving : bool
        Whether any is on its way, so that the page looks again.
    is_stalled : bool
        Whether nobody makes any.
    days : int
        How long a file is kept.
    at_once : int
        More rows are made by the job process.
    """

    rows: tuple[ExportRow, ...]
    is_moving: bool
    is_stalled: bool
    days: int
    at_once: int


@dataclass(frozen=True)
class NewExportPage:
    """``exports/new.html``.

    Attributes
    ----------
    kind : str
        What is exported.
    heading, said : str
        What it is, and by which filters, in words.
    rows : int
        How many rows there are.
    given : Mapping[str, str]
        Filters that go along unseen.
    formats, levels, periods : tuple of Choice
        Options; ``group`` of a format is what it is for. The latter two are empty for issues.
    at_once : int
        More rows are made by the job process.
    back : str
        Where it was asked for.
    """

    kind: str
    heading: str
    said: tuple[str, ...]
    rows: int
    given: Mapping[str, str]
    formats: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    at_once: int
    back: str


@blueprint.get("/exports")
@allow(*ISSUE_ROLES)
def index() -> str:
    """List one's own files, newest first."""
    store = current_store()
    with store.read() as tx:
        found = exporting.find(tx, current_actor())
        is_moving = any(one.is_open for one in found)
        page = ExportsPage(
            tuple(_row(one) for one in found),
            is_moving,
            is_moving and exporting.is_stalled(tx),
            store.config.export_days,
            AT_ONCE,
        )
    return render("exports/index.html", page)


def _row(job: ExportView) -> ExportRow:
    what = f"{_what(job.wish)} · {_(NAMES['export_format'][job.wish.form])}"
    problem = sentence(job.problem["code"], shown(job.problem["values"])) if job.problem else ""
    percent = min(100, 100 * job.done // job.total) if job.total else 0
    return ExportRow(job, what, _(NAMES["export_state"][job.state]), _size(job.size), problem, percent)


def _what(wish: Wish) -> str:
    level = NAMES["unit_level"][wish.given.get("level") or "cell"]
    return _("{level}和指标", level=_(level)) if wish.kind == "cells" else _(NAMES["export_kind"][wish.kind])


def _size(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size / KIBI:,.0f} KB" if size < KIBI * KIBI else f"{size / KIBI / KIBI:,.1f} MB"


@blueprint.get("/exports/new")
@allow(*ISSUE_ROLES)
def new() -> str:
    """Choose how to export what a list, a map or a table of areas shows."""
    wish = _wish(request.args.get("kind", "issues"), "xlsx", request.args)
    with current_store().read() as tx:
        rows = KINDS[wish.kind].count(tx, current_actor(), wish.given)
        said = filters_said(tx, current_actor(), wish.given)
    chosen = wish.given.get("level") or "cell"
    is_units = wish.kind == "cells"
    levels = tuple(Choice(code, _(name), code == chosen) for code, name in NAMES["unit_level"].items())
    period = wish.given.get("period", "month")
    periods = tuple(Choice(code, _(NAMES["period"][code]), code == period) for code in PRESETS)
    has_own = any(wish.given.get(name) for name in ("days", "since", "until"))
    page = NewExportPage(
        kind=wish.kind,
        heading=_(NAMES["export_kind"][wish.kind]),
        said=said,
        rows=rows,
        given={name: value for name, value in wish.given.items() if name not in ("level", "period")},
        formats=tuple(_format(code, rows, code == wish.form) for code in NAMES["export_format"]),
        levels=levels if is_units else (),
        periods=periods if is_units and not has_own else (),
        at_once=AT_ONCE,
        back=inside(request.args.get("back", "/issues")),
    )
    return render("exports/new.html", page)


def _format(code: str, rows: int, chosen: bool) -> Choice:
    most = FORMATS[code].most
    if most is not None and rows > most:
        hint = sentence("export.rows", {"value": f"{rows:,}", "most": f"{most:,}"})
        return Choice("", _(NAMES["export_format"][code]), chosen=False, group=hint)
    return Choice(code, _(NAMES["export_format"][code]), chosen, _(NAMES["export_format_hint"][code]))


def _wish(kind: str, form: str, given: Mapping[str, Any]) -> Wish:
    """Read a wish from a form or a query; what else is in it is passed over."""
    fields = KINDS[kind].fields if kind in KINDS else ()
    return wish_of(kind, form, {name: given.get(name) for name in fields})


@blueprint.post("/exports")
@allow(*ISSUE_ROLES)
def ask() -> Response:
    """Hand out a small file now; have a large one made."""
    wish = _wish(request.form.get("kind", ""), request.form.get("format", ""), request.form)
    actor = current_actor()
    with current_store().read() as tx:
        rows = exporting.count(tx, actor, wish)
    if not exporting.is_large(wish, rows):
        query = {"kind": wish.kind, "format": wish.form, **wish.given}
        return redirect(f"/exports/now?{urlencode(query)}", 303)
    with current_store().write() as tx:
        exporting.ask(tx, actor, wish)
    return redirect("/exports", 303)


@blueprint.get("/exports/now")
@allow(*ISSUE_ROLES)
def now() -> Response:
    """Hand out a small file."""
    wish = _wish(request.args.get("kind", ""), request.args.get("format", ""), request.args)
    with current_store().write() as tx:
        exporting.at_once(tx, current_actor(), wish)
    return download(wish.name, wish.format, lambda tx, actor: table_of(tx, actor, wish))


@blueprint.get("/exports/<uid>/file")
@allow(*ISSUE_ROLES)
def file(uid: str) -> Response:
    """Fetch a file."""
    with current_store().write() as tx:
        path, job = exporting.fetch(tx, current_actor(), _uid(uid))
    return attached(path, job.file_name, job.wish.format.mimetype)


def _uid(said: str) -> UUID:
    """Read a key; what is none is as unknown as another's.

    Raises
    ------
    NotFound
        It is none.
    """
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound("export.unknown") from error


@blueprint.post("/exports/<uid>/<any(cancel, delete, again):what>")
@allow(*ISSUE_ROLES)
def change(uid: str, what: str) -> Response:
    """Give a file up, take it away, or have it made once more."""
    acts = {"cancel": exporting.cancel, "delete": exporting.delete, "again": exporting.again}
    with current_store().write() as tx:
        acts[what](tx, current_actor(), _uid(uid))
    return redirect("/exports", 303)
