"""Number and name the cells of the laid-out district, and bend them into the town's plane."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from server.demo.ground import bend
from server.demo.layout import Layout
from server.demo.names import ordinal
from server.demo.plan import DISTRICT_CODE, SUBDISTRICTS

__all__ = ["Plot", "number_plots", "reading_order"]


@dataclass(frozen=True, slots=True)
class Plot:
    """One cell before anything is built on it.

    Attributes
    ----------
    code : str
        15 digits: district 6, subdistrict 3, community 3, cell 3 (DB11/T 2157-2023).
    number : int
        1, 2, ... within its community.
    community, subdistrict : str
        Chinese names.
    character : str
        That of the subdistrict, see :class:`server.demo.plan.SubdistrictPlan`.
    flat : Polygon
        Metres of the flat plan.
    plane : Polygon
        Metres of the bent plane.
    """

    code: str
    number: int
    community: str
    subdistrict: str
    character: str
    flat: Polygon
    plane: Polygon

    @property
    def name(self) -> str:
        """Chinese name, e.g. ``"文峰社区第八网格"``."""
        return f"{self.community}第{ordinal(self.number)}网格"

    @property
    def community_code(self) -> str:
        """12 digits."""
        return self.code[:12]


def reading_order(pieces: NDArray[np.object_]) -> NDArray[np.intp]:
    """Order pieces from west to east, in bands from north to south (DB11/T 2157-2023, numbering of cells).

    Parameters
    ----------
    pieces : ndarray of Polygon, shape (n,)
        Metres, y north.

    Returns
    -------
    ndarray of int, shape (n,)
        Rows of ``pieces``, first the north-western one.
    """
    x, y = shapely.get_coordinates(shapely.centroid(pieces)).T
    band = 0.6 * float(np.sqrt(np.median(shapely.area(pieces))))
    order: list[int] = []
    left = list(np.argsort(-y, kind="stable"))
    while left:
        row = [piece for piece in left if y[left[0]] - y[piece] <= band]
        order += sorted(row, key=lambda piece: float(x[piece]))
        left = left[len(row) :]
    return np.array(order, dtype=np.intp)


def number_plots(layout: Layout) -> tuple[Plot, ...]:
    """Give every cell its code, number and name.

    Parameters
    ----------
    layout : Layout
        The flat plan.

    Returns
    -------
    tuple of Plot
        In the order of the codes.
    """
    plane = bend(layout.cells)
    plots: list[Plot] = []
    row = 0
    for place, subdistrict in enumerate(SUBDISTRICTS, start=1):
        rows = [np.flatnonzero(layout.community == row + i) for i in range(len(subdistrict.communities))]
        grounds = np.array([shapely.coverage_union_all(plane[members]) for members in rows])
        for seat, chosen in enumerate(reading_order(grounds), start=1):
            members, name = rows[chosen], subdistrict.communities[chosen].name
            for number, member in enumerate(members[reading_order(plane[members])], start=1):
                code = f"{DISTRICT_CODE}{place:03d}{seat:03d}{number:03d}"
                about = (name, subdistrict.name, subdistrict.character)
                plots.append(Plot(code, number, *about, layout.cells[member], plane[member]))
        row += len(subdistrict.communities)
    return tuple(plots)
