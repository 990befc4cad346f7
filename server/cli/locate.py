"""``wangge locate``: points of a file into the cells of a layer, without any store."""

from pathlib import Path

import click
import geopandas as gpd

from geo import Cells, Locator
from geo.errors import CellsError
from geo.locator import NEAREST_M
from geo.validation import mend
from server.cli.located import say_summary
from server.cli.output import progress, say, whole_file
from server.cli.program import Command, Option
from server.errors import InputError
from server.services.layers import LayerOptions, read_layer
from server.services.points.asked import Asked
from server.services.points.finding import Check, Tally
from server.services.points.formats import has_arrow, reader_of, suffix_of, writer_of
from server.services.points.plain import write_plain
from server.words import sentence

__all__ = ["locate"]

NAMED = 10  # codes of mended cells that are told


def _options() -> list[click.Parameter]:
    path = click.Path(path_type=Path)
    return [
        click.Argument(["points"], type=path),
        Option(["--cells"], required=True, type=path, help="cli.locate.cells"),
        Option(["-o", "--out"], required=True, type=path, help="cli.locate.out"),
        Option(["--code"], metavar="COLUMN", help="cli.locate.code"),
        Option(["--cells-crs"], metavar="CRS", help="cli.locate.cells-crs"),
        Option(["--mend", "is_mended"], is_flag=True, help="cli.locate.mend"),
        Option(["--lon"], metavar="COLUMN", help="cli.locate.lon"),
        Option(["--lat"], metavar="COLUMN", help="cli.locate.lat"),
        Option(["--points-crs", "--crs", "crs"], metavar="CRS", help="cli.locate.points-crs"),
        Option(["--nearest-m"], type=float, default=NEAREST_M, show_default=True, help="cli.locate.nearest"),
        Option(["--check-column", "check"], metavar="COLUMN", help="cli.locate.check-column"),
        Option(["--explain", "is_explained"], is_flag=True, help="cli.locate.explain"),
        Option(["--workers"], type=click.IntRange(min=1), metavar="N", help="cli.locate.workers"),
        Option(["--dask"], metavar="ADDRESS", help="cli.locate.dask"),
        Option(["--json", "is_json"], is_flag=True, help="cli.locate.json"),
    ]


@click.command("locate", cls=Command, params=_options(), help="cli.locate")
def locate(
    points: Path,
    cells: Path,
    out: Path,
    code: str | None,
    cells_crs: str | None,
    is_mended: bool,
    lon: str | None,
    lat: str | None,
    crs: str | None,
    nearest_m: float,
    check: str | None,
    is_explained: bool,
    workers: int | None,
    dask: str | None,
    is_json: bool,
) -> None:
    """Add each point's cell to a file."""
    if workers is not None and dask is not None:
        raise click.UsageError(sentence("cli.locate.one_of"))
    if _is_read(out, points, cells):
        raise InputError("import.rejects_is_file", file=str(out))
    asked = Asked(lon, lat, crs, nearest_m, check, is_explained)
    grid = _Grid(cells, LayerOptions(code=code, crs=cells_crs), is_mended=is_mended, is_quiet=is_json)
    where = dask or workers
    tally, told = _write_parts(points, out, grid, asked, where) if where else _write(points, out, grid, asked)
    say_summary(tally, told, out=out, check=check, is_json=is_json)


def _is_read(out: Path, points: Path, cells: Path) -> bool:
    """Tell whether a file to write is one that is read, or would be one of a folder's parts."""
    target, source = out.resolve(), points.resolve()
    is_part = source.is_dir() and target.parent == source and suffix_of(out) == ".parquet"
    return is_part or target in (source, cells.resolve())


class _Grid:
    """The cells, read when everything else is found well."""

    def __init__(self, path: Path, said: LayerOptions, *, is_mended: bool, is_quiet: bool) -> None:
        self._path, self._said, self._is_mended, self._is_quiet = path, said, is_mended, is_quiet

    def read(self) -> tuple[Locator, Cells]:
        """Give the locator and the cells."""
        frame = read_layer(self._path, options=self._said).frame
        cells = Cells(self._mended(frame) if self._is_mended else frame)
        try:
            return Locator(cells), cells
        except CellsError as error:
            if error.code != "cells.invalid_rings":
                raise
            codes = "、".join(map(str, error.values["codes"]))
            count = error.values["count"]
            raise InputError("points.cells_broken", file=self._path.name, count=count, codes=codes) from error

    def _mended(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        better, changes = mend(frame)
        if changes and not self._is_quiet:
            codes = "、".join(one.area for one in changes[:NAMED])
            say("cli.locate.mended", count=len(changes), codes=codes)
        return better


def _write(points: Path, out: Path, grid: _Grid, asked: Asked) -> tuple[Tally, Check]:
    """Place all points in this process."""
    title = sentence("cli.locate.title", {"file": points.name})
    if not has_arrow():
        with whole_file(out) as draft, progress(title) as told:
            locator, cells = grid.read()
            return write_plain(points, (out, draft), (locator, cells.total_bounds), asked, told)
    from server.services.points.placing import plan_of, write_located  # noqa: PLC0415 - needs pyarrow

    reader, writer = reader_of(points), writer_of(out)
    with reader(points) as source:
        plan = plan_of(source, asked)
        locator, cells = grid.read()
        with whole_file(out) as draft, progress(title) as told:
            place = (writer, draft, out.stem)
            return write_located(source, plan, locator, cells.total_bounds, place, told)


def _write_parts(points: Path, out: Path, grid: _Grid, asked: Asked, where: int | str) -> tuple[Tally, Check]:
    """Place all points by workers, part by part; what is done already is not done again."""
    reader = reader_of(points)
    if not points.is_dir() and suffix_of(points) != ".parquet":
        raise InputError("points.not_parquet", file=points.name)
    from server.services.points import cluster, parts  # noqa: PLC0415 - needs pyarrow
    from server.services.points.placing import plan_of  # noqa: PLC0415 - needs pyarrow

    writer = writer_of(out) if out.suffix else None
    if writer is None and out.exists():
        raise InputError("file.not_regular", file=str(out))
    with reader(points) as source:
        plan = plan_of(source, asked)
    cells = parts.PackedCells.of(grid.read()[1])
    folder = out.with_name(f"{out.name}.parts")
    shop = parts.Workshop(folder, points, parts.parts_of(points), cells, asked)
    with progress(sentence("cli.locate.title", {"file": points.name})) as told:
        cluster.do_parts(shop.job, shop.missing(), cells, where, lambda: told(*shop.progress()))
    counted = shop.counted()
    if writer is None:
        shop.become(out)
        return counted
    with whole_file(out) as draft:
        shop.write(writer, draft, out.stem, plan)
    shop.remove()
    return counted
