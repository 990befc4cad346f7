"""Make the pixels of a layer.

Which pixels an edge touches is worked out column by column. What covers the centres is found by sweeping
along each row of them: every edge that the row crosses ends the cell on its western side and begins the
one on its eastern side, so a running total tells how many cells cover a spot and, when it is one, which.
"""

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray

from geo.edges import Edges
from geo.orientation import line_of, side_of
from geo.raster import CENTRE, OUTSIDE, SEVERAL, Frame, Mixed, Raster
from geo.runs import spread

__all__ = ["ONE", "Covering", "first_east", "rasterize", "sides_of_centres", "touches", "weight_of"]

MARGIN = 1e-6
"""Pixels; rounding moves a point by far less."""
NARROWEST = 1e-6
"""Degrees, 0.1 m: the side of a pixel is no less, so that rounding stays far below the margin."""
FEWEST_PIXELS, MOST_PIXELS, PIXELS_PER_EDGE = 1 << 12, 1 << 24, 64
CHUNK = 1 << 18
"""Edges looked at together, to bound memory."""
GOLDEN = 0.618_033_988_749_894_9
ONE = 1 << 32
"""Weight of a cell is this plus its number, so that a total tells both count and number."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Numbers = NDArray[np.int32]
Totals = NDArray[np.int64]
Covering = Callable[[Floats, Floats], tuple[Rows, Rows]]
"""From lon, lat to pairs of a point and a cell that covers it, ascending."""


def rasterize(edges: Edges, covering: Covering) -> Raster:
    """Make the raster of a layer.

    Parameters
    ----------
    edges : Edges
        Of valid cells.
    covering : callable
        Names the cells that cover spots where there are several; no such spot lies on an edge.

    Returns
    -------
    Raster
        Without blocks.
    """
    frame, pixel, pairs = _framed(edges)
    numbers, sets = _fill(edges, frame, covering)
    is_mixed = numbers <= SEVERAL
    is_mixed[pixel] = True
    mixed = np.flatnonzero(is_mixed)
    first = np.append(np.searchsorted(pixel, mixed), len(pixel)).astype(np.int32)
    label = numbers[mixed]
    numbers[mixed] = -2 - np.arange(len(mixed), dtype=np.int32)
    set_ends = np.cumsum([len(one) for one in sets], dtype=np.int32)
    set_cells = np.array([cell for one in sets for cell in one], dtype=np.int32)
    return Raster(frame, numbers, Mixed(mixed.astype(np.int32), first, label, pairs), set_ends, set_cells)


def weight_of(cell: Numbers) -> Totals:
    """Weigh cells: ``ONE + number``; nothing for nobody."""
    return np.where(cell < 0, 0, cell + np.int64(ONE))


def sides_of_centres(edges: Edges, edge: Numbers, lon: Floats, lat: Floats) -> NDArray[np.int8]:
    """Tell, pair by pair, on which side of an edge a centre lies; see :func:`side_of`."""
    parts = [np.empty(0, dtype=np.int8)]
    for start in range(0, len(edge), CHUNK):
        here = slice(start, start + CHUNK)
        parts.append(side_of(line_of(edges.ends[edge[here]]), lon[here], lat[here]))
    return np.concatenate(parts)


def touches(ends: Floats, columns: int, rows: int) -> tuple[Rows, Rows, Rows]:
    """Tell which pixels each edge touches.

    Parameters
    ----------
    ends : ndarray of float64, shape (n, 4)
        u, v, u, v of each edge in pixels.
    columns, rows : int
        Pixels along each axis; what lies beyond is left out.

    Returns
    -------
    edge, column, row : ndarray of intp, shape (m,)
        Every pixel that comes within :data:`MARGIN` of the edge, and now and then one more.
    """
    ends = np.where((ends[:, 0] <= ends[:, 2])[:, None], ends, ends[:, [2, 3, 0, 1]])
    u1, v1, u2, v2 = ends.T
    edge, column = spread(
        np.maximum(np.floor(u1 - MARGIN).astype(np.intp), 0),
        np.minimum(np.floor(u2 + MARGIN).astype(np.intp) + 1, columns),
    )
    u1, v1, du, dv = u1[edge], v1[edge], (u2 - u1)[edge], (v2 - v1)[edge]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        begin = np.where(du > 0, np.clip((column - MARGIN - u1) / du, 0.0, 1.0), 0.0)
        end = np.where(du > 0, np.clip((column + 1 + MARGIN - u1) / du, 0.0, 1.0), 1.0)
    at_begin, at_end = v1 + begin * dv, v1 + end * dv
    piece, row = spread(
        np.maximum(np.floor(np.minimum(at_begin, at_end) - MARGIN).astype(np.intp), 0),
        np.minimum(np.floor(np.maximum(at_begin, at_end) + MARGIN).astype(np.intp) + 1, rows),
    )
    return edge[piece], column[piece], row


def _framed(edges: Edges) -> tuple[Frame, Rows, Numbers]:
    """Lay the pixels so that no centre lies in line with an edge of its pixel; give the pixels with their pairs."""
    for shift in count():
        frame = _frame(edges, shift * GOLDEN % 0.5)  # never the same twice
        key = np.sort(np.concatenate([*_pixel_edge_keys(edges, frame), np.empty(0, np.int64)]))
        pixel, edge = key >> 32, (key & (ONE - 1)).astype(np.int32)
        side = sides_of_centres(edges, edge, *frame.centres(pixel % frame.columns, pixel // frame.columns))
        if side.all():
            break
    return frame, pixel, 2 * edge + (side > 0)


def _frame(edges: Edges, shift: float) -> Frame:
    """Choose the pixels: as many as the edges deserve, with an empty one all around."""
    if not len(edges.ends):
        return Frame(0.0, 0.0, 1.0, 1.0, 3, 3)
    low_lon, low_lat, high_lon, high_lat = line_of(edges.ends)  # upward, but east or west
    low = min(low_lon.min(), high_lon.min()), low_lat.min()
    high = max(low_lon.max(), high_lon.max()), high_lat.max()
    width, height = (max(float(b - a), NARROWEST) for a, b in zip(low, high, strict=True))
    wanted = min(max(PIXELS_PER_EDGE * len(edges.ends), FEWEST_PIXELS), MOST_PIXELS)
    side = max(float(np.sqrt(width * height / wanted)), NARROWEST)
    columns, rows = (int(np.clip(extent / side, 8, wanted // 8)) for extent in (width, height))
    per_lon, per_lat = columns / width, rows / height
    west, south = float(low[0]) - (1.1 + shift) / per_lon, float(low[1]) - (1.1 + shift) / per_lat
    return Frame(west, south, per_lon, per_lat, columns + 3, rows + 3)


def _pixel_edge_keys(edges: Edges, frame: Frame) -> Iterator[Totals]:
    """Give every pixel with every edge that touches it, as one number: pixel, then edge."""
    for start in range(0, len(edges.ends), CHUNK):
        ends = edges.ends[start : start + CHUNK]
        ends = (ends - [frame.west, frame.south] * 2) * ([frame.per_lon, frame.per_lat] * 2)
        edge, column, row = touches(ends, frame.columns, frame.rows)
        yield (row * frame.columns + column) << 32 | (edge + start)


def _fill(edges: Edges, frame: Frame, covering: Covering) -> tuple[Numbers, list[tuple[int, ...]]]:
    """Label every pixel by what covers its centre; sets of cells come as a list beside."""
    at, change = _crossings(edges, frame)
    order = np.argsort(at, kind="stable")
    at, total = at[order], np.cumsum(change[order])
    size = frame.rows * frame.columns
    length = np.diff(at, prepend=0, append=size)
    total = np.concatenate([[0], total])
    label = np.where(total == 0, OUTSIDE, total & (ONE - 1)).astype(np.int32)
    # A run of pixels of several cells, and no run of no pixels.
    several = np.flatnonzero((total >= 2 * ONE) & (length > 0))
    begin = np.concatenate([[0], at])[several]
    label[several], sets = _sets(covering, *frame.centres(begin % frame.columns, begin // frame.columns))
    return np.repeat(label, length), sets


def _sets(covering: Covering, lon: Floats, lat: Floats) -> tuple[Numbers, list[tuple[int, ...]]]:
    """Name the sets of cells that cover spots, and give each spot's label."""
    if not len(lon):
        return np.empty(0, dtype=np.int32), []
    point, cell = covering(lon, lat)
    found: dict[tuple[int, ...], int] = {}
    label = np.empty(len(lon), dtype=np.int32)
    for spot, cells in enumerate(np.split(cell, np.searchsorted(point, np.arange(1, len(lon))))):
        label[spot] = SEVERAL - found.setdefault(tuple(cells.tolist()), len(found))
    return label, list(found)


def _crossings(edges: Edges, frame: Frame) -> tuple[Rows, Totals]:
    """Find where edges cross the rows of centres.

    Returns
    -------
    at : ndarray of intp, shape (n,)
        The first pixel, in order of rows, whose centre lies east of the crossing.
    change : ndarray of int64, shape (n,)
        Weight that covers the spots east of it, less that west of it.
    """
    _, lat = frame.centres(np.zeros(frame.rows, dtype=np.intp), np.arange(frame.rows))
    weight = weight_of(edges.right) - weight_of(edges.left)
    parts: list[tuple[Rows, Totals]] = [(np.empty(0, np.intp), np.empty(0, np.int64))]
    for start in range(0, len(edges.ends), CHUNK):
        ends = edges.ends[start : start + CHUNK]
        # From the first row at or above the lower end up to the first at or above the upper one.
        edge, row = spread(np.searchsorted(lat, ends[:, 1]), np.searchsorted(lat, ends[:, 3]))
        column = first_east(ends[edge], row, lat[row], frame)
        parts.append((row * frame.columns + column, weight[start + edge]))
    at, change = (np.concatenate(column) for column in zip(*parts, strict=True))
    return at, change


def first_east(ends: Floats, row: Rows, lat: Floats, frame: Frame, scale: int = 1) -> Rows:
    """Find, exactly, the first column whose centre in a row lies east of an edge.

    Parameters
    ----------
    ends : ndarray of float64, shape (n, 4)
        Edges that cross the rows of centres.
    row : ndarray of intp, shape (n,)
        The row, of pixels ``scale`` times as small as the frame's.
    lat : ndarray of float64, shape (n,)
        Degrees, of the row's centres.
    frame : Frame
        Where the pixels lie.
    scale : int
        As said.

    Returns
    -------
    ndarray of intp, shape (n,)
        Columns of such pixels.
    """
    low_lon, low_lat, high_lon, high_lat = line_of(ends)
    lon = low_lon + (lat - low_lat) / (high_lat - low_lat) * (high_lon - low_lon)
    position = (lon - frame.west) * (frame.per_lon * scale) - CENTRE[0]
    column: Rows = np.floor(position).astype(np.intp) + 1
    doubtful = np.flatnonzero(np.abs(position - np.round(position)) < MARGIN)
    nearest = np.round(position[doubtful]).astype(np.intp)
    centre_lon, centre_lat = frame.centres(nearest, row[doubtful], scale)
    side = side_of(line_of(ends[doubtful]), centre_lon, centre_lat)
    column[doubtful] = nearest + (side >= 0)
    return column
