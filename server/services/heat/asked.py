"""What is asked of the heat: how it is drawn, and over which period."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from server.errors import InputError
from server.services.statistics import Period, period_of

__all__ = [
    "ALL",
    "DEEPEST",
    "HOURS",
    "MODES",
    "PERIODS",
    "RADII",
    "THAN",
    "USUAL_RADIUS_M",
    "Look",
    "beside",
    "within",
]

ALL = "all"
PERIODS: dict[str, int | None] = {"7": 7, "30": 30, "90": 90, ALL: None}
MODES = ("raw", "per_km2", "per_household")
RADII = (50.0, 3_000.0)
USUAL_RADIUS_M = 300.0
THAN = ("before", "year")
"""What a period is compared with: the one before, and last year's."""
DEEPEST = 24
HOURS = 168


@dataclass(frozen=True)
class Look:
    """How the heat is drawn.

    Attributes
    ----------
    radius_m : float
        Of the kernel, metres, within :data:`RADII`.
    mode : str
        One of :data:`MODES`.
    zoom : int
        Of the map, 0 to 24: how finely it is drawn, never what a value means.
    slot : int or None
        Only what was reported in this hour of the week, 24 x weekday (0: Monday) + hour in the configured zone.
    outside : bool
        Whether it is drawn as for those who do not work over any area.
    """

    radius_m: float = USUAL_RADIUS_M
    mode: str = "raw"
    zoom: int = 14
    slot: int | None = None
    outside: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises
        ------
        InputError
            Names field, value, and what would be right.
        """
        if self.mode not in MODES:
            raise InputError(
                "field.not_one_of", field="mode", value=self.mode[:40], expected="、".join(MODES)
            )
        for field, value, (least, most) in (
            ("radius_m", self.radius_m, RADII),
            ("zoom", self.zoom, (0, DEEPEST)),
            ("slot", self.slot or 0, (0, HOURS - 1)),
        ):
            if not math.isfinite(value):
                raise InputError("field.not_number", field=field, value=value)
            if value < least:
                raise InputError("field.too_small", field=field, value=value, least=least)
            if value > most:
                raise InputError("field.too_large", field=field, value=value, most=most)


def within(given: Mapping[str, str | None], now: datetime, zone: tzinfo) -> Period | None:
    """Read the period that issues were reported in; None for all of them.

    Parameters
    ----------
    given : Mapping[str, str or None]
        ``period``, ``days``, ``since`` and ``until`` as :func:`server.services.statistics.period_of` reads them;
        none of them, or ``all`` for one of the first two, is no bound.
    now : datetime
        In which preset period.
    zone : tzinfo
        Of times without one.

    Raises
    ------
    InputError
        Unknown, unreadable, inverted, too long, or several at once.
    """
    said = {name: (given.get(name) or "").strip() for name in ("period", "days", "since", "until")}
    said = {name: value for name, value in said.items() if value}
    if not said or said in ({"period": ALL}, {"days": ALL}):
        return None
    return period_of(said, now, zone)


def beside(period: Period | None, given: Mapping[str, str | None], now: datetime, zone: tzinfo) -> Period:
    """Read the period that another is compared with.

    Parameters
    ----------
    period : Period or None
        That other one.
    given : Mapping[str, str or None]
        ``than``: one of :data:`THAN`, each cut to as long as the period has lasted; or ``than_since`` and
        ``than_until``; the period before if none.
    now : datetime
        Up to when it has lasted.
    zone : tzinfo
        Of times without one.

    Raises
    ------
    InputError
        There is no period to compare; or unknown, unreadable, inverted, too long, or given in two ways.
    """
    if period is None:
        raise InputError("field.missing", field="period")
    said = {name: (given.get(name) or "").strip() for name in ("than", "than_since", "than_until")}
    bounds = {name.removeprefix("than_"): value for name, value in said.items() if name != "than" and value}
    if said["than"] and bounds:
        raise InputError("stats.one_period", field="than", value=said["than"][:40])
    if bounds:
        return period_of(bounds, now, zone)
    than = said["than"] or THAN[0]
    if than not in THAN:
        raise InputError("field.not_one_of", field="than", value=than[:40], expected=" / ".join(THAN))
    return period.compared(now)[THAN.index(than)]
