"""Judging a period: once, when it is over, and never anew; or beforehand, to be looked at and not kept."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select

from server.db import Store, Tx
from server.errors import Conflict, InputError, NotPermitted
from server.locks import Lock
from server.models import Area, Evaluation, EvaluationRow, Issue
from server.services import audit
from server.services.areas import AreaName, by_code, reaches
from server.services.evaluation.counting import count
from server.services.evaluation.presets import presets_of
from server.services.evaluation.scoring import judge, ranked
from server.services.evaluation.shapes import Preset
from server.services.evaluation.telling import Drawn, told
from server.services.evaluation.views import EvaluationView, Facts
from server.services.people import Actor, system_actor
from server.services.permissions import may_judge
from server.services.statistics.periods import Period
from server.uids import uuid7
from server.words import NAMES

__all__ = [
    "Drawn",
    "digest_of",
    "draw",
    "heads_of",
    "judgeable",
    "lacking",
    "make",
    "make_due",
    "make_last",
    "preset_of",
    "preview",
    "ready_at",
]


def preset_of(tx: Tx, key: str) -> Preset:
    """Look a preset up.

    Raises
    ------
    InputError
        ``field.not_one_of``: there is none of that name.
    """
    known = presets_of(tx.store.folder)
    if key not in known:
        raise InputError("field.not_one_of", field="preset", value=key[:40], expected="、".join(known))
    return known[key]


def ready_at(preset: Preset, period: Period) -> datetime:
    """Tell from when on a period may be judged."""
    return period.until + timedelta(days=preset.wait_days)


def make(tx: Tx, actor: Actor, key: str, area: str, day: date) -> Evaluation:
    """Judge a period that is over, and keep it.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
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
    _alone(tx)
    if _existing(tx, over.id, preset, period):
        since = period.since.astimezone(tx.config.zone)
        raise Conflict("evaluation.exists", preset=preset.label, area=over.name, since=f"{since:%Y-%m-%d}")
    return _keep(tx, actor, preset, over, period)


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


def _keep(tx: Tx, actor: Actor, preset: Preset, over: Any, period: Period) -> Evaluation:  # noqa: ANN401 - an area
    drawn = draw(tx, preset, period, over.path)
    rows = [_row(preset, one) for one in sorted(drawn, key=lambda one: one.unit.code)]
    heads = heads_of(preset.key, over.code, period.since, period.until)
    made = Evaluation(
        uid=uuid7(tx.now),
        preset=preset.key,
        name=preset.name,
        area_id=over.id,
        since=period.since,
        until=period.until,
        rules=preset.rules(),
        digest=digest_of(heads, preset.rules(), rows),
        made_at=tx.now,
        made_by_id=actor.person_id,
        final_at=tx.now + timedelta(days=preset.appeal_days),
    )
    tx.session.add(made)
    tx.session.flush()
    if rows:
        tx.session.execute(insert(EvaluationRow), [{**row, "evaluation_id": made.id} for row in rows])
    audit.record(tx, actor, "evaluation.make", preset=preset.name, area=over.name, count=len(rows),
                 period=f"{period.since.astimezone(period.zone):%Y-%m-%d}")  # fmt: skip
    return made


def heads_of(preset: str, area: str, since: datetime, until: datetime) -> dict[str, Any]:
    """Tell what an evaluation is of, as its digest holds it."""
    moments = {"since": since.astimezone(UTC).isoformat(), "until": until.astimezone(UTC).isoformat()}
    return {"preset": preset, "area": area, **moments}


def _row(preset: Preset, one: Drawn) -> dict[str, Any]:
    return {
        "kind": preset.unit,
        "code": one.unit.code,
        "name": one.unit.name,
        "path": one.unit.path,
        "score": one.judged.score,
        "rank": one.rank,
        "figures": one.figures,
    }


def digest_of(heads: dict[str, Any], rules: Any, rows: Sequence[dict[str, Any]]) -> str:  # noqa: ANN401 - JSON
    """Give the digest of an evaluation: SHA-256 of its canonical JSON.

    Parameters
    ----------
    heads : dict
        Preset, area, beginning and end.
    rules : Any
        The preset as it was.
    rows : Sequence of dict
        ``kind code name path score rank figures`` of each, by code.
    """
    said = orjson.dumps({"heads": heads, "rules": rules, "rows": rows}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


def _alone(tx: Tx) -> None:
    """Let one after the other make evaluations: SQLite has one writer anyway."""
    if not tx.on_sqlite:
        tx.session.execute(select(func.pg_advisory_xact_lock(Lock.EVALUATION.value)))


def _existing(tx: Tx, area_id: int, preset: Preset, period: Period) -> bool:
    same = (Evaluation.area_id == area_id, Evaluation.preset == preset.key, Evaluation.since == period.since)
    return tx.session.scalar(select(Evaluation.id).where(*same, Evaluation.until == period.until)) is not None


def make_due(store: Store) -> dict[str, int]:
    """Make what the last ended period of each preset lacks, each in its own transaction; again it makes nothing.

    Returns
    -------
    dict
        ``made``: how many.
    """
    with store.read() as tx:
        missing = list(lacking(tx))
    made = 0
    for preset, area_id, period in missing:
        with store.write() as tx:
            made += make_last(tx, preset, area_id, period)
    return {"made": made}


def make_last(tx: Tx, preset: Preset, area_id: int, period: Period) -> int:
    """Make one evaluation by the system, unless another process just did; gives how many were made."""
    _alone(tx)
    if _existing(tx, area_id, preset, period):
        return 0
    _keep(tx, system_actor(), preset, tx.session.get_one(Area, area_id), period)
    return 1


def lacking(tx: Tx) -> Iterable[tuple[Preset, int, Period]]:
    """Find the periods that ended last and were not judged; none that was over before the first issue."""
    first = tx.session.scalar(select(func.min(Issue.reported_at)))
    if first is None:
        return
    areas = tx.rows(select(Area.id, Area.level).where(Area.retired_grid_id.is_(None)).order_by(Area.path))
    for preset in presets_of(tx.store.folder).values():
        now = tx.now - timedelta(days=preset.wait_days)
        period = Period.preset(preset.period, now, tx.config.zone).previous()
        same = (
            Evaluation.preset == preset.key,
            Evaluation.since == period.since,
            Evaluation.until == period.until,
        )
        there = set(tx.session.scalars(select(Evaluation.area_id).where(*same)))
        if period.until > first:
            yield from (
                (preset, one.id, period) for one in areas if one.level == preset.over and one.id not in there
            )
