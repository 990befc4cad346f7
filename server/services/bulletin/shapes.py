"""What a bulletin is made of: counted numbers, sections of text, pictures; free of rules and of any file form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.services.outcomes import Outcomes
from server.services.statistics import Figure, Period

__all__ = ["Best", "Kind", "Place", "Report", "Section", "Step"]


@dataclass(frozen=True)
class Kind:
    """A category, or a group of them, in a period.

    Attributes
    ----------
    code, name : str
        Of the category or group.
    new, closed : int
        Reported and closed in the period.
    before : int
        Reported in the period before.
    on_time, satisfaction : Figure or None
        Rates; None for a group.
    """

    code: str
    name: str
    new: int
    closed: int
    before: int = 0
    on_time: Figure | None = None
    satisfaction: Figure | None = None


@dataclass(frozen=True)
class Place:
    """An area below the bulletin's own.

    Attributes
    ----------
    code, name : str
        The area; an empty code stands for issues that lie in none.
    new, closed, overdue : int
        Reported and closed in the period; past their due now.
    on_time, satisfaction : Figure
        Rates.
    """

    code: str
    name: str
    new: int
    closed: int
    overdue: int
    on_time: Figure
    satisfaction: Figure

    def rate(self, key: str) -> Figure:
        """Give a rate by its key: ``on_time`` or ``satisfaction``."""
        return self.on_time if key == "on_time" else self.satisfaction


@dataclass(frozen=True)
class Step:
    """A step of the trend.

    Attributes
    ----------
    since : datetime
        UTC.
    new, closed : int or None
        Reported and closed in it; None where it has not come yet.
    """

    since: datetime
    new: int | None
    closed: int | None


@dataclass(frozen=True)
class Best:
    """Areas that did well by a rate, the best first.

    Attributes
    ----------
    key : str
        ``on_time`` or ``satisfaction``.
    places : tuple of Place
        At most three, each of enough issues to be judged, none below the whole.
    """

    key: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Report:
    """The numbers of a bulletin.

    Attributes
    ----------
    area, area_code, level : str
        Name, code and level of the area.
    below : str
        Level of its parts; empty for a cell.
    period : Period
        When.
    at : datetime
        When it was counted, UTC.
    figures : Mapping[str, Figure]
        The summary, by indicator.
    groups, kinds : tuple of Kind
        Groups and categories that occur, the most reported first.
    places : tuple of Place
        The area's parts, by code.
    step : str
        ``day``, ``week`` or ``month``.
    steps : tuple of Step
        The trend.
    done : Outcomes
        Of what was closed in the period.
    best : tuple of Best
        Who did well.
    again, again_of : int, tuple of (str, int)
        Reported in the period and opened more than once; names of the categories with the most of them.
    merged : int
        Reported in the period and merged into one that was there.
    spots : tuple of str
        Significant hot spots in plain words, the strongest first.
    """

    area: str
    area_code: str
    level: str
    below: str
    period: Period
    at: datetime
    figures: Mapping[str, Figure]
    groups: tuple[Kind, ...]
    kinds: tuple[Kind, ...]
    places: tuple[Place, ...]
    step: str
    steps: tuple[Step, ...]
    done: Outcomes
    best: tuple[Best, ...]
    again: int
    again_of: tuple[tuple[str, int], ...]
    merged: int
    spots: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Section:
    """A section of the text.

    Attributes
    ----------
    key, heading : str
        Name of its placeholder, and the words above it.
    text : str
        One paragraph.
    """

    key: str
    heading: str
    text: str
