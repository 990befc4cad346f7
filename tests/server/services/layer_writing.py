"""Small layers written in every format."""

import json
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely

from server.errors import InputError
from server.services.layers import LayerOptions, read_layer

WRITTEN = {
    "cells.geojson": {"driver": "GeoJSON"},
    "cells.gpkg": {"driver": "GPKG"},
    "cells.fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
    "cells.kml": {"driver": "LIBKML"},
    "cells.shp": {"driver": "ESRI Shapefile", "encoding": "UTF-8"},
}


def cells(crs=4326, **columns):
    shapes = [shapely.box(117.0, 36.0, 117.1, 36.1), shapely.box(117.1, 36.0, 117.2, 36.1)]
    facts = {"code": ["0110", "0111"], "name": ["甲网格", "乙网格"], **columns}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=4326).to_crs(crs)


def write(path, frame=None, **options):
    pyogrio.write_dataframe(
        cells() if frame is None else frame, path, **{**WRITTEN.get(path.name, {}), **options}
    )
    return path


def write_json(path, *properties, crs=None, encoding="utf-8", **feature):
    ring = [[117.0, 36.0], [117.1, 36.0], [117.1, 36.1], [117.0, 36.0]]
    rows = [
        {
            "type": "Feature",
            "properties": one,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            **feature,
        }
        for one in properties
    ]
    whole = {"type": "FeatureCollection", "features": rows, **({"crs": crs} if crs else {})}
    path.write_bytes(json.dumps(whole, ensure_ascii=False).encode(encoding))
    return path


def zipped(path, *parts):
    with zipfile.ZipFile(path, "w") as packed:
        for part in parts:
            packed.write(part, f"图层/{part.name}")
    return path


def shapefile_parts(path):
    return [one for one in path.parent.iterdir() if one.stem == path.stem and one.suffix != ".zip"]


def refused(path, **said):
    with pytest.raises(InputError) as raised:
        read_layer(path, "cell", LayerOptions(**said))
    return raised.value
