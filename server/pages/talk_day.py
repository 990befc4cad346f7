"""The talk day: many issues of one meeting in one form, rows added with or without scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from server.auth import allow, current_actor, current_store, optional_actor
from server.errors import Conflict, InputError, NotFound
from server.pages.entry import problem_page
from server.pages.frame import render
from server.pages.issue_rows import Row, row_of
from server.pages.parts import Choice
from server.pages.report import DESK_ROLES
from server.pages.report_parts import (
    CategoryOption,
    SpotRow,
    category_options,
    errors_of,
    hindrance,
    spot_rows,
)
from server.services import areas, listing, talk_day
from server.services.talk_day import MOST, Meeting, Met, Talk
from server.uids import uuid7
from server.words import _
from server.workflow import WorkflowError

__all__ = ["blueprint"]

FIRST_ROWS = 5
LONGEST_LIST = 1_500
REFUSED = 422
blueprint = Blueprint("talk_day", __name__)


@dataclass(frozen=True)
class TalkRow:
    """One row of the form.

    Attributes
    ----------
    at : int or str
        Its place, from 0; names its fields. ``N`` in the shape of a row to come.
    talk : Talk
        As typed.
    categories : tuple of CategoryOption
        What it may be.
    errors : dict
        Field -> sentence.
    spots : tuple of SpotRow
        Places to choose from.
    """

    at: int | str
    talk: Talk
    categories: tuple[CategoryOption, ...]
    errors: Mapping[str, str]
    spots: tuple[SpotRow, ...]


@dataclass(frozen=True)
class TalkPage:
    """``report/talk_day.html``.

    Attributes
    ----------
    meeting : Meeting
        The head as typed.
    rows : tuple of TalkRow
        The rows as typed, and empty ones.
    blank : TalkRow
        Shape of a row to come.
    communities : tuple of Choice
        Of this person's areas.
    most : int
        Rows at most.
    errors : dict
        Field of the head -> sentence.
    problem : str
        What stands in the way as a whole; empty for nothing.
    spots : tuple of SpotRow
        Places of the meeting to choose from.
    focus : str
        Field to begin in.
    """

    meeting: Meeting
    rows: tuple[TalkRow, ...]
    blank: TalkRow
    communities: tuple[Choice, ...]
    most: int = MOST
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    spots: tuple[SpotRow, ...] = ()
    focus: str = "date"


@dataclass(frozen=True)
class TalkDonePage:
    """``report/talk_done.html``.

    Attributes
    ----------
    rows : tuple of Row
        What was saved, as lists show it.
    """

    rows: tuple[Row, ...]


@blueprint.get("/issues/talk-day")
@allow(*DESK_ROLES, scope="report")
def new() -> str:
    """Show the empty form, or what was saved just now."""
    numbers = request.args.get("done", "")[:LONGEST_LIST]
    if numbers:
        return render("report/talk_done.html", TalkDonePage(_done(numbers.split(",")[:MOST])))
    now = current_store().clock()
    today = now.astimezone(current_store().config.zone).date().isoformat()
    return _page(Meeting(date=today, uid=str(uuid7(now))), [Talk()] * FIRST_ROWS)


def _done(numbers: list[str]) -> tuple[Row, ...]:
    with current_store().read() as tx:
        found = {one.number: one for one in listing.these(tx, current_actor(), numbers)}
    return tuple(row_of(found[number]) for number in numbers if number in found)


@blueprint.post("/issues/talk-day")
@allow(*DESK_ROLES, scope="report")
def save() -> AnyResponse:
    """Add a row, or save all of them; what was typed always comes back."""
    meeting, talks, actor = Meeting.of(request.form), _talks(), current_actor()
    if request.form.get("do") == "add":
        more = [*talks, Talk()][:MOST]
        return Response(_page(meeting, more, focus=f"r{len(more) - 1}-category"))
    with current_store().read() as tx:
        known = talk_day.saved(tx, actor, meeting)
        met = talk_day.read(tx, actor, meeting, talks)
    if not known and not met.drafts:
        return Response(_page(meeting, talks, met), REFUSED)
    if not known:
        with current_store().write() as tx:
            known = talk_day.save(tx, actor, meeting, met)
    return redirect("/issues/talk-day?" + urlencode({"done": ",".join(known)}), 303)


def _talks() -> list[Talk]:
    """Read the rows that the form has, up to the most there may be and one more."""
    given = request.form
    rows = [at for at in range(MOST + 1) if f"r{at}-description" in given or f"r{at}-category" in given]
    return [Talk(**{name: given.get(f"r{at}-{name}", "") for name in vars(Talk())}) for at in rows]


def _page(
    meeting: Meeting, talks: list[Talk], met: Met | None = None, *, problem: str = "", focus: str = ""
) -> str:
    with current_store().read() as tx:
        found = areas.find(tx, current_actor(), level="community")
    nothing = _("不限")
    communities = (
        Choice("", nothing, not meeting.community),
        *(Choice(one.code, one.name, one.code == meeting.community) for one in found),
    )
    rows = tuple(_row(at, talk, met) for at, talk in enumerate(talks))
    head = errors_of(met.faults) if met else {}
    hall = met.several.get(-1) if met else None
    page = TalkPage(
        meeting,
        rows,
        TalkRow("N", Talk(), category_options(""), {}, ()),
        communities,
        errors=head,
        problem=problem,
        spots=spot_rows(hall.several) if hall else (),
        focus=focus or next((name for one in (head, *(row.errors for row in rows)) for name in one), "date"),
    )
    return render("report/talk_day.html", page)


def _row(at: int, talk: Talk, met: Met | None) -> TalkRow:
    faults = met.row_faults.get(at, {}) if met else {}
    found = met.several.get(at) if met else None
    errors = {f"r{at}-{name}": said for name, said in errors_of(faults).items()}
    return TalkRow(
        at, talk, category_options(talk.category), errors, spot_rows(found.several) if found else ()
    )


@blueprint.errorhandler(InputError)
@blueprint.errorhandler(NotFound)
@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(WorkflowError)
@blueprint.errorhandler(CSRFError)
def come_back(error: InputError | NotFound | Conflict | WorkflowError | CSRFError) -> Response:
    """Show the form as it was typed, with what stands in the way."""
    actor, (status, said) = optional_actor(), hindrance(error)
    if request.method != "POST" or actor is None or not actor.roles & frozenset(DESK_ROLES):
        return Response(problem_page(status, said), status)
    return Response(_page(Meeting.of(request.form), _talks(), problem=said), status)
