"""The store: one engine, two databases, transactions with one instant each.

SQLite (WAL, synchronous=FULL, BEGIN IMMEDIATE, one writer per process) is the embedded default; PostGIS
is chosen by URL. Spatial indexes and triggers are in :mod:`server.guards`. Knows nothing of the rules.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Executable, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from server.clock import Clock, system_clock
from server.config import Config
from server.errors import Busy, SetupError, StoreError
from server.pinging import pinging

__all__ = ["Store", "Tx", "check_postgis", "translated"]

BUSY_MS = 15_000


@dataclass
class Tx:
    """One transaction: its session, its store, and the one instant at which it happens.

    Attributes
    ----------
    session : Session
        SQLAlchemy session; commits when the block ends.
    store : Store
        Where it runs.
    now : datetime
        Aware, UTC; every time that the transaction writes as "now".
    seen : dict
        What was read in passing, so that it is not asked for again.
    """

    session: Session
    store: "Store"
    now: datetime
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """Settings of the store."""
        return self.store.config

    @property
    def on_sqlite(self) -> bool:
        """Whether this runs on SQLite."""
        return self.store.on_sqlite

    @property
    def writes(self) -> bool:
        """Whether this is a writing transaction."""
        return bool(self.session.connection().get_execution_options().get("wangge_writes"))

    def rows(self, statement: Executable, values: dict[str, Any] | None = None) -> Sequence[Any]:
        """Read columns past the ORM, which takes as long again; what was added to the session is seen."""
        self.session.flush()
        return self.session.connection().execute(statement, values).all()


@dataclass
class Store:
    """A database with its settings, clock and per-process shelves.

    Attributes
    ----------
    config : Config
        Settings.
    clock : Clock
        The one "now".
    shelf : dict
        What services keep per process between transactions (opened locators, keys).
    """

    config: Config
    clock: Clock = system_clock
    shelf: dict[Any, Any] = field(default_factory=dict)
    engine: Engine = field(init=False)
    _writing: threading.RLock = field(init=False, default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.engine = _engine(self.config.url)

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @property
    def folder(self) -> Path:
        """Data folder; made when first asked for."""
        return _own_folder(Path(self.config.dir))

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a reading transaction; PostgreSQL refuses any write in it.

        Raises
        ------
        Busy, StoreError
            The database did not answer.
        """
        with translated(self.config), self.engine.connect() as connection:
            reader = connection.execution_options(postgresql_readonly=True)
            with Session(reader, expire_on_commit=False) as session:
                yield Tx(session, self, self.clock())
                if not self.on_sqlite:
                    # psycopg forgets its prepared statements at a ROLLBACK: each would be planned anew (measured).
                    session.commit()

    @contextmanager
    def write(self, now: datetime | None = None, *, waits: bool = True) -> Iterator[Tx]:
        """Open a writing transaction: all of it or nothing.

        Parameters
        ----------
        now : datetime, optional
            Instant of the transaction; the clock's by default. Only history brought in sets it.
        waits : bool
            Whether to wait for another writer on SQLite; what can as well be left undone does not.

        Raises
        ------
        Busy, StoreError
            Another process writes for too long; the disk is full.
        """
        lock = self._alone(waits=waits) if self.on_sqlite else nullcontext()
        with lock, translated(self.config), self.engine.connect() as connection:
            writer = connection.execution_options(wangge_writes=True, wangge_waits=waits)
            with Session(writer, expire_on_commit=False) as session, session.begin():
                yield Tx(session, self, now or self.clock())

    @contextmanager
    def _alone(self, *, waits: bool) -> Iterator[None]:
        if not self._writing.acquire(blocking=waits):
            raise Busy("store.busy")
        try:
            yield
        finally:
            self._writing.release()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the reason may repeat the password
        form = "sqlite:///… / postgresql://…"
        raise SetupError("setting.invalid", name="WANGGE_DATABASE_URL", value="***", form=form) from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _own_folder(Path(parsed.database).parent)
        engine = create_engine(
            url,
            json_serializer=_json,
            hide_parameters=True,
            connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
        )
        event.listen(engine, "do_connect", _begin_file)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() != "postgresql":
        raise SetupError(
            "setting.invalid", name="WANGGE_DATABASE_URL", value=parsed.drivername, form="sqlite / postgresql"
        )
    return pinging(
        create_engine(url, json_serializer=_json, hide_parameters=True, pool_size=10, max_overflow=20)
    )


def _own_folder(folder: Path) -> Path:
    """Make a folder, if there is none, that nobody but this account looks into, whatever the umask."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    return folder


def _begin_file(_dialect: object, _record: object, given: list[Any], _more: object) -> None:
    """Make the database's file, if there is none, readable for this account alone; SQLite follows it beside."""
    path = Path(str(given[0])) if given else None
    if path is None or str(path) == ":memory:" or path.exists():
        return
    with suppress(FileExistsError, FileNotFoundError):
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.fchmod(file, 0o600)
        os.close(file)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()  # five times as fast as json, which a batch of hundreds feels


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size=-65536")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("wangge_writes"):
        connection.exec_driver_sql("BEGIN")
    elif options.get("wangge_waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout=0").close()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}").close()


@contextmanager
def translated(config: Config) -> Iterator[None]:
    """Turn a refusal into an error with a code, writers that crossed (40001, 40P01) too; ours pass unchanged."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        if "disk is full" in said or "No space left" in said or "disk I/O error" in said:
            raise StoreError("store.full") from error
        if "is locked" in said or getattr(error.orig, "sqlstate", "") in {"40001", "40P01", "55P03"}:
            raise Busy("store.busy") from error
        if isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error):
            shown = make_url(config.url).render_as_string(hide_password=True)
            raise StoreError("store.unreachable", url=shown, why=said.strip().splitlines()[0]) from error
        if "not a database" in said or "malformed" in said:
            raise StoreError("store.damaged", url=make_url(config.url).database) from error
        raise


def check_postgis(engine: Engine) -> None:
    """Make sure a PostgreSQL database can hold the grid.

    Raises
    ------
    SetupError
        PostGIS is not installed, or lc_ctype cannot tell Chinese letters.
    """
    with engine.connect() as connection:
        ctype = connection.execute(
            text("SELECT datctype FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
        if ctype.upper() in {"C", "POSIX"}:
            raise SetupError("store.collation", ctype=ctype)
        known = connection.execute(
            text("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
        ).scalar_one_or_none()
        if known is None:
            raise SetupError("store.no_postgis")
