"""Saved views: filters and an order of the list that somebody keeps under a name of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import SavedView
from server.services.drafts import is_blank
from server.services.filters import FIELDS, Filters
from server.services.orders import order_of
from server.services.people import Actor

__all__ = ["KEPT", "MOST", "NAME_MOST", "View", "delete", "find", "rename", "save"]

MOST = 30
NAME_MOST = 30
KEPT = (*(name for name in FIELDS if name != "bbox"), "sort")
"""What of a query a view keeps."""


@dataclass(frozen=True)
class View:
    """A saved view.

    Attributes
    ----------
    id : int
        Key.
    name : str
        As its owner calls it.
    query : dict[str, str]
        Any of :data:`KEPT`.
    """

    id: int
    name: str
    query: dict[str, str]


def find(tx: Tx, actor: Actor) -> tuple[View, ...]:
    """List somebody's views, oldest first."""
    rows = tx.session.scalars(
        select(SavedView).where(SavedView.person_id == actor.person_id).order_by(SavedView.id)
    )
    return tuple(View(row.id, row.name, dict(row.query)) for row in rows)


def save(tx: Tx, actor: Actor, name: str, given: Mapping[str, str]) -> View:
    """Keep a view; under a name in use it takes the place of the one before.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Whose.
    name : str
        1 to 30 characters.
    given : Mapping[str, str]
        Query of the list; what is not of :data:`KEPT` is passed over.

    Raises
    ------
    InputError
        A name that is blank or too long, filters that cannot be read, too many views.
    """
    name = _name(name)
    query = {key: given[key].strip() for key in KEPT if given.get(key, "").strip()}
    Filters.parse(query, tx.config.zone)
    order_of(query.get("sort", ""))
    row = _named(tx, actor, name)
    if row is None:
        count = select(func.count()).select_from(SavedView).where(SavedView.person_id == actor.person_id)
        if (tx.session.scalar(count) or 0) >= MOST:
            raise InputError("view.many", field="name", limit=MOST)
        row = SavedView(person_id=actor.person_id, name=name, query=query)
        tx.session.add(row)
    row.query = query
    tx.session.flush()
    return View(row.id, row.name, query)


def rename(tx: Tx, actor: Actor, key: int, name: str) -> View:
    """Call a view otherwise.

    Raises
    ------
    NotFound
        The actor has no such view.
    InputError
        A name that is blank or too long.
    Conflict
        Another view has that name.
    """
    row, name = _own(tx, actor, key), _name(name)
    other = _named(tx, actor, name)
    if other is not None and other.id != row.id:
        raise Conflict("view.taken", name=name)
    row.name = name
    tx.session.flush()
    return View(row.id, row.name, dict(row.query))


def delete(tx: Tx, actor: Actor, key: int) -> None:
    """Forget a view.

    Raises
    ------
    NotFound
        The actor has no such view.
    """
    tx.session.delete(_own(tx, actor, key))
    tx.session.flush()


def _name(given: str) -> str:
    name = given.strip()
    if is_blank(name) or len(name) > NAME_MOST or not name.isprintable():
        raise InputError("view.name", field="name", limit=NAME_MOST)
    return name


def _named(tx: Tx, actor: Actor, name: str) -> Any:  # noqa: ANN401 - a row, or None
    return tx.session.scalar(
        select(SavedView).where(SavedView.person_id == actor.person_id, SavedView.name == name)
    )


def _own(tx: Tx, actor: Actor, key: int) -> SavedView:
    row = tx.session.get(SavedView, key)
    if row is None or row.person_id != actor.person_id:
        raise NotFound("view.not_found")
    return row
