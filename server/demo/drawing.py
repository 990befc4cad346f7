"""Draw the demonstration town as a ground map."""

from pathlib import Path

from server.demo.town import Town
from server.services.basemap import Ground, write_basemap

__all__ = ["ATTRIBUTION", "write_town_map"]

ATTRIBUTION = "虚构的示范区底图"
_MARGIN = (0.014, 0.011)  # degrees of lon and lat drawn around the district


def write_town_map(town: Town, path: Path) -> int:
    """Write the town's ground map.

    Parameters
    ----------
    town : Town
        What is drawn.
    path : Path
        PMTiles file, written whole or not at all; zooms 10 to 16.

    Returns
    -------
    int
        Its size in bytes, about half a million.
    """
    west, south, east, north = town.level("district").total_bounds.tolist()
    bounds = (west - _MARGIN[0], south - _MARGIN[1], east + _MARGIN[0], north + _MARGIN[1])
    ground = Ground(
        roads=town.roads.drop(columns="width_m"),
        buildings=town.buildings,
        landuse=town.landuse,
        water=town.waters,
        places=town.places,
        attribution=ATTRIBUTION,
    )
    return write_basemap(path, ground, bounds)
