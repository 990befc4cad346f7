"""Points where a locator may go wrong, by kind, each as an array of (lon, lat)."""

import numpy as np
import shapely

STEP = 1e-12
AROUND = np.array([[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]])


def edges_of(cells):
    """Both ends of every edge of every ring."""
    rings = shapely.get_rings(shapely.get_parts(cells.geometry))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    return xy[pair], xy[pair + 1]


def frame_of(cells):
    """West, south, east, north of all cells and a margin; some box where there is none."""
    if not len(cells):
        return np.array([115.0, 39.0, 116.0, 40.0])
    west, south, east, north = cells.total_bounds
    margin = 0.05 * max(east - west, north - south)
    grown = np.array([west - margin, south - margin, east + margin, north + margin])
    return np.clip(grown, [-180, -90, -180, -90], [180, 90, 180, 90])


def random_in(cells, count, random):
    west, south, east, north = frame_of(cells)
    return random.uniform((west, south), (east, north), (count, 2))


def off_edges(begin, end, random):
    """A hair to the left and to the right of edges, at their middles and anywhere."""
    along = end - begin
    length = np.maximum(np.hypot(*along.T), 1e-300)[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / length * STEP
    share = np.where(np.arange(len(begin)) % 2, 0.5, random.random(len(begin)))[:, None]
    spots = begin + along * share
    return np.vstack([spots + normal, spots - normal])


def ulps(spots):
    """The eight neighbours of each spot among the doubles."""
    towards = np.where(AROUND == 0, spots[:, None, :], np.copysign(np.inf, AROUND))
    return np.nextafter(spots[:, None, :], towards).reshape(-1, 2)


def level_with(begin, end, cells, random):
    """As far north or as far east as some vertex, at random otherwise: rays would pass through it."""
    west, south, east, north = frame_of(cells)
    flat = np.column_stack([random.uniform(west, east, len(begin)), begin[:, 1]])
    upright = np.column_stack([end[:, 0], random.uniform(south, north, len(end))])
    mixed = np.column_stack([begin[:, 0], random.permutation(end[:, 1])])
    return np.vstack([flat, upright, mixed])


def lattices(cells, count, random):
    """Corners that a raster may have: halves and tenths of the bounds, round numbers, powers of two."""
    bounds = np.array(cells.total_bounds if len(cells) else frame_of(cells))
    anywhere = random_in(cells, count // 2, random)
    shares = [
        random.integers(0, parts + 1, (count // 20, 2)) / parts
        for parts in (2, 3, 10, 16, 100, 256, 1_000, 1_024, 4_096, 10_000)
    ]
    return np.vstack(
        [
            *(bounds[:2] + (bounds[2:] - bounds[:2]) * share for share in shares),
            *(np.round(anywhere[digits::12], digits) for digits in range(1, 7)),
            *(np.round(anywhere[power::12] * 8.0**power) / 8.0**power for power in range(6)),
        ]
    )


def corners(cells):
    """Corners of every cell's box, which its neighbours and indexes share."""
    west, south, east, north = cells.bounds.T
    return np.vstack(
        [np.column_stack(pair) for pair in ((west, south), (east, north), (west, north), (east, south))]
    )


def far_away(cells, count, random):
    """All over the globe, on the meridian of 180 degrees from both sides, at the poles, near zero."""
    globe = random.uniform((-180, -90), (180, 90), (count, 2))
    frame = random_in(cells, count, random)
    seam = [np.column_stack([np.full(count // 4, side), frame[: count // 4, 1]]) for side in (-180.0, 180.0)]
    pole = [np.column_stack([globe[: count // 4, 0], np.full(count // 4, side)]) for side in (-90.0, 90.0)]
    special = np.array([[x, y] for x in (-180, -0.0, 0.0, 5e-324, 180) for y in (-90, -0.0, 0.0, 5e-324, 90)])
    return np.vstack([globe[count // 2 :], *seam, *pole, special])


def hard_points(cells, count, seed=1):
    """Points by kind.

    Parameters
    ----------
    cells : Cells
        May be empty.
    count : int
        About how many of each kind; 0 takes every vertex and every edge.
    seed : int
        Of the choice.

    Returns
    -------
    dict of str to ndarray, shape (n, 2)
    """
    random = np.random.default_rng(seed)
    begin, end = edges_of(cells)
    if count and len(begin):
        taken = random.choice(len(begin), min(count, len(begin)), replace=False)
        begin, end = begin[taken], end[taken]
    few = np.s_[: max(1, len(begin) // 8)] if count else np.s_[:]
    share = random.random((len(begin), 1))
    along = begin + (end - begin) * share
    middle = (begin + end) / 2
    kinds = {
        "vertices": begin,
        "middles of edges": middle,
        "on edges, rounded": along,
        "1e-12 off edges": off_edges(begin, end, random),
        "ulps from vertices": ulps(begin[few]),
        "ulps from edges": ulps(np.vstack([middle, along])[few]),
        "level with vertices": level_with(begin, end, cells, random),
        "corners of boxes": corners(cells),
        "lattices": lattices(cells, count or 100_000, random),
        "all over the globe": far_away(cells, count or 100_000, random),
    }
    return {kind: np.clip(spots, (-180, -90), (180, 90)) for kind, spots in kinds.items()}


def on_pixels(cells, frame, count, seed=1):
    """Where a locator's own pixels begin, have their centre, or are crossed by an edge, and one ulp off.

    Parameters
    ----------
    cells : Cells
    frame : geo.raster.Frame
        The pixels; smaller ones divide them by powers of eight.
    count : int
        About how many edges to visit.
    seed : int
        Of the choice.

    Returns
    -------
    ndarray, shape (n, 2)
    """
    random = np.random.default_rng(seed)
    begin, end = edges_of(cells)
    taken = random.integers(0, len(begin), count if len(begin) else 0)
    spots = begin[taken] + (end[taken] - begin[taken]) * random.random((len(taken), 1))
    found = [np.empty((0, 2))]
    for scale in (1, 8, 64, 512):
        column, row = frame.pixels(spots[:, 0].copy(), spots[:, 1].copy(), scale)
        column, row = (one + random.integers(0, 2, len(spots)) for one in (column, row))
        west = frame.west + column / (frame.per_lon * scale)
        south = frame.south + row / (frame.per_lat * scale)
        centres = np.column_stack(frame.centres(column, row, scale))
        crossings = np.column_stack([west, spots[:, 1]]), np.column_stack([spots[:, 0], south])
        level = np.column_stack([centres[:, 0], spots[:, 1]]), np.column_stack([spots[:, 0], centres[:, 1]])
        exact = np.vstack([np.column_stack([west, south]), centres, *crossings, *level])
        found += [exact, ulps(exact[:: len(AROUND)])]
    return np.clip(np.vstack(found), (-180, -90), (180, 90))
