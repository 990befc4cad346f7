"""The whole demonstration town: one call, one seed, always the same ground.

The district, its people and its issues are invented; only the names of its subdistricts and communities are
those of the places the project was conceived for. It reads and writes nothing.
"""

import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from server.demo.compounds import group_compounds
from server.demo.frames import (
    area_frame,
    building_frame,
    compound_frame,
    landuse_frame,
    place_frame,
    road_frame,
    water_frame,
)
from server.demo.homes import build_homes
from server.demo.layout import lay_out
from server.demo.parcels import build_parcels
from server.demo.plan import COUNTRY_ROADS
from server.demo.plots import number_plots
from server.demo.streets import build_streets, build_waters
from server.demo.subdivide import ARTERIAL, Cut

__all__ = ["SEED", "Town", "build_town"]

SEED = 2


@dataclass(frozen=True, slots=True)
class Town:
    """The demonstration town; every frame is in WGS 84 (EPSG:4326).

    Attributes
    ----------
    areas : GeoDataFrame
        ``code, name, level, parent, households, population, kind``: the district, then subdistricts,
        communities and cells, each level in the order of the codes. An area is the union of its children.
    roads : GeoDataFrame
        ``name, kind, kind_detail, width_m``; lines; nameless ones are lanes inside a cell.
    compounds : GeoDataFrame
        ``name, use, style, community, cells``; polygons of compounds, schools, markets, parks ...
    buildings : GeoDataFrame
        ``address, compound, number, use, style, entrances, floors, households, cell``; footprints.
    waters, landuse, places : GeoDataFrame
        What the basemap draws besides: ``name, kind`` (of places also ``min_zoom``).
    """

    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    waters: gpd.GeoDataFrame
    landuse: gpd.GeoDataFrame
    places: gpd.GeoDataFrame

    def level(self, level: str) -> gpd.GeoDataFrame:
        """Areas of one level (district, subdistrict, community or cell), in the order of the codes."""
        return self.areas[self.areas["level"] == level].reset_index(drop=True)

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Areas of the level cell."""
        return self.level("cell")

    def digest(self) -> str:
        """SHA-256 over every table and geometry: equal towns, equal digests."""
        total = hashlib.sha256()
        for name in ("areas", "roads", "compounds", "buildings", "waters", "landuse", "places"):
            frame = getattr(self, name)
            total.update(frame.drop(columns="geometry").to_json(orient="split").encode())
            for wkb in shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1):
                total.update(wkb)
        return total.hexdigest()


def build_town(seed: int = SEED) -> Town:
    """Build the demonstration town.

    Parameters
    ----------
    seed : int
        Equal seeds give equal towns, to the last coordinate. Any seed gives a town; the default one was
        looked at.

    Returns
    -------
    Town
        In a few seconds.
    """
    rng = np.random.default_rng(seed)
    layout = lay_out(rng)
    plots = number_plots(layout)
    district = shapely.coverage_union_all([plot.plane for plot in plots])
    waters = build_waters(district)
    country = (Cut(line, ARTERIAL) for line in COUNTRY_ROADS)
    streets = build_streets((*layout.cuts, *country), waters)
    parcels, lanes = build_parcels(plots, streets, waters, rng)
    compounds = group_compounds(parcels, plots, rng)
    homes = build_homes(compounds, parcels, plots, rng)
    return Town(
        areas=area_frame(plots, homes, parcels, rng),
        roads=road_frame((*streets, *lanes)),
        compounds=compound_frame(compounds, parcels, plots),
        buildings=building_frame(homes, compounds, parcels, plots),
        waters=water_frame(waters, compounds, parcels, plots),
        landuse=landuse_frame(waters, compounds, parcels),
        places=place_frame(plots, compounds, parcels),
    )
