"""Many positions at once, as columns: every one that cannot be used is named, before any is answered.

The rule is that of :func:`server.services.drafts.check_position` for one position; here it is asked of
arrays, and a refusal tells all rows at fault instead of the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo import systems
from geo.errors import CrsError
from server.errors import InputError, InvalidPoints

__all__ = ["MOST", "PointsFault", "read"]

MOST = 10_000
"""How many positions may be asked about at once."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PointsFault:
    """One thing that is wrong with some of many positions.

    Attributes
    ----------
    code : str
        What; a key of :data:`server.words.SENTENCES`.
    field : str
        ``lon`` or ``lat``.
    rows : tuple of int
        All positions at fault, counted from 0.
    value : str
        The first of them as given.
    crs : str
        What it was given in.
    """

    code: str
    field: str
    rows: tuple[int, ...]
    value: str
    crs: str


def read(lon: Sequence[Any], lat: Sequence[Any], crs: str) -> tuple[Floats, Floats]:
    """Read two columns as WGS 84 positions.

    Parameters
    ----------
    lon, lat : Sequence, length n
        Numbers in ``crs``; 1 to :data:`MOST`.
    crs : str
        A name for :func:`geo.systems.name_of`.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, in the order given.

    Raises
    ------
    InvalidPoints
        Some are no numbers, NaN, infinite, out of the range of ``crs``, swapped or (0, 0); names every row.
    InputError
        None, too many, columns of different lengths, or an unknown ``crs``.
    """
    if len(lon) != len(lat):
        raise InputError("points.lengths", field="lat", lon=len(lon), lat=len(lat))
    if not lon:
        raise InputError("points.none", field="lon", limit=MOST)
    if len(lon) > MOST:
        raise InputError("points.too_many", field="lon", count=len(lon), limit=MOST)
    try:
        name = systems.name_of(crs)
    except CrsError as error:
        raise InputError(error.code, **{**error.values, "field": "crs"}) from error
    faults, columns = [], []
    for field, given in (("lon", lon), ("lat", lat)):
        column, strange = _numbers(given)
        columns.append(column)
        faults += _fault("field.not_number", field, strange, given, name)
    x, y = columns
    faults += _of_positions(x, y, name)
    if faults:
        raise InvalidPoints(faults, len(lon))
    found: tuple[Floats, Floats] = systems.to_wgs84(x, y, name)
    return found


def _numbers(given: Sequence[Any]) -> tuple[Floats, Flags]:
    """Read numbers; what is none becomes 1.0, which is no fault of its own, and is flagged."""
    if set(map(type, given)) <= {int, float}:
        try:
            return np.array(given, dtype=np.float64), np.zeros(len(given), dtype=bool)
        except OverflowError:
            pass  # an integer beyond every float
    read = [_number(one) for one in given]
    strange = np.array([one is None for one in read])
    return np.array([1.0 if one is None else one for one in read]), strange


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        return float(given)
    except OverflowError:
        return np.inf


def _of_positions(x: Floats, y: Floats, crs: str) -> list[PointsFault]:
    unreadable, nowhere = ~(np.isfinite(x) & np.isfinite(y)), (x == 0) & (y == 0)
    beyond = ~unreadable & ~nowhere & ~systems.usable(x, y, crs)
    swapped = beyond.copy()
    swapped[beyond] = systems.usable(y[beyond], x[beyond], crs)
    pairs = _Pairs(x, y)
    far = "coordinate.outside_crs" if systems.is_plane(crs) else "coordinate.out_of_range"
    return [
        *_fault("coordinate.not_finite", "lon", unreadable, pairs, crs),
        *_fault("coordinate.swapped", "lat", swapped, pairs, crs),
        *_fault(far, "lon", beyond & ~swapped, pairs, crs),
        *_fault("coordinate.null_island", "lon", nowhere, pairs, crs),
    ]


class _Pairs:
    """Positions as a refusal shows them."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self._x, self._y = x, y

    def __getitem__(self, row: int) -> str:
        return f"{self._x[row]}, {self._y[row]}"


def _fault(code: str, field: str, bad: Flags, shown: Any, crs: str) -> list[PointsFault]:  # noqa: ANN401 - has rows
    rows = np.flatnonzero(bad).tolist()
    if not rows:
        return []
    # JSON may hold halves of characters, which no answer can carry.
    value = str(shown[rows[0]])[:60].encode(errors="replace").decode()
    return [PointsFault(code, field, tuple(rows), value, crs)]
