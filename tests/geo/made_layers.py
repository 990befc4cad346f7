"""Layers made to be hard for a locator, and the real ones, each by its name."""

import functools
import itertools

import geopandas as gpd
import numpy as np
import shapely

from geo import Cells
from geo.validation import mend
from server.demo.town import build_town
from tests.conftest import SHARED
from tests.geo.subdivision import jagged_cells


def named(shapes, seed=1):
    """Cells with codes in another order than the rows."""
    numbers = np.random.default_rng(seed).permutation(len(shapes))
    codes = [f"{number * 3 + 1}" for number in numbers.tolist()]
    return Cells.from_arrays(codes, codes, np.asarray(shapes, dtype=object))


def read(name):
    frame = gpd.read_file(SHARED / f"{name}.geojson").rename(columns={"id": "code"})
    return Cells(frame.assign(name=frame["code"]))


def counties():
    """County polygons after mending: what is left of their overlaps and gaps is as published."""
    frame = gpd.read_file(SHARED / "counties_as_published.geojson").rename(columns={"id": "code"})
    mended, _ = mend(frame)
    return Cells(mended.assign(name=""))


def islands():
    """Some 400 cells thrown together into eleven: multipolygons, islands, holes, rings that touch."""
    parts = jagged_cells(400, vertices=24, drop_every=13).geometry
    owner = np.random.default_rng(4).integers(0, 11, len(parts))
    return named([shapely.coverage_union_all(parts[owner == one]) for one in range(11)])


def sizes():
    """One cell of five degrees, and in its hole 2,500 of ten metres."""
    small = jagged_cells(2_500, vertices=12, bounds=(115.0, 38.0, 115.005, 38.005)).geometry
    hole = shapely.box(114.999, 37.999, 115.006, 38.006)
    return named([shapely.box(112.5, 36.0, 117.5, 41.0).difference(hole), *small])


def junctions():
    """Long slanted borders whose other side has vertices that the line itself has not."""
    random = np.random.default_rng(8)
    north = np.array([0.0, 0.03])
    shapes = []
    for row in range(12):
        low, high = np.array([121.0, 31.0 + row * 0.07]), np.array([121.6, 31.013 + row * 0.07])
        shares = np.sort(random.uniform(0.02, 0.98, 9))
        line = [low, *(low + (high - low) * share for share in shares), high]
        shapes.append(_quadrangle(low, high, north))
        shapes += [_quadrangle(one, two, -north) for one, two in itertools.pairwise(line)]
    return named(shapes)


def slivers():
    """Long cells from a thousandth of a degree down to two ulps thin, each beside a broad one."""
    shapes = []
    for column, width in enumerate([*10.0 ** -np.arange(3, 14), 2.9e-14]):
        foot = np.array([100.0 + column * 0.03, 30.0])
        head = foot + np.array([0.013, 1 + 1 / 3])
        thin, broad = np.array([width, 0.0]), np.array([0.01, 0.0])
        shapes += [_quadrangle(foot, head, thin), _quadrangle(foot + thin, head + thin, broad)]
    return named([shape for shape in shapes if shape.is_valid and shape.area > 0])


def _quadrangle(begin, end, aside):
    return shapely.Polygon([begin, end, end + aside, begin + aside])


def antimeridian():
    """A subdivision across 180 degrees, each cell split there."""
    whole = jagged_cells(150, vertices=20, bounds=(-2.0, -18.0, 2.0, -15.0)).geometry
    halves = [
        shapely.transform(shapely.intersection(whole, shapely.box(west, -20, west + 10, -10)), shift)
        for west, shift in (
            (-10, lambda xy: xy + np.array([180.0, 0.0])),
            (0, lambda xy: xy - np.array([180.0, 0.0])),
        )
    ]
    shapes = []
    for pair in zip(*halves, strict=True):
        parts = [part for part in shapely.get_parts(pair) if part.geom_type == "Polygon" and part.area]
        shapes.append(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))
    return named(shapes)


def poles():
    """Two caps in sectors, a band, and a cell that ends at 180 degrees from one side only."""
    caps = [
        shapely.box(west, south, west + 60, south + 1) for west in range(-180, 180, 60) for south in (-90, 89)
    ]
    return named([*caps, shapely.box(-180, -1, 180, 1), shapely.box(170, 10, 180, 20)])


REAL = ("chicago", "wards_2003", "wards_2015", "beijing", "counties")
LAYERS = {
    "chicago": lambda: read("chicago_community_areas"),
    "wards_2003": lambda: read("chicago_wards_2003"),
    "wards_2015": lambda: read("chicago_wards_2015"),
    "beijing": lambda: read("beijing_subdistricts"),
    "counties": counties,
    "town": lambda: Cells(build_town().cells),
    "jagged": lambda: jagged_cells(343),
    "gaps": lambda: jagged_cells(343, drop_every=7),
    "overlaps": lambda: jagged_cells(343, grow_every=5),
    "islands": islands,
    "sizes": sizes,
    "junctions": junctions,
    "slivers": slivers,
    "antimeridian": antimeridian,
    "poles": poles,
    "one": lambda: jagged_cells(1),
    "none": lambda: jagged_cells(0),
}
LARGE = {"jagged_10000": lambda: jagged_cells(10_000), "jagged_100000": lambda: jagged_cells(100_000)}
"""Asked by the long runs only."""


@functools.cache
def layer(name):
    """Make a layer once; nobody changes it."""
    return (LAYERS | LARGE)[name]()
