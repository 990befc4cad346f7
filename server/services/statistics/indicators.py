"""What can be counted: each indicator as the lists of issues that it is made of. One row an indicator.

Nothing is counted here. A list says its time by one of four windows: reported, ended or due within the period,
or open now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from server.services.statistics.periods import Period
from server.services.statistics.rates import RATES, Rates
from server.services.statistics.shapes import Query

__all__ = ["INDICATORS", "SERIAL", "SUMMARY", "Indicator", "indicators", "said"]

OPEN_NOW: Query = {"state": "open"}
CLOSED: Query = {"state": "closed"}
DUE, ENDED, REPORTED, NOW = "due_", "ended_", "", "now"


@dataclass(frozen=True)
class Indicator:
    """An indicator.

    Attributes
    ----------
    key : str
        Its name.
    unit : str
        ``issues rate score hours``.
    window : str
        Which moment of an issue lies in the period: ``""`` its report, ``ended_``, ``due_``; ``now``: what is
        open now, whatever the period.
    top : tuple of (float, Query)
        Shares, and what narrows the window to the issues counted by them.
    bottom : Query or None
        What narrows it to those below the line of a rate.
    weights : Mapping[str, float]
        Of a score: the rates it is the weighted sum of.
    measure : str
        Of a median: ``take`` or ``close``.
    """

    key: str
    unit: str
    window: str = ENDED
    top: tuple[tuple[float, Query], ...] = ((1.0, {}),)
    bottom: Query | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    measure: str = ""

    def within(self, period: Period, now: datetime) -> Query:
        """Spell the window over a period, as filters.

        Parameters
        ----------
        period : Period
            When.
        now : datetime
            What falls due later has not been judged yet.
        """
        if self.window == NOW:
            return OPEN_NOW
        if self.window == DUE:
            period = period.so_far(now)
        spelled = {
            f"{self.window}since": said(period.since, period.zone),
            f"{self.window}until": said(period.until, period.zone, end=True),
        }
        return {**CLOSED, **spelled} if self.window == ENDED else spelled


INDICATORS: Mapping[str, Indicator] = {
    one.key: one
    for one in (
        Indicator("new", "issues", REPORTED),
        Indicator("open", "issues", NOW),
        Indicator("overdue", "issues", NOW, ((1.0, {"clock": "red"}),)),
        Indicator("overdue_share", "rate", NOW, ((1.0, {"clock": "red"}),), {}),
        Indicator("closed", "issues"),
        Indicator("on_time", "rate", DUE, ((1.0, {"timely": "on_time"}),), {"timely": "on_time,late"}),
        *(Indicator(rate, "rate", DUE, (), {}) for rate in RATES),
        Indicator("score", "score", DUE, ()),
        Indicator("hours_to_take", "hours", measure="take"),
        Indicator("hours_to_close", "hours", measure="close"),
    )
}
SUMMARY = tuple(key for key in INDICATORS if key != "overdue_share")
SERIAL = tuple(key for key, one in INDICATORS.items() if one.window != NOW)
"""Those that have a history."""


def indicators(rates: Rates) -> Iterator[Indicator]:
    """Give all indicators, the three rates and their score as the rates say."""
    for key, one in INDICATORS.items():
        if key in rates.of:
            yield Indicator(key, "rate", DUE, rates.of[key].top, rates.of[key].bottom)
        elif key == "score":
            yield Indicator(key, "score", DUE, (), None, rates.weights)
        else:
            yield one


def said(at: datetime, zone: tzinfo, *, end: bool = False) -> str:
    """Spell an instant as filters read it: a midnight as its day, as an end the day before.

    Parameters
    ----------
    at : datetime
        Aware.
    zone : tzinfo
        Of the days.
    end : bool
        Whether it is an end, which a day includes.
    """
    wall = at.astimezone(zone)
    if wall.time() != time() or wall.fold:
        return wall.isoformat()
    return (wall.date() - timedelta(days=1 if end else 0)).isoformat()
