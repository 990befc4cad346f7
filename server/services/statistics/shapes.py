"""What statistics answer with: figures, tables by unit, and series over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Figure", "Point", "Query", "Row", "Series", "Table"]

Query = Mapping[str, str]
"""Filters of the list of issues, as :data:`server.services.filters.FIELDS` spells them."""


@dataclass(frozen=True)
class Figure:
    """One number, and the issues behind it.

    Attributes
    ----------
    key : str
        Which indicator, a key of ``NAMES["indicator"]``.
    value : float or None
        The number; a rate lies from 0 to 1, a score from 0 to 100. None: there is nothing to count
        it from, shown as "—"; never the same as zero.
    unit : str
        ``issues rate score hours``.
    numerator : float or None
        Of a rate, by its shares (0.9 for the basically satisfied); None for what is no rate.
    counted : int or None
        How many issues ``query`` gives: the value of a count, those above the line of a rate, those that a
        median is of. None for a score.
    denominator : int or None
        Of a rate: how many issues ``of`` gives.
    query : Query
        List of exactly the ``counted`` issues; empty for a score.
    of : Query
        List of exactly the issues below the line; empty for what is no rate.
    previous, last_year : float or None
        The value of the period before, and of the same one last year, each as long as this one has lasted.
        None: not known, or there was nothing to count it from. What is open now is compared with what was open
        at the same point of these periods, in the areas and with the holders of today, while the period lasts;
        what is overdue is not, for a due that was moved since says nothing of then.
    """

    key: str
    value: float | None
    unit: str = "issues"
    numerator: float | None = None
    counted: int | None = None
    denominator: int | None = None
    query: Query = field(default_factory=dict)
    of: Query = field(default_factory=dict)
    previous: float | None = None
    last_year: float | None = None


@dataclass(frozen=True)
class Row:
    """One unit of a table.

    Attributes
    ----------
    code, name : str
        Of the area, category, source or department; of a worker uid and name. An empty code stands for what
        belongs to no such unit: issues without a holder, or of no community.
    figures : tuple of Figure
        One an indicator, in the table's order. Without a unit (empty code) they have no lists.
    households : int or None
        Of an area, or of the areas that a worker answers for; None where not known.
    per_thousand : tuple of (float or None)
        Each figure that is a count, by 1,000 households; None for rates, and without households.
    """

    code: str
    name: str
    figures: tuple[Figure, ...]
    households: int | None = None
    per_thousand: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Table:
    """Indicators by unit.

    Attributes
    ----------
    dimension : str
        One of :data:`DIMENSIONS`.
    indicators : tuple of str
        Keys of the columns.
    rows : tuple of Row
        Every unit that there is, by code; at the end what belongs to none, where there is any.
    pooled : tuple of Figure
        All issues counted together, whatever the unit (合计): a rate's sums divided by each other.
    means : tuple of (float or None)
        Mean of the units' values (各单位均值): each counts alike, however many issues it has; a unit
        without a value counts for none. What belongs to no unit is left out.
    """

    dimension: str
    indicators: tuple[str, ...]
    rows: tuple[Row, ...]
    pooled: tuple[Figure, ...]
    means: tuple[float | None, ...]


@dataclass(frozen=True)
class Point:
    """One step of a series.

    Attributes
    ----------
    since, until : datetime or None
        The stretch, UTC, the end not included; None where steps are hours of the week.
    slot : int
        Number of the step from 0; of an hour of the week 24 × weekday (0: Monday) + hour.
    figure : Figure
        Its number; ``query`` and ``of`` are empty where steps are hours of the week.
    """

    since: datetime | None
    until: datetime | None
    slot: int
    figure: Figure


@dataclass(frozen=True)
class Series:
    """An indicator over time.

    Attributes
    ----------
    indicator : str
        Its key.
    step : str
        ``day week month hour_of_week``.
    points : tuple of Point
        Every step of the period in order, none left out: nothing counted is 0, a rate of nothing is None.
    """

    indicator: str
    step: str
    points: tuple[Point, ...]
