"""A report before it is taken in: what may be given, and what is refused with a reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from geo.coordinates import as_points
from geo.errors import CoordinateError, CrsError
from geo.systems import is_plane, name_of, to_wgs84
from server.db import Tx
from server.errors import InputError
from server.services.categories import category_of, source_of
from server.services.lines import free_words, legible

__all__ = ["LIMITS", "Draft", "check_position", "checked"]

LIMITS = {
    "description": 10_000,
    "place_text": 500,
    "reporter_name": 100,
    "reporter_phone": 32,
    "external_key": 200,
    "external_number": 64,
}
SPOKEN = ("description", "place_text", "reporter_name", "reporter_phone", "external_number")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)  # a device's clock may be this much fast
ACCURACY_MOST_M = 100_000.0
ANSWERED = frozenset({"hotline", "phone", "online"})
"""Sources at which somebody always waits for an answer; at the others, only who gave a name or a number."""


@dataclass(frozen=True)
class Draft:
    """A report as it comes in.

    Attributes
    ----------
    category, source : str
        Code or name.
    description : str
        What is the matter, in free words (sealed).
    lon, lat : float or None
        Degrees in ``crs``, or metres east and north where that is a plane.
    crs : str
        Name of a datum or coordinate system, see :func:`geo.systems.name_of`.
    accuracy_m : float or None
        Radius of the device's own doubt.
    place_text : str
        Address in words (sealed; shown down to the building).
    reporter_name, reporter_phone : str
        Resident who is to be answered (sealed).
    happened_at : datetime or None
        When it was reported; the transaction's instant when None.
    device_at : datetime or None
        The same as the reporting device's own clock said.
    uid : UUID or None
        Made by the client.
    urgent : bool or None
        Whether somebody must be there day and night; None: as its category says.
    external_number : str
        Number on the 12345 line or in another system, as people quote it.
    external_key : str or None
        Identity in another system or file; the same one is never taken in twice.
    import_id : int or None
        Import it comes with.
    closed_at : datetime or None
        Finished history: closed at this instant, without clocks or notices.
    origin : Mapping or None
        What called for it, as ``{"code", "values"}``: a hot spot that asks for an inspection.
    visit : UUID or None
        Visit of the reporter's that led to it.
    row : int or None
        Line of the file it comes from, for messages.
    """

    category: str
    source: str
    description: str = ""
    lon: float | None = None
    lat: float | None = None
    crs: str = "wgs84"
    accuracy_m: float | None = None
    place_text: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    happened_at: datetime | None = None
    device_at: datetime | None = None
    uid: UUID | None = None
    urgent: bool | None = None
    external_number: str = ""
    external_key: str | None = None
    import_id: int | None = None
    closed_at: datetime | None = None
    origin: Mapping[str, Any] | None = None
    visit: UUID | None = None
    row: int | None = None

    def __post_init__(self) -> None:
        """Make the words legible, whoever sent them."""
        for name in SPOKEN:
            object.__setattr__(self, name, legible(getattr(self, name)))


def checked(tx: Tx, draft: Draft) -> dict[str, Any]:
    """Check a draft.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    draft : Draft
        What came in.

    Returns
    -------
    dict
        ``category`` and ``source`` as codes, ``crs`` as the name it is kept under, ``happened_at`` as an instant,
        whether it is ``urgent``, and whether somebody waits for a ``callback``.

    Raises
    ------
    InputError
        The first thing that cannot be used: field, value, what instead.
    """
    for name, limit in LIMITS.items():
        value = getattr(draft, name) or ""
        if len(value) > limit:
            raise InputError("field.too_long", field=name, length=len(value), limit=limit)
        free_words(name, value)
    if draft.uid is not None and draft.uid.int == 0:
        raise InputError("field.not_uuid", field="uid", value=str(draft.uid))
    if draft.import_id is None and is_blank(draft.description):
        raise InputError("field.missing", field="description")
    crs = check_position(draft)
    happened_at = draft.happened_at or tx.now
    if happened_at < EARLIEST:
        raise InputError("time.too_early", field="happened_at", value=happened_at.isoformat())
    if happened_at > tx.now + AHEAD:
        raise InputError("time.future", field="happened_at", value=happened_at.isoformat())
    category, source = category_of(draft.category), source_of(draft.source)
    return {
        "category": category.code,
        "source": source,
        "urgent": category.row["urgent"] == "yes" if draft.urgent is None else draft.urgent,
        "callback": bool(draft.reporter_name or draft.reporter_phone) or source in ANSWERED,
        "crs": crs,
        "happened_at": min(happened_at, tx.now),
    }


def is_blank(words: str) -> bool:
    """Tell whether words show nothing: empty, blanks, invisible characters."""
    return not any(one.isprintable() and not one.isspace() for one in words)


def check_position(draft: Draft) -> str:
    """Check a draft's position, coordinate system and accuracy.

    Returns
    -------
    str
        Name of the coordinate system, as it is kept.

    Raises
    ------
    InputError
        The first thing that cannot be used.
    """
    lon, lat = draft.lon, draft.lat
    if lon is None or lat is None:
        raise InputError("coordinate.missing", field="lon")
    shown = f"{lon}, {lat}"
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InputError("coordinate.not_finite", field="lon", value=shown)
    if lon == 0 and lat == 0:
        raise InputError("coordinate.null_island", field="lon", value=shown)
    try:
        crs = name_of(draft.crs)
        if is_plane(crs):
            to_wgs84(lon, lat, crs)
        else:
            as_points(lon, lat)
    except CrsError as error:
        raise InputError(error.code, **{**error.values, "field": "crs"}) from error
    except CoordinateError as error:
        field = "lat" if error.code == "coordinate.swapped" else "lon"
        raise InputError(error.code, **{**error.values, "field": field, "value": shown}) from error
    accuracy = draft.accuracy_m
    if accuracy is not None and not 0 <= accuracy <= ACCURACY_MOST_M:
        raise InputError("field.invalid", field="accuracy_m", value=accuracy, why=f"0–{ACCURACY_MOST_M:.0f}")
    return crs
