"""A bulletin of nowhere, in which every placeholder has something: templates are tried with it."""

from datetime import datetime, timedelta, tzinfo

from server.services.bulletin.shapes import Best, Kind, Place, Report, Step
from server.services.outcomes import Amount, Outcomes
from server.services.statistics import INDICATORS, Figure, Period
from server.words import _

__all__ = ["sample"]


def sample(now: datetime, zone: tzinfo) -> Report:
    """Make one of last month, with small invented numbers.

    Parameters
    ----------
    now : datetime
        Aware.
    zone : tzinfo
        Of its dates.
    """
    period = Period.preset("month", now, zone).previous()
    figures = {key: _figure(key, one.unit) for key, one in INDICATORS.items()}
    rates = figures["on_time"], figures["satisfaction"]
    kind = Kind("road_damage", _("样例"), 20, 18, 12, *rates)
    place = Place("1", _("样例"), 20, 18, 1, *rates)
    return Report(
        area=_("样例"),
        area_code="1",
        level="subdistrict",
        below="community",
        period=period,
        at=now,
        figures=figures,
        groups=(kind,),
        kinds=(kind,),
        places=(place,),
        step="day",
        steps=tuple(Step(period.since + timedelta(days=day), day, day // 2) for day in range(28)),
        done=Outcomes((Amount("road_damage", "平方米", 18482.0, 3),), 723_500.0, 2),
        best=(Best("on_time", (place,)),),
        again=1,
        again_of=((_("样例"), 1),),
        merged=1,
        spots=(_("样例"),),
    )


def _figure(key: str, unit: str) -> Figure:
    value = {"issues": 20.0, "rate": 0.9, "score": 90.0, "hours": 6.5}[unit]
    return Figure(key, value, unit, 18.0, 18, 20, previous=value / 2)
