"""Changes of the rules: who changed what, when. Appended to, never altered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from server.db import Tx
from server.models import Mark
from server.models.types import from_micros, to_micros
from server.services.people import Actor
from server.uids import uuid7

__all__ = ["Change", "alone", "change_of", "latest", "record"]

PREFIX = "change."
_ALONE = text("SELECT pg_advisory_xact_lock(778901)")


@dataclass(frozen=True)
class Change:
    """One change in the administration.

    Attributes
    ----------
    uid : str
        Its key.
    code : str
        What was done, such as ``limit.set``.
    values : Mapping
        Codes and values of what it was done to.
    who : str
        Name of who did it.
    at : datetime
        UTC.
    """

    uid: str
    code: str
    values: Mapping[str, Any]
    who: str
    at: datetime


def alone(tx: Tx) -> None:
    """Wait until nobody else changes the rules: changes come one after another, each seeing those before it."""
    if not tx.on_sqlite:  # where one transaction writes at a time anyway
        tx.session.execute(_ALONE)


def record(tx: Tx, actor: Actor, code: str, **values: Any) -> str:  # noqa: ANN401 - codes and values
    """Write down a change in the transaction that makes it; gives its key.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who changes.
    code : str
        What is done.
    **values : Any
        What JSON can hold.
    """
    uid = str(uuid7(tx.now))
    told = {"code": code, "values": values, "who": actor.name, "login": actor.login, "at": to_micros(tx.now)}
    tx.session.add(Mark(name=PREFIX + uid, value=json.dumps(told, ensure_ascii=False)))
    tx.session.flush()
    return uid


def latest(tx: Tx, count: int) -> tuple[Change, ...]:
    """List the last changes, newest first."""
    rows = tx.session.scalars(
        select(Mark).where(Mark.name.startswith(PREFIX)).order_by(Mark.name.desc()).limit(count)
    )
    return tuple(_told(row) for row in rows)


def change_of(tx: Tx, uid: str) -> Change | None:
    """Read one change; None when there is none of that key."""
    row = tx.session.get(Mark, (PREFIX + uid)[:64]) if uid.isascii() and uid.isprintable() else None
    return _told(row) if row else None


def _told(row: Mark) -> Change:
    told = json.loads(row.value)
    return Change(
        row.name.removeprefix(PREFIX), told["code"], told["values"], told["who"], from_micros(told["at"])
    )
