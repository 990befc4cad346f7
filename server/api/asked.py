"""What may be asked: parameters that several resources share."""

from typing import Annotated

from pydantic import Field

from server.api.resource import Query
from server.auth import current_store
from server.services.filters import FIELDS, Filters

__all__ = ["LON", "Crs", "FilterQuery", "MapQuery", "Zoom"]

DEEPEST_ZOOM = 24
LON = "degrees in `crs`, or metres east in a plane"
Crs = Annotated[
    str,
    Field(
        description="`wgs84`, `gcj02`, `bd09`, `bd09mc` (Baidu's plane), `cgcs2000`, or an EPSG number",
        max_length=32,
        examples=["gcj02", "EPSG:4549"],
    ),
]


class FilterQuery(Query):
    """Filters; everything given must hold."""

    bbox: str = Field(
        "", description="west,south,east,north in WGS 84 degrees", examples=["122.0,37.0,122.1,37.1"]
    )
    area: str = Field("", description="code of an area: it and all below")
    state: str = Field("", description="states, with commas, or `open` for all that are not ended")
    category: str = Field("", description="codes or names of categories, with commas")
    source: str = Field("", description="codes or names of sources, with commas")
    since: str = Field(
        "", description="reported at or after: a date or ISO 8601 time; the server's zone if none"
    )
    until: str = Field("", description="reported before this time, or up to the end of this day")
    q: str = Field(
        "", description="part of number, external number, summary or place; at most 100 characters"
    )
    holder: str = Field("", description="`me`, or the uid of a person")
    overdue: str = Field("", description="`1`: only open ones past their due")
    clock: str = Field("", description="colours of the clock, with commas: green, amber, red, none")
    urgent: str = Field("", description="`1`: only urgent ones")
    again: str = Field("", description="`1`: only those opened more than once")
    department: str = Field("", description="code of the department that holds it")
    satisfaction: str = Field("", description="answers to the call-back, with commas")
    todo: str = Field(
        "",
        description="what it waits for: extend, suspend (asked for), answer (of my department, whistled to), "
        "last_word (hand-offs are spent), sent_back (not accepted)",
    )
    ended_since: str = Field("", description="closed, rejected or merged at or after: a date or time")

    ended_until: str = Field(
        "", description="closed, rejected or merged before, or up to the end of this day"
    )
    due_since: str = Field("", description="due at or after: a date or time; what is suspended has no due")
    due_until: str = Field("", description="due before, or up to the end of this day")
    timely: str = Field(
        "", description="on_time (closed within its due), late (closed after it, or open past it)"
    )
    reply: str = Field("", description="in_time (finished within its due), late (not)")
    verdict: str = Field(
        "", description="solved (answered at the first time), sent_back (not accepted, or reopened)"
    )
    callback: str = Field("", description="`1`: only those whose reporter is to be called back")

    def filters(self) -> Filters:
        """Read the filters.

        Raises
        ------
        InputError
            A value cannot be read.
        """
        given = {name: getattr(self, name) for name in FIELDS}
        return Filters.parse(given, current_store().config.zone)


Zoom = Field(description="zoom of the map, tiles of 256 pixels", ge=0, le=DEEPEST_ZOOM)


class MapQuery(FilterQuery):
    """Filters for a map."""

    zoom: int = Zoom
