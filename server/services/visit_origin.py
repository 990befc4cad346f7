"""The visit that led to an issue: its origin, written in the transaction that takes the report in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.db import Tx
from server.models import Visit, VisitIssue
from server.services.drafts import Draft
from server.services.people import Actor
from server.words import NAMES, _, sentence

__all__ = ["ORIGIN", "is_found", "link", "origin_of", "origin_said", "with_origin"]

ORIGIN = "origin.visit"
"""Code of an issue's origin."""


def with_origin(tx: Tx, actor: Actor, draft: Draft) -> tuple[Draft, int | None]:
    """Give a report the visit that it names as its origin, and that visit's key.

    A report is never refused for its visit: it is taken in without, where the actor has written down no such one.
    """
    if draft.visit is None:
        return draft, None
    mine = (Visit.uid == draft.visit, Visit.person_id == actor.person_id)
    one = tx.session.scalar(select(Visit).where(*mine))
    if one is None:
        return replace(draft, visit=None), None
    return replace(draft, origin=origin_of(one)), one.id


def origin_of(visit: Visit) -> dict[str, Any]:
    """Give a visit as the origin of an issue."""
    values = {
        "kind": visit.kind,
        "subject": visit.subject,
        "at": visit.happened_at.isoformat(),
        "visit": str(visit.uid),
    }
    return {"code": ORIGIN, "values": values}


def is_found(visit: UUID | None, origin: Mapping[str, Any] | None) -> bool | None:
    """Tell whether a report was linked to the visit that it names, by its issue's origin; None: it names none."""
    if visit is None:
        return None
    if origin is None or origin.get("code") != ORIGIN:
        return False
    return bool(origin["values"]["visit"] == str(visit))


def link(tx: Tx, issue_id: int, visit_id: int | None) -> None:
    """Write down that a visit led to an issue; nothing where none did."""
    if visit_id is not None:
        tx.session.add(VisitIssue(issue_id=issue_id, visit_id=visit_id))


def origin_said(tx: Tx, origin: Mapping[str, Any] | None) -> str:
    """Say on which visit an issue was found; "" for others.

    Parameters
    ----------
    tx : Tx
        Knows the zone.
    origin : Mapping or None
        As kept with the issue.
    """
    if not origin or origin.get("code") != ORIGIN:
        return ""
    values = origin["values"]
    at = datetime.fromisoformat(values["at"]).astimezone(tx.config.zone)
    names = {name: _(NAMES[f"visit_{name}"][values[name]]) for name in ("kind", "subject")}
    return sentence(ORIGIN, {**names, "day": at.date().isoformat()})
