"""Shapes of what the tablet is told, for the documentation; what is sent is built in :mod:`server.api.field`."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from server.api.photos import PhotoRow
from server.api.told import IssueAnswer, IssueBrief, Named, PersonRow
from server.api.told_loop import Action, Told

__all__ = ["GroundAnswer", "WholeAnswer", "WorkAnswer"]


class FieldPerson(PersonRow):
    """Whose ground it is."""

    roles: list[str]


class CellHolder(Told):
    """Who answers for a cell."""

    name: str


class GroundCell(Named):
    """A cell of the asker's, or one nearby."""

    community: str
    own: Literal["A", "B", "substitute", "leader", "area", ""] = Field(
        description="why it is the asker's; empty for a neighbour"
    )
    whom: str = Field(description="for whom the asker stands in")
    holder: CellHolder | None = Field(description="null for nobody, and outside the asker's areas")
    outline: dict[str, Any] = Field(
        description="GeoJSON geometry with the very doubles that positions are located by"
    )
    bbox: list[float] = Field(description="west, south, east, north")


class GroundPlace(Told):
    """A compound, building, landmark or road in the asker's cells."""

    id: int
    name: str
    kind: Literal["compound", "building", "road", "landmark"]
    lon: float = Field(description="WGS 84")
    lat: float
    cell: str = Field(description="code")


class GroundCategory(Named):
    """A kind of issue that is offered for reports."""

    group: str
    group_name: str
    icon: str
    urgent: bool


class NextAction(Action):
    """What a holder may usually do in a state, and which state follows."""

    to: str


class Move(Told):
    """An action, whoever may do it."""

    name: str
    to: dict[str, str] = Field(description="state before -> state after")


class GroundLimits(Told):
    """How much of what may be sent, and how time is counted."""

    description: int = Field(description="characters")
    place_text: int
    text: int
    photos: int = Field(description="of one act")
    photo_bytes: int
    numbers: int = Field(description="issues read whole at once")
    issues: int = Field(description="issues of one list")
    work_day_s: int = Field(description="length of a working day")
    far_days: int = Field(description="beyond, what is left is counted by the wall")
    unknown_years: list[int] = Field(description="whose holidays are not published yet")


class GroundBasemap(Told):
    """What lies beneath the cells."""

    crs: str
    vector: str | None
    most_zoom: int | None
    attribution: str
    bytes: int = Field(description="of the whole file; the part around the asker's cells is no larger")


class GroundAnswer(Told):
    """The ground that the asker works on."""

    grid: int | None = Field(description="grid version")
    person: FieldPerson
    cells: list[GroundCell]
    reach: list[float] = Field(
        description="west, south, east, north: inside, and within nearest_m around, every cell is here; west > east for nowhere"
    )
    nearest_m: float
    places: list[GroundPlace]
    categories: list[GroundCategory]
    sources: list[Named]
    units: list[str]
    departments: list[Named]
    working: list[list[AwareDatetime]] = Field(
        description="stretches of working time, from a month ago to a month after two weeks from now"
    )
    next: dict[str, list[NextAction]] = Field(description="by state")
    moves: dict[str, Move] = Field(description="by action")
    limits: GroundLimits
    basemap: GroundBasemap


class FieldBrief(IssueBrief):
    """An issue on the tablet's list."""

    mine: bool
    amber_at: AwareDatetime | None = Field(description="when three quarters of the time are used")
    clock_kind: Literal["work", "natural"]


class WorkAnswer(Told):
    """What the asker holds, and what is open in their cells; theirs first."""

    person: UUID
    made: AwareDatetime
    stamp: str = Field(description="changes when anything but the time does")
    issues: list[FieldBrief]


class FieldWhole(IssueAnswer):
    """An issue whole, with its photos."""

    photos: list[PhotoRow]
    amber_at: AwareDatetime | None
    clock_kind: Literal["work", "natural"]


class WholeAnswer(Told):
    """Issues whole, in the order asked; what is not to be seen is left out."""

    items: list[FieldWhole]
