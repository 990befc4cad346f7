"""Appeals as people read them: those of a unit, and those that wait to be decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Appeal, Area, Evaluation, EvaluationRow, Issue, Person, PrivateText
from server.services.evaluation.appeals import is_concerned
from server.services.evaluation.reading import department_of, preset_kept
from server.services.evaluation.shapes import Preset
from server.services.people import Actor
from server.services.permissions import may_appeal, may_judge, reads_unit, visible
from server.services.private import unseal
from server.services.redact import masked

__all__ = ["AppealView", "of_unit", "waiting"]

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
    )


def of_unit(tx: Tx, actor: Actor, row_id: int) -> tuple[AppealView, ...]:
    """List the appeals of a unit that the actor reads whole, newest first."""
    query = _query().where(Appeal.row_id == row_id).order_by(Appeal.id.desc())
    return tuple(_views(tx, actor, tx.session.execute(query).all()))


def waiting(tx: Tx, actor: Actor) -> tuple[AppealView, ...]:
    """List the open appeals that the actor may decide or made, or that are about units of theirs; oldest first."""
    rows = tx.session.execute(_query().where(Appeal.state == "open").order_by(Appeal.at, Appeal.id)).all()
    department = department_of(tx, actor)
    mine = [
        row
        for row in rows
        if may_judge(actor, row[1].path)
        or row[0].by_id == actor.person_id
        or may_appeal(actor, row[1].kind, row[1].code, row[1].path, department)
    ]
    return tuple(_views(tx, actor, mine[:MOST]))


def _views(tx: Tx, actor: Actor, rows: Sequence[Any]) -> Iterable[AppealView]:
    keys = [row[4].id for row in rows]
    seen = (
        set(tx.session.scalars(select(Issue.id).where(Issue.id.in_(keys), visible(actor)))) if keys else set()
    )
    department = department_of(tx, actor)
    for row, unit, evaluation, over, issue, who, judge in rows:
        can_see = issue.id in seen
        is_whole = reads_unit(actor, over, unit.kind, unit.code, unit.path, department) == "whole"
        judges = row.state == "open" and may_judge(actor, unit.path)
        concerned = judges and is_concerned(tx, actor, row, issue, unit.code)
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
            who=who,
            at=row.at,
            words=_words(tx, issue.id, row.words_uid) if is_whole else None,
            state=row.state,
            judge=judge or "",
            decided_at=row.decided_at,
            decision=_words(tx, issue.id, row.decision_uid) if is_whole else None,
            effect=row.effect,
            may_decide=judges and not concerned,
            may_withdraw=row.state == "open" and row.by_id == actor.person_id,
            is_concerned=concerned,
        )


def _words(tx: Tx, issue_id: int, uid: UUID | None) -> str | None:
    """Read sealed words, masked as all words about people are."""
    texts = tx.session.scalars(select(PrivateText).where(PrivateText.issue_id == issue_id)).all()
    names = [unseal(tx, one) or "" for one in texts if one.kind == "reporter_name"]
    said = next((unseal(tx, one) for one in texts if one.uid == uid), None)
    return None if said is None else masked("appeal", said, names)
