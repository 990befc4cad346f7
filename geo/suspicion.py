"""Suspicion that points were given in another datum than they say. Counted, told, never acted upon.

Points are located as given and as if they were in each other datum. The one idea: **a false displacement
of some hundred metres takes points out of the cells they belong to, so a clearly better fit cannot come
from it.** Two kinds of fit are counted:

- *stated*: a point falls into the cell that its own row names. Strong, for random errors of position never
  favour one direction.
- without stated cells: it falls into any cell. Weak, for inside a large grid every displacement fits; only
  points near the grid's outer border tell anything, and what lies beyond it may be missing on purpose.

The rule (:data:`RULES`): at least 30 points; the misses fall to a half (stated) or a quarter (any cell);
80 % or 95 % fit afterwards; and gains outweigh losses by three or four standard deviations of a fair coin
(the sign test, ``gained - lost >= 3 sqrt(gained + lost)``), which chance alone brings about once in 700 or
30,000 files, and hardly ever together with the other two.

Knows nothing of files, rows or words: see :mod:`geo.validation.datums` for layers of cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import as_points
from geo.datum import DATUMS, convert
from geo.errors import CrsError
from geo.locator import Locator

__all__ = ["Fits", "Suspicion", "count_fits"]

LABELS = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}
POINTS_LEAST = 30


class Rule(NamedTuple):
    """When a better fit is clear.

    Attributes
    ----------
    misses_most : float
        Misses afterwards over misses before, at most.
    fit_least : float
        Share of points that fit afterwards.
    deviations : float
        Gains over losses, in standard deviations of the sign test.
    """

    misses_most: float
    fit_least: float
    deviations: float


RULES = {True: Rule(0.5, 0.80, 3.0), False: Rule(0.25, 0.95, 4.0)}
"""By whether cells are stated."""


@dataclass(frozen=True)
class Suspicion:
    """Points look as if they were in another datum.

    Attributes
    ----------
    given, datum : str
        Datum they were taken for; the one they look like: ``wgs84 gcj02 bd09``.
    points : int
        Points compared.
    before, after : int
        Of them fitting as given; fitting once taken for ``datum``.
    is_stated : bool
        Whether compared with the cells that the rows state, or with any cell.
    """

    given: str
    datum: str
    points: int
    before: int
    after: int
    is_stated: bool

    @property
    def code(self) -> str:
        """Code of the sentence that says it."""
        return "datum.points_stated" if self.is_stated else "datum.points"

    @property
    def values(self) -> dict[str, Any]:
        """What that sentence speaks about: counts, and shares in per cent."""
        shares = {"before": self.before, "after": self.after}
        told = {name: f"{100.0 * count / self.points:.1f}" for name, count in shares.items()}
        return {"points": self.points, "datum": LABELS[self.datum], "crs": self.datum, **told}


@dataclass(frozen=True)
class Fits:
    """Counts of points by datum; those of two batches add up.

    Attributes
    ----------
    given : str
        Datum the points were taken for.
    is_stated : bool
        Whether compared with the cells that the rows state.
    points : int
        Points compared.
    fits, gained, lost : Mapping[str, int]
        By datum: points that fit; of them those that do not as given; those that do only as given.
    """

    given: str = "wgs84"
    is_stated: bool = False
    points: int = 0
    fits: Mapping[str, int] = field(default_factory=dict)
    gained: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Fits") -> "Fits":
        sums = {
            name: {one: getattr(self, name).get(one, 0) + getattr(other, name).get(one, 0) for one in DATUMS}
            for name in ("fits", "gained", "lost")
        }
        return Fits(other.given, other.is_stated, self.points + other.points, **sums)

    def suspicion(self) -> Suspicion | None:
        """Judge by the module's rule; None when the points fit, too few are there, or nothing fits clearly better."""
        if self.points < POINTS_LEAST:
            return None
        rule = RULES[self.is_stated]
        best = max(DATUMS, key=lambda one: (self.fits[one], one == self.given))
        before, after = self.fits[self.given], self.fits[best]
        gained, lost = self.gained[best], self.lost[best]
        is_clear = (
            after > before
            and self.points - after <= rule.misses_most * (self.points - before)
            and after >= rule.fit_least * self.points
            and gained - lost >= rule.deviations * np.sqrt(gained + lost)
        )
        return Suspicion(self.given, best, self.points, before, after, self.is_stated) if is_clear else None


def count_fits(
    lon: ArrayLike,
    lat: ArrayLike,
    locator: Locator,
    stated: ArrayLike | None = None,
    *,
    given: str = "wgs84",
) -> Fits:
    """Count how points fit the cells in each datum; of a large file some ten thousand rows are enough.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees in ``given``.
    locator : Locator
        Of the cells already known.
    stated : array_like of str, shape (n,), optional
        Code of the cell that each row states; "" where it states none. Rows without one, or with one that
        the locator does not know, are left out. None: any cell will do.
    given : {"wgs84", "gcj02", "bd09"}
        Datum the points are taken for; positions of other systems are given as WGS 84.

    Returns
    -------
    Fits
        Add those of further batches (with ``stated`` in all or in none), then ask ``.suspicion()``.

    Raises
    ------
    CrsError
        ``datum.unknown``: ``given``.
    CoordinateError
        NaN, infinite or out of range; names the rows.
    """
    if given not in DATUMS:
        raise CrsError("datum.unknown", given=given, known=DATUMS)
    x, y, _ = as_points(lon, lat)
    wanted = None if stated is None else _rows_of(np.atleast_1d(np.asarray(stated, dtype=np.str_)), locator)
    if wanted is not None:
        known = wanted >= 0
        x, y, wanted = x[known], y[known], wanted[known]
    fit = {one: _fitting(*convert(x, y, one, "wgs84"), locator, wanted) for one in DATUMS}
    return Fits(
        given,
        wanted is not None,
        len(x),
        {one: int(found.sum()) for one, found in fit.items()},
        {one: int((found & ~fit[given]).sum()) for one, found in fit.items()},
        {one: int((fit[given] & ~found).sum()) for one, found in fit.items()},
    )


def _fitting(
    lon: NDArray[np.float64], lat: NDArray[np.float64], locator: Locator, wanted: NDArray[np.intp] | None
) -> NDArray[np.bool_]:
    row = np.asarray(locator.locate(lon, lat))
    return np.asarray(row >= 0 if wanted is None else row == wanted)


def _rows_of(stated: NDArray[np.str_], locator: Locator) -> NDArray[np.intp]:
    """Row of each stated cell; -1 where the locator has no such code."""
    row_of = {str(code): row for row, code in enumerate(locator.codes)}
    return np.array([row_of.get(code, -1) for code in stated.tolist()], dtype=np.intp)
