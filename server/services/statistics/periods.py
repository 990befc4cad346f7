"""Periods that statistics are made of: half-open, in the configured zone, each with the one before and last year's.

A period that repeats is a row of :data:`PRESETS`: which unit, and where it begins within it. Edges are times on
the wall of the zone, so that a day with a change of clocks is a day all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from server.errors import InputError
from server.services.filters import instant_of, known

__all__ = ["LAST_MOST", "PRESETS", "YEARS_MOST", "Period", "Preset", "period_of"]

YEARS_MOST = 10
LAST_MOST = 366
INSTANT = timedelta(microseconds=1)
FIRST, FINAL = 1980, 2200  # years beyond which nobody counts issues
BETWEEN, LAST = "between", "last"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Preset:
    """A period that repeats; one row of :data:`PRESETS`.

    Attributes
    ----------
    unit : str
        ``day week month quarter year``.
    day : int
        Day of the month on which it begins, 1 to 28.
    at : time
        Time of that day at which it begins.
    """

    unit: str
    day: int = 1
    at: time = time()


PRESETS: Mapping[str, Preset] = {
    "today": Preset("day"),
    "week": Preset("week"),
    "month": Preset("month"),
    "quarter": Preset("quarter"),
    "year": Preset("year"),
    "noon_day": Preset("day", at=time(12)),  # 12345: from noon of the day before to noon
    "month_19": Preset("month", day=19),  # 12345: from the 19th to the 18th
}
"""Periods by name; the names for people are ``NAMES["period"]``."""


@dataclass(frozen=True)
class Period:
    """A stretch of time.

    Attributes
    ----------
    since, until : datetime
        UTC; the end does not belong to it.
    name : str
        Key of :data:`PRESETS`, ``last`` or ``between``.
    zone : tzinfo
        On whose wall it was measured.
    """

    since: datetime
    until: datetime
    name: str
    zone: tzinfo

    @classmethod
    def preset(cls, name: str, now: datetime, zone: tzinfo) -> "Period":
        """Give the period of a preset in which an instant lies.

        Parameters
        ----------
        name : str
            Key of :data:`PRESETS`.
        now : datetime
            Aware.
        zone : tzinfo
            Where.
        """
        preset, wall = PRESETS[name], _wall(now, zone)
        begin = _begin(preset, wall)
        return cls(_instant(begin, zone), _instant(_moved(preset, begin, 1), zone), name, zone)

    @classmethod
    def last(cls, days: int, now: datetime, zone: tzinfo) -> "Period":
        """Give the last so many days, today among them.

        Raises
        ------
        InputError
            None, or more than :data:`LAST_MOST`.
        """
        if not 1 <= days <= LAST_MOST:
            raise InputError("stats.days", field="days", value=days, most=LAST_MOST)
        end = datetime.combine(_wall(now, zone).date() + timedelta(days=1), time())
        return cls(_instant(end - timedelta(days=days), zone), _instant(end, zone), LAST, zone)

    @classmethod
    def between(cls, since: datetime, until: datetime, zone: tzinfo) -> "Period":
        """Give any stretch of time.

        Raises
        ------
        InputError
            It ends before it begins, is longer than :data:`YEARS_MOST` years, or no time of ours.
        """
        for field, at in (("since", since), ("until", until)):
            if not FIRST <= at.year <= FINAL:
                raise InputError("stats.far", field=field, value=at.year, first=FIRST, last=FINAL)
        if since >= until:
            raise InputError("stats.inverted", field="until", value=_wall(until, zone).isoformat(" "))
        if _wall(until, zone) > _years(_wall(since, zone), YEARS_MOST):
            raise InputError(
                "stats.long", field="since", value=_wall(since, zone).isoformat(" "), most=YEARS_MOST
            )
        return cls(since.astimezone(UTC), until.astimezone(UTC), BETWEEN, zone)

    def so_far(self, now: datetime) -> "Period":
        """Cut off what has not come yet; of one that has not begun an instant is left."""
        return replace(self, until=max(self.since + INSTANT, min(self.until, now)))

    def previous(self) -> "Period":
        """Give the period before: the one that the preset says, else as many days or as long a time."""
        begin, end = _wall(self.since, self.zone), _wall(self.until, self.zone)
        preset = PRESETS.get(self.name)
        before = _moved(preset, begin, -1) if preset else begin - (end - begin)
        return replace(self, since=_instant(before, self.zone), until=self.since)

    def last_year(self) -> "Period":
        """Give the same period a year before; of weeks the same weekdays, 52 weeks before."""
        walls = (_wall(self.since, self.zone), _wall(self.until, self.zone))
        if self.name == "week":
            begin, end = (wall - timedelta(weeks=52) for wall in walls)
        else:
            begin, end = (_years(wall, -1) for wall in walls)
        return replace(self, since=_instant(begin, self.zone), until=_instant(end, self.zone))

    def compared(self, now: datetime) -> tuple["Period", "Period"]:
        """Give the period before and last year's, each cut to as long as this one has lasted.

        Parameters
        ----------
        now : datetime
            Half of a month is compared with half of the month before; a period that is over with whole ones.
        """
        before, year_ago = self.previous(), self.last_year()
        if now >= self.until:
            return before, year_ago
        lasted = _wall(max(now, self.since), self.zone) - _wall(self.since, self.zone)
        return before._first(lasted), year_ago._first(lasted)  # noqa: SLF001 - its own class

    def _first(self, lasted: timedelta) -> "Period":
        end = _instant(_wall(self.since, self.zone) + lasted, self.zone)
        return self.so_far(end)


def period_of(given: Mapping[str, str | None], now: datetime, zone: tzinfo) -> Period:
    """Read a period from text.

    Parameters
    ----------
    given : Mapping[str, str or None]
        ``period``: key of :data:`PRESETS`, this month by default; or ``days``, the last so many; or ``since``
        and ``until`` as in the filters, the latter now when missing.
    now : datetime
        In which preset period; what the last days are counted from.
    zone : tzinfo
        Of times without one.

    Raises
    ------
    InputError
        Unknown, unreadable, inverted, too long, or several at once.
    """
    said = {name: (given.get(name) or "").strip() for name in ("period", "days", "since", "until")}
    ways = [name for name in ("period", "days", "since") if said[name]]
    if len(ways) > 1 or (said["until"] and ways != ["since"]):
        field = ways[-1] if len(ways) > 1 else "until"
        raise InputError("stats.one_period", field=field, value=said[field][:40])
    if said["days"]:
        return Period.last(_whole(said["days"]), now, zone)
    if said["since"]:
        since = instant_of("since", said["since"], zone)
        until = instant_of("until", said["until"], zone, end=True)
        return Period.between(since or now, until or now, zone)
    name = said["period"] or "month"
    if name not in PRESETS:
        raise InputError(
            "field.not_one_of", field="period", value=name[:40], expected=known("period", PRESETS)
        )
    return Period.preset(name, now, zone)


def _whole(said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) <= len(str(LAST_MOST))):
        raise InputError("stats.days", field="days", value=said[:40], most=LAST_MOST)
    return int(said)


def _wall(at: datetime, zone: tzinfo) -> datetime:
    """Read the clock on the wall of a zone; naive."""
    return at.astimezone(zone).replace(tzinfo=None)


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _begin(preset: Preset, wall: datetime) -> datetime:
    """Find the last beginning of a preset up to a time."""
    day = wall.date()
    if preset.unit == "week":
        day -= timedelta(days=day.weekday())
    elif preset.unit != "day":
        months = _MONTHS[preset.unit]
        day = date(day.year, (day.month - 1) // months * months + 1, preset.day)
    begin = datetime.combine(day, preset.at)
    return begin if begin <= wall else _moved(preset, begin, -1)


def _moved(preset: Preset, begin: datetime, steps: int) -> datetime:
    if preset.unit in ("day", "week"):
        return begin + timedelta(days=steps * (7 if preset.unit == "week" else 1))
    months = begin.year * 12 + begin.month - 1 + steps * _MONTHS[preset.unit]
    return begin.replace(year=months // 12, month=months % 12 + 1)


def _years(wall: datetime, years: int) -> datetime:
    """Go so many years on; of 29 February the 28th where there is none."""
    try:
        return wall.replace(year=wall.year + years)
    except ValueError:
        return wall.replace(year=wall.year + years, day=28)
