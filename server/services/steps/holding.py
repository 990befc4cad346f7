"""Who holds it: dispatch, take, transfer, reassign, escalate, return."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from server.errors import InputError
from server.models import Leave, Person
from server.services import duties
from server.services.candidates import candidates
from server.services.serving import keep
from server.services.standing import SPENT_AT
from server.services.steps.step import Step

__all__ = ["DO", "READ", "waits"]

DIGITS_MOST = 18


def _given(step: Step) -> None:
    step.codes["holder"] = _holder(step, str(step.given["holder"]))
    if step.action == "reassign" and step.issue.hand_offs >= SPENT_AT:
        step.codes["final"] = True


def _holder(step: Step, value: str) -> list[object]:
    """Read a holder: for people only those whom :func:`candidates` lists, for the system anybody active."""
    kind, _, key = value.partition(":")
    if step.actor.is_system:
        if not _is_there(step, kind, key):
            raise InputError("holder.unknown", field="holder", value=value[:40])
    elif value not in {one.holder for one in candidates(step.tx, step.path)}:
        raise _refusal(step, kind, key, value)
    elif kind == "department" and not keep(step.tx, int(key)):
        raise InputError("holder.unknown", field="holder", value=value[:40])
    issue = step.issue
    if int(key) == (issue.holder_person_id if kind == "person" else issue.holder_department_id):
        raise InputError("holder.same", field="holder", value=value[:40])
    return [kind, int(key)]


def _is_there(step: Step, kind: str, key: str) -> bool:
    if not key.isdecimal() or len(key) > DIGITS_MOST:
        return False
    if kind == "person":
        person = step.tx.session.get(Person, int(key))
        return person is not None and person.is_active
    return kind == "department" and keep(step.tx, int(key))


def _refusal(step: Step, kind: str, key: str, value: str) -> InputError:
    """Say why somebody cannot be given it: away, off duty, or nobody."""
    unknown = InputError("holder.unknown", field="holder", value=value[:40])
    if kind != "person" or not key.isdecimal() or len(key) > DIGITS_MOST:
        return unknown
    tx = step.tx
    away = tx.session.execute(
        select(Person.name, Leave.ends_at)
        .join(Leave, Leave.person_id == Person.id)
        .where(Person.id == int(key), Leave.starts_at <= tx.now, Leave.ends_at > tx.now)
    ).first()
    if away is None:
        return unknown
    until = away.ends_at.astimezone(tx.config.zone).strftime("%Y-%m-%d %H:%M")
    return InputError("holder.away", field="holder", name=away.name, until=until)


def _mine(step: Step) -> None:
    if step.actor.person_id is not None:
        step.codes["holder"] = ["person", step.actor.person_id]


def _above(step: Step) -> None:
    above = duties.above(step.tx, step.issue.area_id, step.issue.holder_person_id)
    if above is None:
        raise InputError("holder.nobody_above", field="holder")
    step.codes["holder"] = ["person", above]


def _taken(step: Step) -> None:
    step.issue.border = step.issue.needs_check = False


def waits(step: Step) -> None:
    """Note why an issue waits for a dispatcher again."""
    code = {"return": "triage.returned", "reopen": "triage.reopened", "unmerge": "triage.unmerged"}[
        step.action
    ]
    step.issue.assigned = {"code": code, "values": {}}


READ: Mapping[str, Callable[[Step], None]] = {
    "dispatch": _given,
    "transfer": _given,
    "reassign": _given,
    "take": _mine,
    "escalate": _above,
}
DO: Mapping[str, Callable[[Step], None]] = {"take": _taken, "return": waits}
