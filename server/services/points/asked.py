"""What a user may say about a file of points, and how columns are named. Needs no pyarrow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geo.locator import NEAREST_M
from server.formats import safe_text
from server.services.imports.columns import Field
from server.services.imports.tables import Row, Table, text_of
from server.services.points.positions import number_or_nan

__all__ = ["FIELDS", "Asked", "added_names", "free_name", "safe_number", "table_columns", "texts_of"]

FIELDS = (
    Field("lon", ("lon", "lng", "longitude", "经度", "x坐标", "x"), is_needed=True),
    Field("lat", ("lat", "latitude", "纬度", "y坐标", "y"), is_needed=True),
)
CODE, HOW, DISTANCE = "cell", "how", "distance_m"


@dataclass(frozen=True)
class Asked:
    """What a user says about the points and wants to know.

    Attributes
    ----------
    lon, lat : str or None
        Columns of the position; None: the geometry, else guessed by name.
    crs : str or None
        Coordinate system, as :func:`geo.systems.name_of` reads it; None: as the file declares, else WGS 84.
    nearest_m : float
        As for :meth:`geo.Locator.place`.
    check : str or None
        Column that states each row's cell.
    is_explained : bool
        Whether ``how`` and ``distance_m`` are added to the cell.
    """

    lon: str | None = None
    lat: str | None = None
    crs: str | None = None
    nearest_m: float = NEAREST_M
    check: str | None = None
    is_explained: bool = False


def added_names(columns: Sequence[str], asked: Asked) -> tuple[str, ...]:
    """Name the added columns: ``cell``, explained also ``how`` and ``distance_m``, or the next free names."""
    taken = {name.lower() for name in columns}
    return tuple(
        free_name(name, taken) for name in ((CODE, HOW, DISTANCE) if asked.is_explained else (CODE,))
    )


def free_name(wanted: str, taken: set[str]) -> str:
    """Find a name like the one wanted that no column has yet; upper and lower case count as one.

    Parameters
    ----------
    wanted : str
        As it should be.
    taken : set of str
        In lower case; the name found is added.
    """
    name, count = wanted, 1
    while name.lower() in taken:
        count += 1
        name = f"{wanted}_{count}"
    taken.add(name.lower())
    return name


def table_columns(table: Table) -> tuple[str, ...]:
    """Name a table's columns; one without a name is called after its place."""
    taken = {name.lower() for name in table.columns if name}
    named = enumerate(table.columns, start=1)
    return tuple(name or free_name(f"column_{place}", taken) for place, name in named)


def texts_of(row: Row) -> tuple[str, ...]:
    """Give a row's cells as text, as they are.

    Raises
    ------
    InputError
        The row cannot be read.
    """
    if row.fault:
        raise row.fault
    return tuple(cell if isinstance(cell, str) else text_of(cell) for cell in row.cells)


def safe_number(said: str) -> str:
    """Guard a text as :func:`server.formats.safe_text` does, unless it is a number."""
    return safe_text(said) if math.isnan(number_or_nan(said)) else said
