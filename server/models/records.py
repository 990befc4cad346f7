"""What was brought in and answered: imports, remembered answers, marks of the store."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, JsonValue, Line, Moment, Uid
from server.models.types import Instant

__all__ = ["Import", "ImportProfile", "Mark", "RememberedAnswer"]


class Import(Base):
    """One import of a file; can be resumed after it was killed."""

    __tablename__ = "import"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    kind: Mapped[str] = mapped_column(String(16))  # cells | people | issues
    file_name: Mapped[Line]
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    options: Mapped[JsonValue]
    state: Mapped[str] = mapped_column(String(16))  # running | done | failed
    next_row: Mapped[int] = mapped_column(Integer, default=0)  # rows of the file already in
    counts: Mapped[JsonValue]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[Moment]
    beat_at: Mapped[Moment]  # the last sign of life; a running import without one is dead
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportProfile(Base):
    """A saved mapping of a file's columns."""

    __tablename__ = "import_profile"

    id: Mapped[BigKey]
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[Line]
    options: Mapped[JsonValue]

    __table_args__ = (UniqueConstraint("kind", "name"),)


class RememberedAnswer(Base):
    """The answer to a request with an Idempotency-Key, so that a retry gets the same one."""

    __tablename__ = "remembered_answer"

    id: Mapped[BigKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(200))
    body_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("person_id", "key"),)


class Mark(Base):
    """A fact about the whole store, such as that it holds the demonstration town."""

    __tablename__ = "mark"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
