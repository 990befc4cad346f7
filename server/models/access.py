"""Who came in and what was done with personal data: sessions, one-time links, the append-only record; photos."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, JsonValue, Moment, Uid
from server.models.types import Instant

__all__ = ["Attachment", "Audit", "ResetLink", "SignedIn"]


class SignedIn(Base):
    """A session: somebody signed in on a device; the cookie holds a secret, this row its digest."""

    __tablename__ = "signed_in"

    id: Mapped[BigKey]
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 of the cookie's secret
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    method: Mapped[str] = mapped_column(String(16))  # password | totp | oidc
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]  # within some minutes
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # signed out, or revoked


class ResetLink(Base):
    """A link by which somebody sets their password once; only its digest is kept."""

    __tablename__ = "reset_link"

    id: Mapped[BigKey]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: the command line
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Audit(Base):
    """One act worth answering for: append-only, codes and ids only, never a word about a resident."""

    __tablename__ = "audit"

    id: Mapped[BigKey]
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(String(32))  # sign_in, unmask, export, grant.add, limit.set …
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # none: the system
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # whose account
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    address: Mapped[str] = mapped_column(String(64))  # where from; "" for the command line
    given: Mapped[JsonValue]

    __table_args__ = (Index("ix_audit_at", "at", "id"), Index("ix_audit_kind", "kind", "at"))


class Attachment(Base):
    """A photo of an issue, as it was written anew; the file lies under its digest."""

    __tablename__ = "attachment"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64), index=True)  # sha256 of the file kept
    thumb: Mapped[str] = mapped_column(String(64))  # digest of its small picture
    size: Mapped[int] = mapped_column(Integer)  # bytes
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)  # as the camera said
    taken_lon: Mapped[float | None] = mapped_column(Float(53))  # degrees, as the camera said
    taken_lat: Mapped[float | None] = mapped_column(Float(53))
    datum: Mapped[str] = mapped_column(
        String(16)
    )  # that the camera names for it; "" for none, which is WGS 84
    device_lon: Mapped[float | None] = mapped_column(
        Float(53)
    )  # WGS 84 degrees, as the device that sent it said
    device_lat: Mapped[float | None] = mapped_column(Float(53))
    device_accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entry_seq: Mapped[int] = mapped_column(BigInteger)  # the entry that tells of it
    at: Mapped[Moment]
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("kind IN ('before', 'after', 'other')", name="kind"),)
