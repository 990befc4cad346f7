"""Bring a store to the newest table layout, or say why that cannot be."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.db import Store, check_postgis, translated
from server.errors import SetupError
from server.guards import install_spatial
from server.locks import Lock

__all__ = ["check_version", "lay_out", "upgrade"]


def _alembic(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(store: Store) -> None:
    """Upgrade the store's tables and put indexes and triggers in place.

    Parameters
    ----------
    store : Store
        New, older or current.

    Raises
    ------
    SetupError
        The store was written by a newer version, or cannot hold the grid.
    """
    with translated(store.config):
        if not store.on_sqlite:
            check_postgis(store.engine)
        with store.engine.connect().execution_options(wangge_writes=True) as connection, connection.begin():
            _refuse_newer(_found(connection))
            lay_out(connection)
        install_spatial(store.engine)


def lay_out(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a layout inside the caller's transaction, without indexes and triggers.

    Parameters
    ----------
    connection : Connection
        Within a writing transaction.
    revision : str
        Layout; the newest by default.

    Raises
    ------
    SetupError
        This program does not know the layout.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({Lock.LAYOUT.value})")
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    if revision != "head":
        _refuse_newer(revision)
    command.upgrade(_alembic(connection), revision)


def check_version(store: Store) -> None:
    """Make sure the store has exactly the layout that this program knows.

    Raises
    ------
    SetupError
        Newer or older; the message says what to do.
    """
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    with translated(store.config), store.engine.connect() as connection:
        found = _found(connection)
    _refuse_newer(found)
    if found != head:
        raise SetupError("store.older", known=head)
    install_spatial(store.engine)


def _refuse_newer(found: str | None) -> None:
    script = ScriptDirectory.from_config(_alembic())
    if found and found not in {one.revision for one in script.walk_revisions()}:
        raise SetupError("store.newer", found=found, known=script.get_current_head())
