"""Shapes of answers, for the documentation; what is sent is built in :mod:`server.api.telling`."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from server.api.told_loop import Action, AskRow, Change, LogEntry, Named, Outcome, Reporter, Told, WhistleRow

__all__ = [
    "Action",
    "AreaList",
    "AreaOnMap",
    "CategoryList",
    "CellList",
    "FeatureCollection",
    "IssueAnswer",
    "IssueBrief",
    "IssueList",
    "LocateAnswer",
    "LocateAnswers",
    "MeAnswer",
    "Named",
    "OutcomesAnswer",
    "Problem",
    "Told",
    "WorkerList",
]

Clock = Literal["green", "amber", "red", "none"]
How = Literal["inside", "edge", "overlap", "nearest", "outside"]


class Holder(Told):
    """Who has an issue."""

    name: str
    kind: Literal["person", "department"]


class AreaOnMap(Told):
    """An area and where it lies in the tree."""

    code: str
    name: str
    level: Literal["district", "subdistrict", "community", "cell"]
    path_names: list[str] = Field(description="names from the district down to itself")


class NearCell(Named):
    """A cell in reach of the position."""

    distance_m: float


class IssueBrief(Told):
    """An issue as a list shows it; its words are without personal facts."""

    number: str
    uid: UUID
    state: Named
    category: Named
    source: Named
    summary: str
    place_text: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    cell: Named | None
    area: AreaOnMap
    how: How
    distance_m: float | None
    holder: Holder | None
    reported_at: AwareDatetime
    due_at: AwareDatetime | None
    clock: Clock
    left: str = Field(
        description="what is left of the limit by its own clock, in words; empty while none runs"
    )
    round: int
    border: bool
    needs_check: bool
    version: int


class IssueAnswer(IssueBrief):
    """An issue whole, as the asker may see it."""

    description: str = Field(description="names, phones and rooms masked, unless asked for by `unmask`")
    reporter: Reporter
    may_unmask: bool = Field(description="whether the asker may see it whole")
    is_whole: bool = Field(description="whether words and reporter are shown as they were said")
    is_purged: bool = Field(description="words about people were blanked at the end of their time")
    reason: str = Field(description="why this cell")
    assignment: str = Field(description="why this holder, or none")
    runner_ups: list[NearCell]
    urgent: bool
    external_number: str | None
    stage_due_at: AwareDatetime | None = Field(description="when the present stage should end")
    whistles: list[WhistleRow]
    asks: list[AskRow]
    outcome: Outcome
    merged_into: str | None
    merged: list[str] = Field(description="numbers of the issues merged into it")
    log: list[LogEntry]
    actions: list[Action]


class ReportAnswer(IssueAnswer):
    """An issue that was just reported."""

    visit_found: bool | None = Field(
        description="whether it was linked to the visit that the report named; null: it named none"
    )


class IssueList(Told):
    """A page of issues, newest first."""

    items: list[IssueBrief]
    next: str | None = Field(description="`after` of the next page; null on the last")
    total: int | None = Field(description="how many match; counted with the first page only")


class LocateAnswer(Told):
    """Where a position lies."""

    lon: float = Field(description="WGS 84")
    lat: float
    how: How
    cell: Named | None
    distance_m: float | None
    runner_ups: list[NearCell]
    reason: str
    holder: Holder | None
    grid: int | None = Field(description="grid version")


class LocateAnswers(Told):
    """Where positions lie: columns of one length, in the order asked."""

    lon: list[float] = Field(description="WGS 84")
    lat: list[float]
    how: list[How]
    cell: list[str | None] = Field(description="code; null outside")
    cell_name: list[str | None]
    distance_m: list[float | None]
    holder: list[str | None] = Field(
        description="who is on duty; null for nobody, and outside the asker's areas"
    )
    grid: int | None = Field(description="grid version")


class CellRow(Told):
    """A cell with what is open in it."""

    code: str
    name: str
    community: str
    households: int | None
    open: int
    overdue: int
    worker: str = Field(description="who answers for it now; empty for nobody")


class CellList(Told):
    """Cells in the asker's areas."""

    items: list[CellRow]


class AreaRow(AreaOnMap):
    """An area as the search box shows it."""

    parent: str | None
    lon: float | None = Field(description="middle of its box")
    lat: float | None
    bbox: list[float] | None = Field(description="west, south, east, north")


class AreaList(Told):
    """Areas, by path."""

    items: list[AreaRow]


class DutyRow(Told):
    """What a worker answers for."""

    kind: Literal["A", "B", "leader"]
    area: Named


class WorkerRow(Told):
    """Somebody with a duty now."""

    uid: UUID
    name: str
    is_away: bool
    substitute: str | None
    duties: list[DutyRow]


class WorkerList(Told):
    """Workers and leaders in the asker's areas."""

    items: list[WorkerRow]


class FeatureCollection(Told):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    truncated: bool = Field(False, description="there are more points; the newest are here")


class RoleRow(Told):
    """A role over an area."""

    role: str
    name: str
    area: Named


class PersonRow(Told):
    """A person."""

    uid: UUID
    name: str
    login: str


class MeAnswer(Told):
    """Who asks."""

    person: PersonRow
    roles: list[RoleRow]
    cells: list[Named]
    csrf: str | None = Field(description="for X-CSRFToken; null when asked with a token")


class CategoryRow(Named):
    """A kind of issue."""

    group: str
    is_active: bool = Field(description="false: no longer offered for new reports")


class CategoryList(Told):
    """The codes there are."""

    items: list[CategoryRow]
    sources: list[Named]
    states: list[Named]


class AmountRow(Told):
    """What was done of one kind."""

    category: Named
    quantity: float
    unit: str
    issues: int = Field(description="in how many")


class OutcomesAnswer(Told):
    """What was done in all."""

    items: list[AmountRow]
    money: float = Field(description="yuan")
    paid: int = Field(description="issues that cost money")


class Fault(Told):
    """What is wrong with one field."""

    field: str
    detail: str
    rows: list[int] = Field([], description="which of many, counted from 0")


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(description="stable English name, urn:wangge:...")
    title: str
    status: int
    detail: str = Field(description="a sentence in the language asked for: what, which value, what instead")
    instance: str
    errors: list[Fault] = Field([], description="one a field")
    possible: list[str] = Field([], description="actions possible instead")
    changed: list[Change] = Field([], description="what was done since the version sent was read")
