"""The board: the numbers of a period and an area, what they were, by unit, over time, who is late, how work is shared.

Every number is a figure of :mod:`server.services.statistics`, with the list of exactly the issues behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np

from server.db import Tx
from server.models.types import to_micros
from server.services import listing, statistics, supervision_desk
from server.services.briefs import Brief
from server.services.columns import columns_of
from server.services.columns.tree import tree_of
from server.services.fairness import Fairness, fairness_of
from server.services.filters import Filters
from server.services.orders import DUE
from server.services.people import Actor
from server.services.statistics import Figure, Period, Row, Series, Table
from server.services.statistics.periods import BETWEEN
from server.services.statistics.rates import Rates, rates_of
from server.services.supervision_desk import Said
from server.workflow import OPEN, Role, State

__all__ = ["BOARD_ROLES", "COLUMNS", "SPARK_DAYS", "SPLITS", "Board", "Course", "Late", "LateItem", "board"]

COLUMNS = ("new", "open", "overdue", "closed", "on_time")
"""Indicators of the tables by unit, and the five figures on top."""
SPLITS = {
    "category": "new", "source": "new", "subdistrict": "overdue", "community": "overdue", "cell": "overdue",
    "department": "overdue", "worker": "overdue",
}  # fmt: skip
"""What is split, and by which column the units are ordered, the most first."""
SPARK_DAYS = 14
SHORT, MEDIUM, LONG = timedelta(days=8), timedelta(days=93), timedelta(days=400)
COURSE_DAYS = 30
LATE_MOST = 8
OPEN_STATES = tuple(str(state) for state in State if state in OPEN)
BOARD_ROLES = frozenset({Role.LEADER, Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR})
"""Who has a board: each sees on it what they may see elsewhere."""
DESK_ROLES = frozenset({Role.LEADER, Role.SUPERVISOR})


@dataclass(frozen=True)
class Course:
    """New and closed over time.

    Attributes
    ----------
    period : Period
        The period itself; of one of a few days the days before it too.
    new, closed : Series
        Step by step.
    """

    period: Period
    new: Series
    closed: Series


@dataclass(frozen=True)
class LateItem:
    """One that is overdue.

    Attributes
    ----------
    brief : Brief
        The issue.
    supervised : Said or None
        How often it was supervised; None: never, or not told.
    """

    brief: Brief
    supervised: Said | None = None


@dataclass(frozen=True)
class Late:
    """What is overdue.

    Attributes
    ----------
    items : tuple of LateItem
        The latest ones.
    tabs : Mapping[str, int]
        How many stand on each tab of the supervision desk; empty for those who have none.
    """

    items: tuple[LateItem, ...]
    tabs: Mapping[str, int]


@dataclass(frozen=True)
class Board:
    """All of it.

    Attributes
    ----------
    period : Period
        When.
    figures : Mapping[str, Figure]
        By indicator.
    course : Course
        Over time.
    tables : Mapping[str, Table]
        By what is split; rows ordered, the most first.
    sparks : Mapping[str, tuple of int]
        Code of a community -> new issues of each of its last :data:`SPARK_DAYS` days.
    late : Late
        What is overdue.
    fairness : Fairness
        How open issues are shared among workers; None for who sees only what a department has.
    rates : Rates
        How the three rates are counted.
    """

    period: Period
    figures: Mapping[str, Figure]
    course: Course
    tables: Mapping[str, Table]
    sparks: Mapping[str, tuple[int, ...]]
    late: Late
    fairness: Fairness | None
    rates: Rates


def board(tx: Tx, actor: Actor, filters: Filters, period: Period) -> Board:
    """Count a board.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is open and overdue.
    actor : Actor
        Sees only what is visible to them.
    filters : Filters
        An area, or nothing.
    period : Period
        When.

    Raises
    ------
    InputError
        There is no such area.
    """
    figures = statistics.summary(tx, actor, filters, period)
    before, year_ago = period.compared(tx.now)
    if before == year_ago:  # of a year: said once
        figures = tuple(replace(one, previous=None) for one in figures)
    tables = {name: _table(tx, actor, filters, period, name) for name in SPLITS}
    return Board(
        period=period,
        figures={one.key: one for one in figures},
        course=_course(tx, actor, filters, period),
        tables=tables,
        sparks=_sparks(tx, actor, filters),
        late=_late(tx, actor, filters),
        fairness=None if actor.roles <= {Role.HANDLER} else fairness_of(tables["worker"]),
        rates=rates_of(tx.store.folder),
    )


def _table(tx: Tx, actor: Actor, filters: Filters, period: Period, name: str) -> Table:
    found = statistics.by(tx, actor, filters, period, name, COLUMNS)
    leading = COLUMNS.index(SPLITS[name])

    def size(row: Row) -> tuple[bool, float, float]:
        return row.code == "", -(row.figures[leading].value or 0), -(row.figures[1].value or 0)

    return replace(found, rows=tuple(sorted(found.rows, key=size)))


def _course(tx: Tx, actor: Actor, filters: Filters, period: Period) -> Course:
    """Follow new and closed: a period of days with those before it, a longer one by weeks or months."""
    length = period.until - period.since
    if length <= SHORT:
        since = Period.last(COURSE_DAYS, period.until - timedelta(seconds=1), period.zone).since
        period = replace(period, since=min(since, period.since), name=BETWEEN)
    step = "day" if length <= MEDIUM else "week" if length <= LONG else "month"
    new, closed = (statistics.trend(tx, actor, filters, key, period, step) for key in ("new", "closed"))
    return Course(period, new, closed)


def _sparks(tx: Tx, actor: Actor, filters: Filters) -> dict[str, tuple[int, ...]]:
    """Count new issues by community and day, all in one go."""
    zone, tree = tx.config.zone, tree_of(tx)
    days = Period.last(SPARK_DAYS, tx.now, zone)
    window = replace(filters, since=days.since, until=days.until)
    rows = columns_of(tx).chosen(tx, actor, window, ("area", "reported_us"))
    first = days.since.astimezone(zone).date()
    midnights = [datetime.combine(first + timedelta(days=day), time(), zone) for day in range(SPARK_DAYS)]
    day = np.searchsorted([to_micros(at) for at in midnights], rows["reported_us"], side="right") - 1
    unit = tree.at_level("community")(rows["area"])
    code_of = {area.id: area.code for area in tree.areas}
    return {
        code_of[key]: tuple(np.bincount(day[unit == key], minlength=SPARK_DAYS).tolist())
        for key in np.unique(unit).tolist()
        if key
    }


def _late(tx: Tx, actor: Actor, filters: Filters) -> Late:
    if actor.roles & DESK_ROLES:
        desk = supervision_desk.desk(tx, actor, filters)
        lines = tuple(LateItem(one.brief, one.supervised) for one in desk.lines[:LATE_MOST])
        return Late(lines, desk.counts)
    red = replace(filters, states=OPEN_STATES, clocks=("red",))
    page = listing.find(tx, actor, red, limit=LATE_MOST, order=DUE)
    return Late(tuple(LateItem(one) for one in page.items), {})
