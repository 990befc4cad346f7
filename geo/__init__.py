"""Questions about places: which cell holds a point, how far, in which datum, how dense.

Pure: numpy, pandas, geopandas, shapely and pyproj; no web, database, network, clock or prose.
"""

from geo.cells import Cells
from geo.locator import Locator
from geo.placement import Placement

__all__ = ["Cells", "Locator", "Placement"]
