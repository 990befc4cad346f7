"""How evenly open issues are shared: each worker's by 1,000 households of theirs, and who has far more than the others."""

from dataclasses import dataclass
from statistics import median, quantiles

from server.services.statistics.shapes import Figure, Row, Table

__all__ = ["FAR_LEAST", "FAR_TIMES", "Fairness", "Load", "fairness_of"]

FAR_TIMES = 2.0
"""Far above: more than so many times the median of all workers' loads …"""
FAR_LEAST = 3
"""… and at least so many open issues more than the median load would give."""
THOUSAND = 1000
LEAST_COMPARED = 3


@dataclass(frozen=True)
class Load:
    """One worker's.

    Attributes
    ----------
    code, name : str
        Uid and name.
    households : int or None
        Of the cells they answer for; None where not known.
    new, open : Figure
        Reported in the period and held by them; held by them now.
    dense : float or None
        Open by 1,000 households; None without households.
    times : float or None
        So many times the median; None without one.
    is_far : bool
        Whether it is far above; see :data:`FAR_TIMES`.
    """

    code: str
    name: str
    households: int | None
    new: Figure
    open: Figure
    dense: float | None
    times: float | None
    is_far: bool


@dataclass(frozen=True)
class Fairness:
    """All workers'.

    Attributes
    ----------
    loads : tuple of Load
        The heaviest first; those without households last.
    middle : float or None
        Median of the loads; None where nobody has households.
    low, high : float or None
        Quartiles; None of fewer than three.
    compared : int
        How many workers have households.
    """

    loads: tuple[Load, ...]
    middle: float | None
    low: float | None
    high: float | None
    compared: int


def fairness_of(table: Table) -> Fairness:
    """Compare workers.

    Parameters
    ----------
    table : Table
        By worker, with ``new`` and ``open`` among its indicators.
    """
    new, held = table.indicators.index("new"), table.indicators.index("open")
    rows = [row for row in table.rows if row.code]
    known = [_dense(row, held) for row in rows]
    loads = [one for one in known if one is not None]
    middle = median(loads) if loads else None
    low, _half, high = quantiles(loads, method="inclusive") if len(loads) >= LEAST_COMPARED else (None,) * 3
    found = [_load(row, new, held, middle if len(loads) >= LEAST_COMPARED else None) for row in rows]
    found.sort(key=lambda one: (one.dense is None, -(one.dense or 0), -(one.open.value or 0)))
    return Fairness(tuple(found), middle, low, high, len(loads))


def _dense(row: Row, held: int) -> float | None:
    return row.per_thousand[held]


def _load(row: Row, new: int, held: int, middle: float | None) -> Load:
    dense, own = _dense(row, held), row.figures[held]
    times = dense / middle if dense is not None and middle else None
    is_far = False
    if dense is not None and middle is not None and row.households:
        beyond = (own.value or 0) - middle * row.households / THOUSAND
        is_far = dense > FAR_TIMES * middle and beyond >= FAR_LEAST
    return Load(row.code, row.name, row.households, row.figures[new], own, dense, times, is_far)
