"""What: issues, their append-only entries, and the private text that entries only point to."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from geo.squares import square_at
from server.models.base import Base, BigKey, Code, JsonValue, Moment, Uid
from server.models.types import Instant

__all__ = ["DayCounter", "Entry", "Issue", "PrivateText"]


_HOLDERS = ("holder_person_id", "reporter_person_id", "holder_department_id")
_UNPURGED = text("ended_at IS NOT NULL AND (purged_at IS NULL OR purged_at < ended_at)")
_SCOPE = ("area_id", *_HOLDERS, "due_at")


def _square(context: DefaultExecutionContext) -> int | None:
    row = context.get_current_parameters()
    return _square_at(row.get("lon"), row.get("lat"))


def _square_at(lon: float | None, lat: float | None) -> int | None:
    return None if lon is None or lat is None else square_at(lon, lat)


class Issue(Base):
    """An issue as it stands now; every derived value here can be folded from its entries."""

    __tablename__ = "issue"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    number: Mapped[str] = mapped_column(String(20), unique=True)  # YYYYMMDD-NNNNN, never parsed
    category: Mapped[Code]
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    summary: Mapped[str] = mapped_column(String(200))  # the words without personal facts
    place_text: Mapped[str] = mapped_column(String(200))  # address down to the building

    lon: Mapped[float | None] = mapped_column(Float(53))  # WGS 84 degrees
    lat: Mapped[float | None] = mapped_column(Float(53))
    square: Mapped[int | None] = mapped_column(BigInteger, default=_square)  # geo.squares, of lon and lat
    reported_lon: Mapped[float | None] = mapped_column(Float(53))  # as given, in reported_crs
    reported_lat: Mapped[float | None] = mapped_column(Float(53))
    reported_crs: Mapped[str] = mapped_column(String(16))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))  # cell, else intake desk, else root
    boundary_id: Mapped[int | None] = mapped_column(ForeignKey("boundary.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    how: Mapped[str] = mapped_column(String(16))
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    runner_ups: Mapped[JsonValue]  # [{"code", "distance_m"}]
    placed: Mapped[JsonValue]  # {"code", "values"}: why this cell
    assigned: Mapped[JsonValue]  # {"code", "values"}: why this holder, or none
    border: Mapped[bool] = mapped_column(Boolean, default=False)
    needs_check: Mapped[bool] = mapped_column(Boolean, default=False)

    holder_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    holder_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    reporter_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int] = mapped_column(Integer, default=1)
    hand_offs: Mapped[int] = mapped_column(Integer, default=0)
    reported_at: Mapped[Moment]
    received_at: Mapped[Moment]
    due_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # none: no clock runs (not begun, suspended, ended)
    amber_at: Mapped[datetime | None] = mapped_column(Instant)  # when 75 % of the due's own time is used
    dispatched_at: Mapped[datetime | None] = mapped_column(Instant)  # first dispatch of this round
    stage_at: Mapped[datetime | None] = mapped_column(Instant)  # when the present stage began
    stage_due_at: Mapped[datetime | None] = mapped_column(Instant)  # never after the due
    review_at: Mapped[datetime | None] = mapped_column(Instant)  # a suspended issue is resumed then
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)  # first told done in this round
    take_used_s: Mapped[int | None] = mapped_column(Integer)  # waited to be taken, in all, by its own clock
    used_s: Mapped[int | None] = mapped_column(Integer)  # all stages together
    updated_at: Mapped[Moment] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    final: Mapped[bool] = mapped_column(Boolean, default=False)  # held by a supervisor's last word
    callback: Mapped[bool] = mapped_column(Boolean, default=False)  # somebody waits to be answered
    attempts: Mapped[int] = mapped_column(Integer, default=0)  # failed contacts since it was verified
    satisfaction: Mapped[str | None] = mapped_column(String(16))
    quantity: Mapped[float | None] = mapped_column(Float(53))
    unit: Mapped[str | None] = mapped_column(String(16))
    money_fen: Mapped[int | None] = mapped_column(BigInteger)  # hundredths of a yuan
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)  # merged into
    repeats: Mapped[int] = mapped_column(Integer, default=0)  # issues merged into this one

    origin: Mapped[JsonValue | None]  # {"code", "values"}: what called for it; mostly none
    external_number: Mapped[str | None] = mapped_column(String(64), index=True)  # of the 12345 line
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    external_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    purged_at: Mapped[datetime | None] = mapped_column(Instant)  # when its words about people were blanked

    __table_args__ = (
        CheckConstraint("holder_person_id IS NULL OR holder_department_id IS NULL", name="one_holder"),
        # Maps, counts and totals read these two alone, never the wide rows (benchmarks/map_latency.py).
        Index(
            "ix_issue_square", "square", "lon", "lat", "state", "category", "source", "reported_at", *_SCOPE
        ),
        Index("ix_issue_area", "area_id", "state", "due_at", "category", *_HOLDERS),
        Index("ix_issue_reported", "reported_at", "id"),
        Index("ix_issue_holder", "holder_person_id", "state"),
        Index("ix_issue_reporter", "reporter_person_id"),
        Index("ix_issue_category", "category", "reported_at"),
        # Statistics count what ended or fell due within a period, by area, and nothing else of the wide rows.
        Index("ix_issue_ended", "ended_at", "state", "area_id", *_HOLDERS, "due_at"),
        Index("ix_issue_due", "due_at", "state", "ended_at", "area_id", *_HOLDERS),
        # What was purged already is not looked at again, night after night.
        Index("ix_issue_unpurged", "ended_at", sqlite_where=_UNPURGED, postgresql_where=_UNPURGED),
        Index("ix_issue_state", "state", "due_at", "area_id"),
    )

    @validates("lon", "lat")
    def _moves(self, name: str, degrees: float | None) -> float | None:
        """Keep the square with the point when an issue is moved."""
        lon, lat = (degrees, self.lat) if name == "lon" else (self.lon, degrees)
        self.square = _square_at(lon, lat)
        return degrees


class Entry(Base):
    """One step of an issue: append-only, chained per issue, free of personal text."""

    __tablename__ = "entry"

    id: Mapped[BigKey]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    seq: Mapped[int] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(16))  # person | system | resident
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    given: Mapped[JsonValue]  # codes, ids and digests only
    happened_at: Mapped[Moment]
    received_at: Mapped[Moment]
    stage_used_s: Mapped[int | None] = mapped_column(Integer)
    previous: Mapped[str] = mapped_column(String(64))  # digest of the entry before, "" for the first
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("issue_id", "seq"),
        Index("ix_entry_used", "issue_id", "action", "seq", "happened_at", "stage_used_s"),  # medians
    )


class PrivateText(Base):
    """Words about people, sealed; purging blanks ciphertext and salt, the entry's digest stays."""

    __tablename__ = "private_text"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_key: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed hash, phones only
    purged_at: Mapped[datetime | None] = mapped_column(Instant)


class DayCounter(Base):
    """The last running number given out for a day."""

    __tablename__ = "day_counter"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
