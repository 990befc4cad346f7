"""Examining evaluations: digest against rules and rows, scores and ranks against their figures."""

from collections.abc import Iterator

from sqlalchemy import select

from server.db import Tx
from server.models import Area, Evaluation, EvaluationRow
from server.services.derived import Complaint
from server.services.evaluation.keeping import digest_of, heads_of
from server.services.evaluation.reading import preset_kept
from server.services.evaluation.scoring import judge, ranked

__all__ = ["altered"]

_KEPT = ("kind", "code", "name", "path", "score", "rank", "figures")


def altered(tx: Tx) -> Iterator[Complaint]:
    """Find evaluations that are not as they were made, or whose scores do not follow from their figures."""
    query = select(Evaluation, Area.code).join(Area, Area.id == Evaluation.area_id).order_by(Evaluation.id)
    for one, area in tx.session.execute(query).all():
        mine = select(EvaluationRow).where(EvaluationRow.evaluation_id == one.id).order_by(EvaluationRow.code)
        rows = sorted(tx.session.scalars(mine), key=lambda row: row.code)
        said = [{name: getattr(row, name) for name in _KEPT} for row in rows]
        values = {"name": one.name, "since": f"{one.since.astimezone(tx.config.zone):%Y-%m-%d}"}
        if digest_of(heads_of(one.preset, area, one.since, one.until), one.rules, said) != one.digest:
            yield Complaint("doctor.evaluation", values)
            continue
        preset = preset_kept(one)
        judged = {row.code: judge(preset, row.figures) for row in rows}
        ranks = ranked(preset, judged)
        for row in rows:
            if (row.score, row.rank) != (judged[row.code].score, ranks.get(row.code)):
                yield Complaint("doctor.evaluation_row", {**values, "unit": row.name})
