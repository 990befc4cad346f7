"""What is hot in a frame, week by week: counts by unit and category, judged, and kept while nothing changed.

The same for everybody who shares the frame; who is told what of it, :mod:`.spots` decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.emerging import Emerging, emerging_each
from geo.hotspot import rates
from server.db import Tx
from server.models.types import to_micros
from server.services.areas import layout
from server.services.columns import Columns, columns_of
from server.services.filters import Filters
from server.services.hotspots.asked import ALL, EACH, Asked, Weeks
from server.services.hotspots.ground import FEWEST_UNITS, Frame, Ground, ground_of
from server.services.people import system_actor
from server.services.shelves import kept_before, shelved

__all__ = ["ALPHA", "FEWEST_ISSUES", "FEWEST_UNITS", "Judged", "judged"]

FEWEST_ISSUES = 30
"""Issues, over all weeks, without which nothing is sought."""
ALPHA = 0.05
SHELF = "hotspots"
KEPT = 8  # questions whose answers are kept

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """What was found of one category, or of all.

    Attributes
    ----------
    category : str
        Its code; "" for all together.
    issues : int
        Counted, over all weeks and units.
    counts : ndarray of float64, shape (n, t)
        By unit and week.
    answer : Emerging or None
        None: too few units or issues to tell.
    """

    category: str
    issues: int
    counts: Floats
    answer: Emerging | None


def judged(tx: Tx, frame: Frame, asked: Asked, weeks: Weeks) -> tuple[Ground, tuple[Judged, ...]]:
    """Count and judge, or recall it.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    frame : Frame
        What is compared.
    asked : Asked
        Units and categories.
    weeks : Weeks
        When.

    Returns
    -------
    ground : Ground
        The units.
    tuple of Judged
        One a category that has any issue, or all together.
    """
    ground, columns = ground_of(tx, frame, asked.units), columns_of(tx)
    place = (layout(tx), weeks.edges)
    key = (frame.path, asked.units, asked.category, asked.weeks)
    (was, _last), known = kept_before(tx, SHELF, key) or ((None, None), ())
    before = known if was == place else ()

    def make() -> tuple[Judged, ...]:
        return tuple(_judged(tx, frame, asked, weeks, ground, columns, before))

    return ground, shelved(tx, SHELF, (place, columns.last), make, which=key, most=KEPT)


def _judged(
    tx: Tx,
    frame: Frame,
    asked: Asked,
    weeks: Weeks,
    ground: Ground,
    columns: Columns,
    before: Iterable[Judged],
) -> Iterator[Judged]:
    """Count, and judge what was not judged before with the same counts."""
    issues, known = _counted(tx, frame, asked, weeks, ground, columns), {one.category: one for one in before}
    counted: dict[str, Floats] = {}
    for code, own in _split(asked, issues, columns):
        unit, week = issues["unit"][own], issues["week"][own]
        flat = np.bincount(unit * len(weeks) + week, minlength=len(ground.keys) * len(weeks))
        counted[code] = flat.reshape(len(ground.keys), len(weeks)).astype(np.float64)
    same = {
        code: known[code]
        for code, counts in counted.items()
        if code in known and np.array_equal(known[code].counts, counts)
    }
    new = {code: counts for code, counts in counted.items() if code not in same}
    told = {one.category: one for one in _told(new, ground)}
    return (same.get(code) or told[code] for code in counted)


def _split(
    asked: Asked, issues: Mapping[str, NDArray[np.int64]], columns: Columns
) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Give the issues of each category that has any, or all together, by their places."""
    if asked.category != EACH:
        yield "" if asked.category == ALL else asked.category, np.arange(len(issues["unit"]))
        return
    for number, code in enumerate(columns.codes["category"]):
        own = np.flatnonzero(issues["category"] == number)
        if len(own):
            yield code, own


def _counted(
    tx: Tx, frame: Frame, asked: Asked, weeks: Weeks, ground: Ground, columns: Columns
) -> Mapping[str, NDArray[np.int64]]:
    """List unit, week and category of the issues that are counted."""
    categories = () if asked.category in (EACH, ALL) else (asked.category,)
    filters = Filters(
        area=frame.code or None, categories=categories, since=weeks.edges[0], until=weeks.edges[-1]
    )
    names = ("area", "lon", "lat", "reported_us", "category")
    found = columns.chosen(tx, system_actor(), filters, names)
    unit = ground.unit_of(found["area"].astype(np.int64), found["lon"], found["lat"])
    begins = np.array([to_micros(edge) for edge in weeks.edges], dtype=np.int64)
    week = np.searchsorted(begins, found["reported_us"], side="right") - 1
    inside = unit >= 0
    return {
        "unit": unit[inside],
        "week": week[inside],
        "category": found["category"][inside].astype(np.int64),
    }


def _told(counted: Mapping[str, Floats], ground: Ground) -> Iterator[Judged]:
    """Judge the counts of each category of which there is enough."""
    enough = {
        code: rates(counts, ground.households) if ground.is_by_household else counts
        for code, counts in counted.items()
        if len(counts) >= FEWEST_UNITS and counts.sum() >= FEWEST_ISSUES
    }
    answers = emerging_each(tuple(enough.values()), ground.neighbours, alpha=ALPHA)
    answer_of = dict(zip(enough, answers, strict=True))
    for code, counts in counted.items():
        yield Judged(code, int(counts.sum()), counts, answer_of.get(code))
