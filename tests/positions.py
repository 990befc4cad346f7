"""One place as phones, maps and surveyors give it; by pyproj and the forward formulas, never by the ways back that are tested."""

from functools import cache

from pyproj import Transformer

from geo.baidu import bd09_to_bd09mc
from geo.datum import convert

SYSTEMS = ("wgs84", "gcj02", "bd09", "bd09mc", "cgcs2000", "EPSG:4490", "EPSG:4550", "EPSG:4529", "EPSG:3857")
KEPT = {"cgcs2000": "EPSG:4490"}
"""Under which name a system is kept, where that is another."""


def given_in(system, lon, lat):
    """Position of a WGS 84 place in a system."""
    if system == "bd09mc":
        return bd09_to_bd09mc(*convert(lon, lat, "wgs84", "bd09"))
    if system in ("wgs84", "gcj02", "bd09"):
        return convert(lon, lat, "wgs84", system)
    return _to(KEPT.get(system, system)).transform(lon, lat)


@cache
def _to(system):
    return Transformer.from_crs(4326, system, always_xy=True)
