"""What happens in the field: patrols and what they cover, visits, and whom to look in on, with their consent.

Raw tracks are sealed and kept for days only, which squares of a cell somebody walked and the patrol itself for a
month. Words about people and where exactly they live are sealed beside the row and blanked when their time is up;
only the cell stands in clear.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, JsonValue, Moment, Uid
from server.models.types import Instant

__all__ = ["Care", "Patrol", "PatrolCover", "TrackPiece", "Visit", "VisitIssue"]


class Patrol(Base):
    """A walk through one's cells, begun and ended by the walker."""

    __tablename__ = "patrol"

    id: Mapped[BigKey]
    uid: Mapped[Uid]  # made by the device
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[Moment]
    metres: Mapped[float] = mapped_column(Float(53), default=0.0)
    points: Mapped[int] = mapped_column(Integer, default=0)  # taken in
    left_out: Mapped[int] = mapped_column(Integer, default=0)  # outside working hours, or not to be believed
    newest: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: the last point, until the patrol ends


class PatrolCover(Base):
    """Which squares of one cell a patrol came through; no time, no order."""

    __tablename__ = "patrol_cover"

    id: Mapped[BigKey]
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    squares: Mapped[JsonValue] = mapped_column(nullable=False)  # numbers of the squares, ascending

    __table_args__ = (UniqueConstraint("patrol_id", "area_id"),)


class TrackPiece(Base):
    """Some minutes of a patrol: that they were taken in; the raw points sealed, and blanked after a few days."""

    __tablename__ = "track_piece"

    id: Mapped[BigKey]
    uid: Mapped[Uid]  # made by the device
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    points: Mapped[int] = mapped_column(Integer)
    box: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: instant, position, doubt of each
    at: Mapped[Moment] = mapped_column(index=True)  # when it was received


class Care(Base):
    """Somebody who asked to be looked in on, now and then; what is needed for that and no more."""

    __tablename__ = "care"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    reason: Mapped[str] = mapped_column(String(16))  # alone elderly disabled child other
    every_days: Mapped[int] = mapped_column(Integer)
    box: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: who, where, position, what they wish
    consent_at: Mapped[Moment]  # when they agreed
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who wrote it down
    created_at: Mapped[Moment]
    last_at: Mapped[datetime | None] = mapped_column(Instant)  # newest visit
    due_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_care_due", "ended_at", "due_at"),)


class Visit(Base):
    """A call at a compound, building, household or enterprise."""

    __tablename__ = "visit"

    id: Mapped[BigKey]
    uid: Mapped[Uid]  # made by the device
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    kind: Mapped[str] = mapped_column(String(16))  # daily concentrated special online care
    subject: Mapped[str] = mapped_column(String(16))  # compound building household enterprise
    result: Mapped[str] = mapped_column(String(16))  # well issue away declined
    care_id: Mapped[int | None] = mapped_column(ForeignKey("care.id"), index=True)
    patrol_id: Mapped[int | None] = mapped_column(ForeignKey("patrol.id"))
    box: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: where, position, and what was said
    households: Mapped[int | None] = mapped_column(
        BigInteger
    )  # called at, where it was a building or a compound
    happened_at: Mapped[Moment]
    device_at: Mapped[datetime | None] = mapped_column(Instant)  # by the device's clock, where that is off
    received_at: Mapped[Moment]
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("ix_visit_area", "area_id", "happened_at"),)


class VisitIssue(Base):
    """An issue that a visit led to."""

    __tablename__ = "visit_issue"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
