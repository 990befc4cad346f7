"""The record: sign-ins, unmaskings, exports, changes of permissions and rules. Appended to, never altered.

It holds codes, keys and numbers, never a word about a resident; the database refuses to change its rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Audit, Issue, Person
from server.services.people import Actor

__all__ = ["ACTS", "Act", "by_keys", "latest", "record", "record_many", "told"]


@dataclass(frozen=True)
class Act:
    """One act of the record.

    Attributes
    ----------
    id : int
        Its key; ascending with time.
    at : datetime
        UTC.
    kind : str
        What was done, such as ``unmask`` or ``limit.set``.
    who, login : str
        Name and login of who did it; "" for the system.
    subject : str
        Login whose account it was done to; "" for none.
    number : str
        Of the issue it was done with; "" for none.
    address : str
        Where from; "" for the command line and the program itself.
    given : Mapping
        Codes and values.
    subject_name : str
        Name of the subject; "" for none.
    """

    id: int
    at: datetime
    kind: str
    who: str
    login: str
    subject: str
    number: str
    address: str
    given: Mapping[str, Any]
    subject_name: str = ""


def record(
    tx: Tx,
    actor: Actor,
    kind: str,
    *,
    subject_id: int | None = None,
    issue_id: int | None = None,
    **values: Any,  # noqa: ANN401 - codes and values
) -> int:
    """Write down an act in the transaction that does it; gives its key.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who does it, and from where.
    kind : str
        What; has a sentence ``audit.<kind>``.
    subject_id, issue_id : int, optional
        Whose account, which issue.
    **values : Any
        What JSON can hold; no words about residents.
    """
    row = Audit(
        at=tx.now,
        kind=kind,
        person_id=actor.person_id,
        subject_id=subject_id,
        issue_id=issue_id,
        address=actor.address,
        given=values,
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id


def record_many(tx: Tx, actor: Actor, acts: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Write down many acts of one actor at once; see :func:`record`.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who does it, and from where.
    acts : iterable of (str, int, Mapping)
        Kind, key of whose account, codes and values.
    """
    every = {"at": tx.now, "person_id": actor.person_id, "address": actor.address}
    rows = [
        {**every, "kind": kind, "subject_id": subject_id, "given": dict(given)}
        for kind, subject_id, given in acts
    ]
    if rows:
        tx.session.execute(insert(Audit), rows)


_SUBJECT = aliased(Person)
ACTS = (
    select(Audit, Person.name, Person.login, _SUBJECT.login, Issue.number, _SUBJECT.name)
    .outerjoin(Person, Person.id == Audit.person_id)
    .outerjoin(_SUBJECT, _SUBJECT.id == Audit.subject_id)
    .outerjoin(Issue, Issue.id == Audit.issue_id)
)
"""Rows of the record with the names that :func:`told` puts to them; narrow and order it."""


def latest(tx: Tx, count: int, kinds: Sequence[str] = ()) -> tuple[Act, ...]:
    """List the last acts, newest first; of some kinds only, where these are given."""
    query = ACTS.where(Audit.kind.in_(kinds)) if kinds else ACTS
    return tuple(told(row) for row in tx.session.execute(query.order_by(Audit.id.desc()).limit(count)))


def by_keys(tx: Tx, keys: Sequence[int]) -> tuple[Act, ...]:
    """Read acts by key, in order; unknown ones are left out."""
    query = ACTS.where(Audit.id.in_(keys)).order_by(Audit.id)
    return tuple(told(row) for row in tx.session.execute(query))


def told(row: Any) -> Act:  # noqa: ANN401 - a row of ACTS
    """Make an act of a row of :data:`ACTS`."""
    act, name, login, subject, number, subject_name = row
    return Act(
        act.id,
        act.at,
        act.kind,
        name or "",
        login or "",
        subject or "",
        number or "",
        act.address,
        act.given,
        subject_name or "",
    )
