"""Turn the town's parts into tables in WGS 84."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from server.demo.compounds import Compound
from server.demo.ground import bend, to_lonlat
from server.demo.homes import Home
from server.demo.parcels import Parcel, Use
from server.demo.plan import DISTRICT_CODE, DISTRICT_NAME, LAKE_COMMUNITY, WOODS
from server.demo.plots import Plot
from server.demo.streets import HALF_WIDTH, Street, Waters

__all__ = [
    "area_frame",
    "building_frame",
    "compound_frame",
    "landuse_frame",
    "place_frame",
    "road_frame",
    "water_frame",
]

_ROADS = (
    ("major_road", "primary"),
    ("major_road", "secondary"),
    ("minor_road", "residential"),
    ("path", "service"),
)
_LANDUSE = {
    Use.RESIDENTIAL: "residential",
    Use.SCHOOL: "school",
    Use.KINDERGARTEN: "school",
    Use.MARKET: "commercial",
    Use.PARK: "park",
    Use.HOSPITAL: "hospital",
    Use.FACTORY: "industrial",
    Use.OFFICE: "pedestrian",
}
_LEVELS = (("district", 6), ("subdistrict", 9), ("community", 12), ("cell", 15))


def _frame(rows: Sequence[dict[str, Any]], geometry: Sequence[object]) -> gpd.GeoDataFrame:
    lonlat = to_lonlat(np.array(list(geometry), dtype=object))
    return gpd.GeoDataFrame(pd.DataFrame(list(rows)), geometry=lonlat, crs=4326)


def area_frame(
    plots: Sequence[Plot], homes: Sequence[Home], parcels: Sequence[Parcel], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Tabulate the area tree; see :class:`server.demo.town.Town`."""
    ground = to_lonlat(np.array([plot.plane for plot in plots], dtype=object))
    households = np.zeros(len(plots), dtype=int)
    for home in homes:
        households[parcels[home.footprint.parcel].plot] += home.households
    people = np.round(households * rng.uniform(2.3, 2.9, len(plots))).astype(int)
    names = {DISTRICT_CODE: DISTRICT_NAME}
    for plot in plots:
        names |= {plot.code[:9]: plot.subdistrict, plot.code[:12]: plot.community, plot.code: plot.name}
    rows, shapes = [], []
    for level, digits in _LEVELS:
        codes = np.array([plot.code[:digits] for plot in plots])
        for code in np.unique(codes):
            inside = codes == code
            rows.append(
                {
                    "code": str(code),
                    "name": names[str(code)],
                    "level": level,
                    "parent": str(code)[: max(0, digits - 3)] if digits > 6 else "",
                    "households": int(households[inside].sum()),
                    "population": int(people[inside].sum()),
                    "kind": next(plot.character for plot in plots if plot.code.startswith(str(code))),
                }
            )
            shapes.append(shapely.coverage_union_all(ground[inside]))
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=4326)


def road_frame(streets: Sequence[Street]) -> gpd.GeoDataFrame:
    """Tabulate the roads; ``kind`` and ``kind_detail`` are those of the Protomaps basemap schema."""
    rows = [
        {
            "name": street.name,
            "kind": _ROADS[street.rank][0],
            "kind_detail": _ROADS[street.rank][1],
            "width_m": 2.0 * HALF_WIDTH[street.rank],
        }
        for street in streets
    ]
    return _frame(rows, [street.line for street in streets])


def compound_frame(
    compounds: Sequence[Compound], parcels: Sequence[Parcel], plots: Sequence[Plot]
) -> gpd.GeoDataFrame:
    """Tabulate the compounds and other places."""
    rows = [
        {
            "name": compound.name,
            "use": str(compound.use),
            "style": compound.style,
            "community": plots[parcels[compound.parcels[0]].plot].community_code,
            "cells": " ".join(sorted({plots[parcels[row].plot].code for row in compound.parcels})),
        }
        for compound in compounds
    ]
    return _frame(rows, [_ground(compound, parcels) for compound in compounds])


def _ground(compound: Compound, parcels: Sequence[Parcel]) -> shapely.Geometry:
    grounds = [parcels[row].ground for row in compound.parcels]
    return grounds[0] if len(grounds) == 1 else shapely.multipolygons(grounds)


def building_frame(
    homes: Sequence[Home], compounds: Sequence[Compound], parcels: Sequence[Parcel], plots: Sequence[Plot]
) -> gpd.GeoDataFrame:
    """Tabulate the buildings."""
    rows = []
    for home in homes:
        compound = compounds[home.compound]
        plot = plots[parcels[home.footprint.parcel].plot]
        unit = "号" if compound.style == "court" else "幢" if compound.use is Use.RESIDENTIAL else "号楼"
        place = compound.name.removeprefix(plot.community)
        rows.append(
            {
                "address": f"{plot.community}{place}{home.number}{unit}",
                "compound": compound.name,
                "number": home.number,
                "use": str(compound.use),
                "style": compound.style,
                "entrances": home.footprint.entrances,
                "floors": home.floors,
                "households": home.households,
                "cell": plot.code,
            }
        )
    return _frame(rows, [home.footprint.outline for home in homes])


def water_frame(
    waters: Waters, compounds: Sequence[Compound], parcels: Sequence[Parcel], plots: Sequence[Plot]
) -> gpd.GeoDataFrame:
    """Tabulate river, sea and lake."""
    parks = [
        parcels[row].ground
        for compound in compounds
        if compound.use is Use.PARK
        for row in compound.parcels
        if plots[parcels[row].plot].community == LAKE_COMMUNITY
    ]
    rows = [{"name": "西苑河", "kind": "river"}, {"name": "少海湾", "kind": "ocean"}]
    shapes = [waters.river, waters.sea]
    if parks:
        shore = shapely.buffer(max(parks, key=lambda park: park.area), -42.0)
        rows.append({"name": "锦秋湖", "kind": "lake"})
        shapes.append(shapely.buffer(shore, 26.0))
    return _frame(rows, shapes)


def landuse_frame(
    waters: Waters, compounds: Sequence[Compound], parcels: Sequence[Parcel]
) -> gpd.GeoDataFrame:
    """Tabulate land use in the kinds of the Protomaps basemap schema, the widest first."""
    rows = [{"name": "", "kind": "wood"} for _ in WOODS] + [{"name": "滨河绿带", "kind": "park"}]
    shapes = [*bend(shapely.segmentize(np.array(WOODS, dtype=object), 60.0))]
    shapes.append(shapely.difference(waters.bank, shapely.union(waters.river, waters.sea)))
    for compound in compounds:
        rows.append({"name": compound.name, "kind": _LANDUSE[compound.use]})
        shapes.append(_ground(compound, parcels))
    return _frame(rows, shapes)


def place_frame(
    plots: Sequence[Plot], compounds: Sequence[Compound], parcels: Sequence[Parcel]
) -> gpd.GeoDataFrame:
    """Tabulate points to be labelled: subdistricts, communities and compounds."""
    rows, points = [], []
    for attribute, digits, zoom in (("subdistrict", 9, 11), ("community", 12, 13)):
        for code in sorted({plot.code[:digits] for plot in plots}):
            members = [plot for plot in plots if plot.code.startswith(code)]
            ground = shapely.coverage_union_all([plot.plane for plot in members])
            rows.append({"name": getattr(members[0], attribute), "kind": attribute, "min_zoom": zoom})
            points.append(shapely.point_on_surface(ground))
    for compound in compounds:
        rows.append({"name": compound.name, "kind": str(compound.use), "min_zoom": 15})
        points.append(shapely.point_on_surface(max(_parts(compound, parcels), key=lambda part: part.area)))
    return _frame(rows, points)


def _parts(compound: Compound, parcels: Sequence[Parcel]) -> list[shapely.Polygon]:
    return [parcels[row].ground for row in compound.parcels]
