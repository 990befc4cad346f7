"""Steps of the slider: how many issues each holds."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from server.db import Tx
from server.errors import InputError
from server.models.types import from_micros, to_micros
from server.services.filters import Filters, known
from server.services.heat.boxes import inside
from server.services.heat.ground import middle_of
from server.services.heat.points import Points, points_of
from server.services.people import Actor
from server.services.statistics import Period
from server.services.statistics.wall import HOURS, STEPS, hour_of_week, stretches

__all__ = ["STEPS", "Step", "steps"]


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    since, until : datetime or None
        UTC, the end not included; None where steps are hours of the week.
    slot : int or None
        Hour of the week, 24 x weekday (0: Monday) + hour; None for stretches of time.
    count : int
        Issues reported in it that match and may be seen.
    """

    since: datetime | None
    until: datetime | None
    slot: int | None
    count: int


def steps(tx: Tx, actor: Actor, filters: Filters, period: Period | None, step: str) -> tuple[Step, ...]:
    """Count issues by step of a period, in order.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what they may see.
    filters : Filters
        What is asked for.
    period : Period or None
        Up to now at most; None from the first issue on.
    step : str
        One of :data:`STEPS`; days, weeks from Monday and months are those on the wall of the configured zone, cut
        to the period.

    Raises
    ------
    InputError
        No such step; unknown area, person or department; issues lie further apart than a period may.
    """
    if step not in STEPS:
        raise InputError("field.not_one_of", field="step", value=step[:40], expected=known("step"))
    parts, _total = points_of(tx, actor, filters, period, middle_of(tx))
    moments = np.concatenate([np.empty(0, np.int64), *(_moments(one, filters) for one in parts)])
    if step == "hour_of_week":
        counts = np.bincount(hour_of_week(moments, tx.config.zone), minlength=HOURS)
        return tuple(Step(None, None, slot, int(count)) for slot, count in enumerate(counts))
    if period is None:
        if not len(moments):
            return ()
        first = from_micros(int(moments.min()))
        last = from_micros(int(moments.max()) + 1)
        period = Period.between(first, last, tx.config.zone)
    parts_of_it = list(stretches(period.so_far(tx.now), step))
    begins = np.array([to_micros(one.since) for one in parts_of_it], np.int64)
    counts = np.bincount(np.searchsorted(begins, moments, side="right"), minlength=len(begins) + 1)[1:]
    return tuple(
        Step(one.since, one.until, None, int(count)) for one, count in zip(parts_of_it, counts, strict=True)
    )


def _moments(points: Points, filters: Filters) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = points.rows["reported_us"]
    if filters.bbox is None:
        return np.asarray(found)
    return np.asarray(found[inside(filters.bbox, points.rows["lon"], points.rows["lat"])])
