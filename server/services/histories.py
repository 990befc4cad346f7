"""Lives of many issues told at once: the steps of each in order, by the same rules as one by one, written together.

What :mod:`server.services.issues` looks up before each step is looked up once for all and then kept up to date
here, so that a step costs a tenth. Only steps that concern nothing but the issue itself can be told like this.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from server.db import Tx
from server.errors import InputError
from server.models import Area, Ask, Entry, Issue, PrivateText, Whistle
from server.services.ledger import NewEntry, row_of
from server.services.marks import RULES, mark, saw
from server.services.people import Actor, system_actor
from server.services.private import Sealed
from server.services.stepping import Standing, carry_out, decided
from server.services.steps.step import Step
from server.words import action_name

__all__ = ["ACTIONS", "Act", "tell"]

ACTIONS = frozenset(
    {
        "take", "note", "urge", "ask_extend", "extend", "refuse_extend", "ask_suspend", "suspend", "refuse_suspend",
        "resume", "finish", "settle", "pass", "rework", "survey", "attempt", "object", "close",
    }
)  # fmt: skip
"""Steps that look nobody up and write to no other issue."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a life.

    Attributes
    ----------
    at : datetime
        When; not before the one before.
    actor : Actor
        Who.
    action : str
        One of :data:`ACTIONS`.
    given : Mapping[str, Any]
        See :func:`server.services.issues.perform`.
    """

    at: datetime
    actor: Actor
    action: str
    given: Mapping[str, Any]


@dataclass
class _Page:
    """What is to be written in the end."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)


def tell(tx: Tx, lives: Mapping[int, Sequence[Act]]) -> None:
    """Let issues live: everything that is told is done, or nothing of it.

    Parameters
    ----------
    tx : Tx
        Writing transaction of nobody else's; each step bears its own instant.
    lives : Mapping[int, Sequence of Act]
        Key of an issue -> its next steps, in order.

    Raises
    ------
    InputError
        A step that cannot be told like this.
    IllegalAction, NotPermittedAction, MissingField
        As one by one.
    """
    saw(tx, mark(tx, RULES))
    keys = sorted(lives)
    for start in range(0, len(keys), AT_ONCE):
        page = _Page()
        with tx.session.no_autoflush:
            for standing in _standing(tx, keys[start : start + AT_ONCE]):
                _live(tx, page, standing, lives[standing.issue.id])
        tx.session.flush()
        for table, rows in ((PrivateText, page.texts), (Entry, page.entries)):
            if rows:
                tx.session.execute(insert(table.__table__), rows)  # type: ignore[arg-type] # past the ORM


def _standing(tx: Tx, keys: Sequence[int]) -> list[Standing]:
    """Look up how issues stand, all at once."""
    of: dict[type[Any], dict[int, list[Any]]] = {}
    models: tuple[tuple[Any, Any], ...] = ((Entry, Entry.seq), (Whistle, Whistle.id), (Ask, Ask.id))
    for model, order in models:
        of[model] = defaultdict(list)
        for row in tx.session.scalars(select(model).where(model.issue_id.in_(keys)).order_by(order)):
            of[model][row.issue_id].append(row)
    rows = tx.session.execute(
        select(Issue, Area.path)
        .join(Area, Area.id == Issue.area_id)
        .where(Issue.id.in_(keys))
        .order_by(Issue.id)
        .with_for_update(of=Issue)
    ).all()
    return [
        Standing(one, path, of[Entry][one.id], of[Whistle][one.id], of[Ask][one.id]) for one, path in rows
    ]


def _live(tx: Tx, page: _Page, standing: Standing, acts: Sequence[Act]) -> None:
    def write(step: Step, entry: NewEntry, sealed: list[Sealed]) -> None:
        row = row_of(step.tx, entry, entry.previous)
        page.entries.append(row)
        page.texts += [{**one.row, "issue_id": step.issue.id} for one in sealed]
        standing.entries.append(Entry(**row))  # not of the session: written with all others

    for act in acts:
        if act.action not in ACTIONS:
            known = "、".join(action_name(one) for one in sorted(ACTIONS))
            raise InputError("bulk.action", field="action", action=act.action[:24], known=known)
        at = replace(tx, now=act.at)
        step = decided(at, act.actor, standing, act.action, act.given)
        carry_out(step, write)
        while step.follow:
            action, given = step.follow[0]
            step = decided(at, system_actor(), standing, action, given, None, step.at)
            carry_out(step, write)
