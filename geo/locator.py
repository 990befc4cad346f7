"""Which cell holds a point: the promise the whole service is built on.

Every point has exactly one answer, whatever the cells' order and whatever points it is asked with:

- **inside** one cell;
- **edge**: on the border of a cell that covers it, and inside at most one;
- **overlap**: inside several cells; for both, the cell with the smallest code by string order;
- **nearest**: in no cell, but within ``nearest_m`` metres of one; of several equally near (to a
  micrometre), the smallest code;
- **outside**: none of these.

Exact means: decided on the doubles of :class:`geo.Cells`, without rounding. Cells are numbered by code
inside, so "the smallest code" is the smallest number. A raster answers for most points, the few edges
that cross a pixel for the rest.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.assembly import assemble
from geo.border import Border, choose, nearest_of
from geo.cells import Cells
from geo.coordinates import as_points, check_metres
from geo.cover import INSIDE, NOWHERE, UNDECIDED, Cover, decide
from geo.indexfile import read_arrays, write_arrays
from geo.placement import HOWS, Placement, Placements, Reason, RunnerUp, reason_for
from geo.saved import Parts, by_code, pack, unpack

__all__ = ["NEAREST_M", "Locator"]

NEAREST_M = 50.0
"""Default distance within which a point in no cell gets the nearest one."""
FARTHEST_M = 20_000.0
"""How far :meth:`Locator.explain` looks for a cell to name to a point outside all."""
MOST_CANDIDATES = 3
BLOCK = 1 << 16
"""Points looked at together, to stay within the processor's cache."""
NEAREST = HOWS.index("nearest")
SCALARS = (float, int, np.float64)

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class Locator:
    """Answers which cell holds a point.

    Safe to share between threads and, saved and opened again, between processes. It keeps edges and
    pixels, no polygons.

    Parameters
    ----------
    cells : Cells
        May be empty: then every point is outside.

    Attributes
    ----------
    codes : ndarray of str, shape (n,)
        The cells' codes in the order given; answers are rows of it.
    digest : str
        SHA-256, in hexadecimal, of the cells, whatever their order; see :func:`geo.saved.digest_of`.

    Raises
    ------
    CellsError
        ``cells.invalid_rings``: rings that cross themselves or others of their cell; names ``codes``, ``rows``
        and the ``count`` of all.
    """

    codes: NDArray[np.str_]
    digest: str

    def __init__(self, cells: Cells) -> None:
        self._hold(assemble(cells))

    def _hold(self, parts: Parts) -> None:
        self.codes, self.digest = parts.codes, parts.digest
        self._parts = parts
        # The last entry translates OUTSIDE, which is -1, to the row -1.
        self._row_of = np.array([*by_code(parts.codes), -1], dtype=np.intp)
        self._cover = Cover(parts.raster, parts.edges)
        self._border = Border(parts.raster, parts.edges)

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"<Locator: {len(self)} cells>"

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> int | Rows:
        """Find the cell that covers each point.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,) or scalar
            WGS 84 degrees.

        Returns
        -------
        ndarray of intp, shape (n,), or int for scalars
            Row in ``codes`` for inside, edge and overlap; -1 for points in no cell.

        Raises
        ------
        CoordinateError
            NaN, infinite or out of range; names the rows.
        """
        if type(lon) in SCALARS and type(lat) in SCALARS:
            row = self._row_of_one(lon, lat)
            if row is not None:
                return row
        x, y, is_scalar = as_points(lon, lat)
        rows = np.empty(len(x), dtype=np.intp)
        for start in range(0, len(x), BLOCK):
            here = slice(start, start + BLOCK)
            number = self._cover.numbers(x[here], y[here])
            hard = np.flatnonzero(number == UNDECIDED)
            if len(hard):
                number[hard], _ = decide(len(hard), self._cover.judge(x[here][hard], y[here][hard]))
            rows[here] = self._row_of.take(number, mode="wrap")
        return int(rows[0]) if is_scalar else rows

    def place(self, lon: ArrayLike, lat: ArrayLike, *, nearest_m: float = NEAREST_M) -> Placements:
        """Find each point's cell, how it was found, and how far it is.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,) or scalar
            WGS 84 degrees; a scalar gives arrays of length 1.
        nearest_m : float
            Geodesic metres within which a point in no cell gets the nearest one.

        Returns
        -------
        Placements
            In the order asked.

        Raises
        ------
        CoordinateError
            A coordinate or ``nearest_m`` is NaN, infinite or out of range.
        """
        x, y, _ = as_points(lon, lat)
        check_metres("nearest_m", nearest_m)
        blocks = [slice(start, start + BLOCK) for start in range(0, max(len(x), 1), BLOCK)]
        decided = [self._decided(x[here], y[here]) for here in blocks]
        number, how = (np.concatenate(column) for column in zip(*decided, strict=True))
        metres = np.where(how == NOWHERE, np.nan, 0.0)
        lost = np.flatnonzero(how == NOWHERE)
        near, distance = nearest_of(len(lost), self._border.reach(x[lost], y[lost], nearest_m))
        number[lost], metres[lost] = near, distance
        how[lost[near >= 0]] = NEAREST
        return Placements(self._row_of[number], np.array(HOWS)[how], metres)

    def nearest(
        self, lon: ArrayLike, lat: ArrayLike, within_m: float
    ) -> tuple[int, float] | tuple[Rows, Floats]:
        """Find the cell nearest to each point, a covering one first.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,) or scalar
            WGS 84 degrees.
        within_m : float
            Geodesic metres.

        Returns
        -------
        row : ndarray of intp, shape (n,), or int
            Row in ``codes``; -1 where no cell is that near.
        distance_m : ndarray of float64, shape (n,), or float
            Metres, 0.0 where a cell covers the point; NaN where none is that near.

        Raises
        ------
        CoordinateError
            A coordinate or ``within_m`` is NaN, infinite or out of range.
        """
        is_scalar = np.ndim(lon) == 0
        found = self.place(lon, lat, nearest_m=within_m)
        return (int(found.row[0]), float(found.distance_m[0])) if is_scalar else (found.row, found.distance_m)

    def explain(
        self, lon: float, lat: float, accuracy_m: float | None = None, *, nearest_m: float = NEAREST_M
    ) -> Placement:
        """Find one point's cell, with the reason and the other cells that may be meant.

        Parameters
        ----------
        lon, lat : float
            WGS 84 degrees.
        accuracy_m : float, optional
            Radius of the circle in which the point truly lies, metres.
        nearest_m : float
            As for :meth:`place`.

        Returns
        -------
        Placement
            Its runner-ups are the other cells that cover the point; those that the circle of
            ``accuracy_m`` reaches; for nearest, the others within ``nearest_m``; for outside with
            none of these, up to three nearest cells within 20 km. Nearest first, then by code.

        Raises
        ------
        CoordinateError
            A coordinate, ``accuracy_m`` or ``nearest_m`` is NaN, infinite or out of range.
        """
        circle_m = 0.0 if accuracy_m is None else accuracy_m
        check_metres("accuracy_m", circle_m)
        check_metres("nearest_m", nearest_m)
        (lon,), (lat,), _ = as_points([lon], [lat])
        number, how, covering = self._covering(float(lon), float(lat))
        distance = 0.0
        metres_to = self._border.around(lon, lat, max(circle_m, 0.0 if covering else nearest_m)) | covering
        if not covering:
            number, distance = choose(metres_to, nearest_m)
            how = HOWS[NEAREST] if number >= 0 else how
            metres_to = metres_to or self._border.closest(lon, lat, FARTHEST_M, MOST_CANDIDATES)
        metres_to.pop(number, None)
        code = None if number < 0 else str(self.codes[self._row_of[number]])
        cells = tuple(str(self.codes[self._row_of[covered]]) for covered in covering)
        reason = reason_for(how, code, cells, distance, nearest_m) if len(self) else Reason("place.no_grid")
        runner_ups, distance_m = self._ranked(metres_to), None if number < 0 else distance
        return Placement(how, int(self._row_of[number]), code, distance_m, runner_ups, reason)

    def save(self, path: str | Path) -> None:
        """Write the locator to a file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Replaced at one stroke if it exists; its folder must exist.

        Raises
        ------
        OSError
            The folder cannot be written to, or the disk is full.
        """
        write_arrays(Path(path), *pack(self._parts))

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a saved locator; its arrays stay in the file, mapped into memory and shared by processes.

        Parameters
        ----------
        path : str or Path
            Written by :meth:`save`.

        Returns
        -------
        Locator
            Same ``codes``, same rows, same answers.

        Raises
        ------
        IndexFileError
            ``index.not_ours``, ``index.damaged``, or ``index.version`` for another format version.
        OSError
            The file is absent or cannot be read.
        """
        opened = cls.__new__(cls)
        opened._hold(unpack(*read_arrays(Path(path))))  # noqa: SLF001 - one of this class
        return opened

    def _row_of_one(self, lon: Any, lat: Any) -> int | None:  # noqa: ANN401 - numbers
        """Answer for one point in plain Python; None where arrays must decide or refuse."""
        if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
            return None
        number = self._cover.number(float(lon), float(lat))
        return None if number == UNDECIDED else self._row_of.item(number)

    def _decided(self, x: Floats, y: Floats) -> tuple[Rows, Rows]:
        """Give each point's number, and how it was found."""
        number = self._cover.numbers(x, y).astype(np.intp)
        how = np.where(number < 0, NOWHERE, INSIDE)
        hard = np.flatnonzero(number == UNDECIDED)
        if len(hard):
            number[hard], how[hard] = decide(len(hard), self._cover.judge(x[hard], y[hard]))
        return number, how

    def _covering(self, lon: float, lat: float) -> tuple[int, str, dict[int, float]]:
        """Give one point's number and how it was found, and all cells that cover it with no metres."""
        number = self._cover.number(lon, lat)
        if number != UNDECIDED:
            return number, HOWS[NOWHERE if number < 0 else INSIDE], {number: 0.0} if number >= 0 else {}
        judged = self._cover.judge(np.array([lon]), np.array([lat]))
        numbers, hows = decide(1, judged)
        return int(numbers[0]), HOWS[hows[0]], dict.fromkeys(judged[1].tolist(), 0.0)

    def _ranked(self, metres_to: dict[int, float]) -> tuple[RunnerUp, ...]:
        ranked = sorted(metres_to.items(), key=lambda pair: (round(pair[1], 6), pair[0]))
        return tuple(RunnerUp(str(self.codes[self._row_of[number]]), metres) for number, metres in ranked)
