"""Appeals as people read them: those of a unit, and those that wait to be decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased, defer

from server.db import Tx
from server.models import Appeal, Area, Evaluation, EvaluationRow, Issue, Person, PrivateText
from server.services.evaluation.appeals import is_own, worked_on
from server.services.evaluation.reading import department_of, preset_kept
from server.services.evaluation.shapes import Preset
from server.services.people import Actor
from server.services.permissions import may_appeal, may_judge, reads_unit, visible
from server.services.private import unseal
from server.services.redact import masked

__all__ = ["AppealView", "deciding", "of_unit", "waiting"]

MOST = 200


@dataclass(frozen=True)
class AppealView:
    """One appeal.

    Attributes
    ----------
    uid : UUID
        Its name in forms.
    evaluation : UUID
        Of which evaluation.
    preset : Preset
        Its rules.
    since, until : datetime
        Its period.
    code, name : str
        Of which unit.
    number, summary : str
        About which issue; empty where the reader may not see it.
    issue_id : int
        Its key inside the program.
    who, at : str, datetime
        Who appealed, when.
    words : str or None
        Why, masked; None when they were blanked, or are not the reader's.
    state : str
        ``open granted refused withdrawn``.
    judge, decided_at : str, datetime or None
        Who decided, when.
    decision : str or None
        Their words, masked.
    effect : Mapping or None
        ``score`` and ``rank``, each before and after.
    may_decide, may_withdraw : bool
        Whether the reader may.
    is_concerned : bool
        Whether it is theirs to decide but for being concerned.
    """

    uid: UUID
    evaluation: UUID
    preset: Preset
    since: datetime
    until: datetime
    code: str
    name: str
    number: str
    summary: str
    issue_id: int
    who: str
    at: datetime
    words: str | None
    state: str
    judge: str
    decided_at: datetime | None
    decision: str | None
    effect: Mapping[str, Any] | None
    may_decide: bool
    may_withdraw: bool
    is_concerned: bool


@dataclass(frozen=True)
class _Found:
    """An appeal with what stands around it, as :func:`_query` reads it."""

    row: Appeal
    unit: EvaluationRow
    evaluation: Evaluation
    over: str
    issue: Issue
    who: str
    judge: str | None


_JUDGE = aliased(Person)


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(Appeal, EvaluationRow, Evaluation, Area.path, Issue, Person.name, _JUDGE.name)
        .join(EvaluationRow, EvaluationRow.id == Appeal.row_id)
        .join(Evaluation, Evaluation.id == EvaluationRow.evaluation_id)
        .join(Area, Area.id == Evaluation.area_id)
        .join(Issue, Issue.id == Appeal.issue_id)
        .join(Person, Person.id == Appeal.by_id)
        .outerjoin(_JUDGE, _JUDGE.id == Appeal.decided_by_id)
        .options(defer(EvaluationRow.figures))
    )


def of_unit(tx: Tx, actor: Actor, row_id: int) -> tuple[AppealView, ...]:
    """List the appeals of a unit that the actor reads whole, newest first."""
    query = _query().where(Appeal.row_id == row_id).order_by(Appeal.id.desc())
    return tuple(_views(tx, actor, [_Found(*row) for row in tx.session.execute(query).all()]))


def waiting(tx: Tx, actor: Actor) -> tuple[AppealView, ...]:
    """List the open appeals that the actor may decide or made, or that are about units of theirs; oldest first."""
    return tuple(_views(tx, actor, _open(tx, actor)[:MOST]))


def deciding(tx: Tx, actor: Actor) -> int:
    """Count the open appeals that the actor may decide; nobody's words are read for that."""
    rows = [one for one in _open(tx, actor) if may_judge(actor, one.unit.path or "")]
    concerned = _concerning(tx, actor, rows)
    return sum(one.row.id not in concerned for one in rows)


def _open(tx: Tx, actor: Actor) -> list[_Found]:
    department = department_of(tx, actor)
    query = _query().where(Appeal.state == "open", _near(actor, department))
    found = [_Found(*row) for row in tx.session.execute(query.order_by(Appeal.at, Appeal.id)).all()]
    return [
        one
        for one in found
        if may_judge(actor, one.unit.path or "")
        or one.row.by_id == actor.person_id
        or may_appeal(actor, one.unit.kind, one.unit.code, one.unit.path or "", department)
    ]


def _near(actor: Actor, department: str) -> ColumnElement[bool]:
    """Condition: an appeal may be somebody's to read, by who made it, by unit or by place."""
    if actor.is_system:
        return literal(value=True)
    unit = EvaluationRow
    return or_(
        Appeal.by_id == actor.person_id,
        and_(unit.kind == "worker", unit.code == str(actor.uid)),
        and_(unit.kind == "department", unit.code == department),
        *(func.substr(unit.path, 1, len(path)) == path for path in {one.path for one in actor.grants}),
    )


def _concerning(tx: Tx, actor: Actor, rows: Sequence[_Found]) -> frozenset[int]:
    """Find the appeals that concern the actor, see :func:`server.services.evaluation.appeals.is_concerned`."""
    worked, department = worked_on(tx, actor, [one.issue.id for one in rows]), department_of(tx, actor)
    return frozenset(
        one.row.id
        for one in rows
        if one.issue.id in worked or is_own(actor, one.row, one.issue, one.unit, department)
    )


def _views(tx: Tx, actor: Actor, rows: Sequence[_Found]) -> Iterator[AppealView]:
    keys = [one.issue.id for one in rows]
    seen = (
        set(tx.session.scalars(select(Issue.id).where(Issue.id.in_(keys), visible(actor)))) if keys else set()
    )
    department = department_of(tx, actor)
    judged = [one for one in rows if one.row.state == "open" and may_judge(actor, one.unit.path or "")]
    judges, concerned = {one.row.id for one in judged}, _concerning(tx, actor, judged)
    whole = [one for one in rows if _reads(actor, one, department)]
    words = _words(tx, [one.row for one in whole])
    for one in rows:
        row, unit, evaluation, issue = one.row, one.unit, one.evaluation, one.issue
        can_see = issue.id in seen
        yield AppealView(
            uid=row.uid,
            evaluation=evaluation.uid,
            preset=preset_kept(evaluation),
            since=evaluation.since,
            until=evaluation.until,
            code=unit.code,
            name=unit.name,
            number=issue.number if can_see else "",
            summary=issue.summary if can_see else "",
            issue_id=issue.id,
            who=one.who,
            at=row.at,
            words=words.get(row.words_uid),
            state=row.state,
            judge=one.judge or "",
            decided_at=row.decided_at,
            decision=words.get(row.decision_uid),
            effect=row.effect,
            may_decide=row.id in judges - concerned,
            may_withdraw=row.state == "open" and row.by_id == actor.person_id,
            is_concerned=row.id in concerned,
        )


def _reads(actor: Actor, one: _Found, department: str) -> bool:
    unit = one.unit
    return reads_unit(actor, one.over, unit.kind, unit.code, unit.path or "", department) == "whole"


def _words(tx: Tx, rows: Sequence[Appeal]) -> Mapping[UUID | None, str]:
    """Read sealed words at once, masked as all words about people are."""
    wanted = {uid for row in rows for uid in (row.words_uid, row.decision_uid) if uid}
    about = or_(PrivateText.uid.in_(wanted), PrivateText.kind == "reporter_name")
    query = select(PrivateText).where(PrivateText.issue_id.in_({row.issue_id for row in rows}), about)
    texts = tx.session.scalars(query).all() if wanted else ()
    names: dict[int | None, list[str]] = defaultdict(list)
    for one in texts:
        if one.kind == "reporter_name":
            names[one.issue_id].append(unseal(tx, one) or "")
    found = ((one, unseal(tx, one)) for one in texts if one.uid in wanted)
    return {one.uid: masked("appeal", said, names[one.issue_id]) for one, said in found if said is not None}
