"""How far the cells found agree with a column of the file that names them officially."""

from collections.abc import Mapping

import numpy as np

from server.services.imports.values import plain
from server.services.locating import OpenLocator

__all__ = ["BORDER_M", "Agreement"]

BORDER_M = 50.0  # a miss nearer than this to the official cell lies on its border


class Agreement:
    """Compares rows with the official code they carry.

    Parameters
    ----------
    grid : OpenLocator or None
        The cells; without any, every row is a miss.
    counts : Mapping[str, int], optional
        Where to go on: ``rows same border``.

    Attributes
    ----------
    counts : dict[str, int]
        Rows that have a position and an official code; those whose cell has it; misses near the official
        cell's border.
    """

    def __init__(self, grid: OpenLocator | None, counts: Mapping[str, int] | None = None) -> None:
        self.counts = {name: (counts or {}).get(name, 0) for name in ("rows", "same", "border")}
        self._grid = grid
        self._codes = dict(zip(grid.area_ids.tolist(), grid.codes, strict=True)) if grid else {}

    def compare(self, official: str, area_id: int, lon: float, lat: float) -> None:
        """Compare one row.

        Parameters
        ----------
        official : str
            Code as the file has it; blank ones are passed over.
        area_id : int
            Area that the issue was given.
        lon, lat : float
            WGS 84 degrees.
        """
        official = plain(official)
        if not official:
            return
        self.counts["rows"] += 1
        if plain(self._codes.get(area_id, "")) == official:
            self.counts["same"] += 1
        elif self._is_near(official, lon, lat):
            self.counts["border"] += 1

    def _is_near(self, official: str, lon: float, lat: float) -> bool:
        if self._grid is None or not np.isfinite([lon, lat]).all():
            return False
        told = self._grid.locator.explain(lon, lat, BORDER_M)
        return official in {plain(one.code) for one in told.runner_ups}
