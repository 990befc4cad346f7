"""What runs beside an issue: requests, whistles, reminders; what limits it: limits and holidays; saved views."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, Code, JsonValue, Line, Moment
from server.models.types import Instant

__all__ = [
    "Ask",
    "CalendarDay",
    "CalendarYear",
    "CategoryEdit",
    "LimitEdit",
    "Reminder",
    "SavedView",
    "Whistle",
]


class Ask(Base):
    """A holder's request for more time: an extension or a suspension, until it is decided."""

    __tablename__ = "ask"

    id: Mapped[BigKey]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    round: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    until: Mapped[Moment]  # extend: the new due; suspend: when it is looked at again
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("kind IN ('extend', 'suspend')", name="kind"),
        CheckConstraint("state IN ('open', 'granted', 'refused', 'withdrawn')", name="state"),
        Index(
            "uq_ask_open",
            "issue_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class Whistle(Base):
    """One department called to an issue, and what it answered."""

    __tablename__ = "whistle"

    id: Mapped[BigKey]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)  # of the entry that called
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    answer_by: Mapped[Moment]
    at: Mapped[Moment]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    result: Mapped[str | None] = mapped_column(String(16))  # done | partly | cannot

    __table_args__ = (UniqueConstraint("issue_id", "seq", "department_id"),)


class Reminder(Base):
    """One mark or reminder of the periodic job; its uniqueness makes each happen exactly once."""

    __tablename__ = "reminder"

    id: Mapped[BigKey]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    subject: Mapped[str] = mapped_column(String(24))  # due | whistle:ID
    until: Mapped[Moment]  # the due it speaks of; another due is reminded of anew
    step: Mapped[str] = mapped_column(String(16))  # amber | red | holder | leader | supervisor
    turn: Mapped[int] = mapped_column(Integer)  # 1, and one more each repetition
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # who was told
    at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("issue_id", "subject", "until", "step", "turn"),)


class LimitEdit(Base):
    """A limit changed in the administration, in place of the shipped one."""

    __tablename__ = "limit_edit"

    category: Mapped[str] = mapped_column(String(64), primary_key=True)  # * for all
    stage: Mapped[str] = mapped_column(String(16), primary_key=True)
    urgent: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[float] = mapped_column(Float(53))


class CategoryEdit(Base):
    """A category changed or added in the administration."""

    __tablename__ = "category_edit"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    row: Mapped[JsonValue]  # columns of data/categories.csv that differ
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)


class CalendarYear(Base):
    """A year whose holidays were uploaded; takes the place of the shipped one."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    file_name: Mapped[Line]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]


class CalendarDay(Base):
    """A holiday or make-up day of an uploaded year."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # holiday | make_up
    name: Mapped[Code]


class SavedView(Base):
    """Filters of the list that a person keeps under a name."""

    __tablename__ = "saved_view"

    id: Mapped[BigKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[Code]
    query: Mapped[JsonValue]

    __table_args__ = (UniqueConstraint("person_id", "name"),)
