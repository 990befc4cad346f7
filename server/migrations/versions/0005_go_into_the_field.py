"""Go into the field: patrols and what they cover, visits, and whom to look in on."""

import sqlalchemy as sa
from alembic import op

from server.models.types import BigId, Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("visit_issue", "visit", "care", "track_piece", "patrol_cover", "patrol")


def _key(name: str, table: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade() -> None:
    _patrols()
    _ways()
    _cares()
    _visits()


def _patrols() -> None:
    op.create_table(
        "patrol",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("metres", sa.Float(53), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("newest", sa.LargeBinary(), nullable=True),
        _key("person_id", "patrol", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
        sa.UniqueConstraint("uid", name=op.f("uq_patrol_uid")),
    )
    op.create_index("ix_patrol_person_id", "patrol", ["person_id"])


def _ways() -> None:
    op.create_table(
        "patrol_cover",
        sa.Column("id", BigId, nullable=False),
        sa.Column("patrol_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("squares", Json, nullable=False),
        _key("patrol_id", "patrol_cover", "patrol"),
        _key("area_id", "patrol_cover", "area"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_cover")),
        sa.UniqueConstraint("patrol_id", "area_id", name=op.f("uq_patrol_cover_patrol_id_area_id")),
    )
    op.create_index("ix_patrol_cover_area_id", "patrol_cover", ["area_id"])
    op.create_table(
        "track_piece",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", BigId, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        _key("patrol_id", "track_piece", "patrol"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_piece")),
        sa.UniqueConstraint("uid", name=op.f("uq_track_piece_uid")),
    )
    for name in ("patrol_id", "at"):
        op.create_index(f"ix_track_piece_{name}", "track_piece", [name])


def _cares() -> None:
    op.create_table(
        "care",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("consent_at", Instant(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("purged_at", Instant(), nullable=True),
        _key("area_id", "care", "area"),
        _key("by_id", "care", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care")),
        sa.UniqueConstraint("uid", name=op.f("uq_care_uid")),
    )
    op.create_index("ix_care_area_id", "care", ["area_id"])
    op.create_index("ix_care_due", "care", ["ended_at", "due_at"])


def _visits() -> None:
    op.create_table(
        "visit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("care_id", BigId, nullable=True),
        sa.Column("patrol_id", BigId, nullable=True),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("households", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("device_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("purged_at", Instant(), nullable=True),
        *(_key(f"{name}_id", "visit", name) for name in ("person", "area", "care", "patrol")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("uid", name=op.f("uq_visit_uid")),
    )
    for name in ("person_id", "care_id"):
        op.create_index(f"ix_visit_{name}", "visit", [name])
    op.create_index("ix_visit_area", "visit", ["area_id", "happened_at"])
    op.create_table(
        "visit_issue",
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("visit_id", BigId, nullable=False),
        _key("issue_id", "visit_issue", "issue"),
        _key("visit_id", "visit_issue", "visit"),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_visit_issue")),
    )
    op.create_index("ix_visit_issue_visit_id", "visit_issue", ["visit_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
