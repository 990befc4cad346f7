"""The bulletin (工作简报): a period's report, ready to print, and as a Word file."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.pages.bulletin_charts import Bars, Lines, bars, lines
from server.pages.choices import area_choices
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import areas, audit, bulletin
from server.services.bulletin import Place, Report, Section, Titles, percent
from server.services.people import Actor
from server.services.statistics import Period
from server.words import NAMES, _, level_name
from server.workflow import Role

__all__ = ["blueprint"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKED = ("area", "period", "since", "until")
BETWEEN = "between"
blueprint = Blueprint("bulletin", __name__)


@dataclass(frozen=True)
class KindRow:
    """A line of the table by category; rates and share in words."""

    name: str
    new: int
    closed: int
    share: str
    on_time: str
    satisfaction: str


@dataclass(frozen=True)
class PlaceRow:
    """A line of the table by area; rates in words."""

    name: str
    new: int
    closed: int
    overdue: int
    on_time: str
    satisfaction: str


@dataclass(frozen=True)
class Sheet:
    """The report on the page.

    Attributes
    ----------
    titles : Titles
        Title and dates.
    sections : tuple of (str, Section)
        Numbered headings and their text.
    kinds, places : tuple
        Lines of the tables.
    total : KindRow
        Last line of both.
    level : str
        Name of the level that the second table lists; empty without one.
    bars, lines : Bars, Lines
        Charts.
    heat_url : str
        Of the picture of the heat; empty without one.
    """

    titles: Titles
    sections: tuple[tuple[str, Section], ...]
    kinds: tuple[KindRow, ...]
    places: tuple[PlaceRow, ...]
    total: PlaceRow
    level: str
    bars: Bars
    lines: Lines
    heat_url: str = ""


@dataclass(frozen=True)
class BulletinPage:
    """``bulletin/index.html``.

    Attributes
    ----------
    areas, periods : tuple of Choice
        Of the form.
    since, until : str
        Own dates.
    sheet : Sheet or None
        The report; None until one is asked for.
    query : str
        Of the address of the Word file.
    has_word : bool
        Whether Word files can be made here.
    may_edit : bool
        Whether this person may change the template.
    """

    areas: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    since: str
    until: str
    sheet: Sheet | None
    query: str
    has_word: bool = False
    may_edit: bool = False


@blueprint.get("/bulletin")
@allow(Role.SUPERVISOR, Role.LEADER)
def index() -> str:
    """Make a period's report; only the form until one is asked for."""
    store, actor = current_store(), current_actor()
    query = request.query_string.decode("ascii", "ignore")
    with store.read() as tx:
        report = _report(tx, actor) if any(name in request.args for name in ASKED) else None
        code = report.area_code if report else bulletin.area_for(tx, actor, "")
        places = area_choices(areas.choosable(tx, actor), code)[1:]
        page = BulletinPage(
            places,
            _periods(),
            request.args.get("since", ""),
            request.args.get("until", ""),
            _sheet(report, query) if report else None,
            query,
            bulletin.has_word(),
            bulletin.may_edit(tx, actor),
        )
    if report:
        _write_down(report, "html")
    return render("bulletin/index.html", page)


@blueprint.get("/bulletin.docx")
@allow(Role.SUPERVISOR, Role.LEADER)
def word() -> Response:
    """Make a period's report as a Word file."""
    with bulletin.place():
        with current_store().read() as tx:
            report, template = _report(tx, current_actor()), bulletin.template_of(tx)
            heat = bulletin.heat_of(tx, current_actor(), report.area_code, report.period)
        content = bulletin.make(report, template.content, template.file, heat)
    _write_down(report, "docx")
    told = bulletin.titles(report)
    answer = Response(content, mimetype=DOCX)
    name = quote(f"{told.title} {told.period}.docx")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"bulletin.docx\"; filename*=UTF-8''{name}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/bulletin/heat.png")
@allow(Role.SUPERVISOR, Role.LEADER)
def heat() -> Response:
    """Draw where a period's issues were reported."""
    with current_store().read() as tx:
        content = bulletin.heat_of(tx, current_actor(), *_asked(tx, current_actor()))
    answer = Response(content, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked(tx: Tx, actor: Actor) -> tuple[str, Period]:
    period = bulletin.chosen(request.args, tx.now, tx.config.zone)
    return bulletin.area_for(tx, actor, request.args.get("area", "").strip()), period


def _report(tx: Tx, actor: Actor) -> Report:
    return bulletin.gather(tx, actor, *_asked(tx, actor))


def _write_down(report: Report, form: str) -> None:
    zone = report.period.zone
    since, until = (
        f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (report.period.since, report.period.until)
    )
    with current_store().write() as tx:
        audit.record(
            tx, current_actor(), "export.bulletin", area=report.area, form=form, since=since, until=until
        )


def _periods() -> tuple[Choice, ...]:
    dated = any(request.args.get(name) for name in ("since", "until"))
    chosen = BETWEEN if dated else request.args.get("period") or "month"
    named = [Choice(key, _(name), key == chosen) for key, name in NAMES["bulletin_period"].items()]
    return (*named, Choice(BETWEEN, _("自选日期"), chosen == BETWEEN))


def _sheet(report: Report, query: str) -> Sheet:
    closed = sum(one.closed for one in report.kinds)
    kinds = tuple(
        KindRow(
            one.name,
            one.new,
            one.closed,
            percent(one.closed / closed if closed else None),
            percent(one.on_time.value if one.on_time else None),
            percent(one.satisfaction.value if one.satisfaction else None),
        )
        for one in sorted(report.kinds, key=lambda one: (-one.closed, -one.new))
    )
    figures = report.figures
    new, done, overdue = (int(figures[key].value or 0) for key in ("new", "closed", "overdue"))
    rates = (percent(figures[key].value) for key in ("on_time", "satisfaction"))
    total = PlaceRow(_("合计"), new, done, overdue, *rates)
    return Sheet(
        bulletin.titles(report),
        tuple(bulletin.numbered(bulletin.sections(report))),
        kinds,
        tuple(_place(one) for one in report.places),
        total,
        level_name(report.below),
        bars(report.kinds),
        lines(report.steps, [bulletin.step_said(report, one) for one in report.steps]),
        f"/bulletin/heat.png?{query}",
    )


def _place(one: Place) -> PlaceRow:
    rates = (percent(each.value) for each in (one.on_time, one.satisfaction))
    return PlaceRow(one.name, one.new, one.closed, one.overdue, *rates)
