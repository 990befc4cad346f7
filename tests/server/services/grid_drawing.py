"""Layers of square cells, brought into a store; what the store then holds."""

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import select

from server.errors import InvalidCells
from server.models import Area, Boundary, Grid, Import
from server.services.grids import CellsOptions, import_cells
from server.services.layers import Layer
from server.services.people import system_actor

STEP = 0.003


def square(column, row=0, width=1.0):
    west, south = 117.0 + column * STEP, 36.0 + row * STEP
    return shapely.box(west, south, west + width * STEP, south + STEP)


def layer(codes, shapes=None, crs=4326, **columns):
    count = len(codes)
    facts = {
        "code": codes,
        "name": [f"第{number}网格" for number in range(count)],
        "kind": [""] * count,
        "households": [None] * count,
        "population": [None] * count,
        **columns,
    }
    shapes = [square(number) for number in range(count)] if shapes is None else shapes
    frame = gpd.GeoDataFrame(facts, geometry=shapes, crs=4326).to_crs(crs)
    return Layer(frame, "cells.geojson", "cells", "0" * 64, {"code": "code"}, is_crs_declared=True)


def bring(store, given, **options):
    with store.write() as tx:
        return import_cells(tx, given, CellsOptions(**{"root": "C1", **options}), system_actor())


def refused(store, given, **options):
    before = everything(store)
    with pytest.raises(InvalidCells) as raised:
        bring(store, given, **options)
    assert everything(store) == before
    return [one.code for one in raised.value.findings if one.severity == "error"]


def everything(store):
    """Read all that an import may write, in a form that can be compared."""
    with store.read() as tx:
        return [
            {column.key: _plain(getattr(row, column.key)) for column in table.__table__.columns}
            for table in (Grid, Area, Boundary, Import)
            for row in tx.session.scalars(select(table).order_by(table.id))
        ]


def _plain(value):
    return shapely.to_wkb(value, hex=True) if isinstance(value, shapely.Geometry) else value


def area(store, code):
    with store.read() as tx:
        found = tx.session.scalar(select(Area).where(Area.code == code))
        tx.session.expunge_all()
    return found


def boundaries(store, code):
    with store.read() as tx:
        rows = tx.session.scalars(select(Boundary).where(Boundary.code == code).order_by(Boundary.id)).all()
        tx.session.expunge_all()
    return [(row.first_grid_id, row.last_grid_id) for row in rows]


def counts(done):
    return (done.added, done.changed, done.moved, done.unchanged, done.retired)
