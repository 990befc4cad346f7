"""Let the loop run."""

import sqlalchemy as sa
from alembic import op

from server.models.types import BigId, Instant, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _flag(name: str, *, on: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if on else sa.false())


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


_COLUMNS: tuple[tuple[str, sa.Column], ...] = (
    ("department", _flag("is_active", on=True)),
    ("leave", _flag("everything")),
    ("leave", sa.Column("handed_over_at", Instant())),
    ("duty", _flag("hand_over")),
    ("person", sa.Column("leaves_at", Instant())),
    ("issue", sa.Column("amber_at", Instant())),
    ("issue", sa.Column("dispatched_at", Instant())),
    ("issue", sa.Column("stage_at", Instant())),
    ("issue", sa.Column("stage_due_at", Instant())),
    ("issue", sa.Column("review_at", Instant())),
    ("issue", _flag("urgent")),
    ("issue", _flag("final")),
    ("issue", _flag("callback")),
    ("issue", _count("attempts")),
    ("issue", sa.Column("satisfaction", sa.String(16))),
    ("issue", sa.Column("quantity", sa.Float(53))),
    ("issue", sa.Column("unit", sa.String(16))),
    ("issue", sa.Column("money_fen", sa.BigInteger())),
    ("issue", _count("repeats")),
    ("issue", sa.Column("external_number", sa.String(64))),
)

# Who waits to be answered was not kept; finished history that was imported waits for nobody.
_CALLBACK = """
    UPDATE issue SET callback = true
    WHERE (source IN ('hotline', 'phone', 'online') OR EXISTS (
        SELECT 1 FROM private_text AS words
        WHERE words.issue_id = issue.id AND words.kind IN ('reporter_name', 'reporter_phone')
    )) AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.issue_id = issue.id AND entry.action = 'import')
"""


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "category_edit",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("row", Json, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category_edit")),
    )
    op.create_table(
        "limit_edit",
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("category", "stage", "urgent", name=op.f("pk_limit_edit")),
    )
    op.create_table(
        "place",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("pinyin", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Float(precision=53), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("external_key", name=op.f("uq_place_external_key")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_name"), ["name"], unique=False)

    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_calendar_year_by_id")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )
    op.create_table(
        "ask",
        sa.Column("id", BigId, nullable=False),
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('extend', 'suspend')", name=op.f("ck_ask_kind")),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused', 'withdrawn')", name=op.f("ck_ask_state")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ask_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_ask_decided_by_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_ask_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ask_issue_id"), ["issue_id"], unique=False)
        batch_op.create_index(
            "uq_ask_open",
            ["issue_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "reminder",
        sa.Column("id", BigId, nullable=False),
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_reminder_issue_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "issue_id",
            "subject",
            "until",
            "step",
            "turn",
            name=op.f("uq_reminder_issue_id_subject_until_step_turn"),
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_person_id"), ["person_id"], unique=False)

    op.create_table(
        "whistle",
        sa.Column("id", BigId, nullable=False),
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("department_id", BigId, nullable=False),
        sa.Column("answer_by", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by_id", BigId, nullable=True),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_whistle_answered_by_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_whistle_department_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_whistle_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
        sa.UniqueConstraint(
            "issue_id", "seq", "department_id", name=op.f("uq_whistle_issue_id_seq_department_id")
        ),
    )
    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_whistle_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_whistle_issue_id"), ["issue_id"], unique=False)

    # Columns are added in place: a batch would copy the table, and drop its triggers and what refers to it.
    for table, column in _COLUMNS:
        op.add_column(table, column)
    op.execute(_CALLBACK)
    reference = "CONSTRAINT fk_issue_parent_id REFERENCES issue (id)"
    op.execute(f"ALTER TABLE issue ADD COLUMN parent_id {_key()} {reference}")
    op.create_index("ix_issue_external_number", "issue", ["external_number"])
    op.create_index("ix_issue_parent_id", "issue", ["parent_id"])
    op.create_index("ix_issue_ended", "issue", ["ended_at"])
    op.create_index("ix_issue_state", "issue", ["state", "due_at", "area_id"])


def _key() -> str:
    return "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"


def downgrade() -> None:
    for name in ("ix_issue_state", "ix_issue_ended", "ix_issue_parent_id", "ix_issue_external_number"):
        op.drop_index(name, table_name="issue")
    op.drop_column("issue", "parent_id")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)

    with op.batch_alter_table("whistle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_whistle_issue_id"))
        batch_op.drop_index(batch_op.f("ix_whistle_department_id"))

    op.drop_table("whistle")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_person_id"))

    op.drop_table("reminder")
    with op.batch_alter_table("ask", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ask_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_ask_issue_id"))

    op.drop_table("ask")
    op.drop_table("saved_view")
    op.drop_table("calendar_year")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_name"))

    op.drop_table("place")
    op.drop_table("limit_edit")
    op.drop_table("category_edit")
    op.drop_table("calendar_day")
