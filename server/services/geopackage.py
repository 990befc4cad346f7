"""What a GeoPackage must not hold: a layer that is a question instead of a table.

A GeoPackage is an SQLite database, and GDAL reads any view in it as a layer. Such a view may ask without
end, and nothing could stop it then.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from server.errors import InputError

__all__ = ["refuse_views"]

VIEWS = """
SELECT name FROM sqlite_master WHERE type = 'view' AND (
    lower(name) LIKE 'gpkg%' OR lower(name) IN (SELECT lower(table_name) FROM gpkg_contents))
"""
OWN = "SELECT name FROM sqlite_master WHERE type = 'view' AND lower(name) LIKE 'gpkg%'"


def refuse_views(name: str, path: Path) -> None:
    """Refuse a GeoPackage with a layer, or a table of the format's own, that is a view.

    Parameters
    ----------
    name : str
        Of the file that the user gave, for messages.
    path : Path
        The file; it is not written to.

    Raises
    ------
    InputError
        ``layer.view`` naming the view; ``layer.unreadable`` when it is no database or has no layers.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        try:
            # The list of layers is read only once it is known to be a table.
            found = base.execute(OWN).fetchone() or base.execute(VIEWS).fetchone()
        except sqlite3.DatabaseError as error:
            raise InputError("layer.unreadable", file=name, why=str(error)) from error
    if found is not None:
        raise InputError("layer.view", file=name, layer=str(found[0]))
