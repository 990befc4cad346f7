"""Tables through a locator without pyarrow: the same answers, one row at a time. CSV and spreadsheets only."""

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from geo import Locator
from geo.systems import is_plane, name_of
from server.errors import InputError
from server.formats import safe_text
from server.services.imports.columns import Field, choose
from server.services.imports.tables import TABLE_SUFFIXES, Table, open_table
from server.services.points.asked import FIELDS, Asked, added_names, safe_number, table_columns, texts_of
from server.services.points.finding import CENTIMETRE, HOW_NAMES, Check, Checker, Finder, Found, Tally
from server.services.points.formats import suffix_of
from server.services.points.positions import number_or_nan

__all__ = ["write_plain"]

BATCH = 50_000


def write_plain(
    points: Path,
    out: tuple[Path, Path],
    locate: tuple[Locator, tuple[float, ...]],
    asked: Asked,
    told: Callable[[int, int], None],
) -> tuple[Tally, Check]:
    """Place a table.

    Parameters
    ----------
    points : Path
        CSV or spreadsheet.
    out : tuple of Path
        The file as the user named it, which must be CSV, and the file to write.
    locate : tuple
        The locator, and the bounds of all its cells.
    asked : Asked
        What is wanted.
    told : Callable[[int, int], None]
        Told how many of how many rows are done.

    Raises
    ------
    InputError
        ``points.bulk``: a format that needs pyarrow; as the readers of tables.
    """
    for path, known in ((points, TABLE_SUFFIXES), (out[0], (".csv",))):
        if suffix_of(path) not in known:
            raise InputError("points.bulk", file=path.name)
    table = open_table(points)
    names = table_columns(table)
    places = choose(table, FIELDS, {"lon": asked.lon, "lat": asked.lat})
    check_at = choose(table, [Field("check")], {"check": asked.check}).get("check")
    locator, bounds = locate
    crs = name_of(asked.crs or "wgs84")
    finder = Finder(locator, crs, asked.nearest_m)
    tally, checker = Tally(), Checker(finder)
    with out[1].open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(safe_text(name) for name in (*names, *added_names(names, asked)))
        for rows in _batches(table):
            x, y = (np.array([number_or_nan(row[places[axis]]) for row in rows]) for axis in ("lon", "lat"))
            found = finder.find(x, y)
            tally.add(found, x, y, None if is_plane(crs) else bounds)
            wanted = None
            if check_at is not None:
                stated, which = np.unique([row[check_at] for row in rows], return_inverse=True)
                wanted = checker.compare(stated.tolist(), which, found)
            checker.sample(x, y, found, wanted)
            for row, added in zip(rows, _added(found, locator, asked), strict=True):
                writer.writerow((*map(safe_number, row), *added))
            told(tally.rows, max(table.about, tally.rows))
    return tally, checker.check


def _batches(table: Table) -> Iterator[list[tuple[str, ...]]]:
    rows = table.rows()
    while several := [texts_of(row) for row in islice(rows, BATCH)]:
        yield several


def _added(found: Found, locator: Locator, asked: Asked) -> Iterator[tuple[str, ...]]:
    codes = np.append(locator.codes, "")[found.row].tolist()
    if not asked.is_explained:
        yield from ((code,) for code in codes)
        return
    distances = found.distance_m.round(CENTIMETRE).tolist()
    for code, how, metres in zip(codes, found.how.tolist(), distances, strict=True):
        yield code, HOW_NAMES[how], "" if np.isnan(metres) else str(metres).removesuffix(".0")
