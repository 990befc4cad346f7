"""Periods of bulletins, and how they are said: 今年以来, 上月, 2026年2月, or from date to date."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo

from server.errors import InputError
from server.services.filters import known
from server.services.statistics import Period, period_of
from server.words import NAMES, _, language

__all__ = ["PERIODS", "before_said", "chosen", "dates_said", "day_said", "said"]

PERIODS = ("week", "last_week", "month", "last_month", "quarter", "last_quarter", "year", "last_year")
"""By name; the names for people are ``NAMES["bulletin_period"]``."""
LAST = "last_"


def chosen(given: Mapping[str, str | None], now: datetime, zone: tzinfo) -> Period:
    """Read a period: one of :data:`PERIODS`, this month by default, or ``since`` and ``until``.

    Raises
    ------
    InputError
        Unknown, unreadable, inverted, too long, or several at once.
    """
    name = (given.get("period") or "").strip()
    dates = {key: (given.get(key) or "").strip() for key in ("since", "until")}
    if name in ("", "between") and any(dates.values()):
        return period_of(dates, now, zone)
    if name == "between":
        raise InputError("field.missing", field="since")
    if any(dates.values()):
        field = next(key for key, value in dates.items() if value)
        raise InputError("stats.one_period", field=field, value=dates[field][:40])
    name = name or "month"
    if name not in PERIODS:
        raise InputError(
            "field.not_one_of", field="period", value=name[:40], expected=known("bulletin_period")
        )
    whole = Period.preset(name.removeprefix(LAST), now, zone)
    return whole.previous() if name.startswith(LAST) else whole


def said(period: Period, now: datetime) -> str:
    """Name a period as a bulletin begins: 今年以来, 上月; dates where it has no name."""
    name = _key(period, now)
    return _(NAMES["bulletin_period"][name]) if name else dates_said(period, now)


def before_said(period: Period, now: datetime) -> str:
    """Name what a period is compared with: 上月, or 上月同期 while it has not ended."""
    name = _key(period, now) or ("between" if period.until <= now else "between_running")
    return _(NAMES["bulletin_before"][name])


def _key(period: Period, now: datetime) -> str:
    """Find a period among those by name, seen from now; empty where it is none of them."""
    for name in PERIODS:
        if chosen({"period": name}, now, period.zone) == period:
            return name
    return ""


def dates_said(period: Period, now: datetime) -> str:
    """Say a period by its dates: a whole month or year by its name, one that has not ended up to today."""
    first = period.since.astimezone(period.zone)
    end = min(period.until, max(now, period.since + timedelta(seconds=1))).astimezone(period.zone)
    last = (end - timedelta(microseconds=1)).date()
    months = (end.year - first.year) * 12 + end.month - first.month
    starts = first.day == end.day == 1 and not (first.hour or end.hour or first.minute or end.minute)
    if starts and months == 1:
        return f"{first:%B} {first.year}" if language() == "en" else f"{first.year} 年 {first.month} 月"
    if starts and months == 12 and first.month == 1:
        return str(first.year) if language() == "en" else f"{first.year} 年"
    if first.date() == last:
        return day_said(last)
    return _("{first}至 {last}", first=day_said(first.date()), last=day_said(last, first.year))


def day_said(day: date, known_year: int = 0) -> str:
    """Say a day; in Chinese without its year where that was said just before."""
    if language() == "en":
        return f"{day.day} {day:%B} {day.year}"
    return (
        f"{day.month} 月 {day.day} 日"
        if day.year == known_year
        else f"{day.year} 年 {day.month} 月 {day.day} 日"
    )
