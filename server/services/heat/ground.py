"""The ground under the heat: one plane for all cells, and the lattice that a view is drawn on.

The plane is chosen at the middle of the cells, so that squares stay where they are when the view moves; their sides
are the radius halved so and so often, so that lattices of one radius nest.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from geo.crs import WGS84, plane_crs, project_points
from geo.lattice import Lattice
from geo.tiles import metres_per_pixel
from server.db import Tx
from server.models import Boundary, Issue
from server.services import areas
from server.services.filters import Bbox
from server.services.heat.boxes import around
from server.services.shelves import shelved

__all__ = ["COARSEST", "GROUP", "MOST_PLACES", "View", "degrees_around", "middle_of", "reach_of", "view_of"]

MOST_PLACES = 250_000
PIXELS = 5.0
COARSEST, FINEST = 4, 16  # squares to a radius
REACH = 5.0  # degrees around the middle within which the plane is near enough
SPARE = 2  # squares that sharing and the narrowest kernel reach
GROUP = 4  # squares that may be laid together, so that lattices begin alike
DEGREE_M = 111_320.0

Places = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """A lattice, and how much of it is shown.

    Attributes
    ----------
    lattice : Lattice
        With a margin on every side, for what lies beyond the view and spreads into it.
    margin : int
        Squares of it.
    radius : float
        Of the kernel, in squares.
    origin : tuple of float
        The middle of the cells, metres in the plane.
    """

    lattice: Lattice
    margin: int
    radius: float
    origin: tuple[float, float]

    def places(self, x: Places, y: Places) -> tuple[Places, Places]:
        """Tell where points lie on the lattice: up and across, in squares from its south-western corner.

        Parameters
        ----------
        x, y : ndarray of float32, shape (n,)
            Metres from the middle of the cells.
        """
        side, lattice = self.lattice.side_m, self.lattice
        up, across = self.origin[1] / side - lattice.south, self.origin[0] / side - lattice.west
        return y * np.float32(1.0 / side) + np.float32(up), x * np.float32(1.0 / side) + np.float32(across)


def middle_of(tx: Tx) -> tuple[float, float]:
    """Tell the middle of the cells, lon and lat; without cells that of the issues, without those 0, 0."""
    found = shelved(tx, "middle", areas.current_grid(tx), lambda: _middle_of_cells(tx))
    if found is not None:
        return found
    mean = select(func.avg(Issue.lon), func.avg(Issue.lat)).where(Issue.square.is_not(None))
    lon, lat = tx.rows(mean)[0]
    return round(float(lon or 0.0)), round(float(lat or 0.0))


def _middle_of_cells(tx: Tx) -> tuple[float, float] | None:
    edges = (
        func.min(Boundary.west),
        func.min(Boundary.south),
        func.max(Boundary.east),
        func.max(Boundary.north),
    )
    current = (Boundary.level == "cell", Boundary.last_grid_id.is_(None))
    west, south, east, north = tx.rows(select(*edges).where(*current))[0]
    return None if west is None else ((west + east) / 2.0, (south + north) / 2.0)


def reach_of(middle: tuple[float, float]) -> Bbox:
    """Give the box within which issues are drawn at all."""
    return around(middle, REACH)


def degrees_around(box: tuple[float, float, float, float], middle: tuple[float, float]) -> Bbox:
    """Give the box in degrees around one of the plane: west, south, east, north, metres from the middle."""
    plane = plane_crs(*middle)
    (east,), (north,) = project_points(np.array(middle[:1]), np.array(middle[1:]), WGS84, plane)
    x, y = np.meshgrid(np.linspace(box[0], box[2], 5) + east, np.linspace(box[1], box[3], 5) + north)
    lon, lat = project_points(x.reshape(-1), y.reshape(-1), plane, WGS84)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def view_of(
    box: Bbox, middle: tuple[float, float], radius_m: float, zoom: int, *, is_whole: bool = False
) -> View:
    """Lay a lattice over a box.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north, WGS 84 degrees, within :func:`reach_of`.
    middle : tuple of float
        Where the plane is chosen.
    radius_m : float
        Of the kernel.
    zoom : int
        Of the map: squares are about five pixels wide, and as wide as the radius's quarter at most, unless that
        would be more than :data:`MOST_PLACES`.
    is_whole : bool
        Whether all that is spread shall lie in it, also over squares wider than the radius.
    """
    lat = min(max((box[1] + box[3]) / 2.0, -85.0), 85.0)
    wanted = PIXELS * metres_per_pixel(zoom, lat)
    parts = FINEST
    while parts > COARSEST and radius_m / parts < wanted:
        parts //= 2
    side_m = radius_m / parts
    wide_m = (box[2] - box[0]) * DEGREE_M * math.cos(math.radians(lat))
    high_m = (box[3] - box[1]) * DEGREE_M
    while _places(wide_m, high_m, radius_m, side_m) > MOST_PLACES:
        side_m *= 2.0
    plain = Lattice.over(box, side_m, at=middle)
    radius = radius_m / side_m
    margin = math.ceil(radius) + 2
    margin += -margin % GROUP
    spare = SPARE if is_whole else 0
    west, south = (plain.west - spare) // GROUP * GROUP, (plain.south - spare) // GROUP * GROUP
    columns, rows = plain.west + plain.columns + spare - west, plain.south + plain.rows + spare - south
    columns, rows = columns + -columns % GROUP, rows + -rows % GROUP
    whole = Lattice(plain.crs, west - margin, south - margin, rows + 2 * margin, columns + 2 * margin, side_m)
    (east,), (north,) = project_points(np.array(middle[:1]), np.array(middle[1:]), WGS84, plain.crs)
    return View(whole, margin, radius, (float(east), float(north)))


def _places(wide_m: float, high_m: float, radius_m: float, side_m: float) -> float:
    margin = 2.0 * (radius_m / side_m + 2.0 + GROUP)
    return (wide_m / side_m + margin) * (high_m / side_m + margin)
