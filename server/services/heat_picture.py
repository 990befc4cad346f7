"""The heat as a picture: cells' borders and density, for what leaves the house; no words in it.

Drawn as for outsiders whoever asks: places within whose radius few issues lie stay blank.
"""

import io
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from sqlalchemy import or_, select

from geo.crs import WGS84, plane_crs, project, project_points
from geo.tiles import metres_per_pixel
from server.db import Tx
from server.errors import InputError
from server.models import Area, Boundary
from server.services import areas, heat
from server.services.filters import Bbox, Filters
from server.services.heat import Heat, Look
from server.services.heat.boxes import widened
from server.services.heat.ground import middle_of
from server.services.people import Actor
from server.services.statistics import Period

__all__ = ["COLOURS", "SIZES", "picture"]

SIZES = (64, 4_000)
RADIUS_PARTS = 25.0
"""The kernel's radius is this part of the picture's shorter side, within what a radius may be."""
MARGIN = 0.03
TWICE = 2
"""Drawn so many times larger, then made smaller: borders become smooth."""
COLOURS = {"--surface": "#fff", "--line-strong": "#c5ced3", "--ink-soft": "#52636c", "--map-ground": "#eef1f1",
           "--heat-0": "#fed976", "--heat-1": "#f03b20", "--heat-2": "#7a0177"}  # fmt: skip
"""As in css/tokens.css; a test compares."""
DEEPEST = 24
FAINTEST, DENSEST = 90.0, 215.0  # of 255
SHOWN = 0.01
"""Share of the largest value below which nothing is painted."""

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Outlines = NDArray[np.object_]


@dataclass(frozen=True)
class Frame:
    """Where the picture lies in the plane.

    Attributes
    ----------
    west, north : float
        Of its north-western corner, metres.
    metre : float
        Pixels to a metre.
    """

    west: float
    north: float
    metre: float

    def pixels(self, xy: Floats) -> Floats:
        """Tell where places of the plane lie, shape (n, 2): right and down."""
        return (xy - (self.west, self.north)) * (self.metre, -self.metre)


def picture(
    tx: Tx,
    actor: Actor,
    filters: Filters,
    period: Period | None,
    width_px: int = 1_200,
    height_px: int = 800,
    *,
    look: Look | None = None,
) -> bytes:
    """Draw the heat of a period over the cells of the area asked for.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what they may see.
    filters : Filters
        What is asked for; the area's cells are drawn, or all of the actor's without one. Their box is passed over.
    period : Period or None
        When issues were reported.
    width_px, height_px : int
        Of the picture, within :data:`SIZES`.
    look : Look, optional
        Radius, mode and slot; a radius fit for the size if not given.

    Returns
    -------
    bytes
        PNG; north is up. Without cells an empty ground.

    Raises
    ------
    InputError
        Unknown area, person or department in the filters; a size out of range.
    """
    for field, value in (("width_px", width_px), ("height_px", height_px)):
        if value < SIZES[0]:
            raise InputError("field.too_small", field=field, value=value, least=SIZES[0])
        if value > SIZES[1]:
            raise InputError("field.too_large", field=field, value=value, most=SIZES[1])
    shapes = _outlines(tx, actor, filters)
    if not len(shapes):
        return _png(Image.new("RGB", (width_px, height_px), COLOURS["--map-ground"]))
    middle = middle_of(tx)
    plane = plane_crs(*middle)
    drawn = project(shapes, WGS84, plane)
    frame = _framed(drawn, width_px, height_px)
    wanted = look or Look(_radius(min(width_px, height_px) / frame.metre))
    wanted = replace(wanted, zoom=_zoom(1.0 / frame.metre, middle[1]), outside=True)
    box = widened(_box(shapes), wanted.radius_m)
    found = heat.heat(tx, actor, replace(filters, bbox=box), period, wanted)
    size = (width_px, height_px)
    large = Frame(frame.west, frame.north, frame.metre * TWICE)
    ground = Image.new("RGB", (width_px * TWICE, height_px * TWICE), COLOURS["--map-ground"])
    _draw(ground, drawn, large, fill=COLOURS["--surface"])
    ground = ground.resize(size, Image.Resampling.BOX)
    if found.rows:
        painted = _painted(found, frame, size, plane)
        ground.paste(painted, (0, 0), painted)
    lines = Image.new("RGBA", (width_px * TWICE, height_px * TWICE), (0, 0, 0, 0))
    _draw(lines, drawn, large, line=COLOURS["--ink-soft"])
    lines = lines.resize(size, Image.Resampling.BOX)
    ground.paste(lines, (0, 0), lines)
    return _png(ground)


def _outlines(tx: Tx, actor: Actor, filters: Filters) -> Outlines:
    """Read the cells to draw, by path."""
    mine = or_(*(areas.below(path) for path in areas.visible_paths(actor)), Area.id == -1)
    query = (
        select(Boundary.geom)
        .join(Area, Area.id == Boundary.area_id)
        .where(Boundary.level == "cell", Boundary.last_grid_id.is_(None), mine)
        .order_by(Area.path)
    )
    if filters.area:
        query = query.where(areas.below(areas.path_of(tx, actor, filters.area)))
    return np.array(list(tx.session.scalars(query)), dtype=object)


def _box(shapes: Outlines) -> Bbox:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _framed(drawn: Outlines, width: int, height: int) -> Frame:
    """Lay the picture around outlines, with a little room."""
    west, south, east, north = shapely.total_bounds(drawn).tolist()
    room = 1.0 - 2.0 * MARGIN
    metre = min(width * room / max(east - west, 1.0), height * room / max(north - south, 1.0))
    return Frame(
        (west + east) / 2.0 - width / metre / 2.0, (south + north) / 2.0 + height / metre / 2.0, metre
    )


def _radius(short_m: float) -> float:
    least, most = heat.RADII
    return min(max(round(short_m / RADIUS_PARTS, -1), least), most)


def _zoom(pixel_m: float, lat: float) -> int:
    whole = metres_per_pixel(0, min(max(lat, -85.0), 85.0))
    return min(max(math.ceil(math.log2(whole / pixel_m)), 0), DEEPEST)


def _draw(image: Image.Image, drawn: Outlines, frame: Frame, *, fill: str = "", line: str = "") -> None:
    brush = ImageDraw.Draw(image)
    for ring in shapely.get_rings(shapely.get_parts(drawn)):
        spots = [tuple(spot) for spot in frame.pixels(shapely.get_coordinates(ring)).tolist()]
        if fill:
            brush.polygon(spots, fill=fill)
        if line:
            brush.line(spots, fill=line, width=TWICE)


def _painted(found: Heat, frame: Frame, size: tuple[int, int], plane: Any) -> Image.Image:  # noqa: ANN401 - a CRS
    """Paint values as colours, smoothly from square to square."""
    values = np.zeros((found.rows, found.columns), np.float32)
    values[found.row, found.column] = found.value
    lon, lat = np.transpose(found.corners)
    x, y = project_points(lon, lat, WGS84, plane)
    right, bottom = size
    across, down = found.columns / float(x.max() - x.min()), found.rows / float(y.max() - y.min())
    # Of each pixel of the picture: where it lies among the squares.
    fit = (
        across / frame.metre, 0.0, (frame.west - float(x.min())) * across,
        0.0, down / frame.metre, (float(y.max()) - frame.north) * down,
    )  # fmt: skip
    laid = Image.fromarray(values).transform(
        (right, bottom), Image.Transform.AFFINE, fit, Image.Resampling.BILINEAR
    )
    share = np.sqrt(np.clip(np.asarray(laid, np.float64) / max(found.most, 1e-300), 0.0, 1.0))
    stops = np.array([_rgb(COLOURS[f"--heat-{step}"]) for step in range(3)])
    at = (0.0, 0.5, 1.0)
    layers = [np.interp(share, at, stops[:, band]) for band in range(3)]
    alpha = np.where(share >= math.sqrt(SHOWN), FAINTEST + (DENSEST - FAINTEST) * share, 0.0)
    return Image.fromarray(np.stack([*layers, alpha], axis=-1).astype(np.uint8), "RGBA")


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
