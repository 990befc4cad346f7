"""The triage queue: what waits for somebody, given on by one click, or after a look at the one chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request

from server.auth import allow, current_actor, current_store
from server.maps import MapParts, MapView, map_parts
from server.pages.action_forms import forms_of
from server.pages.facts import told
from server.pages.frame import render
from server.pages.ground import basemap_data, basemap_of, bounds_around, urls
from server.pages.issue_rows import rows_of
from server.pages.parts import ActionForm
from server.pages.sentences import map_words
from server.pages.times import left_words
from server.services import asking, issues, triage
from server.services.time_left import Timer, timer_of
from server.services.triage import DISPATCHERS, Waiting
from server.words import _, action_name, language, sentence

__all__ = ["blueprint"]

FORMS = ("dispatch", "reassign", "reject", "merge", "correct")
blueprint = Blueprint("triage", __name__)


@dataclass(frozen=True)
class Candidate:
    """Somebody suggested.

    Attributes
    ----------
    holder, name, why : str
        As sent, as read, and why.
    """

    holder: str
    name: str
    why: str


@dataclass(frozen=True)
class TriageRow:
    """One issue of the queue.

    Attributes
    ----------
    issue : Any
        :class:`server.pages.facts.Row`.
    version : int
        As seen.
    reason, near : str
        Why it waits, and the cells nearby; empty for none.
    left, colour : str
        What is left of the time to dispatch it; ``red`` when that is over.
    candidates : tuple of Candidate
        The best first.
    is_spent, is_here : bool
        Whether only a supervisor's last word is left; whether it is the one chosen.
    url : str
        Where to choose it.
    """

    issue: Any
    version: int
    reason: str
    near: str
    left: str
    colour: str
    candidates: tuple[Candidate, ...]
    is_spent: bool
    is_here: bool
    url: str


@dataclass(frozen=True)
class TriagePage:
    """``triage/index.html``.

    Attributes
    ----------
    rows : tuple of TriageRow
        The oldest first.
    total : int
        How many wait in all.
    chosen : TriageRow or None
        The one looked at.
    description, place : str
        Its words.
    forms : tuple of ActionForm
        What may be done with it.
    lon, lat : float or None
        Where it lies, WGS 84 degrees.
    map : MapParts
        A small map of it.
    data : dict
        What the map's module reads.
    here, first_url, next_url : str
        This page and its neighbours; empty for none.
    done : str
        What was done just now; empty for nothing.
    """

    rows: tuple[TriageRow, ...]
    total: int
    chosen: TriageRow | None
    description: str
    place: str
    forms: tuple[ActionForm, ...]
    lon: float | None
    lat: float | None
    map: MapParts
    data: dict[str, Any]
    here: str
    first_url: str
    next_url: str
    done: str


@blueprint.get("/triage")
@allow(*DISPATCHERS)
def index() -> str:
    """Show the queue, and one of it in full."""
    store, actor, after = current_store(), current_actor(), request.args.get("after", "")
    with store.read() as tx:
        queue = triage.find(tx, actor, after)
        lines = rows_of(tx, [one.brief for one in queue.items])
        timer = timer_of(tx)
        numbers = [row.number for row in lines]
        asked_at = request.args.get("at", "")
        at = asked_at if asked_at in numbers else next(iter(numbers), "")
        view = issues.one(tx, actor, at) if at else None
        offered = [row for row in view.actions if row.action in FORMS] if view else []
        asked = asking.asked_for(tx, actor, view, offered) if view else asking.Asked()
    rows = tuple(_row(one, line, timer, at, after) for one, line in zip(queue.items, lines, strict=True))
    chosen = next((row for row in rows if row.is_here), None)
    lon, lat = (view.issue.lon, view.issue.lat) if view else (None, None)
    return render(
        "triage/index.html",
        TriagePage(
            rows=rows,
            total=queue.total,
            chosen=chosen,
            description=view.description or (chosen.issue.summary if chosen else "") if view else "",
            place=view.place if view else "",
            forms=forms_of(at, sorted(offered, key=lambda row: FORMS.index(row.action)), asked),
            lon=lon,
            lat=lat,
            map=map_parts(
                MapView("issue", bounds_around(lon or 0.0, lat or 0.0), language(), basemap_of(store))
            ),
            data=_data(rows),
            here=_address(after=after),
            first_url="/triage" if after else "",
            next_url=_address(after=queue.next) if queue.next else "",
            done=_done(),
        ),
    )


def _row(one: Waiting, line: Any, timer: Timer, at: str, after: str) -> TriageRow:  # noqa: ANN401 - a Row
    brief = one.brief
    left = timer.left(brief.category, brief.stage_due_at, urgent=brief.urgent, stage="dispatch")
    near = [_("{name}（{metres} 米）", name=name, metres=round(metres)) for name, metres in one.near]
    return TriageRow(
        issue=line,
        version=brief.version,
        reason=told(one.reason) if one.reason else "",
        near=_("、").join(near),
        left=left_words(left),
        colour="red" if left and left.is_late else "green",
        candidates=tuple(
            Candidate(it.holder, it.name, sentence(it.why, it.values)) for it in one.suggestions
        ),
        is_spent=one.is_spent,
        is_here=brief.number == at,
        url=_address(after=after, at=brief.number) + "#chosen",
    )


def _address(**query: str) -> str:
    given = {name: said for name, said in query.items() if said}
    return f"/triage?{urlencode(given)}" if given else "/triage"


def _data(rows: Sequence[TriageRow]) -> dict[str, Any]:
    store = current_store()
    cell = next((row.issue.cell for row in rows if row.is_here), None)
    return {
        "urls": urls(),
        "words": map_words(),
        "zone": str(store.config.zone),
        "cell": cell.code if cell else "",
        "basemap": basemap_data(store),
    }


def _done() -> str:
    number, action = request.args.get("number", "")[:20], request.args.get("done", "")
    if not number or action not in FORMS:
        return ""
    return _("{number} 已{action}。", number=number, action=action_name(action))
