"""Keeping what was judged: one writer at a time, once a period, with a digest so that a change shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, insert, select

from server.db import Tx
from server.errors import Conflict
from server.locks import Lock
from server.models import Area, Evaluation, EvaluationRow
from server.services import audit
from server.services.evaluation.shapes import Preset
from server.services.evaluation.telling import Drawn
from server.services.people import Actor
from server.services.statistics.periods import Period
from server.uids import uuid7

__all__ = ["Prepared", "digest_of", "heads_of", "keep", "refuse_existing"]


@dataclass(frozen=True)
class Prepared:
    """A period as it was judged, before it is kept.

    Attributes
    ----------
    preset : Preset
        By what.
    area_id : int
        Whose units are compared.
    period : Period
        Which.
    drawn : list of Drawn
        The units, best first.
    """

    preset: Preset
    area_id: int
    period: Period
    drawn: list[Drawn]


def keep(tx: Tx, actor: Actor, prepared: Prepared) -> Evaluation:
    """Keep what was judged, unless somebody else just did.

    Raises
    ------
    Conflict
        ``evaluation.exists``.
    """
    _alone(tx)
    over = tx.session.get_one(Area, prepared.area_id)
    refuse_existing(tx, prepared.preset, over, prepared.period)
    return _keep(tx, actor, over, prepared)


def refuse_existing(tx: Tx, preset: Preset, over: Area, period: Period) -> None:
    """Refuse to judge a period a second time.

    Raises
    ------
    Conflict
        ``evaluation.exists``.
    """
    if _existing(tx, over.id, preset, period):
        since = period.since.astimezone(tx.config.zone)
        raise Conflict("evaluation.exists", preset=preset.label, area=over.name, since=f"{since:%Y-%m-%d}")


def _keep(tx: Tx, actor: Actor, over: Area, prepared: Prepared) -> Evaluation:
    preset, period = prepared.preset, prepared.period
    rows = [_row(preset, one) for one in sorted(prepared.drawn, key=lambda one: one.unit.code)]
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
