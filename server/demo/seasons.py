"""When issues happen: the year's seasons, rainy days, weekdays and hours of the town."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from server.demo.tales import RAINY_DAYS, Tale

__all__ = ["ZONE", "Season"]

ZONE = ZoneInfo("Asia/Shanghai")
_DAYS = 365
_WEEKEND = 0.75  # of a weekday's issues
_RECENT_DAYS = 5
_TALK_DAY = 12  # of the month
_OFFICE = frozenset({"patrol", "inspection", "visit", "enterprise", "talk_day", "box"})
_OFFICE_HOURS = (8, 9, 9, 10, 10, 11, 14, 15, 15, 16, 16, 17)
_ANY_HOURS = (6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 21, 22)


class Season:
    """The twelve months before an instant.

    Parameters
    ----------
    as_of : datetime
        Aware; every moment lies before it.
    rng : numpy.random.Generator
        Source of chance.

    Attributes
    ----------
    days : list of date
        365 days of the town's calendar, the last one that of `as_of`.
    rainy : ndarray of bool, shape (365,)
        Whether it rained.
    """

    def __init__(self, as_of: datetime, rng: np.random.Generator) -> None:
        self._as_of = as_of.astimezone(UTC)
        self._rng = rng
        today = as_of.astimezone(ZONE).date()
        self.days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
        self.rainy = rng.random(_DAYS) < np.array([RAINY_DAYS[day.month - 1] for day in self.days])
        self._weekday = np.array([_WEEKEND if day.weekday() >= 5 else 1.0 for day in self.days])

    def moments(self, tale: Tale, count: int, *, recent: bool = False) -> list[tuple[datetime, str]]:
        """Draw when issues of one kind are told, and by whom.

        Parameters
        ----------
        tale : Tale
            Months, rain, sources.
        count : int
            How many.
        recent : bool
            Only within the last days.

        Returns
        -------
        list of (datetime, str)
            Instant (UTC) and code of the source, in random order.
        """
        weights = self._weights(tale)
        if recent:
            weights = np.where(np.arange(_DAYS) >= _DAYS - _RECENT_DAYS, 1.0, 0.0)
        chosen = self._rng.choice(_DAYS, count, p=weights / weights.sum())
        names, shares = zip(*tale.sources, strict=True)
        told = self._rng.choice(len(names), count, p=np.array(shares) / sum(shares))
        return [
            (self._moment(self.days[day], names[source]), names[source])
            for day, source in zip(chosen, told, strict=True)
        ]

    def _weights(self, tale: Tale) -> NDArray[np.float64]:
        months = np.array([tale.months[day.month - 1] for day in self.days])
        after = np.concatenate([[False], self.rainy[:-1]])
        rain = np.where(self.rainy, tale.rain, np.where(after, 1.0 + (tale.rain - 1.0) / 2.0, 1.0))
        return np.asarray(months * rain * self._weekday)

    def _moment(self, day: date, source: str) -> datetime:
        office = source in _OFFICE
        if source == "talk_day":
            day = day.replace(day=_TALK_DAY)
        elif office and day.weekday() >= 5 and self._rng.random() < 0.8:
            day -= timedelta(days=day.weekday() - 4)
        hours = (14, 15, 15) if source == "talk_day" else _OFFICE_HOURS if office else _ANY_HOURS
        hour = int(hours[int(self._rng.integers(len(hours)))])
        minute, second = (int(part) for part in self._rng.integers(0, 60, 2))
        moment = datetime.combine(day, time(hour, minute, second), ZONE).astimezone(UTC)
        if moment >= self._as_of:
            back = (moment - self._as_of) // timedelta(days=1) + 1
            moment -= timedelta(days=back)
        first = datetime.combine(self.days[0], time(), ZONE).astimezone(UTC)
        return moment if moment >= first else moment + timedelta(days=31)
