"""What somebody is told of an issue they have just reported, without reading it back.

It equals what :func:`server.services.issues.one` would read a moment later (a test compares them); most of
the time of a report would go into reading what is known.
"""

from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, NotFound
from server.models import Issue
from server.services.briefs import SCALARS, Brief, clock_of
from server.services.drafts import Draft
from server.services.first_entries import given_at_dispatch, given_at_report
from server.services.intake import Receipt
from server.services.issue_view import IssueView, Step, offered, one
from server.services.ledger import role_shown
from server.services.people import Actor
from server.services.placing import area_of
from server.services.redact import masked, public_words
from server.workflow import Role, State

__all__ = ["seen", "sent_again"]


def seen(tx: Tx, actor: Actor, draft: Draft, receipt: Receipt) -> tuple[IssueView, Brief]:
    """Show a new issue to who reported it.

    Parameters
    ----------
    tx : Tx
        The transaction that took it in.
    actor : Actor
        Who reported it.
    draft : Draft
        What was reported.
    receipt : Receipt
        What became of it.
    """
    path, row = receipt.placed.path, receipt.row
    issue = Issue(**row, id=receipt.id, **_UNTOUCHED)
    actions, situation, may_ask = offered(tx, actor, issue, path, (), (), ())
    words = _words(draft)
    holder = ("person", receipt.holder.name) if receipt.holder else None
    view = IssueView(
        issue,
        path,
        words["description"],
        words["place"],
        words["reporter_name"],
        words["reporter_phone"],
        holder,
        _log(actor, draft, words, receipt),
        actions,
        situation,
        may_unmask=may_ask,
    )
    facts = {name: getattr(issue, name) for name in SCALARS}
    area = area_of(tx, receipt.grid, receipt.placed)
    clock = clock_of(row["state"], row["amber_at"], row["due_at"], tx.now)
    return view, Brief(**facts, area=area, holder=holder, clock=clock)


def sent_again(tx: Tx, actor: Actor, draft: Draft) -> IssueView | None:
    """Show the issue that a report has made already which is sent again; None when it is a new one.

    Known by the uid that the device made and by who reported it, however long ago that was.

    Raises
    ------
    Conflict
        The uid stands for another report, or for what the actor may not see any longer.
    """
    if draft.uid is None:
        return None
    issue = tx.session.scalar(select(Issue).where(Issue.uid == draft.uid))
    if issue is None:
        return None
    if issue.reporter_person_id != actor.person_id or not _says(issue, draft):
        raise Conflict("uid.taken")
    try:
        return one(tx, actor, issue.number)
    except NotFound as error:
        raise Conflict("uid.taken") from error


def _says(issue: Issue, draft: Draft) -> bool:
    """Whether an issue says what a report says, as far as that is still known."""
    here = (issue.reported_lon, issue.reported_lat) == (draft.lon, draft.lat)
    words = public_words(draft.description, (draft.reporter_name,))
    return here and (issue.purged_at is not None or issue.summary == words)


_UNTOUCHED: dict[str, Any] = {
    "purged_at": None,
    "review_at": None,
    "final": False,
    "attempts": 0,
    "repeats": 0,
    "parent_id": None,
    "satisfaction": None,
    "quantity": None,
    "unit": None,
    "money_fen": None,
}


def _words(draft: Draft) -> dict[str, str]:
    words = {
        "description": draft.description,
        "place": draft.place_text,
        "reporter_name": draft.reporter_name,
        "reporter_phone": draft.reporter_phone,
    }
    return {kind: masked(kind, said, (draft.reporter_name,)) for kind, said in words.items()}


def _log(actor: Actor, draft: Draft, words: dict[str, str], receipt: Receipt) -> tuple[Step, ...]:
    row, placed = receipt.row, receipt.placed
    given = given_at_report(row, placed, draft)
    said = {kind: text for kind, text in words.items() if text}
    role = str(role_shown(actor, placed.path))
    states = (str(State.REPORTED), str(State.DISPATCHED))
    first = Step(1, "report", None, states[0], role, actor.name, row["reported_at"], given, said)
    if receipt.holder is None:
        return (first,)
    given, name = given_at_dispatch(row, receipt.holder), receipt.holder.name
    by_system = str(Role.SYSTEM)
    return first, Step(2, "dispatch", *states, by_system, "", row["received_at"], given, {}, 0, name)
