"""Visits as somebody may see them: whole for the visitor, without personal facts for others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from server.db import Tx
from server.models import Area, Issue, Person, Visit, VisitIssue
from server.services.people import Actor
from server.services.permissions import visible
from server.services.private import open_box
from server.services.redact import masked, public_place
from server.services.tracks import bound

__all__ = ["Said", "VisitRow", "led_to", "opened", "rows_of"]


@dataclass(frozen=True)
class Said:
    """What is sealed of a visit.

    Attributes
    ----------
    where, text : str
        Where it was, in words, and what was said.
    lon, lat, accuracy_m : float or None
        WGS 84 degrees, and the radius of the device's own doubt.
    place : int or None
        Key of a place of the gazetteer.
    """

    where: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    place: int | None = None


@dataclass(frozen=True)
class VisitRow:
    """A visit as somebody may see it.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    kind, subject, result : str
        Codes.
    who : str
        Name of the visitor.
    cell, cell_name : str
        Area it lies in.
    said : Said
        Whole for the visitor, without personal facts for others, empty when it was blanked.
    households : int or None
        Called at.
    happened_at, received_at : datetime
        When it was, and when it came in.
    issues : tuple of str
        Numbers of the issues it led to that the asker may see.
    is_care, is_mine : bool
        Whether somebody was looked in on, and whether the asker was the visitor.
    """

    uid: UUID
    kind: str
    subject: str
    result: str
    who: str
    cell: str
    cell_name: str
    said: Said
    households: int | None
    happened_at: datetime
    received_at: datetime
    issues: tuple[str, ...]
    is_care: bool
    is_mine: bool


def opened(tx: Tx, one: Visit) -> Said:
    """Read what is sealed of a visit; nothing where it was taken away or cannot be opened."""
    if one.box is None:
        return Said()
    try:
        return Said(**orjson.loads(open_box(tx, one.box, bound("visit", one.uid))))
    except (InvalidTag, KeyError):
        return Said()


def led_to(tx: Tx, issue_id: int) -> list[dict[str, Any]]:
    """Tell the visits that led to an issue and all that is kept of their words, as JSON can hold it."""
    query = select(Visit).join(VisitIssue, VisitIssue.visit_id == Visit.id)
    found = tx.session.scalars(query.where(VisitIssue.issue_id == issue_id).order_by(Visit.id))
    return [
        {
            "at": one.happened_at.isoformat(),
            **vars(opened(tx, one)),
            "purged_at": one.purged_at.isoformat() if one.purged_at else None,
        }
        for one in found
    ]


def rows_of(tx: Tx, actor: Actor, found: Sequence[Visit]) -> list[VisitRow]:
    """Show visits already found, whose area the actor oversees or that are theirs; in order."""
    areas = _by_key(tx, Area, {one.area_id for one in found})
    people = _by_key(tx, Person, {one.person_id for one in found})
    issues = _issues(tx, actor, [one.id for one in found])
    return [
        _row(tx, actor, one, areas[one.area_id], people[one.person_id], issues.get(one.id, ()))
        for one in found
    ]


def _by_key(tx: Tx, table: Any, keys: set[int]) -> dict[int, Any]:  # noqa: ANN401 - a model
    rows = tx.session.execute(
        select(table.id, table.name, *([table.code] if table is Area else [])).where(table.id.in_(keys))
    )
    return {row.id: row for row in rows}


def _issues(tx: Tx, actor: Actor, keys: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(VisitIssue.visit_id, Issue.number).join(Issue, Issue.id == VisitIssue.issue_id)
    rows = tx.session.execute(query.where(VisitIssue.visit_id.in_(keys), visible(actor)).order_by(Issue.id))
    found: dict[int, tuple[str, ...]] = {}
    for key, number in rows:
        found[key] = (*found.get(key, ()), number)
    return found


def _row(tx: Tx, actor: Actor, one: Visit, area: Any, person: Any, issues: tuple[str, ...]) -> VisitRow:  # noqa: ANN401 - rows
    is_mine = one.person_id == actor.person_id
    said = opened(tx, one)
    if not is_mine:
        said = Said("", "") if one.care_id else Said(public_place(said.where), masked("text", said.text))
    return VisitRow(one.uid, one.kind, one.subject, one.result, person.name, area.code, area.name, said, one.households,
                    one.happened_at, one.received_at, issues, one.care_id is not None, is_mine)  # fmt: skip
