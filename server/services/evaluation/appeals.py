"""Appeals (申诉): a unit says that an issue should not count against it; a supervisor decides.

Nothing of the evaluation changes: an appeal that is granted takes its issue out of the kept lists, and what that
makes of score and rank is shown beside the original. The words of both sides are sealed with the issue's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Appeal, Entry, Evaluation, EvaluationRow, Issue
from server.services import audit
from server.services.evaluation.reading import department_of, unit
from server.services.evaluation.scoring import counted_ids
from server.services.evaluation.views import Opened
from server.services.issue_view import found as found_issue
from server.services.lines import free_words
from server.services.people import Actor
from server.services.permissions import may_appeal, may_judge
from server.services.private import keep, seal
from server.uids import uuid7
from server.words import NAMES, _
from server.workflow import FINISHED

__all__ = [
    "MOST_WORDS",
    "appeal",
    "check",
    "decide",
    "is_concerned",
    "is_own",
    "may_still_appeal",
    "withdraw",
    "worked_on",
]

MOST_WORDS = 500
OPEN, GRANTED, REFUSED, WITHDRAWN = "open", "granted", "refused", "withdrawn"


@dataclass(frozen=True)
class _Case:
    """An appeal with all that decides about it."""

    row: Appeal
    unit: EvaluationRow
    evaluation: UUID


def may_still_appeal(tx: Tx, actor: Actor, asked: Opened) -> bool:
    """Tell whether an actor may appeal for a unit, and the time for it is not over."""
    line = asked.line
    is_theirs = may_appeal(actor, line.kind, line.code, line.path, department_of(tx, actor))
    return is_theirs and asked.facts.final_at is not None and tx.now < asked.facts.final_at


def appeal(tx: Tx, actor: Actor, uid: UUID, code: str, number: str, words: str) -> UUID:
    """Appeal that an issue should not count against a unit.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Whoever leads the unit, or is it.
    uid : UUID
        Which evaluation.
    code : str
        Which unit of it.
    number : str
        Which issue; one that counts for or against the unit.
    words : str
        Why.

    Raises
    ------
    NotFound
        There is no such evaluation, unit or issue, or it is not the actor's to see.
    NotPermitted
        ``appeal.not_yours``.
    Conflict
        ``appeal.too_late``; ``appeal.twice``: there is one about this issue that was not withdrawn.
    InputError
        ``appeal.not_counted``: the issue counts nothing here; the words are missing or too long.
    """
    asked = unit(tx, actor, uid, code)
    line, final_at = asked.line, asked.facts.final_at
    if not may_appeal(actor, line.kind, line.code, line.path, department_of(tx, actor)):
        raise NotPermitted("appeal.not_yours", name=line.name)
    if final_at is None or tx.now >= final_at:
        at = final_at.astimezone(tx.config.zone) if final_at else tx.now
        raise Conflict("appeal.too_late", at=f"{at:%Y-%m-%d %H:%M}")
    issue, _path = found_issue(tx, actor, number)
    said = _words(words)
    if issue.id not in counted_ids(asked.figures):
        raise InputError("appeal.not_counted", field="number", number=issue.number, name=line.name)
    tx.session.get(EvaluationRow, line.id, with_for_update={"key_share": True})
    same = (Appeal.row_id == line.id, Appeal.issue_id == issue.id, Appeal.state != WITHDRAWN)
    if tx.session.scalar(select(Appeal.id).where(*same)) is not None:
        raise Conflict("appeal.twice", number=issue.number)
    sealed = seal(tx, "appeal", said)
    keep(tx, issue.id, [sealed])
    made = Appeal(
        uid=uuid7(tx.now), row_id=line.id, issue_id=issue.id, by_id=actor.person_id, at=tx.now,
        words_uid=sealed.row["uid"], state=OPEN,
    )  # fmt: skip
    tx.session.add(made)
    tx.session.flush()
    audit.record(tx, actor, "appeal.file", issue_id=issue.id, name=line.name)
    return made.uid


def _words(words: str) -> str:
    said = free_words("words", words).strip()
    if not said:
        raise InputError("field.missing", field="words")
    if len(said) > MOST_WORDS:
        raise InputError("field.too_long", field="words", length=len(said), limit=MOST_WORDS)
    return said


def decide(tx: Tx, actor: Actor, uid: UUID, words: str, *, is_granted: bool) -> None:
    """Decide an appeal, for good.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        A supervisor over the unit who neither appealed nor ever worked on the issue.
    uid : UUID
        Which.
    words : str
        Why; sealed as well.
    is_granted : bool
        Whether the issue is left out.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    NotPermitted
        ``appeal.not_judge``: no supervisor there; ``appeal.concerned``: it is their own, or about their own work.
    Conflict
        ``appeal.decided``: it is not open any more.
    """
    asked, before = _case(tx, actor, uid)
    if not may_judge(actor, before.line.path):
        raise NotPermitted("appeal.not_judge", name=before.line.name)
    issue = tx.session.get_one(Issue, asked.row.issue_id)
    if is_concerned(tx, actor, asked.row, issue, asked.unit):
        raise NotPermitted("appeal.concerned", number=issue.number)
    said = _words(words)
    _still_open(asked.row)
    sealed = seal(tx, "appeal_decision", said)
    keep(tx, issue.id, [sealed])
    asked.row.state = GRANTED if is_granted else REFUSED
    asked.row.decided_by_id, asked.row.decided_at = actor.person_id, tx.now
    asked.row.decision_uid = sealed.row["uid"]
    tx.session.flush()
    asked.row.effect = _effect(before, unit(tx, actor, asked.evaluation, asked.unit.code))
    audit.record(
        tx, actor, "appeal.grant" if is_granted else "appeal.refuse", issue_id=issue.id, name=asked.unit.name
    )


def _effect(before: Opened, after: Opened) -> dict[str, Any]:
    """Tell what an appeal changed, those granted before it counted in."""
    return {
        "score": [before.line.after.score, after.line.after.score],
        "rank": [before.line.after_rank, after.line.after_rank],
    }


def withdraw(tx: Tx, actor: Actor, uid: UUID) -> None:
    """Take an appeal back; whoever made it may, as long as it is open.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As of :func:`decide`; ``appeal.others``: somebody else made it.
    """
    asked, _before = _case(tx, actor, uid)
    if asked.row.by_id != actor.person_id:
        raise NotPermitted("appeal.others", name=asked.unit.name)
    _still_open(asked.row)
    asked.row.state, asked.row.decided_at = WITHDRAWN, tx.now
    audit.record(tx, actor, "appeal.withdraw", issue_id=asked.row.issue_id, name=asked.unit.name)


def check(tx: Tx, actor: Actor, uid: UUID) -> None:
    """Make sure that there is an appeal for an actor to read.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    _case(tx, actor, uid)


def _case(tx: Tx, actor: Actor, uid: UUID) -> tuple[_Case, Opened]:
    query = select(Appeal, EvaluationRow, Evaluation.uid).join(
        EvaluationRow, EvaluationRow.id == Appeal.row_id
    )
    query = query.join(Evaluation, Evaluation.id == EvaluationRow.evaluation_id).where(Appeal.uid == uid)
    row = tx.session.execute(query.with_for_update(of=Appeal)).first()
    absent = NotFound("appeal.not_found")
    if row is None:
        raise absent
    try:
        opened = unit(tx, actor, row[2], row[1].code)
    except (NotFound, NotPermitted):
        raise absent from None
    return _Case(*row), opened


def _still_open(row: Appeal) -> None:
    if row.state != OPEN:
        raise Conflict("appeal.decided", state=_(NAMES["appeal_state"][row.state]))


def is_concerned(tx: Tx, actor: Actor, row: Appeal, issue: Issue, judged: EvaluationRow) -> bool:
    """Tell whether an appeal concerns an actor: by or about them, their unit, or an issue they ever worked on.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who would decide.
    row : Appeal
        The appeal.
    issue : Issue
        What it is about.
    judged : EvaluationRow
        The unit.
    """
    is_theirs = is_own(actor, row, issue, judged, department_of(tx, actor))
    return is_theirs or issue.id in worked_on(tx, actor, [issue.id])


def is_own(actor: Actor, row: Appeal, issue: Issue, judged: EvaluationRow, department: str) -> bool:
    """Tell whether an appeal was made by an actor, for a unit that they might appeal for, or about what they hold."""
    if actor.person_id in (row.by_id, issue.holder_person_id):
        return True
    return may_appeal(actor, judged.kind, judged.code, judged.path or "", department)


def worked_on(tx: Tx, actor: Actor, issues: Sequence[int]) -> frozenset[int]:
    """Find those of some issues that an actor ever held, took or finished."""
    columns = (Entry.issue_id, Entry.person_id, Entry.action, Entry.given)
    entries = tx.rows(select(*columns).where(Entry.issue_id.in_(issues))) if issues else ()
    return frozenset(
        one.issue_id
        for one in entries
        if (one.person_id == actor.person_id and (one.action == "take" or one.action in FINISHED))
        or one.given.get("holder") == ["person", actor.person_id]
    )
