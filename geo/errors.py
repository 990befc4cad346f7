"""Errors of the geo package.

Every error carries a stable ``code`` and the ``values`` it is about; sentences for people are made
elsewhere, so this package holds no prose. The tree::

    GeoError
    ├── CoordinateError   (ValueError)   NaN, infinite or out of range; names the rows
    ├── CrsError          (ValueError)   missing, unknown or mismatched coordinate system
    ├── CellsError        (ValueError)   a frame that cannot be a set of cells
    ├── ValuesError       (ValueError)   counts, rates or settings that nothing can be computed from
    └── IndexFileError    (ValueError)   a saved locator that cannot be opened
"""

from typing import Any

__all__ = ["CellsError", "CoordinateError", "CrsError", "GeoError", "IndexFileError", "ValuesError"]


class GeoError(Exception):
    """Base of all errors of this package.

    Parameters
    ----------
    code : str
        Stable English name of what is wrong, e.g. ``"coordinate.out_of_range"``.
    **values : Any
        What it is about: rows, numbers, names.

    Attributes
    ----------
    code : str
        As given.
    values : dict[str, Any]
        As given.
    """

    def __init__(self, code: str, **values: Any) -> None:  # noqa: ANN401 - values are shown, not used
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code} ({facts})" if facts else self.code


class CoordinateError(GeoError, ValueError):
    """A coordinate is NaN, infinite or out of range; ``values["rows"]`` names the first rows."""


class CrsError(GeoError, ValueError):
    """A coordinate system is missing, unknown, unusable or not the one expected."""


class CellsError(GeoError, ValueError):
    """A frame lacks what a set of cells needs, or holds geometries that cannot be cells."""


class ValuesError(GeoError, ValueError):
    """Counts or rates are infinite or of the wrong shape, or a setting of a computation is out of range."""


class IndexFileError(GeoError, ValueError):
    """A saved locator is damaged, of another format version, or not a locator at all."""
