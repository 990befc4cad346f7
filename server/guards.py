"""What the database itself guards and finds: spatial indexes, and tables that nobody may alter.

Neither is part of the migrations, whose table copies on SQLite drop triggers: :func:`install_spatial` puts them
there after every upgrade and at every start.
"""

from sqlalchemy import Engine, inspect

from server.locks import Lock

__all__ = ["APPENDED", "install_spatial", "is_ours"]

APPENDED = ("entry", "audit", "evaluation", "evaluation_row")
"""Tables whose rows are never altered nor deleted; the database itself refuses."""
SPATIAL_PREFIXES = ("issue_rtree", "boundary_rtree")
SPATIAL_NAMES = frozenset({"geom_wgs84", "ix_issue_geom", "ix_boundary_geom"})


def install_spatial(engine: Engine) -> None:
    """Put spatial indexes and the entries' triggers in place; harmless when they are there.

    SQLite gets R*Trees kept by triggers, PostGIS GiST indexes; on both, entries refuse UPDATE and DELETE.

    Parameters
    ----------
    engine : Engine
        Engine of an upgraded database.
    """
    on_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(wangge_writes=True) as connection, connection.begin():
        if not on_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({Lock.GUARDS.value})")
        for statement in _SQLITE if on_sqlite else _POSTGIS:
            connection.exec_driver_sql(statement)
        tables = set(inspect(connection).get_table_names())
        for table in (one for one in APPENDED if one in tables):
            for statement in _SQLITE_APPENDED if on_sqlite else _POSTGIS_APPENDED:
                connection.exec_driver_sql(statement.format(table=table))
        if on_sqlite:
            for fill in _SQLITE_FILL:
                connection.exec_driver_sql(fill)


def is_ours(kind: str, name: str | None) -> bool:
    """Tell Alembic which objects the models speak of; spatial ones are not among them.

    Parameters
    ----------
    kind : str
        ``table``, ``column``, ``index`` …
    name : str or None
        Its name.
    """
    if not name:
        return True
    if kind == "table" and (name.startswith(SPATIAL_PREFIXES) or name == "spatial_ref_sys"):
        return False
    return name not in SPATIAL_NAMES


def _rtree(table: str, bounds: tuple[str, str, str, str], where: str) -> tuple[str, ...]:
    west, east, south, north = bounds
    new = f"NEW.id, NEW.{west}, NEW.{east}, NEW.{south}, NEW.{north}"
    tree = f"{table}_rtree"
    insert = f"INSERT INTO {tree} VALUES ({new})"
    return (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {tree} USING rtree(id, west, east, south, north)",
        f"CREATE TRIGGER IF NOT EXISTS {tree}_insert AFTER INSERT ON {table} WHEN {where} BEGIN {insert}; END",
        f"CREATE TRIGGER IF NOT EXISTS {tree}_update AFTER UPDATE OF {', '.join(sorted(set(bounds)))} ON {table} "
        f"BEGIN DELETE FROM {tree} WHERE id = OLD.id; {insert.replace('VALUES (', 'SELECT ')[:-1]} WHERE {where}; END",
        f"CREATE TRIGGER IF NOT EXISTS {tree}_delete AFTER DELETE ON {table} BEGIN DELETE FROM {tree} WHERE id = OLD.id; END",
    )


_ISSUE_BOUNDS = ("lon", "lon", "lat", "lat")
_BOUNDARY_BOUNDS = ("west", "east", "south", "north")

_SQLITE: tuple[str, ...] = (
    *_rtree("issue", _ISSUE_BOUNDS, "NEW.lon IS NOT NULL"),
    *_rtree("boundary", _BOUNDARY_BOUNDS, "1"),
)
_SQLITE_FILL: tuple[str, ...] = (
    "INSERT INTO issue_rtree SELECT id, lon, lon, lat, lat FROM issue WHERE lon IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM issue_rtree)",
    "INSERT INTO boundary_rtree SELECT id, west, east, south, north FROM boundary "
    "WHERE NOT EXISTS (SELECT 1 FROM boundary_rtree)",
)
_SQLITE_APPENDED = tuple(
    "CREATE TRIGGER IF NOT EXISTS {table}_no_"
    + change
    + f" BEFORE {change.upper()} ON {{table}} BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END"
    for change in ("update", "delete")
)
_POSTGIS: tuple[str, ...] = (
    "ALTER TABLE issue ADD COLUMN IF NOT EXISTS geom_wgs84 geometry(Point,4326) "
    "GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED",
    "CREATE INDEX IF NOT EXISTS ix_issue_geom ON issue USING gist (geom_wgs84)",
    "CREATE INDEX IF NOT EXISTS ix_boundary_geom ON boundary USING gist (geom)",
    "CREATE OR REPLACE FUNCTION entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'entries are append-only'; END $$",
)
_POSTGIS_APPENDED = (
    "CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION entry_refuse()",
)
