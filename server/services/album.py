"""Photos of issues as somebody sees them: which, of when and from where; whose file may be read.

Pictures of before and after are seen by everybody who sees the issue: without them nobody can handle or verify it.
Others may be papers, and where exactly somebody stood tells a home: both only by who may ask about people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from geo.crs import distance_m
from server.db import Tx
from server.errors import NotFound, NotPermitted
from server.models import Area, Attachment, Entry, Issue, Person, Whistle
from server.services.issue_view import found
from server.services.people import Actor
from server.services.permissions import may_unmask, visible
from server.services.standing import relations_of

__all__ = ["File", "Picture", "file_of", "of_issue", "of_row", "of_rows"]

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


def of_row(
    tx: Tx, actor: Actor, issue: Issue, path: str, *, is_told: bool | None = None
) -> tuple[Picture, ...]:
    """List the photos of an issue already found; whether the actor may see it was decided there.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who looks.
    issue : Issue
        The issue.
    path : str
        Path of its area.
    is_told : bool, optional
        Whether the actor may ask about people, where that is known already.
    """
    if is_told is None:
        is_told = bool(_asking(tx, actor, [(issue, path)]))
    return of_rows(tx, actor, [(issue, is_told)])[issue.id]


def of_rows(tx: Tx, actor: Actor, issues: Sequence[tuple[Issue, bool]]) -> dict[int, tuple[Picture, ...]]:
    """List the photos of issues already found by key, each with whether the actor may ask about its people."""
    told = {issue.id: is_told for issue, is_told in issues}
    known = {issue.id: issue for issue, _is_told in issues}
    all_of = [key for key, is_told in told.items() if is_told]
    query = (
        select(Attachment, Person.name)
        .outerjoin(Person, Person.id == Attachment.person_id)
        .where(Attachment.issue_id.in_(list(told)), Attachment.purged_at.is_(None))
        .where(or_(Attachment.issue_id.in_(all_of), _is_open(actor)))
        .order_by(Attachment.id)
    )
    found: dict[int, tuple[Picture, ...]] = dict.fromkeys(told, ())
    for row, name in tx.session.execute(query):
        key = row.issue_id
        found[key] = (*found[key], _picture(row, name or "", known[key], is_told=told[key]))
    return found


def _is_open(actor: Actor) -> ColumnElement[bool]:
    """Condition: whoever sees the issue sees this photo, or the actor attached it."""
    return or_(Attachment.kind.in_(OPEN_KINDS), Attachment.person_id == actor.person_id)


def _asking(tx: Tx, actor: Actor, found: Sequence[tuple[Issue, str]]) -> set[int]:
    """Tell about the people of which issues an actor may ask; with as many statements for many as for one."""
    ids = [issue.id for issue, _path in found]
    entries = tx.session.scalars(select(Entry).where(Entry.issue_id.in_(ids)).order_by(Entry.seq)).all()
    whistles = tx.session.scalars(select(Whistle).where(Whistle.issue_id.in_(ids)).order_by(Whistle.id)).all()
    return {
        issue.id
        for issue, path in found
        if may_unmask(
            tx,
            actor,
            relations_of(
                actor,
                issue,
                [one for one in entries if one.issue_id == issue.id],
                [one for one in whistles if one.issue_id == issue.id],
                path,
            ),
            path,
        )
    }


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
    NotPermitted
        Of issues that they see, but not theirs to see.
    """
    there = (Attachment.digest == digest, Attachment.purged_at.is_(None), visible(actor))
    mine = select(Attachment).join(Issue, Issue.id == Attachment.issue_id)
    row = tx.session.scalars(mine.where(*there, _is_open(actor)).order_by(Attachment.id).limit(1)).first()
    if row is not None:
        return File(row.digest, row.thumb)
    query = (
        select(Attachment, Issue, Area.path)
        .join(Issue, Issue.id == Attachment.issue_id)
        .join(Area, Area.id == Issue.area_id)
        .where(*there)
        .order_by(Attachment.id)
    )
    rows = tx.session.execute(query).all()
    if not rows:
        raise NotFound("files.not_found", digest=digest[:16])
    if not _asking(tx, actor, [(issue, path) for _row, issue, path in rows]):
        raise NotPermitted("auth.not_permitted")
    return File(rows[0][0].digest, rows[0][0].thumb)
