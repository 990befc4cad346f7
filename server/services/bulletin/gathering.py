"""The numbers of a bulletin, counted by the services that count them everywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from server.db import Tx
from server.errors import NotPermitted
from server.models import Issue
from server.models.types import to_micros
from server.services import areas, hotspots, listing, statistics
from server.services.bulletin.shapes import Best, Kind, Place, Report, Step
from server.services.categories import categories, category_name
from server.services.columns import columns_of
from server.services.filters import Filters
from server.services.heat_picture import picture
from server.services.outcomes import outcomes
from server.services.people import Actor
from server.services.permissions import over, reports_on
from server.services.statistics import Figure, Period, Row
from server.workflow import Role

__all__ = ["JUDGED_LEAST", "MADE_BY", "area_for", "gather", "heat_of"]

BELOW = {"district": "subdistrict", "subdistrict": "community", "community": "cell"}
JUDGED_LEAST = 5  # issues from which on a unit's rate is compared with others'
LEAST_RATE = 0.01
BEST_MOST, AGAIN_MOST = 3, 3
DAYS_MOST, WEEKS_MOST = timedelta(days=45), timedelta(days=190)
"""Lengths up to which a trend goes by day, and by week."""
FRESH = timedelta(days=7)
"""How long after its end a period is still told today's hot spots."""
HEAT_PX = (1_440, 900)
MADE_BY = (Role.SUPERVISOR, Role.LEADER)
RATED = ("on_time", "satisfaction")


def area_for(tx: Tx, actor: Actor, code: str) -> str:
    """Give the area of a bulletin: the one asked for, else the widest that the actor supervises or leads.

    Raises
    ------
    InputError
        The area is unknown, or none of the actor's.
    NotPermitted
        ``bulletin.part_alone``: they answer for a part of it; a bulletin would pass that off as the whole.
    """
    if code:
        listing.matching(tx, actor, Filters(area=code))  # refuses what is not theirs
        area = areas.by_code(tx, code)
        if not reports_on(actor, area.path):
            raise NotPermitted("bulletin.part_alone", area=area.name)
        return code
    paths = [path for role in MADE_BY for path in over(actor, role)]
    widest = min(paths, key=lambda path: (path.count("/"), path), default="")
    if not widest:
        return next((one.code for one in areas.choosable(tx, actor)), "")
    return widest.strip("/").rpartition("/")[2]


def gather(tx: Tx, actor: Actor, code: str, period: Period) -> Report:
    """Count a period's bulletin over what the actor may see of an area.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is open, and what of the period is past.
    actor : Actor
        Who asks.
    code : str
        Of the area; see :func:`area_for`.
    period : Period
        When.

    Raises
    ------
    InputError
        The area is unknown, or none of the actor's.
    """
    filters = Filters(area=code)
    figures = {one.key: one for one in statistics.summary(tx, actor, filters, period)}
    if not _has_before(tx, actor, filters, period):
        figures = {key: replace(one, previous=None) for key, one in figures.items()}
    area = areas.by_code(tx, code)
    below = BELOW.get(area.level, "")
    kinds = tuple(_kinds(tx, actor, filters, period))
    places = tuple(_places(tx, actor, filters, period, below)) if below else ()
    step = _step(period.so_far(tx.now))
    reported = replace(filters, since=period.since, until=period.until)
    closed = replace(filters, states=("closed",), ended_since=period.since, ended_until=period.until)
    again = replace(reported, again=True)
    return Report(
        area=area.name,
        area_code=code,
        level=area.level,
        below=below,
        period=period,
        at=tx.now,
        figures=figures,
        groups=tuple(_groups(kinds)),
        kinds=kinds,
        places=places,
        step=step,
        steps=tuple(_steps(tx, actor, filters, period, step)),
        done=outcomes(tx, actor, closed),
        best=tuple(_best(places, figures)),
        again=listing.count(tx, actor, again),
        again_of=_most(tx, actor, again),
        merged=listing.count(tx, actor, replace(reported, states=("merged",))),
        spots=tuple(_spots(tx, actor, code)) if period.until > tx.now - FRESH else (),
    )


def _has_before(tx: Tx, actor: Actor, filters: Filters, period: Period) -> bool:
    """Tell whether anything was reported by the end of the period before: else there is nothing to compare with."""
    reported = columns_of(tx).chosen(tx, actor, filters, ("reported_us",))["reported_us"]
    earlier, _year_ago = period.compared(tx.now)
    return bool(reported.size) and bool(reported.min() < to_micros(earlier.until))


def heat_of(tx: Tx, actor: Actor, code: str, period: Period) -> bytes:
    """Draw where a bulletin's issues were reported (PNG); places with few of them stay blank."""
    return picture(tx, actor, Filters(area=code), period, *HEAT_PX)


def _spots(tx: Tx, actor: Actor, code: str) -> Iterator[str]:
    """Say the hot spots there are now; without buildings, and none of so few issues that it would point at one."""
    for one in hotspots.find(tx, actor, hotspots.Asked(area=code)).spots:
        if one.count >= JUDGED_LEAST:
            yield hotspots.said({**one.values, "where": None})


def _kinds(tx: Tx, actor: Actor, filters: Filters, period: Period) -> Iterator[Kind]:
    """Give the categories that occur, the most reported first; of as many, in the table's order."""
    found = statistics.by(tx, actor, filters, period, "category", ("new", "closed", *RATED))
    earlier, _year_ago = period.compared(tx.now)
    past = statistics.by(tx, actor, filters, earlier, "category", ("new",))
    before = {row.code: int(row.figures[0].value or 0) for row in past.rows}
    kinds = (
        Kind(row.code, row.name, _count(row, 0), _count(row, 1), before.get(row.code, 0), *row.figures[2:4])
        for row in found.rows
    )
    yield from sorted(
        (one for one in kinds if one.new or one.closed), key=lambda one: (-one.new, -one.closed)
    )


def _count(row: Row, place: int) -> int:
    return int(row.figures[place].value or 0)


def _groups(kinds: Sequence[Kind]) -> list[Kind]:
    """Add categories up by their groups, the most reported first."""
    known, sums = categories(), dict[str, Kind]()
    for one in kinds:
        category = known.get(one.code)
        code, name = (category.group, category.group_label) if category else (one.code, one.name)
        held = sums.get(code, Kind(code, name, 0, 0))
        sums[code] = replace(
            held, new=held.new + one.new, closed=held.closed + one.closed, before=held.before + one.before
        )
    return sorted(sums.values(), key=lambda one: -one.new)


def _places(tx: Tx, actor: Actor, filters: Filters, period: Period, level: str) -> Iterator[Place]:
    keys = ("new", "closed", "overdue", *RATED)
    for row in statistics.by(tx, actor, filters, period, level, keys).rows:
        new, closed, overdue = (_count(row, place) for place in range(3))
        if row.code or new or closed or overdue:
            yield Place(row.code, row.name, new, closed, overdue, *row.figures[3:5])


def _step(period: Period) -> str:
    lasted = period.until - period.since
    return "day" if lasted <= DAYS_MOST else "week" if lasted <= WEEKS_MOST else "month"


def _steps(tx: Tx, actor: Actor, filters: Filters, period: Period, step: str) -> Iterator[Step]:
    new, closed = (
        statistics.trend(tx, actor, filters, key, period, step).points for key in ("new", "closed")
    )
    for one, other in zip(new, closed, strict=True):
        values = [None if each.figure.value is None else int(each.figure.value) for each in (one, other)]
        yield Step(one.since or period.since, *values)


def _best(places: Sequence[Place], figures: Mapping[str, Figure]) -> Iterator[Best]:
    """Find who did well: of enough issues to be judged, and no worse than the whole."""
    for key in RATED:
        judged = [one for one in places if one.code and (one.rate(key).denominator or 0) >= JUDGED_LEAST]
        least = max(figures[key].value or 0.0, LEAST_RATE)
        good = [one for one in judged if (one.rate(key).value or 0.0) >= least]
        good.sort(
            key=lambda one: (-(one.rate(key).value or 0.0), -(one.rate(key).denominator or 0), one.code)
        )
        if good and len(judged) > 1:
            yield Best(key, tuple(good[:BEST_MOST]))


def _most(tx: Tx, actor: Actor, filters: Filters) -> tuple[tuple[str, int], ...]:
    """Name the categories with the most issues that match."""
    many = func.count()
    query = select(Issue.category, many).where(listing.matching(tx, actor, filters)).group_by(Issue.category)
    rows = tx.rows(query.order_by(many.desc(), Issue.category).limit(AGAIN_MOST))
    return tuple((category_name(code), count) for code, count in rows)
