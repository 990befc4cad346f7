"""Who is whose neighbour: the neighbourhoods over which hot spots are sought.

A neighbourhood always holds the unit itself (the star of Gi*). Four ways to one: polygons that touch,
polygons whose middles lie within so many metres, squares of a lattice within so many metres, and any pairs.
Knows nothing of what is counted in the units.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import check_metres
from geo.crs import WGS84, plane_crs, project
from geo.errors import ValuesError

__all__ = ["Neighbours", "distance_band", "lattice", "queen"]

AT_ONCE = 4_000_000
"""Numbers gathered at a time."""
WIDE = 64
"""Columns from which on one neighbourhood after the other is faster than all at once: six times, of 400 columns."""
NAMED_ROWS = 10
A_HAIR = 1e-9

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The neighbourhood of each of n units, one after the other.

    Attributes
    ----------
    starts : ndarray of intp, shape (n + 1,)
        Unit i's neighbourhood is ``members[starts[i]:starts[i + 1]]``.
    members : ndarray of intp, shape (m,)
        Units, ascending within a neighbourhood; the unit itself is among them.
    weights : ndarray of float64, shape (m,), or None
        Of each member, above 0; None when all are 1.
    """

    starts: Rows
    members: Rows
    weights: Floats | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of_pairs(cls, size: int, one: ArrayLike, other: ArrayLike) -> Self:
        """Make neighbourhoods of weight 1 from pairs.

        Parameters
        ----------
        size : int
            Units.
        one, other : array_like of int, shape (k,)
            ``other[j]`` is in the neighbourhood of ``one[j]``, and not the other way round unless that is
            given too. Repetitions count once; each unit itself is added.

        Returns
        -------
        Neighbours
        """
        itself = np.arange(size, dtype=np.int64)
        first = np.concatenate([np.asarray(one, dtype=np.int64).reshape(-1), itself])
        second = np.concatenate([np.asarray(other, dtype=np.int64).reshape(-1), itself])
        keys = np.unique(first * max(size, 1) + second)
        owner, member = np.divmod(keys, max(size, 1))
        return cls(_starts(owner, size), member.astype(np.intp))

    @property
    def sizes(self) -> Rows:
        """Members of each neighbourhood, the unit itself included; 1 is an island. Shape (n,)."""
        return np.diff(self.starts)

    def sums(self, values: ArrayLike) -> Floats:
        """Add up the weighted values of each neighbourhood.

        Parameters
        ----------
        values : array_like of float or bool, shape (n,) or (n, t)
            Finite.

        Returns
        -------
        ndarray of float64, shape of ``values``
        """
        given = np.asarray(values, dtype=np.float64)
        table = given if given.ndim == 2 else given[:, None]
        total = np.zeros_like(table)
        if table.shape[1] >= WIDE:
            for unit, (first, last) in enumerate(pairwise(self.starts.tolist())):
                near = table[self.members[first:last]]
                total[unit] = near.sum(axis=0) if self.weights is None else self.weights[first:last] @ near
            return total
        step = max(AT_ONCE // max(len(self.members), 1), 1)
        for first in range(0, table.shape[1] if len(self) else 0, step):
            gathered = np.ascontiguousarray(table[:, first : first + step])[self.members]
            if self.weights is not None:
                gathered *= self.weights[:, None]
            total[:, first : first + step] = np.add.reduceat(gathered, self.starts[:-1], axis=0)
        return total.reshape(given.shape)

    def squared(self) -> "Neighbours":
        """Give the same neighbourhoods with each weight multiplied by itself."""
        return Neighbours(self.starts, self.members, None if self.weights is None else self.weights**2)


def queen(geometry: ArrayLike, *, gap: float = 0.0) -> Neighbours:
    """Take polygons that share at least a point for neighbours (queen contiguity).

    Parameters
    ----------
    geometry : array_like of shapely geometry, shape (n,)
        In any plane or in degrees. Invalid rings are mended for the question only; None and empty ones are
        islands.
    gap : float
        Distance, in the units of ``geometry``, that may lie between neighbours all the same: layers drawn
        by hand leave slivers.

    Returns
    -------
    Neighbours
        All of weight 1.

    Raises
    ------
    ValuesError
        ``values.setting``: the gap is negative or not finite.
    """
    if not 0.0 <= gap < np.inf:
        raise ValuesError("values.setting", name="gap", given=gap, least=0, most="∞")
    shapes = np.array(geometry, dtype=object).reshape(-1)
    broken = ~shapely.is_valid(shapes) & (shapely.get_type_id(shapes) >= 0)
    shapes[broken] = shapely.make_valid(shapes[broken])
    tree = shapely.STRtree(shapes)
    if gap > 0.0:
        pairs = tree.query(shapes, predicate="dwithin", distance=gap)
    else:
        pairs = tree.query(shapes, predicate="intersects")
    return Neighbours.of_pairs(len(shapes), *pairs)


def distance_band(geometry: ArrayLike, band_m: float) -> Neighbours:
    """Take polygons whose centroids lie within a distance for neighbours.

    Parameters
    ----------
    geometry : array_like of shapely geometry, shape (n,)
        WGS 84 degrees. Carried into the plane of their middle (:func:`geo.crs.plane_crs`); None and empty
        ones are islands.
    band_m : float
        Metres, itself included.

    Returns
    -------
    Neighbours
        All of weight 1.

    Raises
    ------
    CoordinateError
        ``coordinate.bad_distance``.
    """
    check_metres("band_m", band_m)
    shapes = np.array(geometry, dtype=object).reshape(-1)
    shapes[shapely.is_empty(shapes)] = None
    if not (shapely.get_type_id(shapes) >= 0).any():
        return Neighbours.of_pairs(len(shapes), [], [])
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    plane = plane_crs((west + east) / 2.0, (south + north) / 2.0)
    middles = shapely.centroid(project(shapes, WGS84, plane))
    pairs = shapely.STRtree(middles).query(middles, predicate="dwithin", distance=band_m)
    return Neighbours.of_pairs(len(shapes), *pairs)


def lattice(
    row: ArrayLike,
    column: ArrayLike,
    side_m: float,
    radius_m: float,
    kernel: Literal["band", "quartic"] = "band",
) -> Neighbours:
    """Take squares of a lattice whose middles lie within a distance for neighbours.

    Parameters
    ----------
    row, column : array_like of int, shape (n,)
        Places of the squares in the lattice; they need not fill a rectangle. None twice.
    side_m : float
        Side of a square, metres, above 0.
    radius_m : float
        Metres between middles; for ``"band"`` included. One and a half sides make the eight squares around.
    kernel : {"band", "quartic"}
        Weight 1 each, or ``(1 - (d / radius_m) ** 2) ** 2`` at distance d, 1 for the square itself.

    Returns
    -------
    Neighbours

    Raises
    ------
    CoordinateError
        ``coordinate.bad_distance``.
    ValuesError
        ``values.shape``; ``values.twice`` names the rows; ``values.setting``: ``side_m`` is 0.
    """
    check_metres("side_m", side_m)
    check_metres("radius_m", radius_m)
    if side_m == 0.0:
        raise ValuesError("values.setting", name="side_m", given=side_m, least=0, most="∞")
    key, wide = _keys(row, column, int(radius_m / side_m + A_HAIR))
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(same):
        raise ValuesError("values.twice", rows=tuple(order[same + 1][:NAMED_ROWS].tolist()))
    if not len(key):
        return Neighbours.of_pairs(0, [], [])
    steps, weights = _stencil(side_m, radius_m, kernel, wide)
    wanted = key[:, None] + steps
    found = np.minimum(np.searchsorted(ordered, wanted), len(key) - 1)
    owner, which = np.nonzero(ordered[found] == wanted)
    member = order[found[owner, which]]
    tidy = np.lexsort((member, owner))
    kept = None if kernel == "band" else weights[which[tidy]]
    return Neighbours(_starts(owner, len(key)), member[tidy], kept)


def _keys(row: ArrayLike, column: ArrayLike, reach: int) -> tuple[NDArray[np.int64], int]:
    """Give squares numbers so that no neighbour lies beyond the end of its row; also the width of a row."""
    down, across = (np.asarray(axis, dtype=np.int64).reshape(-1) for axis in (row, column))
    if len(down) != len(across):
        raise ValuesError("values.shape", given=len(across), wanted=len(down))
    if not len(down):
        return down, 1
    wide = int(across.max() - across.min()) + 2 * reach + 1
    return (down - down.min()) * wide + (across - across.min() + reach), wide


def _stencil(side_m: float, radius_m: float, kernel: str, wide: int) -> tuple[NDArray[np.int64], Floats]:
    """List the steps between keys to the squares within the radius, and their weights."""
    reach = int(radius_m / side_m + A_HAIR)
    down, across = (axis.reshape(-1) for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    apart = (down**2 + across**2) * side_m**2
    is_itself = apart == 0
    inside = apart <= radius_m**2 * (1.0 + A_HAIR)
    shares = apart / radius_m**2 if radius_m else np.zeros(len(apart))
    weights = np.where(is_itself, 1.0, np.maximum(1.0 - shares, 0.0) ** 2)
    if kernel == "quartic":
        inside &= weights > A_HAIR**2
    return (down * wide + across)[inside].astype(np.int64), weights[inside]


def _starts(owner: NDArray[np.int64], size: int) -> Rows:
    counts = np.bincount(owner, minlength=size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
