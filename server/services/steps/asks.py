"""Requests for more time: extensions and suspensions, asked by the holder, decided by somebody else."""

from collections.abc import Callable, Mapping

from server.errors import InputError
from server.models import Ask
from server.services import clocks
from server.services.rules import rules_of
from server.services.steps import fields
from server.services.steps.step import Step
from server.workflow import State

__all__ = ["DO", "READ", "close_open"]


def _open(step: Step, kind: str) -> Ask:
    """Give the open request of a kind; the table let nobody come here without one."""
    return next(one for one in step.asks if one.kind == kind and one.state == "open")


def _ask_extend(step: Step) -> None:
    if step.issue.due_at is None:
        raise InputError("ask.no_due", field="until")
    until = fields.instant(step.tx, "until", step.given["until"], max(step.issue.due_at, step.tx.now))
    step.codes["until"] = until.isoformat()


def _ask_suspend(step: Step) -> None:
    until = fields.instant(step.tx, "review_date", step.given["review_date"], step.tx.now)
    step.codes["until"] = until.isoformat()


def _asked(step: Step) -> None:
    kind = step.action.removeprefix("ask_")
    field = "until" if kind == "extend" else "review_date"
    ask = Ask(
        issue_id=step.issue.id,
        round=step.issue.round,
        kind=kind,
        state="open",
        by_id=step.actor.person_id,
        at=step.at,
        until=fields.instant(step.tx, field, step.codes["until"], step.tx.now),
    )
    step.tx.session.add(ask)
    step.asks.append(ask)


def _extend(step: Step) -> None:
    until = _open(step, "extend").until
    step.codes["until"] = until.isoformat()
    step.codes |= clocks.extended(rules_of(step.tx), step.issue, step.entries, until)


def _suspend(step: Step) -> None:
    ask, issue = _open(step, "suspend"), step.issue
    step.codes |= {
        "stopped_at": ask.at.isoformat(),
        "until": ask.until.isoformat(),
        "due_was": issue.due_at.isoformat() if issue.due_at else None,
        "amber_was": issue.amber_at.isoformat() if issue.amber_at else None,
        "due_at": None,
    }


def _suspended(step: Step) -> None:
    ask, issue = _open(step, "suspend"), step.issue
    issue.due_at = issue.amber_at = issue.stage_due_at = None
    issue.review_at = ask.until
    _decide(step, ask, "granted")


def _decide(step: Step, ask: Ask, state: str) -> None:
    ask.state, ask.decided_at = state, step.at
    ask.decided_by_id = step.actor.person_id


def _deciding(kind: str, state: str) -> Callable[[Step], None]:
    def do(step: Step) -> None:
        _decide(step, _open(step, kind), state)

    return do


def close_open(step: Step) -> None:
    """Take back what is still asked for once work stops, or goes into other hands."""
    works = step.state in (State.HANDLING, State.SUSPENDED)
    if not works or step.target == State.HANDLING:
        return
    for ask in step.asks:
        if ask.state == "open":
            ask.state, ask.decided_at = "withdrawn", step.at


READ: Mapping[str, Callable[[Step], None]] = {
    "ask_extend": _ask_extend,
    "ask_suspend": _ask_suspend,
    "extend": _extend,
    "suspend": _suspend,
}
DO: Mapping[str, Callable[[Step], None]] = {
    "ask_extend": _asked,
    "ask_suspend": _asked,
    "extend": _deciding("extend", "granted"),
    "suspend": _suspended,
    "withdraw_extend": _deciding("extend", "withdrawn"),
    "withdraw_suspend": _deciding("suspend", "withdrawn"),
    "refuse_extend": _deciding("extend", "refused"),
    "refuse_suspend": _deciding("suspend", "refused"),
}
