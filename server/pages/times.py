"""Instants as people read them: local date and time, age, and what is left of a limit."""

from datetime import datetime, timedelta, tzinfo

from server.services.time_left import Left
from server.words import _

__all__ = ["age", "clock_words", "instant", "left_words", "moment", "span"]


def instant(given: datetime | str) -> datetime:
    """Read an instant as a service or the API tells it.

    Parameters
    ----------
    given : datetime or str
        Aware datetime, or ISO 8601 with an offset or ``Z``.

    Returns
    -------
    datetime
        Aware.
    """
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def moment(given: datetime | str, zone: tzinfo) -> str:
    """Write an instant as local date and time, to the minute: ``2026-11-22 08:30``."""
    return instant(given).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def span(length: timedelta) -> str:
    """Write a length of time with its two largest units; less than a minute is "1 分"."""
    minutes = max(1, int(length.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return _("{days} 天 {hours} 小时", days=days, hours=hours) if hours else _("{days} 天", days=days)
    if hours:
        return (
            _("{hours} 小时 {minutes} 分", hours=hours, minutes=left)
            if left
            else _("{hours} 小时", hours=hours)
        )
    return _("{minutes} 分", minutes=left)


def age(given: datetime | str, now: datetime) -> str:
    """Write how long ago an instant was, with its largest unit only."""
    minutes = max(1, int((now - instant(given)).total_seconds() // 60))
    if minutes >= 24 * 60:
        return _("{days} 天前", days=minutes // (24 * 60))
    if minutes >= 60:
        return _("{hours} 小时前", hours=minutes // 60)
    return _("{minutes} 分钟前", minutes=minutes)


def clock_words(due_at: datetime | str | None, now: datetime) -> str:
    """Say what is left of a limit, or by how much it is passed; empty without one."""
    if due_at is None:
        return ""
    left = instant(due_at) - now
    if left >= timedelta(0):
        return _("还剩 {time}", time=span(left))
    return _("超期 {time}", time=span(-left))


def left_words(left: Left | None, *, whole: bool = False) -> str:
    """Say what is left of a limit by its own clock; empty without one.

    Parameters
    ----------
    left : Left or None
        As the service counts it.
    whole : bool
        Whether to add that it is working time.
    """
    if left is None:
        return ""
    days, rest = divmod(left.span, left.work_day)
    if left.in_work_time and days:
        said = _work_days(days, int(rest / timedelta(hours=1)))
    else:
        said = span(left.span)
        if left.in_work_time and whole:
            said = _("{time}工作时间", time=said)
    return _("超期 {time}", time=said) if left.is_late else _("还剩 {time}", time=said)


def _work_days(days: int, hours: int) -> str:
    if days == 1:
        return _("1 个工作日 {hours} 小时", hours=hours) if hours else _("1 个工作日")
    if hours:
        return _("{days} 个工作日 {hours} 小时", days=days, hours=hours)
    return _("{days} 个工作日", days=days)
