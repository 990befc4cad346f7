"""Small files of points in every format, and reading them back; cells of a made-up town."""

import csv
import gzip
import json

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

WEST, SOUTH, SIDE = 122.01, 37.01, 0.01
ROWS = (  # number, position, the cell it lies in, how
    ("001", (122.015, 37.015), "A", "inside"),
    ("002", (122.025, 37.015), "B", "inside"),
    ("003", (122.02, 37.015), "A", "edge"),
    ("004", (122.0302, 37.015), "B", "nearest"),
    ("005", (122.5, 37.5), None, "outside"),
    ("006", None, None, "no_position"),
)
NUMBERS = [row[0] for row in ROWS]
CELLS = [row[2] for row in ROWS]
HOWS = [row[3] for row in ROWS]
SOURCES = ("csv", "csv.gz", "xlsx", "parquet", "geo.parquet", "geojson", "gpkg")
OUTS = ("csv", "csv.gz", "parquet", "geojson", "gpkg")


def write_cells(path, crs=4326, shapes=None):
    """Write two squares side by side, named in the order opposite to their codes."""
    boxes = shapes or [
        shapely.box(WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE) for i in (1, 0)
    ]
    frame = gpd.GeoDataFrame({"code": ["B", "A"], "name": ["乙", "甲"]}, geometry=boxes, crs=4326)
    frame.to_crs(crs).to_file(path, engine="pyogrio")
    return path


def points_frame(rows=ROWS):
    """Give the rows as a frame with a geometry; the remark is hard for tables."""
    shapes = [None if row[1] is None else shapely.Point(row[1]) for row in rows]
    facts = {"number": [row[0] for row in rows], "remark": ['他说："好",\n行' for _row in rows]}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=4326)


def table_frame(rows=ROWS):
    """Give the rows as a frame with columns lon and lat."""
    frame = pd.DataFrame(points_frame(rows).drop(columns="geometry"))
    frame["lon"] = [None if row[1] is None else row[1][0] for row in rows]
    frame["lat"] = [None if row[1] is None else row[1][1] for row in rows]
    return frame


def write_points(folder, form, rows=ROWS, name="points"):
    """Write the rows in a format; give the file."""
    path = folder / f"{name}.{form}"
    if form in ("csv", "csv.gz"):
        table_frame(rows).to_csv(path, index=False)
    elif form == "xlsx":
        table_frame(rows).to_excel(path, index=False)
    elif form == "parquet":
        table_frame(rows).to_parquet(path, index=False)
    elif form == "geo.parquet":
        points_frame(rows).to_parquet(path, index=False)
    else:
        points_frame(rows).to_file(path, engine="pyogrio")
    return path


def read_back(path):
    """Read a file of any format as a frame; blanks are None."""
    if path.name.endswith(".csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            frame = pd.DataFrame(list(csv.DictReader(file)))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            frame = pd.DataFrame(list(csv.DictReader(file)))
    elif path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    elif path.suffix == ".geojson":
        features = json.loads(path.read_text("utf-8"))["features"]
        frame = pd.DataFrame([one["properties"] for one in features])
        frame["geometry"] = [one["geometry"] for one in features]
    else:
        frame = pyogrio.read_dataframe(path)
    return frame.astype(object).where(frame.notna() & (frame != ""), None)
