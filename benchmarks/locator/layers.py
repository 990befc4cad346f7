"""The layers measured, and points over each."""

from dataclasses import dataclass

import numpy as np
import shapely

from benchmarks.locator.peers import Floats
from geo import Cells
from tests.geo.made_layers import layer
from tests.geo.subdivision import jagged_cells

SIZES = (77, 343, 10_000, 100_000)
NAMES = {77: "Chicago community areas", 343: "Beijing subdistricts"}
SEED = 20_260


@dataclass(frozen=True)
class Layer:
    """Cells and what to call them."""

    name: str
    cells: Cells

    @property
    def edges(self) -> int:
        """How many edges all rings have."""
        rings = shapely.get_rings(shapely.get_parts(self.cells.geometry))
        return int(shapely.get_num_coordinates(rings).sum() - len(rings))


def layer_of(size: int) -> Layer:
    """Take a real layer where one has that size, else make one with jagged shared borders."""
    if size == 77:
        return Layer(NAMES[size], layer("chicago"))
    if size == 343:
        return Layer(NAMES[size], layer("beijing"))
    return Layer("jagged subdivision, 60 vertices a cell", jagged_cells(size))


def points_over(cells: Cells, count: int) -> tuple[Floats, Floats]:
    """Uniform over the layer's box, outside the cells too."""
    west, south, east, north = cells.total_bounds
    random = np.random.default_rng(SEED)
    return random.uniform(west, east, count), random.uniform(south, north, count)
