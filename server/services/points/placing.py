"""A file of points through a locator, batch by batch: reading, placing and writing each in their own thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo import Locator
from geo.crs import is_wgs84, parse_crs, short_name
from geo.datum import DATUMS
from geo.systems import is_plane, name_of
from server.errors import InputError
from server.services.imports.columns import Field, choose
from server.services.points.ahead import ahead
from server.services.points.asked import FIELDS, Asked, added_names
from server.services.points.columns import Floats, floats, points_of
from server.services.points.finding import CENTIMETRE, HOW_NAMES, Check, Checker, Finder, Found, Tally
from server.services.points.formats import Located, Shape, Source, Writer

__all__ = ["Plan", "declared_or_given", "plan_of", "write_located"]


@dataclass(frozen=True)
class Plan:
    """How the batches of one file are placed.

    Attributes
    ----------
    asked : Asked
        As given.
    crs : str or pyproj.CRS
        Of the coordinates.
    shape : Shape or None
        Where they stand; None: in two columns.
    axes : tuple of str
        Names of the two columns; empty with a shape.
    check : str or None
        Name of the column that states the cell.
    schema : pyarrow.Schema
        Of what is written: all columns of the file, then the added ones.
    """

    asked: Asked
    crs: Any
    shape: Shape | None
    axes: tuple[str, ...]
    check: str | None
    schema: pa.Schema

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the added columns."""
        return tuple(self.schema.names[-3 if self.asked.is_explained else -1 :])

    def position(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        """Read the coordinates of a batch; NaN where there are none."""
        if self.shape is not None:
            return points_of(batch.column(self.shape.column))
        x, y = (floats(batch.column(name)) for name in self.axes)
        return x, y


@dataclass(frozen=True)
class _Columns:
    name: str
    columns: tuple[str, ...]


def plan_of(source: Source, asked: Asked) -> Plan:
    """Settle how a file is placed.

    Raises
    ------
    InputError
        ``import.columns import.column import.column_twice points.crs_conflict``.
    CrsError
        The coordinate system given cannot be read.
    """
    names = tuple(source.schema.names)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError("import.column_twice", file=source.name, column=twice)
    known = _Columns(source.name, names)
    shape = source.shape if asked.lon is None and asked.lat is None else None
    axes: tuple[str, ...] = ()
    if shape is None:
        places = choose(known, FIELDS, {"lon": asked.lon, "lat": asked.lat})
        axes = (names[places["lon"]], names[places["lat"]])
    check = None
    if asked.check is not None:
        check = names[choose(known, [Field("check")], {"check": asked.check})["check"]]
    crs = declared_or_given(source.name, shape.crs if shape else None, asked.crs)
    return Plan(asked, crs, shape, axes, check, _schema(source.schema, asked))


def declared_or_given(file: str, own: Any, given: str | None) -> Any:  # noqa: ANN401 - names and pyproj.CRS
    """Settle the coordinate system: the file's own, else the one given, else WGS 84; never two.

    A datum of web maps may be given for a file that declares WGS 84: no format can declare such a datum,
    and every export of a web map says WGS 84.

    Raises
    ------
    InputError
        ``points.crs_conflict``.
    CrsError
        What was given cannot be read.
    """
    if given is None:
        return "wgs84" if own is None or is_wgs84(own) else own
    name = name_of(given)
    if own is None or (name in DATUMS and is_wgs84(own)):
        return name
    if name in (*DATUMS, "bd09mc") or not parse_crs(name).equals(own, ignore_axis_order=True):
        raise InputError("points.crs_conflict", file=file, own=short_name(own), given=given)
    return own


def _schema(schema: pa.Schema, asked: Asked) -> pa.Schema:
    kinds = (pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.string()), pa.float64())
    added = zip(added_names(schema.names, asked), kinds, strict=False)
    return pa.schema([*schema, *(pa.field(name, kind) for name, kind in added)], metadata=schema.metadata)


class Placer:
    """Places batches by a plan, and counts."""

    def __init__(self, plan: Plan, locator: Locator, bounds: tuple[float, ...]) -> None:
        self.plan = plan
        self.tally = Tally()
        self._finder = Finder(locator, plan.crs, plan.asked.nearest_m)
        self.checker = Checker(self._finder)
        self._codes = pa.array(locator.codes.tolist(), pa.string())
        self._hows = pa.array(HOW_NAMES, pa.string())
        self._bounds = None if is_plane(plan.crs) else bounds

    def place(self, batch: pa.RecordBatch) -> Located:
        """Place one batch."""
        x, y = self.plan.position(batch)
        found = self._finder.find(x, y)
        self.tally.add(found, x, y, self._bounds)
        wanted = None
        if self.plan.check:
            wanted = self.checker.compare(*_stated(batch.column(self.plan.check)), found)
        self.checker.sample(x, y, found, wanted)
        columns = [*batch.columns, *self._added(found)]
        out = pa.RecordBatch.from_arrays(columns, schema=self.plan.schema)
        return Located(out, found.positions.lon, found.positions.lat)

    def _added(self, found: Found) -> Iterator[pa.Array]:
        row = found.row.astype(np.int32)
        yield pa.DictionaryArray.from_arrays(pa.array(row, mask=row < 0), self._codes)
        if self.plan.asked.is_explained:
            yield pa.DictionaryArray.from_arrays(pa.array(found.how.astype(np.int8)), self._hows)
            yield pa.array(found.distance_m.round(CENTIMETRE), from_pandas=True)


def _stated(column: pa.Array) -> tuple[list[str | None], Any]:
    """Give the different codes of a column, and which one each row states."""
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    said = [None if one is None else str(one) for one in coded.dictionary.to_pylist()]
    return said, pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.intp)


def write_located(
    source: Source,
    plan: Plan,
    locator: Locator,
    bounds: tuple[float, ...],
    out: tuple[Writer, Path, str],
    told: Callable[[int, int], None],
) -> tuple[Tally, Check]:
    """Place a whole file.

    Parameters
    ----------
    source, plan : Source, Plan
        The file, and how.
    locator : Locator
        Of the cells.
    bounds : tuple of float
        West, south, east, north of all cells; WGS 84 degrees.
    out : tuple
        What writes, the file to write, the name of its layer.
    told : Callable[[int, int], None]
        Told how many of how many rows are done.

    Returns
    -------
    tally : Tally
    check : Check
    """
    placer = Placer(plan, locator, bounds)

    def located() -> Iterator[Located]:
        for batch in ahead(source.batches()):
            yield placer.place(batch)
            told(placer.tally.rows, max(source.about, placer.tally.rows))

    write, path, layer = out
    write(path, layer, plan.schema, plan.shape, ahead(located()))
    return placer.tally, placer.checker.check
