"""吹哨报到: departments called to an issue, and what each answers."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from server.errors import InputError
from server.models import Department, Whistle
from server.services.serving import serving
from server.services.steps import fields
from server.services.steps.step import Step

__all__ = ["DO", "READ"]

MOST = 20


def _call(step: Step) -> None:
    said = step.given["departments"]
    codes = list(dict.fromkeys(said if isinstance(said, list | tuple) else [said]))
    if len(codes) > MOST:
        raise InputError("field.too_large", field="departments", value=len(codes), most=MOST)
    known = dict(
        step.tx.session.execute(
            select(Department.code, Department.id)
            .where(Department.code.in_([str(one) for one in codes]), serving(step.path))
            .order_by(Department.id)
            .with_for_update(read=True, of=Department)
        ).all()
    )
    unknown = [str(one) for one in codes if str(one) not in known]
    if unknown:
        raise InputError("whistle.unknown", field="departments", value=unknown[0][:40])
    waiting = {one.department_id for one in step.whistles if one.answered_at is None}
    again = [code for code, key in known.items() if key in waiting]
    if again:
        raise InputError("whistle.waiting", field="departments", value=again[0])
    answer_by = fields.instant(step.tx, "answer_by", step.given["answer_by"], step.tx.now)
    step.codes["departments"] = [known[str(one)] for one in codes]
    step.codes["answer_by"] = answer_by.isoformat()


def _called(step: Step) -> None:
    answer_by = fields.instant(step.tx, "answer_by", step.codes["answer_by"], step.tx.now)
    for key in step.codes["departments"]:
        step.tx.session.add(
            Whistle(
                issue_id=step.issue.id, seq=step.seq, department_id=key, answer_by=answer_by, at=step.tx.now
            )
        )


def _mine(step: Step) -> Whistle:
    """Give the call that the actor's department has not answered yet; the table let nobody else come here."""
    return next(
        one
        for one in step.whistles
        if one.department_id == step.actor.department_id and one.answered_at is None
    )


def _answer(step: Step) -> None:
    step.codes["result"] = fields.code("result", step.given["result"])
    step.codes["department"] = _mine(step).department_id
    step.codes["to"] = _mine(step).seq


def _answered(step: Step) -> None:
    call = _mine(step)
    call.answered_at, call.answered_by_id = step.at, step.actor.person_id
    call.result = step.codes["result"]


READ: Mapping[str, Callable[[Step], None]] = {"whistle": _call, "answer": _answer}
DO: Mapping[str, Callable[[Step], None]] = {"whistle": _called, "answer": _answered}
