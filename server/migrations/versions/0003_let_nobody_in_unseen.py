"""Let nobody in unseen: sessions, one-time links, the record, photos; and what was changed so far goes into the record."""

import json

import sqlalchemy as sa
from alembic import op

from server.models.types import BigId, Instant, Json, from_micros

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS: tuple[tuple[str, sa.Column], ...] = (
    ("department", sa.Column("sees_private", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("person", sa.Column("password_at", Instant())),
    ("person", sa.Column("totp_key", sa.LargeBinary())),
    ("person", sa.Column("totp_step", sa.BigInteger())),
    ("person", sa.Column("oidc_subject", sa.String(200))),
    ("person", sa.Column("is_program", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("token", sa.Column("seen_at", Instant())),
    ("issue", sa.Column("purged_at", Instant())),
)
_CHANGE = "change."
_HELD = ("holder_person_id", "reporter_person_id", "holder_department_id")
_COUNTED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("ix_issue_ended", "issue", ("ended_at", "state", "area_id", *_HELD, "due_at")),
    ("ix_issue_due", "issue", ("due_at", "state", "ended_at", "area_id", *_HELD)),
    ("ix_entry_used", "entry", ("issue_id", "action", "seq", "happened_at", "stage_used_s")),
)


def _person(name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade() -> None:
    op.create_table(
        "signed_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        _person("person_id", "signed_in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_signed_in_digest")),
    )
    op.create_index("ix_signed_in_person_id", "signed_in", ["person_id"])
    op.create_table(
        "reset_link",
        sa.Column("id", BigId, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        _person("person_id", "reset_link"),
        _person("by_id", "reset_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_reset_link_digest")),
    )
    op.create_index("ix_reset_link_person_id", "reset_link", ["person_id"])
    _record()
    _photos()
    for table, column in _COLUMNS:
        op.add_column(table, column)
    unpurged = sa.text("ended_at IS NOT NULL AND (purged_at IS NULL OR purged_at < ended_at)")
    op.create_index(
        "ix_issue_unpurged", "issue", ["ended_at"], sqlite_where=unpurged, postgresql_where=unpurged
    )
    op.create_index("ix_issue_reporter", "issue", ["reporter_person_id"])
    op.drop_index("ix_issue_ended", table_name="issue")
    for name, table, columns in _COUNTED:
        op.create_index(name, table, list(columns))
    op.create_index("ix_person_oidc_subject", "person", ["oidc_subject"], unique=True)
    _move_changes()


def _record() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("subject_id", BigId, nullable=True),
        sa.Column("issue_id", BigId, nullable=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("given", Json, nullable=False),
        _person("person_id", "audit"),
        _person("subject_id", "audit"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_audit_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for name in ("person_id", "subject_id", "issue_id"):
        op.create_index(f"ix_audit_{name}", "audit", [name])
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_audit_kind", "audit", ["kind", "at"])


def _photos() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("issue_id", BigId, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("thumb", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("taken_lon", sa.Float(53), nullable=True),
        sa.Column("taken_lat", sa.Float(53), nullable=True),
        sa.Column("datum", sa.String(16), nullable=False),
        sa.Column("device_lon", sa.Float(53), nullable=True),
        sa.Column("device_lat", sa.Float(53), nullable=True),
        sa.Column("device_accuracy_m", sa.Float(53), nullable=True),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("entry_seq", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("purged_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('before', 'after', 'other')", name=op.f("ck_attachment_kind")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_attachment_issue_id")),
        _person("person_id", "attachment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("uid", name=op.f("uq_attachment_uid")),
    )
    op.create_index("ix_attachment_issue_id", "attachment", ["issue_id"])
    op.create_index("ix_attachment_digest", "attachment", ["digest"])


def _move_changes() -> None:
    """Bring the changes of the rules, kept as marks until now, into the record."""
    here = op.get_bind()
    marks = sa.table("mark", sa.column("name", sa.String), sa.column("value", sa.Text))
    audit = sa.table("audit", *(sa.column(name, kind) for name, kind in (
        ("at", Instant()), ("kind", sa.String(32)), ("person_id", BigId), ("address", sa.String(64)), ("given", Json),
    )))  # fmt: skip
    people = sa.table("person", sa.column("id", BigId), sa.column("login", sa.String))
    known = {login: key for key, login in here.execute(sa.select(people.c.id, people.c.login))}
    found = here.execute(
        sa.select(marks).where(marks.c.name.startswith(_CHANGE)).order_by(marks.c.name)
    ).all()
    for _name, value in found:
        told = json.loads(value)
        row = {"at": from_micros(told["at"]), "kind": told["code"], "person_id": known.get(told["login"]),
               "address": "", "given": told["values"]}  # fmt: skip
        here.execute(sa.insert(audit).values(**row))
    here.execute(sa.delete(marks).where(marks.c.name.startswith(_CHANGE)))


def downgrade() -> None:
    op.drop_index("ix_person_oidc_subject", table_name="person")
    for name, table, _columns in reversed(_COUNTED):
        op.drop_index(name, table_name=table)
    op.create_index("ix_issue_ended", "issue", ["ended_at"])
    op.drop_index("ix_issue_reporter", table_name="issue")
    op.drop_index("ix_issue_unpurged", table_name="issue")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)
    for table in ("attachment", "audit", "reset_link", "signed_in"):
        op.drop_table(table)
