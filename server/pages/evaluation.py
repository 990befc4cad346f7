"""Evaluations: which periods were judged, one ranking, a preview; made by hand where the job did not; downloads."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store, done_reading
from server.db import Tx
from server.downloads import download, form_of
from server.errors import InputError
from server.pages.evaluation_parts import Head, Place, Rules, head_of, places_of, rules_of, totals_of
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import audit
from server.services.evaluation import docket, making, reading
from server.services.evaluation.presets import presets_of
from server.services.evaluation.ranking import ranking_table
from server.services.evaluation.reading import READERS
from server.services.evaluation.views import EvaluationView, Listed
from server.services.people import Actor
from server.workflow import Role

__all__ = ["blueprint", "number_of"]

LONGEST = 5  # digits
DOWNLOADS = ("xlsx", "csv")
blueprint = Blueprint("evaluation", __name__)


@dataclass(frozen=True)
class ListRow:
    """One evaluation of the list.

    Attributes
    ----------
    head : Head
        What it is of.
    own : tuple of Place
        The reader's own units, the best first, at most three.
    units : int
        How many were judged.
    granted : int
        Appeals granted.
    """

    head: Head
    own: tuple[Place, ...]
    units: int
    granted: int


@dataclass(frozen=True)
class ListPage:
    """``evaluation/index.html``.

    Attributes
    ----------
    rows : tuple of ListRow
        Newest period first.
    presets : tuple of Choice
        To narrow to.
    makeable : tuple of Choice
        What the reader may judge: ``preset,area``.
    today : str
        Date of today.
    waiting : int
        Appeals that the reader may decide.
    next_url : str
        The next page; empty for none.
    """

    rows: tuple[ListRow, ...]
    presets: tuple[Choice, ...]
    makeable: tuple[Choice, ...]
    today: str
    waiting: int
    next_url: str


@dataclass(frozen=True)
class RankingPage:
    """``evaluation/ranking.html``.

    Attributes
    ----------
    head : Head
        What it is of.
    rules : Rules
        How a score comes about.
    measures : tuple of str
        Names of the indicators.
    places : tuple of Place
        The ranking.
    totals : tuple of (str, str, tuple of str)
        All together and the mean, where the reader sees all units whole.
    total, ranked : int
        Units judged, and those with a rank.
    is_preview : bool
        Whether nothing of it is kept.
    has_after : bool
        Whether appeals changed any of it.
    day : str
        Of a preview: a day of its period.
    """

    head: Head
    rules: Rules
    measures: tuple[str, ...]
    places: tuple[Place, ...]
    totals: tuple[tuple[str, str, tuple[str, ...]], ...]
    total: int
    ranked: int
    is_preview: bool = False
    has_after: bool = False
    makes: str = ""
    day: str = ""

    @property
    def columns(self) -> int:
        """How many columns the table has."""
        return 3 + len(self.measures) + self.has_after


@blueprint.get("/evaluation")
@allow(*READERS)
def index() -> str:
    """List the evaluations."""
    actor, zone = current_actor(), current_store().config.zone
    preset, before = request.args.get("preset", "")[:64], number_of("before")
    with current_store().read() as tx:
        views, after = reading.listed(tx, actor, preset, before)
        rows = tuple(_list_row(tx, one) for one in views)
        known = presets_of(tx.store.folder)
        makeable = tuple(_makeable(tx, actor))
        waiting = docket.deciding(tx, actor)
        today = tx.now.astimezone(zone).date().isoformat()
    following = f"/evaluation?{urlencode({'preset': preset, 'before': after})}" if after else ""
    choices = tuple(Choice(key, one.label, key == preset) for key, one in known.items())
    return render("evaluation/index.html", ListPage(rows, choices, makeable, today, waiting, following))


def _list_row(tx: Tx, view: Listed) -> ListRow:
    places = places_of(view.facts.preset, view.own)
    return ListRow(head_of(view.facts, tx.now, tx.config.zone), places, view.total, view.granted)


def _makeable(tx: Tx, actor: Actor) -> list[Choice]:
    chosen = request.args.get("what", "")
    return [
        Choice(f"{preset.key},{area.code}", area.name, chosen == f"{preset.key},{area.code}", preset.label)
        for preset, area in making.judgeable(tx, actor)
    ]


@blueprint.post("/evaluation")
@allow(Role.SUPERVISOR)
def make() -> Response:
    """Judge a period that is over."""
    preset, area = _what(request.form.get("what", ""))
    day = _day(request.form.get("day", ""))
    if day is None:
        raise InputError("field.missing", field="day")
    with current_store().read() as tx:
        prepared = making.prepare(tx, current_actor(), preset, area, day)
    done_reading()
    with current_store().write() as tx:
        uid = making.keep(tx, current_actor(), prepared).uid
    return redirect(url_for("evaluation.one", uid=uid), 303)


@blueprint.get("/evaluation/preview")
@allow(Role.SUPERVISOR)
def preview() -> str:
    """Show how a period would be judged now; nothing is kept."""
    what, day = request.args.get("what", ""), _day(request.args.get("day", ""))
    preset, area = _what(what)
    with current_store().read() as tx:
        view = making.preview(tx, current_actor(), preset, area, day)
        page = _page(tx, view)
    page = replace(page, is_preview=True, makes=what, day=request.args.get("day", ""))
    return render("evaluation/ranking.html", page)


@blueprint.get("/evaluation/<uuid:uid>")
@allow(*READERS)
def one(uid: UUID) -> str:
    """Show a ranking."""
    with current_store().read() as tx:
        page = _page(tx, reading.one(tx, current_actor(), uid))
    return render("evaluation/ranking.html", page)


@blueprint.get("/evaluation/<uuid:uid>/ranking.<suffix>")
@allow(*READERS)
def export(uid: UUID, suffix: str) -> Response:
    """Hand out a ranking, as the reader sees it, as a file; that it was is on record."""
    if suffix not in DOWNLOADS:
        abort(404)
    form, actor = form_of(suffix), current_actor()
    done_reading()
    with current_store().write() as tx:
        facts = reading.one(tx, actor, uid).facts
        since = f"{facts.since.astimezone(tx.config.zone):%Y-%m-%d}"
        audit.record(tx, actor, "export.evaluation", preset=facts.preset.name, area=facts.area_name, form=suffix,
                     period=since)  # fmt: skip
    name = f"evaluation-{facts.preset.key}-{facts.area}-{since}"
    return download(name, form, lambda tx, reader: ranking_table(tx, reading.one(tx, reader, uid)))


def _page(tx: Tx, view: EvaluationView) -> RankingPage:
    preset = view.facts.preset
    places = places_of(preset, view.lines)
    sees_all = len(places) == view.total and all(place.is_whole for place in places)
    return RankingPage(
        head_of(view.facts, tx.now, tx.config.zone),
        rules_of(preset),
        tuple(one.label for one in preset.indicators) if any(place.is_whole for place in places) else (),
        places,
        totals_of(view) if sees_all else (),
        view.total,
        view.ranked,
        has_after=any(place.after for place in places),
    )


def _what(said: str) -> tuple[str, str]:
    preset, comma, area = said.partition(",")
    if not comma:
        raise InputError("field.missing", field="preset")
    return preset, area


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise InputError("filter.time", field="day", value=said[:40]) from error


def number_of(name: str) -> int | None:
    """Read a whole number from the query; None where it is none."""
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) <= LONGEST else None
