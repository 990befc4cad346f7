"""Where a visit or an entry of care lies: by a position, by a place of the gazetteer, or by a cell's code."""

from dataclasses import dataclass

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Area, Place
from server.services.people import Actor
from server.services.permissions import overseen
from server.services.placing import explain

__all__ = ["Spot", "spot_of"]


@dataclass(frozen=True)
class Spot:
    """Where something lies.

    Attributes
    ----------
    area_id : int
        The cell, else the intake desk's area, else the root.
    path : str
        Of that area.
    in_cell : bool
        Whether it is a cell.
    lon, lat : float or None
        WGS 84 degrees; None when only the cell is known.
    place : int or None
        Key of a place of the gazetteer.
    """

    area_id: int
    path: str
    in_cell: bool
    lon: float | None
    lat: float | None
    place: int | None = None


def spot_of(
    tx: Tx,
    actor: Actor,
    point: tuple[float, float] | None,
    accuracy_m: float | None = None,
    *,
    place: int | None = None,
    cell: str = "",
) -> Spot | None:
    """Find where something lies; None when nothing was said of it.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Names cells of their own areas.
    point : (lon, lat), optional
        WGS 84 degrees; goes before all else.
    accuracy_m : float, optional
        Radius of the device's own doubt.
    place : int, optional
        Key of a place; goes before the cell.
    cell : str
        Code of a cell.

    Raises
    ------
    InputError
        A coordinate, place or cell that is none.
    """
    known = tx.session.get(Place, place) if place is not None else None
    if place is not None and known is None:
        raise InputError("gazetteer.unknown", field="place", value=str(place)[:80])
    at = point or ((known.lon, known.lat) if known else None)
    if at is not None:
        placed, _grid = explain(tx, *at, "wgs84", accuracy_m)
        return Spot(placed.area_id, placed.path, placed.in_cell, *at, known.id if known else None)
    if not cell:
        return None
    found = select(Area.id, Area.path).where(
        Area.code == cell, Area.level == "cell", Area.retired_grid_id.is_(None)
    )
    row = tx.session.execute(found).first()
    if row is None or not any(row.path.startswith(own) for own in overseen(actor)):
        raise InputError("area.unknown", field="cell", code=cell[:64])
    return Spot(row.id, row.path, True, None, None)
