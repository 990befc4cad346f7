"""Evaluations as people read them: the list, one ranking, one unit; each sees what is theirs to see."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select

from server.db import Tx
from server.errors import NotFound, NotPermitted
from server.models import Appeal, Area, Department, Evaluation, EvaluationRow
from server.services.evaluation.presets import preset_from
from server.services.evaluation.shapes import Preset
from server.services.evaluation.telling import WHOLE, Row, told_to
from server.services.evaluation.views import EvaluationView, Facts, Line, Opened
from server.services.people import Actor
from server.services.permissions import is_handler, reads_unit
from server.workflow import Role

__all__ = ["READERS", "department_of", "listed", "one", "opened", "preset_kept", "unit"]

AT_ONCE = 60
READERS = frozenset({Role.WORKER, Role.LEADER, Role.SUPERVISOR, Role.HANDLER})
"""Roles that evaluations are for: those who are judged, lead or judge."""


def preset_kept(row: Evaluation) -> Preset:
    """Read the rules that an evaluation was made by."""
    return preset_from(row.preset, row.rules)


def department_of(tx: Tx, actor: Actor) -> str:
    """Give the code of the department that somebody handles issues for; empty for none."""
    if not is_handler(actor):
        return ""
    return tx.session.scalar(select(Department.code).where(Department.id == actor.department_id)) or ""


def listed(
    tx: Tx, actor: Actor, preset: str = "", before: int | None = None, limit: int = AT_ONCE
) -> tuple[tuple[EvaluationView, ...], int | None]:
    """List the evaluations of which an actor reads any line, newest period first.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who reads.
    preset : str
        Only of this preset; empty for all.
    before : int, optional
        So many were read already.
    limit : int
        At most so many.

    Returns
    -------
    (tuple of EvaluationView, int or None)
        The evaluations, and where the next page goes on, if there is one.
    """
    skipped = before or 0
    query = select(Evaluation, Area.code, Area.name, Area.path).join(Area, Area.id == Evaluation.area_id)
    query = query.where(_near(tx, actor))
    if preset:
        query = query.where(Evaluation.preset == preset)
    query = query.order_by(Evaluation.until.desc(), Evaluation.preset, Area.path, Evaluation.id)
    rows = tx.session.execute(query.offset(skipped).limit(limit + 1)).all()
    views = [_view(tx, actor, row) for row in rows[:limit]]
    return tuple(one for one in views if one.lines), skipped + limit if len(rows) > limit else None


def _near(tx: Tx, actor: Actor) -> ColumnElement[bool]:
    """Condition: the area compared lies above, below or at one of the actor's, or their department is judged."""
    if actor.is_system:
        return literal(value=True)
    ways = [
        or_(
            func.substr(literal(path), 1, func.length(Area.path)) == Area.path,
            func.substr(Area.path, 1, len(path)) == path,
        )
        for path in dict.fromkeys(grant.path for grant in actor.grants)
    ]
    unit = department_of(tx, actor)
    judged = select(EvaluationRow.id).where(
        EvaluationRow.evaluation_id == Evaluation.id,
        EvaluationRow.kind == "department",
        EvaluationRow.code == unit,
    )
    return or_(false(), *ways, and_(literal(bool(unit)), judged.correlate(Evaluation).exists()))


def one(tx: Tx, actor: Actor, uid: UUID) -> EvaluationView:
    """Read one evaluation.

    Raises
    ------
    NotFound
        ``evaluation.not_found``: absent, or no line of it is the actor's to see.
    """
    query = select(Evaluation, Area.code, Area.name, Area.path).join(Area, Area.id == Evaluation.area_id)
    row = tx.session.execute(query.where(Evaluation.uid == uid)).first()
    view = _view(tx, actor, row) if row is not None else None
    if view is None or not view.lines:
        raise NotFound("evaluation.not_found", uid=str(uid))
    return view


def unit(tx: Tx, actor: Actor, uid: UUID, code: str) -> Opened:
    """Read one unit of an evaluation whole.

    Raises
    ------
    NotFound
        Absent, or none of its lines is the actor's to see.
    NotPermitted
        ``evaluation.line_only``: they see its place, not its figures.
    """
    view = one(tx, actor, uid)
    line = next((line for line in view.lines if line.code == code), None)
    if line is None:
        raise NotFound("evaluation.no_unit", uid=str(uid), code=code[:64])
    if line.read != WHOLE:
        raise NotPermitted("evaluation.line_only", name=line.name)
    return opened(tx, view, line)


def opened(tx: Tx, view: EvaluationView, line: Line) -> Opened:
    """Read the figures of a line."""
    figures = tx.session.get_one(EvaluationRow, line.id).figures
    without = _granted(tx, [line.id]).get(line.id, frozenset())
    return Opened(view.facts, line, view.ranked, figures, without)


def _view(tx: Tx, actor: Actor, found: Any) -> EvaluationView:  # noqa: ANN401 - a row
    row, code, name, path = found
    preset = preset_kept(row)
    facts = Facts(
        row.id, row.uid, preset, code, name, path, row.since, row.until, row.made_at, row.final_at, row.digest
    )
    rows = tx.session.scalars(select(EvaluationRow).where(EvaluationRow.evaluation_id == row.id)).all()
    units = [
        Row(one.id, one.kind, one.code, one.name, one.path or "", one.score, one.rank, one.figures)
        for one in rows
    ]
    department = department_of(tx, actor)
    reads = {
        one.code: WHOLE
        if actor.is_system
        else reads_unit(actor, path, one.kind, one.code, one.path, department)
        for one in units
    }
    return told_to(facts, units, _granted(tx, [one.id for one in units]), reads)


def _granted(tx: Tx, rows: Sequence[int]) -> dict[int, frozenset[int]]:
    """Find the issues left out by appeals that were granted, by row."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(Appeal.row_id, Appeal.issue_id).where(Appeal.row_id.in_(rows), Appeal.state == "granted")
    for key, issue in tx.rows(query) if rows else ():
        found[key].add(issue)
    return {key: frozenset(ids) for key, ids in found.items()}
