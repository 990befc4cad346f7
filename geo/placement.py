"""The answer to "in which cell?", in codes and numbers; sentences for people are made elsewhere."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOWS", "Placement", "Placements", "Reason", "RunnerUp", "reason_for"]

HOWS = ("inside", "edge", "overlap", "nearest", "outside")
"""How a point got its answer, see :class:`geo.Locator`."""


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """Another cell that may be meant.

    Attributes
    ----------
    code : str
        Of the cell.
    distance_m : float
        Geodesic distance from the point, metres; 0.0 when the cell covers it.
    """

    code: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a point got its answer.

    Attributes
    ----------
    code : str
        ``place.inside``, ``place.edge``, ``place.overlap``, ``place.nearest``, ``place.outside`` or
        ``place.no_grid`` (there are no cells at all).
    values : dict[str, Any]
        What the sentence is about: ``cell`` (code; not for outside), ``cells`` (codes of all that
        cover an edge or overlap), ``distance_m`` (nearest), ``within_m`` (nearest, outside).
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer for one point.

    Attributes
    ----------
    how : str
        One of :data:`HOWS`.
    row : int
        Row of the cell in ``locator.codes``; -1 outside.
    code : str or None
        Of the cell; None outside.
    distance_m : float or None
        Metres to the cell: 0.0 for inside, edge and overlap; None outside.
    runner_ups : tuple of RunnerUp
        Other cells, nearest first, then by code.
    reason : Reason
        The same as code and values.
    """

    how: str
    row: int
    code: str | None
    distance_m: float | None
    runner_ups: tuple[RunnerUp, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Placements:
    """The answers for n points, as a struct of arrays in the order asked.

    Attributes
    ----------
    row : ndarray of intp, shape (n,)
        Row of the cell in ``locator.codes``; -1 outside.
    how : ndarray of str, shape (n,)
        One of :data:`HOWS`.
    distance_m : ndarray of float64, shape (n,)
        Metres to the cell: 0.0 for inside, edge and overlap; NaN outside.
    """

    row: NDArray[np.intp]
    how: NDArray[np.str_]
    distance_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.row)


def reason_for(
    how: str, code: str | None, cells: tuple[str, ...], distance_m: float, within_m: float
) -> Reason:
    """Tell why a point got its answer.

    Parameters
    ----------
    how : str
        One of :data:`HOWS`.
    code : str or None
        Of the cell; None outside.
    cells : tuple of str
        Codes of all cells that cover the point.
    distance_m, within_m : float
        Metres to the cell, and those within which one was looked for.

    Returns
    -------
    Reason
    """
    values: dict[str, Any] = {} if code is None else {"cell": code}
    if how in {"edge", "overlap"}:
        values["cells"] = cells
    if how == "nearest":
        values["distance_m"] = distance_m
    if how in {"nearest", "outside"}:
        values["within_m"] = within_m
    return Reason(f"place.{how}", values)
