"""A small town of square cells that tests draw and spoil."""

import geopandas as gpd
import shapely

from geo.validation import CodeScheme

LON, LAT = 117.0, 36.0
STEP = 0.003  # degrees, some 270 by 330 m
SIXTEEN = CodeScheme("cell15", ("district", "subdistrict", "community", "cell"), (6, 3, 3, 3))


def square(column, row, width=1.0, height=1.0):
    west, south = LON + column * STEP, LAT + row * STEP
    return shapely.box(west, south, west + width * STEP, south + height * STEP)


def layer(shapes, codes=None, crs=4326, **columns):
    named = codes or [f"{number:02d}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"code": named, **columns}, geometry=shapes, crs=crs)


def town(columns=4, rows=4):
    return [square(column, row) for column in range(columns) for row in range(rows)]


def codes_of(findings):
    return [one.code for one in findings]


def bow_tie(column=0, row=0):
    x, y = LON + column * STEP, LAT + row * STEP
    return shapely.Polygon([(x, y), (x + STEP, y + STEP), (x + STEP, y), (x, y + STEP)])
