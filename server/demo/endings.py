"""How issues end: after about the time their category allows, some late, some not yet."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np

from server.demo.seasons import ZONE
from server.services.categories import categories
from server.services.rules import ALL, shipped_limits

__all__ = ["Fate", "by_day", "ending"]

Fate = Literal["reported", "dispatched", "closed"]
_HOURS = {"urgent_hour": 0.7, "work_hour": 1.6, "work_day": 20.0, "natural_day": 15.0}  # usual, per unit
_SPREAD = 0.8  # of the logarithm
_FRESH = timedelta(days=6)  # younger ones are still being dealt with
_SLOW = 3.5  # times longer
_STUCK = ((timedelta(days=60), 0.04), (timedelta(days=150), 0.02), (timedelta(days=400), 0.002))
_WAITING = timedelta(days=6)  # so long an issue outside every cell waits at the desk
_OPENS, _CLOSES = 8, 17  # o'clock: nobody closes at night


def ending(
    category: str,
    reported_at: datetime,
    as_of: datetime,
    rng: np.random.Generator,
    *,
    beyond: bool = False,
    slow: bool = False,
) -> tuple[Fate, datetime | None]:
    """Decide how far an issue has come.

    Parameters
    ----------
    category : str
        Code; its limit tells how long it takes.
    reported_at, as_of : datetime
        Aware; when it was reported and when it is looked at.
    rng : numpy.random.Generator
        Source of chance.
    beyond : bool
        It lies outside every cell, so nobody has it until a dispatcher decides.
    slow : bool
        Its worker has much to do: several times the usual time.

    Returns
    -------
    fate : str
        ``reported``, ``dispatched`` or ``closed``.
    closed_at : datetime or None
        UTC, between the two instants; None while open.
    """
    age = as_of - reported_at
    if beyond and age < _WAITING:
        return "reported", None
    urgent = categories()[category].row["urgent"] == "yes"
    limit = shipped_limits().get((category, "total", urgent)) or shipped_limits()[ALL, "total", urgent]
    usual = _HOURS[limit.kind] * limit.amount
    hours = usual * float(np.exp(rng.normal(0.0, _SPREAD))) * (_SLOW if age < _FRESH else 1.0)
    hours *= _SLOW * _SLOW if slow else 1.0
    closed_at = by_day(reported_at + timedelta(hours=hours), rng)
    stuck = next(share for limit, share in _STUCK if age < limit)
    if closed_at >= as_of or (rng.random() < stuck and not beyond):
        return ("dispatched", None) if not beyond else ("reported", None)
    return "closed", closed_at


def by_day(instant: datetime, rng: np.random.Generator) -> datetime:
    """Move an instant of the evening or the night to the next morning."""
    local = instant.astimezone(ZONE)
    if local.hour >= _CLOSES:
        local += timedelta(days=1)
    if not _OPENS <= local.hour < _CLOSES:
        hour, minute = int(rng.integers(_OPENS, 12)), int(rng.integers(60))
        local = local.replace(hour=hour, minute=minute, second=0)
    return local.astimezone(UTC).replace(microsecond=0)
