"""What was judged over a period and does not change afterwards, appeals against it, and files made on the way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, Code, JsonValue, Line, Moment, Uid
from server.models.types import Instant

__all__ = ["Appeal", "Evaluation", "EvaluationRow", "ExportJob"]


class Evaluation(Base):
    """A period as it was judged: its rules and figures stay as they were when it was made."""

    __tablename__ = "evaluation"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    preset: Mapped[Code]  # which rules; what they said stands in `rules`
    name: Mapped[Line]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)  # over which area
    since: Mapped[Moment]
    until: Mapped[Moment]
    rules: Mapped[JsonValue] = mapped_column(nullable=False)
    digest: Mapped[str] = mapped_column(String(64))  # sha256 of rules and rows, so that a change shows
    made_at: Mapped[Moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: the system
    final_at: Mapped[datetime | None] = mapped_column(Instant)  # no appeal from then on

    __table_args__ = (UniqueConstraint("area_id", "preset", "since", "until"),)


class EvaluationRow(Base):
    """One unit of an evaluation: never changed; what appeals do to it is counted from them."""

    __tablename__ = "evaluation_row"

    id: Mapped[BigKey]
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    kind: Mapped[str] = mapped_column(String(16))  # cell community worker department
    code: Mapped[Code]
    name: Mapped[Line]  # as it was called then
    path: Mapped[str | None] = mapped_column(String(200))  # of an area, for who may see it
    score: Mapped[float | None] = mapped_column(Float(53))
    rank: Mapped[int | None] = mapped_column(Integer)
    figures: Mapped[JsonValue] = mapped_column(
        nullable=False
    )  # indicator -> {"value", "numerator", "denominator", …}

    __table_args__ = (UniqueConstraint("evaluation_id", "kind", "code"),)


class Appeal(Base):
    """A unit's appeal that an issue should not count against it, and what was decided."""

    __tablename__ = "appeal"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    row_id: Mapped[int] = mapped_column(ForeignKey("evaluation_row.id"), index=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    words_uid: Mapped[UUID | None] = mapped_column(Uuid)  # private_text: why
    state: Mapped[str] = mapped_column(String(16))  # open granted refused withdrawn
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_uid: Mapped[UUID | None] = mapped_column(Uuid)  # private_text: the decision's words
    effect: Mapped[JsonValue | None]  # codes and values: what it changed

    __table_args__ = (Index("ix_appeal_state", "state", "at"),)


class ExportJob(Base):
    """A file somebody asked for, made by the job process, theirs alone, gone after a while."""

    __tablename__ = "export_job"

    id: Mapped[BigKey]
    uid: Mapped[Uid]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # issues cells hotspots
    format: Mapped[str] = mapped_column(String(16))
    asked: Mapped[JsonValue] = mapped_column(nullable=False)  # filters and what else was chosen, as text
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))  # waiting running done failed cancelled
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    file_name: Mapped[Line]
    size: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[JsonValue | None]  # {"code", "values"} of a refusal
    created_at: Mapped[Moment]
    beat_at: Mapped[Moment]  # the last sign of life of whoever makes it
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_at: Mapped[Moment]

    __table_args__ = (Index("ix_export_job_state", "state", "created_at"),)
