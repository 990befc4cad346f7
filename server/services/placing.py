"""Placing reports: position as given -> WGS 84 -> cell, with the reason and the doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo import Placement, datum
from server.db import Tx
from server.errors import InputError
from server.services import areas
from server.services.areas import AreaView
from server.services.drafts import Draft, check_position
from server.services.locating import OpenLocator, open_locator

__all__ = ["Placed", "explain", "place"]


@dataclass(frozen=True)
class Placed:
    """Where a report lies.

    Attributes
    ----------
    area_id : int
        The cell, else the intake desk's area, else the root.
    path : str
        Path of that area.
    in_cell : bool
        Whether ``area_id`` is a cell.
    columns : dict
        Values of the issue's columns about its place.
    """

    area_id: int
    path: str
    in_cell: bool
    columns: dict[str, Any]

    @property
    def given(self) -> dict[str, Any]:
        """What the entry keeps of it: codes and numbers."""
        return {
            name: self.columns[name] for name in ("area_id", "boundary_id", "grid_id", "how", "distance_m")
        }


def place(tx: Tx, drafts: Sequence[Draft]) -> list[Placed]:
    """Place drafts on the newest grid.

    Parameters
    ----------
    tx : Tx
        The grid is read inside this transaction.
    drafts : Sequence of Draft
        With checked positions.

    Returns
    -------
    list of Placed
        One a draft, in order.

    Raises
    ------
    InputError
        There is no area at all yet.
    """
    desk = areas.intake_area(tx)
    if desk is None:
        raise InputError("place.no_grid", field="lon")
    lon, lat = to_wgs84(drafts)
    grid = open_locator(tx)
    if grid is None:
        return [_nowhere(desk, x, y, None) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    found = grid.locator.place(lon, lat, nearest_m=tx.config.nearest_m)
    paths = _paths(tx, grid, found.row)
    doubtful = (found.how != "inside") | np.array([draft.accuracy_m is not None for draft in drafts])
    placed = []
    for index, draft in enumerate(drafts):
        x, y, row = float(lon[index]), float(lat[index]), int(found.row[index])
        if doubtful[index]:
            told = grid.locator.explain(x, y, draft.accuracy_m, nearest_m=tx.config.nearest_m)
            placed.append(_explained(tx, grid, desk, paths, x, y, told))
        else:
            placed.append(_inside(grid, paths, x, y, row))
    return placed


def to_wgs84(drafts: Sequence[Draft]) -> tuple[np.ndarray, np.ndarray]:
    """Convert the drafts' positions to WGS 84 lon and lat, shape (n,), degrees."""
    lon = np.array([draft.lon for draft in drafts], dtype=float)
    lat = np.array([draft.lat for draft in drafts], dtype=float)
    crs = np.array([draft.crs for draft in drafts])
    for source in ("gcj02", "bd09"):
        rows = crs == source
        if rows.any():
            lon[rows], lat[rows] = datum.convert(lon[rows], lat[rows], source, "wgs84")
    return lon, lat


def explain(
    tx: Tx, lon: float, lat: float, crs: str, accuracy_m: float | None
) -> tuple[Placed, Placement | None]:
    """Explain one position without taking a report in; see :func:`place`."""
    draft = Draft("", "", lon=lon, lat=lat, crs=crs, accuracy_m=accuracy_m)
    check_position(draft)
    placed = place(tx, [draft])[0]
    grid = open_locator(tx)
    told = None
    if grid is not None:
        x, y = placed.columns["lon"], placed.columns["lat"]
        told = grid.locator.explain(x, y, accuracy_m, nearest_m=tx.config.nearest_m)
    return placed, told


def _paths(tx: Tx, grid: OpenLocator, rows: np.ndarray) -> dict[int, str]:
    ids = {int(grid.area_ids[row]) for row in np.unique(rows) if row >= 0}
    shelf = tx.store.shelf.setdefault(("paths", grid.layout), {})
    if ids - shelf.keys():
        shelf.update({key: view.path for key, view in areas.by_ids(tx, ids - shelf.keys()).items()})
    return shelf


def _inside(grid: OpenLocator, paths: dict[int, str], lon: float, lat: float, row: int) -> Placed:
    reason = {"code": "place.inside", "values": {"cell": grid.names[row]}}
    return _in_cell(grid, paths, row, {"lon": lon, "lat": lat, "how": "inside", "distance_m": 0.0,
                                       "runner_ups": [], "placed": reason, "border": False,
                                       "needs_check": False})  # fmt: skip


def _explained(
    tx: Tx,
    grid: OpenLocator,
    desk: AreaView,
    paths: dict[int, str],
    lon: float,
    lat: float,
    told: Placement,
) -> Placed:
    runner_ups = [{"code": one.code, "distance_m": round(one.distance_m, 2)} for one in told.runner_ups]
    columns = {
        "lon": lon,
        "lat": lat,
        "how": told.how,
        "distance_m": told.distance_m,
        "runner_ups": runner_ups,
        "placed": reason_of(tx, grid, told),
        "border": bool(runner_ups) and told.how != "outside",
        "needs_check": told.how in ("nearest", "outside"),
    }
    if told.row < 0:
        return Placed(desk.id, desk.path, False, _nowhere_columns(desk, grid.grid_id, columns))
    return _in_cell(grid, paths, told.row, columns)


def reason_of(tx: Tx, grid: OpenLocator, told: Placement) -> dict[str, Any]:
    """Give the reason of a placement as code and values for :mod:`server.words`."""
    cell = grid.name_of(told.code) if told.code else ""
    met = told.runner_ups if told.how in ("edge", "overlap") else ()
    cells = [cell, *(grid.name_of(one.code) for one in met if one.distance_m == 0)]
    values = {
        "cell": cell,
        "cells": "、".join(dict.fromkeys(cells)),
        "distance_m": None if told.distance_m is None else round(told.distance_m, 1),
        "within_m": f"{tx.config.nearest_m:g}",
    }
    return {
        "code": f"place.{told.how}",
        "values": {name: value for name, value in values.items() if value is not None},
    }


def _in_cell(grid: OpenLocator, paths: dict[int, str], row: int, columns: dict[str, Any]) -> Placed:
    area_id = int(grid.area_ids[row])
    whole = {
        **columns,
        "area_id": area_id,
        "boundary_id": int(grid.boundary_ids[row]),
        "grid_id": grid.grid_id,
    }
    return Placed(area_id, paths[area_id], True, whole)


def _nowhere(desk: AreaView, lon: float, lat: float, grid_id: int | None) -> Placed:
    columns = {"lon": lon, "lat": lat, "how": "outside", "distance_m": None, "runner_ups": [],
               "placed": {"code": "place.no_grid", "values": {}}, "border": False, "needs_check": True}  # fmt: skip
    return Placed(desk.id, desk.path, False, _nowhere_columns(desk, grid_id, columns))


def _nowhere_columns(desk: AreaView, grid_id: int | None, columns: dict[str, Any]) -> dict[str, Any]:
    return {**columns, "area_id": desk.id, "boundary_id": None, "grid_id": grid_id}
