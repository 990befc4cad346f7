"""Whether the positions of a file look like another datum than the one said; counted batch by batch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geo.datum import DATUMS
from geo.suspicion import Fits, count_fits
from geo.systems import name_of, to_wgs84
from server.services.drafts import Draft
from server.services.imports.values import plain
from server.services.locating import OpenLocator

__all__ = ["count_datums"]


def count_datums(
    counts: Mapping[str, Any], grid: OpenLocator | None, drafts: Sequence[Draft], stated: Sequence[str] | None
) -> dict[str, Any]:
    """Count how a batch fits the grid in each datum, and judge by all batches so far.

    Parameters
    ----------
    counts : Mapping[str, Any]
        What this function gave for the batches before; empty at the start.
    grid : OpenLocator or None
        The cells; without any, nothing is counted.
    drafts : Sequence of Draft
        With checked positions, all in one coordinate system.
    stated : Sequence of str, optional
        Official code that each row carries, where the file has such a column.

    Returns
    -------
    dict
        Counts of :class:`geo.suspicion.Fits`, and ``said``: ``code`` and ``values`` of the suspicion, or None.
    """
    if grid is None or not drafts:
        return dict(counts)
    lon, lat = np.array([(draft.lon, draft.lat) for draft in drafts], dtype=np.float64).T
    given = name_of(drafts[0].crs)
    if given not in DATUMS:
        lon, lat = to_wgs84(lon, lat, given)
        given = "wgs84"
    codes = None
    if stated is not None:
        code_of = {plain(code): code for code in grid.codes}
        codes = [code_of.get(plain(one), "") for one in stated]
    before = Fits(**{name: value for name, value in counts.items() if name != "said"})
    fits = before + count_fits(lon, lat, grid.locator, codes, given=given)
    found = fits.suspicion()
    return {**asdict(fits), "said": {"code": found.code, "values": found.values} if found else None}
