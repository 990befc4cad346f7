"""One judged unit with the issues behind each figure, its appeals, and the appeals that wait to be decided."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError
from server.pages.evaluation import number_of
from server.pages.evaluation_parts import (
    AppealRow,
    Head,
    MeasureRow,
    Place,
    appeal_rows,
    head_of,
    measures_of,
    places_of,
)
from server.pages.frame import inside, render
from server.pages.issue_rows import Row, rows_of
from server.pages.parts import Link
from server.services.evaluation import appeals, docket, reading
from server.services.evaluation.appeals import MOST_WORDS
from server.services.evaluation.lists import EVERYTHING, Counted, counted_issues
from server.services.evaluation.reading import READERS
from server.services.evaluation.views import Opened
from server.words import _

__all__ = ["blueprint"]

blueprint = Blueprint("evaluation_unit", __name__)


@dataclass(frozen=True)
class CountedRow:
    """One issue that counts for or against the unit.

    Attributes
    ----------
    issue : Row
        As lists show it.
    share : str
        How much it counts, where that is not whole.
    appeal : str
        State of the appeal about it; empty for none.
    appeal_url : str
        Where to appeal; empty where nobody can.
    """

    issue: Row
    share: str
    appeal: str
    appeal_url: str


@dataclass(frozen=True)
class UnitPage:
    """``evaluation/unit.html``.

    Attributes
    ----------
    head : Head
        The evaluation.
    place : Place
        Its place in it.
    ranked : int
        Units with a rank.
    measures : tuple of MeasureRow
        Its indicators.
    base, points : str
        Weighted marks, and what bonuses add.
    complaints, complaints_before : int or None
        Complaints of the period and of the one before; None where the rules know none.
    which, list_name : str
        The list shown, and its name.
    issues : tuple of CountedRow
        One page of it.
    total, hidden : int
        Its length; issues of this page that the reader may not see.
    pages : tuple of Link
        Its neighbours.
    appeals : tuple of AppealRow
        Newest first.
    number : str
        Issue about which an appeal is being written; empty for none.
    can_appeal : bool
        Whether the reader may appeal now.
    most : int
        Longest words of an appeal.
    """

    head: Head
    place: Place
    ranked: int
    measures: tuple[MeasureRow, ...]
    base: str
    points: str
    complaints: int | None
    complaints_before: int | None
    which: str
    list_name: str
    issues: tuple[CountedRow, ...]
    total: int
    hidden: int
    pages: tuple[Link, ...]
    appeals: tuple[AppealRow, ...]
    number: str
    can_appeal: bool
    most: int = MOST_WORDS


@dataclass(frozen=True)
class AppealsPage:
    """``evaluation/appeals.html``.

    Attributes
    ----------
    rows : tuple of AppealRow
        The longest waiting first.
    most : int
        Longest words.
    """

    rows: tuple[AppealRow, ...]
    most: int = MOST_WORDS


@blueprint.get("/evaluation/<uuid:uid>/units/<code>")
@allow(*READERS)
def one(uid: UUID, code: str) -> str:
    """Show one unit, its figures, the issues of one of them, its appeals."""
    with current_store().read() as tx:
        asked = reading.unit(tx, current_actor(), uid, code)
        which = request.args.get("list") or EVERYTHING
        found = counted_issues(tx, current_actor(), asked, which, number_of("page") or 1)
        page = _page(tx, asked, found)
    return render("evaluation/unit.html", page)


def _page(tx: Tx, asked: Opened, found: Counted) -> UnitPage:
    actor, preset, line = current_actor(), asked.facts.preset, asked.line
    told = docket.of_unit(tx, actor, line.id)
    can_appeal = appeals.may_still_appeal(tx, actor, asked)
    judged, kept = line.judged, asked.figures.get("complaints")
    measures = measures_of(preset, line, asked.figures)
    return UnitPage(
        head=head_of(asked.facts, tx.now, tx.config.zone),
        place=places_of(preset, [line])[0],
        ranked=asked.ranked,
        measures=measures,
        base="—" if judged.base is None else f"{judged.base:.2f}",
        points=f"{sum(points for _kind, points in judged.bonuses):g}",
        complaints=judged.complaints if kept else None,
        complaints_before=judged.complaints_before if kept else None,
        which=found.which,
        list_name=_list_name(found.which, measures),
        issues=tuple(_rows(tx, found, told, can_appeal=can_appeal)),
        total=found.total,
        hidden=found.hidden,
        pages=tuple(_pages(found)),
        appeals=appeal_rows(told, tx.config.zone),
        number=request.args.get("appeal", "")[:20] if can_appeal else "",
        can_appeal=can_appeal,
    )


def _list_name(which: str, measures: tuple[MeasureRow, ...]) -> str:
    key, _dot, side = which.partition(".")
    name = next((one.name for one in measures if one.key == key), "")
    if side == "top":
        return _("{name}：达到的", name=name)
    if side == "bottom":
        return _("{name}：参评的", name=name)
    return _("居民诉求") if which == "complaints" else _("全部计入的事件")


def _rows(
    tx: Tx, found: Counted, told: tuple[docket.AppealView, ...], *, can_appeal: bool
) -> list[CountedRow]:
    states = {one.view.issue_id: one for one in reversed(appeal_rows(told, tx.config.zone))}
    rows = []
    for brief, row in zip(found.briefs, rows_of(tx, found.briefs), strict=True):
        last = states.get(brief.id)
        is_free = last is None or last.view.state == "withdrawn"
        share = found.shares.get(brief.id)
        url = f"?{urlencode({'list': found.which, 'page': found.page, 'appeal': brief.number})}#appeal"
        rows.append(
            CountedRow(
                row,
                _("按 {share} 件计", share=f"{share:g}") if share is not None else "",
                last.state if last else "",
                url if can_appeal and is_free else "",
            )
        )
    return rows


def _pages(found: Counted) -> list[Link]:
    ways = ((found.page - 1, _("上一页"), "prev"), (found.page + 1, _("下一页"), "next"))
    return [
        Link(key, label, f"?{urlencode({'list': found.which, 'page': page})}#issues")
        for page, label, key in ways
        if 1 <= page <= found.pages
    ]


@blueprint.post("/evaluation/<uuid:uid>/units/<code>/appeals")
@allow(*READERS)
def appeal(uid: UUID, code: str) -> Response:
    """Appeal that an issue should not count."""
    form = request.form
    with current_store().write() as tx:
        appeals.appeal(tx, current_actor(), uid, code, form.get("number", "").strip(), form.get("words", ""))
    return redirect(url_for("evaluation_unit.one", uid=uid, code=code, _anchor="appeals"), 303)


@blueprint.get("/evaluation/appeals")
@allow(*READERS)
def waiting() -> str:
    """List the open appeals that are the reader's to decide, to follow or to withdraw."""
    with current_store().read() as tx:
        rows = appeal_rows(docket.waiting(tx, current_actor()), tx.config.zone)
    return render("evaluation/appeals.html", AppealsPage(rows))


@blueprint.post("/evaluation/appeals/<uuid:uid>")
@allow(*READERS)
def decide(uid: UUID) -> Response:
    """Grant, refuse or withdraw an appeal, by the button pressed."""
    press, words = request.form.get("press", ""), request.form.get("words", "")
    with current_store().write() as tx:
        if press == "withdraw":
            appeals.withdraw(tx, current_actor(), uid)
        elif press in ("grant", "refuse"):
            appeals.decide(tx, current_actor(), uid, words, is_granted=press == "grant")
        else:
            appeals.check(tx, current_actor(), uid)
            raise InputError(
                "field.not_one_of", field="press", value=press[:40], expected="grant、refuse、withdraw"
            )
    onward = inside(request.form.get("here", ""))
    return redirect(onward if onward.startswith("/evaluation/") else "/evaluation/appeals", 303)
