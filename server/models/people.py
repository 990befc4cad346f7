"""Who: people, their roles over areas, departments, duties and leave, tokens, failed sign-ins."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, Code, Line, Moment, Uid
from server.models.types import Instant

__all__ = ["Department", "Duty", "Leave", "Person", "RoleGrant", "SignInAttempt", "Token"]


class Department(Base):
    """A unit that handles issues: a property company, a utility, a bureau."""

    __tablename__ = "department"

    id: Mapped[BigKey]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(64))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    sees_private: Mapped[bool] = mapped_column(Boolean, default=False)  # its handlers may ask who reported


class Person(Base):
    """Somebody who works with the program. Residents are never rows here."""

    __tablename__ = "person"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    login: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Line]
    phone: Mapped[str | None] = mapped_column(String(32))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    created_at: Mapped[Moment]
    leaves_at: Mapped[datetime | None] = mapped_column(Instant)  # end of service, announced and to come
    password_at: Mapped[datetime | None] = mapped_column(Instant)  # when the password was last set
    totp_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # second factor, sealed; none: not set up
    totp_step: Mapped[int | None] = mapped_column(
        BigInteger
    )  # last time step used, so that none is used twice
    oidc_subject: Mapped[str | None] = mapped_column(
        String(200), unique=True, index=True
    )  # issuer and subject
    is_program: Mapped[bool] = mapped_column(Boolean, default=False)  # acts by tokens alone, never signs in


class RoleGrant(Base):
    """A role of a person over an area and all below it."""

    __tablename__ = "role_grant"

    id: Mapped[BigKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(16))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)

    __table_args__ = (UniqueConstraint("person_id", "role", "area_id"),)


class Duty(Base):
    """Who answers for an area of any level, from when until when."""

    __tablename__ = "duty"

    id: Mapped[BigKey]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    starts_at: Mapped[Moment]
    ends_at: Mapped[datetime | None] = mapped_column(Instant)  # first instant off duty; none: open end
    hand_over: Mapped[bool] = mapped_column(Boolean, default=False)  # open issues are to go on at its end

    __table_args__ = (
        CheckConstraint("kind IN ('A', 'B', 'leader')", name="kind"),
        Index("ix_duty_area", "area_id", "kind"),
    )


class Leave(Base):
    """A person's absence, with the substitute who stands in, if any."""

    __tablename__ = "leave"

    id: Mapped[BigKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    everything: Mapped[bool] = mapped_column(Boolean, default=False)  # issues in work are handed over too
    handed_over_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # when open issues went to the substitute


class Token(Base):
    """A bearer token for a device or an integration; only its digest is kept."""

    __tablename__ = "token"

    id: Mapped[BigKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[Line]
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # sha256 of the token
    scopes: Mapped[str] = mapped_column(String(64))  # blank-separated: read report act
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)  # last used, within some minutes


class SignInAttempt(Base):
    """A failed sign-in, counted against the login and the address."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[BigKey]
    login: Mapped[Code] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[Moment]
