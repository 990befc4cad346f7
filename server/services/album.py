"""Photos of issues as somebody sees them: which, of when and from where; whose file may be read.

Pictures of before and after are seen by everybody who sees the issue: without them nobody can handle or verify it.
Others may be papers, and where exactly somebody stood tells a home: both only by who may ask about people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from geo.crs import distance_m
from server.db import Tx
from server.errors import NotFound
from server.models import Area, Attachment, Entry, Issue, Person
from server.services.issue_view import found
from server.services.people import Actor
from server.services.permissions import may_unmask, visible
from server.services.standing import relations_of, whistles_of

__all__ = ["File", "Picture", "file_of", "of_issue", "of_row"]

OPEN_KINDS = frozenset({"before", "after"})
"""Kinds that everybody sees who sees the issue."""


@dataclass(frozen=True)
class Picture:
    """A photo of an issue.

    Attributes
    ----------
    uid : UUID
        Its own.
    kind : str
        ``before``, ``after`` or ``other``.
    digest : str
        Of its file.
    size : int
        Bytes.
    width, height : int
        Pixels.
    who : str
        Name of who attached it; "" for the program itself.
    at : datetime
        When it was attached.
    taken_at : datetime or None
        When it was taken, as the camera said.
    position : tuple of float or None
        Longitude and latitude, as the camera said, else as the device that sent it did; None for who may not
        ask about people.
    datum : str
        That the camera names; "" for WGS 84.
    distance_m : float or None
        From there to the issue's point.
    """

    uid: UUID
    kind: str
    digest: str
    size: int
    width: int
    height: int
    who: str
    at: datetime
    taken_at: datetime | None
    position: tuple[float, float] | None
    datum: str
    distance_m: float | None


@dataclass(frozen=True)
class File:
    """A file that may be read.

    Attributes
    ----------
    digest, thumb : str
        Of the photo and of its small picture.
    """

    digest: str
    thumb: str


def of_issue(tx: Tx, actor: Actor, number: str) -> tuple[Picture, ...]:
    """List the photos of an issue, in order.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    return of_row(tx, actor, *found(tx, actor, number))


def of_row(tx: Tx, actor: Actor, issue: Issue, path: str) -> tuple[Picture, ...]:
    """List the photos of an issue already found; whether the actor may see it was decided there."""
    query = (
        select(Attachment, Person.name)
        .outerjoin(Person, Person.id == Attachment.person_id)
        .where(Attachment.issue_id == issue.id, Attachment.purged_at.is_(None))
        .order_by(Attachment.id)
    )
    rows = tx.session.execute(query).all()
    if not rows:
        return ()
    is_told = _may_ask(tx, actor, issue, path)
    return tuple(
        _picture(row, name or "", issue, is_told=is_told)
        for row, name in rows
        if is_told or _is_open(row, actor)
    )


def _is_open(row: Attachment, actor: Actor) -> bool:
    return row.kind in OPEN_KINDS or (row.person_id is not None and row.person_id == actor.person_id)


def _may_ask(tx: Tx, actor: Actor, issue: Issue, path: str) -> bool:
    query = select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)
    entries: Sequence[Entry] = tx.session.scalars(query).all()
    relations = relations_of(actor, issue, entries, whistles_of(tx, issue.id), path)
    return may_unmask(tx, actor, relations, path)


def _picture(row: Attachment, who: str, issue: Issue, *, is_told: bool) -> Picture:
    place, datum = _place(row)
    return Picture(
        uid=row.uid,
        kind=row.kind,
        digest=row.digest,
        size=row.size,
        width=row.width,
        height=row.height,
        who=who,
        at=row.at,
        taken_at=row.taken_at,
        position=place if is_told else None,
        datum=datum if is_told else "",
        distance_m=_distance(place, issue),
    )


def _place(row: Attachment) -> tuple[tuple[float, float] | None, str]:
    if row.taken_lon is not None and row.taken_lat is not None:
        return (row.taken_lon, row.taken_lat), row.datum
    if row.device_lon is not None and row.device_lat is not None:
        return (row.device_lon, row.device_lat), ""
    return None, ""


def _distance(place: tuple[float, float] | None, issue: Issue) -> float | None:
    if place is None or issue.lon is None or issue.lat is None:
        return None
    return float(distance_m([place[0]], [place[1]], [issue.lon], [issue.lat])[0])


def file_of(tx: Tx, actor: Actor, digest: str) -> File:
    """Find the file of a photo that an actor may see.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.
    digest : str
        Of the photo.

    Raises
    ------
    NotFound
        Absent, purged, or of issues outside the actor's areas alone: all look the same.
    """
    query = (
        select(Attachment, Issue, Area.path)
        .join(Issue, Issue.id == Attachment.issue_id)
        .join(Area, Area.id == Issue.area_id)
        .where(Attachment.digest == digest, Attachment.purged_at.is_(None), visible(actor))
        .order_by(Attachment.id)
    )
    for row, issue, path in tx.session.execute(query):
        if _is_open(row, actor) or _may_ask(tx, actor, issue, path):
            return File(row.digest, row.thumb)
    raise NotFound("files.not_found", digest=digest[:16])
