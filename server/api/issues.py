"""Issues: report one, list them, read one, act on one."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import Field, Strict

from server.api.asked import LON, Crs, FilterQuery
from server.api.resource import (
    PREFIX,
    SHOWN,
    Body,
    answer,
    answer_once,
    resource,
    stored,
)
from server.api.telling import brief_told, issue_told, named
from server.api.told import IssueAnswer, IssueList, OutcomesAnswer, ReportAnswer
from server.auth import ISSUE_ROLES, allow, current_actor, current_store, done_reading
from server.db import Tx
from server.downloads import download, form_of
from server.services import audit, exporting, intake, issues, listing, outcomes, receipts, unmasking
from server.services.categories import category_name
from server.services.drafts import LIMITS, Draft
from server.services.exporting import wish_of
from server.services.exporting.tables import issue_table
from server.services.filters import instant_of
from server.services.people import Actor
from server.services.sent import Sent
from server.services.time_left import timer_of
from server.services.visit_origin import is_found

__all__ = ["blueprint"]

blueprint = resource("issues")
Number = Annotated[float, Strict()]
DEVICE_AT = "ISO 8601, `happened_at` as the device's own clock said"


class IssueQuery(FilterQuery):
    """Filters, and which page."""

    limit: int = Field(listing.USUAL, description="at most so many", ge=1, le=listing.MOST)
    after: str = Field("", description="`next` of the page before", max_length=200)
    sort: Literal["newest", "oldest", "due"] = Field("newest", description="in which order")


class NewIssue(Body):
    """A report."""

    category: str = Field(description="code or name of a category", max_length=64)
    source: str = Field(description="code or name of a source", max_length=64)
    description: str = Field(min_length=1, max_length=LIMITS["description"])
    lon: Number = Field(description=LON)
    lat: Number
    crs: Crs = "wgs84"
    accuracy_m: Number | None = Field(None, description="radius of the device's own doubt, metres")
    place_text: str = Field("", max_length=LIMITS["place_text"])
    reporter_name: str = Field("", max_length=LIMITS["reporter_name"])
    reporter_phone: str = Field("", max_length=LIMITS["reporter_phone"])
    urgent: bool | None = Field(None, description="null: as the category says")
    external_number: str = Field("", description="of the 12345 line", max_length=LIMITS["external_number"])
    happened_at: str | None = Field(None, description="ISO 8601; the server's zone if none", max_length=40)
    device_at: str | None = Field(None, description=DEVICE_AT, max_length=40)
    uid: UUID | None = Field(None, description="UUIDv7 made by the client; the same again is the same report")
    visit: UUID | None = Field(
        None, description="uid of the visit of one's own that led to it; one that is unknown is left out"
    )

    def draft(self) -> Draft:
        """Make the draft that the service takes in.

        Raises
        ------
        InputError
            ``happened_at`` or ``device_at`` cannot be read.
        """
        at, device_at = _instant(self.happened_at), _instant(self.device_at, "device_at")
        given = self.model_dump(exclude={"happened_at", "device_at"})
        return Draft(**given, happened_at=at, device_at=device_at)


class Place(Body):
    """A position that takes the place of the one reported."""

    lon: Number = Field(description=LON)
    lat: Number
    crs: Crs = "wgs84"
    accuracy_m: Number | None = None


class Changes(Body):
    """What was reported otherwise than it is; at least one."""

    category: str | None = Field(None, max_length=64)
    urgent: bool | None = None
    place: Place | None = None


class Unmask(Body):
    """What somebody wants to see an issue whole for."""

    why: Literal["contact", "visit", "check", "callback", "merge", "review"]


Words = Annotated[str | None, Field(max_length=issues.TEXT_MOST)]
Time = Annotated[str | None, Field(description="ISO 8601; a day stands for its end", max_length=40)]


class Act(Body):
    """An action, and what it needs and may take."""

    action: str = Field(max_length=24, examples=["take"])
    version: int | None = Field(None, description="`version` as last seen; another one now is a conflict")
    happened_at: str | None = Field(None, description="ISO 8601, where it differs from now", max_length=40)
    device_at: str | None = Field(None, description=DEVICE_AT, max_length=40)
    uid: UUID | None = Field(None, description="made by the client; the same again is the same act")
    holder: str | None = Field(None, description="`person:ID` or `department:ID`", max_length=64)
    reason: Words = None
    told: Words = Field(None, description="what the resident was told")
    outcome: Words = None
    text: Words = None
    matter: Words = Field(None, description="what departments are called for")
    departments: list[Annotated[str, Field(max_length=64)]] | None = Field(
        None, description="codes of departments to call", max_length=20
    )
    answer_by: Time = None
    until: Time = None
    review_date: Time = None
    result: Literal["done", "partly", "cannot"] | None = None
    contacted: Literal["yes", "no"] | None = None
    satisfaction: Literal["satisfied", "basically", "dissatisfied"] | None = None
    quantity: Number | None = None
    unit: str | None = Field(None, max_length=16)
    money: Number | None = Field(None, description="yuan")
    photos: int | None = Field(None, description="how many were taken", ge=0, le=50)
    changes: Changes | None = None
    parent: str | None = Field(None, description="number of the issue to merge into", max_length=20)

    def given(self) -> dict[str, Any]:
        """Give what was said, without the frame."""
        return self.model_dump(
            exclude={"action", "version", "happened_at", "device_at", "uid"}, exclude_none=True
        )


def _instant(said: str | None, field: str = "happened_at") -> datetime | None:
    return instant_of(field, (said or "").strip(), current_store().config.zone)


@blueprint.post("/issues")
@allow(*ISSUE_ROLES, scope="report")
@blueprint.input(NewIssue)
@blueprint.output(ReportAnswer, status_code=201)
def create(json_data: NewIssue) -> Response:
    """Report an issue.

    It is located and given to the worker on duty, or waits for a dispatcher with the reason. With an
    `Idempotency-Key` a request sent again changes nothing and gets the same answer.
    """
    draft = json_data.draft()

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        known = receipts.sent_again(tx, actor, draft)
        view, brief = (
            (known, None) if known else receipts.seen(tx, actor, draft, intake.report(tx, actor, draft))
        )
        return {**issue_told(tx, view, brief), "visit_found": is_found(draft.visit, view.issue.origin)}

    told = answer_once(act, 201)
    told.headers["Location"] = f"{PREFIX}/issues/{told.get_json()['number']}"
    return told


@blueprint.get("/issues")
@allow()
@blueprint.input(IssueQuery, location="query")
@blueprint.output(IssueList)
def index(query_data: IssueQuery) -> Response:
    """List issues.

    Those that the asker may see, newest first, page by page.
    """
    filters = query_data.filters()

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        page = listing.find(tx, actor, filters, query_data.after, query_data.limit, query_data.sort)
        timer = timer_of(tx)
        items = [brief_told(brief, timer) for brief in page.items]
        return {"items": items, "next": page.next, "total": page.total}

    return answer(stored(read))


@blueprint.get("/stats/outcomes")
@allow()
@blueprint.input(FilterQuery, location="query")
@blueprint.output(OutcomesAnswer)
def done(query_data: FilterQuery) -> Response:
    """Add up outcomes.

    Quantities by category and unit, and money, of all issues that match.
    """
    filters = query_data.filters()
    found = stored(lambda tx, actor: outcomes.outcomes(tx, actor, filters))
    return answer(
        {
            "items": [
                {
                    "category": named(one.category, category_name(one.category)),
                    "quantity": one.quantity,
                    "unit": one.unit,
                    "issues": one.issues,
                }
                for one in found.amounts
            ],
            "money": found.money,
            "paid": found.paid,
        }
    )


@blueprint.get("/issues.<suffix>")
@allow()
@blueprint.input(FilterQuery, location="query")
def export(suffix: str, query_data: FilterQuery) -> Response:
    """Export issues.

    All that match, newest first, as GeoJSON, or as CSV or XLSX for a spreadsheet; up to 5,000 as GPKG. Larger ones
    and PMTiles are made by `/exports`.
    """
    filters, form, actor = query_data.filters(), form_of(suffix), current_actor()
    done_reading()
    with current_store().write() as tx:
        listing.matching(tx, actor, filters)  # what cannot be asked for is refused before it is written down
        if not form.streams:
            exporting.at_once(tx, actor, wish_of("issues", suffix, query_data.model_dump()))
        else:
            audit.record(tx, actor, "export", what="issues", form=suffix, filters=_named(query_data))
    return download("issues", form, lambda tx, actor: issue_table(tx, listing.walk(tx, actor, filters)))


def _named(query: FilterQuery) -> dict[str, str]:
    """Give the filters as they are written down: what is searched for may name somebody and is not."""
    given = {name: said for name, said in query.model_dump().items() if said}
    return {name: "…" if name == "q" else said[:SHOWN] for name, said in given.items()}


@blueprint.get("/issues/<number>")
@allow()
@blueprint.output(IssueAnswer)
def one(number: str) -> Response:
    """Read an issue.

    With its log and what the asker may do now.
    """
    return answer(stored(lambda tx, actor: issue_told(tx, issues.one(tx, actor, number))))


@blueprint.post("/issues/<number>/unmask")
@allow(*ISSUE_ROLES, scope="act")
@blueprint.input(Unmask)
@blueprint.output(IssueAnswer)
def unmask(number: str, json_data: Unmask) -> Response:
    """See an issue whole.

    Who reported it, how to reach them, and every word as it was said; that it was seen, by whom and what for,
    is written down each time. For those who handle it and those above.
    """
    actor = current_actor()
    actor.need("read")
    done_reading()
    with current_store().write() as tx:
        whole = issue_told(tx, unmasking.unmask(tx, actor, number, json_data.why))
    told = answer(whole)
    told.headers["Cache-Control"] = "private, no-store"
    return told


@blueprint.post("/issues/<number>/actions")
@allow(*ISSUE_ROLES, scope="act")
@blueprint.input(Act)
@blueprint.output(IssueAnswer)
def act(number: str, json_data: Act) -> Response:
    """Act on an issue.

    One of its `actions`, with the fields it requires. Send `version` to be told of changes meanwhile.
    """
    at, said = _instant(json_data.happened_at), json_data
    sent = Sent(said.uid, _instant(said.device_at, "device_at"))

    def do(tx: Tx, actor: Actor) -> dict[str, Any]:
        return issue_told(
            tx, issues.act(tx, actor, number, said.action, said.given(), said.version, at, sent)
        )

    return answer_once(do, 200)
