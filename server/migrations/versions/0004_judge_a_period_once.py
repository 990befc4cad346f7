"""Judge a period once: evaluations, appeals, files made on the way; and each issue's own times beside it."""

import sqlalchemy as sa
from alembic import op

from server.models.types import BigId, Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS: tuple[sa.Column, ...] = (
    sa.Column("finished_at", Instant()),
    sa.Column("take_used_s", sa.Integer()),
    sa.Column("used_s", sa.Integer()),
    sa.Column("origin", Json),
)
_TABLES = ("export_job", "appeal", "evaluation_row", "evaluation")


def _key(name: str, table: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade() -> None:
    _evaluations()
    _evaluation_rows()
    _appeals()
    _export_jobs()
    for column in _COLUMNS:
        op.add_column("issue", column)
    op.create_index("ix_issue_updated_at", "issue", ["updated_at"])
    _count_times()


def _evaluations() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("preset", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("area_id", BigId, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=True),
        sa.Column("final_at", Instant(), nullable=True),
        _key("area_id", "evaluation", "area"),
        _key("made_by_id", "evaluation", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("uid", name=op.f("uq_evaluation_uid")),
        sa.UniqueConstraint(
            "area_id", "preset", "since", "until", name=op.f("uq_evaluation_area_id_preset_since_until")
        ),
    )
    op.create_index("ix_evaluation_area_id", "evaluation", ["area_id"])


def _evaluation_rows() -> None:
    op.create_table(
        "evaluation_row",
        sa.Column("id", BigId, nullable=False),
        sa.Column("evaluation_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("path", sa.String(200), nullable=True),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("figures", Json, nullable=False),
        _key("evaluation_id", "evaluation_row", "evaluation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_row")),
        sa.UniqueConstraint(
            "evaluation_id", "kind", "code", name=op.f("uq_evaluation_row_evaluation_id_kind_code")
        ),
    )


def _appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("row_id", BigId, nullable=False),
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words_uid", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_uid", sa.Uuid(), nullable=True),
        sa.Column("effect", Json, nullable=True),
        _key("row_id", "appeal", "evaluation_row"),
        _key("issue_id", "appeal", "issue"),
        _key("by_id", "appeal", "person"),
        _key("decided_by_id", "appeal", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("uid", name=op.f("uq_appeal_uid")),
    )
    for name in ("row_id", "issue_id"):
        op.create_index(f"ix_appeal_{name}", "appeal", [name])
    op.create_index("ix_appeal_state", "appeal", ["state", "at"])


def _export_jobs() -> None:
    op.create_table(
        "export_job",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("problem", Json, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("beat_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        _key("person_id", "export_job", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
        sa.UniqueConstraint("uid", name=op.f("uq_export_job_uid")),
    )
    op.create_index("ix_export_job_person_id", "export_job", ["person_id"])
    op.create_index("ix_export_job_state", "export_job", ["state", "created_at"])


def _count_times() -> None:
    """Give each issue the times that its entries tell of."""
    op.execute(
        """
        UPDATE issue SET
            take_used_s = (SELECT sum(stage_used_s) FROM entry
                           WHERE entry.issue_id = issue.id AND entry.action = 'take'),
            used_s = (SELECT sum(stage_used_s) FROM entry WHERE entry.issue_id = issue.id),
            finished_at = (SELECT min(done.happened_at) FROM entry AS done
                           WHERE done.issue_id = issue.id AND done.action IN ('finish', 'settle')
                             AND done.seq > coalesce((SELECT max(again.seq) FROM entry AS again
                                                      WHERE again.issue_id = issue.id
                                                        AND again.action IN ('object', 'reopen')), 0))
        """
    )


def downgrade() -> None:
    op.drop_index("ix_issue_updated_at", table_name="issue")
    for column in reversed(_COLUMNS):
        op.drop_column("issue", column.name)
    for table in _TABLES:
        op.drop_table(table)
