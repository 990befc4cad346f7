"""The supervision desk: what is overdue, about to be or waits too long, whistles without an answer, requests to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.errors import InputError
from server.pages.choices import area_choices, category_choices
from server.pages.frame import inside, render
from server.pages.issue_rows import Row, rows_of
from server.pages.parts import Choice
from server.pages.times import clock_words, left_words
from server.services import areas, bulk, supervision_desk
from server.services.filters import Filters
from server.services.supervision_desk import TABS, Desk, Line, Said
from server.services.time_left import Timer, timer_of
from server.words import NAMES, _
from server.workflow import Role, State

__all__ = ["DESK_ROLES", "blueprint"]

DESK_ROLES = frozenset({Role.LEADER, Role.SUPERVISOR})
LONGEST_PAGE = 5  # digits
LISTED = {"red": {"overdue": "1"}, "amber": {"clock": "amber"}}
"""Tabs that lists, and so exports, know as well."""
OWN_CLOCK = frozenset({"stages", "whistles"})
"""Tabs about another limit than the issue's due, and about what is past it."""
blueprint = Blueprint("supervision", __name__)


@dataclass(frozen=True)
class Figure:
    """One tab, as a figure that leads to it.

    Attributes
    ----------
    tab, label, url : str
        Code, words, address.
    count : int
        How many.
    is_chosen : bool
        Whether it is shown.
    """

    tab: str
    label: str
    url: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class DeskRow:
    """One line.

    Attributes
    ----------
    issue : Row
        As the list shows it.
    until : datetime
        What the clock runs to.
    colour, left : str
        Colour of the issue's clock, its stage's or the whistle's, and by how much it is passed or what is left.
    who : str
        Holder, department that was whistled, or request and who asks.
    supervised, urged : str
        How often, and whom the last time; empty for never.
    supervised_at, urged_at : datetime or None
        The last time.
    can_supervise : bool
        Whether it may be ticked.
    """

    issue: Row
    until: datetime
    colour: str
    left: str
    who: str
    supervised: str
    supervised_at: datetime | None
    urged: str
    urged_at: datetime | None
    can_supervise: bool


@dataclass(frozen=True)
class SupervisionPage:
    """``supervision/index.html``.

    Attributes
    ----------
    tab : str
        Which.
    figures : tuple of Figure
        All tabs.
    areas, categories : tuple of Choice
        Filters.
    rows : tuple of DeskRow
        The latest first.
    can_supervise : bool
        Whether any of them may be ticked.
    here, before_url, next_url, export_url : str
        This page, its neighbours and its export; empty for none.
    done, refused : int or None
        What became of those supervised by hand just now.
    """

    tab: str
    figures: tuple[Figure, ...]
    areas: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    rows: tuple[DeskRow, ...]
    can_supervise: bool
    here: str
    before_url: str
    next_url: str
    export_url: str
    done: int | None = None
    refused: int | None = None


@blueprint.get("/supervision")
@allow(*DESK_ROLES)
def index() -> str:
    """Show one tab of the desk."""
    store, actor = current_store(), current_actor()
    given = {name: request.args[name] for name in ("area", "category") if request.args.get(name)}
    filters = Filters.parse(given, store.config.zone)
    with store.read() as tx:
        desk = supervision_desk.desk(
            tx, actor, filters, request.args.get("tab", TABS[0]), _number("page") or 1
        )
        places = areas.choosable(tx, actor)
        shown = rows_of(tx, (line.brief for line in desk.lines))
        timer = timer_of(tx)
        rows = [_row(desk.tab, line, row, timer) for line, row in zip(desk.lines, shown, strict=True)]
    page = _page(desk, given, rows, area_choices(places, given.get("area", "")))
    return render("supervision/index.html", page)


def _page(
    desk: Desk, given: dict[str, str], rows: Sequence[DeskRow], places: tuple[Choice, ...]
) -> SupervisionPage:
    def at(page: int) -> str:
        return _address(desk.tab, {**given, "page": str(page)})

    named, here = {**LISTED[desk.tab], **given} if desk.tab in LISTED else {}, at(desk.page)
    return SupervisionPage(
        tab=desk.tab,
        figures=tuple(_figure(desk, tab, given) for tab in TABS),
        areas=places,
        categories=category_choices(given.get("category", ""), _("全部类别")),
        rows=tuple(rows),
        can_supervise=any(line.can_supervise for line in desk.lines),
        here=here,
        before_url=at(desk.page - 1) if desk.page > 1 else "",
        next_url=at(desk.page + 1) if desk.has_more else "",
        export_url=f"/exports/new?{urlencode({'kind': 'issues', **named, 'back': here})}" if named else "",
        done=_number("done"),
        refused=_number("refused"),
    )


def _address(tab: str, query: dict[str, str]) -> str:
    return f"/supervision?{urlencode({'tab': tab, **query})}"


def _figure(desk: Desk, tab: str, given: dict[str, str]) -> Figure:
    return Figure(tab, _(NAMES["tab"][tab]), _address(tab, given), desk.counts[tab], tab == desk.tab)


def _row(tab: str, line: Line, issue: Row, timer: Timer) -> DeskRow:
    who = line.what or (issue.holder.name if issue.holder else "")
    if tab == "asks":
        kind = _("申请延期") if line.what == "extend" else _("申请挂账")
        who = f"{line.who} {kind}"
    return DeskRow(
        issue=issue,
        until=line.until,
        colour="red" if tab in OWN_CLOCK else issue.clock,
        left=_left(tab, line, timer) if tab in OWN_CLOCK else issue.left,
        who=who,
        supervised=_supervised(line.supervised),
        supervised_at=line.supervised.at if line.supervised else None,
        urged=_("催办 {n} 次", n=line.urged.count) if line.urged else "",
        urged_at=line.urged.at if line.urged else None,
        can_supervise=line.can_supervise,
    )


def _left(tab: str, line: Line, timer: Timer) -> str:
    """Say by how much a stage is late by its own clock, or a whistle, whose time is an instant, by the wall."""
    if tab == "whistles":
        return clock_words(line.until, timer.now)
    stage = "dispatch" if line.brief.state == State.REPORTED else "take"
    return left_words(timer.left(line.brief.category, line.until, urgent=line.brief.urgent, stage=stage))


def _supervised(said: Said | None) -> str:
    if said is None:
        return ""
    levels = {
        "leader": _("负责人"),
        "supervisor": _("督办员"),
        "department": _("承办单位"),
    }
    whom = " ".join(filter(None, (levels.get(said.level, _("承办人")), said.name)))
    return _("{n} 次，{whom}", n=said.count, whom=whom)


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) <= LONGEST_PAGE else None


@blueprint.post("/supervision")
@allow(*DESK_ROLES)
def supervise() -> Response:
    """Supervise what was ticked, each for itself, and show the same page again."""
    text, numbers = request.form.get("text", "").strip(), request.form.getlist("number")
    if not numbers:
        raise InputError("supervision.none", field="number")
    if not text:
        raise InputError("supervision.text", field="text")
    with current_store().write() as tx:
        outcomes = bulk.act(tx, current_actor(), numbers, "supervise", {"text": text})
    done = sum(1 for one in outcomes if one.is_done)
    onward = inside(request.form.get("here", ""))
    if not onward.startswith("/supervision?"):
        onward = "/supervision?tab=red"
    return redirect(f"{onward}&{urlencode({'done': done, 'refused': len(outcomes) - done})}", 303)
