"""Coordinates -> cells, and what there is to tell about all of them in the end. Knows nothing of formats."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo import Locator
from geo.datum import DATUMS
from geo.placement import HOWS
from geo.suspicion import Fits, Suspicion, count_fits
from server.services.imports.values import plain
from server.services.points.positions import Positions, read_positions

__all__ = ["CENTIMETRE", "HOW_NAMES", "Check", "Checker", "Finder", "Found", "Tally"]

NO_POSITION = "no_position"
HOW_NAMES = (*HOWS, NO_POSITION)
"""How a row met its cell; the last for rows without a usable position."""
CENTIMETRE = 2  # digits of a metre that are told
NAMED = 10  # rows named of those without a position
BORDER_M = 50.0  # a miss nearer than this to the official cell lies on its border
BORDER_MOST = 2_000  # misses of which this is asked; one takes a third of a millisecond
SAMPLE, SAMPLE_MOST = 2_000, 40_000  # rows of a batch, of a file, that are tried in other datums

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """The answers for a batch.

    Attributes
    ----------
    row : ndarray of intp, shape (n,)
        Row of the cell in the locator's codes; -1 for none.
    how : ndarray of uint8, shape (n,)
        Position in :data:`HOW_NAMES`.
    distance_m : ndarray of float64, shape (n,)
        Metres to the cell; NaN where there is none.
    positions : Positions
        Where the rows lie.
    """

    row: NDArray[np.intp]
    how: NDArray[np.uint8]
    distance_m: Floats
    positions: Positions


class Finder:
    """Places batches of coordinates.

    Parameters
    ----------
    locator : Locator
        Of the cells.
    crs : str or pyproj.CRS
        Of the coordinates, as :func:`geo.systems.to_wgs84` takes it.
    nearest_m : float
        As for :meth:`geo.Locator.place`.
    """

    def __init__(self, locator: Locator, crs: Any, nearest_m: float) -> None:  # noqa: ANN401 - name or CRS
        self.locator, self.crs, self.nearest_m = locator, crs, nearest_m

    def find(self, x: Floats, y: Floats) -> Found:
        """Place one batch; coordinates that are none get no cell and stop nothing."""
        positions = read_positions(x, y, self.crs)
        good = positions.is_usable
        if good.all():
            placed = self.locator.place(positions.lon, positions.lat, nearest_m=self.nearest_m)
            return Found(placed.row, _numbers(placed.how), placed.distance_m, positions)
        placed = self.locator.place(positions.lon[good], positions.lat[good], nearest_m=self.nearest_m)
        row = np.full(len(x), -1, dtype=np.intp)
        how = np.full(len(x), HOW_NAMES.index(NO_POSITION), dtype=np.uint8)
        metres = np.full(len(x), np.nan)
        row[good], how[good], metres[good] = placed.row, _numbers(placed.how), placed.distance_m
        return Found(row, how, metres, positions)


def _numbers(how: NDArray[np.str_]) -> NDArray[np.uint8]:
    """Turn names into positions in :data:`HOW_NAMES` by their second letter, in which all five differ."""
    width = how.dtype.itemsize // 4
    letters = np.ascontiguousarray(how).view(np.uint32).reshape(len(how), width)[:, 1]
    number_of = np.zeros(128, dtype=np.uint8)
    for number, name in enumerate(HOWS):
        number_of[ord(name[1])] = number
    return number_of[letters]


@dataclass
class Tally:
    """What there is to tell about all rows.

    Attributes
    ----------
    rows : int
        All of them.
    how : list of int
        Rows by :data:`HOW_NAMES`.
    missing, out_of_range, swapped : int
        Rows without a usable position: with no two numbers; with others; of these, usable the other way round.
    first_rows : list of int
        The first of them, from 1 on.
    swapped_outside : int
        Rows in no cell that would lie within the cells' bounds the other way round.
    """

    rows: int = 0
    how: list[int] = field(default_factory=lambda: [0] * len(HOW_NAMES))
    missing: int = 0
    out_of_range: int = 0
    swapped: int = 0
    first_rows: list[int] = field(default_factory=list)
    swapped_outside: int = 0

    def add(self, found: Found, x: Floats, y: Floats, bounds: Sequence[float] | None) -> None:
        """Count one batch.

        Parameters
        ----------
        found : Found
            Its answers.
        x, y : ndarray of float64, shape (n,)
            As the file has them.
        bounds : sequence of float or None
            West, south, east, north of all cells, where coordinates are degrees.
        """
        counts = np.bincount(found.how, minlength=len(HOW_NAMES))
        self.how = [old + int(new) for old, new in zip(self.how, counts, strict=True)]
        if counts[-1]:
            self._add_bad(found.positions)
        if bounds is not None:
            west, south, east, north = bounds
            lost = found.how == HOWS.index("outside")
            lon, lat = y[lost], x[lost]
            inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
            self.swapped_outside += int(inside.sum())
        self.rows += len(found.how)

    def _add_bad(self, positions: Positions) -> None:
        bad = ~positions.is_usable
        self.missing += int(positions.is_missing.sum())
        self.out_of_range += int((bad & ~positions.is_missing).sum())
        self.swapped += int(positions.is_swapped.sum())
        room = NAMED - len(self.first_rows)
        self.first_rows += (np.flatnonzero(bad)[:room] + self.rows + 1).tolist()

    def merge(self, later: Self) -> None:
        """Add what was told about the rows that follow."""
        numbers = [number + self.rows for number in later.first_rows]
        self.first_rows = [*self.first_rows, *numbers][:NAMED]
        self.how = [one + other for one, other in zip(self.how, later.how, strict=True)]
        for name in ("rows", "missing", "out_of_range", "swapped", "swapped_outside"):
            setattr(self, name, getattr(self, name) + getattr(later, name))

    def told(self) -> dict[str, Any]:
        """Give it for machines: the counts by how under their names."""
        return asdict(self) | {"how": dict(zip(HOW_NAMES, self.how, strict=True))}


@dataclass
class Check:
    """How answers agree with the codes that rows state, and how the points would fit in other datums.

    Attributes
    ----------
    rows : int
        Rows that have a position and state a code.
    same : int
        Those whose answer is it.
    asked, border : int
        The first misses, at most 2,000; those of them within 50 m of the stated cell.
    fits : Fits
        Of a sample, see :mod:`geo.suspicion`.
    """

    rows: int = 0
    same: int = 0
    asked: int = 0
    border: int = 0
    fits: Fits = field(default_factory=Fits)

    def merge(self, later: Self) -> None:
        """Add what was told about the rows that follow."""
        for name in ("rows", "same", "asked", "border"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.fits = self.fits + later.fits if self.fits.points else later.fits

    def suspicion(self) -> Suspicion | None:
        """Tell whether the points look like another datum."""
        return self.fits.suspicion()


class Checker:
    """Compares the batches of one file with the codes that its rows state.

    Parameters
    ----------
    finder : Finder
        What placed them.
    """

    def __init__(self, finder: Finder) -> None:
        self.check = Check()
        self._locator, self._crs = finder.locator, finder.crs
        self._row_of = {plain(code): row for row, code in enumerate(finder.locator.codes.tolist())}

    def compare(
        self, stated: Sequence[str | None], which: NDArray[np.intp], found: Found
    ) -> NDArray[np.intp]:
        """Compare one batch.

        Parameters
        ----------
        stated : sequence of str or None
            Different codes of the batch.
        which : ndarray of intp, shape (n,)
            Which of them each row states; -1 for none.
        found : Found
            Its answers.

        Returns
        -------
        ndarray of intp, shape (n,)
            Row of the cell that each row states; -2 where it states none that is known.
        """
        codes = [plain(code or "") for code in stated]
        is_code = np.array([bool(code) for code in codes] + [False])
        wanted = np.array([self._row_of.get(code, -2) for code in codes] + [-2], dtype=np.intp)[which]
        there = is_code[which] & found.positions.is_usable
        same = there & (wanted == found.row)
        self.check.rows += int(there.sum())
        self.check.same += int(same.sum())
        misses = np.flatnonzero(there & ~same)[: BORDER_MOST - self.check.asked]
        self.check.asked += len(misses)
        for miss in misses.tolist():
            told = self._locator.explain(found.positions.lon[miss], found.positions.lat[miss], BORDER_M)
            self.check.border += codes[which[miss]] in {plain(one.code) for one in told.runner_ups}
        return wanted

    def sample(self, x: Floats, y: Floats, found: Found, wanted: NDArray[np.intp] | None) -> None:
        """Try some of a batch in other datums.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
            As the file has them.
        found : Found
            Their answers.
        wanted : ndarray of intp, shape (n,), or None
            As :meth:`compare` gave it.
        """
        if self.check.fits.points >= SAMPLE_MOST or not len(self._locator):
            return
        rows = np.flatnonzero(found.positions.is_usable)
        rows = rows[:: max(len(rows) // SAMPLE, 1)]
        given = self._crs if isinstance(self._crs, str) and self._crs in DATUMS else None
        lon, lat = (x, y) if given else (found.positions.lon, found.positions.lat)
        stated = None if wanted is None else np.append(self._locator.codes, ["", ""])[wanted[rows]]
        fits = count_fits(lon[rows], lat[rows], self._locator, stated, given=given or "wgs84")
        self.check.fits = self.check.fits + fits
