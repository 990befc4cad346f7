"""Judging a period: once, when it is over, and never anew; or beforehand, to be looked at and not kept."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from server.db import Store, Tx
from server.errors import Conflict, InputError, NotPermitted
from server.models import Area, Evaluation, Issue
from server.services.areas import AreaName, by_code, reaches
from server.services.evaluation.counting import count
from server.services.evaluation.keeping import Prepared, keep, refuse_existing
from server.services.evaluation.presets import presets_of
from server.services.evaluation.scoring import judge, ranked
from server.services.evaluation.shapes import Preset
from server.services.evaluation.telling import Drawn, told
from server.services.evaluation.views import EvaluationView, Facts
from server.services.people import Actor, system_actor
from server.services.permissions import may_judge
from server.services.statistics.periods import Period
from server.words import NAMES, _

__all__ = [
    "Drawn",
    "Prepared",
    "draw",
    "judgeable",
    "keep",
    "lacking",
    "make",
    "make_due",
    "make_last",
    "prepare",
    "preset_of",
    "preview",
    "ready_at",
]

BACK = 12  # periods that are made afterwards, where the program did not run


def preset_of(tx: Tx, key: str) -> Preset:
    """Look a preset up.

    Raises
    ------
    InputError
        ``field.not_one_of``: there is none of that name.
    """
    known = presets_of(tx.store.folder)
    if key not in known:
        names = _("、").join(one.label for one in known.values())
        raise InputError("field.not_one_of", field="preset", value=key[:40], expected=names)
    return known[key]


def ready_at(preset: Preset, period: Period) -> datetime:
    """Tell from when on a period may be judged."""
    return period.until + timedelta(days=preset.wait_days)


def make(tx: Tx, actor: Actor, key: str, area: str, day: date) -> Evaluation:
    """Judge a period that is over, and keep it, in one transaction; :func:`prepare` says what may be wrong."""
    return keep(tx, actor, prepare(tx, actor, key, area, day))


def prepare(tx: Tx, actor: Actor, key: str, area: str, day: date) -> Prepared:
    """Judge a period that is over, to be kept by :func:`keep`: counting takes its time, writing does not.

    Parameters
    ----------
    tx : Tx
        Any transaction; a reading one keeps nobody from reporting.
    actor : Actor
        A supervisor over the area, or the system.
    key : str
        Which preset.
    area : str
        Code of the area whose units are compared.
    day : date
        Any day of the period.

    Raises
    ------
    InputError
        There is no such preset; the area is of another level than it compares.
    NotFound, NotPermitted
        The area is not the actor's to see; or to judge.
    Conflict
        ``evaluation.not_over``; ``evaluation.exists``: it was made already.
    """
    preset, over = _asked(tx, actor, key, area)
    period = _period_of(tx, preset, day)
    if tx.now < ready_at(preset, period):
        at = ready_at(preset, period).astimezone(tx.config.zone)
        raise Conflict("evaluation.not_over", preset=preset.label, at=f"{at:%Y-%m-%d %H:%M}")
    refuse_existing(tx, preset, over, period)
    return Prepared(preset, over.id, period, draw(tx, preset, period, over.path))


def preview(tx: Tx, actor: Actor, key: str, area: str, day: date | None = None) -> EvaluationView:
    """Judge a period that runs still, or has not been judged, as it stands now; nothing is kept.

    Parameters
    ----------
    tx, actor, key, area :
        As of :func:`make`; a reading transaction does.
    day : date, optional
        Any day of the period; today by default.
    """
    preset, over = _asked(tx, actor, key, area)
    period = _period_of(tx, preset, day) if day else Period.preset(preset.period, tx.now, tx.config.zone)
    if period.since > tx.now:
        raise InputError("evaluation.not_begun", field="day", value=str(day))
    facts = Facts(
        0, UUID(int=0), preset, over.code, over.name, over.path, period.since, period.until, tx.now, None, ""
    )
    drawn = draw(tx, preset, period, over.path)
    return told(facts, drawn)


def judgeable(tx: Tx, actor: Actor) -> list[tuple[Preset, AreaName]]:
    """List which presets an actor may judge which areas by."""
    rows = tx.rows(
        select(Area.code, Area.name, Area.level, Area.path)
        .where(Area.retired_grid_id.is_(None))
        .order_by(Area.path)
    )
    return [
        (preset, AreaName(row.code, row.name, row.level))
        for preset in presets_of(tx.store.folder).values()
        for row in rows
        if row.level == preset.over and may_judge(actor, row.path)
    ]


def _asked(tx: Tx, actor: Actor, key: str, area: str) -> tuple[Preset, Any]:
    preset, over = preset_of(tx, key), by_code(tx, area)
    if not reaches(actor, over.path):
        raise InputError("area.unknown", field="area", code=area[:40])
    if not may_judge(actor, over.path):
        raise NotPermitted("evaluation.not_permitted", area=over.name)
    if over.level != preset.over:
        raise InputError("evaluation.level", field="area", value=over.name, level=NAMES["level"][preset.over])
    return preset, over


def _period_of(tx: Tx, preset: Preset, day: date) -> Period:
    try:
        at = datetime.combine(day, time(), tx.config.zone)
        return Period.preset(preset.period, at, tx.config.zone)
    except (ValueError, OverflowError) as error:
        raise InputError("filter.time", field="day", value=str(day)) from error


def draw(tx: Tx, preset: Preset, period: Period, path: str) -> list[Drawn]:
    """Count, judge and rank, best first; units without a score last."""
    counted = count(tx, preset, period, path)
    judged = {unit.code: judge(preset, figures) for unit, figures in counted}
    ranks = ranked(preset, judged)
    drawn = [Drawn(unit, figures, judged[unit.code], ranks.get(unit.code)) for unit, figures in counted]
    return sorted(drawn, key=lambda one: (one.rank is None, one.rank or 0, one.unit.code))


def make_due(store: Store) -> dict[str, int]:
    """Make what ended periods lack: each counted while reading and kept on its own; again it makes nothing.

    One that fails keeps no other from being made; its failure is raised when all had their turn.

    Returns
    -------
    dict
        ``made``: how many.
    """
    with store.read() as tx:
        missing = list(lacking(tx))
    made: list[int] = []

    def turn(one: tuple[Preset, int, Period]) -> None:
        made.append(_make_one(store, *one))

    with ExitStack() as turns:  # calls the last one first
        for one in reversed(missing):
            turns.callback(turn, one)
    return {"made": sum(made)}


def _make_one(store: Store, preset: Preset, area_id: int, period: Period) -> int:
    with store.read() as tx:
        path = tx.session.get_one(Area, area_id).path
        prepared = Prepared(preset, area_id, period, draw(tx, preset, period, path))
    with store.write() as tx:
        return _keep_new(tx, prepared)


def make_last(tx: Tx, preset: Preset, area_id: int, period: Period) -> int:
    """Make one evaluation by the system, unless another process just did; gives how many were made."""
    drawn = draw(tx, preset, period, tx.session.get_one(Area, area_id).path)
    return _keep_new(tx, Prepared(preset, area_id, period, drawn))


def _keep_new(tx: Tx, prepared: Prepared) -> int:
    try:
        keep(tx, system_actor(), prepared)
    except Conflict:
        return 0
    return 1


def lacking(tx: Tx) -> Iterator[tuple[Preset, int, Period]]:
    """Find the ended periods that were not judged: the last one, and those since the newest one that was.

    None that was over before the first issue, and at most :data:`BACK` each, the earliest first.
    """
    first = tx.session.scalar(select(func.min(Issue.reported_at)))
    if first is None:
        return
    areas = tx.rows(select(Area.id, Area.level).where(Area.retired_grid_id.is_(None)).order_by(Area.path))
    for preset in presets_of(tx.store.folder).values():
        period = Period.preset(preset.period, tx.now - timedelta(days=preset.wait_days), tx.config.zone)
        ended: list[Period] = []
        while len(ended) < BACK and (period := period.previous()).until > first:
            ended.append(period)
        newest = _newest(tx, preset)
        for one in areas:
            if one.level == preset.over:
                yield from ((preset, one.id, period) for period in _missing(ended, newest.get(one.id)))


def _newest(tx: Tx, preset: Preset) -> dict[int, datetime]:
    """Tell where the newest period that was judged begins, by area."""
    query = select(Evaluation.area_id, func.max(Evaluation.since).label("since")).where(
        Evaluation.preset == preset.key
    )
    return {one.area_id: one.since for one in tx.rows(query.group_by(Evaluation.area_id))}


def _missing(ended: Sequence[Period], newest: datetime | None) -> list[Period]:
    if newest is None:
        return list(ended[:1])
    return [period for period in reversed(ended) if period.since > newest]
