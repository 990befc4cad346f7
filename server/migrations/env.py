"""Alembic's entry: runs on the connection that :mod:`server.upgrade` hands over."""

from alembic import context

from server.guards import is_ours
from server.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=lambda _object, name, kind, _reflected, _compare_to: is_ours(kind, name),
    compare_type=True,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
