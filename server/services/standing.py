"""How somebody and how the issue itself stand to what can be done: relations and situations, computed here alone."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select

from server.db import Tx
from server.models import Ask, Entry, Issue, Whistle
from server.services.categories import categories
from server.services.duties import above
from server.services.people import Actor
from server.services.roster import Roster
from server.workflow import NEW_ROUND, Relation, Role, Situation

__all__ = ["SPENT_AT", "asks_of", "has_above", "relations_of", "situation_of", "whistles_of"]

SPENT_AT = 2  # returns and transfers in a round
GRANTED_MOST = 2  # of a kind in a round
UNREACHED_AT = 3  # failed contacts
ENDS = frozenset({"reject", "withdraw", "survey", "close"})
REOPENED_WITHIN = timedelta(days=30)


def whistles_of(tx: Tx, *issue_ids: int) -> list[Whistle]:
    """List the departments called to issues, in order."""
    return list(
        tx.session.scalars(select(Whistle).where(Whistle.issue_id.in_(issue_ids)).order_by(Whistle.id))
    )


def asks_of(tx: Tx, *issue_ids: int) -> list[Ask]:
    """List the requests for more time, in order."""
    return list(tx.session.scalars(select(Ask).where(Ask.issue_id.in_(issue_ids)).order_by(Ask.id)))


def relations_of(
    actor: Actor, issue: Issue, entries: Sequence[Entry], whistles: Sequence[Whistle], path: str
) -> frozenset[Relation]:
    """Compute what an actor is to an issue.

    Parameters
    ----------
    actor : Actor
        Who asks.
    issue : Issue
        The issue.
    entries, whistles : Sequence
        All of its entries and calls, in order.
    path : str
        Path of its area.
    """
    if actor.is_system:
        return frozenset()
    found = set()
    handles = actor.department_id is not None and Role.HANDLER in actor.roles
    of_department = handles and issue.holder_department_id == actor.department_id
    if issue.holder_person_id == actor.person_id or of_department:
        found.add(Relation.HOLDER)
    if issue.reporter_person_id == actor.person_id:
        found.add(Relation.REPORTER)
    if actor.roles_at(path):
        found.add(Relation.IN_AREA)
    if issue.border:
        found.add(Relation.BORDER)
    found |= _by_calls(one for one in whistles if handles and one.department_id == actor.department_id)
    return frozenset(found | _by_entries(actor, entries))


def _by_entries(actor: Actor, entries: Sequence[Entry]) -> set[Relation]:
    """Compute what an actor has been to an issue in its present round."""
    found: set[Relation] = set()
    holder = None
    for entry in entries:
        holder = entry.given.get("holder") or holder
        if entry.action in NEW_ROUND:
            found -= {Relation.PAST_HOLDER, Relation.VERIFIER}
        if entry.action == "object" and holder == ["person", actor.person_id]:
            found.add(Relation.PAST_HOLDER)  # goes on with it without taking it again
        if entry.person_id == actor.person_id:
            found |= _by_entry(entry)
    return found


def _by_calls(mine: Iterable[Whistle]) -> set[Relation]:
    answered = [one.answered_at is not None for one in mine]
    if not answered:
        return set()
    return {Relation.WHISTLED} if all(answered) else {Relation.WHISTLED, Relation.CALLED}


def _by_entry(entry: Entry) -> set[Relation]:
    if entry.action in {"take", "finish", "settle"}:
        return {Relation.PAST_HOLDER}
    if entry.action == "pass":
        return {Relation.VERIFIER}
    return {Relation.ENDER} if entry.action in ENDS else set()


def situation_of(tx: Tx, issue: Issue, entries: Sequence[Entry], asks: Sequence[Ask]) -> frozenset[Situation]:
    """Compute how an issue itself stands; whether somebody answers above it, :func:`has_above` tells.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    issue : Issue
        The issue.
    entries, asks : Sequence
        All of its entries and requests.
    """
    known = categories().get(issue.category)
    this_round = [one for one in asks if one.round == issue.round]
    holds = {
        Situation.SPENT: issue.hand_offs >= SPENT_AT,
        Situation.FINAL: issue.final,
        Situation.UNREACHED: issue.attempts >= UNREACHED_AT,
        Situation.NO_CALLBACK: not issue.callback,
        Situation.SELF_CHECK: known is not None and known.row["self_check"] == "yes",
        Situation.PARENT: issue.repeats > 0,
        Situation.REOPENED: any(one.action == "reopen" for one in entries),
        Situation.EXPIRED: issue.ended_at is not None and issue.ended_at + REOPENED_WITHIN < tx.now,
        Situation.ASKED_EXTEND: _has(this_round, "extend", "open", 1),
        Situation.ASKED_SUSPEND: _has(this_round, "suspend", "open", 1),
        Situation.MOST_EXTENDED: _has(this_round, "extend", "granted", GRANTED_MOST),
        Situation.MOST_SUSPENDED: _has(this_round, "suspend", "granted", GRANTED_MOST),
    }
    return frozenset(one for one, is_so in holds.items() if is_so)


def _has(asks: Sequence[Ask], kind: str, state: str, least: int) -> bool:
    return sum(one.kind == kind and one.state == state for one in asks) >= least


def has_above(tx: Tx, issue: Issue, roster: Roster | None = None) -> bool:
    """Whether somebody other than its holder answers for an area above the issue."""
    return above(tx, issue.area_id, issue.holder_person_id, roster=roster) is not None
