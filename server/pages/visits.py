"""Visits (走访): how many of what kind where, the list of them, and who is to be looked in on when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from server.auth import allow, current_actor, current_store, done_reading
from server.db import Tx
from server.downloads import download, form_of
from server.pages.choices import area_choices, coded_choices
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import areas, audit, care_rows, visit_lists
from server.services.care_rows import CareRow
from server.services.exporting.visits import visit_table
from server.services.filters import instant_of
from server.services.permissions import AREA_ROLES
from server.services.visit_lists import CellCount, VisitFilter
from server.services.visit_rows import VisitRow
from server.words import NAMES, _

__all__ = ["blueprint"]

BACK = timedelta(days=30)
SOON = timedelta(days=3)
LISTS = ("csv", "xlsx")
blueprint = Blueprint("visits", __name__)


@dataclass(frozen=True)
class CareLine:
    """Somebody to be looked in on.

    Attributes
    ----------
    care : CareRow
        Who, masked but for those on duty there.
    reason : str
        In words.
    colour : str
        ``red`` overdue, ``amber`` within three days, ``green``.
    """

    care: CareRow
    reason: str
    colour: str


@dataclass(frozen=True)
class VisitLine:
    """A visit in the list; codes in words."""

    visit: VisitRow
    kind: str
    subject: str
    result: str


@dataclass(frozen=True)
class VisitsPage:
    """``visits/index.html``.

    Attributes
    ----------
    areas, kinds, results : tuple of Choice
        What the list is narrowed to.
    since, until : str
        First and last day.
    heads : tuple of (code, name)
        Kinds, in the table's order.
    totals : Mapping[str, int]
        Kind -> visits in all.
    count, issues : int
        Visits, and those that led to something.
    cells : tuple of CellCount
        By area.
    rows : tuple of VisitLine
        Newest first.
    cares : tuple of CareLine
        Soonest first.
    overdue : int
        Of these, past their time.
    next_url, export_url : str
        The next page, "" at the end; the list as a file.
    """

    areas: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    results: tuple[Choice, ...]
    since: str
    until: str
    heads: tuple[tuple[str, str], ...]
    totals: Mapping[str, int]
    count: int
    issues: int
    cells: tuple[CellCount, ...]
    rows: tuple[VisitLine, ...]
    cares: tuple[CareLine, ...]
    overdue: int
    next_url: str
    export_url: str


@blueprint.get("/visits")
@allow(*AREA_ROLES)
def index() -> str:
    """Show visits and care over a period."""
    actor, store = current_actor(), current_store()
    with store.read() as tx:
        given = _given(tx)
        wanted = _wanted(given, store.config.zone)
        rows, more = visit_lists.listed(tx, actor, wanted, request.args.get("after", "")[:40])
        cells = visit_lists.counts(tx, actor, wanted)
        cares = care_rows.watched(tx, actor)
        page = VisitsPage(
            areas=area_choices(areas.choosable(tx, actor), wanted.area),
            kinds=coded_choices("visit_kind", wanted.kind, _("全部类型")),
            results=coded_choices("visit_result", wanted.result, _("全部结果")),
            since=given["since"],
            until=given["until"],
            heads=tuple((code, _(name)) for code, name in NAMES["visit_kind"].items()),
            totals={kind: sum(one.by_kind.get(kind, 0) for one in cells) for kind in NAMES["visit_kind"]},
            count=sum(one.count for one in cells),
            issues=sum(one.issues for one in cells),
            cells=cells,
            rows=tuple(_line(one) for one in rows),
            cares=tuple(_care(one, tx.now) for one in cares),
            overdue=sum(one.due_at < tx.now for one in cares),
            next_url=f"/visits?{urlencode(given | {'after': more})}#list" if more else "",
            export_url=f"/visits.csv?{urlencode(given)}",
        )
    care_rows.note_read(store, actor, [one for one in cares if one.is_named])
    return render("visits/index.html", page)


@blueprint.get("/visits.<suffix>")
@allow(*AREA_ROLES)
def export(suffix: str) -> Response:
    """Give the list as a file, without personal facts; that it was given is on record."""
    if suffix not in LISTS:
        abort(404)
    actor, store = current_actor(), current_store()
    done_reading()
    with store.write() as tx:
        given = _given(tx)
        wanted = _wanted(given, store.config.zone)
        visit_lists.listed(
            tx, actor, wanted, limit=1
        )  # what cannot be asked for is refused before it is written down
        filters = {name: said for name, said in given.items() if said}
        audit.record(tx, actor, "export", what="visits", form=suffix, filters=filters)
    return download(
        "visits", form_of(suffix), lambda tx, actor: visit_table(tx, visit_lists.walk(tx, actor, wanted))
    )


def _given(tx: Tx) -> dict[str, str]:
    """Read what was asked for; the last thirty days where nothing was."""
    today = tx.now.astimezone(tx.config.zone).date()
    given = {name: request.args.get(name, "").strip()[:64] for name in ("area", "kind", "result")}
    days = {"since": (today - BACK).isoformat(), "until": today.isoformat()}
    return given | {name: request.args.get(name, day).strip()[:40] for name, day in days.items()}


def _wanted(given: Mapping[str, str], zone: tzinfo) -> VisitFilter:
    return VisitFilter(
        kind=given["kind"],
        result=given["result"],
        area=given["area"],
        since=instant_of("since", given["since"], zone),
        until=instant_of("until", given["until"], zone, end=True),
    )


def _line(one: VisitRow) -> VisitLine:
    names = (_(NAMES[f"visit_{part}"][getattr(one, part)]) for part in ("kind", "subject", "result"))
    return VisitLine(one, *names)


def _care(one: CareRow, now: datetime) -> CareLine:
    colour = "red" if one.due_at < now else "amber" if one.due_at < now + SOON else "green"
    return CareLine(one, _(NAMES["care_reason"][one.reason]), colour)
