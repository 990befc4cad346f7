"""Cut ground into pieces by streets: the town's generator, on the flat plane.

A piece is cut in two across its longer side, again and again, until every piece has one owner. A cut looks
for the end of a street on the other side of the border and meets it, so that streets go on across borders;
smaller cuts jog, as lanes do. It knows nothing of names, codes or the globe.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

__all__ = ["ARTERIAL", "COMMUNITY", "INNER", "LANE", "Cut", "Divider", "faces"]

ARTERIAL, COMMUNITY, LANE, INNER = range(4)
_GRID = 0.01  # m, precision on which borders are noded
_STEP = 30.0  # m, longest straight edge before the ground is bent
_FAR = -1e5  # m, beyond everything
_JOG = np.array([-0.5, -0.5, 0.5, 0.5])
_ROUNDS = 2  # of narrowing the offset of a cut, each to a seventh
_REACH = (110.0, 75.0, 45.0, 0.0)  # m, how far a cut of each rank moves to meet a street across the border


@dataclass(frozen=True, slots=True)
class Cut:
    """One street line.

    Attributes
    ----------
    line : LineString
        Flat metres.
    rank : int
        ``ARTERIAL``, ``COMMUNITY`` (border), ``LANE`` (cell border) or ``INNER`` (inside a cell).
    """

    line: LineString
    rank: int


@dataclass(frozen=True, slots=True)
class _Knife:
    """A line across a piece: s runs across the cut, t along it; ``upright`` means s = u, t = v."""

    upright: bool
    tilt: float
    jog: float
    jog_at: float
    t_low: float
    t_high: float

    def line(self, offset: float) -> LineString:
        """Lay the cut at an offset."""
        points = self._points(np.array([offset]))[0]
        return LineString(points if self.jog else points[[0, 3]])

    def low_sides(self, offsets: NDArray[np.float64]) -> NDArray[np.object_]:
        """Polygons of everything below the cut, one per offset."""
        corners = np.array([(_FAR, self.t_high), (_FAR, self.t_low)])
        corners = np.broadcast_to(corners if self.upright else corners[:, ::-1], (len(offsets), 2, 2))
        return np.asarray(shapely.polygons(np.concatenate([self._points(offsets), corners], axis=1)))

    def _points(self, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
        """Vertices of the cut, shape (n, 4, 2)."""
        middle = (self.t_low + self.t_high) / 2.0
        t = np.array([self.t_low, self.jog_at, self.jog_at, self.t_high])
        s = offsets[:, None] + self.tilt * (t - middle) + self.jog * _JOG
        t = np.broadcast_to(t, s.shape)
        return np.stack([s, t] if self.upright else [t, s], axis=-1)

    def across_at(self, offset: float, t: float) -> float:
        """Find how far across the piece the cut runs at a place along it."""
        shift = self.jog * (0.5 if t > self.jog_at else -0.5)
        return offset + self.tilt * (t - (self.t_low + self.t_high) / 2.0) + shift

    def moved(self, offset: float, moves: Sequence[tuple[float, float]]) -> tuple["_Knife", float]:
        """Shift by one wish (at t, by s), or shift and tilt to fulfil two."""
        if not moves:
            return self, offset
        (t0, s0), (t1, s1) = moves[0], moves[-1]
        turn = (s1 - s0) / (t1 - t0) if t1 != t0 else 0.0
        middle = (self.t_low + self.t_high) / 2.0
        return replace(self, tilt=self.tilt + turn), offset + s0 + turn * (middle - t0)


class Divider:
    """Cuts pieces and remembers every street and street end.

    Parameters
    ----------
    rng : numpy.random.Generator
        The only source of chance.

    Attributes
    ----------
    cuts : list of Cut
        All streets in the order in which they were cut.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.cuts: list[Cut] = []
        self._rng = rng
        self._ends: list[tuple[float, float]] = []

    def add(self, line: LineString, rank: int) -> None:
        """Remember a street that was drawn by hand."""
        self.cuts.append(Cut(line, rank))
        self._ends += [line.coords[0], line.coords[-1]]

    def meet(self, u: float, v: float) -> None:
        """Remember a place where streets of both sides should meet."""
        self._ends.append((u, v))

    def divide(self, piece: Polygon, weights: Sequence[float], ranks: Sequence[int]) -> list[Polygon]:
        """Cut a piece into one part per weight, of areas in proportion.

        Parameters
        ----------
        piece : Polygon
            Flat metres, without holes.
        weights : sequence of float
            Positive.
        ranks : sequence of int
            Rank of the first cut, of the cuts of its halves, and so on; the last one repeats.

        Returns
        -------
        list of Polygon
            In the order of ``weights``.
        """
        if len(weights) == 1:
            return [piece]
        count, line, low, high = self._best_cut(piece, np.asarray(weights, dtype=float), ranks[0])
        self.add(line, ranks[0])
        rest = ranks[1:] or ranks
        return [*self.divide(low, weights[:count], rest), *self.divide(high, weights[count:], rest)]

    def _best_cut(
        self, piece: Polygon, weights: NDArray[np.float64], rank: int
    ) -> tuple[int, LineString, Polygon, Polygon]:
        shares = np.cumsum(weights)[:-1] / weights.sum()
        counts = 1 + np.argsort(np.abs(shares - 0.5), kind="stable")[:3]
        west, south, east, north = piece.bounds
        best_score, best = -1.0, None
        for upright in (east - west > north - south, east - west <= north - south):
            favour = ((east - west) / (north - south)) ** (1.0 if upright else -1.0)
            if best is not None and (rank == INNER or favour < 0.4):
                break
            for count in counts[: 1 if favour > 1.6 or rank == INNER else 2]:
                tried = self._cut(piece, float(shares[count - 1]), rank, upright=upright)
                if tried is None:
                    continue
                line, low, high = tried
                score = min(_roundness(low), _roundness(high)) * self._rng.uniform(0.85, 1.0)
                if score > best_score:
                    best_score, best = score, (int(count), line, low, high)
        if best is None:
            raise ValueError(f"no straight cut divides this piece: {piece.wkt[:200]}")
        return best

    def _knife(self, piece: Polygon, rank: int, *, upright: bool) -> _Knife:
        west, south, east, north = piece.bounds
        low, high = (south, north) if upright else (west, east)
        jogs = rank >= LANE and high - low > 140.0 and self._rng.random() < 0.42
        jog = float(self._rng.choice([-1, 1]) * self._rng.uniform(14, 34)) if jogs else 0.0
        where = low + (high - low) * self._rng.uniform(0.35, 0.65)
        tilt = float(self._rng.normal(0.0, 0.035 if rank < INNER else 0.015))
        return _Knife(upright, tilt, jog, float(where), low - 5.0, high + 5.0)

    def _cut(
        self, piece: Polygon, share: float, rank: int, *, upright: bool
    ) -> tuple[LineString, Polygon, Polygon] | None:
        knife = self._knife(piece, rank, upright=upright)
        west, south, east, north = piece.bounds
        low, high = (west, east) if upright else (south, north)
        target = share * piece.area
        for _ in range(_ROUNDS):
            offsets = np.linspace(low, high, 8)
            areas = shapely.area(shapely.intersection(piece, knife.low_sides(offsets)))
            found = int(np.clip(np.searchsorted(areas, target), 1, 7))
            low, high = offsets[found - 1], offsets[found]
        offset = float(np.interp(target, areas[found - 1 : found + 1], (low, high)))
        return _parts(piece, *self._met(piece, knife, offset, _REACH[rank])) or _parts(piece, knife, offset)

    def _met(self, piece: Polygon, knife: _Knife, offset: float, reach: float) -> tuple[_Knife, float]:
        """Move and tilt the knife so that it runs through street ends on the border, if any are near."""
        chord = shapely.intersection(knife.line(offset), piece)
        if chord.geom_type != "LineString" or chord.is_empty or not self._ends:
            return knife, offset
        nodes = np.asarray(self._ends)
        nodes = nodes[shapely.distance(piece.boundary, shapely.points(nodes)) < 0.5]
        across, along = (0, 1) if knife.upright else (1, 0)
        reach = min(reach, 0.16 * (piece.bounds[across + 2] - piece.bounds[across]))
        moves: list[tuple[float, float]] = []
        for end in (chord.coords[0], chord.coords[-1]):
            gaps = np.hypot(*(nodes - end).T)
            if gaps.size and gaps.min() <= reach:
                node = nodes[gaps.argmin()]
                moves.append((node[along], node[across] - knife.across_at(offset, node[along])))
        return knife.moved(offset, moves)


def _parts(piece: Polygon, knife: _Knife, offset: float) -> tuple[LineString, Polygon, Polygon] | None:
    """Cut; None where the line would leave more than two parts."""
    side = knife.low_sides(np.array([offset]))[0]
    line = shapely.intersection(knife.line(offset), piece)
    low, high = shapely.intersection(piece, side), shapely.difference(piece, side)
    kinds = (line.geom_type, low.geom_type, high.geom_type)
    return (line, low, high) if kinds == ("LineString", "Polygon", "Polygon") else None


def _roundness(piece: Polygon) -> float:
    """Compactness 4 pi A / P^2 (Polsby and Popper 1991): 1 for a disc."""
    return float(4.0 * np.pi * piece.area / piece.length**2)


def faces(lines: Sequence[LineString]) -> NDArray[np.object_]:
    """Polygonise street lines; neighbours share identical vertices.

    Parameters
    ----------
    lines : sequence of LineString
        Flat metres; ends may lie on other lines.

    Returns
    -------
    ndarray of Polygon, shape (n,)
        Every face of the planar graph, edges no longer than 30 m, in no particular order.
    """
    noded = shapely.union_all(list(lines), grid_size=_GRID)
    edges = shapely.segmentize(shapely.get_parts(shapely.line_merge(noded)), _STEP)
    return np.asarray(shapely.get_parts(shapely.polygonize(edges)))
