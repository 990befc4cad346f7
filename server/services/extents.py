"""Boxes of areas that have no outline of their own: what the outlines below them cover."""

from collections.abc import Mapping

from sqlalchemy import select

from server.db import Tx
from server.models import Area, Boundary
from server.services.shelves import shelved

__all__ = ["Box", "boxes"]

Box = tuple[float, float, float, float]


def boxes(tx: Tx, layout: object) -> Mapping[str, Box]:
    """Give the box of every area that has an outline or one below it.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    layout : object
        State of the area tree; the answer is kept in this process until it changes.

    Returns
    -------
    Mapping
        Code -> west, south, east, north in WGS 84 degrees.
    """
    return shelved(tx, "boxes", layout, lambda: _read(tx))


def _read(tx: Tx) -> Mapping[str, Box]:
    found: dict[str, Box] = {}
    rows = tx.session.execute(
        select(Area.path, Boundary.west, Boundary.south, Boundary.east, Boundary.north)
        .join(Boundary, Boundary.area_id == Area.id)
        .where(Boundary.last_grid_id.is_(None))
    )
    for path, *own in rows:
        west, south, east, north = own
        for code in path.strip("/").split("/"):
            left, bottom, right, top = found.get(code, (west, south, east, north))
            found[code] = (min(left, west), min(bottom, south), max(right, east), max(top, north))
    return found
