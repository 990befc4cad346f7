"""A lattice of squares of the ground, laid once over a neighbourhood and fixed to its plane.

Squares have a side in metres and begin at whole multiples of it from the plane's origin, so two lattices
of one plane and side agree wherever both reach, however the view moves or zooms. Row 0 is the southernmost,
column 0 the westernmost. Knows nothing of kernels: see :mod:`geo.kernel`.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from geo.coordinates import as_points, check_metres
from geo.crs import WGS84, plane_crs, project, project_points
from geo.errors import ValuesError

__all__ = ["MOST_SQUARES", "Lattice", "households_on", "refuse_amounts"]

MOST_SQUARES = 4_000_000
EDGE_POINTS = 9
"""Places along each edge of a box that are carried into the plane, for its edges are curved there."""
NAMED_ROWS = 10

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Lattice:
    """Squares of a plane, row by row from the south.

    Attributes
    ----------
    crs : pyproj.CRS
        The plane, in metres; true to scale within 0.04 %.
    west, south : int
        Squares between the plane's origin and the lattice's south-western corner.
    rows, columns : int
        Squares upward and eastward; their counts are arrays of shape (rows, columns).
    side_m : float
        Side of a square, metres.
    """

    crs: CRS
    west: int
    south: int
    rows: int
    columns: int
    side_m: float

    @classmethod
    def over(
        cls,
        bounds: tuple[float, float, float, float],
        side_m: float,
        *,
        margin_m: float = 0.0,
        at: tuple[float, float] | None = None,
    ) -> Self:
        """Lay squares over a box.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees, ``west <= east``; not across 180 degrees.
        side_m : float
            Side of a square, metres, above 0.
        margin_m : float
            Metres covered around the box; a kernel's radius keeps all that lies in the box on the lattice.
        at : (lon, lat), optional
            Where to choose the plane: the middle of the whole layer, so that parts of it share squares. The
            middle of the box if not given.

        Returns
        -------
        Lattice

        Raises
        ------
        CoordinateError
            A bound is NaN, infinite or out of range; ``coordinate.bad_distance``.
        ValuesError
            ``values.setting``: more than :data:`MOST_SQUARES` squares, a side of 0, or a box upside down.
        """
        check_metres("side_m", side_m)
        check_metres("margin_m", margin_m)
        (west, east), (south, north), _ = as_points(bounds[::2], bounds[1::2])
        for name, given, least, most in (("east", east, west, 180), ("north", north, south, 90)):
            if given < least:
                raise ValuesError(
                    "values.setting", name=name, given=float(given), least=float(least), most=most
                )
        plane = plane_crs(*(at or ((west + east) / 2.0, (south + north) / 2.0)))
        across, up = np.linspace(west, east, EDGE_POINTS), np.linspace(south, north, EDGE_POINTS)
        lon = np.concatenate([across, across, np.full_like(up, west), np.full_like(up, east)])
        lat = np.concatenate([np.full_like(across, south), np.full_like(across, north), up, up])
        x, y = project_points(lon, lat, WGS84, plane)
        left, right = float(x.min()) - margin_m, float(x.max()) + margin_m
        bottom, top = float(y.min()) - margin_m, float(y.max()) + margin_m
        least_m = math.sqrt((right - left) * (top - bottom) / MOST_SQUARES)
        if side_m < least_m or not side_m:
            told = {"given": side_m, "least": float(f"{least_m:.2g}"), "most": "∞"}
            raise ValuesError("values.setting", name="side_m", **told)
        first_column, first_row = math.floor(left / side_m), math.floor(bottom / side_m)
        rows, columns = (
            math.floor(top / side_m) - first_row + 1,
            math.floor(right / side_m) - first_column + 1,
        )
        return cls(plane, first_column, first_row, rows, columns, float(side_m))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def square_km2(self) -> float:
        """Area of a square, square kilometres."""
        return (self.side_m / 1_000.0) ** 2

    def positions(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Place points in the lattice, in squares.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,)
            WGS 84 degrees.

        Returns
        -------
        up, across : ndarray of float64, shape (n,)
            From the south-western corner: the floors are row and column, which may lie outside.

        Raises
        ------
        CoordinateError
            NaN, infinite or out of range; names the rows.
        """
        given_lon, given_lat, _ = as_points(lon, lat)
        x, y = project_points(given_lon, given_lat, WGS84, self.crs)
        return y / self.side_m - self.south, x / self.side_m - self.west

    def count(self, lon: ArrayLike, lat: ArrayLike, weights: ArrayLike | None = None) -> Floats:
        """Count points by square.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,)
            WGS 84 degrees. Points outside the lattice are left out.
        weights : array_like of float, shape (n,), optional
            What each counts; 1 each if not given.

        Returns
        -------
        ndarray of float64, shape (rows, columns)
            A point on a square's border belongs to the square north and east of it.

        Raises
        ------
        CoordinateError
            As for :meth:`positions`.
        ValuesError
            ``values.shape``; a weight is missing, infinite or negative.
        """
        up, across = self.positions(lon, lat)
        amount = np.ones(len(up)) if weights is None else refuse_amounts("weights", weights, len(up))
        row, column = np.floor(up), np.floor(across)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        place = (row[inside] * self.columns + column[inside]).astype(np.int64)
        counted = np.bincount(place, amount[inside], self.rows * self.columns).reshape(self.shape)
        return counted.astype(np.float64)

    def middles(self, row: ArrayLike, column: ArrayLike) -> tuple[Floats, Floats]:
        """Give the middles of squares, WGS 84 degrees: lon, lat, each of shape (k,)."""
        return self._lonlat(
            np.asarray(row, dtype=np.float64) + 0.5, np.asarray(column, dtype=np.float64) + 0.5
        )

    def corners(self, row: ArrayLike, column: ArrayLike) -> Floats:
        """Give the corners of squares to draw.

        Parameters
        ----------
        row, column : array_like of int, shape (k,)
            Squares.

        Returns
        -------
        ndarray of float64, shape (k, 4, 2)
            lon, lat, WGS 84 degrees, from the south-west counter-clockwise. Squares side by side have the
            same corners to the bit.
        """
        up = np.asarray(row, dtype=np.float64).reshape(-1)[:, None] + (0.0, 0.0, 1.0, 1.0)
        across = np.asarray(column, dtype=np.float64).reshape(-1)[:, None] + (0.0, 1.0, 1.0, 0.0)
        lon, lat = self._lonlat(up.reshape(-1), across.reshape(-1))
        return np.stack([lon, lat], axis=-1).reshape(-1, 4, 2)

    def _lonlat(self, up: Floats, across: Floats) -> tuple[Floats, Floats]:
        x, y = (across + self.west) * self.side_m, (up + self.south) * self.side_m
        return project_points(x, y, self.crs, WGS84)


def households_on(lattice: Lattice, geometry: ArrayLike, households: ArrayLike) -> Floats:
    """Spread the households of cells evenly over their area, square by square.

    Parameters
    ----------
    lattice : Lattice
        The squares.
    geometry : array_like of shapely Polygon or MultiPolygon, shape (n,)
        Cells, WGS 84 degrees.
    households : array_like of float, shape (n,)
        Of each cell, not negative; NaN is unknown.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        Sums to the households of all cells that lie on the lattice. 0 where there is no cell; NaN in squares
        that a cell of unknown households reaches into.

    Raises
    ------
    ValuesError
        ``values.shape``, ``values.infinite``, ``values.negative``.
    """
    shapes = project(shapely.make_valid(np.asarray(geometry, dtype=object).reshape(-1)), WGS84, lattice.crs)
    given = refuse_amounts("households", households, len(shapes), may_miss=True)
    cell, square, area = _shared(lattice, shapes)
    whole = shapely.area(shapes)
    parts = given[cell] * np.divide(area, whole[cell], out=np.zeros(len(area)), where=whole[cell] > 0.0)
    reaches = area > 0.0
    summed = np.bincount(square[reaches], parts[reaches], lattice.rows * lattice.columns)
    return summed.astype(np.float64).reshape(lattice.shape)


def refuse_amounts(name: str, given: ArrayLike, size: int, *, may_miss: bool = False) -> Floats:
    """Read amounts, or refuse them.

    Parameters
    ----------
    name : str
        Of the argument, for the error.
    given : array_like of float, shape (size,)
        Not negative.
    size : int
        Amounts expected.
    may_miss : bool
        Whether NaN is allowed.

    Raises
    ------
    ValuesError
        ``values.shape``, ``values.infinite``, ``values.negative``, ``values.missing``.
    """
    amounts = np.asarray(given, dtype=np.float64).reshape(-1)
    if len(amounts) != size:
        raise ValuesError("values.shape", given=len(amounts), wanted=size)
    rows = {
        "values.infinite": np.flatnonzero(np.isinf(amounts)),
        "values.negative": np.flatnonzero(amounts < 0.0),
        "values.missing": np.flatnonzero(np.isnan(amounts) & (not may_miss)),
    }
    for code, bad in rows.items():
        if len(bad):
            raise ValuesError(code, name=name, rows=tuple(bad[:NAMED_ROWS].tolist()), count=len(bad))
    return amounts


def _shared(lattice: Lattice, shapes: NDArray[np.object_]) -> tuple[Rows, Rows, Floats]:
    """List cells and squares that meet, and the area they share, square metres."""
    row, column = np.divmod(np.arange(lattice.rows * lattice.columns), lattice.columns)
    left, bottom = (column + lattice.west) * lattice.side_m, (row + lattice.south) * lattice.side_m
    squares = shapely.box(left, bottom, left + lattice.side_m, bottom + lattice.side_m)
    tree = shapely.STRtree(squares)
    cell, square = tree.query(shapes, predicate="intersects")
    # Most squares lie wholly within a cell; only those on borders are cut.
    within = tree.query(shapes, predicate="covers")
    is_whole = np.isin(cell * len(squares) + square, within[0] * len(squares) + within[1])
    area = np.full(len(cell), lattice.side_m**2)
    cut = np.flatnonzero(~is_whole)
    area[cut] = shapely.area(shapely.intersection(shapes[cell[cut]], squares[square[cut]]))
    return cell, square, area
