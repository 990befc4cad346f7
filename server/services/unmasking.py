"""Seeing an issue whole: who reported it, how to reach them, every word as it was said. Each time is written down."""

from server.db import Tx
from server.errors import InputError, NotPermitted
from server.services import audit
from server.services.filters import known
from server.services.issue_view import IssueView, found, view
from server.services.people import Actor
from server.words import NAMES

__all__ = ["WHY", "unmask"]

WHY = "why"
"""Kind of the reasons one may have, in ``NAMES``."""


def unmask(tx: Tx, actor: Actor, number: str, why: str) -> IssueView:
    """Show an issue whole, and write down to whom and why.

    Parameters
    ----------
    tx : Tx
        Writing transaction: what is seen and that it was seen are one.
    actor : Actor
        Who asks; see :func:`server.services.permissions.may_unmask`.
    number : str
        Which issue.
    why : str
        Code of the reason, ``NAMES["why"]``; no words, for they could be about somebody.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    NotPermitted
        ``unmask.not_permitted``: they neither handle it nor lead there.
    InputError
        Unknown reason.
    """
    issue, path = found(tx, actor, number)
    whole = view(tx, actor, issue, path, is_whole=True)
    if not whole.may_unmask:
        raise NotPermitted("unmask.not_permitted", number=issue.number)
    if why not in NAMES[WHY]:
        raise InputError("field.not_one_of", field="why", value=why[:40], expected=known(WHY))
    audit.record(tx, actor, "unmask", issue_id=issue.id, why=why)
    return whole
