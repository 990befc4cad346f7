"""Who may see which rows: :func:`server.services.permissions.visible`, as a mask over columns.

A test asks both of everybody. A rule that changes there must change here.
"""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import select

from server.db import Tx
from server.models import Whistle
from server.services.columns.asked import Condition
from server.services.columns.narrow import Array
from server.services.columns.rows import Rows
from server.services.columns.tree import lies_below
from server.services.people import Actor
from server.services.permissions import is_handler, overseen

__all__ = ["seen"]


def seen(tx: Tx, actor: Actor) -> Iterator[Condition]:
    """Give the mask of what an actor may see; none when they see everything.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who looks; the system sees all.
    """
    if actor.is_system:
        return
    lies = lies_below(tx, overseen(actor))
    if lies is None:
        return
    person, unit = actor.person_id, actor.department_id if is_handler(actor) else None
    called = _called(tx, unit) if unit is not None else np.empty(0, np.int64)

    def found(rows: Rows) -> Array:
        told = lies(rows)
        if person is not None:
            told = told | (rows["holder_person"] == person) | (rows["reporter_person"] == person)
        if unit is not None:
            told = told | (rows["holder_department"] == unit)
        return told | np.isin(rows["id"], called) if len(called) else told

    yield found


def _called(tx: Tx, unit: int) -> Array:
    rows = tx.rows(select(Whistle.issue_id).where(Whistle.department_id == unit).distinct())
    return np.fromiter((key for (key,) in rows), np.int64, len(rows))
