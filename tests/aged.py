"""A store as the first version wrote it: its tables, and entries that know of no clocks."""

from sqlalchemy import column, inspect, select, text
from sqlalchemy import table as plain_table

from server.models import Base
from server.services.ledger import FACTS, digest_of
from server.upgrade import lay_out

__all__ = ["FIRST", "age", "first_rows"]

FIRST = "0001"
THEN = frozenset({"category", "source", "area_id", "boundary_id", "grid_id", "how", "distance_m", "private", "holder",
                  "reason"})  # fmt: skip


def first_rows(store):
    """Rows of all tables as dicts, their entries and issues as the first version would have written them."""
    rows = {}
    with store.read() as tx:
        for table in Base.metadata.sorted_tables:
            found = tx.session.execute(select(table).order_by(*table.primary_key.columns))
            rows[table.name] = [dict(row._mapping) for row in found]
    previous = {}
    for row in rows["entry"]:
        row["given"] = {name: value for name, value in row["given"].items() if name in THEN}
        row["stage_used_s"] = None
        row["previous"] = previous.get(row["issue_id"], "")
        row["digest"] = digest_of(row["previous"], {name: row[name] for name in FACTS})
        previous[row["issue_id"]] = row["digest"]
    for row in rows["issue"]:
        row["due_at"] = None
    return rows


def age(target, rows):
    """Lay out an empty store as the first version did and write rows into it."""
    with target.engine.connect().execution_options(wangge_writes=True) as connection, connection.begin():
        lay_out(connection, FIRST)
        there = inspect(connection)
        for table in Base.metadata.sorted_tables:
            if table.name in there.get_table_names() and rows[table.name]:
                known = [one["name"] for one in there.get_columns(table.name)]
                then = plain_table(table.name, *(column(name, table.columns[name].type) for name in known))
                several = [{name: row[name] for name in known} for row in rows[table.name]]
                connection.execute(then.insert(), several)
                if "id" in known and connection.dialect.name == "postgresql":
                    counter = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                    connection.execute(text(f"SELECT setval({counter}, {several[-1]['id']})"))
