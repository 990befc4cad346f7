"""Stores that are as new, and stores that are filled again in a moment with what was made once.

A test gets a database of its own. On PostGIS that is one database per process, emptied between two tests and
copied anew from the template when a test changed its layout or it has served long enough.
"""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.util import LRUCache

from server.keys import FILE as KEYS
from server.services.locating import prepare_locator

__all__ = ["Emptied", "Learnt", "Shelf", "empty_sqlite"]

SERVES = 80  # tests, after which a database has too many dead rows
MOST_STATEMENTS = 2_000
EMPTY_COPY = 21  # bytes of a binary copy without rows
TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
    "AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')"
)
EMPTY = f"""DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN {TABLES} LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
END $$"""
OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)
LAYOUT = """SELECT (SELECT version_num FROM alembic_version),
    (SELECT sum(hashtext(concat(oid, relname, relnatts))::bigint) FROM pg_class WHERE relkind IN ('r', 'i', 'S')),
    (SELECT sum(hashtext(concat(attrelid, attnum, xmin))::bigint) FROM pg_attribute WHERE attnum > 0),
    (SELECT sum(hashtext(concat(oid, tgenabled, tgfoid))::bigint) FROM pg_trigger),
    (SELECT sum(hashtext(prosrc)::bigint) FROM pg_proc WHERE proname = 'entry_refuse')"""


def empty_sqlite(template, folder):
    """Lay an empty, upgraded SQLite file into a folder; give its URL."""
    shutil.copy(template, folder / "wangge.db")
    return f"sqlite:///{folder / 'wangge.db'}"


class Emptied:
    """The one database on PostGIS that the tests of a process are given, one after another."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.served, self.layout, self.connection, self.engine = SERVES, None, None, None

    def url(self):
        """Give the URL of the database, empty and upgraded; who was given it before is done with it."""
        if self.served >= SERVES or not self._is_emptied():
            self._begin_anew()
        self.served += 1
        return self.cluster.url(f"wangge_{self.cluster.count}")

    def open(self, store):
        """Let a store use the connections that are there: PostgreSQL has learnt the tables on them."""
        if self.engine is None:
            self.engine = store.engine
        store.engine = self.engine.execution_options()  # listeners of its own, the same pool

    def _is_emptied(self):
        try:
            self.connection.execute(OTHERS)
            if self.connection.execute(LAYOUT).fetchone() != self.layout:
                return False
            self.connection.execute(EMPTY)
        except psycopg.Error:
            return False
        return True

    def _begin_anew(self):
        self.close()
        url = self.cluster.copy()
        self.connection = psycopg.connect(url, autocommit=True, options="-c lock_timeout=5s")
        self.layout = self.connection.execute(LAYOUT).fetchone()
        self.served = 0

    def close(self):
        """Close all connections."""
        if self.engine is not None:
            self.engine.dispose()
        if self.connection is not None:
            self.connection.close()
        self.engine = self.connection = None


class Learnt:
    """What SQLAlchemy has learnt of statements on SQLite: each new engine would compile them all anew."""

    def __init__(self):
        self.dialect, self.statements = None, LRUCache(MOST_STATEMENTS)

    def lend(self, store):
        """Let a store begin with what the stores before it have learnt; its disk is not waited for."""
        event.listen(store.engine, "connect", _without_waiting)
        if self.dialect is None:
            store.engine.connect().close()
            self.dialect = store.engine.dialect
        store.engine.dialect = self.dialect
        store.engine = store.engine.execution_options(compiled_cache=self.statements)


def _without_waiting(connection, _record):
    connection.execute("PRAGMA synchronous=OFF")


@dataclass
class Shelf:
    """What was made once in an empty store, to be laid into others.

    Attributes
    ----------
    kept : dict
        Database and name -> what the maker gave, all rows, the keys that seal private text.
    """

    kept: dict = field(default_factory=dict)

    def fill(self, store, name, make):
        """Fill a store as `make` would; `make` itself is called the first time. Give what it gave."""
        key = (store.engine.dialect.name, name)
        keys = Path(store.folder) / KEYS
        if key not in self.kept:
            given = make()
            self.kept[key] = given, _rows_of(store), keys.read_bytes() if keys.exists() else None
            return given
        given, rows, sealing = self.kept[key]
        _lay(store, rows)
        store.shelf.clear()
        if sealing is not None:
            keys.write_bytes(sealing)
            keys.chmod(0o600)
        return given

    def lend_locator(self, store):
        """Lay the saved locator over the cells of a filled store beside it, as whoever asked before leaves it."""
        folder, key = Path(store.folder) / "cache", (store.engine.dialect.name, "locator")
        if key not in self.kept:
            with store.read() as tx:
                prepare_locator(tx)
            self.kept[key] = [(path.name, path.read_bytes()) for path in folder.glob("locator-*")]
        folder.mkdir(exist_ok=True)
        for name, saved in self.kept[key]:
            (folder / name).write_bytes(saved)


def _rows_of(store):
    if store.on_sqlite:
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(make_url(store.config.url).database)) as source:
            source.backup(kept)
        return kept
    copies = {}
    with psycopg.connect(store.config.database_url) as connection:
        for (name,) in connection.execute(TABLES).fetchall():
            columns = f'"{name}" ({_columns(connection, name)})'
            with connection.cursor().copy(f"COPY {columns} TO STDOUT (FORMAT binary)") as out:
                rows = b"".join(out)
            if len(rows) > EMPTY_COPY:
                copies[columns] = rows
        ends = connection.execute(
            "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        )
        return copies, ends.fetchall()


def _columns(connection, table):
    """Name the columns that are written, not those that the database makes itself."""
    names = connection.execute(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = quote_ident(%s)::regclass "
        "AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return ", ".join(name for (name,) in names.fetchall())


def _lay(store, kept):
    if store.on_sqlite:
        with closing(sqlite3.connect(make_url(store.config.url).database)) as target:
            kept.backup(target)
        return
    copies, ends = kept
    with store.engine.connect() as pooled, pooled.begin():
        connection = pooled.connection.driver_connection
        connection.execute(EMPTY)
        connection.execute("SET LOCAL session_replication_role = replica")
        for columns, rows in copies.items():
            with connection.cursor().copy(f"COPY {columns} FROM STDIN (FORMAT binary)") as to:
                to.write(rows)
        connection.execute(
            "SELECT setval(name, last) FROM unnest(%s::text[], %s::bigint[]) AS ends(name, last)",
            [[name for name, _last in ends], [last for _name, last in ends]],
        )
