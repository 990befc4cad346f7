"""``wangge locate``: points of a table into the cells of a layer, without any store."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click
import numpy as np

from geo import Cells, Locator
from geo.datum import DATUMS, convert
from geo.locator import NEAREST_M
from server.cli.output import say, whole_file
from server.cli.program import Command, Option
from server.errors import InputError
from server.formats import safe_text
from server.services.imports.columns import Field, choose
from server.services.imports.tables import Row, open_table, text_of
from server.services.imports.values import number
from server.services.layers import LayerOptions, read_layer
from server.words import how_name

__all__ = ["locate"]

FIELDS = (
    Field("lon", ("lon", "lng", "longitude", "经度", "x坐标", "x"), is_needed=True),
    Field("lat", ("lat", "latitude", "纬度", "y坐标", "y"), is_needed=True),
)
ADDED = ("cell", "how", "distance_m")
BATCH = 50_000
NO_POSITION = "no_position"


@click.command("locate", cls=Command, help="cli.locate")
@click.argument("points", type=click.Path(path_type=Path))
@click.option("--cells", required=True, type=click.Path(path_type=Path), cls=Option, help="cli.locate.cells")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), cls=Option, help="cli.locate.out"
)
@click.option("--lon", metavar="COLUMN", cls=Option, help="cli.issues.lon")
@click.option("--lat", metavar="COLUMN", cls=Option, help="cli.issues.lat")
@click.option("--crs", type=click.Choice(DATUMS), default="wgs84", cls=Option, help="cli.issues.crs")
@click.option("--code", metavar="COLUMN", cls=Option, help="cli.locate.code")
@click.option("--cells-crs", metavar="CRS", cls=Option, help="cli.locate.cells-crs")
@click.option(
    "--nearest-m", type=float, default=NEAREST_M, show_default=True, cls=Option, help="cli.locate.nearest"
)
def locate(
    points: Path,
    cells: Path,
    out: Path,
    lon: str | None,
    lat: str | None,
    crs: str,
    code: str | None,
    cells_crs: str | None,
    nearest_m: float,
) -> None:
    """Add each point's cell to a table."""
    table = open_table(points)
    places = choose(table, FIELDS, {"lon": lon, "lat": lat})
    if out.resolve() in (points.resolve(), cells.resolve()):
        raise InputError("import.rejects_is_file", file=str(out))
    locator = Locator(Cells(read_layer(cells, options=LayerOptions(code=code, crs=cells_crs)).frame))
    counts: Counter[str] = Counter()
    with whole_file(out) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*table.columns, *ADDED))
        for row, added in _located(table.rows(), locator, (places["lon"], places["lat"]), crs, nearest_m):
            counts[str(added[1])] += 1
            writer.writerow((*(_shown(text_of(cell)) for cell in row.cells), *added))
    for how, count in counts.most_common():
        if how == NO_POSITION:
            say("cli.locate.no_position", count=count)
        else:
            say("cli.issues.how", how=how_name(how), count=count)
    say("cli.locate.done", count=sum(counts.values()), file=str(out))


def _located(
    rows: Iterator[Row], locator: Locator, columns: tuple[int, int], crs: str, nearest_m: float
) -> Iterator[tuple[Row, tuple[str, str, str]]]:
    """Answer rows in batches: cell, how, distance; a row without a usable position says so."""
    while several := list(islice(rows, BATCH)):
        found = [_position(row, columns) for row in several]
        lon = np.array([one[0] for one in found])
        lat = np.array([one[1] for one in found])
        usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # false for NaN
        x, y = (
            convert(lon[usable], lat[usable], crs, "wgs84") if crs != "wgs84" else (lon[usable], lat[usable])
        )
        placed = locator.place(x, y, nearest_m=nearest_m)
        at = iter(zip(placed.row.tolist(), placed.how.tolist(), placed.distance_m.tolist(), strict=True))
        for row, is_usable in zip(several, usable.tolist(), strict=True):
            if not is_usable:
                yield row, ("", NO_POSITION, "")
                continue
            cell, how, distance = next(at)
            yield row, (str(locator.codes[cell]), how, f"{distance:.2f}") if cell >= 0 else ("", how, "")


def _position(row: Row, columns: tuple[int, int]) -> tuple[float, float]:
    if row.fault:
        raise row.fault
    try:
        lon, lat = (
            number(row.cells[column], name) for column, name in zip(columns, ("lon", "lat"), strict=True)
        )
    except InputError:
        return np.nan, np.nan
    return (np.nan, np.nan) if lon is None or lat is None else (lon, lat)


def _shown(said: str) -> str:
    """Guard text that a spreadsheet would take for a formula; a number may well be negative."""
    try:
        float(said)
    except ValueError:
        return safe_text(said)
    return said
