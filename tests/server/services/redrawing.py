"""The small town's cells drawn anew, and brought in as a new grid."""

import shapely

from server.services.grids import CellsOptions, import_cells
from server.services.people import system_actor
from tests.personas import AREAS, SIDE
from tests.server.services.grid_drawing import layer

FIRST, SECOND, THIRD, EIGHTH = (f"99010100100100{number}" for number in (1, 2, 3, 8))
TIANLONG, DONGMEN = "990101001002001", "990101002001001"


def squares():
    """The cells as the town was built, by code."""
    cells = {code: corner for code, level, _name, _parent, corner in AREAS if level == "cell"}
    return {
        code: shapely.box(west, south, west + SIDE, south + SIDE) for code, (west, south) in cells.items()
    }


def redraw(store, **changes):
    """Bring the town's cells in with other outlines, by the last digits of their codes; None retires one."""
    shapes = squares()
    for ending, shape in changes.items():
        code = next(one for one in shapes if one.endswith(ending.removeprefix("c")))
        shapes[code] = shape
    kept = {code: shape for code, shape in shapes.items() if shape is not None}
    facts = {code: (name, parent) for code, _level, name, parent, _corner in AREAS}
    names, parents = zip(*(facts[code] for code in kept), strict=True)
    given = layer(list(kept), list(kept.values()), name=list(names), parent=list(parents))
    with store.write() as tx:
        return import_cells(tx, given, CellsOptions(root="990101"), system_actor())
