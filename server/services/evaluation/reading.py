"""Evaluations as people read them: the list, one ranking, one unit; each sees what is theirs to see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select

from server.db import Tx
from server.errors import NotFound, NotPermitted
from server.models import Appeal, Area, Department, Evaluation, EvaluationRow
from server.services.evaluation.presets import preset_from
from server.services.evaluation.shapes import Preset
from server.services.evaluation.telling import WHOLE, Row, lines_of, told_to
from server.services.evaluation.views import EvaluationView, Facts, Line, Listed, Opened
from server.services.people import Actor
from server.services.permissions import is_handler, reads_unit
from server.workflow import Role

__all__ = ["READERS", "department_of", "listed", "one", "opened", "preset_kept", "unit"]

AT_ONCE = 30
OWN = 3  # units of a reader that a list names
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
) -> tuple[tuple[Listed, ...], int | None]:
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
    (tuple of Listed, int or None)
        The evaluations, and where the next page goes on, if there is one.
    """
    skipped = before or 0
    query = select(Evaluation, Area.code, Area.name, Area.path).join(Area, Area.id == Evaluation.area_id)
    query = query.where(_near(tx, actor))
    if preset:
        query = query.where(Evaluation.preset == preset)
    query = query.order_by(Evaluation.until.desc(), Evaluation.preset, Area.path, Evaluation.id)
    rows = tx.session.execute(query.offset(skipped).limit(limit + 1)).all()
    return tuple(_listed(tx, actor, rows[:limit])), skipped + limit if len(rows) > limit else None


def _listed(tx: Tx, actor: Actor, found: Sequence[Any]) -> Iterable[Listed]:
    """Tell evaluations of a list; figures are read of the units shown, not of all."""
    every = [_facts(*one) for one in found]
    units = _units(tx, [one.id for one in every])
    granted = _granted(tx, [row.id for rows in units.values() for row in rows])
    unit, told = department_of(tx, actor), []
    for facts in every:
        rows = sorted(units[facts.id], key=lambda row: (row.rank is None, row.rank or 0, row.code))
        reads = _reads(actor, facts, rows, unit)
        if any(reads.values()):
            own = [row for row in rows if reads[row.code] == WHOLE][:OWN]
            told.append((facts, rows, own, sum(len(granted.get(row.id, ())) for row in rows)))
    figures = _figures(tx, [row.id for _facts, _rows, own, _granted in told for row in own])
    for facts, rows, own, many in told:
        lines = lines_of(facts.preset, [replace(row, figures=figures[row.id]) for row in own], {})
        whole = tuple(replace(line, read=WHOLE) for line in lines)
        yield Listed(facts, whole, len(rows), sum(row.rank is not None for row in rows), many)


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


def one(tx: Tx, actor: Actor, uid: UUID, only: str | None = None) -> EvaluationView:
    """Read one evaluation.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who reads.
    uid : UUID
        Which.
    only : str, optional
        The one unit whose figures are needed; all by default.

    Raises
    ------
    NotFound
        ``evaluation.not_found``: absent, or no line of it is the actor's to see.
    """
    query = select(Evaluation, Area.code, Area.name, Area.path).join(Area, Area.id == Evaluation.area_id)
    row = tx.session.execute(query.where(Evaluation.uid == uid)).first()
    view = _view(tx, actor, _facts(*row), only) if row is not None else None
    if view is None or not view.lines:
        raise NotFound("evaluation.not_found")
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
    view = one(tx, actor, uid, code)
    line = next((line for line in view.lines if line.code == code), None)
    if line is None:
        raise NotFound("evaluation.no_unit")
    if line.read != WHOLE:
        raise NotPermitted("evaluation.line_only", name=line.name)
    return opened(tx, view, line)


def opened(tx: Tx, view: EvaluationView, line: Line) -> Opened:
    """Read the figures of a line."""
    figures = _figures(tx, [line.id])[line.id]
    without = _granted(tx, [line.id]).get(line.id, frozenset())
    return Opened(view.facts, line, view.ranked, figures, without)


def _facts(row: Evaluation, code: str, name: str, path: str) -> Facts:
    preset = preset_kept(row)
    return Facts(
        row.id, row.uid, preset, code, name, path, row.since, row.until, row.made_at, row.final_at, row.digest
    )


def _view(tx: Tx, actor: Actor, facts: Facts, only: str | None) -> EvaluationView:
    units = _units(tx, [facts.id])[facts.id]
    granted = _granted(tx, [one.id for one in units])
    needed = [one.id for one in units if only is None or granted or one.code == only]
    figures = _figures(tx, needed)
    units = [replace(one, figures=figures.get(one.id)) for one in units]
    return told_to(facts, units, granted, _reads(actor, facts, units, department_of(tx, actor)))


def _reads(actor: Actor, facts: Facts, units: Sequence[Row], department: str) -> dict[str, str]:
    if actor.is_system:
        return {one.code: WHOLE for one in units}
    over = facts.area_path
    return {one.code: reads_unit(actor, over, one.kind, one.code, one.path, department) for one in units}


def _units(tx: Tx, evaluations: Sequence[int]) -> dict[int, list[Row]]:
    """Read units without their figures, which list every issue that counted."""
    columns = (
        EvaluationRow.evaluation_id, EvaluationRow.id, EvaluationRow.kind, EvaluationRow.code, EvaluationRow.name,
        EvaluationRow.path, EvaluationRow.score, EvaluationRow.rank,
    )  # fmt: skip
    found: dict[int, list[Row]] = {key: [] for key in evaluations}
    query = select(*columns).where(EvaluationRow.evaluation_id.in_(evaluations))
    for one in tx.rows(query) if evaluations else ():
        told = Row(one.id, one.kind, one.code, one.name, one.path or "", one.score, one.rank, None)
        found[one.evaluation_id].append(told)
    return found


def _figures(tx: Tx, rows: Sequence[int]) -> dict[int, Any]:
    query = select(EvaluationRow.id, EvaluationRow.figures).where(EvaluationRow.id.in_(rows))
    return {one.id: one.figures for one in tx.rows(query)} if rows else {}


def _granted(tx: Tx, rows: Sequence[int]) -> dict[int, frozenset[int]]:
    """Find the issues left out by appeals that were granted, by row."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(Appeal.row_id, Appeal.issue_id).where(Appeal.row_id.in_(rows), Appeal.state == "granted")
    for key, issue in tx.rows(query) if rows else ():
        found[key].add(issue)
    return {key: frozenset(ids) for key, ids in found.items()}
