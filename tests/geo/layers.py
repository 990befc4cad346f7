"""Small layers made on the spot, hard points on them, and answers without any index."""

import itertools

import numpy as np
import shapely

from geo import Cells
from geo.crs import distance_m

WEST, SOUTH = 122.0, 37.5


def cells_of(shapes):
    return Cells.from_arrays(list(shapes), ["" for _ in shapes], list(shapes.values()))


def square(column, row, size=0.01):
    return shapely.box(
        WEST + column * size, SOUTH + row * size, WEST + (column + 1) * size, SOUTH + (row + 1) * size
    )


def jagged_grid(columns, rows, seed, *, gap=False):
    """Cells whose shared borders are the same jagged lines; the codes' order is not the rows'."""
    random = np.random.default_rng(seed)
    corners = {
        (i, j): (
            WEST + (i + random.uniform(-0.3, 0.3)) * 0.01,
            SOUTH + (j + random.uniform(-0.3, 0.3)) * 0.01,
        )
        for i, j in itertools.product(range(columns + 1), range(rows + 1))
    }
    borders = {}

    def border(a, b):
        if (b, a) in borders:
            return borders[b, a][::-1]
        if (a, b) not in borders:
            steps = np.linspace(0, 1, 5)[1:-1, None]
            line = np.array(corners[a]) * (1 - steps) + np.array(corners[b]) * steps
            line += random.uniform(-0.0003, 0.0003, line.shape)
            borders[a, b] = [corners[a], *map(tuple, line), corners[b]]
        return borders[a, b]

    shapes = {}
    for i, j in itertools.product(range(columns), range(rows)):
        around = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
        ring = [spot for a, b in itertools.pairwise(around) for spot in border(a, b)[:-1]]
        shapes[str(random.integers(1_000)) + f"-{i}{j}"] = shapely.Polygon(ring)
    if gap:
        shapes.pop(next(iter(shapes)))
    return shapes


def random_points(cells, count, seed=1):
    west, south, east, north = cells.total_bounds
    margin = 0.05 * max(east - west, north - south)
    random = np.random.default_rng(seed)
    lon = random.uniform(max(west - margin, -180), min(east + margin, 180), count)
    return lon, random.uniform(max(south - margin, -90), min(north + margin, 90), count)


def adversarial_points(cells, most=20_000):
    """Vertices, middles of edges, both nudged by 1e-12 and by one ulp, and the corners of boxes."""
    rings = shapely.get_rings(shapely.get_parts(cells.geometry))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    spots = np.vstack([xy, (xy[pair] + xy[pair + 1]) / 2])
    spots = np.random.default_rng(7).permutation(spots)[: most // 8]
    nudges = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1]]) * 1e-12
    near = (spots[:, None, :] + nudges).reshape(-1, 2)
    ulps = np.vstack([np.nextafter(spots, np.inf), np.nextafter(spots, -np.inf)])
    lon, lat = np.vstack([near, ulps]).T
    return np.clip(lon, -180, 180), np.clip(lat, -90, 90)


def by_brute_force(cells, lon, lat):
    """Ask every cell about every point without any index; codes, empty for none."""
    points = shapely.points(lon, lat)
    answers = np.full(len(points), "", dtype=cells.codes.dtype)
    for code, shape in sorted(zip(cells.codes.tolist(), cells.geometry, strict=True), reverse=True):
        fresh = shapely.from_wkb(shapely.to_wkb(shape))
        answers[shapely.covers(fresh, points)] = code
    return answers


def true_distance_m(shape, lon, lat):
    """Search along each edge for its nearest spot by geodesic distance alone."""
    rings = shapely.get_rings(shapely.get_parts([shape]))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    begin, along = xy[pair], xy[pair + 1] - xy[pair]
    low, high = np.zeros(len(pair)), np.ones(len(pair))
    for _ in range(40):
        thirds = [low + (high - low) * share for share in (0.382, 0.618)]
        metres = [distance_m(lon, lat, *(begin + along * third[:, None]).T) for third in thirds]
        closer = metres[0] < metres[1]
        low, high = np.where(closer, low, thirds[0]), np.where(closer, thirds[1], high)
    return distance_m(lon, lat, *(begin + along * low[:, None]).T).min()


def codes_at(locator, lon, lat):
    row = locator.locate(lon, lat)
    return np.where(row < 0, "", locator.codes[row] if len(locator) else "")
