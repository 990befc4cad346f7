"""What is done with one issue.

:func:`perform` is the only writer after the report (but for :mod:`server.services.moving`, which moves many at
once after a change of grid): one transaction, the version checked, one entry appended, and what the system does
next appended behind it. How one step is decided and done is in :mod:`server.services.stepping`; what each action
reads and changes in :mod:`server.services.steps`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.models import Area, Issue
from server.services import candidates as around
from server.services.candidates import Candidate
from server.services.drafts import is_blank
from server.services.issue_view import IssueView, found, one, view
from server.services.ledger import NewEntry, append
from server.services.people import Actor, system_actor
from server.services.private import Sealed, keep
from server.services.sent import NOTHING, Sent, was_done
from server.services.stepping import TEXT_MOST, carry_out, decided, standing_of
from server.services.steps.step import Step

__all__ = ["TEXT_MOST", "Candidate", "IssueView", "act", "candidates", "one", "perform"]


def candidates(tx: Tx, actor: Actor, number: str) -> list[Candidate]:
    """List whom an issue can be given to; see :func:`server.services.candidates.candidates`.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    _, path = found(tx, actor, number)
    return around.candidates(tx, path)


def act(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
    sent: Sent = NOTHING,
) -> IssueView:
    """Do one thing with an issue, and read it anew as the actor sees it; see :func:`perform`."""
    issue = perform(tx, actor, number, action, given, version, happened_at, sent)
    return view(tx, actor, issue, tx.session.get_one(Area, issue.area_id).path)


def perform(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
    sent: Sent = NOTHING,
) -> Issue:
    """Do one thing with an issue.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who does it.
    number : str
        Which issue.
    action : str
        What; a row of the workflow's table.
    given : Mapping[str, Any]
        What the action needs and may take, see :mod:`server.services.steps.fields`; ``holder`` as ``person:ID``
        or ``department:ID``. The system gives ``reason_code`` in place of words.
    version : int, optional
        Version the actor saw; None takes the present one.
    happened_at : datetime, optional
        When it happened, where that differs from the transaction's instant.
    sent : Sent, optional
        What the device says that sends it; an act whose name stands in the ledger is not done again.

    Returns
    -------
    Issue
        Its row afterwards.

    Raises
    ------
    NotFound, Conflict, IllegalAction, NotPermittedAction, MissingField, InputError
        Nothing is written.
    """
    _lock(tx, number, given)
    issue, path = found(tx, actor, number)
    given = {name: said for name, said in given.items() if not (isinstance(said, str) and is_blank(said))}
    standing = standing_of(tx, issue, path)
    if was_done(tx, standing.entries, actor, action, given, sent):
        return issue
    step = decided(tx, actor, standing, action, given, version, happened_at)
    step.codes |= sent.codes(step.at)
    while True:
        carry_out(step, _write)
        tx.session.flush()
        if not step.follow:
            return issue
        action, given = step.follow[0]
        step = decided(tx, system_actor(), standing_of(tx, issue, path), action, given, None, step.at)


def _write(step: Step, entry: NewEntry, sealed: list[Sealed]) -> None:
    keep(step.tx, step.issue.id, sealed)
    append(step.tx, [entry])


def _lock(tx: Tx, number: str, given: Mapping[str, Any]) -> None:
    """Lock the issue, and the one it is merged with, always in the same order."""
    numbers = [number, str(given["parent"]).strip()[:40]] if given.get("parent") else [number]
    rows = tx.session.execute(select(Issue.id, Issue.parent_id).where(Issue.number.in_(numbers))).all()
    ids = {key for row in rows for key in row if key is not None}
    while ids:
        locked = select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id).with_for_update()
        found = tx.session.scalars(locked.execution_options(populate_existing=True)).all()
        parents = {one.parent_id for one in found if one.parent_id is not None}
        ids = parents - ids  # merged while we waited
